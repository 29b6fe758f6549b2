"""Tasks and alerts of a past day with the texts that they had on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import Alert, Previous, Task
from csmdesk.engine.rules.rule import Context
from csmdesk.engine.told import Said, told_on
from csmdesk.store.snapshot import SnapshotRows

Row = TypeVar("Row", Task, Alert)


def as_told(work: SnapshotRows, ctx: Context) -> SnapshotRows:
    """The rows of the context's day, a past one, with texts and evidence of that day."""
    tasks = {
        task.task_id: task for task in _rows(work.tasks, Task, "task_id", streak=0) if task.active
    }
    alerts = {one.alert_id: one for one in _rows(work.alerts, Alert, "alert_id", streak=0)}
    previous = Previous(tasks, alerts, ctx.previous.history)
    told = told_on(replace(ctx, previous=previous))
    episodes = zip(work.alerts["id"], work.alerts["episode"].tolist(), strict=True)
    return replace(
        work,
        tasks=_retold(work.tasks, work.tasks["id"], told.tasks),
        alerts=_retold(work.alerts, list(episodes), told.alerts),
    )


def _rows(table: Columns, shape: type[Row], key: str, **more: Any) -> list[Row]:
    """The rows of a table (ascending by id and episode) as findings."""
    names = [name for name in shape.__struct_fields__ if name not in more]
    columns = [_values(table["id" if name == key else name]) for name in names]
    return [
        shape(**dict(zip(names, row, strict=True)), **more) for row in zip(*columns, strict=True)
    ]


def _values(column: Any) -> list[Any]:
    if isinstance(column, list):
        return column
    return [None if value == MISSING else value for value in column.tolist()]


def _retold(table: Columns, keys: list[Any], told: Mapping[Any, Said]) -> Columns:
    said = [
        told.get(key, former)
        for key, former in zip(
            keys, zip(table["text"], table["evidence"], strict=True), strict=True
        )
    ]
    texts, evidence = [one[0] for one in said], [one[1] for one in said]
    return Columns({**table.data, "text": texts, "evidence": evidence}, table.length)
