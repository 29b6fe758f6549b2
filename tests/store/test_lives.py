"""Any sequence of runs and edits in one store, with the engine's own life of a task.

No task twice, nothing that a day ended with is ever deleted, what people wrote is never touched by a
run, earlier days stay as they were told, and the same run again writes nothing.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from csmdesk.domain.edits import Edit
from csmdesk.domain.settings import Settings
from csmdesk.engine.rules.evaluate import check_rules
from csmdesk.engine.rules.rule import CLEAR, ENDED, HOLDS, UNKNOWN, Hit, Rule
from csmdesk.store.database import open_store
from csmdesk.store.edits.plan import TABLES
from csmdesk.store.findings import ChangeCounts, load_previous, save_day
from csmdesk.store.sql import fetch
from csmdesk.store.work import apply_edit, redo, undo, work_rows
from tests.engine.rules.world import context
from tests.store.samples import D, findings

ME = "me@us.example"
SUBJECTS = [(0, "a"), (0, "b"), (1, "a")]
EDITS = (
    *(("start", {}), ("finish", {}), ("reopen", {}), ("comment", {"text": "Called"})),
    *(("snooze", {"until": D + 3}), ("due", {"due_on": D + 5})),
    *(("verdict", {"verdict": "false_alarm"}), ("accept", {"reason": "Known"})),
)
STATES = st.tuples(
    st.integers(0, 3), st.booleans(), st.sampled_from((CLEAR, ENDED, HOLDS, UNKNOWN))
)
HITS = st.dictionaries(st.sampled_from(SUBJECTS), STATES, max_size=3)
STEPS = st.one_of(
    st.tuples(st.just("run"), st.integers(0, 2), HITS),
    st.tuples(st.just("edit"), st.sampled_from(EDITS), st.integers(0, 3)),
    st.tuples(st.sampled_from(("undo", "redo")), st.none(), st.none()),
)
Hits = dict[tuple[int, str], tuple[int, bool, str]]


def toy(hits: Hits) -> Rule:
    told = [
        Hit(customer, subject, severity, f"{subject} {severity}", {"values": severity}, *rest)
        for (customer, subject), (severity, *rest) in hits.items()
    ]
    return Rule(
        id="toy",
        number=1,
        category="Commercial",
        title="Toy",
        sources=("crm",),
        check=lambda ctx, limits: told,
        limits={"clear_days": 2, "retrigger_days": 3},
    )


def run(conn: Connection, day: int, hits: Hits) -> ChangeCounts:
    ctx = context([{}, {}], day=day, earlier=load_previous(conn, day))
    found = check_rules([toy(hits)], ctx)
    base = findings(day, ctx.facts.ids, [50, 60], found.tasks, found.events)
    return save_day(conn, base, Settings(), at=0)


def work(conn: Connection) -> dict[str, Any]:
    return {name: work_rows(conn, name) for name in TABLES}


def told_before(conn: Connection, day: int) -> list[tuple[Any, ...]]:
    return fetch(conn, "SELECT * FROM task_event WHERE day < ? ORDER BY 1, 2, 3, 4", (day,))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=16))
def test_any_sequence_of_runs_and_edits(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "x.sqlite")
        day, at = D, 0
        ended: dict[str, int] = {}
        with store.write() as conn:
            run(conn, day, {})
            for name, what, more in steps:
                at += 1
                if name == "run":
                    if what:
                        ended = episodes(conn)
                        day += what
                    before = work(conn), told_before(conn, day)
                    run(conn, day, more)
                    assert run(conn, day, more).total == 0
                    assert (work(conn), told_before(conn, day)) == before
                    now = episodes(conn)
                    assert all(now[key] >= episode for key, episode in ended.items())
                elif name == "edit":
                    known = sorted(episodes(conn))
                    if more < len(known):
                        verb, args = what
                        apply_edit(conn, Edit(verb, (known[more],), args), ME, at, day)
                else:
                    (undo if name == "undo" else redo)(conn, ME, at, day)
                assert len(episodes(conn)) <= len(SUBJECTS)
        store.close()


def episodes(conn: Connection) -> dict[str, int]:
    """Newest episode of every task there is."""
    return {row[0]: row[1] for row in fetch(conn, "SELECT task_id, episode FROM task")}
