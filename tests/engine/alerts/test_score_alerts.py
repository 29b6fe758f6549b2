"""Health drop, activity drop and band poor: how they open and close."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from csmdesk.domain.findings import GOOD, NEUTRAL, NO_BAND, POOR
from csmdesk.engine.alerts import activity_drop, band_poor, health_drop
from csmdesk.engine.alerts.kind import AlertContext
from csmdesk.engine.alerts.lifecycle import alert_limits
from tests.engine.alerts.world import DAY, Walk, day_of, score_day


def fallen(day: int = DAY) -> list[object]:
    return [score_day(day - 2, 80), score_day(day - 1, 78)]


def test_health_drop_opens_with_the_marker() -> None:
    walk = Walk(health_drop.KIND)
    walk.step(day_of(chi=40, markers=(-1, 0), history=fallen()))
    assert walk.open
    assert (walk.alert.type, walk.alert.text) == ("Risk", "Health fell from 80 to 40.")
    depths = '[["2026-11-20",80,40]]'
    assert walk.alert.evidence == (
        f'{{"depths":{depths},"from":80,"marker_on":"2026-11-20","to":40}}'
    )
    assert not Walk(health_drop.KIND).step(day_of(chi=60, history=fallen()))


def test_health_drop_closes_when_half_is_regained_for_two_days() -> None:
    walk = Walk(health_drop.KIND)
    walk.step(day_of(chi=40, markers=(-1, 0), history=fallen()))
    for day, chi, is_open in ((1, 60, True), (2, 59, True), (3, 60, True), (4, 60, False)):
        walk.step(day_of(day=DAY + day, chi=chi))
        assert walk.open is is_open, day
    assert walk.alert.closed_on == DAY + 4


def test_a_deeper_fall_raises_the_bar() -> None:
    walk = Walk(health_drop.KIND)
    walk.step(day_of(chi=40, markers=(-1, 0), history=fallen()))
    walk.step(day_of(day=DAY + 1, chi=20))
    assert walk.alert.text == "Health fell from 80 to 20."
    for day in (2, 3):
        walk.step(day_of(day=DAY + day, chi=50))
    assert not walk.open


def test_a_past_day_tells_the_depth_of_that_day() -> None:
    walk = Walk(health_drop.KIND)
    walk.step(day_of(chi=40, markers=(-1, 0), history=fallen()))
    walk.step(day_of(day=DAY + 1, chi=35))
    walk.step(day_of(day=DAY + 2, chi=38))
    walk.step(day_of(day=DAY + 5, chi=10))
    assert walk.alert.text == "Health fell from 80 to 10."

    def told(day: int, chi: int, **more: Any) -> str:
        ctx = day_of(day=day, chi=chi, **more)
        ctx = replace(ctx, previous=replace(ctx.previous, alerts=dict(walk.newest)))
        limits = alert_limits([health_drop.KIND], ctx.settings)
        [signal] = health_drop.look(AlertContext(ctx, {}, limits))
        return signal.text

    assert told(DAY, 40, markers=(-1, 0), history=fallen()) == "Health fell from 80 to 40."
    assert told(DAY + 1, 35) == "Health fell from 80 to 35."
    assert told(DAY + 4, 38) == "Health fell from 80 to 35."
    assert told(DAY + 6, 50) == "Health fell from 80 to 10."


def test_health_drop_closes_after_thirty_quiet_days_unless_poor() -> None:
    for held, is_open in ((NEUTRAL, False), (POOR, True)):
        walk = Walk(health_drop.KIND)
        walk.step(day_of(chi=40, markers=(-1, 0), history=fallen()))
        walk.step(day_of(day=DAY + 29, chi=41))
        assert walk.open
        walk.step(day_of(day=DAY + 30, chi=41, held=held))
        assert walk.open is is_open


def test_a_closed_drop_opens_again_only_by_a_new_fall() -> None:
    walk = Walk(health_drop.KIND)
    walk.step(day_of(chi=40, markers=(-1, 0), history=fallen()))
    past = [score_day(DAY - 1, 78), score_day(DAY, 40), score_day(DAY + 1, 61)]
    walk.step(day_of(day=DAY + 1, chi=61, history=past[:2]))
    walk.step(day_of(day=DAY + 2, chi=60, history=past))
    assert not walk.open
    past.append(score_day(DAY + 2, 60))
    walk.step(day_of(day=DAY + 3, chi=45, markers=(-1, 0), history=past))
    assert not walk.open  # 78 was before it closed; 60 to 45 is no marker's fall
    walk.step(day_of(day=DAY + 4, chi=30, markers=(-1, 0), history=past))
    assert walk.open
    assert (walk.alert.episode, walk.alert.text) == (2, "Health fell from 60 to 30.")
    assert len(walk.rows) == 2  # the first episode stays


def test_health_drop_is_no_change_across_models() -> None:
    walk = Walk(health_drop.KIND)
    other = [score_day(DAY - 1, 80, model="2")]
    walk.step(day_of(chi=40, markers=(-1, 0), history=other))
    assert not walk.newest


def test_activity_drop_uses_the_rank() -> None:
    walk = Walk(activity_drop.KIND)
    history = [score_day(DAY - 1, 50, rank=90)]
    walk.step(day_of(rank=60, markers=(0, -1), history=history))
    assert walk.alert.text == "Activity rank fell from 90 to 60."
    walk.step(day_of(day=DAY + 1, rank=75))
    walk.step(day_of(day=DAY + 2, rank=75))
    assert not walk.open


def test_band_poor_opens_when_it_becomes_poor_and_closes_when_it_leaves() -> None:
    walk = Walk(band_poor.KIND)
    walk.step(day_of(chi=25, held=POOR, history=[score_day(DAY - 1, 55, NEUTRAL)]))
    assert (walk.open, walk.alert.text) == (True, "Health became poor: 25.")
    walk.step(day_of(day=DAY + 1, chi=33, held=POOR, history=[score_day(DAY, 25, POOR)]))
    assert walk.open
    walk.step(day_of(day=DAY + 2, chi=33, held=NO_BAND))
    assert walk.open  # nothing closes on missing data
    walk.step(day_of(day=DAY + 3, chi=60, held=GOOD))
    assert not walk.open


def test_band_poor_from_the_first_day_and_withheld_when_factors_change() -> None:
    first = Walk(band_poor.KIND)
    first.step(day_of(chi=25, held=POOR))
    assert first.open
    withheld = Walk(band_poor.KIND)
    withheld.step(day_of(chi=25, held=POOR, history=[score_day(DAY - 1, 55, model="2")]))
    assert not withheld.newest
    still = Walk(band_poor.KIND)
    still.step(day_of(chi=25, held=POOR, history=[score_day(DAY - 1, 25, POOR)]))
    assert not still.newest  # it became poor before


def test_band_poor_is_withheld_when_the_band_turns_a_day_after_the_factors_changed() -> None:
    """The held band waits a day: the score that it follows was the first one of another model."""
    past = [score_day(DAY - 2, 55, model="2"), score_day(DAY - 1, 25)]
    withheld = Walk(band_poor.KIND)
    withheld.step(day_of(chi=25, held=POOR, history=past))
    assert not withheld.newest
    real = Walk(band_poor.KIND)
    real.step(day_of(chi=25, held=POOR, history=[score_day(DAY - 2, 55), past[1]]))
    assert real.open
