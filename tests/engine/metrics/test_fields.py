"""CRM fields as of a past day."""

from __future__ import annotations

from csmdesk.domain.facts import FieldChange
from csmdesk.engine.metrics.fields import build_field_logs, field_on
from tests.engine.build import DAY, account, facts


def tier(number: int, key: str, day: int, value: str | None, source: str = "crm") -> FieldChange:
    return FieldChange(
        source=source,
        source_id=f"f{number}",
        account_id=key,
        field="tier",
        at=day * 86_400 + number,
        value=value,
    )


def test_value_of_the_day_oldest_known_and_undated() -> None:
    rows = [
        tier(2, "a", DAY - 10, "T1"),
        tier(1, "a", DAY - 90, "T3"),
        tier(3, "a", DAY - 10, "T2"),  # later on the same day
        tier(4, "b", DAY - 5, None),
        tier(5, "c", DAY - 400, "T4", source="billing"),  # not the anchor's history
    ]
    built = facts(["a", "b", account("c", tier="T1")], rows)
    logs = build_field_logs(built)
    assert field_on(built, logs, "tier", DAY)[0] == ["T2", None, "T1"]
    texts, marked = field_on(built, logs, "tier", DAY - 11)
    assert texts == ["T3", None, "T1"]
    assert marked.tolist() == [False, True, False]
    texts, marked = field_on(built, logs, "tier", DAY - 91)
    assert texts == ["T3", None, "T1"]
    assert marked.tolist() == [True, True, False]


def test_without_any_history() -> None:
    built = facts([account("a", stage="Live")])
    texts, marked = field_on(built, build_field_logs(built), "stage", DAY)
    assert (texts, marked.tolist()) == (["Live"], [False])
