"""The one style sheet, made from the tokens. Widgets say what they are by `role` or `kind`."""

from __future__ import annotations

from string import Template

from csmdesk.views.resources import resource
from csmdesk.views.theme import Tokens

_SHEET = Template("""
QMainWindow, QDialog, QWidget#page { background: $background; }
QWidget { color: $text; }
QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: 12px; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="heading"] { font-size: 18px; font-weight: 700; }
QLabel[role="counter"] { font-size: 22px; font-weight: 700; }
QLabel[role="big"] { font-size: 28px; font-weight: 700; }
QLabel[tone="good"] { color: $good_text; }
QLabel[tone="poor"] { color: $poor_text; }
QLabel[tone="neutral"] { color: $neutral_text; }

QFrame#rail { background: $sunken; border: none; border-right: 1px solid $line; }
QFrame#topbar { background: $surface; border: none; border-bottom: 1px solid $line; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 8px; }
QFrame[role="divider"] { background: $line; border: none; }
QFrame#sourcehead, QFrame#sourcerow { background: transparent; border: 1px solid transparent;
  border-bottom: 1px solid $line; }
QFrame#sourcerow:hover { background: $sunken; }
QFrame#sourcerow[chosen="true"] { background: $accent_fill; }
QFrame#sourcerow:focus { border: 1px solid $accent; }
QFrame#popover { background: $surface; border: 1px solid $strong_line; border-radius: 8px; }
QFrame#tip { background: $tip; border: 1px solid $tip; border-radius: 6px; }
QFrame#tip QLabel { color: $tip_text; }
QFrame#tip QLabel[role="tip-muted"] { color: $tip_muted; }
QFrame#toast { background: $tip; border-radius: 8px; }
QFrame#toast QLabel { color: $tip_text; }
QFrame#toast QPushButton { background: transparent; color: $tip_text; border: 1px solid $tip_muted; }
QFrame#notice { background: $poor_fill; border: none; border-bottom: 1px solid $line; }
QFrame#notice QLabel { color: $poor_text; }
QFrame#notice[tone="info"] { background: $info_fill; }
QFrame#notice[tone="info"] QLabel { color: $info_text; }
QLabel#offline { background: $neutral_fill; color: $neutral_text; border-radius: 10px;
  padding: 3px 10px; font-size: 12px; }
QLabel[role="key"] { background: $sunken; color: $muted; border: 1px solid $line;
  border-radius: 4px; padding: 1px 6px; font-size: 11px; }

QPushButton { background: $surface; border: 1px solid $strong_line; border-radius: 6px;
  padding: 6px 12px; min-height: 16px; }
QPushButton:hover { background: $sunken; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $muted; background: $sunken; border-color: $line; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent;
  font-weight: 600; }
QPushButton[kind="primary"]:focus { border: 1px solid $text; }
QPushButton[kind="primary"]:disabled { background: $sunken; color: $muted; border-color: $line; }
QPushButton[kind="chip"] { border-radius: 13px; padding: 4px 12px; font-size: 12px; }
QPushButton[kind="chip"]:checked { background: $accent_fill; border-color: $accent; color: $accent; }
QPushButton[kind="quiet"], QToolButton { background: transparent; border: 1px solid transparent;
  border-radius: 6px; padding: 4px; }
QPushButton[kind="quiet"]:hover, QToolButton:hover { background: $line; }
QPushButton[kind="quiet"]:focus, QToolButton:focus { border: 1px solid $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit {
  background: $surface; border: 1px solid $strong_line; border-radius: 6px; padding: 5px 8px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 1px solid $accent; }
QSpinBox QLineEdit, QDateEdit QLineEdit, QComboBox QLineEdit { border: none; padding: 0; }

QCheckBox { spacing: 8px; }
QCheckBox::indicator, QListView::indicator { width: 14px; height: 14px; border-radius: 4px;
  border: 1px solid $muted; background: $surface; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent;
  border-color: $accent; image: url($check); }
QCheckBox:focus { color: $accent; }

QMenu { background: $surface; border: 1px solid $strong_line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 24px; border-radius: 4px; }
QMenu::item:selected { background: $accent_fill; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenuBar { background: $surface; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 5px 10px; background: transparent; }
QMenuBar::item:selected { background: $accent_fill; }

QTableView, QListView, QTreeView { background: $surface; border: none; outline: 0;
  selection-background-color: $accent_fill; selection-color: $text; }
QTableView#frozen { border-right: 1px solid $strong_line; }
QListView::item { padding: 4px 6px; border-radius: 4px; }
QListView::item:hover { background: $sunken; }
QListView::item:selected { background: $accent_fill; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none;
  border-bottom: 1px solid $line; padding: 0 10px; font-size: 12px; font-weight: 500; }
QHeaderView::section:hover { color: $text; }
QTableCornerButton::section { background: $surface; border: none; }

QTabWidget { background: $sunken; }
QTabWidget::pane { border: none; border-top: 1px solid $line; top: -1px; background: $background; }
QTabWidget#documents::tab-bar { left: 10px; }
QTabWidget#documents > QTabBar { background: $sunken; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: 8px 14px; border: none; }
QTabBar::tab:hover { color: $text; }
QTabBar#documentbar::tab { border: 1px solid transparent; border-bottom: none;
  border-top-left-radius: 6px; border-top-right-radius: 6px; margin-top: 5px; padding: 7px 14px; }
QTabBar#documentbar::tab:selected { background: $background; color: $text; border-color: $line;
  font-weight: 600; }
QTabBar#documentbar::tab:focus { border-color: $accent; }
QTabBar#subtabs::tab { border-bottom: 2px solid transparent; padding: 8px 14px; }
QTabBar#subtabs::tab:selected { color: $accent; border-bottom: 2px solid $accent;
  font-weight: 600; }
QTabBar#subtabs::tab:focus { background: $accent_fill; }

QProgressBar { background: $track; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $strong_line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QSplitter::handle { background: transparent; }
QDockWidget { color: $text; }
QDockWidget::title { background: $surface; padding: 8px 12px; border: 1px solid $line; }
QMainWindow::separator { background: $background; width: 8px; height: 8px; }
QCalendarWidget QWidget#qt_calendar_navigationbar { background: $surface; }
QCalendarWidget QToolButton { color: $text; padding: 4px 8px; }
QCalendarWidget QAbstractItemView { selection-background-color: $accent;
  selection-color: $on_accent; background: $surface; outline: 0; }
QToolTip { background: $tip; color: $tip_text; border: 1px solid $tip; padding: 4px 8px; }
""")


def style_sheet(t: Tokens) -> str:
    check = resource("icons", f"check-{t.name}.png").as_posix()
    return _SHEET.substitute(t._asdict(), check=f'"{check}"')
