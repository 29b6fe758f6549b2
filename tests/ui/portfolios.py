"""A plausible Portfolio of any size from a seeded generator, for tests of models and views."""

from __future__ import annotations

from datetime import date

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, day_number
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio

DAY = day_number(date(2026, 11, 20))
FIRST = (
    "Northwind", "Halcyon", "Bluepeak", "Ostrava", "Kestrel", "Fjord", "Maple", "Quanta", "Sable",
    "Tern", "Verity", "Orchard", "Copperline", "Lumen", "Pinecrest", "Arcadia", "Bramble", "Cobalt",
    "Delta", "Ember", "Falcon", "Granite", "Harbor", "Indigo",
)  # fmt: skip
SECOND = (
    "Traders", "Robotics", "Software", "Steelworks", "Analytics", "Logistics", "Biolabs",
    "Insurance", "Aviation", "Legal", "Foods", "Media", "Dental", "Schools", "Hotels", "& Sons",
)  # fmt: skip
CSMS = ("Dana Ruiz", "Priya Nair", "Tom Becker", "Ines Duarte")
TIERS = ("T1", "T2", "T3", "T4")
TAGS = ("At risk", "Champion", "Expansion", "QBR due", "Exec sponsor", "Reference", "Price rise")
STATUSES = ("Active",) * 9 + ("Past due", "Trial", "Paused", "Churned")
PRODUCTS = ("Scanner", "WAP", "Compliance", "Agent")
FACTORS = (
    "last_login", "active_users", "usage_trend", "modules_used", "overdue", "mrr_change",
    "critical_tickets", "failed_jobs", "nps", "contact", "csm_risk",
)  # fmt: skip
REASONS = (
    "Last login 47 days ago",
    "9 of 42 seats active in 30 days",
    "NPS detractor: average 4 (3 answers)",
    "$20,040 overdue 18 days",
    "Usage down 38 % (4 weeks vs prior 8)",
)


def columns(length: int, **data: object) -> Columns:
    return Columns(data, length)


def _some(rng: np.random.Generator, values: np.ndarray, share: float) -> np.ndarray:
    """The values with a share of them missing."""
    return np.where(rng.random(len(values)) < share, MISSING, values).astype(np.int64)


def _history(rng: np.random.Generator, count: int) -> np.ndarray:
    start = rng.choice([88, 76, 62, 45, 24], count, p=[0.3, 0.3, 0.2, 0.12, 0.08])
    slope = rng.normal(0, 0.07, count)
    days = np.arange(HISTORY_DAYS)[:, None]
    walk = start + slope * days + np.cumsum(rng.normal(0, 0.9, (HISTORY_DAYS, count)), axis=0)
    scores = np.clip(np.rint(walk), 2, 100).astype(np.int16)
    late = rng.random(count) < 0.05
    scores[:120, late] = -1
    return scores


