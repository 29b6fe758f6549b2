"""Owners, pipelines, properties and groups, and the account itself."""

from __future__ import annotations

from datetime import UTC, datetime

from csmdesk.sandbox.hubspot import errors
from csmdesk.sandbox.hubspot.associations import limit_of
from csmdesk.sandbox.hubspot.crm import PORTAL_ID, Crm
from csmdesk.sandbox.hubspot.objects import kind_of
from csmdesk.sandbox.hubspot.values import iso
from csmdesk.sandbox.shapes import Owner
from csmdesk.sandbox.wire import Json, Request, Response

_EPOCH = iso(0)
_OWNERS_SINCE = iso(int(datetime(2022, 1, 3, 9, tzinfo=UTC).timestamp()) * 1000)
_OWNERS_IN_A_LIST = 500
DAILY_LIMIT = 650_000

# Pipeline: object type -> (id, label, stages of (id, label, closed, metadata)).
_PIPELINES = {
    "deals": (
        "default",
        "Sales Pipeline",
        (
            ("appointmentscheduled", "Appointment Scheduled", "0.2"),
            ("qualifiedtobuy", "Qualified To Buy", "0.4"),
            ("presentationscheduled", "Presentation Scheduled", "0.6"),
            ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
            ("contractsent", "Contract Sent", "0.9"),
            ("closedwon", "Closed Won", "1.0"),
            ("closedlost", "Closed Lost", "0.0"),
        ),
    ),
    "tickets": (
        "0",
        "Support Pipeline",
        (
            ("1", "New", "OPEN"),
            ("2", "Waiting on contact", "OPEN"),
            ("3", "Waiting on us", "OPEN"),
            ("4", "Closed", "CLOSED"),
        ),
    ),
}


def _owner(owner: Owner) -> Json:
    answer: Json = {
        "id": owner.owner_id,
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": _OWNERS_SINCE,
        "updatedAt": _OWNERS_SINCE,
        "archived": owner.archived,
    }
    return answer if owner.archived else answer | {"userId": owner.user_id}


def owners(crm: Crm, request: Request, _: dict[str, str]) -> Response:
    """`GET /crm/owners/…`: the archived ones only with `archived=true`."""
    limit = limit_of(request, 100, _OWNERS_IN_A_LIST)
    after = request.first("after") or "0"
    if not after.isdigit():
        raise errors.invalid("The paging cursor is invalid or has expired")
    archived, email = request.first("archived") == "true", request.first("email")
    rows = [
        owner
        for owner in crm.state.world.owners
        if owner.archived is archived and email in (None, owner.email)
    ]
    start = int(after)
    answer: Json = {"results": [_owner(owner) for owner in rows[start : start + limit]]}
    if start + limit < len(rows):
        answer["paging"] = {"next": {"after": str(start + limit)}}
    return Response(200, answer)


def owner(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`GET /crm/owners/…/{id}`; `idProperty=userId` asks by the user's id."""
    by_user = request.first("idProperty") == "userId"
    archived = request.first("archived") == "true"
    for found in crm.state.world.owners:
        own = str(found.user_id) if by_user else found.owner_id
        if own == parts["owner_id"] and found.archived is archived:
            return Response(200, _owner(found))
    raise errors.refuse(404, "OBJECT_NOT_FOUND", "Owner not found")


def _stage(object_type: str, order: int, stage: tuple[str, str, str]) -> Json:
    stage_id, label, state = stage
    closed = stage_id in {"closedwon", "closedlost"}
    metadata = (
        {"isClosed": str(closed).lower(), "probability": state}
        if object_type == "deals"
        else {"ticketState": state, "isClosed": str(state == "CLOSED").lower()}
    )
    return {
        "id": stage_id,
        "label": label,
        "displayOrder": order,
        "metadata": metadata,
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
    }


def _pipeline(object_type: str) -> Json:
    pipeline_id, label, stages = _PIPELINES[object_type]
    return {
        "id": pipeline_id,
        "label": label,
        "displayOrder": 0,
        "stages": [_stage(object_type, order, stage) for order, stage in enumerate(stages)],
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "archived": False,
    }


def pipelines(_: Crm, __: Request, parts: dict[str, str]) -> Response:
    """`GET /crm/pipelines/…/{object type}`: one pipeline each for deals and tickets."""
    name = parts["kind"]
    return Response(200, {"results": [_pipeline(name)] if name in _PIPELINES else []})


def pipeline(_: Crm, __: Request, parts: dict[str, str]) -> Response:
    name = parts["kind"]
    if name not in _PIPELINES or _PIPELINES[name][0] != parts["pipeline_id"]:
        raise errors.refuse(404, "OBJECT_NOT_FOUND", "Pipeline not found")
    return Response(200, _pipeline(name))


def stages(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    answer = pipeline(crm, request, parts).payload
    assert isinstance(answer, dict)
    return Response(200, {"results": answer["stages"]})


def properties(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`GET /crm/properties/…/{object type}`; nothing is ever archived here."""
    kind = kind_of(parts)
    if request.first("archived") == "true":
        return Response(200, {"results": []})
    return Response(200, {"results": list(crm.schema.properties[kind.name].values())})


def property_of(crm: Crm, _: Request, parts: dict[str, str]) -> Response:
    kind = kind_of(parts)
    found = crm.schema.properties[kind.name].get(parts["name"])
    if found is None:
        raise errors.refuse(404, "OBJECT_NOT_FOUND", f"Property {parts['name']} does not exist")
    return Response(200, found)


def create_property(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`POST /crm/properties/…/{object type}`: 201, or 409 when the name is taken."""
    kind, body = kind_of(parts), request.json_object()
    if body is None:
        raise errors.invalid("Invalid input JSON")
    with crm.lock:
        made = crm.schema.create_property(kind, body, iso(crm.state.stamp()))
    return Response(201, made)


def groups(crm: Crm, _: Request, parts: dict[str, str]) -> Response:
    return Response(200, {"results": list(crm.schema.groups[kind_of(parts).name].values())})


def group(crm: Crm, _: Request, parts: dict[str, str]) -> Response:
    found = crm.schema.groups[kind_of(parts).name].get(parts["name"])
    if found is None:
        raise errors.refuse(404, "OBJECT_NOT_FOUND", f"Group {parts['name']} does not exist")
    return Response(200, found)


def create_group(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    kind, body = kind_of(parts), request.json_object()
    if body is None:
        raise errors.invalid("Invalid input JSON")
    with crm.lock:
        return Response(201, crm.schema.create_group(kind, body))


def details(_: Crm, __: Request, ___: dict[str, str]) -> Response:
    """`GET /account-info/…/details`: what "test connection" shows."""
    return Response(
        200,
        {
            "portalId": PORTAL_ID,
            "accountType": "STANDARD",
            "timeZone": "UTC",
            "companyCurrency": "USD",
            "additionalCurrencies": ["EUR", "GBP"],
            "utcOffset": "+00:00",
            "utcOffsetMilliseconds": 0,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


def daily_usage(crm: Crm, _: Request, __: dict[str, str]) -> Response:
    """`GET /account-info/…/api-usage/daily/private-apps`."""
    used = sum(1 for entry in crm.state.requests if entry["system"] == "hubspot")
    return Response(
        200,
        {
            "results": [
                {
                    "name": "private-apps-api-calls-daily",
                    "usageLimit": DAILY_LIMIT,
                    "currentUsage": used,
                    "collectedAt": iso(int(crm.state.now() * 1000)),
                    "fetchStatus": "SUCCESS",
                    "resetsAt": iso((crm.state.midnight + 86400) * 1000),
                }
            ]
        },
    )
