"""Alert "churn-risk task": a High task of category Churn Risk is active. Subject: the task."""

from __future__ import annotations

from csmdesk.domain.findings import HIGH
from csmdesk.engine.alerts.kind import RISK, AlertContext, Kind, Signal
from csmdesk.engine.rules.rule import CHURN_RISK, ENDED, HOLDS


def look(seen: AlertContext) -> list[Signal]:
    signals, told = [], set()
    for task in seen.tasks.values():
        row = seen.ctx.index.get(task.customer_id)
        if row is None or task.category != CHURN_RISK:
            continue
        if task.active and task.severity == HIGH:
            evidence = {"rule": task.rule, "task": task.task_id}
            signals.append(Signal(row, task.task_id, True, HOLDS, task.text, evidence))
            told.add((row, task.task_id))
    signals += [
        Signal(row, subject, False, ENDED)
        for row, subject in seen.open_ones(KIND.id)
        if (row, subject) not in told
    ]
    return signals


KIND = Kind("churn_task", RISK, look)