def _customers(rng: np.random.Generator, count: int, history: np.ndarray) -> Columns:
    chi = history[-1].astype(np.int64)
    band = np.where(chi > 70, 2, np.where(chi < 30, 0, 1))
    capacity = rng.choice([10, 25, 50, 100, 250], count)
    used = np.rint(capacity * np.clip(rng.normal(0.68, 0.25, count), 0.02, 1.1)).astype(np.int64)
    acv = np.rint(np.exp(rng.normal(11, 1.1, count)) / 100).astype(np.int64) * 10_000
    status = [STATUSES[i] for i in rng.integers(0, len(STATUSES), count)]
    thin = rng.random(count) < 0.06
    active = np.array([s in ("Active", "Past due") for s in status], np.int64)
    names = [
        f"{FIRST[i % len(FIRST)]} {SECOND[(i * 7 + i // 24) % len(SECOND)]}" for i in range(count)
    ]
    picks = rng.integers(0, 2, (count, len(TAGS))) * (rng.random((count, len(TAGS))) < 0.4)
    none = np.full(count, MISSING, np.int64)
    return columns(
        count,
        id=[f"{i:016x}" for i in range(count)],
        name=names,
        domain=[f"c{i}.example" for i in range(count)],
        csm=[CSMS[i] for i in rng.integers(0, len(CSMS), count)],
        tier=[TIERS[i] for i in rng.integers(0, 4, count)],
        stage=["Live"] * count,
        success_program=["Standard"] * count,
        status=status,
        flag=[None] * count,
        unsent=[()] * count,
        tags=[tuple(t for t, on in zip(TAGS, row, strict=True) if on) for row in picks],
        currency=["USD"] * count,
        mrr=acv // 12 * active,
        arr=acv * active,
        acv=acv,
        acv_derived=np.zeros(count, np.int64),
        acv_native=acv,
        metered=acv // 40 * active,
        metered_lost=np.zeros(count, np.int64),
        renewal_on=_some(rng, DAY + rng.integers(-4, 330, count), 0.08),
        created_on=DAY - rng.integers(20, 900, count),
        assigned_on=DAY - rng.integers(1, 400, count),
        committed_churn=np.zeros(count, np.int64),
        chi=chi,
        band=band,
        held_band=band,
        coverage=np.where(thin, 4_000, 9_300),
        thin=thin.astype(np.int64),
        cap=np.full(count, -1, np.int64),
        **{
            f"pillar_{name}": np.clip(chi + rng.integers(-12, 12, count), 0, 100) * 10_000
            for name in ("adoption", "financial", "service", "relationship")
        },
        used=_some(rng, used, 0.04),
        capacity=capacity,
        active_users=used,
        last_contact_on=_some(rng, DAY - rng.integers(0, 130, count), 0.05),
        last_login_on=_some(rng, DAY - rng.integers(0, 70, count), 0.05),
        nps=_some(rng, rng.integers(200, 1000, count), 0.4),
        open_tasks=rng.integers(0, 6, count),
        high_tasks=rng.integers(0, 2, count),
        at_risk=(chi < 40).astype(np.int64),
        upsell=(used > capacity * 0.9).astype(np.int64),
        health_marker=np.zeros(count, np.int64),
        activity_marker=np.zeros(count, np.int64),
        health_change=chi - history[-31].astype(np.int64),
        active=active,
        products=[
            tuple(p for p in PRODUCTS if rng.random() < 0.5) or ("Scanner",) for _ in range(count)
        ],
        main_contact=["Ada Lovelace"] * count,
        champion=[None] * count,
        why1=[REASONS[i % 5] for i in range(count)],
        why2=[REASONS[(i + 1) % 5] for i in range(count)],
        why3=[REASONS[(i + 2) % 5] for i in range(count)],
        url=["https://crm.example/c"] * count,
        preview=none,
    )


RULES = (
    ("renewal_due", "Commercial", "Renews 11 Dec 2026 in 21 days, $184,000. Health 92."),
    ("payment_overdue", "Commercial", "Invoice 1042: $20,040 overdue 18 days."),
    ("no_login", "Churn Risk", "Last login 47 days ago (usually every 2 days)."),
    ("nps_detractor", "Churn Risk", "NPS detractor: average 4 (3 answers)."),
    ("usage_drop", "Churn Risk", "Usage down 38 %: 410 to 254 a week."),
    ("seats_unused", "Product Usage", "9 of 42 seats active (21 %)."),
    ("contact_gap", "Company Risk", "No two-way contact for 61 days."),
)
BEFORE = (
    "snooze_before",
    "snooze_severity_before",
    "finished_before",
    "finished_severity_before",
)
STATES = ("not started", "not started", "started", "in progress", "finished")
ALERTS = (
    ("health_drop", "Risk", "Health fell from 55 to 24"),
    ("cancellation", "Risk", "Cancellation scheduled"),
    ("capacity", "Upsell", "Scanner: 196 of 200 (98 %)"),
    ("renewal", "Renewal", "Renews in 11 days"),
    ("onboarding", "Onboarding", "No login in the first 7 days"),
)


