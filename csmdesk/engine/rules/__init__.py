"""The twelve task rules in their order: a new rule is one file and one line here."""

from __future__ import annotations

from csmdesk.engine.rules import (
    capacity,
    contact_gap,
    feature_shelf,
    no_login,
    nps_detractor,
    payment_overdue,
    product_unused,
    record_integrity,
    renewal_due,
    seats_unused,
    technical_drift,
    usage_drop,
)
from csmdesk.engine.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    renewal_due.RULE,
    payment_overdue.RULE,
    capacity.RULE,
    no_login.RULE,
    usage_drop.RULE,
    technical_drift.RULE,
    nps_detractor.RULE,
    product_unused.RULE,
    seats_unused.RULE,
    feature_shelf.RULE,
    contact_gap.RULE,
    record_integrity.RULE,
)
