from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from csmdesk.domain.errors import StoreError
from csmdesk.domain.findings import Findings, HistoryDay, Previous
from csmdesk.domain.settings import FactorSettings, Model, Settings
from csmdesk.store.database import Store
from csmdesk.store.findings import (
    ChangeCounts,
    last_run,
    load_previous,
    save_day,
)
from csmdesk.store.fingerprint import fingerprint
from csmdesk.store.history import chi_matrix, history
from csmdesk.store.snapshot import snapshot_rows
from tests.store.samples import D, alert, customer, event, findings, task

A, B, C = sorted(customer(number) for number in (1, 2, 3))


def save(store: Store, result: Findings, at: int = 5) -> ChangeCounts:
    with store.write() as conn:
        return save_day(conn, result, Settings(), at=at, ms=7, summary={"seconds": at})


def previous(store: Store, day: int) -> Previous:
    with store.read() as conn:
        return load_previous(conn, day)


def assert_same(found: Previous, wanted: Previous) -> None:
    assert (found.tasks, found.alerts) == (wanted.tasks, wanted.alerts)
    assert [day.day for day in found.history] == [day.day for day in wanted.history]


def test_saving_the_same_day_again_changes_nothing(store: Store) -> None:
    result = findings(D, [A, B], [80, -1], [task("t", A, D)], [event("t", D)], [alert("a", B, D)])
    first = save(store, result)
    assert (first.tasks, first.task_events, first.alerts, first.history) == (1, 1, 1, 1)
    assert first.customers == {A, B}
    second = save(store, result, at=99)
    assert second.total == 0
    with store.read() as conn:
        run = last_run(conn)
        written = conn.exec_driver_sql("SELECT written_at FROM history_day").scalar_one()
    assert run is not None
    assert (run.day, run.at, run.ms, run.summary) == (D, 99, 7, {"seconds": 99})
    assert run.rules[1].reason == "no source"
    assert run.notices == ("Usage fell everywhere.",)
    assert written == 5


def test_previous_of_the_same_day_is_the_state_before_it(store: Store) -> None:
    old = task("t", A, D, streak=0)
    save(store, findings(D, [A], [80], [old], [event("t", D)], [alert("a", A, D)]))
    before = previous(store, D + 1)
    assert before.tasks == {"t": old}
    closed = alert("a", A, D, closed_on=D + 1)
    again = alert("a", A, D + 1, episode=2)
    new = task("n", A, D + 1)
    changed = task("t", A, D, last_seen=D + 1, severity=3)
    save(
        store,
        findings(
            D + 1,
            [A],
            [70],
            [changed, new],
            [event("t", D + 1, "severity", severity=3), event("n", D + 1)],
            [closed, again],
        ),
    )
    assert_same(previous(store, D + 1), before)
    assert previous(store, D + 2).tasks == {"t": changed, "n": new}
    assert previous(store, D + 2).alerts == {"a": again}
    # Run D + 1 again with other facts: what it no longer says is as it was before.
    counts = save(store, findings(D + 1, [A], [80], [task("m", A, D + 1)], [event("m", D + 1)]))
    assert (counts.tasks, counts.alerts) == (3, 2)
    assert_same(previous(store, D + 1), before)
    after = previous(store, D + 2)
    assert after.tasks == {"t": old, "m": task("m", A, D + 1)}
    assert after.alerts == before.alerts


def test_older_days_are_frozen(store: Store) -> None:
    save(store, findings(D, [A], [80]))
    with pytest.raises(StoreError, match="frozen"):
        save(store, findings(D - 1, [A], [80]))
    with pytest.raises(StoreError, match="frozen"):
        previous(store, D - 1)


def test_history_comes_back_as_it_was(store: Store) -> None:
    results = [findings(D + each, [A, B], [80 - each, 20]) for each in range(3)]
    for result in results:
        save(store, result)
    with store.read() as conn:
        days = history(conn, D, D + 9)
    assert [day.day for day in days] == [D, D + 1, D + 2]
    for day, result in zip(days, results, strict=True):
        for one in fields(HistoryDay):
            kept, told = getattr(day, one.name), getattr(result.health, one.name)
            np.testing.assert_array_equal(kept, told)
            if isinstance(told, np.ndarray):
                assert kept.dtype == told.dtype


def test_previous_has_the_thirty_days_before(store: Store) -> None:
    for each in range(0, 40, 3):
        save(store, findings(D + each, [A], [80 - each]))
    found = previous(store, D + 40)
    assert [day.day for day in found.history] == [D + each for each in range(12, 40, 3)]


def test_chi_matrix_follows_ids_through_time(store: Store) -> None:
    save(store, findings(D, [A, C], [10, 30]))
    save(store, findings(D + 2, [A, B, C], [11, 21, 31]))
    with store.read() as conn:
        found = chi_matrix(conn, D + 2, 4, [A, B, C])
    assert found.dtype == np.int16
    assert found.tolist() == [[-1] * 3, [10, -1, 30], [-1] * 3, [11, 21, 31]]


def test_fingerprint_follows_what_decides() -> None:
    plain = Settings()
    weighed = Settings(models=(Model(factors={"nps": FactorSettings(weight=9)}),))
    assert fingerprint(plain) == fingerprint(Settings(name="Other", user="me"))
    assert fingerprint(plain) != fingerprint(weighed)


def test_a_past_day_shows_its_tasks_and_alerts(store: Store) -> None:
    save(store, findings(D, [A], [80], [task("t", A, D)], [event("t", D)], [alert("a", A, D)]))
    gone = task("t", A, D, active=False, resolved_on=D + 5, severity=3)
    save(
        store,
        findings(
            D + 3,
            [A],
            [80],
            [task("t", A, D, severity=3)],
            [event("t", D + 3, "severity", severity=3)],
        ),
    )
    save(
        store,
        findings(
            D + 5,
            [A],
            [80],
            [gone, task("late", A, D + 5)],
            [event("t", D + 5, "resolved", severity=3), event("late", D + 5)],
            [alert("a", A, D, closed_on=D + 5)],
        ),
    )
    with store.read() as conn:
        early, later, now = (snapshot_rows(conn, day) for day in (D + 1, D + 3, D + 5))
    assert early.tasks["id"] == ["t"]
    assert early.tasks.ints("severity").tolist() == [2]
    assert early.tasks["active"].tolist() == [True]
    assert later.tasks.ints("severity").tolist() == [3]
    assert now.tasks["id"] == ["late", "t"]
    assert now.tasks["active"].tolist() == [True, False]
    assert early.alerts.ints("closed_on")[0] < 0
    assert now.alerts.ints("closed_on").tolist() == [D + 5]
    assert early.task_events.length == 1
    assert now.task_events["task_id"] == ["t", "t", "late", "t"]
