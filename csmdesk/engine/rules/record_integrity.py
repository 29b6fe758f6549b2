"""Rule 12, record_integrity: sources disagree about a customer. Subject: the pair of fields.

Churned customers are not skipped: usage without a contract is theirs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints, where_text
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import HIGH, LOW, MEDIUM
from csmdesk.domain.inputs import KINDS
from csmdesk.domain.quality import MAIL_DOMAINS
from csmdesk.domain.texts import date_text, money
from csmdesk.engine.metrics.windows import usage_window
from csmdesk.engine.rules.limits import Limits, above, at_least, known
from csmdesk.engine.rules.products import rows_of
from csmdesk.engine.rules.rule import CLEAR, COMPANY_RISK, NONE, UNKNOWN, Context, Hit, Rule
from csmdesk.engine.rules.wording import listing

LIMITS = {"medium_percent": 3, "high_percent": 10, "usage_days": 30}
RENEWAL, AMOUNT, CURRENCY = "renewal_on:status", "acv:mrr", "acv_currency:currency"
BILLING_TWICE, CRM_TWICE, DOMAIN_TWICE = "billing:billing", "crm:crm", "domain:domain"
NO_CONTRACT = "usage:contract"
NO_ACCOUNT = "customer:"
"""Of a kind of source that knows no account of the customer: "customer:usage"."""
_PAID = frozenset(("Active", "Past due", "Trial", "Paused", "Free"))
_ACCOUNTS = {
    BILLING_TWICE: ("billing", "subscription", "billing account"),
    CRM_TWICE: ("crm", "contact", "company"),
}


def check(ctx: Context, limits: Limits) -> list[Hit]:
    hits = _renewals(ctx) + _amounts(ctx, limits) + _currencies(ctx)
    hits += _accounts(ctx) + _domains(ctx) + _without_contract(ctx, limits) + _unjoined(ctx)
    told = {(hit.customer, hit.subject) for hit in hits}
    for row, subject in ctx.watched(RULE.id):
        if (row, subject) not in told:
            clear = CLEAR if _can_tell(ctx, limits, subject) else UNKNOWN
            hits.append(Hit(row, subject, NONE, clear=clear))
    return hits


def _can_tell(ctx: Context, limits: Limits, subject: str) -> bool:
    """Whether what the subject is about can be seen today; CRM and billing always can, see `RULE`."""
    if subject == NO_CONTRACT:
        return _days_known(ctx, limits)
    return not subject.startswith(NO_ACCOUNT) or _read(ctx, subject.removeprefix(NO_ACCOUNT))


def _read(ctx: Context, kind: str) -> bool:
    return ctx.facts.connected(kind) and not ctx.stale(kind)


def _hit(
    ctx: Context, row: int, subject: str, severity: int, text: str, values: Mapping[str, Any]
) -> Hit:
    return Hit(row, subject, severity, text, ctx.evidence(("crm", "billing", "usage"), values, {}))


def _disagree(crm: str, billing: str, field: str) -> str:
    return f"CRM says {crm}, billing says {billing} for {field}."


def _renewals(ctx: Context) -> list[Hit]:
    """The CRM's renewal date, as it stood on D, is past while a subscription is served."""
    stated = ctx.measures.ints("contract_on")
    past = known(stated) & (stated < ctx.day) & np.asarray(ctx.measures["active"])
    hits = []
    for row in np.flatnonzero(past).tolist():
        on = int(stated[row])
        text = _disagree(f"{date_text(on)} (past)", "still active", "renewal date")
        hits.append(_hit(ctx, row, RENEWAL, MEDIUM, text, {"renewal_on": iso_day(on)}))
    return hits


def _amounts(ctx: Context, limits: Limits) -> list[Hit]:
    """The CRM's yearly value against 12 x MRR, both in the reporting currency."""
    measures = ctx.measures
    stated, mrr = measures.ints("acv"), measures.ints("mrr")
    can = known(stated, mrr) & ~np.asarray(measures["acv_derived"]) & (mrr > 0)
    billed = np.where(can, 12 * mrr, 1)
    apart = np.abs(np.where(can, stated, 1) - billed) * 100
    far = above(apart, billed, limits["high_percent"])
    hits = []
    for row in np.flatnonzero(can & at_least(apart, billed, limits["medium_percent"])).tolist():
        acv, arr, currency = _yearly(ctx, row)
        text = _disagree(money(acv, currency), money(arr, currency), "yearly value")
        values = {"acv": acv, "arr": arr, "currency": currency}
        hits.append(_hit(ctx, row, AMOUNT, HIGH if far[row] else MEDIUM, text, values))
    return hits


def _yearly(ctx: Context, row: int) -> tuple[int, int, str]:
    """Yearly value by CRM and by billing in the customer's currency, if both are in it: so a rate
    that moves changes neither text nor what a person accepted."""
    measures = ctx.measures
    currency = measures["currency"][row]
    if currency and measures["acv_currency"][row] == currency:
        return (
            int(measures.ints("acv_native")[row]),
            12 * int(measures.ints("mrr_native")[row]),
            currency,
        )
    reporting = ctx.facts.rates.reporting
    return int(measures.ints("acv")[row]), 12 * int(measures.ints("mrr")[row]), reporting


