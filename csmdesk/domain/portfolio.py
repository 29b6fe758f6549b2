"""The Portfolio: one immutable snapshot of everything the pages show, as of one day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.quality import NO_ISSUES

HISTORY_DAYS = 180
NO_MEASURES = Columns({}, 0)
_NONE = np.zeros(0, np.int64)
NO_ENROLMENTS = Columns(
    {
        **{name: [] for name in ("id", "playbook", "rule", "who")},
        **dict.fromkeys(("customer", "enrolled_on", "left_on", "completed_on"), _NONE),
    },
    0,
)
NO_RENEWAL_DATES = Columns(
    {
        "subscription": [],
        **dict.fromkeys(("customer", "renewal_on", "accomplished"), _NONE),
    },
    0,
)
NO_STEPS = Columns(
    {
        **{name: [] for name in ("title", "state")},
        **dict.fromkeys(("enrolment", "number", "due_on", "set_on"), _NONE),
    },
    0,
)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Built by `jobs.snapshot`, read by `engine.figures`, sent to the window as binary frames.

    Money in minor units of `currency` unless a column says `native`. Columns (int64, MISSING = none;
    text lists, None = none):

    customers: id, name, domain, csm, tier, stage, success_program, status, flag, tags (tuples of
      str: CRM's and own), currency (native), mrr, arr, acv, acv_derived, acv_native, metered (billed
      for use in the last complete month), metered_lost (1: no rate for it), renewal_on,
      created_on, assigned_on, committed_churn, committed_mrr (MRR set to cancel), chi (-1 none), band,
      held_band, coverage (1/10,000), thin (1: too little of it), cap,
      pillar_adoption, pillar_financial, pillar_service, pillar_relationship (1/10,000, -1 none),
      used, capacity (licence use), active_users, last_contact_on, last_login_on, nps (mean, 1/100),
      open_tasks, high_tasks, at_risk, upsell (0/1), health_marker, activity_marker, health_change,
      active (0/1), products (tuples), main_contact, champion, why1, why2, why3 (texts), url, preview,
      unsent (tuples of account fields that were edited here and are not in the CRM yet)
    tasks: id, customer (row index), rule, category, severity, shown_state ("not started", "started",
      "in progress", "finished"), active, text, due_on, first_seen, opened_on, resolved_on, assignee,
      snooze_until, comment, finished_on, episode, verdict, state, checked_on
    task_events: task (row index in tasks), day, kind, severity, episode
    alerts: id, episode, kind, type, customer, text, opened_on, closed_on, action_step (0/1)
    movements: customer, day, kind, amount (signed), gap_days; kinds as definitions.md section 4 plus "fx"
    mrr_months: customer opening MRR per month is recomputed from movements; `mrr` is the closing
    renewals: customer, subscription, renewal_on, mrr (one row per counted subscription with a term)
    renewal_dates: customer, subscription, renewal_on, accomplished (0/1) - of the last 60 days
    contacts: customer, name, title, role, created_on, user (0/1) - created in the last 60 days only
    activities: customer, kind, day, direction - last 60 days only
    subscriptions: customer, status_type, started_on, cancelled_on, ended_on, mrr

    enrolments: id, customer, playbook, rule (None: by hand), who (None: by rule), enrolled_on,
      left_on, completed_on; active while neither of the last two is there
    steps: enrolment (row index in enrolments), number, title, due_on, state ("pending", "done",
      "skipped"), set_on

    quality: see `domain.quality.Issue`; of now, whatever the day

    chi_history: int16 (HISTORY_DAYS, customers), last row = `day`, -1 = none.
    measures: every measure of `engine.measure`, one row per customer.
    factors, num, den, has, score, points, weight, weight_total, cap_points: as in `findings.Health`.
    """

    day: int
    today: int
    currency: str
    built_at: int
    fingerprint: str
    preview: bool
    sources: tuple[SourceState, ...]
    csms: tuple[str, ...]
    segments: tuple[str, ...]
    segment_members: dict[str, NDArray[np.bool_]]
    customers: Columns
    tasks: Columns
    task_events: Columns
    alerts: Columns
    movements: Columns
    renewals: Columns
    contacts: Columns
    activities: Columns
    subscriptions: Columns
    chi_history: NDArray[np.int16]
    factors: tuple[str, ...]
    num: NDArray[np.int64]
    den: NDArray[np.int64]
    has: NDArray[np.bool_]
    score: NDArray[np.int64]
    points: NDArray[np.int64]
    weight: NDArray[np.int64]
    weight_total: NDArray[np.int64]
    cap_points: NDArray[np.int64]
    notices: tuple[str, ...]
    rules: tuple[tuple[str, bool, str], ...]  # rule, checked, reason
    run_day: int
    run_at: int
    run_ms: int
    first_day: int = MISSING
    """First day of the stored history."""
    measures: Columns = NO_MEASURES
    enrolments: Columns = NO_ENROLMENTS
    steps: Columns = NO_STEPS
    quality: Columns = NO_ISSUES
    renewal_dates: Columns = NO_RENEWAL_DATES
