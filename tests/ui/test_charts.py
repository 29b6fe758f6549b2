"""Painted charts: no data, one value, many; scales, legend, keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from csmdesk.domain.page import Mark, Series
from csmdesk.views.charts.chart import Chart
from csmdesk.views.charts.scale import round_scale, tick_text
from csmdesk.views.charts.stacked import Bar, StackedBars

DAY = 20_000
DATA: dict[str, tuple[float | None, ...]] = {
    "nothing": (),
    "only gaps": (None, None, None),
    "one": (42.0,),
    "zero": (0.0,),
    "negative": (-5.0, 3.0),
    "gap inside": (1.0, None, 3.0),
    "many": tuple(float(i % 97) for i in range(400)),
}


def series(values: tuple[float | None, ...], kind: str = "line", *, bands: bool = False) -> Series:
    days = tuple(range(DAY, DAY + len(values)))
    marks = (Mark(DAY, "first scored"),) if values else ()
    return Series("s", "Score", days, (("Score", values),), kind, bands=bands, marks=marks)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("kind", ["line", "bars", "bands"])
def test_every_amount_of_data_is_painted(qtbot: QtBot, name: str, kind: str) -> None:
    chart = Chart(
        series(DATA[name], "line" if kind == "bands" else kind, bands=kind == "bands"), 160
    )
    qtbot.addWidget(chart)
    chart.resize(400, 160)
    picture = chart.grab().toImage()
    seen = {picture.pixel(x, y) for x in range(0, 400, 3) for y in range(0, 160, 3)}
    assert len(seen) > 1, "something is drawn: data, or words that there is none"
    assert chart.has_data == any(value is not None for value in DATA[name])


def test_a_chart_without_data_says_so(qtbot: QtBot) -> None:
    chart = Chart(Series("s", "Usage", (), (), empty="Not joined."))
    qtbot.addWidget(chart)
    assert chart.accessibleDescription() == "Not joined."


def test_arrow_keys_read_days_out(qtbot: QtBot) -> None:
    chart = Chart(series((10.0, 20.0, 30.0)))
    qtbot.addWidget(chart)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleDescription() == "6 Oct 2024: Score 30"
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleDescription() == "5 Oct 2024: Score 20"


def test_a_hidden_line_leaves_the_scale(qtbot: QtBot) -> None:
    days = (DAY, DAY + 1)
    two = Series("u", "Usage", days, (("Events", (900.0, 800.0)), ("Users", (9.0, 8.0))))
    chart = Chart(two)
    qtbot.addWidget(chart)
    chart.resize(400, 200)
    chart.grab()
    assert chart.scale().high >= 900
    box, name = chart._legend[0]
    assert name == "Events"
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert [line[0] for line in chart.lines] == ["Users"]
    assert chart.scale().high < 20


def test_data_is_copied_as_tab_separated_text(qtbot: QtBot) -> None:
    chart = Chart(series((1.0, None)))
    qtbot.addWidget(chart)
    chart.copy_data()
    assert QGuiApplication.clipboard().text() == "Day\tScore\n4 Oct 2024\t1\n5 Oct 2024\t"


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((), (0, 0.25, 0.5, 0.75, 1)),
        ((0.0,), (0, 0.25, 0.5, 0.75, 1)),
        ((100.0,), (0, 25, 50, 75, 100)),
        ((-30.0, 60.0), (-50, -25, 0, 25, 50, 75)),
    ],
)
def test_scales_are_round_and_hold_zero(
    values: tuple[float, ...], ticks: tuple[float, ...]
) -> None:
    assert round_scale(values).ticks == ticks


def test_ticks_are_short() -> None:
    assert [tick_text(v) for v in (0, 2.5, 40_000, 1_200_000)] == ["0", "2.5", "40k", "1.2M"]


BARS = (
    Bar("Nov", (1.0, 0.0), "Rest of Nov 2026: 1 renewal (1 good)", partial=True),
    Bar("Dec", (3.0, 2.0), "Dec 2026: 5 renewals (3 good, 2 poor)"),
    Bar("Jan", (0.0, 0.0), "Jan 2027: 0 renewals"),
)


@pytest.mark.parametrize("bars", [(), BARS[:1], BARS, BARS[2:]])
def test_stacked_bars_of_any_number(qtbot: QtBot, bars: tuple[Bar, ...]) -> None:
    chart = StackedBars("Renewals", ("good", "poor"), "No renewals.")
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    chart.show_bars(bars)
    picture = chart.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(0, 300, 2) for y in range(0, 200, 2)}) > 1


def test_stacked_bars_tell_their_split(qtbot: QtBot) -> None:
    chart = StackedBars("Renewals", ("good", "poor"), "No renewals.")
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    chart.show_bars(BARS)
    chart.show()
    qtbot.mouseMove(chart, QPointF(chart.slot(1).center()).toPoint())
    qtbot.waitUntil(lambda: chart.at == 1)
    chart.grab()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription() == "Jan 2027: 0 renewals"
    chart.copy_data()
    assert QGuiApplication.clipboard().text().splitlines()[1] == BARS[1].told
