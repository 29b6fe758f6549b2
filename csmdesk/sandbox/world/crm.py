"""The company record: names, owner, dated fields, and what the CRM says of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from csmdesk.domain.demo_rates import EXPONENTS, rate
from csmdesk.sandbox.shapes import Company, Deal, FieldChange, Owner
from csmdesk.sandbox.world import catalog, words
from csmdesk.sandbox.world.clock import HORIZON, REFERENCE, add_months, at, day_of, plus
from csmdesk.sandbox.world.contract import Contract
from csmdesk.sandbox.world.ids import account_key, hubspot_id
from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import LEAD_DAYS, Role

_ACV_FACTOR = {"acv_5_off": Fraction(105, 100), "acv_20_off": Fraction(80, 100)}
_WORRIES = {"inactive", "declining", "detractor"}
_STAGES = ("prospect", "onboarding", "adoption", "churned")


def naming_index(role: Role) -> int:
    """Whose name and domain the company has: the second twin borrows those of the first."""
    return role.index - 1 if role.part == "twins" and role.number == 1 else role.index


def domain_of(index: int) -> str:
    """A unique domain for each naming index."""
    place, turn = index * 7919 % 960, index // 960
    root = words.NAME_STARTS[place % 60] + words.NAME_ENDS[place // 60]
    return f"{root.lower()}{turn or ''}.example"


def _name(index: int) -> str:
    place, turn = index * 7919 % 960, index // 960
    root = words.NAME_STARTS[place % 60] + words.NAME_ENDS[place // 60]
    form = words.NAME_FORMS[index * 5 % len(words.NAME_FORMS)]
    return f"{root} {form}" if not turn else f"{root} {form} {turn}"


def created_on(role: Role, contracts: Sequence[Contract]) -> date:
    """The day the company came into the CRM."""
    if role.created is not None:
        return role.created
    if not contracts:
        return date(2025, 9, 1) + timedelta(days=role.number * 40)
    return contracts[0].start - timedelta(days=LEAD_DAYS)


def company_of(
    seed: int, role: Role, contracts: Sequence[Contract], owners: Sequence[Owner], today: date
) -> Company:
    """The company as the CRM shows it at 00:00 UTC of `today`."""
    rng = stream(seed, role.index, "crm")
    named = naming_index(role)
    created = created_on(role, contracts)
    last = today - timedelta(days=1)
    changes = sorted(
        [
            *_owner_changes(rng, role, created, owners),
            *_stage_changes(created, contracts),
            *_tier_changes(created, contracts),
            *_renewal_changes(role, contracts, today),
            *_acv_changes(role, contracts, last),
        ],
        key=lambda change: (change.at, change.field),
    )
    history = tuple(change for change in changes if change.at < at(today, 0))
    held = {change.field: change for change in history}
    owner = held.get("hubspot_owner_id")
    turned = [at(day) for contract in contracts for day in contract.turning_days() if day <= last]
    tags = _tags(rng, role)
    renewal = held["renewal_date"].value if "renewal_date" in held else ""
    # One customer's contract is stated in the vendor's currency, whatever is billed.
    billed_as_stated = contracts and role.part != "other_currency"
    currency = contracts[0].currency.upper() if billed_as_stated else "USD"
    return Company(
        hubspot_id("company", role.index),
        account_key(role.index),
        _name(named) if named == role.index else f"{_name(named)} (EMEA)",
        domain_of(named),
        at(created, 8),
        max([at(created, 8), *(change.at for change in history), *turned]),
        owner.value if owner else None,
        words.INDUSTRIES[role.index * 3 % len(words.INDUSTRIES)],
        held["csm_tier"].value,
        held["csm_stage"].value,
        ("standard", "scaled", "premium")[role.index % 3],
        date.fromisoformat(renewal) if renewal else None,
        held["annual_contract_value"].value if "annual_contract_value" in held else None,
        currency,
        day_of(owner.at) if owner else None,
        tags,
        parent_hubspot_id=_parent(role),
        flag=role.part if role.part in ("internal", "demo") else None,
        history=history,
    )


def _tags(rng: np.random.Generator, role: Role) -> tuple[str, ...]:
    """None, one or two; those whom all worry about are marked, and serve as no reference."""
    places = rng.choice(len(words.TAGS), size=int(rng.integers(0, 3)), replace=False)
    tags = {words.TAGS[int(n)] for n in places}
    if role.story in _WORRIES and role.number % 2 == 0:
        tags = (tags - {"reference", "expansion"}) | {"at risk"}
    return tuple(sorted(tags))


def _parent(role: Role) -> str | None:
    child = role.part == "plain" and role.number % 23 == 7 and role.index > 0
    return hubspot_id("company", role.index - 1) if child else None


def _owner_changes(
    rng: np.random.Generator, role: Role, created: date, owners: Sequence[Owner]
) -> list[FieldChange]:
    """A CSM from the second day on; another one every few years."""
    working = [owner for owner in owners if not owner.archived]
    if role.part == "no_csm":
        return []
    if role.part == "gone":
        archived = next(owner for owner in owners if owner.archived)
        return [FieldChange("hubspot_owner_id", at(plus(created, 1), 9), archived.owner_id)]
    made: list[FieldChange] = []
    day = plus(created, 1 if not role.created else LEAD_DAYS - 2)
    place = role.index % len(working)
    step = 1 + role.index // len(working) % max(1, len(working) - 1)  # keeps the books even
    while day < HORIZON:
        made.append(FieldChange("hubspot_owner_id", at(day, 9), working[place].owner_id))
        place = (place + step) % len(working)
        day = plus(day, 500 + float(rng.exponential(900)))
    return made


def _stage_changes(created: date, contracts: Sequence[Contract]) -> list[FieldChange]:
    made = [FieldChange("csm_stage", at(created, 8, 1), _STAGES[0])]
    mains = [contract for contract in contracts if contract.months and _is_main(contract)]
    for contract in mains:
        settled = plus(contract.start, 90)
        made.append(FieldChange("csm_stage", at(contract.start, 12, 5), _STAGES[1]))
        if contract.ended is None or settled < contract.ended:
            made.append(FieldChange("csm_stage", at(settled, 9), _STAGES[2]))
        if contract.ended and not any(other.runs(contract.ended) for other in mains):
            made.append(FieldChange("csm_stage", at(contract.ended, 12, 6), _STAGES[3]))
    return made


def _is_main(contract: Contract) -> bool:
    product = contract.changes[0].price.product_id
    return catalog.PRODUCT_BY_ID[product].unit == "seat"


def tier_of(yearly_usd: Fraction) -> str:
    """T1 from 100,000 USD a year, T2 from 30,000, T3 from 8,000, else T4."""
    for floor, tier in ((100_000, "T1"), (30_000, "T2"), (8_000, "T3")):
        if yearly_usd >= floor * 100:
            return tier
    return "T4"


def _tier_changes(created: date, contracts: Sequence[Contract]) -> list[FieldChange]:
    """The tier follows the contract's value, a day behind it."""
    made = [FieldChange("csm_tier", at(created, 8, 2), "T4")]
    days = {day for contract in contracts for day in contract.turning_days() if day < HORIZON}
    for day in sorted(days):
        value = 12 * sum((contract.mrr(day) for contract in contracts), Fraction(0))
        if not value:
            continue
        tier = tier_of(value * rate(contracts[0].currency, REFERENCE))
        if tier != made[-1].value:
            made.append(FieldChange("csm_tier", at(plus(day, 1), 8), tier))
    return made


