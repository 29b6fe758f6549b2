from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from csmdesk.domain.days import MISSING, previous_working_day
from csmdesk.domain.edits import Applied, Edit
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Settings
from csmdesk.store import edits
from csmdesk.store.database import Store, open_store
from csmdesk.store.edits import playbooks
from csmdesk.store.edits.plan import TABLES
from csmdesk.store.findings import load_previous, save_day
from csmdesk.store.snapshot import SnapshotRows, snapshot_rows
from csmdesk.store.work import apply_edit, redo, redo_text, undo, undo_text, work_rows
from tests.store.samples import D, alert, customer, event, findings, task, with_customers

ME = "me@us.example"
ONE, TWO = customer(0), customer(1)

EDITS: dict[str, Edit] = {
    "start": Edit("start", ("t1", "t2")),
    "progress": Edit("progress", ("t1",)),
    "finish": Edit("finish", ("t2",)),
    "reopen": Edit("reopen", ("t1",)),
    "snooze": Edit("snooze", ("t1",), {"until": D + 4}),
    "comment": Edit("comment", ("t1",), {"text": "Called <b>Ann</b> {0} %s"}),
    "assign": Edit("assign", ("t1",), {"assignee": "you@us.example"}),
    "due": Edit("due", ("t2",), {"due_on": D + 9}),
    "verdict": Edit("verdict", ("t1", "a1"), {"verdict": "false_alarm"}),
    "accept": Edit("accept", ("t2",), {"reason": "Known"}),
    "tag_add": Edit("tag_add", (ONE, TWO), {"tags": ["vip", "eu"]}),
    "tag_remove": Edit("tag_remove", (ONE,), {"tags": ["vip"]}),
    "risk": Edit("risk", (ONE,), {"score": 7, "risk_tags": ["price"]}),
    "sentiment": Edit("sentiment", (TWO,), {"sentiment": "negative", "reason": "Quiet"}),
    "note": Edit("note", (ONE,), {"body": "Hello", "link": "a1"}),
    "crm": Edit("crm", (ONE, TWO), {"tier": "Gold", "renewal_on": D + 40}),
    "log": Edit("log", (TWO,), {"kind": "meeting", "subject": "Review"}),
}
SOLVED = ("crm_mine", "crm_theirs", "apart", "join", "merge", "split")
"""Tested in tests/integration/test_outbox.py and in test_who_is_who.py, playbooks in theirs."""
PLAIN = tuple(EDITS.values())


def prepared(store: Store) -> None:
    with store.write() as conn:
        with_customers(conn, 2)
        save_day(conn, day_findings(D), Settings(), at=0)


def day_findings(day: int, severity: int = 2) -> Any:
    return findings(
        day,
        sorted((ONE, TWO)),
        [50, 60],
        [task("t1", ONE, D, severity=severity), task("t2", TWO, D, severity=severity)],
        [event("t1", D), event("t2", D)] if day == D else [],
        [alert("a1", ONE, D)],
    )


def state(conn: Connection, day: int | None = None) -> dict[str, list[dict[str, Any]]]:
    return {name: work_rows(conn, name, day) for name in TABLES}


def do(store: Store, edit: Edit, at: int = 1, day: int = D) -> Applied:
    with store.write() as conn:
        return apply_edit(conn, edit, ME, at, day)


def shot(store: Store, day: int = D) -> SnapshotRows:
    with store.read() as conn:
        return snapshot_rows(conn, day)


def audited(conn: Connection) -> list[tuple[Any, ...]]:
    """The audit log, newest first."""
    sql = "SELECT verb, who, at, day, text, changes FROM audit ORDER BY audit_id DESC"
    return [tuple(row) for row in conn.exec_driver_sql(sql)]


def test_every_group_file_is_listed_and_every_verb_is_tested() -> None:
    files = {one.name for one in pkgutil.iter_modules(edits.__path__)} - {"plan"}
    assert files == {group.__name__.rsplit(".", 1)[1] for group in edits.GROUPS}
    for name in files:
        assert importlib.import_module(f"csmdesk.store.edits.{name}").VERBS
    assert set(edits.VERBS) == {*EDITS, "note_remove", *playbooks.VERBS, *SOLVED}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*PLAIN, "undo", "redo", "next day"]), max_size=14))
def test_undo_and_redo_walk_through_the_states(steps: list[Edit | str]) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "x.sqlite")
        prepared(store)
        day, at = D, 0
        with store.write() as conn:
            states, place = [state(conn)], 0
            ends = {}
            for step in steps:
                at += 1
                if step == "next day":
                    ends[day] = states[place]
                    day += 1
                elif step == "undo":
                    assert (undo(conn, ME, at, day) is None) == (place == 0)
                    place = max(place - 1, 0)
                elif step == "redo":
                    done = redo(conn, ME, at, day)
                    assert (done is None) == (place == len(states) - 1)
                    place = min(place + 1, len(states) - 1)
                else:
                    assert isinstance(step, Edit)
                    if apply_edit(conn, step, ME, at, day).audit_id:
                        states = [*states[: place + 1], state(conn)]
                        place += 1
                assert state(conn) == states[place]
                assert bool(undo_text(conn, ME)) == (place > 0)
                assert bool(redo_text(conn, ME)) == (place < len(states) - 1)
            for past, wanted in ends.items():
                assert state(conn, past) == wanted
        store.close()


