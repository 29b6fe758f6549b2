"""Rule 12 by hand: dates, amounts, currencies, doubles, use without a contract, acceptance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from csmdesk.domain.columns import Columns
from csmdesk.domain.facts import Subscription
from csmdesk.engine.rules.record_integrity import RULE
from tests.engine.build import DAY, account, usage_of
from tests.engine.rules.world import context, later, measures, run, severities


def test_past_renewal_date_of_an_active_customer() -> None:
    found = run(RULE, context([{"contract_on": DAY - 1}]))
    assert severities(found) == {("c0", "renewal_on:status"): 2}
    assert found.tasks[0].text == (
        "CRM says 19 Nov 2026 (past), billing says still active for renewal date."
    )
    assert not run(RULE, context([{"contract_on": DAY}])).tasks
    assert not run(RULE, context([{"contract_on": DAY - 1, "active": False}])).tasks


def test_a_renewal_date_that_was_moved_later_is_past_until_then() -> None:
    """What the CRM says today is nothing that was known on D."""
    moved = context([{"contract_on": DAY - 1}], customers=[account("c0", renewal_on=DAY + 300)])
    assert severities(run(RULE, moved)) == {("c0", "renewal_on:status"): 2}


def money(acv: int, mrr: int, **more: Any) -> dict[str, Any]:
    return {"acv": acv, "acv_native": acv, "mrr": mrr, "mrr_native": mrr, **more}


@pytest.mark.parametrize(
    ("acv", "severity"),
    [
        (120_000, None),
        (123_599, None),
        (123_600, 2),  # 3 %
        (132_000, 2),  # 10 %
        (132_001, 3),
        (108_000, 2),
        (107_999, 3),
    ],
)
def test_yearly_value_against_billing(acv: int, severity: int | None) -> None:
    found = run(RULE, context([money(acv, 10_000)]))
    assert severities(found) == ({} if severity is None else {("c0", "acv:mrr"): severity})


def test_yearly_value_text_and_what_is_not_compared() -> None:
    task = run(RULE, context([money(150_000, 10_000)])).tasks[0]
    assert task.text == "CRM says $1,500, billing says $1,200 for yearly value."
    assert not run(RULE, context([money(150_000, 10_000, acv_derived=True)])).tasks
    assert not run(RULE, context([money(150_000, 0)])).tasks
    assert not run(RULE, context([{"acv": 150_000}])).tasks


def test_currency_is_cosmetic() -> None:
    named = [account("c0", acv=120_000, currency="EUR")]
    row = money(120_000, 10_000, acv_currency="EUR")
    found = run(RULE, context([row], customers=named))
    assert severities(found) == {("c0", "acv_currency:currency"): 1}
    assert found.tasks[0].text == "CRM says EUR, billing says USD for currency."


def subscription(number: int, **more: Any) -> Subscription:
    values = {"status": "active", "started_on": DAY - 400, **more}
    return Subscription(
        source="billing", source_id=f"s{number}", account_id="c0", currency="USD", **values
    )


def test_two_billing_accounts() -> None:
    ctx = context([{}], given=[subscription(1), subscription(2)])
    assert not run(RULE, ctx).tasks  # both are the same account's
    table = ctx.facts.tables["subscription"]
    other = Columns({**table, "account_id": ["c0", "c0-b"]}, 2)
    tables = {**ctx.facts.tables, "subscription": other}
    found = run(RULE, replace(ctx, facts=replace(ctx.facts, tables=tables)))
    assert severities(found) == {("c0", "billing:billing"): 3}
    assert found.tasks[0].text == "2 billing account records in one customer: c0, c0-b."


def test_one_domain_for_two_customers() -> None:
    found = run(RULE, context([{"domain": "a.test"}, {"domain": "A.test"}, {}]))
    assert severities(found) == {("c0", "domain:domain"): 3, ("c1", "domain:domain"): 3}
    assert not run(RULE, context([{"domain": "gmail.com"}] * 2)).tasks  # a mailbox, no company


@pytest.mark.parametrize(
    ("status", "ago", "ended", "hit"),
    [
        ("Churned", 3, 10, True),
        ("Churned", 12, 10, False),  # used before service ended
        ("Churned", 31, 60, False),  # too long ago
        ("Prospect", 3, None, True),
        ("Active", 3, None, False),
        ("Paused", 3, None, False),
    ],
)
def test_use_without_contract(status: str, ago: int, ended: int | None, hit: bool) -> None:
    given = []
    if ended is not None:
        given = [subscription(1, status="canceled", ended_on=DAY - ended)]
    usage = usage_of(["c0"], daily=[(0, DAY - ago, 7, 1)])
    row = {"status": status, "active": status in ("Active", "Past due")}
    found = run(RULE, context([row], usage=usage, given=given))
    assert severities(found) == ({("c0", "usage:contract"): 3} if hit else {})


def test_internal_customers_are_left_out_even_when_churned() -> None:
    usage = usage_of(["c0"], daily=[(0, DAY - 3, 7, 1)])
    row = {"status": "Churned", "active": False}
    flagged = [account("c0", flag="internal")]
    assert not run(RULE, context([row], usage=usage, customers=flagged)).tasks


def test_agreement_clears_and_acceptance_holds_until_values_change() -> None:
    ctx = context([money(150_000, 10_000)])
    found = run(RULE, ctx)
    agreed = run(RULE, later(ctx, found, measures=measures([money(120_000, 10_000)])))
    assert [task.active for task in agreed.tasks] == [False]

    task_id = found.tasks[0].task_id
    ctx = later(ctx, found)
    ctx = replace(ctx, previous=replace(ctx.previous, verdicts={task_id: "accepted"}))
    accepted = run(RULE, ctx)
    assert [task.active for task in accepted.tasks] == [False]
    ctx = later(ctx, accepted)
    assert not run(RULE, ctx).tasks
    changed = run(RULE, later(ctx, accepted, measures=measures([money(160_000, 10_000)])))
    assert [(task.active, task.episode) for task in changed.tasks] == [(True, 2)]


def test_values_that_change_before_the_next_run_end_the_acceptance() -> None:
    ctx = context([money(150_000, 10_000)])
    found = run(RULE, ctx)
    ctx = later(ctx, found, measures=measures([money(160_000, 10_000)]))
    verdicts = {found.tasks[0].task_id: "accepted"}
    changed = run(RULE, replace(ctx, previous=replace(ctx.previous, verdicts=verdicts)))
    assert [(task.active, task.episode) for task in changed.tasks] == [(True, 2)]


def test_a_system_that_knows_no_account_of_an_active_customer() -> None:
    """Connected but not joined is missing, and this rule says so (definitions.md section 5)."""
    rows: list[dict[str, Any]] = [{}, {"active": False, "status": "Prospect"}, {}]
    ctx = context(rows, unjoined={"usage": ["c0", "c1"]})
    found = run(RULE, ctx)
    assert severities(found) == {("c0", "customer:usage"): 1}
    assert found.tasks[0].text == "USAGE: no account of this customer."
    joined = later(ctx, found, facts=context(rows).facts)
    assert [task.active for task in run(RULE, joined).tasks] == [False]
    sources = tuple(
        replace(one, fresh_on=DAY) if one.name == "usage" else one for one in joined.facts.sources
    )
    unread = replace(joined, facts=replace(joined.facts, sources=sources))
    kept = run(RULE, unread).tasks
    assert [(task.active, task.state) for task in kept] == [(True, "stale")]
    still = later(ctx, found)
    missing = replace(still, facts=replace(still.facts, sources=sources), previous=ctx.previous)
    assert not run(RULE, missing).tasks  # an old read cannot say who has no account
