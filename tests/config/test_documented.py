"""`docs/configuration.md` mentions every key, and its examples are right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from csmdesk.config.reading import examine
from csmdesk.config.shapes import shape_problems
from csmdesk.domain import settings as shapes
from csmdesk.engine.alerts import KINDS
from csmdesk.engine.health.factors import FACTORS
from csmdesk.engine.rules import RULES
from csmdesk.jobs.settings import effective
from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def keys() -> list[str]:
    """Every key that a shape of the settings has."""
    structs = [
        one
        for one in vars(shapes).values()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one is not msgspec.Struct
    ]
    return sorted({field.name for one in structs for field in msgspec.structs.fields(one)})


@pytest.mark.parametrize("key", keys())
def test_every_key_has_an_example(key: str) -> None:
    assert re.search(rf"(?<![\w]){key}(?: =|\]|\.)", "\n".join(EXAMPLES))


def test_the_examples_together_are_of_the_right_shape(tmp_path: Path) -> None:
    import tomllib

    for example in EXAMPLES:
        assert shape_problems(tomllib.loads(example)) == []
    path = tmp_path / "workspace.toml"
    path.write_text(EXAMPLES[0])
    assert list(examine(path)[1]) == []


def test_the_tables_tell_the_defaults() -> None:
    told: Any = effective(shapes.Settings())["models"][0]["factors"]
    for factor in FACTORS:
        line = next(one for one in TEXT.splitlines() if one.startswith(f"| `{factor.key}` |"))
        one = told[factor.key]
        curve = ", ".join(f"{value}→{score}" for value, score in one["curve"])
        assert line == f"| `{factor.key}` | {one['weight']} | {curve} | {one['missing']} |"
    for kind in filter(lambda kind: kind.limits, KINDS):
        limits = ", ".join(f"`{key}` {value:g}" for key, value in kind.limits.items())
        assert f"| `{kind.id}` | {limits} |" in TEXT.splitlines()
    for rule in RULES:
        line = next(one for one in TEXT.splitlines() if one.startswith(f"| `{rule.id}` |"))
        limits = ", ".join(f"`{key}` {value:g}" for key, value in rule.limits.items())
        assert line == f"| `{rule.id}` | {limits} |"
