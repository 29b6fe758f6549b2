"""Every action of the window with its menu and shortcut: one list feeds menus, keys and `?`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from csmdesk.views.pages import PAGES

if TYPE_CHECKING:
    from csmdesk.views.main_window import MainWindow

THEME_CHOICES = (("system", "As the system"), ("light", "Light"), ("dark", "Dark"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu line; an empty `text` is a separator."""

    text: str = ""
    run: Callable[[], object] | None = None
    keys: str = ""
    check: bool | None = None


LINE = Entry()


def add_menus(window: MainWindow, in_bar: bool) -> QMenu:
    """Give the window its menus, in a menu bar or behind the rail's button; returns the panels' one.

    The actions are also the window's own, so that their keys work while the menus are hidden.
    """
    panels = QMenu("Panels", window)
    menus = _menus(window, panels)
    if in_bar:
        for menu in menus:
            window.menuBar().addMenu(menu)
        return panels
    whole, anchor = QMenu(window), window.rail.menu_button
    for menu in menus:
        whole.addMenu(menu)

    def open_menu() -> None:
        whole.popup(anchor.mapToGlobal(QPoint(0, anchor.height() + 4)))

    anchor.clicked.connect(open_menu)
    QShortcut(QKeySequence("F10"), window, open_menu)
    return panels


def _menus(window: MainWindow, panels: QMenu) -> list[QMenu]:
    documents = window.documents
    go = [Entry(s.title, _opener(window, s.key), f"Ctrl+{i}") for i, s in enumerate(PAGES, 1)]
    return [
        _menu(
            window,
            "File",
            Entry("Sync now", window.sync_now, "Ctrl+R"),
            Entry("Run the engine now", window.run_now),
            Entry("Import files…", window.import_files),
            Entry("Cancel the running job", window.cancel_job, "Ctrl+."),
            LINE,
            Entry("Close tab", window.close_tab, "Ctrl+W"),
            Entry("Quit", window.close, "Ctrl+Q"),
        ),
        _menu(
            window,
            "Edit",
            Entry("Undo", window.desk.undo, "Ctrl+Z"),
            Entry("Redo", window.desk.redo, "Ctrl+Shift+Z"),
            LINE,
            Entry("Find in table", window.find_in_page, "Ctrl+F"),
            Entry("Find a customer", window.focus_search, "Ctrl+K"),
        ),
        _menu(
            window,
            "Go",
            *go,
            LINE,
            Entry("Next tab", lambda: documents.step(1), "Ctrl+PgDown"),
            Entry("Previous tab", lambda: documents.step(-1), "Ctrl+PgUp"),
            Entry(
                "Move tab to its own window",
                lambda: documents.detach(documents.currentIndex()),
                "Ctrl+Shift+N",
            ),
        ),
        _view_menu(window, panels),
        _menu(window, "Help", Entry("Shortcuts", window.show_shortcuts, "?")),
    ]


def _opener(window: MainWindow, key: str) -> Callable[[], object]:
    return lambda: window.open_page(key)


def _view_menu(window: MainWindow, panels: QMenu) -> QMenu:
    menu = _menu(
        window,
        "View",
        Entry("Narrow rail", window.toggle_rail, "Ctrl+B", window.rail.collapsed),
        Entry("Compact rows", window.toggle_compact, "Ctrl+Shift+D", window.compact),
        LINE,
    )
    themes = menu.addMenu("Theme")
    group = QActionGroup(window)
    for name, text in THEME_CHOICES:
        action = themes.addAction(text)
        action.setCheckable(True)
        action.setChecked(name == window.theme_name)
        action.setData(name)
        group.addAction(action)
    group.triggered.connect(lambda action: window.apply_theme(str(action.data())))
    menu.addMenu(panels)
    _fill(window, menu, (LINE, Entry("Reset layout", window.reset_layout)))
    return menu


def _menu(window: MainWindow, title: str, *entries: Entry) -> QMenu:
    menu = QMenu(title, window)
    _fill(window, menu, entries)
    return menu


def _fill(window: MainWindow, menu: QMenu, entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        if not entry.text:
            menu.addSeparator()
            continue
        action = QAction(entry.text, window)
        if entry.check is not None:
            action.setCheckable(True)
            action.setChecked(entry.check)
        if entry.keys:
            action.setShortcut(QKeySequence(entry.keys))
        if entry.run is not None:
            action.triggered.connect(_ignoring(entry.run))
        window.addAction(action)
        menu.addAction(action)


def _ignoring(run: Callable[[], object]) -> Callable[[bool], None]:
    """Qt hands the check state over; our runs take nothing."""

    def call(_checked: bool = False) -> None:
        run()

    return call
