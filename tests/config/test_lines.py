"""Every key of a TOML text is found on its line, however it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from csmdesk.config.lines import key_lines, line_of

TEXT = '''# a comment with [brackets] and = signs
name = "Acme # no comment" # one
"quoted key".'other.one' = 5
story = """
first = "not a key"
[[neither]]
"""
raw = \'\'\'
x = 1\'\'\'
when = 1979-05-27 07:32:00Z
tiers = [
  "T1", # best
  ["]", '}'],
]

[money]
reporting_currency = "EUR"

[[models]]
name = "Young"
  [models.factors.nps]
  weight = 8
[models.factors]
overdue.weight = 4
[[models]]
name = "Default"

[[ playbooks ]]
steps = [ { title = "a, b = c" },
            { title = "c", day = 2 } ]
enrol_on = { rule = "no_login" }
[[playbooks]]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("quoted key", "other.one"), 3),
        (("story",), 4),
        (("raw",), 8),
        (("when",), 10),
        (("tiers",), 11),
        (("tiers", 0), 12),
        (("tiers", 1, 1), 13),
        (("money",), 16),
        (("money", "reporting_currency"), 17),
        (("money", "overdue_floor"), 16),
        (("models",), 19),
        (("models", 0, "name"), 20),
        (("models", 0, "factors", "nps", "weight"), 22),
        (("models", 0, "factors", "overdue", "weight"), 24),
        (("models", 1), 25),
        (("models", 1, "name"), 26),
        (("playbooks", 0, "steps", 0, "title"), 29),
        (("playbooks", 0, "steps", 1), 30),
        (("playbooks", 0, "steps", 1, "day"), 30),
        (("playbooks", 0, "enrol_on", "severity"), 31),
        (("playbooks", 1, "name"), 32),
        (("elsewhere",), 1),
    ],
)
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, path) == line


def test_the_example_is_toml() -> None:
    assert paths(tomllib.loads(TEXT)) <= set(key_lines(TEXT))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Paths of all keys and list entries below a parsed value."""
    found = {path} if path else set()
    if isinstance(value, dict):
        return found.union(*(paths(one, (*path, key)) for key, one in value.items()))
    if isinstance(value, list):
        return found.union(*(paths(one, (*path, at)) for at, one in enumerate(value)))
    return found


KEYS = st.text("ab.\"'[]#= é", min_size=1, max_size=4)
PLAIN = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans(), st.just(1.5))
VALUES = st.recursive(
    PLAIN,
    lambda one: st.one_of(st.lists(one, max_size=3), st.dictionaries(KEYS, one, max_size=3)),
    max_leaves=8,
)


@examples(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_key_of_any_text_is_found(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    assert paths(tomllib.loads(text)) <= set(key_lines(text))
