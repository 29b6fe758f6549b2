"""The CHI history panel: hidden until wanted, follows the customer in front, remembered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDockWidget
from pytestqt.qtbot import QtBot

from csmdesk.domain.portfolio import Portfolio
from csmdesk.views.customer import CustomerTab
from csmdesk.views.customer.tab import CHI_PANEL
from csmdesk.views.main_window import MainWindow


def test_the_panel_is_made_when_it_is_wanted(window: MainWindow, book: Portfolio) -> None:
    dock = window.chi_dock
    assert dock.objectName() == CHI_PANEL
    assert not dock.isVisible()
    assert not dock.built
    window.open_customer(book.customers["id"][3])
    assert not dock.built, "nothing is plotted for a panel nobody sees"
    page = window.current_page()
    assert isinstance(page, CustomerTab)
    page.panelWanted.emit(CHI_PANEL)
    assert dock.isVisible()
    assert dock.built
    assert dock.heading.startswith(f"{book.customers['name'][3]}: CHI of the last 180 days")


def test_the_panel_follows_the_customer_in_front(window: MainWindow, book: Portfolio) -> None:
    ids, names = book.customers["id"], book.customers["name"]
    window.open_customer(ids[1])
    window.show_panel(CHI_PANEL)
    window.open_customer(ids[2])
    assert window.chi_dock.heading.startswith(names[2])
    window.open_page("tasks")
    assert window.chi_dock.heading.startswith(names[2]), "a page is no customer: it stays"
    window.open_customer(ids[1])
    assert window.chi_dock.heading.startswith(names[1])


def test_the_panel_takes_the_colours_of_the_theme(window: MainWindow, book: Portfolio) -> None:
    window.open_customer(book.customers["id"][1])
    window.show_panel(CHI_PANEL)

    def ground() -> str:
        return str(window.chi_dock._plot.backgroundBrush().color().name())

    light = ground()
    window.apply_theme("dark")
    assert ground() != light
    window.apply_theme("light")
    assert ground() == light


def test_a_shown_panel_is_shown_again(
    window: MainWindow, book: Portfolio, tmp_path: Path, qtbot: QtBot
) -> None:
    window.show_panel(CHI_PANEL)
    window.close()
    again = MainWindow(window.desk, tmp_path / "window.ini")
    qtbot.addWidget(again)
    again.show()
    again.complete()
    dock = again.findChild(QDockWidget, CHI_PANEL)
    assert dock is not None
    assert not dock.isHidden()
    again.close()
