"""Design tokens, light and dark, and how they reach Qt: one palette and one style sheet."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

SYSTEM = "system"
RADIUS_CONTROL = 6
BASE_PX, SMALL_PX, HEADING_PX, TITLE_PX, COUNTER_PX = 13, 12, 18, 22, 28


class Tokens(NamedTuple):
    """Colours of one theme. `<name>_fill` is the pale ground of a pill, `<name>_text` text on it."""

    name: str
    background: str
    surface: str
    sunken: str
    line: str
    strong_line: str
    text: str
    muted: str
    accent: str
    accent_fill: str
    on_accent: str
    good: str
    good_fill: str
    good_text: str
    neutral: str
    neutral_fill: str
    neutral_text: str
    poor: str
    poor_fill: str
    poor_text: str
    info: str
    info_fill: str
    info_text: str
    track: str
    tip: str
    tip_text: str
    tip_muted: str


LIGHT = Tokens(
    name="light",
    background="#F5F6F8",
    surface="#FFFFFF",
    sunken="#F0F2F5",
    line="#E4E7EC",
    strong_line="#D0D5DD",
    text="#1A1F29",
    muted="#667085",
    accent="#3B5BDB",
    accent_fill="#EDF2FF",
    on_accent="#FFFFFF",
    good="#2B8A3E",
    good_fill="#E6F4EA",
    good_text="#237032",
    neutral="#B7791F",
    neutral_fill="#FDF1D3",
    neutral_text="#855408",
    poor="#C92A2A",
    poor_fill="#FDE8E8",
    poor_text="#B42323",
    info="#1C7ED6",
    info_fill="#E3F1FD",
    info_text="#1663AB",
    track="#E4E7EC",
    tip="#1A1F29",
    tip_text="#F5F6F8",
    tip_muted="#B6BECB",
)
DARK = Tokens(
    name="dark",
    background="#14171C",
    surface="#1C2027",
    sunken="#171A20",
    line="#2A303A",
    strong_line="#3A424F",
    text="#E7EAF0",
    muted="#98A2B3",
    accent="#7C93F5",
    accent_fill="#252C48",
    on_accent="#11142A",
    good="#51B96A",
    good_fill="#18301F",
    good_text="#6CCB83",
    neutral="#E0AC45",
    neutral_fill="#3A2D12",
    neutral_text="#EBBD61",
    poor="#F0716F",
    poor_fill="#431C1E",
    poor_text="#F58E8C",
    info="#5AB0F5",
    info_fill="#15304A",
    info_text="#7DC1F8",
    track="#2E3541",
    tip="#2A303A",
    tip_text="#E7EAF0",
    tip_muted="#A9B2C1",
)
THEMES = {"light": LIGHT, "dark": DARK}
BAND_NAMES = ("poor", "neutral", "good")
"""Tones by band number (0 poor, 1 neutral, 2 good)."""

_current = LIGHT


def tokens() -> Tokens:
    """The theme in use; painted cells ask for it on every paint."""
    return _current


def color(name: str) -> QColor:
    return QColor(getattr(_current, name))


def tone(name: str) -> tuple[QColor, QColor]:
    """Ground and text colour of a pill: good, neutral, poor, info, accent or "" for plain."""
    if name == "accent":
        return color("accent_fill"), color("accent")
    if name in ("good", "neutral", "poor", "info"):
        return color(f"{name}_fill"), color(f"{name}_text")
    return color("sunken"), color("muted")


def hatch(name: str) -> QBrush:
    """Slanted lines in a colour, for what is not finished yet."""
    return QBrush(color(name), Qt.BrushStyle.BDiagPattern)


def system_theme() -> str:
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def font(
    px: int = BASE_PX, *, bold: bool = False, medium: bool = False, tabular: bool = False
) -> QFont:
    """The system font in `px` device-independent pixels; `tabular` gives figures of equal width."""
    made = QFont(QApplication.font())
    made.setPixelSize(px)
    if bold:
        made.setWeight(QFont.Weight.DemiBold if px < HEADING_PX else QFont.Weight.Bold)
    elif medium:
        made.setWeight(QFont.Weight.Medium)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    made = QPalette()
    colours = {
        role.Window: t.background,
        role.WindowText: t.text,
        role.Base: t.surface,
        role.AlternateBase: t.sunken,
        role.Text: t.text,
        role.Button: t.surface,
        role.ButtonText: t.text,
        role.BrightText: t.poor,
        role.Highlight: t.accent,
        role.HighlightedText: t.on_accent,
        role.ToolTipBase: t.tip,
        role.ToolTipText: t.tip_text,
        role.PlaceholderText: t.muted,
        role.Link: t.accent,
        role.Light: t.surface,
        role.Midlight: t.line,
        role.Mid: t.strong_line,
        role.Dark: t.strong_line,
        role.Shadow: t.line,
    }
    for key, value in colours.items():
        made.setColor(key, QColor(value))
    for key in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(t.strong_line))
    return made


def use_tokens(app: QApplication, name: str) -> Tokens:
    """Colours and font of a theme: "light", "dark" or "system"; returns its tokens."""
    global _current
    _current = THEMES[system_theme() if name == SYSTEM else name]
    base = QFont(app.font())
    base.setPixelSize(BASE_PX)
    app.setFont(base)
    app.setPalette(palette(_current))
    return _current


def use_sheet(app: QApplication) -> None:
    """The style sheet of the theme in use, made for Qt's Fusion style."""
    from csmdesk.views.stylesheet import style_sheet

    sheet = style_sheet(_current)
    if app.styleSheet() != sheet:  # restyling every widget is slow
        app.setStyleSheet(sheet)


def apply_theme(app: QApplication, name: str) -> Tokens:
    """Give the whole program a theme."""
    made = use_tokens(app, name)
    use_sheet(app)
    return made
