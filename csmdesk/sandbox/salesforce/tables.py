"""The objects that can be queried: where their rows are, and the types of their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from csmdesk.sandbox.salesforce import objects
from csmdesk.sandbox.salesforce.history import History, history_row
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.state import State
from csmdesk.sandbox.timeline import Edit, Timeline
from csmdesk.sandbox.wire import Json
from csmdesk.sandbox.world.ids import index_of_salesforce, salesforce_id, salesforce_user

Rows: TypeAlias = Callable[[Account], Sequence[Any]]

_TYPES = {
    "Id": "id",
    "IsDeleted": "boolean",
    "IsClosed": "boolean",
    "IsActive": "boolean",
    "Incoming": "boolean",
    "ContractTerm": "int",
    "Contract_Value__c": "currency",
    "Amount": "currency",
    "Annual_Contract_Value__c": "currency",
    "CSAT__c": "double",
    "CSM_Health_Score__c": "double",
    "DurationInMinutes": "int",
    "CurrencyIsoCode": "picklist",
    "CSM_Tags__c": "multipicklist",
    "CSM_Tier__c": "picklist",
    "Description": "textarea",
}
_ENDINGS = (("Date", "datetime"), ("_At__c", "datetime"), ("_On__c", "date"), ("_Date__c", "date"))
_CHOICES = {"CSM_Tier__c": tuple(f"T{number}" for number in range(1, 10))}
"""Restricted picklists: Salesforce takes no other value."""
_READ_ONLY = {"Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "MasterRecordId", "IsClosed"}
_READ_ONLY |= {"CompletedDateTime"}
_REQUIRED = ("Id", "Name", "OwnerId")
_DAYS = dict.fromkeys(("CloseDate", "ActivityDate", "StartDate", "EndDate"), "date")


class Table:
    """One object. `stamp`: the field that a change moves."""

    def __init__(
        self,
        state: State,
        sobject: str,
        rows: Rows,
        render: Callable[[Account, Any], Json],
        timeline: Timeline[str],
        *,
        stamp: str = "SystemModstamp",
        deletable: bool = True,
    ) -> None:
        self.sobject = sobject
        self.timeline = timeline
        self.stamp = stamp
        self._state = state
        self._rows = rows
        self._render = render
        self._deletable = deletable
        self._fields: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What any record has: the first one tells."""
        if not self._fields:
            for account in self._state.accounts():
                if found := self._rows(account):
                    self._fields = tuple(self.record(account, found[0], "", 0))
                    break
        if not self._state.currency_codes:
            return tuple(name for name in self._fields if name != "CurrencyIsoCode")
        return self._fields

    def record(self, account: Account, row: Any, row_id: str, at: int) -> Json:
        """Every field of a row, under what was edited since."""
        edit = self.timeline.edit_of(row_id) or Edit(0)
        values: Json = {"Id": row_id, **self._render(account, row)}
        if self._deletable:
            values["IsDeleted"] = edit.deleted
            values["LastModifiedDate"] = objects.stamp(at)
        if edit.into is not None:
            values["MasterRecordId"] = edit.into
        return {**values, self.stamp: objects.stamp(at), **edit.values}

    def found(self, row_id: str) -> tuple[Account, Any] | None:
        """The account and row of an id; a user's id names no account, they are with the first."""
        index = 0 if row_id.startswith("005") else index_of_salesforce(row_id)
        return self.timeline.find(row_id, index)

    def describe(self) -> Json:
        return {
            "name": self.sobject,
            "label": self.sobject,
            "queryable": True,
            "fields": [self._described(name) for name in self.fields],
        }

    def _described(self, name: str) -> Json:
        told: Json = {
            "name": name,
            "label": name.removesuffix("__c").replace("_", " "),
            "type": _type(name),
            "custom": name.endswith("__c"),
            "updateable": name not in _READ_ONLY and name != self.stamp,
            "nillable": name not in _REQUIRED,
            "externalId": name == objects.MARK,
        }
        if name in _CHOICES:
            values = [{"value": one, "label": one, "active": True} for one in _CHOICES[name]]
            told |= {"restrictedPicklist": True, "picklistValues": values}
        return told


def _type(name: str) -> str:
    known = _TYPES.get(name) or _DAYS.get(name)
    ending = next((kind for end, kind in _ENDINGS if name.endswith(end)), "string")
    return known or ("reference" if name.endswith("Id") else ending)


def tables(state: State, past: History) -> dict[str, Table]:
    """All objects, by name."""

    def activities(*kinds: str) -> Rows:
        return lambda account: [
            row
            for row in account.activities
            if row.kind in kinds and row.system in ("", "salesforce")
        ]

    def signed(account: Account) -> Sequence[Any]:
        return (account.company,) if account.company.renewal_date else ()

    def table(sobject: str, rows: Rows, render: Callable[[Account, Any], Json]) -> Table:
        timeline = Timeline[str](state, rows, lambda row: salesforce_id(sobject, row.hubspot_id))
        return Table(state, sobject, rows, render, timeline)

    def owners(account: Account) -> Sequence[Any]:
        return state.world.owners if account.index == 0 else ()

    def born(_: Any) -> int:
        return state.account(0).company.created_at

    users = Timeline[str](state, owners, lambda row: salesforce_user(row.owner_id), born)
    changes = Timeline[str](state, past.rows, lambda row: str(row.id))
    made = (
        table("Account", lambda account: (account.company,), objects.account_row),
        table("Contract", signed, objects.contract_row),
        table("Contact", lambda account: account.contacts, objects.contact_row),
        table("Case", lambda account: account.tickets, objects.case_row),
        table("Opportunity", lambda account: account.deals, objects.opportunity_row),
        table("Task", activities("email", "call", "note"), objects.task_row),
        table("Event", activities("meeting"), objects.event_row),
        table("EmailMessage", activities("email"), objects.message_row),
        Table(state, "User", owners, objects.user_row, users, deletable=False),
        Table(
            state,
            "AccountHistory",
            past.rows,
            history_row,
            changes,
            stamp="CreatedDate",
        ),
    )
    return {one.sobject: one for one in made}
