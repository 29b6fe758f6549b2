"""AccountHistory: what the tracked fields were, in the world and since clients wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from csmdesk.sandbox.salesforce.objects import stamp
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.ids import salesforce_id, salesforce_user

TRACKED = {
    "OwnerId": "Owner",
    "CSM_Tier__c": "CSM_Tier__c",
    "CSM_Stage__c": "CSM_Stage__c",
    "Renewal_Date__c": "Renewal_Date__c",
    "Annual_Contract_Value__c": "Annual_Contract_Value__c",
}
"""Field -> what the history calls it."""
_WORLDS = {
    "hubspot_owner_id": "OwnerId",
    "csm_tier": "CSM_Tier__c",
    "csm_stage": "CSM_Stage__c",
    "renewal_date": "Renewal_Date__c",
    "annual_contract_value": "Annual_Contract_Value__c",
}
_FIRST = 90_000  # positions of what was written, behind every change of the world


@dataclass(frozen=True, slots=True)
class Tracked:
    """One row of an account's history. An owner is told twice: by name and by id."""

    id: str
    field: str
    old: Any
    new: Any
    by_id: bool
    updated_at: int


class History:
    """The rows of all accounts; `note` adds what is written."""

    def __init__(self) -> None:
        self._written: dict[int, list[Tracked]] = {}

    def rows(self, account: Account) -> Sequence[Tracked]:
        """The tracked fields' changes, oldest first."""
        held: dict[str, Any] = {}
        made: list[Tracked] = []
        for place, change in enumerate(account.company.history):
            field = _WORLDS[change.field]
            value = _held(field, change.value)
            made += _told(account, place * 2, field, held.get(field), value, change.at)
            held[field] = value
        return [*made, *self._written.get(account.index, ())]

    def note(self, account: Account, field: str, old: Any, new: Any, at: int) -> list[Tracked]:
        """A tracked field was written."""
        written = self._written.setdefault(account.index, [])
        rows = _told(account, _FIRST + len(written), field, old, new, at)
        written += rows
        return rows


def _told(account: Account, place: int, field: str, old: Any, new: Any, at: int) -> list[Tracked]:
    rows = []
    for number in range(1 + (field == "OwnerId")):
        own_id = salesforce_id("AccountHistory", f"00{account.index:07d}{place + number:05d}")
        by_id = bool(number)
        if field == "OwnerId" and not by_id:
            row = Tracked(own_id, TRACKED[field], _name(old), _name(new), by_id, at)
        else:
            row = Tracked(own_id, TRACKED[field], old, new, by_id, at)
        rows.append(row)
    return rows


def _held(field: str, value: str) -> Any:
    """A value of the world as an account holds it."""
    if field == "OwnerId" and value:
        return salesforce_user(value)
    if field == "Annual_Contract_Value__c":
        return float(value)
    return value or None


def _name(user: str | None) -> str | None:
    return f"Owner {user[3:15].lstrip('0')}" if user else None


def history_row(account: Account, row: Tracked) -> Json:
    return {
        "AccountId": salesforce_id("Account", account.company.hubspot_id),
        "Field": row.field,
        "OldValue": row.old,
        "NewValue": row.new,
        "DataType": "EntityId" if row.by_id else "Text",
        "CreatedDate": stamp(row.updated_at),
    }
