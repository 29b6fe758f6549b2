"""The engine job: every day that is owed, in order, each in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from csmdesk.domain.cancel import CancelToken, Progress, Report
from csmdesk.domain.days import iso_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import Alert, Enrolled, Findings, HistoryDay, Previous, Task
from csmdesk.domain.inputs import Facts
from csmdesk.domain.portfolio import HISTORY_DAYS
from csmdesk.engine.health.history import history_day
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.run import prepare_run, run_day
from csmdesk.jobs.session import Session
from csmdesk.store import findings as stored
from csmdesk.store.history import first_history_day
from csmdesk.store.load import load_facts

KEPT_HISTORY = 31
"""Days of history that a day's rules and markers look back on."""


@dataclass(frozen=True, slots=True)
class EngineOutcome:
    """`facts` and `findings` of the last day, days run, rows of findings that changed."""

    facts: Facts
    prepared: Prepared
    findings: Findings
    days: int
    changed: int


def days_owed(last: int | None, day: int) -> range:
    """Days to run: the back-fill of 180 days on a new workspace, missed days, and `day` itself."""
    if last is None:
        return range(day - HISTORY_DAYS, day + 1)
    if day < last:
        raise BadInput(
            f"The engine has already run for {iso_day(last)}; {iso_day(day)} is frozen.",
            "To see that day, use --as-of with report or score.",
        )
    first = last if last == day else last + 1
    return range(max(first, day - HISTORY_DAYS), day + 1)


def run_engine(session: Session, day: int, cancel: CancelToken, report: Report) -> EngineOutcome:
    """Run every owed day up to `day`. Cancelling keeps the days that are done."""
    with session.store.read() as conn:
        last = stored.last_run(conn)
        owed = days_owed(last.day if last is not None else None, day)
        facts = load_facts(conn, session.settings, owed.start - 1)
        previous = stored.load_previous(conn, owed.start)
        first = first_history_day(conn)
    live_from = (owed.start if first is None else first) + HISTORY_DAYS
    previous = replace(previous, live_from=live_from)
    changed, began = 0, session.clock()
    findings, inputs = None, prepare_run(facts, session.settings)
    for count, each in enumerate(owed):
        cancel.check()
        text = "Scoring today" if each == day else f"Scoring {iso_day(each)}"
        report(Progress("engine", text, count, len(owed)))
        findings = run_day(facts, session.settings, each, previous, inputs)
        ms = round((session.clock() - began) * 1_000)
        with session.store.write() as conn:
            saved = stored.save_day(conn, findings, session.settings, at=session.now(), ms=ms)
        changed += saved.total
        previous = advanced(previous, findings)
    assert findings is not None
    report(Progress("engine", "Scored", len(owed), len(owed)))
    return EngineOutcome(facts, inputs.money, findings, len(owed), changed)


def advanced(previous: Previous, findings: Findings) -> Previous:
    """What the day after needs, without reading it back from the store."""
    tasks = {**previous.tasks, **{task.task_id: task for task in findings.tasks}}
    alerts = {**previous.alerts, **{alert.alert_id: alert for alert in findings.alerts}}
    enrolled = tuple(
        Enrolled(one.enrolment_id, one.customer_id, one.playbook, one.enrolled_on, None)
        for one in findings.enrolments
    )
    renewed = _renewed(previous.tasks, tasks) | _renewed(previous.alerts, alerts)
    history: tuple[HistoryDay, ...] = (*previous.history, history_day(findings.health))
    return replace(
        previous,
        tasks=tasks,
        alerts=alerts,
        verdicts={key: one for key, one in previous.verdicts.items() if key not in renewed},
        history=history[-KEPT_HISTORY:],
        enrolled=(*previous.enrolled, *enrolled),
    )


def _renewed(before: Mapping[str, Task | Alert], after: Mapping[str, Task | Alert]) -> set[str]:
    """Those of a new episode: what people said of the one before holds no longer."""
    return {key for key, one in before.items() if after[key].episode != one.episode}
