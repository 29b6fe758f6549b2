"""Saving what a table shows into a file of a person's choice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from csmdesk.config.writing import replace_file
from csmdesk.domain.errors import DeskError


def choose_csv(title: str, name: str, save: Callable[[str], object], parent: QWidget) -> None:
    """Ask for a file, `name` unless another is chosen, and hand its path to `save`."""
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.selectFile(name)
    dialog.fileSelected.connect(save)
    dialog.open()


def save_csv(path: str, lines: Sequence[Sequence[str]]) -> str:
    """Write the lines; a sentence when that cannot be, else "". The mark at the start lets
    spreadsheets see that it is UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    try:
        replace_file(Path(path), text.getvalue().encode("utf-8-sig"))
    except DeskError as error:
        return f"{error.sentence()} Choose another place."
    return ""
