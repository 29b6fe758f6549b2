"""Tasks: every task in scope, also snoozed, finished and resolved ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csmdesk.models.counts import open_tasks
from csmdesk.models.rows import ColumnRows
from csmdesk.models.tasks import TASK_COLUMNS, task_rows
from csmdesk.views.memory import Memory
from csmdesk.views.pages.list_page import ListPage
from csmdesk.views.widgets.states import Saying
from csmdesk.views.widgets.task_actions import TaskActions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.domain.scope import Scope
    from csmdesk.runtime.desk import Desk

OPEN, OVERDUE, SNOOZED, FINISHED, RESOLVED, ALL = range(6)


class TasksPage(ListPage):
    NAME = "tasks"
    TITLE = "Tasks"
    COLUMNS = TASK_COLUMNS
    SORT = (("priority", True), ("due", False))
    CHIPS = ("Open", "Overdue", "Snoozed", "Finished", "Resolved", "All")
    EMPTY = Saying("No tasks yet", "The twelve rules make them when the engine runs.", icon="tasks")

    def __init__(self, desk: Desk, memory: Memory) -> None:
        super().__init__(desk, memory)
        self.actions_of_tasks = TaskActions(self.table, desk)
        self.controls.addLayout(self.actions_of_tasks.buttons)

    def make_rows(self, portfolio: Portfolio) -> ColumnRows:
        return task_rows(portfolio)

    def make_mask(self, portfolio: Portfolio, scope: Scope, chosen: int) -> NDArray[Any]:
        import numpy as np

        from csmdesk.engine.figures.customers import members

        tasks, day = portfolio.tasks, portfolio.day
        inside: NDArray[Any] = members(portfolio, scope)[tasks.ints("customer")]
        active = tasks.ints("active") > 0
        finished = np.array([state == "finished" for state in tasks["shown_state"]], np.bool_)
        masks = {
            OPEN: open_tasks(portfolio),
            OVERDUE: open_tasks(portfolio) & (tasks.ints("due_on") < day),
            SNOOZED: active & ~finished & (tasks.ints("snooze_until") > day),
            FINISHED: finished,
            RESOLVED: ~active & ~finished,
            ALL: np.ones(tasks.length, np.bool_),
        }
        keep: NDArray[Any] = inside & masks[chosen]
        return keep

    def open_row(self, key: str) -> None:
        place = list(self.rows.keys).index(key)
        self.customerWanted.emit(str(self.rows.get("customer_id", place)), "tasks")
