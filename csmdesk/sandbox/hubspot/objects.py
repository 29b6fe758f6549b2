"""List, get, batch read and the writes of CRM objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from csmdesk.sandbox.hubspot import associations, errors
from csmdesk.sandbox.hubspot.crm import Crm
from csmdesk.sandbox.hubspot.kinds import BY_NAME, Kind
from csmdesk.sandbox.wire import Json, Request, Response

MOST_IN_A_LIST = 100
MOST_IN_A_BATCH = 100
MOST_WITH_HISTORY = 50

# `after` of a list: the account's index times this, plus the position in the account.
_STRIDE = 1_000_000
# A page looks at this many accounts at most: a filter that few pass gives short pages,
# with a next one, instead of an answer that takes minutes.
_SCAN = 1_000


def kind_of(parts: dict[str, str]) -> Kind:
    kind = BY_NAME.get(parts["kind"])
    if kind is None:
        raise errors.invalid(f"Unable to infer object type from: {parts['kind']}")
    return kind


def names(request: Request, parameter: str) -> list[str]:
    """A list parameter: repeated, comma-separated, or both."""
    return [name for value in request.query.get(parameter, []) for name in value.split(",") if name]


def list_page(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`GET /crm/objects/…/{kind}`: the account's order, no cap."""
    kind = kind_of(parts)
    limit = associations.limit_of(request, 10, MOST_IN_A_LIST)
    after = request.first("after") or "0"
    if not after.isdigit():
        raise errors.invalid("The paging cursor is invalid or has expired")
    archived = request.first("archived") == "true"
    wanted, dated = names(request, "properties"), names(request, "propertiesWithHistory")
    _check_history(dated, limit)
    linked = names(request, "associations")
    rows: list[Json] = []
    for account, position, row in _walk(crm, kind, int(after), archived):
        if row is None or len(rows) == limit:
            following = {"after": str(account * _STRIDE + position)}
            return Response(200, {"results": rows, "paging": {"next": following}})
        owner = crm.state.account(account)
        answer = crm.render(kind, owner, row, wanted, dated)
        if linked and (links := associations.in_list(owner, kind, row, linked)):
            answer["associations"] = links
        rows.append(answer)
    return Response(200, {"results": rows})


def _check_history(dated: list[str], count: int) -> None:
    """Refuse to tell the history of more rows at a time than HubSpot does."""
    if dated and count > MOST_WITH_HISTORY:
        raise errors.invalid(f"With history at most {MOST_WITH_HISTORY} objects are returned")


def _walk(
    crm: Crm, kind: Kind, after: int, archived: bool
) -> Iterator[tuple[int, int, object | None]]:
    """(account index, position, row) from `after` on; a row None ends a long scan."""
    if archived and kind.name != "companies":
        return
    first, skipped = divmod(after, _STRIDE)
    for number in range(first, crm.state.count):
        if number - first >= _SCAN:
            yield number, 0, None
            return
        account = crm.state.account(number)
        if kind.name == "companies" and account.company.archived is not archived:
            continue
        for position, row in enumerate(kind.rows(account)):
            if account.index > first or position >= skipped:
                yield account.index, position, row


def get_one(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`GET /crm/objects/…/{kind}/{id}`; archived ones only with `archived=true`."""
    kind = kind_of(parts)
    place = crm.locate(kind, parts["object_id"])
    wanted, dated = names(request, "properties"), names(request, "propertiesWithHistory")
    if place is None:
        raise errors.refuse(404, "OBJECT_NOT_FOUND", "resource not found")
    answer = crm.render(kind, *place, wanted, dated)
    if answer["archived"] is not (request.first("archived") == "true"):
        raise errors.refuse(404, "OBJECT_NOT_FOUND", "resource not found")
    linked = names(request, "associations")
    if linked and (links := associations.in_list(place[0], kind, place[1], linked)):
        answer["associations"] = links
    return Response(200, answer)


def batch_read(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`POST …/{kind}/batch/read`: 207 with the ids that do not exist."""
    kind = kind_of(parts)
    ids = associations.inputs(request, MOST_IN_A_BATCH)
    body = request.json_object() or {}
    if body.get("idProperty") not in (None, "hs_object_id"):
        raise errors.invalid(f"{body['idProperty']} is not a unique property")
    wanted, dated = body.get("properties") or [], body.get("propertiesWithHistory") or []
    _check_history(dated, len(ids))
    archived = request.first("archived") == "true"
    found: list[Json] = []
    missing: list[str] = []
    for object_id in dict.fromkeys(ids):
        place = crm.locate(kind, object_id)
        answer = crm.render(kind, *place, wanted, dated) if place else None
        if answer is None or answer["archived"] is not archived:
            missing.append(object_id)
        else:
            found.append(answer)
    return associations.batch_answer(crm, found, _not_found(missing))


def batch_update(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`POST …/{kind}/batch/update`: 400 for one bad property, 207 for unknown ids."""
    kind = kind_of(parts)
    associations.inputs(request, MOST_IN_A_BATCH)
    rows = cast(Json, request.json_object())["inputs"]
    if len({row["id"] for row in rows}) < len(rows):
        raise errors.invalid("Duplicate IDs found in batch input")
    for row in rows:
        if not isinstance(row.get("properties"), dict):
            raise errors.invalid("Invalid input JSON: properties must be an object")
        crm.check(kind, row["id"], row["properties"])
    found: list[Json] = []
    missing: list[str] = []
    for row in rows:
        place = crm.locate(kind, row["id"])
        if place is None:
            missing.append(row["id"])
            continue
        crm.update(kind, row["id"], row["properties"])
        found.append(crm.render(kind, *place, list(row["properties"])))
    return associations.batch_answer(crm, found, _not_found(missing))


def update_one(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`PATCH …/{kind}/{id}`."""
    kind = kind_of(parts)
    place = crm.locate(kind, parts["object_id"])
    if place is None:
        raise errors.refuse(404, "OBJECT_NOT_FOUND", "resource not found")
    values = (request.json_object() or {}).get("properties")
    if not isinstance(values, dict):
        raise errors.invalid("Invalid input JSON: properties must be an object")
    crm.check(kind, parts["object_id"], values)
    crm.update(kind, parts["object_id"], values)
    return Response(200, crm.render(kind, *place, list(values)))


def _not_found(ids: list[str]) -> list[Json]:
    if not ids:
        return []
    return [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects, they may be deleted or not exist.",
            "context": {"ids": ids},
        }
    ]
