"""The first frame: real rows, and none of the slow libraries."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from PySide6.QtWidgets import QApplication
from csmdesk.runtime.desk import Desk
from csmdesk.store.first_rows import FirstRow, FirstRows
from csmdesk.views.main_window import MainWindow

app = QApplication([])
rows = tuple(
    FirstRow(f"{i:016x}", f"Customer {i}", i, 1, "T1", "Active", "Dana", ("Champion",), 100_00,
             "USD", 20_800, 2, 100_00, 5, 10, bytes([50] * 90))
    for i in range(60)
)
totals = {"currency": "USD", "customers": 214, "good": 1, "neutral": 2, "poor": 3}
folder = Path(sys.argv[1])
desk = Desk(folder, True, lambda: datetime(2026, 11, 20, 8, tzinfo=UTC), FirstRows(rows, totals, 20_777))
window = MainWindow(desk, folder / "window.ini")
window.show()
app.processEvents()
assert window.centralWidget()._rows.length == 60
slow = "numpy pandas pyqtgraph sqlalchemy requests keyring asyncio importlib.metadata qtawesome"
late = ("csmdesk.views.table csmdesk.views.shell.rail csmdesk.views.stylesheet "
        "csmdesk.views.shell.actions csmdesk.views.shell.notices csmdesk.views.shell.names "
        "csmdesk.views.charts.dock csmdesk.views.widgets.find_bar csmdesk.views.pages.welcome "
        "fractions decimal zoneinfo")
print([name for name in (slow + " " + late).split() if name in sys.modules])
window.complete()
page = window.current_page()
assert page.table.model.rowCount() == 60, page.table.model.rowCount()
assert page._totals.cards["customers"].figure == "214"
assert page.table.grid.frozen is None and page.table._state is None
"""


def test_first_frame_shows_rows_without_slow_imports(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
