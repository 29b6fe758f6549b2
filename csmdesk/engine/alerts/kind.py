"""What an alert kind is, what it sees and what it says (definitions.md section 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from csmdesk.domain.findings import Alert, Task
from csmdesk.engine.health.bands import Limits as Bands
from csmdesk.engine.health.bands import Past, Today, align
from csmdesk.engine.health.factors import BY_KEY
from csmdesk.engine.rules.limits import Limits
from csmdesk.engine.rules.rule import HOLDS, Context

RISK, UPSELL, RENEWAL, ONBOARDING = "Risk", "Upsell", "Renewal", "Onboarding"
CUSTOMER = "customer"
"""Subject of alerts about the customer as a whole."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One subject as a kind sees it today.

    `opens`: its opening condition holds; `closes`: what its closing condition says for an open
    alert (CLEAR, ENDED, HOLDS or UNKNOWN of `engine.rules.rule`). Empty `text` keeps the former one.
    """

    customer: int
    subject: str
    opens: bool
    closes: str = HOLDS
    text: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AlertContext:
    """The rules' context with the tasks as they stand after today's rules."""

    ctx: Context
    tasks: Mapping[str, Task]
    limits: Mapping[str, Limits]
    """Thresholds in force by kind."""

    @cached_property
    def _newest(self) -> dict[str, dict[tuple[int, str], Alert]]:
        found: dict[str, dict[tuple[int, str], Alert]] = {}
        for alert in self.ctx.previous.alerts.values():
            row = self.ctx.index.get(alert.customer_id)
            if row is not None:
                found.setdefault(alert.kind, {})[row, alert.subject] = alert
        return found

    def newest(self, kind: str) -> dict[tuple[int, str], Alert]:
        """The newest episode of each alert of a kind by (customer, subject), open or closed."""
        return self._newest.get(kind, {})

    def open_ones(self, kind: str) -> dict[tuple[int, str], Alert]:
        """Open alerts of a kind: each needs a signal that says whether it closes."""
        return {key: one for key, one in self.newest(kind).items() if one.closed_on is None}

    @cached_property
    def past(self) -> list[Past]:
        """Stored health of the days that markers look back on, in today's order of customers, ascending."""
        health = self.ctx.health
        none = np.zeros(len(health.ids), np.int64)
        model = health.model_index.astype(np.int64)
        limits = Bands(
            none, none, self.ctx.settings.health
        )  # bands of past days are those stored, never recomputed here
        own = [key not in BY_KEY or BY_KEY[key].weight > 0 for key in health.factors]
        weighs = np.array(own, dtype=np.bool_)[:, None] | (health.weight > 0)
        today = Today(health.ids, health.model, model, health.factors, health.has, limits, weighs)
        days = self.ctx.previous.history
        first = self.ctx.day - self.ctx.settings.health.marker_days
        near = [one for one in days if first <= one.day < self.ctx.day]
        return [align(one, today) for one in near]


@dataclass(frozen=True, slots=True)
class Kind:
    """An alert kind. `limits`: thresholds that a workspace may override; `close_days` (1 unless it is
    one of them): days in a row on which CLEAR must hold; `rearms`: after closing, the opening
    condition must have ended once before the alert opens again."""

    id: str
    type: str
    look: Callable[[AlertContext], list[Signal]]
    rearms: bool = True
    limits: Mapping[str, float] = field(default_factory=dict)
