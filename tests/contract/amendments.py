"""Where a contract is stricter or shorter than its vendor, with the reason for every line.

Nothing here invents a field or a path of ours: each entry is documented or recorded.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_PAGE = (  # recorded with users and tickets, ../shared/samples/zendesk/list-*.json
    {"name": "page[size]", "in": "query", "schema": {"type": "integer"}},
    {"name": "page[after]", "in": "query", "schema": {"type": "string"}},
)
_SIDELOAD = {  # support.zendesk.com/hc/en-us/community/posts/4984355661466
    "name": "include",
    "in": "query",
    "schema": {"type": "string", "enum": ["metric_sets"]},
}
_NULLS = {  # recorded as null, or null while it has not happened
    "TicketObject": (
        *("assignee_id", "external_id", "group_id", "organization_id", "priority", "problem_id"),
        *("recipient", "type", "forum_topic_id"),
    ),
    "UserForAdmin": (
        *("alias", "custom_role_id", "default_group_id", "details", "last_login_at", "notes"),
        "signature",
    ),
    "TicketMetricObject": ("solved_at",),
    "TicketMetricTimeObject": ("calendar", "business"),
}


def amended(name: str, document: Json) -> Json:
    """The contract with what it lacks."""
    if name == "zendesk":
        _amend_zendesk(document)
    if name == "salesforce":
        _amend_salesforce(document)
    return document


def _amend_salesforce(document: Json) -> None:
    """Rows by external id and by id: developer.salesforce.com/docs/platform/api-rest/guide,
    dome-upsert and dome-delete-record; upserts answer with a body of version 46 on."""
    paths = document["paths"]
    errors = paths["/services/data/{version}/query"]["get"]["responses"]
    saved = {
        "allOf": [{"$ref": "#/components/schemas/SaveResult"}, {"required": ["id", "created"]}]
    }
    answers = {code: errors[code] for code in ("400", "401", "403", "404", "503")}
    body = {"type": "object", "minProperties": 1, "not": {"required": ["id"]}}
    made = {"description": "saved", "content": {"application/json": {"schema": saved}}}
    paths["/services/data/{version}/sobjects/{sobject}/{field}/{value}"] = {
        "patch": {
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"200": made, "201": made, **answers},
        }
    }
    paths["/services/data/{version}/sobjects/{sobject}/{id}"] = {
        "delete": {"responses": {"204": {"description": "gone"}, **answers}}
    }


def _amend_zendesk(document: Json) -> None:
    paths, schemas = document["paths"], document["components"]["schemas"]
    # The start is for the first request of an export, the cursor for all others.
    document["components"]["parameters"]["IncrementalUnixTime"]["required"] = False
    paths["/api/v2/incremental/tickets/cursor"].setdefault("parameters", []).append(_SIDELOAD)
    paths["/api/v2/organizations"].setdefault("parameters", []).extend(_PAGE)
    paths["/api/v2/tickets/show_many"].setdefault("parameters", []).append(_SIDELOAD)
    # "Deleted tickets appear in the incremental export": ../shared/apis.md 2.5.
    schemas["TicketObject"]["properties"]["status"]["enum"].append("deleted")
    metrics = {"$ref": "#/components/schemas/TicketMetricObject"}
    schemas["TicketObject"]["properties"]["metric_set"] = metrics
    for schema, names in _NULLS.items():
        for one in names:
            schemas[schema]["properties"][one]["nullable"] = True
