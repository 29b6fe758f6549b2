"""E-mails, calls, meetings and notes that clients log: made and archived, as at HubSpot."""

from __future__ import annotations

from typing import Any

from csmdesk.sandbox.hubspot import errors
from csmdesk.sandbox.hubspot.associations import type_id
from csmdesk.sandbox.hubspot.crm import Crm
from csmdesk.sandbox.hubspot.kinds import BY_NAME, Kind
from csmdesk.sandbox.hubspot.objects import kind_of
from csmdesk.sandbox.hubspot.values import number
from csmdesk.sandbox.wire import Json, RefusedError, Request, Response

_KINDS = {"emails": "email", "calls": "call", "meetings": "meeting", "notes": "note"}


def create(crm: Crm, request: Request, parts: dict[str, str]) -> Response:
    """`POST /crm/objects/…/{kind}`: 201 for an engagement of a company; 403 for other objects."""
    kind = _engagement(parts, "create")
    body = request.json_object() or {}
    values = body.get("properties")
    if not isinstance(values, dict) or not values.get("hs_timestamp"):
        raise errors.invalid("Some required fields were not set: [hs_timestamp]")
    crm.schema.check_values(kind, values)
    account = _company(crm, kind, body)
    with crm.lock:
        at = int((number(values["hs_timestamp"]) or 0) // 1000)
        row = crm.state.log(account, _KINDS[kind.name], "hubspot", at)
        crm.forget_index()
    crm.update(kind, row.hubspot_id, values)
    return Response(201, crm.render(kind, crm.state.account(account), row, list(values)))


def archive(crm: Crm, _: Request, parts: dict[str, str]) -> Response:
    """`DELETE /crm/objects/…/{kind}/{id}`: 204, also when it is gone already."""
    _engagement(parts, "delete")
    account = crm.state.world.index_of_hubspot(parts["id"])
    with crm.lock:
        made = crm.state.logged.get(-1 if account is None else account, [])
        for row in [one for one in made if one.hubspot_id == parts["id"]]:
            made.remove(row)
        crm.forget_index()
    return Response(204, None)


def _engagement(parts: dict[str, str], verb: str) -> Kind:
    kind = kind_of(parts)
    if kind.name not in _KINDS:
        scope = f"crm.objects.{parts['kind']}.{verb}"
        raise RefusedError(Response(403, errors.missing_scopes(scope)))
    return kind


def _company(crm: Crm, kind: Kind, body: Json) -> int:
    """The account of the company that the engagement is associated with."""
    wanted = type_id(kind, BY_NAME["companies"])
    links: list[Any] = body.get("associations") or []
    for link in links:
        for told in link.get("types", []):
            if told.get("associationTypeId") == wanted:
                place = crm.locate(BY_NAME["companies"], str(link["to"]["id"]))
                if place is not None:
                    return int(place[0].index)
    raise errors.invalid("The engagement is associated with no company")
