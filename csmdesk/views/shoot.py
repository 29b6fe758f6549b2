"""`csmdesk shoot OUT_DIR`: a picture of every page and sub-tab of the real window."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from csmdesk.runtime import state as states
from csmdesk.views.customer.tab import CHI_PANEL
from csmdesk.views.pages import PAGES

if TYPE_CHECKING:
    from csmdesk.domain.portfolio import Portfolio
    from csmdesk.runtime.desk import Desk
    from csmdesk.runtime.state import DeskState
    from csmdesk.views.main_window import MainWindow

SETTLE_MS = 350
"""Between showing a page and taking its picture: late answers and layouts have arrived."""
MOST_WAITS = 60
"""Settling times that a page may take to be read."""
SUB_TABS = ("tasks", "chi", "commercial", "usage", "activity", "retention")
PANEL = "panel-chi"
THEMES = ("light", "dark")
USAGE = "csmdesk shoot OUT_DIR [--page P] [--theme light|dark] [--size 1440x900]"


class UsageError(Exception):
    """The arguments are off; the message says how they should be."""


@dataclass(frozen=True, slots=True)
class ShootPlan:
    """What to picture. `page` "" = every page and every sub-tab of a customer."""

    out: Path
    page: str = ""
    themes: tuple[str, ...] = THEMES
    size: tuple[int, int] = (1440, 900)

    @classmethod
    def parse(cls, arguments: list[str]) -> ShootPlan:
        words = iter(arguments)
        out, given = "", {}
        for word in words:
            if word in ("--page", "--theme", "--size"):
                given[word] = next(words, "")
            elif word.startswith("-") or out:
                raise UsageError(f"“{word}” is not known. {USAGE}")
            else:
                out = word
        if not out:
            raise UsageError(f"the folder for the pictures is missing. {USAGE}")
        known = [*(spec.key for spec in PAGES), *(f"customer-{tab}" for tab in SUB_TABS), PANEL]
        page, theme = given.get("--page", ""), given.get("--theme", "")
        if page and page not in known:
            raise UsageError(f"there is no page “{page}”. Known: {', '.join(known)}.")
        if theme and theme not in THEMES:
            raise UsageError(f"there is no theme “{theme}”. Known: light, dark.")
        return cls(Path(out), page, (theme,) if theme else THEMES, _size(given.get("--size", "")))


def _size(text: str) -> tuple[int, int]:
    if not text:
        return 1440, 900
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise UsageError(f"“{text}” is no size. {USAGE}")
    return int(width), int(height)


class Shooter(QObject):
    """Waits until the portfolio is complete, walks through the pages and ends the application."""

    def __init__(
        self, application: QApplication, desk: Desk, window: MainWindow, plan: ShootPlan
    ) -> None:
        super().__init__()
        self.exit_code = 0
        self._application, self._desk, self._window, self._plan = application, desk, window, plan
        self._steps: Iterator[str] | None = None
        self._name = ""
        self._waited = 0
        plan.out.mkdir(parents=True, exist_ok=True)
        window.resize(*plan.size)
        desk.stateChanged.connect(self._state_changed)
        desk.jobFailed.connect(self._failed)

    @Slot(object)
    def _state_changed(self, state: DeskState) -> None:
        """Begin when nothing runs any more and what is shown is no preview."""
        portfolio = self._desk.portfolio
        idle = state.state not in (states.WORKING, states.STARTING)
        if self._steps is None and idle and portfolio is not None and not portfolio.preview:
            self._steps = self._walk(portfolio)
            QTimer.singleShot(0, self._next)

    @Slot(str, str)
    def _failed(self, sentence: str, _details: str) -> None:
        sys.stderr.write(f"csmdesk shoot: {sentence}\n")
        self.exit_code = 1
        self._application.quit()

    def _walk(self, portfolio: Portfolio) -> Iterator[str]:
        """Show one view after the other; yields the picture's name."""
        for theme in self._plan.themes:
            self._window.apply_theme(theme)
            for spec in PAGES:
                if self._plan.page in ("", spec.key):
                    self._window.open_page(spec.key)
                    yield f"{spec.key}-{theme}"
            if not portfolio.customers.length:
                continue
            busiest = int(portfolio.customers.ints("open_tasks").argmax())
            for tab in SUB_TABS:
                if self._plan.page in ("", f"customer-{tab}"):
                    self._window.open_customer(portfolio.customers["id"][busiest], tab)
                    yield f"customer-{tab}-{theme}"
            if self._plan.page in ("", PANEL):
                self._window.open_customer(portfolio.customers["id"][busiest], "chi")
                self._window.show_panel(CHI_PANEL)
                yield f"{PANEL}-{theme}"
                self._window.chi_dock.hide()

    @Slot()
    def _next(self) -> None:
        assert self._steps is not None
        self._name = next(self._steps, "")
        if self._name:
            QTimer.singleShot(SETTLE_MS, self._take)
        else:
            self._application.quit()

    @Slot()
    def _take(self) -> None:
        """Take the picture, once the page has what it waits for."""
        page = self._window.current_page()
        self._waited += 1
        if page is not None and page.waits and self._waited < MOST_WAITS:
            QTimer.singleShot(SETTLE_MS, self._take)
            return
        self._waited = 0
        path = self._plan.out / f"{self._name}.png"
        if not self._window.grab().save(str(path)):
            sys.stderr.write(f"csmdesk shoot: {path} cannot be written.\n")
            self.exit_code = 1
        self._next()
