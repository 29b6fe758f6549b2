"""Rule 11 by hand: silence, single contacts, champions, top users, no CSM."""

from __future__ import annotations

from typing import Any

import pytest

from csmdesk.domain.facts import Contact
from csmdesk.engine.rules.contact_gap import RULE
from csmdesk.engine.rules.rule import Context
from tests.engine.build import DAY, usage_of
from tests.engine.rules.world import context, later, measures, run

FINE: dict[str, Any] = {
    "last_two_way_on": DAY - 3,
    "contacts": 4,
    "tenure": 400,
    "owner_id": "u1",
}


def ctx_of(row: dict[str, Any] | None = None, **more: Any) -> Context:
    return context([{**FINE, **(row or {})}], **more)


def only(ctx: Context) -> dict[str, tuple[int, str]]:
    return {
        task.subject: (task.severity, task.text) for task in run(RULE, ctx).tasks if task.active
    }


@pytest.mark.parametrize(("days", "severity"), [(44, None), (45, 1), (59, 1), (60, 2), (400, 2)])
def test_gap(days: int, severity: int | None) -> None:
    text = f"No two-way contact for {days} days."
    assert only(ctx_of({"last_two_way_on": DAY - days})) == (
        {} if severity is None else {"gap": (severity, text)}
    )


def test_never_contacted_counts_from_the_start() -> None:
    never = {"contacts": 4, "tenure": 50, "owner_id": "u1"}
    assert only(context([never])) == {"gap": (1, "No two-way contact for 50 days.")}
    assert not only(context([{"contacts": 4, "owner_id": "u1"}]))  # no start either: unknown


@pytest.mark.parametrize(("contacts", "hit"), [(0, False), (1, True), (2, False)])
def test_single_contact(contacts: int, hit: bool) -> None:
    found = only(ctx_of({"contacts": contacts}))
    assert found == ({"single": (2, "One contact only.")} if hit else {})


def test_no_csm() -> None:
    assert only(ctx_of({"owner_id": None})) == {"no-csm": (3, "No CSM assigned.")}


def test_prospects_are_nobodys_book() -> None:
    assert not only(ctx_of({"status": "Prospect", "owner_id": None}))


def contact(number: int, **more: Any) -> Contact:
    values = {"name": f"Person {number}", "email": f"p{number}@c0.test", "role": "champion", **more}
    return Contact(source="crm", source_id=f"p{number}", account_id="c0", **values)


def test_champion_left_or_bounced() -> None:
    left = ctx_of(given=[contact(1, left_on=DAY)])
    assert only(left) == {"p1": (3, "Champion Person 1 left.")}
    bounced = ctx_of(given=[contact(1, bounced=True)])
    assert only(bounced) == {"p1": (3, "Champion Person 1: mail bounced.")}
    assert not only(ctx_of(given=[contact(1, left_on=DAY + 1)]))
    assert not only(ctx_of(given=[contact(1, left_on=DAY - 9), contact(2)]))  # role filled
    assert not only(ctx_of(given=[contact(1, left_on=DAY - 9, role="end_user")]))


def test_champion_clears_when_the_role_is_filled() -> None:
    ctx = ctx_of(given=[contact(1, left_on=DAY)])
    found = run(RULE, ctx)
    filled = ctx_of(given=[contact(1, left_on=DAY), contact(2)]).facts
    assert [task.active for task in run(RULE, later(ctx, found, facts=filled)).tasks] == [False]


def persons(*rows: tuple[str, int, int]) -> Any:
    """(person, days ago, events)."""
    return usage_of(["c0"], persons=[(0, who, DAY - ago, number) for who, ago, number in rows])


@pytest.mark.parametrize(
    ("rows", "hit"),
    [
        ([("p1@c0.test", 15, 60), ("x", 2, 40)], True),
        ([("p1@c0.test", 14, 60), ("x", 2, 40)], False),  # silent for 13 full days only
        ([("p1@c0.test", 15, 50), ("x", 2, 50)], False),  # just half
        ([("p1@c0.test", 61, 60), ("x", 2, 40)], False),  # out of the window
    ],
)
def test_top_user(rows: list[tuple[str, int, int]], hit: bool) -> None:
    ctx = ctx_of(given=[contact(1)], usage=persons(*rows))
    expected = {"p1": (2, "Person 1, 60 % of use, silent 15 days.")}
    assert only(ctx) == (expected if hit else {})


def test_top_user_without_a_contact_is_named_by_usage() -> None:
    assert only(ctx_of(usage=persons(("p9", 20, 9)))) == {
        "p9": (2, "p9, 100 % of use, silent 20 days.")
    }


def test_top_user_clears_when_used_again() -> None:
    ctx = ctx_of(given=[contact(1)], usage=persons(("p1@c0.test", 20, 9)))
    found = run(RULE, ctx)
    more = usage_of(
        ["c0"],
        day=DAY + 1,
        persons=[(0, "p1@c0.test", DAY - 20, 9), (0, "p1@c0.test", DAY, 1)],
    )
    again = ctx_of(given=[contact(1)], usage=more).facts
    assert [task.active for task in run(RULE, later(ctx, found, facts=again)).tasks] == [False]


def test_contact_logged_clears() -> None:
    ctx = ctx_of({"last_two_way_on": DAY - 50})
    logged = measures([{**FINE, "last_two_way_on": DAY}])
    cleared = run(RULE, later(ctx, run(RULE, ctx), measures=logged))
    assert [task.active for task in cleared.tasks] == [False]