@pytest.mark.parametrize("verb", EDITS)
def test_each_verb_is_audited_and_undone(store: Store, verb: str) -> None:
    prepared(store)
    if verb == "tag_remove":
        do(store, EDITS["tag_add"])
    if verb == "reopen":
        do(store, EDITS["start"])
    with store.read() as conn:
        before = state(conn)
    applied = do(store, EDITS[verb], at=9)
    with store.read() as conn:
        after, (*told, changes) = state(conn), audited(conn)[0]
    assert after != before
    assert told == [verb, ME, 9, D, applied.text]
    assert json.loads(changes)
    assert applied.changes.kinds == {"work"}
    assert applied.changes.customers <= {ONE, TWO}
    assert applied.undo_text == "Undo " + applied.text[0].lower() + applied.text[1:]
    with store.write() as conn:
        assert undo(conn, ME, 10, D) is not None
        assert state(conn) == before


def test_texts_name_what_they_do(store: Store) -> None:
    prepared(store)
    applied = do(store, Edit("tag_add", (ONE, TWO), {"tags": ["vip"]}))
    assert applied.text == "Tag 2 customers “vip”"
    with store.write() as conn:
        undone = undo(conn, ME, 2, D)
    assert undone is not None
    assert undone.text == "Undo tag 2 customers “vip”"
    assert undone.redo_text == "Redo tag 2 customers “vip”"


def test_thousands_of_customers_are_one_step(store: Store) -> None:
    with store.write() as conn:
        everyone = tuple(with_customers(conn, 3000))
    applied = do(store, Edit("tag_add", everyone, {"tags": ["vip"]}))
    assert applied.text == "Tag 3000 customers “vip”"
    with store.write() as conn:
        assert undo(conn, ME, 2, D) is not None
        assert work_rows(conn, "work_tag") == []


def test_an_edit_that_changes_nothing_leaves_no_trace(store: Store) -> None:
    prepared(store)
    do(store, EDITS["tag_add"])
    again = do(store, EDITS["tag_add"])
    assert again.audit_id == 0
    assert not again.changes.kinds
    with store.read() as conn:
        assert len(audited(conn)) == 1


def test_undo_takes_back_ones_own_edits_alone(store: Store) -> None:
    prepared(store)
    do(store, EDITS["tag_add"])
    with store.write() as conn:
        assert undo(conn, "somebody@us.example", 2, D) is None


@pytest.mark.parametrize(
    "edit",
    [
        Edit("dance", ("t1",)),
        Edit("start", ("unknown",)),
        Edit("tag_add", ("unknown",), {"tags": ["x"]}),
        Edit("tag_add", (ONE,), {"tags": [" "]}),
        Edit("tag_add", (ONE,), {"tags": "vip"}),
        Edit("risk", (ONE,), {"score": 11}),
        Edit("risk", (ONE,), {"score": True}),
        Edit("risk", (ONE,), {}),
        Edit("risk", (ONE,), {"risk_tags": [1]}),
        Edit("sentiment", (ONE,), {"sentiment": "angry"}),
        Edit("verdict", ("t1",), {"verdict": "meh"}),
        Edit("accept", ("t1",), {"reason": "  "}),
        Edit("note", (ONE,), {"body": ""}),
        Edit("log", (ONE,), {"kind": "fax"}),
        Edit("snooze", ("t1",), {"until": "soon"}),
        Edit("note_remove", ("nope",)),
    ],
)
def test_senseless_edits_are_refused_and_write_nothing(store: Store, edit: Edit) -> None:
    prepared(store)
    with pytest.raises(BadInput):
        do(store, edit)
    with store.read() as conn:
        assert not any(state(conn).values())
        assert audited(conn) == []


def test_edits_survive_a_run_and_shown_state_follows_severity(store: Store) -> None:
    prepared(store)
    for verb in ("finish", "comment", "due", "tag_add", "note", "verdict"):
        do(store, EDITS[verb])
    do(store, Edit("snooze", ("t1",), {"until": D + 9}))
    with store.write() as conn:
        kept = state(conn)
        save_day(conn, day_findings(D + 1), Settings(), at=1)
        assert state(conn) == kept
    same = shot(store, D + 1)
    assert same.tasks["shown_state"] == ["not started", "finished"]
    assert same.tasks["comment"][0] == "Called <b>Ann</b> {0} %s"
    assert same.tasks.ints("due_on").tolist() == [D + 3, D + 9]
    assert same.tasks.ints("snooze_until")[0] == D + 9
    assert same.tasks.ints("finished_on").tolist()[1] == D
    assert same.tags == {ONE: ("eu", "vip"), TWO: ("eu", "vip")}
    assert same.alerts["action_step"].tolist() == [True]
    assert same.alerts["verdict"] == ["false_alarm"]
    with store.write() as conn:
        save_day(conn, day_findings(D + 2, severity=3), Settings(), at=2)
    risen = shot(store, D + 2)
    assert risen.tasks["shown_state"] == ["not started", "not started"]
    assert risen.tasks.ints("snooze_until")[0] < 0