def _tasks(rng: np.random.Generator, customers: int) -> Columns:
    count = customers
    rule = rng.integers(0, len(RULES), count)
    opened = DAY - rng.integers(0, 60, count)
    return columns(
        count,
        id=[f"task{i:012d}" for i in range(count)],
        customer=rng.integers(0, max(customers, 1), count),
        rule=[RULES[i][0] for i in rule],
        category=[RULES[i][1] for i in rule],
        severity=rng.integers(1, 4, count),
        shown_state=[STATES[i] for i in rng.integers(0, 5, count)],
        active=(rng.random(count) < 0.6).astype(np.int64),
        text=[RULES[i][2] for i in rule],
        due_on=DAY + rng.integers(-5, 14, count),
        first_seen=opened,
        opened_on=opened,
        resolved_on=np.full(count, MISSING, np.int64),
        assignee=[None] * count,
        snooze_until=np.where(rng.random(count) < 0.05, DAY + 9, MISSING).astype(np.int64),
        comment=[None] * count,
        finished_on=np.full(count, MISSING, np.int64),
        episode=np.ones(count, np.int64),
        verdict=[None] * count,
        state=["ok"] * count,
        checked_on=np.full(count, DAY, np.int64),
        **dict.fromkeys(BEFORE, np.full(count, MISSING, np.int64)),
    )


def _alerts(rng: np.random.Generator, customers: int) -> Columns:
    count = customers // 4
    kind = rng.integers(0, len(ALERTS), count)
    opened = DAY - rng.integers(0, 40, count)
    closed = np.where(rng.random(count) < 0.5, DAY - 1, MISSING).astype(np.int64)
    return columns(
        count,
        id=[f"alert{i:011d}" for i in range(count)],
        episode=np.ones(count, np.int64),
        kind=[ALERTS[i][0] for i in kind],
        type=[ALERTS[i][1] for i in kind],
        customer=rng.integers(0, max(customers, 1), count),
        text=[ALERTS[i][2] for i in kind],
        opened_on=opened,
        closed_on=closed,
        action_step=rng.integers(0, 2, count),
    )


def _nothing(*names: str) -> Columns:
    return Columns({name: np.zeros(0, np.int64) for name in names}, 0)


def portfolio(count: int = 214, seed: int = 7) -> Portfolio:
    """`count` customers of one seed, as of DAY, in dollars."""
    rng = np.random.default_rng(seed)
    history = _history(rng, count)
    customers = _customers(rng, count, history)
    matrix = (len(FACTORS), count)
    read_at = DAY * 86_400 + 6 * 3_600
    return Portfolio(
        day=DAY,
        today=DAY,
        currency="USD",
        built_at=read_at,
        fingerprint="a1b2c3",
        preview=False,
        sources=(
            SourceState("hubspot", "HubSpot", ("crm",), DAY, read_at),
            SourceState("stripe", "Stripe", ("billing",), DAY, read_at),
        ),
        csms=CSMS,
        segments=("Top tier",),
        segment_members={"Top tier": np.array([t == "T1" for t in customers["tier"]])},
        customers=customers,
        tasks=_tasks(rng, count),
        task_events=_nothing("task", "day", "kind", "severity", "episode"),
        alerts=_alerts(rng, count),
        movements=_nothing("customer", "day", "kind", "amount", "gap_days"),
        renewals=columns(
            count,
            customer=np.arange(count),
            subscription=[f"sub_{i}" for i in range(count)],
            renewal_on=customers["renewal_on"],
            mrr=customers["mrr"],
        ),
        contacts=_nothing("customer", "name", "title", "role", "created_on", "user"),
        activities=_nothing("customer", "kind", "day", "direction"),
        subscriptions=_nothing(
            "customer", "status_type", "started_on", "cancelled_on", "ended_on", "mrr"
        ),
        chi_history=history,
        factors=FACTORS,
        num=np.zeros(matrix, np.int64),
        den=np.ones(matrix, np.int64),
        has=np.ones(matrix, np.bool_),
        score=np.zeros(matrix, np.int64),
        points=np.zeros(matrix, np.int64),
        weight=np.ones(matrix, np.int64),
        weight_total=np.full(count, len(FACTORS), np.int64),
        cap_points=np.zeros(count, np.int64),
        notices=(),
        rules=(),
        run_day=DAY,
        run_at=read_at,
        run_ms=400,
    )
