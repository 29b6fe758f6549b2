"""The engine on 10,000 customers: scores, rules, a whole day, and a day with load and write."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.harness import Bench, Result, Times, interleaved
from benchmarks.workspaces import copy_of, large_workspace, session_of
from csmdesk.domain.collector import collector_paused
from csmdesk.domain.findings import Health, Previous
from csmdesk.domain.inputs import Facts
from csmdesk.engine.health.assess import assess
from csmdesk.engine.rules import RULES
from csmdesk.engine.rules.evaluate import check_rules
from csmdesk.engine.rules.rule import Context
from csmdesk.engine.run import prepare_run, run_day
from csmdesk.jobs.engine import advanced
from csmdesk.jobs.session import Session
from csmdesk.store import findings as stored
from csmdesk.store.load import load_facts
from csmdesk.store.sql import fetch

FACTORS = 15
PASSES = 300
WHOLE = 4.0
INPUTS = {
    "fact_contact": ("account_id", "max(last_seen_at), sum(bounced), min(left_on)"),
    "fact_field_change": ("account_id", "max(at), max(value)"),
    "fact_invoice": ("account_id", "sum(amount_due - amount_paid), min(due_on), max(attempts)"),
    "fact_ticket": ("account_id", "sum(priority = 'urgent'), max(created_at), max(solved_at)"),
    "fact_nps_answer": ("account_id", "sum(score), max(answered_at)"),
    "fact_activity": ("account_id", "max(at), max(direction), sum(held)"),
    "fact_subscription": ("account_id", "min(started_on), max(next_billing_on), max(ended_on)"),
    "fact_subscription_change": ("subscription_id", "sum(unit_num * quantity), max(changed_on)"),
    "fact_status_change": ("subscription_id", "max(changed_on), max(status)"),
    "fact_subscription_item": ("subscription_id", "sum(unit_num * quantity), max(since)"),
}
"""Child tables of the engine: the column by which the floor groups them, and what it makes of the
columns that the engine reads."""


def run() -> list[Result]:
    bench = Bench("engine")
    session = session_of(copy_of(large_workspace(), "engine"))
    try:
        with session.store.read() as conn:
            facts = load_facts(conn, session.settings)
        with collector_paused():  # as the run does
            return [*_in_memory(bench, session, facts), *_whole(bench, session, facts)]
    finally:
        session.close()


def _in_memory(bench: Bench, session: Session, facts: Facts) -> list[Result]:
    day, settings, nothing = session.today(), session.settings, Previous({}, {}, ())
    count = f"{facts.count:,} customers"
    matrix = np.ones((FACTORS, facts.count))
    shared = prepare_run(facts, settings)
    before = run_day(facts, settings, day - 1, nothing, shared)
    measures = shared.measures(day)
    known = advanced(nothing, before)

    def passed() -> None:
        matrix.sum(axis=1)

    def scores() -> Health:
        return assess(facts, measures, settings, day, ())

    def scored() -> None:
        scores()

    def ruled() -> None:
        yesterday, health = shared.measures(day - 1), scores()
        check_rules(
            RULES,
            Context(facts, settings, day, measures, yesterday, shared.events, health, known),
        )

    def next_day() -> None:
        shared._kept.pop(day, None)
        run_day(facts, settings, day, known, shared)

    def prepared() -> None:
        prepare_run(facts, settings)

    floor, score, rules, whole, ready = interleaved([passed, scored, ruled, next_day, prepared], 5)
    name = f"one pass over {FACTORS} x {facts.count:,}"
    return [
        bench.compared(f"scores from measures, {count}", name, floor, score, PASSES),
        bench.compared(
            f"scores and rules, with the texts of {len(known.tasks):,} tasks, {count}",
            name,
            floor,
            rules,
            PASSES,
        ),
        bench.compared(
            f"one day: measures, scores, rules, alerts, {count}", name, floor, whole, None
        ),
        bench.seconds(f"one day, {count}", whole, None),
        bench.seconds(f"reading changes once a run (prepare), {count}", ready, None),
    ]


def _whole(bench: Bench, session: Session, facts: Facts) -> list[Result]:
    """Load, run, compare with what is stored, write; the floor is SQLite aggregating its inputs.

    Seconds of the processor, since other work on the machine would be in both by chance.
    """
    day = session.today()
    parts: dict[str, Times] = {name: Times() for name in ("load", "run", "write")}

    def grouped() -> float:
        began = time.thread_time()
        with session.store.read() as conn:
            for table, (column, sums) in INPUTS.items():
                # By the index SQLite would fetch every row by itself: a scan is its faster way.
                sql = f"SELECT {column}, {sums} FROM {table} NOT INDEXED GROUP BY {column}"
                fetch(conn, sql)
            fetch(conn, "SELECT sum(length(cells)) FROM usage_cells")
        return time.thread_time() - began

    def whole() -> float:
        began = time.thread_time()
        with session.store.read() as conn:
            loaded = load_facts(conn, session.settings, day - 1)
            previous = stored.load_previous(conn, day)
        read = time.thread_time()
        findings = run_day(loaded, session.settings, day, previous)
        computed = time.thread_time()
        with session.store.write() as conn:
            stored.save_day(conn, findings, session.settings, at=session.now())
        written = time.thread_time()
        spent = (read - began, computed - read, written - computed)
        for name, seconds in zip(parts, spent, strict=True):
            parts[name].rounds.append(seconds)
        return written - began

    floor, ours = interleaved([grouped, whole], 3, warm=0)
    title = f"whole run of one day with load and write, {facts.count:,} customers"
    return [
        bench.compared(title, "SQLite aggregates the inputs", floor, ours, WHOLE),
        *(bench.seconds(f"  of it: {name}", times, None) for name, times in parts.items()),
    ]
