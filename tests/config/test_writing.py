"""Edits by the program leave comments, order and layout of what they do not touch."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from csmdesk.config.reading import read_settings
from csmdesk.config.writing import write_settings
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import (
    EnrolOn,
    FactorSettings,
    Features,
    Model,
    Money,
    Playbook,
    PlaybookStep,
    Schedule,
    Segment,
    Settings,
    Source,
    WriteBack,
)

TEXT = """\
# our team
name = "Acme CS" # shown in the title
tiers = [
    "Gold", # above 100k
    "Silver",
]
time_zone = "UTC" # kept although it is the default

# money of the year
[money]
overdue_floor = "100.00" # agreed with finance

[rules.no_login]
low_days = 10 # stricter
high_days = 40

# the big ones
[[segments]]
name = "Enterprise"
tier = ["Gold"] # only gold

[[segments]]
# the rest
name = "Others"

[[playbooks]]
name = "Rescue"
steps = [
    { title = "Call", day = 0 }, # at once
    { title = "Visit", day = 14 },
]
"""


def written(folder: Path, **changes: object) -> str:
    path = folder / "workspace.toml"
    path.write_text(TEXT, encoding="utf-8")
    wanted = msgspec.structs.replace(read_settings(path), **changes)
    write_settings(path, wanted)
    assert read_settings(path) == wanted
    return path.read_text(encoding="utf-8")


def test_nothing_changed_writes_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path) == TEXT


def test_a_value_changes_on_its_line(tmp_path: Path) -> None:
    text = written(tmp_path, name="Acme", money=Money(overdue_floor="75.00"))
    wanted = TEXT.replace('"Acme CS"', '"Acme"').replace('"100.00"', '"75.00"')
    assert text == wanted


def test_a_nested_threshold_changes_on_its_line(tmp_path: Path) -> None:
    text = written(tmp_path, rules={"no_login": {"low_days": 12.0, "high_days": 40.0}})
    assert "low_days = 12.0 # stricter\nhigh_days = 40\n" in text
    assert text.replace("12.0", "10") == TEXT


def test_a_list_keeps_the_comments_of_what_stays(tmp_path: Path) -> None:
    text = written(tmp_path, tiers=("Gold", "Bronze"))
    assert '"Gold", # above 100k' in text
    assert '"Silver"' not in text


def test_entries_of_lists_come_and_go(tmp_path: Path) -> None:
    changed = Segment(name="Enterprise", tier=("Gold", "Silver"))
    text = written(tmp_path, segments=(changed, Segment(name="New", tag=("eu",))))
    assert "# the big ones\n[[segments]]\n" in text
    assert "Others" not in text
    text = written(tmp_path, segments=(Segment(name="Others"), Segment(name="Enterprise")))
    assert text.index("Others") < text.index("Enterprise")


def test_steps_of_a_playbook_change_in_place(tmp_path: Path) -> None:
    steps = (PlaybookStep(title="Call", day=1), PlaybookStep(title="Visit", day=14))
    text = written(tmp_path, playbooks=(Playbook(name="Rescue", steps=steps),))
    assert "# at once" in text
    on = EnrolOn(rule="no_login")
    text = written(tmp_path, playbooks=(Playbook(name="Rescue", steps=steps[:1], enrol_on=on),))
    assert "Visit" not in text


def test_new_keys_go_where_toml_wants_them(tmp_path: Path) -> None:
    text = written(tmp_path, user="me@us.example", schedule=Schedule(hour=7))
    assert text.index("me@us.example") < text.index("[money]")
    assert "# our team" in text


def test_a_key_back_at_its_default_goes(tmp_path: Path) -> None:
    text = written(tmp_path, rules={}, money=Money())
    assert "low_days" not in text
    assert "overdue_floor" not in text
    assert 'time_zone = "UTC" # kept' in text


def test_a_file_with_a_mistake_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    path.write_text("name = 5 # mine\n")
    with pytest.raises(BadInput, match="line 1: name is 5"):
        write_settings(path, Settings(name="x"))
    assert path.read_text() == "name = 5 # mine\n"


NAMES = st.text("abé\"'\\#= ", min_size=1, max_size=5).filter(str.strip)
FACTORS = st.builds(
    FactorSettings,
    missing=st.sampled_from([None, "neutral", "10"]),
    curve=st.sampled_from([None, ((0.5, 0), (1.0, 100))]),
)


def named(kind: type, **others: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    one = st.builds(kind, name=NAMES, **others)
    return st.lists(one, max_size=3, unique_by=lambda made: made.name).map(tuple)


STEPS = st.lists(
    st.builds(PlaybookStep, title=NAMES, day=st.integers(0, 99)), min_size=1, max_size=3
)
SETTINGS = st.builds(
    Settings,
    name=NAMES,
    tiers=st.lists(NAMES, unique=True, max_size=3).map(tuple),
    sources=st.sampled_from([(), (Source(system="stripe", fields={"a": "b"}),)]),
    models=st.sampled_from([None, 1]).flatmap(
        lambda n: st.dictionaries(st.sampled_from(["nps", "overdue"]), FACTORS).map(
            lambda factors: (Model(factors=factors, version=n or 2),)
        )
    ),
    segments=named(Segment, tier=st.lists(NAMES, max_size=2).map(tuple)),
    features=st.builds(
        Features,
        key=st.lists(NAMES, unique=True, max_size=2).map(tuple),
        modules=st.dictionaries(NAMES, st.just(("f",)), max_size=1),
    ),
    rules=st.dictionaries(
        st.sampled_from(["no_login", "capacity"]),
        st.dictionaries(
            st.sampled_from(["clear_days", "retrigger_days"]), st.integers(0, 9).map(float)
        ),
    ),
    playbooks=named(
        Playbook,
        steps=STEPS.map(tuple),
        enrol_on=st.sampled_from(
            [None, EnrolOn(rule="no_login"), EnrolOn(rule="x", severity="Low")]
        ),
    ),
)


@examples(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(wishes=st.lists(SETTINGS, min_size=1, max_size=4))
def test_any_settings_written_over_any_others_are_read_back(
    tmp_path: Path, wishes: list[Settings]
) -> None:
    path = tmp_path / "workspace.toml"
    path.write_text(TEXT, encoding="utf-8")
    for wanted in wishes:
        write_settings(path, wanted)
        assert read_settings(path) == wanted
        before = path.read_bytes()
        write_settings(path, wanted)
        assert path.read_bytes() == before
    assert path.read_text(encoding="utf-8").startswith("# our team")


def test_a_switch_that_stays_beside_one_that_changes(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    path.write_text("[write_back]\nenabled = true\nactivities = true # also notes\n")
    write_settings(path, Settings(write_back=WriteBack(activities=True)))
    assert path.read_text() == "[write_back]\nactivities = true # also notes\n"
    write_settings(path, Settings(write_back=WriteBack(enabled=True, activities=True)))
    assert read_settings(path).write_back == WriteBack(enabled=True, activities=True)
