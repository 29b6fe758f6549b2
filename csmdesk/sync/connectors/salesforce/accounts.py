"""Accounts: the anchor of most customers. Their tracked fields' history is an object of its own."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from csmdesk.domain.facts import Account, Fact, FieldChange
from csmdesk.domain.money import to_minor
from csmdesk.sync import domains
from csmdesk.sync.connectors.salesforce import contracts
from csmdesk.sync.connectors.salesforce.contracts import CONTRACT_FIELDS
from csmdesk.sync.connectors.salesforce.query import Kind
from csmdesk.sync.connectors.salesforce.setup import CODE, Setup
from csmdesk.sync.connectors.salesforce.wire import SYSTEM, Row
from csmdesk.sync.decode import day, required_instant

FIELDS: dict[str, str] = {
    "name": "Name",
    "domain": "Website",
    "created_on": "CreatedDate",
    "owner_id": "OwnerId",
    "tier": "CSM_Tier__c",
    "stage": "CSM_Stage__c",
    "success_program": "Success_Program__c",
    "acv": "Annual_Contract_Value__c",
    "currency": "CurrencyIsoCode",
    "renewal_on": "Renewal_Date__c",
    "industry": "Industry",
    "parent_id": "ParentId",
    "assigned_on": "CSM_Assigned_On__c",
    "churned_on": "",
    "flag": "Account_Flag__c",
    "tags": "CSM_Tags__c",
    "account_key": "Account_Key__c",
}
"""Account field -> Salesforce field; "" = none. A workspace overrides them one by one."""

DATED = ("owner_id", "tier", "stage", "renewal_on", "domain", "acv")
_OWN_HOSTS = (".salesforce.com", ".force.com")
_USER = "005"  # how the ids of users begin


def currency_of(fields: Mapping[str, str]) -> str:
    """The one currency of an org without currency codes, when the workspace names it."""
    return fields["currency"] if CODE.fullmatch(fields.get("currency", "")) else ""


def kind(
    fields: Mapping[str, str],
    currency: str,
    address: str,
    contract: Mapping[str, str] = CONTRACT_FIELDS,
) -> Kind:
    """The accounts' kind for one mapping of fields; `contract`: that of their contracts."""

    def facts(row: Row, setup: Setup) -> list[Fact]:
        ends = contracts.latest(row.record, contract)
        return [_account(row, ends, setup, currency, address)]

    return Kind(
        name="accounts",
        title="accounts",
        sobject="Account",
        table="account",
        essential=True,
        fields=fields,
        facts=facts,
        swept=True,
        custom=True,
        merges=True,
        beside=contracts.beside(contract),
    )


def renewal_on(row: Row, contract: Row) -> int | None:
    """As the account says, else when its contract ends."""
    return day(row.text("renewal_on")) or contracts.ends_on(contract)


def _account(row: Row, contract: Row, setup: Setup, only: str, address: str) -> Account:
    key, master = row.text("account_key"), row.record.get("MasterRecordId")
    acv, code = row.number("acv"), row.text("currency")
    if not acv and contract.number("contract_acv"):
        acv, code = contract.number("contract_acv"), contract.text("currency") or code
    currency = (code or only).upper() or None
    joins = [f"{SYSTEM}:{row.id}"]
    joins += [f"{SYSTEM}:{master}"] if master else []
    joins += [f"key:{key}"] if key else []
    return Account(
        source=SYSTEM,
        source_id=row.id,
        name=row.text("name") or f"Account {row.id}",
        domain=domains.of_website(row.text("domain")),
        joins=tuple(joins),
        created_on=day(row.text("created_on")),
        owner_id=row.text("owner_id"),
        tier=row.text("tier"),
        stage=row.text("stage"),
        success_program=row.text("success_program"),
        acv=to_minor(acv, currency) if acv and currency else None,
        currency=currency,
        renewal_on=renewal_on(row, contract),
        industry=row.text("industry"),
        parent_id=row.text("parent_id"),
        assigned_on=day(row.text("assigned_on")),
        churned_on=day(row.text("churned_on")),
        flag=row.text("flag"),
        tags=_tags(row.text("tags")),
        properties=_custom(row, setup),
        url=_url(address, row.id),
        archived=row.record.get("IsDeleted") is True,
    )


def _tags(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in (text or "").split(";") if tag.strip()))


def _custom(row: Row, setup: Setup) -> dict[str, str]:
    told = ((name, row.record.get(name)) for name in setup.custom)
    return {name: value for name, value in told if isinstance(value, str) and value}


def _url(address: str, row_id: str) -> str | None:
    """The account's page; only ever on Salesforce's own hosts."""
    host = urlsplit(address).hostname or ""
    own = host.endswith(_OWN_HOSTS)
    return f"https://{host}/lightning/r/Account/{row_id}/view" if own else None


# --- history ------------------------------------------------------------------------------------


def history(fields: Mapping[str, str]) -> Kind:
    """Dated values of the tracked fields among those that matter over time."""
    ours = {_tracked(fields[name]): name for name in DATED if fields.get(name)}

    def facts(row: Row, _: Setup) -> list[Fact]:
        name = ours.get(row.text("field") or "")
        account = row.text("account")
        if name is None or account is None or (name == "owner_id" and not _by_id(row)):
            return []
        at = required_instant(row.text("at"))
        before, after = (_value(row, name, one) for one in ("old", "new"))
        made = [(row.id, at, after)]
        if before is not None:  # so that the time before the first change is known too
            made.append((f"{row.id}:before", at - 1, before))
        return [
            FieldChange(
                source=SYSTEM, source_id=key, account_id=account, field=name, at=when, value=value
            )
            for key, when, value in made
        ]

    return Kind(
        name="history",
        title="history of accounts",
        sobject="AccountHistory",
        table="field_change",
        essential=True,
        fields={
            "account": "AccountId",
            "field": "Field",
            "old": "OldValue",
            "new": "NewValue",
            "at": "CreatedDate",
        },
        facts=facts,
        stamp="CreatedDate",
    )


def _value(row: Row, name: str, place: str) -> str | None:
    """A former value as the account's own fields are read."""
    if name == "acv":
        return row.number(place)
    told = row.text(place)
    return domains.of_website(told) if name == "domain" else told


def _tracked(place: str) -> str:
    """The history names a field as it is, but an owner without its “Id”."""
    return "Owner" if place == "OwnerId" else place


def _by_id(row: Row) -> bool:
    """A change of owner has two rows: with the names, and with the ids."""
    told = row.text("new") or row.text("old") or ""
    return told.startswith(_USER)
