"""What one day of a catch-up hands to the next is what the store would tell."""

from __future__ import annotations

from csmdesk.domain.findings import Previous
from csmdesk.jobs.engine import advanced
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
