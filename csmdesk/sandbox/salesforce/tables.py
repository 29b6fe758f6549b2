"""The objects that can be queried: where their rows are, and the types of their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from csmdesk.sandbox.salesforce import objects
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
    "Amount": "currency",
    "Annual_Contract_Value__c": "currency",
    "CSAT__c": "double",
    "CSM_Health_Score__c": "double",
    "CurrencyIsoCode": "picklist",
    "CSM_Tags__c": "multipicklist",
    "Description": "textarea",
}
_ENDINGS = (("Date", "datetime"), ("_At__c", "datetime"), ("_On__c", "date"), ("_Date__c", "date"))
_READ_ONLY = ("Id", "IsDeleted", "CreatedDate", "MasterRecordId")
_DAYS = {"CloseDate": "date", "ActivityDate": "date"}


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
        return self._fields

    def record(self, account: Account, row: Any, row_id: str, at: int) -> Json:
        """Every field of a row, under what was edited since."""
        edit = self.timeline.edit_of(row_id) or Edit(0)
        values: Json = {"Id": row_id, **self._render(account, row)}
        if self._deletable:
            values["IsDeleted"] = edit.deleted
        if edit.into is not None:
            values["MasterRecordId"] = edit.into
        return {**values, self.stamp: objects.stamp(at), **edit.values}

    def located(self, row_id: str) -> bool:
        """Whether there is such a row; a user's id names no account, they are with the first."""
        index = 0 if row_id.startswith("005") else index_of_salesforce(row_id)
        return self.timeline.find(row_id, index) is not None

    def write(self, row_id: str, values: Json, at: int) -> tuple[str, str] | None:
        """Write fields of a row, if its types allow; else the code and the words of the refusal."""
        if not self.located(row_id):
            return "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"
        for name, value in values.items():
            if name in _READ_ONLY:
                return "INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {name}"
            number = isinstance(value, int | float)
            if value is not None and number is not (_type(name) in ("double", "currency")):
                return "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{name}: value not of required type"
        known = self.timeline.edit_of(row_id) or Edit(0)
        edit = Edit(at, {**known.values, **values}, known.deleted, known.into)
        self.timeline.edit(row_id, edit)
        return None

    def describe(self) -> Json:
        return {
            "name": self.sobject,
            "label": self.sobject,
            "queryable": True,
            "fields": [
                {
                    "name": name,
                    "label": name.removesuffix("__c").replace("_", " "),
                    "type": _type(name),
                    "custom": name.endswith("__c"),
                    "updateable": name not in _READ_ONLY and name != self.stamp,
                    "nillable": name != "Id",
                }
                for name in self.fields
            ],
        }


def _type(name: str) -> str:
    known = _TYPES.get(name) or _DAYS.get(name)
    ending = next((kind for end, kind in _ENDINGS if name.endswith(end)), "string")
    return known or ("reference" if name.endswith("Id") else ending)


def tables(state: State) -> dict[str, Table]:
    """All objects, by name."""

    def activities(*kinds: str) -> Rows:
        return lambda account: [row for row in account.activities if row.kind in kinds]

    def table(sobject: str, rows: Rows, render: Callable[[Account, Any], Json]) -> Table:
        timeline = Timeline[str](state, rows, lambda row: salesforce_id(sobject, row.hubspot_id))
        return Table(state, sobject, rows, render, timeline)

    def owners(account: Account) -> Sequence[Any]:
        return state.world.owners if account.index == 0 else ()

    def born(_: Any) -> int:
        return state.account(0).company.created_at

    users = Timeline[str](state, owners, lambda row: salesforce_user(row.owner_id), born)
    past = Timeline[str](state, objects.history, lambda row: str(row.id))
    made = (
        table("Account", lambda account: (account.company,), objects.account_row),
        table("Contact", lambda account: account.contacts, objects.contact_row),
        table("Case", lambda account: account.tickets, objects.case_row),
        table("Opportunity", lambda account: account.deals, objects.opportunity_row),
        table("Task", activities("email", "call", "note"), objects.task_row),
        table("Event", activities("meeting"), objects.event_row),
        Table(state, "User", owners, objects.user_row, users, deletable=False),
        Table(
            state,
            "AccountHistory",
            objects.history,
            objects.history_row,
            past,
            stamp="CreatedDate",
        ),
    )
    return {one.sobject: one for one in made}
