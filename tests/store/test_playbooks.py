"""Enrolments of rules and of people in one store: edits, runs in any order, past days, alerts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from csmdesk.domain.days import MISSING
from csmdesk.domain.edits import Applied, Edit
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import HIGH
from csmdesk.domain.settings import EnrolOn, Playbook, PlaybookStep, Settings
from csmdesk.engine.playbooks.enrol import enrol
from csmdesk.jobs.edits import with_steps
from csmdesk.store.database import Store, open_store
from csmdesk.store.findings import ChangeCounts, load_previous, save_day
from csmdesk.store.snapshot import SnapshotRows, snapshot_rows
from csmdesk.store.work import apply_edit, redo, undo, work_rows
from tests.engine.rules.world import context
from tests.store.samples import D, alert, customer, findings, task, with_customers

ME = "me@us.example"
ONE, TWO = customer(0), customer(1)
STEPS = (PlaybookStep(title="Call"), PlaybookStep(title="Visit", day=14))
RESCUE = Playbook(name="Rescue", steps=STEPS, enrol_on=EnrolOn(rule="no_login"))
CONFIGURED = Settings(playbooks=(RESCUE,))


def run(conn: Connection, day: int, sick: dict[str, int]) -> ChangeCounts:
    """A run that saw High tasks of these customers, in these episodes."""
    tasks = [
        task(f"t-{who}", who, day, severity=HIGH, episode=episode, opened_on=day)
        for who, episode in sick.items()
    ]
    earlier = load_previous(conn, day)
    for one in tasks:
        old = earlier.tasks.get(one.task_id)
        if old is not None and old.episode == one.episode:
            tasks[tasks.index(one)] = old
    made = enrol(context([], day=day, settings=CONFIGURED, earlier=earlier), tasks)
    gone = [old for old in earlier.tasks.values() if old.customer_id not in sick]
    ended = [
        task(o.task_id, o.customer_id, o.opened_on, episode=o.episode, active=False) for o in gone
    ]
    base = findings(day, sorted((ONE, TWO)), [50, 60], [*tasks, *ended], [], [alert("a1", ONE, D)])
    return save_day(conn, type(base)(**{**fields(base), "enrolments": made}), CONFIGURED, at=0)


def fields(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in type(found).__dataclass_fields__}


def do(conn: Connection, verb: str, *targets: str, day: int = D, **args: object) -> Applied:
    edit = with_steps(CONFIGURED, Edit(verb, targets, args))
    return apply_edit(conn, edit, ME, 1, day)


def shot(conn: Connection, day: int = D) -> SnapshotRows:
    return snapshot_rows(conn, day)


def ids(conn: Connection, day: int = D) -> list[str]:
    return list(shot(conn, day).enrolments["id"])


def prepared(store: Store) -> None:
    with store.write() as conn:
        with_customers(conn, 2)


def test_by_hand(store: Store) -> None:
    prepared(store)
    with store.write() as conn:
        run(conn, D, {})
        done = do(conn, "playbook_enrol", ONE, TWO, playbook="Rescue")
        assert done.text == "Enrol 2 customers in “Rescue”"
        assert done.changes.customers == {ONE, TWO}
        assert do(conn, "playbook_enrol", ONE, playbook="Rescue").audit_id == 0
        first, second = ids(conn)
        assert do(conn, "step_done", f"{first}:0").text == "Complete 1 step"
        do(conn, "step_skip", f"{first}:1", day=D + 2)
        do(conn, "playbook_leave", second, day=D + 1)
        now = shot(conn, D + 2)
        assert now.enrolments["completed_on"].tolist() == [D + 2, MISSING]
        assert now.enrolments["left_on"].tolist() == [MISSING, D + 1]
        assert now.enrolments["who"] == [ME, ME]
        assert now.enrolments["rule"] == [None, None]
        assert now.steps["due_on"].tolist() == [D, D + 14, D, D + 14]
        assert now.steps["state"] == ["done", "skipped", "pending", "pending"]
        past = shot(conn, D)
        assert past.enrolments["completed_on"].tolist() == [MISSING, MISSING]
        assert past.steps["state"] == ["done", "pending", "pending", "pending"]
        assert ids(conn, D - 1) == []
        assert undo(conn, ME, 9, D + 2) is not None
        assert shot(conn, D + 2).enrolments["left_on"].tolist() == [MISSING, MISSING]
        assert redo(conn, ME, 9, D + 2) is not None
        do(conn, "playbook_enrol", TWO, playbook="Rescue", day=D + 2)
        assert len(ids(conn, D + 2)) == 3


def test_a_completed_playbook_opens_again_unless_another_has_begun(store: Store) -> None:
    prepared(store)
    with store.write() as conn:
        do(conn, "playbook_enrol", ONE, playbook="Rescue")
        (key,) = ids(conn)
        do(conn, "step_done", f"{key}:0", f"{key}:1")
        do(conn, "step_reopen", f"{key}:1")
        assert shot(conn).steps["state"] == ["done", "pending"]
        do(conn, "step_done", f"{key}:1")
        do(conn, "playbook_enrol", ONE, playbook="Rescue")
        with pytest.raises(BadInput, match="again since then"):
            do(conn, "step_reopen", f"{key}:1")


@pytest.mark.parametrize(
    ("verb", "target", "args", "said"),
    [
        ("playbook_enrol", "nobody", {"playbook": "Rescue"}, "no customer nobody"),
        ("playbook_enrol", ONE, {"playbook": "Dance"}, "no playbook “Dance”"),
        ("playbook_enrol", ONE, {"playbook": "X", "steps": []}, "needs steps"),
        ("playbook_enrol", ONE, {"playbook": "X", "steps": [["", 1]]}, "needs a title"),
        ("playbook_enrol", ONE, {"playbook": "X", "steps": [["a", -1]]}, "whole number of days"),
        ("playbook_leave", "e9", {}, "no enrolment e9"),
        ("step_done", "e9:0", {}, "no enrolment e9"),
        ("step_done", "1-0:2", {}, "no step 1-0:2"),
        ("step_done", "1-0:x", {}, "no step 1-0:x"),
    ],
)
def test_refusals(store: Store, verb: str, target: str, args: dict[str, Any], said: str) -> None:
    prepared(store)
    with store.write() as conn:
        do(conn, "playbook_enrol", TWO, playbook="Rescue")
        before = work_rows(conn, "work_playbook")
        assert before[0]["enrolment_id"] == "1-0"
        with pytest.raises(BadInput, match=said):
            do(conn, verb, target, **args)
        assert work_rows(conn, "work_playbook") == before


def test_steps_of_what_was_left_are_refused(store: Store) -> None:
    prepared(store)
    with store.write() as conn:
        do(conn, "playbook_enrol", ONE, playbook="Rescue")
        (key,) = ids(conn)
        do(conn, "playbook_leave", key)
        with pytest.raises(BadInput, match="was left"):
            do(conn, "step_done", f"{key}:0")


def test_by_rule(store: Store) -> None:
    prepared(store)
    with store.write() as conn:
        assert run(conn, D, {ONE: 1}).enrolments == 1
        assert run(conn, D, {ONE: 1}).total == 0
        (key,) = ids(conn)
        found = shot(conn).enrolments
        assert (found["rule"], found["who"]) == (["no_login"], [None])
        assert work_rows(conn, "work_playbook") == []
        assert run(conn, D, {}).enrolments == 1, "the same day without the cause takes it back"
        assert ids(conn) == []
        run(conn, D, {ONE: 1})
        do(conn, "step_done", f"{key}:0")
        run(conn, D, {})
        assert ids(conn) == [key], "what a person touched stays"
        assert shot(conn).steps["state"] == ["done", "pending"]
        undo(conn, ME, 2, D)
        assert ids(conn) == []


def test_again_only_by_a_later_episode(store: Store) -> None:
    prepared(store)
    with store.write() as conn:
        run(conn, D, {ONE: 1})
        (key,) = ids(conn)
        do(conn, "playbook_leave", key, day=D + 1)
        run(conn, D + 1, {ONE: 1})
        run(conn, D + 2, {ONE: 1})
        assert ids(conn, D + 2) == [key]
        run(conn, D + 3, {})
        run(conn, D + 4, {ONE: 2})
        assert len(ids(conn, D + 4)) == 2
        assert ids(conn, D + 3) == [key]


def test_an_enrolment_is_an_action_step(store: Store) -> None:
    prepared(store)
    with store.write() as conn:
        run(conn, D, {})
        assert shot(conn).alerts["action_step"].tolist() == [False]
        do(conn, "playbook_enrol", TWO, playbook="Rescue")
        assert shot(conn).alerts["action_step"].tolist() == [False]
        do(conn, "playbook_enrol", ONE, playbook="Rescue")
        assert shot(conn).alerts["action_step"].tolist() == [True]
        key = shot(conn).enrolments["id"][shot(conn).enrolments["customer_id"].index(ONE)]
        do(conn, "playbook_leave", key)
        assert shot(conn).alerts["action_step"].tolist() == [False]


OPS = st.one_of(
    st.tuples(st.just("run"), st.sampled_from([0, 1]), st.sets(st.sampled_from([ONE, TWO]))),
    st.tuples(st.just("enrol"), st.sampled_from([ONE, TWO])),
    st.tuples(
        st.sampled_from(["playbook_leave", "step_done", "step_skip", "step_reopen"]),
        st.integers(0, 5),
        st.sampled_from([0, 1]),
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(OPS, max_size=14))
def test_any_sequence_of_runs_and_edits(steps: list[Any]) -> None:
    """No second active enrolment, nothing that was seen later or touched is lost, runs write no work,
    and the same run again writes nothing."""
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "x.sqlite")
        prepared(store)
        day, episodes, sick = D, {ONE: 0, TWO: 0}, set()
        kept: set[str] = set()
        with store.write() as conn:
            run(conn, day, {})
            for step in steps:
                if step[0] == "run":
                    if step[1]:
                        kept |= set(ids(conn, day))
                        day += 1
                        for who in step[2] - sick:
                            episodes[who] += 1
                        sick = step[2]
                    work = [work_rows(conn, name) for name in ("work_playbook", "work_step")]
                    run(conn, day, {who: episodes[who] for who in sick})
                    assert run(conn, day, {who: episodes[who] for who in sick}).total == 0
                    assert work == [work_rows(conn, n) for n in ("work_playbook", "work_step")]
                else:
                    edit(conn, step, day)
                now = shot(conn, day).enrolments
                kept |= {row["enrolment_id"] for row in work_rows(conn, "work_playbook")}
                assert kept <= set(now["id"])
                assert len(set(now["id"])) == now.length
                active = (now["left_on"] == MISSING) & (now["completed_on"] == MISSING)
                busy = [one for one, on in zip(now["customer_id"], active, strict=True) if on]
                assert len(set(busy)) == len(busy)
        store.close()


def edit(conn: Connection, step: tuple[Any, ...], day: int) -> None:
    try:
        if step[0] == "enrol":
            do(conn, "playbook_enrol", step[1], playbook="Rescue", day=day)
            return
        verb, place, number = step
        known = ids(conn, day)
        if place < len(known):
            key = known[place]
            do(conn, verb, key if verb == "playbook_leave" else f"{key}:{number}", day=day)
    except BadInput:
        return  # refused: nothing was written, which the caller checks
