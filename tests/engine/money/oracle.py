"""An independent, slow reading of definitions.md sections 3 and 4: one customer, one day at a time,
fractions only. Knows the fact objects, nothing of the engine."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from csmdesk.domain.facts import (
    Discount,
    Fact,
    StatusChange,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
)
from csmdesk.domain.inputs import Rates

MONTHLY = {
    "month": Fraction(1),
    "year": Fraction(1, 12),
    "quarter": Fraction(1, 3),
    "week": Fraction(52, 12),
    "day": Fraction(365, 12),
}
COUNTED, HALTED = {"active", "past_due"}, {"paused", "free"}


class Oracle:
    def __init__(self, rows: Sequence[Fact], rates: Rates, known: int) -> None:
        self.rates = rates
        self.heads = [row for row in rows if isinstance(row, Subscription)]
        self.rows = [row for row in rows if getattr(row, "known_on", known) <= known]

    def of(self, kind: type[Any], head: Subscription) -> list[Any]:
        return [r for r in self.rows if type(r) is kind and r.subscription_id == head.source_id]

    def status(self, head: Subscription, day: int) -> str:
        if day < head.started_on:
            return "none"
        if head.ended_on is not None and day >= head.ended_on:
            return "ended"
        log = [row for row in self.of(StatusChange, head) if row.changed_on <= day]
        if log:
            return str(max(log, key=lambda row: row.changed_on).status)
        in_trial = head.trial_end is not None and day < head.trial_end
        return "trial" if in_trial else "active"

    def items(self, head: Subscription, day: int) -> Fraction:
        changes = self.of(SubscriptionChange, head)
        items = self.of(SubscriptionItem, head)
        names = {row.source_id for row in items} | {row.item_id for row in changes}
        total = Fraction(0)
        for name in names:
            said = [(row.since, 0, row.since, row) for row in items if row.source_id == name]
            said += [
                (row.changed_on, 1, row.known_on, row) for row in changes if row.item_id == name
            ]
            held = [one for one in said if one[0] <= day]
            if held:
                row = max(held, key=lambda one: one[:3])[3]
                price = Fraction(row.unit_num, row.unit_den) * row.quantity
                months = MONTHLY[row.interval] / row.interval_count
                total += 0 if row.metered else price * months
        return total

    def native(self, head: Subscription, day: int) -> Fraction:
        if self.status(head, day) not in COUNTED:
            return Fraction(0)
        amount = self.items(head, day)
        for one in self.of(Discount, head):
            if one.starts_on <= day and (one.ends_on is None or day < one.ends_on):
                amount *= 1 - Fraction(one.percent_millionths or 0, 1_000_000)
        return amount

    def mrr(self, account: str, day: int, rate_day: int) -> int:
        total = Fraction(0)
        for head in self.heads:
            if head.account_id == account:
                total += self.native(head, day) * self.rate(head.currency, rate_day)
        return round(total)

    def rate(self, currency: str, day: int) -> Fraction:
        if currency == self.rates.reporting:
            return Fraction(1)
        place = bisect_right(self.rates.days[currency], day) - 1
        return self.rates.values[currency][place]

    def halted(self, account: str, day: int) -> bool:
        mine = [head for head in self.heads if head.account_id == account]
        return any(self.status(head, day) in HALTED for head in mine)

    def movements(self, account: str, first: int, last: int) -> list[tuple[int, str, int]]:
        """(day, kind, amount) with amounts that are not 0, day by day from before any fact."""
        start = min((head.started_on for head in self.heads), default=first) - 1
        found, paid = [], False
        for day in range(min(start, first), last + 1):
            yesterday = self.mrr(account, day - 1, day - 1)
            before, after = self.mrr(account, day - 1, day), self.mrr(account, day, day)
            if after != before:
                found.append((day, self.name(account, day, before, after, paid), after - before))
            if before != yesterday:
                found.append((day, "fx", before - yesterday))
            paid = paid or after > 0
        return [row for row in found if row[0] >= first]

    def name(self, account: str, day: int, before: int, after: int, paid: bool) -> str:
        if before == 0 and not paid:
            return "new"
        if before == 0:
            return "expansion" if self.halted(account, day - 1) else "reactivation"
        if after == 0:
            return "contraction" if self.halted(account, day) else "churn"
        return "expansion" if after > before else "contraction"
