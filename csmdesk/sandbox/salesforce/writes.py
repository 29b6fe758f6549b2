"""What clients and people write: accounts in collections, activities by external id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from csmdesk.sandbox.salesforce import errors
from csmdesk.sandbox.salesforce.history import TRACKED, History
from csmdesk.sandbox.salesforce.objects import MARK, NOBODY, stamp
from csmdesk.sandbox.salesforce.tables import Table
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.state import State
from csmdesk.sandbox.timeline import Edit
from csmdesk.sandbox.wire import Json, Request, Response
from csmdesk.sandbox.world.ids import index_of_salesforce, salesforce_id, salesforce_user

_MOST_RECORDS = 200
_LONGEST = 255
_KINDS = {"Email": "email", "Call": "call", "Task": "note"}
_NUMBERS = ("double", "currency", "int")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why one record is not written, as a SaveResult tells it."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    def told(self) -> Json:
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}


_ROLLED_BACK = _Refusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back: not all records were valid."
)


class Writes:
    """The paths that write."""

    def __init__(self, state: State, tables: Mapping[str, Table], history: History) -> None:
        self._state = state
        self._tables = tables
        self._history = history

    def change(self, table: Table, row_id: str, edit: Edit) -> None:
        """A record changes on top of what was changed before; its tracked fields are told."""
        place = table.found(row_id)
        assert place is not None, "only what is there is changed"
        account, row = place
        known = table.timeline.edit_of(row_id) or Edit(0)
        if table.sobject == "Account":
            before = table.record(account, row, row_id, known.at)
            self._track(account, before, edit.values, edit.at)
        values = {**known.values, **edit.values}
        into = known.into if edit.into is None else edit.into
        table.timeline.edit(row_id, Edit(edit.at, values, edit.deleted, into))

    def _track(self, account: Account, before: Json, values: Json, at: int) -> None:
        past = self._tables["AccountHistory"].timeline
        for field in [one for one in values if one in TRACKED and before[one] != values[one]]:
            for row in self._history.note(account, field, before[field], values[field], at):
                past.edit(row.id, Edit(at))

    # --- updates ----------------------------------------------------------------------------

    def update(self, request: Request, _: dict[str, str]) -> Response:
        """A SaveResult per record, in their order; 200 even when every one failed."""
        body = request.json_object() or {}
        records = body.get("records")
        if not isinstance(records, list) or not 1 <= len(records) <= _MOST_RECORDS:
            raise errors.refuse(400, "JSON_PARSER_ERROR", "records must be a list of 1 to 200")
        ids = [str(cast(Json, record).get("id")) for record in records]
        if len(set(ids)) < len(ids):
            raise errors.refuse(400, "INVALID_ID_FIELD", "duplicate id in collection")
        read = [self._read(cast(Json, record)) for record in records]
        rows = [(row_id, *one) for row_id, one in zip(ids, read, strict=True)]
        refused = [self._refusal(*row) for row in rows]
        if body.get("allOrNone") and any(refused):
            refused = [one or _ROLLED_BACK for one in refused]
        return Response(200, list(map(self._saved, rows, refused)))

    def _read(self, record: Json) -> tuple[Table, Json]:
        """The object and the values of a record; 400 for what no record can be made of."""
        values = {name: one for name, one in record.items() if name not in ("attributes", "id")}
        sobject = str(record.get("attributes", {}).get("type"))
        table = self._tables.get(sobject)
        if table is None:
            raise errors.refuse(400, "INVALID_TYPE", f"sObject type '{sobject}' is not supported.")
        return table, _parsed(table, values)

    def _saved(self, row: tuple[str, Table, Json], refused: _Refusal | None) -> Json:
        row_id, table, values = row
        if refused is not None:
            return {"id": row_id, "success": False, "errors": [refused.told()]}
        self.change(table, row_id, Edit(int(self._state.now()), values))
        return {"id": row_id, "success": True, "errors": []}

    def _refusal(self, row_id: str, table: Table, values: Json) -> _Refusal | None:
        if table.found(row_id) is None:
            return _Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        known = table.timeline.edit_of(row_id)
        if known is not None and known.deleted:
            return _Refusal("ENTITY_IS_DELETED", "entity is deleted")
        if row_id in self._state.ruled:
            return _Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "The account is under review.")
        return self._refused_values(table, values)

    def _refused_values(self, table: Table, values: Json) -> _Refusal | None:
        told = {field["name"]: field for field in table.describe()["fields"]}
        for name, value in values.items():
            field = told[name]
            if not field["updateable"]:
                text = (
                    f"Unable to create/update fields: {name}. Please check its security settings."
                )
                return _Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", text, (name,))
            if value is None and not field["nillable"]:
                text = f"Required fields are missing: [{name}]"
                return _Refusal("REQUIRED_FIELD_MISSING", text, (name,))
            if name == "OwnerId" and (refused := self._refused_owner(value)):
                return refused
            if value and field.get("restrictedPicklist") and value not in _values(field):
                text = f"{field['label']}: bad value for restricted picklist field: {value}"
                return _Refusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, (name,))
            if isinstance(value, str) and field["type"] == "string" and len(value) > _LONGEST:
                text = f"{field['label']}: data value too large (max length={_LONGEST})"
                return _Refusal("STRING_TOO_LONG", text, (name,))
        return None

    def _refused_owner(self, user: Any) -> _Refusal | None:
        users = {salesforce_user(one.owner_id): one for one in self._state.world.owners}
        if user not in users and user != NOBODY:
            text = "Owner ID: id value of incorrect type"
            return _Refusal("INVALID_CROSS_REFERENCE_KEY", text, ("OwnerId",))
        if user in users and users[user].archived:
            text = "operation performed with inactive user as owner of account"
            return _Refusal("INACTIVE_OWNER_OR_USER", text, ("OwnerId",))
        return None

    # --- activities -------------------------------------------------------------------------

    def upsert(self, request: Request, parts: dict[str, str]) -> Response:
        """A task or event by its external id: 201 when it was made, 200 when it was there."""
        table = self._activity(parts)
        if parts["field"] != MARK:
            text = (
                f"Provided external ID field does not exist or is not accessible: {parts['field']}"
            )
            raise errors.refuse(404, "NOT_FOUND", text)
        values = _parsed(table, request.json_object() or {})
        refused = self._refused_values(table, values)
        if refused is not None:
            raise errors.refuse(400, refused.code, refused.message)
        row_id = self._marked(table, parts["value"])
        made = row_id is None
        if row_id is None:
            row_id = self._made(table, values)
            values["IsClosed"] = values.get("Status") == "Completed"
        values[MARK] = parts["value"]
        self.change(table, row_id, Edit(int(self._state.now()), values))
        return Response(
            201 if made else 200, {"id": row_id, "success": True, "errors": [], "created": made}
        )

    def delete(self, _: Request, parts: dict[str, str]) -> Response:
        """Into the recycle bin."""
        table, row_id = self._activity(parts), parts["id"]
        known = table.timeline.edit_of(row_id)
        if table.found(row_id) is None or (known is not None and known.deleted):
            raise errors.refuse(404, "ENTITY_IS_DELETED", "entity is deleted")
        self.change(table, row_id, Edit(int(self._state.now()), deleted=True))
        return Response(204, None)

    def _activity(self, parts: dict[str, str]) -> Table:
        if parts["sobject"] not in ("Task", "Event"):
            raise errors.refuse(403, "INSUFFICIENT_ACCESS", "insufficient access rights on entity")
        return self._tables[parts["sobject"]]

    def _marked(self, table: Table, mark: str) -> str | None:
        """The activity with this external id that is not deleted."""
        edits = table.timeline.edits()
        return next(
            (
                one
                for one, edit in edits.items()
                if edit.values.get(MARK) == mark and not edit.deleted
            ),
            None,
        )

    def _made(self, table: Table, values: Json) -> str:
        about = str(values.get("WhatId"))
        if self._tables["Account"].found(about) is None:
            raise errors.refuse(400, "MALFORMED_ID", "Related To ID: id value of incorrect type")
        event = table.sobject == "Event"
        kind = "meeting" if event else _KINDS[str(values.get("TaskSubtype") or "Task")]
        index = index_of_salesforce(about)
        assert index is not None, "the id of an account names it"
        return salesforce_id(table.sobject, self._state.log(index, kind, "salesforce").hubspot_id)


def _parsed(table: Table, values: Json) -> Json:
    """The values as records hold them; 400 for fields that are not there, and for wrong types."""
    types = {field["name"]: field["type"] for field in table.describe()["fields"]}
    unknown = sorted(values.keys() - types.keys())
    if unknown:
        text = f"No such column '{unknown[0]}' on sobject of type {table.sobject}"
        raise errors.refuse(400, "INVALID_FIELD", text)
    return {name: _typed(name, types[name], value) for name, value in values.items()}


def _typed(name: str, kind: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        if kind == "date":
            return date.fromisoformat(value).isoformat()
        if kind == "datetime":
            return stamp(int(datetime.fromisoformat(value).timestamp()))
        if (kind in _NUMBERS) is not isinstance(value, int | float):
            raise TypeError(name)
    except (TypeError, ValueError):
        text = f"Cannot deserialize instance of {kind} from value {value} of {name}"
        raise errors.refuse(400, "JSON_PARSER_ERROR", text) from None
    return value


def _values(field: Json) -> set[str]:
    return {one["value"] for one in field["picklistValues"] if one["active"]}
