"""An independent reading of the world: MRR from bills, and the twelve rules from raw facts.

Written from definitions.md alone, so that the tests do not ask the generator what it meant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import numpy as np

from csmdesk.domain.demo_rates import rate
from csmdesk.sandbox.shapes import Account, Invoice, Subscription
from csmdesk.sandbox.world import World
from csmdesk.sandbox.world.catalog import FEATURES

DAY = 86400
MONTHS = {"month": 1, "year": 12}
SEVERITIES = ("Low", "Medium", "High")


def day_of(instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).date()


def months_of(subscription: Subscription) -> int:
    price = subscription.items[0].price
    return MONTHS[price.interval] * price.interval_count


def mrr_from_bills(subscription: Subscription, invoices: list[Invoice], day: date) -> Fraction:
    """Native MRR on `day` from what Stripe shows: lines, pauses by void bills, trial, end."""
    start = day_of(subscription.trial_end or subscription.start_at)
    ended = day_of(subscription.ended_at) if subscription.ended_at else date.max
    if not start <= day < ended:
        return Fraction(0)
    lines = [
        (line.period_start, line.amount >= 0, invoice.status, line)
        for invoice in invoices
        if invoice.subscription_id == subscription.stripe_id
        for line in invoice.lines
        if line.price is not None and not line.price.metered
    ]
    held = [row for row in lines if day_of(row[0]) <= day]
    if not held:
        held = [min(lines, key=lambda row: (row[0], row[1]))]
    _, _, status, line = max(held, key=lambda row: (row[0], row[1]))
    if status == "void":
        return Fraction(0)
    assert line.price is not None
    amount = Fraction(line.price.unit_amount_decimal) * line.quantity
    for discount in subscription.discounts:
        over = discount.end is not None and day_of(discount.end) <= day
        if discount.duration == "once" or day_of(discount.start) > day or over:
            continue
        if discount.percent_off is not None:
            amount *= 1 - Fraction(discount.percent_off) / 100
        else:
            amount = max(Fraction(0), amount - (discount.amount_off or 0))
    return amount / months_of(subscription)


BY_MODULE: dict[str, set[str]] = defaultdict(set)
for _feature in FEATURES:
    BY_MODULE[_feature.module].add(_feature.name)


@dataclass
class View:
    """What a reader knows of one account at a world's today."""

    account: Account
    active: bool
    left_out: bool  # churned, paused, internal, demo: the rules skip them
    tenure: int
    seats: int
    modules: dict[str, set[str]]  # product id -> modules, of running subscriptions
    renewal: date | None
    arr_usd: Fraction
    start: date  # the window's first day
    events: np.ndarray  # by day
    features: dict[str, np.ndarray]  # events by day
    failed: np.ndarray
    jobs: np.ndarray
    people: dict[str, np.ndarray]  # events by day
    by_module: dict[str, set[str]]

    def distinct(self, day: date, days: int = 30, back: int = 0) -> int:
        end = (day - self.start).days - back
        return sum(bool(row[max(0, end - days) : end].any()) for row in self.people.values())

    def last_use(self, day: date) -> int:
        """Days since the last day with use before `day`."""
        return self._since(self.events, day)

    def _since(self, row: np.ndarray, day: date) -> int:
        (hit,) = np.nonzero(row[: (day - self.start).days])
        return (day - self.start).days - int(hit[-1]) if len(hit) else 999

    def product_use(self, modules: set[str], day: date) -> int:
        rows = [self.features[f] for m in modules for f in self.by_module[m] if f in self.features]
        return self._since(sum(rows, np.zeros(len(self.events))), day)


WINDOW = 200


def view(world: World, account: Account, days: int = WINDOW) -> View:
    today = world.today
    start = today - timedelta(days=days)
    products = {product.stripe_id: product for product in world.products}
    running, statuses, first = [], Counter(), today
    arr = Fraction(0)
    for customer in account.billing:
        for subscription in customer.subscriptions:
            paid = any(float(item.price.unit_amount_decimal) for item in subscription.items)
            status = "paused" if subscription.paused else subscription.status
            if not paid:
                status = "free"
            statuses[status] += 1
            if status in ("active", "past_due"):
                running.append(subscription)
                first = min(first, day_of(subscription.trial_end or subscription.start_at))
                value = mrr_from_bills(subscription, list(customer.invoices), today)
                arr += 12 * value * rate(subscription.currency, today)
    items = [(s, i) for s in running for i in s.items if not i.price.metered]
    seats = sum(i.quantity for _, i in items if products[i.price.product_id].unit == "seat")
    modules = {i.price.product_id: set(products[i.price.product_id].modules) for _, i in items}
    yearly = [day_of(i.period_end) for s, i in items if months_of(s) >= 6]
    renewal = account.company.renewal_date or min(yearly, default=None)
    events = np.zeros(days, dtype=np.int64)
    features: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(days, dtype=np.int64))
    failed, jobs = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    rows = world.usage_features(account.index, start, today)
    place = (rows.day - np.datetime64(start)).astype(int)
    np.add.at(events, place, rows.events)
    for name in np.unique(rows.feature):
        own = rows.feature == name
        np.add.at(features[str(name)], place[own], rows.events[own])
        if name in ("scan_run", "sync_run"):
            np.add.at(jobs, place[own], rows.events[own])
            np.add.at(failed, place[own], rows.failed[own])
    used = world.usage_users(account.index, start, today)
    people: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(days, dtype=np.int64))
    for person, at, count in zip(
        used.person.tolist(),
        (used.day - np.datetime64(start)).astype(int).tolist(),
        used.events.tolist(),
        strict=True,
    ):
        people[person][at] += count
    return View(
        account,
        bool(running),
        not running or account.company.flag is not None,
        (today - first).days,
        seats,
        modules,
        renewal,
        arr,
        start,
        events,
        dict(features),
        failed,
        jobs,
        dict(people),
        BY_MODULE,
    )