def test_work_is_also_told_as_it_stood_on_the_working_day_before(store: Store) -> None:
    prepared(store)
    later = previous_working_day(D + 7)
    do(store, EDITS["finish"])
    do(store, Edit("snooze", ("t1",), {"until": D + 30}))
    today = shot(store, D).tasks
    assert today.ints("finished_on").tolist()[1] == D
    assert today.ints("finished_before")[1] == today.ints("snooze_before")[0] == MISSING
    with store.write() as conn:
        save_day(conn, day_findings(D + 7), Settings(), at=1)
    after = shot(store, D + 7).tasks
    assert D <= later < D + 7
    assert (after.ints("finished_before")[1], after.ints("snooze_before")[0]) == (D, D + 30)
    assert after.ints("finished_severity_before")[1] == 2


def test_a_due_date_of_an_earlier_episode_makes_no_task_overdue(store: Store) -> None:
    prepared(store)
    do(store, Edit("due", ("t1",), {"due_on": D + 5}))
    assert shot(store, D).tasks.ints("due_on")[0] == D + 5
    with store.write() as conn:
        save_day(conn, reopened(D + 9), Settings(), at=1)
    assert shot(store, D + 9).tasks.ints("due_on")[0] == D + 3, "the engine's own"


def test_the_engine_hears_of_verdicts_and_finished_tasks(store: Store) -> None:
    prepared(store)
    for verb in ("finish", "verdict", "accept"):
        do(store, EDITS[verb])
    with store.read() as conn:
        previous = load_previous(conn, D + 1)
    assert previous.finished == {"t2": (1, 2, D)}
    assert previous.verdicts == {"t1": "false_alarm", "a1": "false_alarm", "t2": "accepted"}


def reopened(day: int) -> Any:
    tasks = [task(one, ONE, D, episode=2, opened_on=day) for one in ("t1", "t2")]
    old, new = alert("a1", ONE, D, closed_on=D + 1), alert("a1", ONE, day, episode=2)
    return findings(day, sorted((ONE, TWO)), [50, 60], tasks, [], [old, new])


def test_a_verdict_ends_with_its_episode_and_can_be_given_again(store: Store) -> None:
    prepared(store)
    for verb in ("verdict", "accept"):
        do(store, EDITS[verb])
    with store.write() as conn:
        save_day(conn, reopened(D + 2), Settings(), at=1)
        assert load_previous(conn, D + 3).verdicts == {}
        # Before that day the first episode is the newest one.
        assert load_previous(conn, D + 2).verdicts["a1"] == "false_alarm"
    shown = shot(store, D + 2)
    assert shown.tasks["verdict"] == shown.tasks["accepted"] == [None, None]
    assert shown.alerts["verdict"] == ["false_alarm", None]
    do(store, EDITS["verdict"], day=D + 2)
    do(store, EDITS["accept"], day=D + 2)
    with store.write() as conn:
        again = load_previous(conn, D + 3).verdicts
        assert again == {"t1": "false_alarm", "a1": "false_alarm", "t2": "accepted"}
        undo(conn, ME, 5, D + 2)
        undo(conn, ME, 6, D + 2)
        assert load_previous(conn, D + 3).verdicts == {}
    assert shot(store, D + 2).alerts["verdict"] == ["false_alarm", None]


def test_a_withdrawn_verdict_is_gone(store: Store) -> None:
    prepared(store)
    do(store, EDITS["verdict"])
    do(store, Edit("verdict", ("t1", "a1"), {"verdict": None}))
    with store.read() as conn:
        assert load_previous(conn, D + 1).verdicts == {}
    assert shot(store).alerts["verdict"] == [None]


def test_risk_keeps_what_is_not_given_and_its_history(store: Store) -> None:
    prepared(store)
    do(store, EDITS["risk"])
    do(store, Edit("risk", (ONE,), {"risk_note": "Budget cut"}), day=D + 3)
    do(store, Edit("risk", (ONE,), {"score": None}), day=D + 5)
    rows = shot(store, D + 5).risk
    assert rows.ints("set_on").tolist() == [D, D + 3, D + 5]
    assert rows.ints("score").tolist()[:2] == [7, 7]
    assert rows.ints("score")[2] < 0
    assert rows["risk_tags"] == [("price",)] * 3
    assert rows["risk_note"] == ["", "Budget cut", "Budget cut"]
    assert shot(store, D + 3).risk.length == 2


def test_notes_are_removed_and_come_back(store: Store) -> None:
    prepared(store)
    do(store, EDITS["note"])
    note_id = shot(store).notes["id"][0]
    do(store, Edit("note_remove", (note_id,)))
    assert shot(store).notes.length == 0
    with store.write() as conn:
        undo(conn, ME, 5, D)
    assert shot(store).notes["body"] == ["Hello"]
