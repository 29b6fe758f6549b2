"""Through HTTP, sync, store and engine, MRR is what the sandbox booked, to the minor unit."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from csmdesk.domain.days import day_date, month_start, next_month, parse_day
from csmdesk.domain.demo_rates import CURRENCIES, rate
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.money import money_metrics
from csmdesk.store import identity, rates
from csmdesk.store.load import load_facts
from tests.sandbox.process import running
from tests.sync.bench import Bench, new_bench

SETTINGS = Settings(demo=True)


def write_rates(bench: Bench, last: int) -> None:
    rows = []
    month = month_start(last - 1_100)
    while month <= last:
        for currency in CURRENCIES:
            value = rate(currency, day_date(month))
            rows.append((currency, month, value.numerator, value.denominator))
        month = next_month(month)
    with bench.store.write() as conn:
        rates.set_rates(conn, rows)


def booked(ledger: dict[str, Any], day: str) -> dict[str, int]:
    """CRM id -> MRR of the day in reporting minor units, of customers that have any."""
    found = {}
    for customer in ledger["customers"]:
        amounts = [Fraction(amount) for since, amount in customer["mrr"] if since <= day]
        native = amounts[-1] if amounts else Fraction(0)
        converted = round(native * rate(customer["currency"], date.fromisoformat(day)))
        if converted:
            found[customer["hubspot_id"]] = converted
    return found


def measured(bench: Bench, day: str) -> dict[str, int]:
    with bench.store.write() as conn:
        identity.assign(conn)
    with bench.store.read() as conn:
        facts = load_facts(conn, SETTINGS)
    mrr = money_metrics(facts, SETTINGS, parse_day(day)).ints("mrr")
    names = facts.customers["anchor_id"]
    return {name: int(amount) for name, amount in zip(names, mrr, strict=True) if amount}


@pytest.mark.parametrize("billing", ["stripe", "stripe 2023-08-16", "chargebee", "chargebee1"])
def test_mrr_of_past_days_and_after_increments(tmp_path: Path, billing: str) -> None:
    """chargebee1 is a site of the old product catalog."""
    with running("--customers", "60") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        system, _, bench.versions["stripe"] = billing.partition(" ")
        bench.sites[system.rstrip("1")] = system
        system = system.rstrip("1")
        write_rates(bench, parse_day("2027-02-01"))
        days = ["2025-12-31", "2026-03-03", "2026-08-31", "2026-11-20"]
        for today in ("2026-11-21", "2026-12-05", "2026-12-24", "2027-01-12"):
            sandbox.call("control", "POST", "/today", json={"today": today})
            results = bench.sync(["hubspot", system], phase="essential")
            assert all(result.complete for result in results.values())
            days.append(day_date(parse_day(today) - 1).isoformat())
        ledger = sandbox.call("control", "GET", "/ledger").json()
        for day in days:
            assert measured(bench, day) == booked(ledger, day), day
        bench.store.close()
