"""What every verb shares: the workspace, the way to print, progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from csmdesk.config.paths import DATABASE_NAME
from csmdesk.domain.cancel import Progress, Report
from csmdesk.domain.days import parse_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.texts import money
from csmdesk.jobs.session import Session, open_session

PIPED_WIDTH = 200
"""Columns of a table that goes to no terminal: nothing needs to be cut."""
MONEY = frozenset(
    (
        *("mrr", "arr", "acv", "committed_mrr", "opening", "new", "reactivation", "expansion"),
        *("contraction", "churn", "fx", "net", "closing"),
    )
)
"""Minor units of a row's `currency`, where it has one."""


@dataclass(frozen=True, slots=True)
class Context:
    folder: Path
    demo: bool
    json: bool

    @contextmanager
    def session(self) -> Iterator[Session]:
        session = open_session(self.folder, demo=self.demo)
        for notice in session.notices:
            self.say(notice)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The session of a verb that only reads: a mistyped folder is told, not made."""
        if not (self.folder / DATABASE_NAME).exists():
            demo = " --demo" if self.demo else ""
            raise BadInput(
                f"There is no workspace in {self.folder} yet.",
                f"`csmdesk run{demo}` or `csmdesk import DIR` makes one; --workspace names another.",
            )
        with self.session() as session:
            yield session

    def show(
        self, rows: Sequence[Mapping[str, Any]], title: str = "", keys: Sequence[str] = ()
    ) -> None:
        """Rows as a JSON array, or for a person as a table of `keys` (default: all of them)."""
        if self.json:
            self.json_out(list(rows))
            return
        console = Console()
        if not console.is_terminal:
            console.width = PIPED_WIDTH
        if not rows:
            console.print(f"{title}: nothing to show." if title else "Nothing to show.")
            return
        table = Table(title=Text(title) if title else None, title_justify="left")
        shown = keys or tuple(rows[0])
        for key in shown:
            number = isinstance(rows[0][key], int) and not isinstance(rows[0][key], bool)
            table.add_column(Text(key), justify="right" if number else "left", no_wrap=number)
        for row in rows:
            table.add_row(*(Text(_cell(row, key)) for key in shown))
        console.print(table)

    def json_out(self, value: Any) -> None:
        json.dump(value, sys.stdout, ensure_ascii=False, indent=None, separators=(",", ":"))
        sys.stdout.write("\n")

    def outcome(self, summary: Mapping[str, Any]) -> None:
        """How a job ended: JSON or its sentence, then its problems; exit code 1 when there are any."""
        if self.json:
            self.json_out(summary)
        else:
            self.say(summary["text"])
        for problem in summary["problems"]:
            self.say(problem)
        if summary["problems"]:
            raise typer.Exit(1)

    def say(self, text: str) -> None:
        """A message for a person, on standard error."""
        Console(stderr=True).print(text, markup=False, highlight=False, soft_wrap=True)


def _cell(row: Mapping[str, Any], key: str) -> str:
    value = row[key]
    if value is None:
        return "–"
    if key in MONEY and "currency" in row:
        return money(int(value), str(row["currency"]))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def day_option(text: str | None) -> int | None:
    """A day given on the command line; `BadInput` when it is no ISO date."""
    if text is None:
        return None
    try:
        return parse_day(text)
    except ValueError as error:
        raise BadInput(f"“{text}” is not a day.", "Write it as 2026-11-21.") from error


@contextmanager
def progress_bars() -> Iterator[Report]:
    """A bar per step on a terminal's standard error; silent elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _step: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=console, transient=True) as bars:
        known: dict[str, Any] = {}

        def report(step: Progress) -> None:
            if step.key not in known:
                known[step.key] = bars.add_task(step.text, total=step.total or None)
            bars.update(
                known[step.key],
                completed=step.done,
                total=step.total or None,
                description=step.text,
            )

        yield report