def _currencies(ctx: Context) -> list[Hit]:
    """Cosmetic: the CRM states the value in another currency than billing charges."""
    stated, billed = ctx.measures["acv_currency"], ctx.measures["currency"]
    in_crm = ~np.asarray(ctx.measures["acv_derived"])
    hits = []
    for row in np.flatnonzero(in_crm & np.asarray(ctx.measures["active"])).tolist():
        if stated[row] and billed[row] and stated[row] != billed[row]:
            text = _disagree(stated[row], billed[row], "currency")
            values = {"crm": stated[row], "billing": billed[row]}
            hits.append(_hit(ctx, row, CURRENCY, LOW, text, values))
    return hits


def _accounts(ctx: Context) -> list[Hit]:
    """Two accounts of one system joined in one customer, told by the rows that they own."""
    hits = []
    for subject, (kind, table_name, noun) in _ACCOUNTS.items():
        names = {source.name for source in ctx.of_kind(kind)}
        for (row, source), accounts in _several(ctx.facts.tables[table_name]).items():
            if source in names:
                values = {"source": source, "accounts": accounts}
                text = f"{len(accounts)} {noun} records in one customer: {listing(accounts)}."
                hits.append(_hit(ctx, row, subject, HIGH, text, values))
    return hits


def _several(table: Columns) -> dict[tuple[int, str], list[str]]:
    """Accounts by (customer, source) where rows of more than one account are joined.

    Rows are sorted by customer and source, so an account that differs from that of the row before,
    within both, is all that needs a closer look.
    """
    owner = table.ints("customer")
    account = np.array(table["account_id"], dtype=object)
    source = np.array(table["source"], dtype=object)
    differs = (owner[1:] == owner[:-1]) & (owner[1:] != MISSING)
    differs &= (account[1:] != account[:-1]) & (source[1:] == source[:-1])
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in np.unique(owner[1:][differs]).tolist():
        for place in rows_of(table, row):
            if account[place]:
                found[row, table["source"][place]].add(account[place])
    return {key: sorted(names) for key, names in found.items() if len(names) > 1}


def _unjoined(ctx: Context) -> list[Hit]:
    """Cosmetic: a connected system knows no account of an active customer, so that what it feeds is
    missing (definitions.md section 5). A system of several kinds is looked at once."""
    active = np.asarray(ctx.measures["active"])
    told: set[str] = set()
    hits: list[Hit] = []
    for kind in KINDS:
        titles = {source.name: source.title for source in ctx.of_kind(kind)}
        if titles.keys() <= told or not _read(ctx, kind):
            continue
        told |= titles.keys()
        text = f"{listing(list(titles.values()))}: no account of this customer."
        evidence = ctx.evidence((kind,), {"account": None}, {})
        rows = np.flatnonzero(active & ~ctx.facts.joined(kind)).tolist()
        hits += [Hit(row, NO_ACCOUNT + kind, LOW, text, evidence) for row in rows]
    return hits


def _domains(ctx: Context) -> list[Hit]:
    """Two customers with one domain of their own."""
    domains = [(domain or "").lower() for domain in ctx.measures["domain"]]
    twice = {domain for domain, count in Counter(domains).items() if count > 1 and domain}
    twice -= MAIL_DOMAINS
    rows: dict[str, list[int]] = defaultdict(list)
    for row in [row for row, domain in enumerate(domains) if domain in twice] if twice else ():
        rows[domains[row]].append(row)
    names = ctx.facts.customers["name"]
    hits = []
    for domain, same in rows.items():
        for row in same:
            others = sorted(names[other] or "" for other in same if other != row)
            text = f"{domain} is also the domain of {listing(others)}."
            values = {"domain": domain, "others": others}
            hits.append(_hit(ctx, row, DOMAIN_TWICE, HIGH, text, values))
    return hits


def _without_contract(ctx: Context, limits: Limits) -> list[Hit]:
    """Product use in the last 30 usage days and after the last contract ended."""
    if not _days_known(ctx, limits):
        return []
    usage, window = ctx.facts.usage, usage_window(ctx.facts, ctx.day)
    days = limits.whole("usage_days")
    cells = window.cut(usage.events, ctx.day - days, ctx.day - 1)
    unpaid = ~where_text(ctx.measures["status"], _PAID.__contains__)
    ended = _ended(ctx)
    hits = []
    for row in np.flatnonzero(unpaid & usage.joined & cells.any(axis=1)).tolist():
        after = max(0, int(ended[row]) - (ctx.day - days)) if ended[row] != MISSING else 0
        events = int(cells[row, after:].sum()) if after < days else 0
        if events:
            text = _disagree("customer", "no contract", f"{events:,} events of use in {days} days")
            hits.append(_hit(ctx, row, NO_CONTRACT, HIGH, text, {"contract": False}))
    return hits


def _days_known(ctx: Context, limits: Limits) -> bool:
    first = ctx.day - limits.whole("usage_days")
    covered = usage_window(ctx.facts, ctx.day).covers(first, ctx.day - 1)
    return covered and ctx.facts.connected("billing") and not ctx.stale("usage", "billing")


def _ended(ctx: Context) -> Ints:
    """First day without service of the contract that ended last, MISSING without one."""
    table = ctx.facts.tables["subscription"]
    owner, end = table.ints("customer"), table.ints("ended_on")
    past: Bools = (owner != MISSING) & (end != MISSING) & (end <= ctx.day)
    newest = np.full(ctx.facts.count, MISSING, np.int64)
    np.maximum.at(newest, owner[past], end[past])
    return newest


RULE = Rule(
    id="record_integrity",
    number=12,
    category=COMPANY_RISK,
    title="Record integrity",
    sources=("crm", "billing"),
    check=check,
    limits=LIMITS,
    any_source=True,
    churned_too=True,
)
