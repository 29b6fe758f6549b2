"""What an import reports: counts by file, refused rows, messages."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

REFUSED_NAME = "import-refused.csv"


@dataclass
class TableReport:
    """What happened to one file, in rows (of usage: in counts of a customer, feature and day)."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    gone: int = 0

    def as_json(self) -> dict[str, str | int]:
        return dict(vars(self))


@dataclass
class ImportSummary:
    """All files, the refused rows (file, line, column, reason) and other messages."""

    tables: list[TableReport] = field(default_factory=list)
    refused: list[tuple[str, int, str, str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def refuse(self, report: TableReport, line: int, column: str, reason: str) -> None:
        report.refused += 1
        self.refused.append((report.file, line, column, reason))

    def as_json(self) -> dict[str, object]:
        return {
            "files": [table.as_json() for table in self.tables],
            "refused": [
                {"file": file, "line": line, "column": column, "reason": reason}
                for file, line, column, reason in self.refused
            ],
            "messages": self.messages,
        }

    def write_refused(self, exports: Path) -> None:
        """List the refused rows in a file of the workspace; without any, the last list goes."""
        path = exports / REFUSED_NAME
        path.unlink(missing_ok=True)
        if not self.refused:
            return
        exports.mkdir(exist_ok=True)
        with open(path, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(("file", "line", "column", "reason"))
            writer.writerows(self.refused)
        count = len(self.refused)
        rows = "row was" if count == 1 else "rows were"
        self.messages.append(f"{count} {rows} refused; {path} lists them with the reasons.")


def read_refused(exports: Path) -> list[tuple[str, int, str, str]]:
    """The rows that the last import refused: file, line, column, reason."""
    path = exports / REFUSED_NAME
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows, None)
        return [(name, int(line), column, reason) for name, line, column, reason in rows]
