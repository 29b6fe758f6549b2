"""Companies: the anchor of most customers, with the dated values of their CRM fields."""

from __future__ import annotations

from collections.abc import Mapping

from csmdesk.domain.facts import Account, Fact, FieldChange
from csmdesk.domain.money import to_minor
from csmdesk.sync import domains
from csmdesk.sync.connectors.hubspot.links import Linked
from csmdesk.sync.connectors.hubspot.objects import Kind
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import SYSTEM, Properties
from csmdesk.sync.decode import day, required_instant

FIELDS: dict[str, str] = {
    "name": "name",
    "domain": "domain",
    "created_on": "createdate",
    "owner_id": "hubspot_owner_id",
    "tier": "csm_tier",
    "stage": "csm_stage",
    "success_program": "success_program",
    "acv": "annual_contract_value",
    "currency": "contract_currency",
    "renewal_on": "renewal_date",
    "industry": "industry",
    "parent_id": "hs_parent_company_id",
    "assigned_on": "csm_assigned_on",
    "churned_on": "",
    "flag": "account_flag",
    "tags": "csm_tags",
    "account_key": "account_key",
}
"""Account field -> company property; "" = none. A workspace overrides them one by one."""

MERGED = "hs_merged_object_ids"
"""Tells the companies that were merged into this one."""
DATED = ("owner_id", "tier", "stage", "renewal_on", "domain", "acv")


def kind(fields: Mapping[str, str]) -> Kind:
    """The stream's kind for one mapping of fields."""
    history = tuple(fields[name] for name in DATED if name in fields)

    def facts(linked: Linked, setup: Setup) -> list[Fact]:
        return [_account(linked, setup, fields), *_changes(linked, fields)]

    return Kind(
        name="companies",
        title="companies",
        table="account",
        essential=True,
        properties=(*fields.values(), MERGED),
        facts=facts,
        history=history,
        custom=True,
    )


def _account(linked: Linked, setup: Setup, fields: Mapping[str, str]) -> Account:
    row = linked.row
    values = {name: row.properties.get(place) or None for name, place in fields.items()}
    joins = [f"{SYSTEM}:{one}" for one in (row.id, *_listed(row.properties.get(MERGED)))]
    joins += [f"key:{key}"] if (key := values.get("account_key")) else []
    currency = (values.get("currency") or setup.currency or "").upper() or None
    acv = values.get("acv")
    return Account(
        source=SYSTEM,
        source_id=row.id,
        name=values.get("name") or values.get("domain") or f"Company {row.id}",
        joins=tuple(joins),
        created_on=day(values.get("created_on")),
        owner_id=values.get("owner_id"),
        acv=to_minor(acv, currency) if acv and currency else None,
        currency=currency,
        renewal_on=day(values.get("renewal_on")),
        assigned_on=day(values.get("assigned_on")),
        churned_on=day(values.get("churned_on")),
        tags=_listed(values.get("tags")),
        properties=_custom(row.properties, setup),
        url=_url(setup, row.id),
        domain=domains.of_website(values.get("domain")),
        tier=values.get("tier"),
        stage=values.get("stage"),
        success_program=values.get("success_program"),
        industry=values.get("industry"),
        parent_id=values.get("parent_id"),
        flag=values.get("flag"),
    )


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in (text or "").split(";") if one.strip()))


def _custom(properties: Properties, setup: Setup) -> dict[str, str]:
    return {name: value for name in setup.custom if (value := properties.get(name))}


def _url(setup: Setup, row_id: str) -> str | None:
    """The company's page, known once the portal is; only ever on HubSpot's own domain."""
    if not setup.portal:
        return None
    own = setup.domain == "hubspot.com" or setup.domain.endswith(".hubspot.com")
    host = setup.domain if own else "app.hubspot.com"
    return f"https://{host}/contacts/{setup.portal}/record/0-2/{row_id}"


def _changes(linked: Linked, fields: Mapping[str, str]) -> list[Fact]:
    """One row per dated value; its id is the moment, so that reading it again changes nothing."""
    row = linked.row
    found: list[Fact] = []
    for name in DATED:
        for version in row.properties_with_history.get(fields.get(name, ""), ()):
            at = required_instant(version.timestamp)
            found.append(
                FieldChange(
                    source=SYSTEM,
                    source_id=f"{row.id}:{name}:{version.timestamp}",
                    account_id=row.id,
                    field=name,
                    at=at,
                    value=version.value or None,
                )
            )
    return found
