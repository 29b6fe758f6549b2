"""What the engine job reads, and what one day of a catch-up hands to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from csmdesk.domain.findings import Previous
from csmdesk.engine.run import run_day
from csmdesk.jobs.engine import advanced
from csmdesk.store.load import load_facts
from tests.demo import demo_session
from tests.engine.test_run import as_bytes
from tests.store.samples import D, alert, customer, findings, task

ONE = customer(0)


def test_a_verdict_ends_with_the_episode_it_was_given_on() -> None:
    previous = Previous(
        tasks={key: task(key, ONE, D) for key in ("t1", "t2")},
        alerts={"a1": alert("a1", ONE, D), "a2": alert("a2", ONE, D)},
        history=(),
        verdicts=dict.fromkeys(("t1", "t2", "a1", "a2"), "false_alarm"),
    )
    day = findings(
        D + 1,
        [ONE],
        [50],
        [task("t1", ONE, D, episode=2), task("t2", ONE, D, severity=3)],
        [],
        [alert("a1", ONE, D + 1, episode=2)],
    )
    assert advanced(previous, day).verdicts == {"t2": "false_alarm", "a2": "false_alarm"}


@pytest.mark.parametrize("back", [0, 5, 60])
def test_what_was_over_before_says_nothing_of_a_day(prepared_demo: Path, back: int) -> None:
    session = demo_session(prepared_demo)
    day = session.today() - back
    with session.store.read() as conn:
        whole = load_facts(conn, session.settings)
        cut = load_facts(conn, session.settings, day - 1)
    session.close()
    assert cut.tables["ticket"].length < whole.tables["ticket"].length
    assert cut.tables["invoice"].length < whole.tables["invoice"].length
    told = [
        as_bytes(run_day(facts, session.settings, day, Previous({}, {}, ())))
        for facts in (whole, cut)
    ]
    assert told[0] == told[1]