def _renewal_changes(role: Role, contracts: Sequence[Contract], today: date) -> list[FieldChange]:
    """The next term boundary of yearly contracts, moved on when the term renews."""
    made: list[FieldChange] = []
    for contract in contracts:
        if (
            contract.agreed < 12
            or not _is_main(contract)
            or (contract.number and role.part == "billed_twice")
        ):
            continue
        for k, day in enumerate(contract.boundaries(today, contract.agreed)):
            target = add_months(contract.anchor, (k + 1) * contract.agreed)
            if role.part == "renewal_off":
                target = plus(target, 24)
            elif role.part == "renewal_past":
                target = day
            made.append(FieldChange("renewal_date", at(day, 12, 10), target.isoformat()))
        if contract.ended:
            made.append(FieldChange("renewal_date", at(contract.ended, 12, 11), ""))
    return made


def _acv_changes(role: Role, contracts: Sequence[Contract], last: date) -> list[FieldChange]:
    """The yearly value the CRM states; while nothing is paid, that of the last paid day."""
    days = {day for contract in contracts for day in contract.turning_days() if day <= last}
    foreign = role.part == "other_currency"
    if foreign and days:  # the stated value follows the month's rate
        months = (last.year - min(days).year) * 12 + last.month - min(days).month
        days |= {add_months(last.replace(day=1), -back) for back in range(months)}
    made: list[FieldChange] = []
    for day in sorted(days):
        factor = rate(contracts[0].currency, day) if foreign else _ACV_FACTOR.get(role.part, 1)
        stated = _yearly(contracts, day, Fraction(factor))
        if stated and (not made or made[-1].value != stated):
            made.append(FieldChange("annual_contract_value", at(day), stated))
    return made


def _yearly(contracts: Sequence[Contract], day: date, factor: Fraction) -> str | None:
    """12 x MRR of `day` in major units of the contract's currency, or None when it is zero."""
    value = 12 * sum((contract.mrr(day) for contract in contracts), Fraction(0))
    if not value:
        return None
    exponent = EXPONENTS[contracts[0].currency.upper()]
    return f"{round(value * factor) / 10**exponent:.{exponent}f}"


def deals_of(
    role: Role, contracts: Sequence[Contract], company: Company, today: date
) -> tuple[Deal, ...]:
    """The first sale, and a renewal deal opened 90 days before each term's end."""
    created = day_of(company.created_at)
    closes = contracts[0].anchor if contracts else None
    title = f"{company.name}: new business"
    made = [
        _deal(role, 0, title, company.currency, _worth(contracts, closes), created, closes, today)
    ]
    for contract in contracts[:1]:
        if contract.agreed < 12:
            continue
        for k, day in enumerate(contract.boundaries(plus(today, 90), contract.agreed)):
            if k and (opened := plus(day, -90)) < today:
                title = f"{company.name}: renewal {day.year}"
                worth = _worth(contracts, opened)
                made.append(_deal(role, k, title, company.currency, worth, opened, day, today))
    return tuple(made)


def _worth(contracts: Sequence[Contract], day: date | None) -> str:
    """The amount of a deal: the yearly value on its day, or that of a usual first contract."""
    return (day and _yearly(contracts, day, Fraction(1))) or "6000.00"


def _deal(
    role: Role,
    position: int,
    name: str,
    currency: str,
    amount: str,
    opened: date,
    close: date | None,
    today: date,
) -> Deal:
    won = close is not None and close < today
    changed = at(close, 12, 20) if won and close else at(opened, 10)
    stage = "closedwon" if won else "contractsent"
    own_id = hubspot_id("deal", role.index, position)
    return Deal(own_id, name, stage, amount, currency, at(opened, 10), changed, close)
