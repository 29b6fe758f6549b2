"""Our fields in a person's words, and which field of a system is likely to feed each."""

from __future__ import annotations

from typing import NamedTuple

from csmdesk.domain.source_fields import CURRENCY, FieldTable, OwnField

NO_FIELD = ""


class Wanted(NamedTuple):
    """`kind`: what its values must be ("" = anything); `hints`: parts of likely names."""

    title: str
    kind: str = ""
    hints: tuple[str, ...] = ()


WANTED = {
    "name": Wanted("Name", "", ("name",)),
    "domain": Wanted("Web domain", "", ("domain", "website")),
    "owner_id": Wanted("Owner (CSM)", "", ("csm", "success manager", "owner")),
    "tier": Wanted("Tier", "", ("tier", "segment", "plan")),
    "stage": Wanted("Stage", "", ("stage", "journey")),
    "renewal_on": Wanted("Renewal date", "date", ("renewal", "contract end", "expir")),
    "acv": Wanted("Annual contract value", "number", ("acv", "arr", "annual", "contract value")),
    "currency": Wanted("Currency", "", ("currency",)),
    "success_program": Wanted("Success program", "", ("program",)),
    "created_on": Wanted("Customer since", "date", ("customer since", "createdate")),
    "assigned_on": Wanted("CSM assigned on", "date", ("assigned",)),
    "churned_on": Wanted("Churned on", "date", ("churn", "cancel")),
    "industry": Wanted("Industry", "", ("industry",)),
    "parent_id": Wanted("Parent company", "", ("parent",)),
    "flag": Wanted("Internal or demo", "", ("internal", "flag")),
    "tags": Wanted("Tags", "", ("tag",)),
    "account_key": Wanted("Id in the product", "", ("account key", "tenant", "workspace id")),
    "hubspot_id": Wanted("HubSpot company id", "", ("hubspot", "crm")),
    "salesforce_id": Wanted("Salesforce account id", "", ("salesforce", "crm")),
}
"""Our fields in the order in which they are asked for."""


def rows(table: FieldTable) -> list[str]:
    """Our fields that this system can feed, the best known first."""
    known = [field for field in WANTED if field in table.now]
    return known + sorted(set(table.now) - set(known))


def title(field: str) -> str:
    return WANTED[field].title if field in WANTED else field.replace("_", " ").capitalize()


def proposed(table: FieldTable, field: str) -> str:
    """What feeds a field now, as far as the account has it; else its most likely one, or none."""
    now = table.now[field]
    if any(one.name == now for one in table.own):
        return now
    wanted = WANTED.get(field, Wanted(""))
    likely = [one for one in table.own if fits(field, one) and _hinted(one, wanted.hints)]
    taken = {place for other, place in table.now.items() if other != field}
    free = [one for one in likely if one.name not in taken]
    best = max(free, key=lambda one: (one.custom, bool(one.example)), default=None)
    return best.name if best is not None else NO_FIELD


def fits(field: str, own: OwnField) -> bool:
    """Whether the values of a system's field are of the kind that ours needs."""
    if own.kind == CURRENCY:
        return field == "currency"
    kind = WANTED[field].kind if field in WANTED else ""
    return kind in ("", own.kind)


def misfit(field: str, own: OwnField | None) -> str:
    """What is wrong with a choice, "" when nothing is."""
    if own is None or fits(field, own):
        return ""
    return f"This is {own.kind}; a {WANTED[field].kind} is needed"


def choice_text(own: OwnField) -> str:
    """ "Customer tier · customer_tier · choice"."""
    if own.kind == CURRENCY:
        return own.label
    names = (own.label,) if own.label == own.name else (own.label, own.name)
    return " · ".join((*names, own.kind))


def _hinted(own: OwnField, hints: tuple[str, ...]) -> bool:
    words = f"{own.name} {own.label}".casefold().replace("_", " ")
    return any(hint in words for hint in hints)
