"""Days of many instants at once are the days of each by itself."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING, day_of_instant
from csmdesk.store.load_tables import days_of

ZONES = ("UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Pacific/Kiritimati")
INSTANTS = st.one_of(st.just(MISSING), st.integers(700_000_000, 3_000_000_000))


@given(st.lists(INSTANTS, max_size=40), st.sampled_from(ZONES))
def test_days_of_instants(instants: list[int], name: str) -> None:
    zone = ZoneInfo(name)
    found = days_of(np.array(instants, dtype=np.int64), zone)
    assert found.tolist() == [
        MISSING if one == MISSING else day_of_instant(one, zone) for one in instants
    ]
