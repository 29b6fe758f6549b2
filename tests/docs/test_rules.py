"""docs/rules.md names every rule, every alert and every threshold as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from csmdesk.engine.rules import RULES
from csmdesk.engine.rules.limits import COMMON
from csmdesk.engine.rules.rule import Rule

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_every_rule_has_its_row_in_order() -> None:
    told = re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert told == [(str(rule.number), rule.id) for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_thresholds_are_those_in_force(rule: Rule) -> None:
    row = re.search(rf"^\| `{rule.id}` \| (.*) \|$", PAGE, re.MULTILINE)
    assert row is not None
    told = dict(re.findall(r"`(\w+) = ([\d.]+)`", row[1]))
    assert told == {name: f"{value:g}" for name, value in rule.limits.items()}


def test_common_thresholds_are_told() -> None:
    assert f"`retrigger_days = {COMMON['retrigger_days']:g}`" in PAGE
    assert "`clear_days`" in PAGE


def test_usage_rules_are_named() -> None:
    told = re.search(r"\*\*Usage rules\*\* \(([\d, ]+)\)", PAGE)
    assert told is not None
    assert [int(n) for n in told[1].split(",")] == [r.number for r in RULES if r.usage_rule]
