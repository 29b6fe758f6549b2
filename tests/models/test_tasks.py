"""What a row of a task table says of its state."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, parse_day
from csmdesk.engine.figures.tasks import status_of
from csmdesk.models.rows import ColumnRows
from csmdesk.models.tasks import TASK_COLUMNS, task_state

DAY = parse_day("2026-11-20")
TASKS = {
    "open": (True, "not started", MISSING, "ok"),
    "asleep": (True, "started", DAY + 3, "ok"),
    "finished": (True, "finished", DAY + 3, "ok"),
    "resolved": (False, "started", DAY + 3, "ok"),
    "unchecked": (True, "started", MISSING, "stale"),
}
TABLE = Columns(
    {
        "active": np.array([one[0] for one in TASKS.values()]),
        "shown_state": [one[1] for one in TASKS.values()],
        "snooze_until": np.array([one[2] for one in TASKS.values()], np.int64),
        "state": [one[3] for one in TASKS.values()],
        "checked_on": np.full(len(TASKS), DAY - 2, np.int64),
        "severity": np.ones(len(TASKS), np.int64),
        **{name: ["x"] * len(TASKS) for name in ("text", "comment", "rule", "category")},
    },
    len(TASKS),
)
ROWS = ColumnRows(TABLE, DAY, "USD", list(TASKS), {})


def test_states_are_those_of_the_command_line() -> None:
    shown = [task_state(ROWS, row) for row in range(len(TASKS))]
    assert shown == ["Not started", "Snoozed → 23 Nov", "Finished", "Resolved", "Started"]
    told = [status_of(TABLE, row, DAY) for row in range(len(TASKS))]
    assert told == [word.partition(" →")[0].lower() for word in shown]


def test_a_task_whose_source_was_not_read_says_since_when() -> None:
    tip = next(one.tip for one in TASK_COLUMNS if one.key == "task")
    assert tip is not None
    lines = [tip(ROWS, row).lines for row in range(len(TASKS))]
    assert lines[4] == ("x", "Not re-checked since 18 Nov 2026.", "x")
    assert lines[0] == ("x", "x")
