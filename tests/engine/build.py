"""Facts built by hand: lists of fact objects in, the columns that the engine reads out.

    built = facts(["acme", "globex"], [Subscription(source="billing", account_id="acme", …)], day=D)

A row belongs to the customer whose key (the text, or the Account's source_id) its `account_id`
names, whatever its source. Customer i is the i-th of the list: ids are its number in 16 hex digits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, tzinfo
from fractions import Fraction
from typing import Any

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, day_of_instant, parse_day
from csmdesk.domain.facts import FACTS, Account, Fact, Person
from csmdesk.domain.inputs import KINDS, Facts, Rates, SourceState
from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS, Usage

DAY = parse_day("2026-11-20")
"""The as-of day of tests that do not care: a Friday."""

_TABLES = {name: cls for name, cls in FACTS.items() if name != "account"}
_CUSTOMER_TEXTS = ("domain", "owner_id", "tier", "stage", "success_program", "industry", "flag")
_CUSTOMER_DAYS = ("acv", "renewal_on", "created_on", "assigned_on", "churned_on")


def account(key: str, **values: Any) -> Account:
    """A CRM account whose key is also its name."""
    return Account(**{"source": "crm", "source_id": key, "name": key, **values})


def flat_rates(reporting: str = "USD", **rates: Fraction | int | str) -> Rates:
    """Rates that hold for ever, reporting minor units for one native minor unit."""
    known = {reporting: Fraction(1), **{name: Fraction(value) for name, value in rates.items()}}
    return Rates(reporting, {name: [0] for name in known}, {n: [v] for n, v in known.items()})


def sources(*kinds: str, day: int = DAY) -> tuple[SourceState, ...]:
    """One connected, fresh source per kind, named like it."""
    return tuple(SourceState(kind, kind.upper(), (kind,), day, day * 86_400) for kind in kinds)


def facts(
    customers: Sequence[str | Account],
    rows: Iterable[Fact] = (),
    *,
    day: int = DAY,
    usage: Usage | None = None,
    connected: Collection[str] = KINDS,
    unjoined: Mapping[str, Collection[str]] | None = None,
    risk: Iterable[tuple[str, int, int]] = (),
    rates: Rates | None = None,
    zone: tzinfo = UTC,
) -> Facts:
    """Facts of these customers. `unjoined` = kind -> keys that have no account there; `risk` =
    (customer key, score, day set). Everything is connected and joined unless told otherwise."""
    accounts = [account(c) if isinstance(c, str) else c for c in customers]
    place = {one.source_id: index for index, one in enumerate(accounts)}
    given = list(rows)
    missing = unjoined or {}
    joined = {
        f"joined_{kind}": np.array(
            [kind in connected and a.source_id not in missing.get(kind, ()) for a in accounts],
            dtype=np.bool_,
        )
        for kind in KINDS
    }
    return Facts(
        ids=tuple(f"{index:016x}" for index in range(len(accounts))),
        customers=_customers(accounts, [row for row in given if isinstance(row, Person)], joined),
        tables=_tables(given, place, zone),
        usage=usage or no_usage(len(accounts), day),
        sources=sources(*(kind for kind in KINDS if kind in connected), day=day),
        risk=_risk(risk, place),
        rates=rates or flat_rates(EUR="1.1", GBP="1.3", JPY="0.7", KWD="0.325"),
    )


def no_usage(customers: int, day: int = DAY) -> Usage:
    """Usage of a portfolio whose source is not connected."""
    return usage_of(range(customers), day=day, covered_from=MISSING)


def usage_of(
    customers: Sequence[Any],
    *,
    day: int = DAY,
    daily: Iterable[tuple[int, int, int, int]] = (),
    features: Iterable[tuple[int, str, str, int, int, int]] = (),
    persons: Iterable[tuple[int, str, int, int]] = (),
    covered_from: int | None = None,
    unjoined: Collection[int] = (),
) -> Usage:
    """Usage up to `day` (the last column), covered from its first column unless told otherwise.

    `daily`: (customer index, day, events, users); `features`: (customer index, feature, module,
    day, events, failed); `persons`: (customer index, person, day, events).
    """
    count, first, first_person = len(customers), day - KEEP_DAYS + 1, day - KEEP_USER_DAYS + 1
    events = np.zeros((count, KEEP_DAYS), np.uint32)
    users = np.zeros((count, KEEP_DAYS), np.uint32)
    for customer, on, number, distinct in daily:
        events[customer, on - first] += number
        users[customer, on - first] += distinct
    named = list(features)
    modules = {row[1]: row[2] for row in named}
    names = sorted(modules)
    pairs = sorted({(row[0], names.index(row[1])) for row in named})
    feature_events = np.zeros((len(pairs), KEEP_DAYS), np.uint32)
    feature_failed = np.zeros((len(pairs), KEEP_DAYS), np.uint32)
    for customer, name, _, on, number, failed in named:
        row_index = pairs.index((customer, names.index(name)))
        feature_events[row_index, on - first] += number
        feature_failed[row_index, on - first] += failed
    seen = list(persons)
    people = sorted({(row[0], row[1]) for row in seen})
    person_events = np.zeros((len(people), KEEP_USER_DAYS), np.uint32)
    for customer, person, on, number in seen:
        person_events[people.index((customer, person)), on - first_person] += number
    return Usage(
        first_day=first,
        covered_from=first if covered_from is None else covered_from,
        users_covered_from=first_person if covered_from is None else covered_from,
        events=events,
        users=users,
        joined=np.array([index not in unjoined for index in range(count)], dtype=np.bool_),
        feature_customer=np.array([pair[0] for pair in pairs], dtype=np.int64),
        feature_name=np.array([pair[1] for pair in pairs], dtype=np.int64),
        feature_names=tuple(names),
        feature_modules=tuple(modules[name] for name in names),
        feature_events=feature_events,
        feature_failed=feature_failed,
        person_customer=np.array([pair[0] for pair in people], dtype=np.int64),
        person_keys=tuple(pair[1] for pair in people),
        person_first_day=first_person,
        person_events=person_events,
    )


def _ints(values: Iterable[int | None]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([MISSING if value is None else value for value in values], dtype=np.int64)


def _customers(accounts: list[Account], people: list[Person], joined: Mapping[str, Any]) -> Columns:
    by_id = {person.source_id: person for person in people}
    owners = [by_id.get(a.owner_id or "") for a in accounts]
    data: dict[str, Any] = {name: [getattr(a, name) for a in accounts] for name in _CUSTOMER_TEXTS}
    data |= {name: _ints(getattr(a, name) for a in accounts) for name in _CUSTOMER_DAYS}
    data |= {
        "name": [a.name for a in accounts],
        "url": [a.url for a in accounts],
        "tags": [a.tags for a in accounts],
        "all_tags": [a.tags for a in accounts],
        "acv_currency": [a.currency for a in accounts],
        "owner": [owner.name if owner else None for owner in owners],
        "owner_email": [owner.email if owner else None for owner in owners],
        "anchor_source": [a.source for a in accounts],
        "anchor_id": [a.source_id for a in accounts],
        "accounts": np.ones(len(accounts), np.int64),
        **joined,
    }
    return Columns(data, len(accounts))


def _tables(rows: list[Fact], place: Mapping[str, int], zone: tzinfo) -> dict[str, Columns]:
    owner: dict[tuple[str, str], int] = {}
    for row in rows:
        if _name_of(row) == "subscription":
            owner[(row.source, row.source_id)] = place.get(getattr(row, "account_id", ""), MISSING)

    def customer_of(row: Fact) -> int:
        account_id = getattr(row, "account_id", None)
        if account_id is not None:
            return place.get(account_id, MISSING)
        return owner.get((row.source, getattr(row, "subscription_id", "")), MISSING)

    kept = [row for row in rows if not getattr(row, "archived", False)]
    kept.sort(key=lambda row: (customer_of(row), row.source, row.source_id))
    subscriptions = [row for row in kept if _name_of(row) == "subscription"]
    index = {(row.source, row.source_id): i for i, row in enumerate(subscriptions)}
    tables = {}
    for name, cls in _TABLES.items():
        mine = [row for row in kept if type(row) is cls]
        data = _columns(cls, mine, zone)
        data["customer"] = _ints(customer_of(row) for row in mine)
        if "subscription_id" in data and name != "invoice":
            keys = [(row.source, getattr(row, "subscription_id", "")) for row in mine]
            data["subscription"] = _ints(index.get(key) for key in keys)
        tables[name] = Columns(data, len(mine))
    return tables


def _name_of(row: Fact) -> str:
    return next(name for name, cls in FACTS.items() if type(row) is cls)


def _columns(cls: type[Fact], rows: list[Fact], zone: tzinfo) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for one in fields(cls):
        kind = str(one.type).split(" ")[0]
        values = [getattr(row, one.name) for row in rows]
        if kind in ("int", "Day", "Instant", "Minor"):
            data[one.name] = _ints(values)
        elif kind == "bool":
            data[one.name] = np.array(values, dtype=np.bool_)
        else:
            data[one.name] = values
        if kind == "Instant":
            data[f"{one.name}_day"] = _ints(
                None if value is None else day_of_instant(value, zone) for value in values
            )
    return data


def _risk(risk: Iterable[tuple[str, int, int]], place: Mapping[str, int]) -> Columns:
    rows = [(place[key], score, day) for key, score, day in risk]
    names = ("customer", "score", "set_on")
    return Columns({name: _ints(row[i] for row in rows) for i, name in enumerate(names)}, len(rows))
