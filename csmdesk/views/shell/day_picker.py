"""The calendar of As-of; imported when it is opened."""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QPushButton, QWidget

from csmdesk.domain.days import day_date, day_number
from csmdesk.views import theme
from csmdesk.views.widgets.popover import Popover


class DayPicker(Popover):
    """A calendar up to today, and a button back to today."""

    picked = Signal(int)

    def __init__(self, day: int, today: int, parent: QWidget) -> None:
        super().__init__(parent, "As of")
        self._today = today
        self._calendar = QCalendarWidget()
        self._calendar.setVerticalHeaderFormat(
            QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader
        )
        self._calendar.setMaximumDate(_date(today))
        self._calendar.setSelectedDate(_date(day))
        self._calendar.setAccessibleName("Calendar")
        plain = QTextCharFormat()
        plain.setForeground(theme.color("muted"))
        for day_of_week in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self._calendar.setWeekdayTextFormat(day_of_week, plain)
        self._calendar.activated.connect(self._take)
        self._calendar.clicked.connect(self._take)
        back = QPushButton("Today")
        back.clicked.connect(self._back)
        self.box.addWidget(self._calendar)
        self.box.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)

    def _take(self, date: QDate) -> None:
        self.picked.emit(day_number(date.toPython()))  # type: ignore[arg-type]
        self.close()

    def _back(self) -> None:
        self.picked.emit(self._today)
        self.close()


def _date(day: int) -> QDate:
    date = day_date(day)
    return QDate(date.year, date.month, date.day)
