"""Which objects belong to which: everything belongs to its account's one company."""

from __future__ import annotations

from typing import Any

from csmdesk.sandbox.hubspot import errors
from csmdesk.sandbox.hubspot.crm import Crm
from csmdesk.sandbox.hubspot.kinds import BY_NAME, Kind
from csmdesk.sandbox.hubspot.values import iso
from csmdesk.sandbox.shapes import Account
from csmdesk.sandbox.wire import Json, Request, Response

MOST_INPUTS = 1000
_SHOWN_IN_A_LIST = 100

# HubSpot's own numbers of its association types, from -> to.
_TYPE_IDS = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("tickets", "companies"): 339,
    ("companies", "tickets"): 340,
    ("tickets", "contacts"): 16,
    ("contacts", "tickets"): 15,
    ("emails", "companies"): 186,
    ("companies", "emails"): 185,
    ("emails", "contacts"): 198,
    ("contacts", "emails"): 197,
    ("calls", "companies"): 182,
    ("companies", "calls"): 181,
    ("calls", "contacts"): 194,
    ("contacts", "calls"): 193,
    ("meetings", "companies"): 188,
    ("companies", "meetings"): 187,
    ("meetings", "contacts"): 200,
    ("contacts", "meetings"): 199,
    ("notes", "companies"): 190,
    ("companies", "notes"): 189,
    ("notes", "contacts"): 202,
    ("contacts", "notes"): 201,
}


def type_id(source: Kind, target: Kind) -> int:
    """HubSpot's number of the association from one object type to another."""
    return _TYPE_IDS[source.name, target.name]


def associated(account: Account, source: Kind, row: Any, target: Kind) -> list[str]:
    """The ids of `target` objects that belong to `row`."""
    if (source.name, target.name) not in _TYPE_IDS:
        return []
    if target.name == "companies":
        return [account.company.hubspot_id]
    if source.name == "companies":
        return [other.hubspot_id for other in target.rows(account)]
    if target.name == "contacts":
        return [] if row.contact is None else [account.contacts[row.contact].hubspot_id]
    position = account.contacts.index(row)
    return [other.hubspot_id for other in target.rows(account) if other.contact == position]


def in_list(account: Account, source: Kind, row: Any, targets: list[str]) -> Json:
    """The `associations` part of a row of a list; unknown types are ignored, as at HubSpot."""
    answer: Json = {}
    for name in targets:
        target = BY_NAME.get(name)
        ids = associated(account, source, row, target) if target else []
        if target is None or not ids:
            continue
        kind = f"{_singular(source)}_to_{_singular(target)}"
        part: Json = {"results": [{"id": i, "type": kind} for i in ids[:_SHOWN_IN_A_LIST]]}
        if len(ids) > _SHOWN_IN_A_LIST:
            part["paging"] = {"next": {"after": ids[_SHOWN_IN_A_LIST - 1]}}
        answer[target.name] = part
    return answer


def _singular(kind: Kind) -> str:
    return "company" if kind.name == "companies" else kind.name[:-1]


def batch_read(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`POST …/{from}/{to}/batch/read`: 207 when an input has no association."""
    source, target = BY_NAME.get(parts["source"]), BY_NAME.get(parts["target"])
    if source is None or target is None:
        raise errors.invalid("Unable to infer object type from the path")
    ids = inputs(request, MOST_INPUTS)
    found: list[Json] = []
    missing: list[Json] = []
    for object_id in ids:
        place = crm.locate(source, object_id)
        to = associated(*(place[0], source, place[1], target)) if place else []
        if to:
            found.append({"from": {"id": object_id}, "to": [_link(source, target, i) for i in to]})
        else:
            missing.append(_missing(source, target, object_id))
    return batch_answer(crm, found, missing)


def of_one(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`GET …/{type}/{id}/associations/{to}`."""
    source, target = BY_NAME.get(parts["source"]), BY_NAME.get(parts["target"])
    if source is None or target is None:
        raise errors.invalid("Unable to infer object type from the path")
    place = crm.locate(source, parts["object_id"])
    if place is None:
        raise errors.refuse(404, "OBJECT_NOT_FOUND", "resource not found")
    ids = associated(place[0], source, place[1], target)
    limit, start = limit_of(request, 500, 500), request.first("after")
    first = ids.index(start) if start in ids else 0
    answer: Json = {"results": [_link(source, target, i) for i in ids[first : first + limit]]}
    if first + limit < len(ids):
        answer["paging"] = {"next": {"after": ids[first + limit]}}
    return Response(200, answer)


def _link(source: Kind, target: Kind, object_id: str) -> Json:
    type_id = _TYPE_IDS[(source.name, target.name)]
    spec = {"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": None}
    return {"toObjectId": object_id, "associationTypes": [spec]}


def _missing(source: Kind, target: Kind, object_id: str) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {_singular(target)} is associated with {_singular(source)} {object_id}.",
        "context": {
            "fromObjectId": [object_id],
            "fromObjectType": [_singular(source)],
            "toObjectType": [_singular(target)],
        },
    }


def inputs(request: Request, most: int) -> list[str]:
    """The ids of a batch body; refuses what is not such a body, or too many."""
    body = request.json_object() or {}
    rows = body.get("inputs")
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows
    ):
        raise errors.invalid("Invalid input JSON: inputs must be a list of objects with an id")
    if not rows or len(rows) > most:
        raise errors.invalid(f"Batch size must be between 1 and {most}")
    return [row["id"] for row in rows]


def batch_answer(crm: Crm, results: list[Json], faults: list[Json]) -> Response:
    """The envelope of every batch endpoint."""
    now = iso(int(crm.state.now() * 1000))
    answer: Json = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not faults:
        return Response(200, answer)
    return Response(207, answer | {"numErrors": len(faults), "errors": faults})


def limit_of(request: Request, default: int, most: int) -> int:
    """The `limit` parameter; 400 when it is no number from 1 to `most`."""
    text = request.first("limit")
    if text is None:
        return default
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise errors.invalid(f"limit must be a number from 1 to {most}")
    return int(text)
