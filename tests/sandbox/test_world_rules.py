"""On any day each of the twelve rules occurs at each of its severities."""

from __future__ import annotations

from datetime import date

import pytest

from csmdesk.sandbox.world import World
from tests.sandbox.rules_oracle import Portfolio


@pytest.mark.parametrize("today", [date(2026, 1, 2), date(2026, 11, 21), date(2033, 9, 11)])
def test_every_rule_occurs_at_every_severity(today: date) -> None:
    found = Portfolio(World(7, 214, today)).found()
    missing = [
        (rule, severity) for rule, by in found.items() for severity in by if not by[severity]
    ]
    assert not missing
