"""Segments: every condition must hold, a list means any of it."""

from __future__ import annotations

from csmdesk.domain.settings import Segment
from csmdesk.engine.segments import segment_mask

TIER = ["T1", "T2", None]
STAGE = ["live", "live", "trial"]
TAGS = [("vip", "eu"), (), ("eu",)]
BAND = ["good", "poor", "not enough data"]


def mask(**conditions: tuple[str, ...]) -> list[bool]:
    found = segment_mask(Segment(name="s", **conditions), TIER, STAGE, TAGS, BAND)
    return [bool(one) for one in found]


def test_conditions() -> None:
    assert mask() == [True, True, True]
    assert mask(tier=("T1", "T2")) == [True, True, False]
    assert mask(tier=("T1", "T2"), stage=("trial",)) == [False, False, False]
    assert mask(tag=("eu", "us")) == [True, False, True]
    assert mask(band=("poor",), stage=("live",)) == [False, True, False]


def test_a_band_that_is_not_known_yet_matches_nobody() -> None:
    assert (
        segment_mask(Segment(name="s", band=("poor",)), TIER, STAGE, TAGS).tolist() == [False] * 3
    )
