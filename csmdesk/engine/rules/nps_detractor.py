"""Rule 7, nps_detractor: the customer's NPS answers are bad or fell. Subject: customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from csmdesk.domain.columns import Bools, Ints
from csmdesk.domain.days import MISSING
from csmdesk.domain.texts import decimal, plural
from csmdesk.engine.rules.limits import Limits, above, at_least, rungs
from csmdesk.engine.rules.no_login import CUSTOMER
from csmdesk.engine.rules.products import rows_of
from csmdesk.engine.rules.rule import CHURN_RISK, CLEAR, ENDED, HOLDS, Context, Hit, Rule

LIMITS = {
    "low_mean": 6,
    "low_from": 5,
    "medium_mean": 5,
    "fall": 3,
    "high_mean": 3,
    "buyer_score": 6,
    "back_mean": 7,
    "window_days": 90,
    "silent_days": 180,
}
BUYERS = frozenset(("decision_maker", "budget_holder", "admin"))


@dataclass(frozen=True, slots=True)
class _Answers:
    """Per customer: sum and count of 90 days and of the 90 before, newest day, buyer's doubt."""

    total: Ints
    count: Ints
    former_total: Ints
    former_count: Ints
    newest: Ints
    buyer: Bools


def check(ctx: Context, limits: Limits) -> list[Hit]:
    answers = _answers(ctx, limits)
    level = _levels(answers, limits)
    return [
        _hit(ctx, limits, answers, row, int(level[row]))
        for row in ctx.looked_at(RULE.id, level > 0)
    ]


def _answers(ctx: Context, limits: Limits) -> _Answers:
    table = ctx.facts.tables["nps_answer"]
    window, count = limits.whole("window_days"), ctx.facts.count
    owner, on, score = table.ints("customer"), table.ints("answered_at_day"), table.ints("score")
    known = (owner != MISSING) & (on <= ctx.day)
    recent = known & (on > ctx.day - window)
    former = known & (on > ctx.day - 2 * window) & ~recent
    newest = np.full(count, MISSING, np.int64)
    np.maximum.at(newest, owner[known], on[known])
    return _Answers(
        _sums(owner, score, recent, count),
        np.bincount(owner[recent], minlength=count),
        _sums(owner, score, former, count),
        np.bincount(owner[former], minlength=count),
        newest,
        _buyer_doubts(ctx, limits, recent),
    )


def _sums(owner: Ints, score: Ints, mask: Bools, count: int) -> Ints:
    total = np.zeros(count, np.int64)
    np.add.at(total, owner[mask], score[mask])
    return total


def _buyer_doubts(ctx: Context, limits: Limits, recent: Bools) -> Bools:
    """A buyer's or administrator's newest answer within the window is 6 or less."""
    answers = ctx.facts.tables["nps_answer"]
    low = recent & (answers.ints("score") <= limits.whole("buyer_score"))
    doubts = np.zeros(ctx.facts.count, np.bool_)
    for row in np.unique(answers.ints("customer")[low]).tolist():
        buyers = _buyer_keys(ctx, row)
        newest: dict[str, tuple[int, int]] = {}
        for place in rows_of(answers, row) if buyers else ():
            person = (answers["contact_key"][place] or "").lower()
            if recent[place] and person in buyers:
                given = (int(answers.ints("answered_at")[place]), int(answers.ints("score")[place]))
                newest[person] = max(newest.get(person, given), given)
        doubts[row] = any(score <= limits["buyer_score"] for _, score in newest.values())
    return doubts


def _buyer_keys(ctx: Context, row: int) -> set[str]:
    """Ids and e-mails of a customer's buyers and administrators, lower case."""
    contacts = ctx.facts.tables["contact"]
    return {
        key.lower()
        for place in rows_of(contacts, row)
        if contacts["role"][place] in BUYERS
        for key in (contacts[name][place] for name in ("source_id", "email", "user_key"))
        if key
    }


def _levels(answers: _Answers, limits: Limits) -> Ints:
    total, count = answers.total, answers.count
    compared = (count > 0) & (answers.former_count > 0)
    # mean before - mean now, over the common denominator of the two counts
    fall = answers.former_total * count - total * answers.former_count
    fell = compared & at_least(fall, answers.former_count * count, limits["fall"])
    return rungs(
        count > 0,
        low=at_least(total, count, limits["low_from"]) & ~above(total, count, limits["low_mean"]),
        medium=~at_least(total, count, limits["medium_mean"]) | fell,
        high=~at_least(total, count, limits["high_mean"]) | answers.buyer,
    )


def _hit(ctx: Context, limits: Limits, answers: _Answers, row: int, severity: int) -> Hit:
    total, count = int(answers.total[row]), int(answers.count[row])
    former_total, former_count = int(answers.former_total[row]), int(answers.former_count[row])
    values: dict[str, Any] = {
        "sum": total,
        "answers": count,
        "sum_before": former_total,
        "answers_before": former_count,
        "buyer": bool(answers.buyer[row]),
    }
    if count == 0:
        newest = int(answers.newest[row])
        silent = newest == MISSING or ctx.day - newest >= limits.whole("silent_days")
        return Hit(row, CUSTOMER, severity, clear=ENDED if silent else HOLDS)
    text = f"NPS detractor: average {decimal(total, count, 1)} ({plural(count, 'answer')})."
    evidence = ctx.evidence(RULE.sources, values, limits.shown(*LIMITS))
    back = total >= limits["back_mean"] * count and not answers.buyer[row]
    return Hit(row, CUSTOMER, severity, text, evidence, clear=CLEAR if back else HOLDS)


RULE = Rule(
    id="nps_detractor",
    number=7,
    category=CHURN_RISK,
    title="NPS detractor",
    sources=("usage",),
    tables=("nps_answer",),
    check=check,
    limits=LIMITS,
)
