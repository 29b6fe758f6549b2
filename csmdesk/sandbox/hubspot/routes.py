"""HubSpot: key, routes and rate-limit headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from csmdesk.sandbox.hubspot import associations, directory, engagements, errors, objects
from csmdesk.sandbox.hubspot.crm import Crm
from csmdesk.sandbox.hubspot.search import Searcher
from csmdesk.sandbox.limits import Window
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Json, Request, Response, Router

DATE = "2026-03"
_OBJECTS = f"/crm/objects/{DATE}"
_PROPERTIES = f"/crm/properties/{DATE}"
_INTERVAL, _MOST_IN_INTERVAL = 10, 250  # the limit with the API add-on

_ROUTES: tuple[tuple[str, str, Callable[[Crm, Request, dict[str, str]], Response]], ...] = (
    ("GET", f"/account-info/{DATE}/details", directory.details),
    ("GET", f"/account-info/{DATE}/api-usage/daily/private-apps", directory.daily_usage),
    (
        "POST",
        f"/crm/associations/{DATE}/{{source}}/{{target}}/batch/read",
        associations.batch_read,
    ),
    ("POST", f"{_OBJECTS}/{{kind}}/batch/read", objects.batch_read),
    ("POST", f"{_OBJECTS}/{{kind}}/batch/update", objects.batch_update),
    ("GET", f"{_OBJECTS}/{{kind}}", objects.list_page),
    ("POST", f"{_OBJECTS}/{{kind}}", engagements.create),
    ("DELETE", f"{_OBJECTS}/{{kind}}/{{id}}", engagements.archive),
    ("GET", f"{_OBJECTS}/{{kind}}/{{object_id}}", objects.get_one),
    ("PATCH", f"{_OBJECTS}/{{kind}}/{{object_id}}", objects.update_one),
    ("GET", f"{_OBJECTS}/{{source}}/{{object_id}}/associations/{{target}}", associations.of_one),
    ("GET", f"/crm/owners/{DATE}", directory.owners),
    ("GET", f"/crm/owners/{DATE}/{{owner_id}}", directory.owner),
    ("GET", f"/crm/pipelines/{DATE}/{{kind}}", directory.pipelines),
    ("GET", f"/crm/pipelines/{DATE}/{{kind}}/{{pipeline_id}}", directory.pipeline),
    ("GET", f"/crm/pipelines/{DATE}/{{kind}}/{{pipeline_id}}/stages", directory.stages),
    ("GET", f"{_PROPERTIES}/{{kind}}/groups", directory.groups),
    ("POST", f"{_PROPERTIES}/{{kind}}/groups", directory.create_group),
    ("GET", f"{_PROPERTIES}/{{kind}}/groups/{{name}}", directory.group),
    ("GET", f"{_PROPERTIES}/{{kind}}", directory.properties),
    ("POST", f"{_PROPERTIES}/{{kind}}", directory.create_property),
    ("GET", f"{_PROPERTIES}/{{kind}}/{{name}}", directory.property_of),
)
# Object types that HubSpot lists, but this vendor's portal has no rows of.
_EMPTY = f"{_OBJECTS}/line_items"
# Calls HubSpot has and this key may not make, with the scope it lacks.
_FORBIDDEN: tuple[tuple[str, str, str], ...] = (
    ("POST", f"{_OBJECTS}/{{kind}}/batch/create", "create"),
    ("POST", f"{_OBJECTS}/{{kind}}/batch/upsert", "create"),
    ("POST", f"{_OBJECTS}/{{kind}}/batch/archive", "delete"),
)


class HubSpot:
    """The CRM over HTTP; see `Vendor`."""

    def __init__(self, state: State, key: str) -> None:
        self.crm = Crm(state)
        self._state = state
        self._key = key
        self._searcher = Searcher(self.crm)
        self._window = Window(_MOST_IN_INTERVAL, _INTERVAL)
        self._second = Window(_MOST_IN_INTERVAL, 1)
        self._router = Router()
        self._router.add("POST", f"{_OBJECTS}/{{kind}}/search", self._searcher.search)
        self._router.add("GET", _EMPTY, lambda _, __: Response(200, {"results": []}))
        for method, path, handler in _ROUTES:
            self._router.add(method, path, self._bound(handler))
        for method, path, scope in _FORBIDDEN:
            self._router.add(method, path, self._forbidden(scope))

    def _bound(
        self, handler: Callable[[Crm, Request, dict[str, str]], Response]
    ) -> Callable[[Request, dict[str, str]], Response]:
        return lambda request, parts: handler(self.crm, request, parts)

    @staticmethod
    def _forbidden(scope: str) -> Callable[[Request, dict[str, str]], Response]:
        def refuse(_: Request, parts: dict[str, str]) -> Response:
            return Response(403, errors.missing_scopes(f"crm.objects.{parts['kind']}.{scope}"))

        return refuse

    def handle(self, request: Request) -> Response:
        if request.bearer() != self._key:
            return self.trouble("401", None)
        response = self._router.answer(request)
        if response is None:
            return self.trouble("404", None)
        now = self._state.now()
        left, left_in_second = self._window.left(now), self._second.left(now)
        if not request.path.endswith("/search"):
            response.headers |= {
                "X-HubSpot-RateLimit-Interval-Milliseconds": str(_INTERVAL * 1000),
                "X-HubSpot-RateLimit-Max": str(_MOST_IN_INTERVAL),
                "X-HubSpot-RateLimit-Remaining": str(left),
                "X-HubSpot-RateLimit-Secondly": str(_MOST_IN_INTERVAL),
                "X-HubSpot-RateLimit-Secondly-Remaining": str(left_in_second),
                "X-HubSpot-RateLimit-Daily": str(directory.DAILY_LIMIT),
                "X-HubSpot-RateLimit-Daily-Remaining": str(
                    directory.DAILY_LIMIT - self._window.total
                ),
            }
        return response

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        return errors.trouble(kind, retry_after)

    def spoil(self, row: object) -> object:
        """Its dates are no dates, or it is associated with no list; the id stays."""
        good = cast(Json, row)
        if "to" in good:
            return good | {"to": "nobody"}
        bad = good | {"createdAt": "yesterday", "updatedAt": "yesterday"}
        properties: dict[str, Any] = dict(bad.get("properties") or {})
        for name in properties:
            if "date" in name or name == "hs_timestamp":
                properties[name] = "yesterday"
        return bad | {"properties": properties}
