"""All rules together: sources that are missing, stale or suppressed, and thresholds."""

from __future__ import annotations

import pytest

from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Settings
from csmdesk.engine.rules import RULES
from csmdesk.engine.rules.evaluate import check_rules
from tests.engine.rules.world import context


def test_twelve_rules_in_their_order() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 13))
    assert len({rule.id for rule in RULES}) == 12


def test_a_rule_without_its_source_says_so() -> None:
    found = check_rules(RULES, context([{}], connected=("crm",)))
    states = {state.rule: state for state in found.states}
    for name in ("payment_overdue", "capacity", "no_login", "usage_drop", "seats_unused"):
        assert states[name].reason == "not checked: no source"
        assert not states[name].checked
    assert states["contact_gap"].checked
    assert states["renewal_due"].checked  # the CRM's contract date is enough


def test_rule_ten_needs_key_features() -> None:
    found = check_rules(RULES, context([{}]))
    state = next(one for one in found.states if one.rule == "feature_shelf")
    assert state.reason == "not checked: no key features marked"


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({"no_login": {"lowdays": 3}}, ("no_login", "lowdays", "3")),
        ({"no_login": {"low_days": -1}}, ("no_login", "low_days", "-1")),
        ({"no_login": {"low_days": float("nan")}}, ("no_login", "low_days", "nan")),
        ({"nologin": {"low_days": 3}}, ("nologin", "low_days", "3")),
    ],
)
def test_bad_thresholds_are_named(rules: dict[str, dict[str, float]], named: tuple[str]) -> None:
    with pytest.raises(BadInput) as caught:
        check_rules(RULES, context([{}], settings=Settings(rules=rules)))
    assert all(word in caught.value.message for word in named)
