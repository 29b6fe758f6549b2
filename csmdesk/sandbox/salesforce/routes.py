"""Salesforce: sign-in, queries in batches, describe, the day's quota in a header."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any, cast

from csmdesk.sandbox.authority import Authority
from csmdesk.sandbox.limits import Window
from csmdesk.sandbox.salesforce import errors, soql
from csmdesk.sandbox.salesforce.history import History
from csmdesk.sandbox.salesforce.soql import Condition, Query
from csmdesk.sandbox.salesforce.tables import Table, tables
from csmdesk.sandbox.salesforce.writes import Writes
from csmdesk.sandbox.state import State
from csmdesk.sandbox.timeline import Edit, Entry
from csmdesk.sandbox.wire import Json, Request, Response, Router
from csmdesk.sandbox.world.ids import index_of_salesforce

VERSIONS = ("v59.0", "v62.0", "v63.0")
_ORGANIZATION = "00D5e0000012345EAA"
_BATCH = 500  # a real one holds up to 2,000; here small worlds have pages too
_DAY_SECONDS, _MOST_A_DAY = 86_400, 100_000
_OF_ACCOUNT = ("Id", "AccountId", "ActivityId")
_LOCATORS_KEPT = 10  # the oldest one expires, as at Salesforce


class _Result:
    """What is left of a query."""

    def __init__(self, table: Table, query: Query, entries: list[Entry[str]]) -> None:
        self.table = table
        self.query = query
        self.entries = entries


def _is_served(path: str) -> bool:
    """Whether a path names no version of the API, or one that there is."""
    _, below, rest = path.partition("/services/data/")
    return not below or rest.partition("/")[0] in VERSIONS


class Salesforce:
    """The CRM over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self._state = state
        past = History()
        self._tables = tables(state, past)
        self._writes = Writes(state, self._tables, past)
        self._window = Window(_MOST_A_DAY, _DAY_SECONDS)
        self._lock = Lock()
        self._results: OrderedDict[str, _Result] = OrderedDict()
        self.authority = Authority(key, None, state.now)
        self._router = Router()
        add = self._router.add
        add("GET", "/services/oauth2/authorize", self.authority.authorize)
        add("POST", "/services/oauth2/token", self._tokens)
        add("GET", "/services/oauth2/userinfo", lambda _, __: self._me())
        add("GET", "/services/data", lambda _, __: self._versions())
        add("GET", "/services/data/{version}/query", self._query)
        add("GET", "/services/data/{version}/queryAll", self._query)
        add("GET", "/services/data/{version}/query/{locator}", self._more)
        add("GET", "/services/data/{version}/sobjects/{sobject}/describe", self._describe)
        add("PATCH", "/services/data/{version}/composite/sobjects", self._writes.update)
        one = "/services/data/{version}/sobjects/{sobject}"
        add("PATCH", f"{one}/{{field}}/{{value}}", self._writes.upsert)
        add("DELETE", f"{one}/{{id}}", self._writes.delete)
        add("GET", "/services/data/{version}/limits", lambda _, __: self._limits())

    def handle(self, request: Request) -> Response:
        path = request.path.rstrip("/")
        open_ = path == "/services/data" or path in (
            "/services/oauth2/authorize",
            "/services/oauth2/token",
        )
        if not open_ and not self.authority.accepts(request.bearer()):
            return self.trouble("401", None)
        response = self._router.answer(request, path) if _is_served(path) else None
        if response is None:
            return self.trouble("404", None)
        used = _MOST_A_DAY - self._window.left(self._state.now())
        response.headers |= {"Sforce-Limit-Info": f"api-usage={used}/{_MOST_A_DAY}"}
        return response

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        """The quota's refusal says nothing of when it ends."""
        return errors.trouble(kind)

    def spoil(self, row: object) -> object:
        """Its dates are none; the id stays."""
        record = dict(cast(Json, row))
        stamps = ("CreatedDate", "SystemModstamp", "LastModifiedDate")
        return record | {name: "yesterday" for name in stamps if name in record}

    def edit(self, kind: str, row_id: str, edit: Edit) -> bool:
        """Something happens to a record; False when there is none."""
        table = self._tables[kind]
        found = table.found(row_id) is not None
        if found:
            self._writes.change(table, row_id, edit)
        return found

    # --- sign-in and the org ----------------------------------------------------------------

    def _tokens(self, request: Request, _: dict[str, str]) -> Response:
        given = self.authority.tokens(request)
        if isinstance(given, Response):
            return given
        base = f"http://{request.header('Host')}/salesforce"
        more = {
            "instance_url": base,
            "id": f"{base}/id/{_ORGANIZATION}/0055e0000012345AAA",
            "token_type": "Bearer",
            "issued_at": str(int(self._state.now() * 1000)),
            "scope": "refresh_token api",
        }
        return Response(200, given | more)

    def _me(self) -> Response:
        owner = self._state.world.owners[0]
        me = {"user_id": "0055e0000012345AAA", "organization_id": _ORGANIZATION}
        return Response(200, me | {"email": owner.email, "zoneinfo": "Etc/UTC"})

    def _versions(self) -> Response:
        rows = [
            {"version": name[1:], "url": f"/services/data/{name}", "label": name}
            for name in VERSIONS
        ]
        return Response(200, rows)

    def _limits(self) -> Response:
        left = _MOST_A_DAY - self._window.total
        return Response(200, {"DailyApiRequests": {"Max": _MOST_A_DAY, "Remaining": left}})

    def _describe(self, _: Request, parts: dict[str, str]) -> Response:
        table = self._tables.get(parts["sobject"])
        if table is None:
            raise errors.refuse(404, "NOT_FOUND", "The requested resource does not exist")
        return Response(200, table.describe())

    # --- queries ----------------------------------------------------------------------------

    def _query(self, request: Request, parts: dict[str, str]) -> Response:
        query = soql.parsed(request.first("q") or "")
        table = self._tables.get(query.sobject)
        if table is None:
            raise errors.refuse(
                400, "INVALID_TYPE", f"sObject type '{query.sobject}' is not supported."
            )
        unknown = sorted(query.names - set(table.fields))
        if unknown:
            raise errors.refuse(
                400, "INVALID_FIELD", f"No such column '{unknown[0]}' on entity '{query.sobject}'."
            )
        if not request.path.endswith("queryAll") and "IsDeleted" in table.fields:
            alive = Condition("IsDeleted", "=", False)
            query = Query(
                query.sobject, query.fields, (*query.where, alive), query.order, query.limit
            )
        result = _Result(table, query, self._found(table, query))
        return self._batch(result, len(result.entries), parts["version"])

    def _found(self, table: Table, query: Query) -> list[Entry[str]]:
        """The rows of a query in its order; a bound on the stamp keeps most from being rendered."""
        since, conditions = 0, []
        for one in query.where:
            if one.field == table.stamp and one.op == ">=":
                since = max(since, _seconds(one.value))
            else:
                conditions.append(one)
        entries = table.timeline.since(since)
        if (near := _accounts(conditions)) is not None:
            entries = [entry for entry in entries if entry.account in near]
        if conditions:
            entries = [
                entry
                for entry in entries
                if all(one.holds(self._record(table, entry)) for one in conditions)
            ]
        if query.order == ("Id",):
            entries = sorted(entries, key=lambda entry: entry.id)
        elif query.order not in ((), (table.stamp,), (table.stamp, "Id")):
            raise errors.refuse(400, "MALFORMED_QUERY", "the sandbox sorts by stamp and id only")
        return entries[: query.limit]

    def _more(self, _request: Request, parts: dict[str, str]) -> Response:
        name, _, place = parts["locator"].rpartition("-")
        with self._lock:
            result = self._results.get(name)
        if result is None or not place.isdigit():
            raise errors.refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._batch(result, len(result.entries), parts["version"], name, int(place))

    def _batch(
        self, result: _Result, total: int, version: str, name: str = "", start: int = 0
    ) -> Response:
        end = min(start + _BATCH, total)
        wanted = result.query.fields
        records = []
        for entry in result.entries[start:end]:
            record = self._record(result.table, entry)
            url = f"/services/data/{version}/sobjects/{result.table.sobject}/{entry.id}"
            attributes = {"type": result.table.sobject, "url": url}
            records.append({"attributes": attributes, **{one: record[one] for one in wanted}})
        answer: Json = {"totalSize": total, "done": end == total, "records": records}
        if end < total:
            name = name or self._keep(result)
            answer["nextRecordsUrl"] = f"/services/data/{version}/query/{name}-{end}"
        return Response(200, answer)

    def _keep(self, result: _Result) -> str:
        name = f"0r8{secrets.token_hex(6)}"
        with self._lock:
            self._results[name] = result
            if len(self._results) > _LOCATORS_KEPT:
                self._results.popitem(last=False)
        return name

    def _record(self, table: Table, entry: Entry[str]) -> Json:
        account, row = table.timeline.row(entry)
        return table.record(account, row, entry.id, entry.at)


def _accounts(conditions: Sequence[Condition]) -> set[int | None] | None:
    """The accounts of which alone a query can find rows: ids name them, but those of users."""
    for one in conditions:
        if one.op == "IN" and one.field in _OF_ACCOUNT:
            return {
                0 if name.startswith("005") else index_of_salesforce(name) for name in one.value
            }
    return None


def _seconds(text: Any) -> int:
    return int(datetime.fromisoformat(str(text)).timestamp())
