"""Work on tasks and alerts of a customer that is merged into another: it follows to theirs.

The id of a task is made of its customer's, so that the same task of the merged customer has another
one, and counts its episodes anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from csmdesk.domain.finding_id import finding_id
from csmdesk.store.edits.plan import Row
from csmdesk.store.sql import fetch

PAST = 0
"""An episode that is over: work on it is shown no more."""
_LAST = (
    "SELECT task_id, rule, subject, episode, active FROM task WHERE customer_id = ? "
    "UNION ALL SELECT alert_id, kind, subject, episode, closed_on IS NULL FROM alert "
    "WHERE customer_id = ? ORDER BY 1, 4"
)
_EPISODES = ("episode", "verdict_episode", "accepted_episode")


@dataclass(frozen=True, slots=True)
class Following:
    """The task or alert `id` of the customer that stays. What was told of the running episode `was`
    is then of its episode `now`."""

    id: str
    was: int
    now: int

    def episode(self, number: int | None) -> int | None:
        return number if number is None else self.now if number == self.was else PAST


def followings(conn: Connection, loser: str, winner: str) -> dict[str, Following]:
    """By id of the loser's task or alert."""
    theirs = {row[0]: row[1:] for row in fetch(conn, _LAST, (loser, loser))}
    ours = {row[0]: row[1:] for row in fetch(conn, _LAST, (winner, winner))}
    found = {}
    for one, (kind, subject, was, runs) in theirs.items():
        same = finding_id(kind, winner, subject)
        _, _, last, running = ours.get(same, ("", "", 0, False))
        opens = last if running else last + 1
        found[one] = Following(same, was, opens if runs else PAST)
    return found


def follow(known: dict[str, Following], table: str, row: Row) -> Row:
    """A row of the loser's as the winner's."""
    ident = {"work_task": "task_id", "work_alert": "alert_id", "work_note": "link"}.get(table)
    one = known.get(str(row[ident])) if ident is not None else None
    if ident is None or one is None:
        return row
    episodes = {name: one.episode(row[name]) for name in _EPISODES if name in row}
    return {**row, **episodes, ident: one.id}
