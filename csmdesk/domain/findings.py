"""Findings: what the engine says about one day. Owned by the engine, recomputable.

Tasks, events and alerts are structs: a day makes tens of thousands of them, and the garbage
collector need not look at what holds texts and numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from csmdesk.domain.columns import Bools, Columns, Ints
from csmdesk.domain.days import MISSING

LOW, MEDIUM, HIGH = 1, 2, 3
SEVERITIES = {LOW: "Low", MEDIUM: "Medium", HIGH: "High"}
POOR, NEUTRAL, GOOD, NO_BAND = 0, 1, 2, -1
BANDS = {POOR: "poor", NEUTRAL: "neutral", GOOD: "good", NO_BAND: "not enough data"}
SCORE_UNIT = 10_000
"""Scores are integers in 1/10,000 of a point: 100 points = 1,000,000."""


@dataclass(frozen=True, slots=True)
class Health:
    """Health of all customers on one day; columns are indexed like `ids`.

    `chi` -1 = no counted subscription ever and nothing to score. Matrices are (factors, customers)
    in the order of `factors`. `num/den` is the exact raw value, `has` whether it has data, `score` in
    1/10,000 points, `points` the integer points lost (they and `cap_points` sum with chi to 100),
    `weight` the effective weight numerator over `weight_total` (per customer).
    `pillars` (4, customers): pillar scores in 1/10,000, -1 = no data. `cap` index of the binding cap or -1.
    `held_band` follows hysteresis; `rank` the activity rank, -1 = none.
    `health_marker`, `activity_marker`: -1 down, +1 up, 0 none.
    """

    day: int
    ids: tuple[str, ...]
    model: tuple[str, ...]  # model versions in use
    model_index: NDArray[np.int8]
    factors: tuple[str, ...]
    chi: NDArray[np.int16]
    band: NDArray[np.int8]
    held_band: NDArray[np.int8]
    coverage: Ints  # 1/10,000
    num: NDArray[np.int64]
    den: NDArray[np.int64]
    has: NDArray[np.bool_]
    score: NDArray[np.int64]
    points: NDArray[np.int64]
    weight: NDArray[np.int64]
    weight_total: Ints
    pillars: NDArray[np.int64]
    cap: NDArray[np.int8]
    cap_points: NDArray[np.int64]
    rank: NDArray[np.int16]
    health_marker: NDArray[np.int8]
    activity_marker: NDArray[np.int8]
    active: Bools


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """What stays of a day's health for ever; columns as in `Health`."""

    day: int
    ids: tuple[str, ...]
    model: tuple[str, ...]
    model_index: NDArray[np.int8]
    factors: tuple[str, ...]
    chi: NDArray[np.int16]
    held_band: NDArray[np.int8]
    rank: NDArray[np.int16]
    coverage: Ints
    has: NDArray[np.bool_]
    num: NDArray[np.int64]
    den: NDArray[np.int64]
    score: NDArray[np.int64]
    points: NDArray[np.int64]
    cap: NDArray[np.int8]
    pillars: NDArray[np.int64]


class Task(Struct, frozen=True, gc=False):
    """A task as the engine owns it; one row per task id, the newest episode.

    `evidence` is JSON text with sorted keys (values, thresholds, source, age). `streak` counts the
    consecutive days on which the clearing condition held. `state`: "ok", "stale" (not re-checked
    since `checked_on`) .
    """

    task_id: str
    rule: str
    customer_id: str
    subject: str
    category: str
    severity: int
    active: bool
    text: str
    evidence: str
    first_seen: int
    last_seen: int
    opened_on: int
    resolved_on: int | None
    episode: int
    due_on: int
    state: str
    checked_on: int
    streak: int


class TaskEvent(Struct, frozen=True, gc=False):
    """One step in the life of a task, append-only: opened, severity, eased, unchecked, checked, due,
    resolved, with severity, text and due date from then on. Tells any past day."""

    task_id: str
    day: int
    kind: str
    episode: int
    severity: int
    text: str
    due_on: int


class Alert(Struct, frozen=True, gc=False):
    """One episode of an alert."""

    alert_id: str
    episode: int
    kind: str
    type: str
    customer_id: str
    subject: str
    opened_on: int
    closed_on: int | None
    text: str
    evidence: str
    streak: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A customer that a rule put into a playbook. `steps`: JSON list of [title, days after]."""

    enrolment_id: str
    customer_id: str
    playbook: str
    rule: str
    task_id: str
    enrolled_on: int
    steps: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment of any origin as a later run sees it; `ended_on`: left or completed, None while
    it is active."""

    enrolment_id: str
    customer_id: str
    playbook: str
    enrolled_on: int
    ended_on: int | None


@dataclass(frozen=True, slots=True)
class RuleState:
    """Whether a rule could be checked on this day, and why not ("not checked: no source")."""

    rule: str
    checked: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Previous:
    """What the engine needs from earlier runs: their tasks, open alerts, the last 30 history days."""

    tasks: dict[str, Task]
    alerts: dict[str, Alert]  # newest episode per alert id
    history: tuple[HistoryDay, ...]  # ascending days, all before D
    verdicts: dict[str, str] = field(default_factory=dict)
    """task or alert id -> what a person said of its newest episode: false_alarm, accepted …"""
    finished: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """task id -> (episode, severity, day) at which a person finished it: re-trigger delay."""
    live_from: int = MISSING
    """First day that a person could see: due dates of the days before it count from there."""
    enrolled: tuple[Enrolled, ...] = ()
    """Every enrolment in a playbook, of rules and of people."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything one run says. `tasks`/`alerts`: new or changed ones only; `measures`: per customer
    columns (see engine.measure)."""

    day: int
    health: Health
    measures: Columns
    tasks: tuple[Task, ...]
    task_events: tuple[TaskEvent, ...]
    alerts: tuple[Alert, ...]
    rules: tuple[RuleState, ...]
    notices: tuple[str, ...]
    enrolments: tuple[Enrolment, ...] = ()
    """New ones only."""
