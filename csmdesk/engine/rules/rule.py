"""What a rule is, what it sees and what it says (definitions.md section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from csmdesk.domain.columns import Bools, Columns, Ints, where_text
from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import SEAT_WORDS
from csmdesk.domain.findings import Alert, Health, Previous, Task
from csmdesk.domain.inputs import Facts, SourceState
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.rows import EventRows
from csmdesk.engine.metrics.windows import last_used, usage_window
from csmdesk.engine.rules.limits import Limits

COMMERCIAL, CHURN_RISK = "Commercial", "Churn Risk"
PRODUCT_USAGE, COMPANY_RISK = "Product Usage", "Company Risk"

NONE = 0
"""Severity of a hit that no rung holds today: it only tells whether its task may clear."""
CLEAR, ENDED, HOLDS, UNKNOWN = "clear", "ended", "holds", "unknown"
"""Whether a task without a rung clears: its condition holds today, it ended for good (no need to
hold for days), it does not clear, or the data to tell is missing."""
LEFT_OUT_STATUSES = frozenset(("Churned", "Paused"))
LEFT_OUT_FLAGS = frozenset(("internal", "demo"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One subject of one customer as a rule sees it today.

    `severity` is the highest rung that holds, NONE for a watched subject without one; `fires` is
    False while a debounced rung holds for its first day; `clear` matters without a rung only.
    Empty `text` keeps the task's former text and evidence.
    """

    customer: int
    subject: str
    severity: int
    text: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    fires: bool = True
    clear: str = HOLDS


@dataclass(frozen=True)
class Context:
    """What every rule reads. `before` = the measures as of D-1; all rows are customers. `events`:
    what `event_rows` says of these facts."""

    facts: Facts
    settings: Settings
    day: int
    measures: Columns
    before: Columns
    events: EventRows
    health: Health
    previous: Previous

    @cached_property
    def index(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.facts.ids)}

    @cached_property
    def flagged(self) -> Bools:
        """Customers flagged internal or demo."""
        flags = self.facts.customers["flag"]
        return where_text(flags, lambda flag: (flag or "").lower() in LEFT_OUT_FLAGS)

    @cached_property
    def left_out(self) -> Bools:
        """Churned, paused, internal and demo customers, and those created after D."""
        gone = where_text(self.measures["status"], LEFT_OUT_STATUSES.__contains__)
        return np.asarray(gone | self.flagged | ~np.asarray(self.measures["exists"]))

    @cached_property
    def _watched(self) -> dict[str, dict[tuple[int, str], Task]]:
        watched: dict[str, dict[tuple[int, str], Task]] = {}
        for task in self.previous.tasks.values():
            row = self.index.get(task.customer_id)
            if task.active and row is not None:
                watched.setdefault(task.rule, {})[row, task.subject] = task
        return watched

    @cached_property
    def product_modules(self) -> dict[str, tuple[str, ...]]:
        """Modules of each product by its name."""
        table = self.facts.tables["product"]
        return dict(zip(table["name"], table["modules"], strict=True))

    @cached_property
    def sold_by_seat(self) -> frozenset[str]:
        """Names of the products whose quantity counts people, and of those nobody describes."""
        table = self.facts.tables["product"]
        pairs = list(zip(table["name"], table["unit"], strict=True))
        others = {name for name, unit in pairs if (unit or "").lower() not in SEAT_WORDS}
        told = {name for products in self.measures["products"] for name in products}
        return frozenset(told - others)

    @cached_property
    def product_names(self) -> dict[tuple[str, str], str]:
        """Name of a product by (source, source id)."""
        table = self.facts.tables["product"]
        keys = zip(table["source"], table["source_id"], strict=True)
        return dict(zip(keys, table["name"], strict=True))

    @cached_property
    def feature_last_use(self) -> Ints:
        """(customers, features): newest known day of use up to D-1, MISSING for never."""
        usage = self.facts.usage
        newest = np.full((self.facts.count, len(usage.feature_names)), MISSING, np.int64)
        days = last_used(usage_window(self.facts, self.day), usage.feature_events)
        newest[usage.feature_customer, usage.feature_name] = days
        return newest

    def watched(self, rule: str) -> dict[tuple[int, str], Task]:
        """Active tasks of a rule by (customer, subject): each needs a hit to say if it clears."""
        return self._watched.get(rule, {})

    def looked_at(self, rule: str, hit: Bools) -> Iterable[int]:
        """Customers to describe: those hit and those with an active task of the rule."""
        mask = hit.copy()
        rows = [row for row, _ in self.watched(rule)]
        mask[rows] = True
        return np.flatnonzero(mask).tolist()

    def chi_text(self, customer: int) -> str:
        chi = int(self.health.chi[customer])
        return str(chi) if chi >= 0 else "unknown"

    def evidence(
        self, kinds: tuple[str, ...], values: Mapping[str, Any], thresholds: Mapping[str, float]
    ) -> dict[str, Any]:
        """Values, thresholds, and the sources they came from with their age in days."""
        if kinds not in self._ages:
            self._ages[kinds] = {
                s.name: max(0, self.day - s.fresh_on) if s.fresh_on != MISSING else None
                for s in self.of_kind(*kinds)
            }
        read = self._ages[kinds]
        return {"values": values, "thresholds": thresholds, "source": sorted(read), "age": read}

    @cached_property
    def _ages(self) -> dict[tuple[str, ...], dict[str, int | None]]:
        return {}

    def of_kind(self, *kinds: str) -> list[SourceState]:
        return [s for s in self.facts.sources if not set(kinds).isdisjoint(s.kinds)]

    def stale(self, *kinds: str) -> list[SourceState]:
        """Sources of these kinds that failed, or were not read to the end on D or later."""
        return [source for source in self.of_kind(*kinds) if is_stale(source, self.day)]


def is_stale(source: SourceState, day: int) -> bool:
    return source.failed or source.fresh_on == MISSING or source.fresh_on < day


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the twelve. `sources`: kinds it reads; all must be connected unless `any_source`.

    `tables`: fact tables whose rows stand in for a connected source (an import brings them).
    `usage_rule`: needs its condition on D-1 and D, and rests while usage is stale or fell
    everywhere. `unready` says why it cannot be checked, "" when it can.
    """

    id: str
    number: int
    category: str
    title: str
    sources: tuple[str, ...]
    check: Callable[[Context, Limits], list[Hit]]
    limits: Mapping[str, float]
    any_source: bool = False
    tables: tuple[str, ...] = ()
    usage_rule: bool = False
    churned_too: bool = False
    unready: Callable[[Context], str] | None = None


_ENCODER = msgspec.json.Encoder(order="sorted")


def evidence_text(evidence: Mapping[str, Any]) -> str:
    """JSON with sorted keys, so that equal evidence has equal bytes."""
    return _ENCODER.encode(evidence).decode()


def evidence_of(finding: Task | Alert) -> dict[str, Any]:
    return msgspec.json.decode(finding.evidence, type=dict[str, Any])
