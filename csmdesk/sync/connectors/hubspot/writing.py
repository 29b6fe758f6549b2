"""Writing to HubSpot's companies: the score properties, made when missing, and the CRM's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from csmdesk.domain.errors import SourceError
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import companies, wire
from csmdesk.sync.connectors.hubspot.definitions import (
    GROUP,
    Property,
    known_properties,
    make,
)
from csmdesk.sync.connectors.hubspot.objects import ObjectStream
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Context
from csmdesk.sync.writer import Values, Write, Written

SCORES: dict[str, str] = {
    "chi": "csmdesk_chi",
    "band": "csmdesk_band",
    "reason_1": "csmdesk_reason_1",
    "reason_2": "csmdesk_reason_2",
    "reason_3": "csmdesk_reason_3",
    "scored_at": "csmdesk_scored_at",
}
"""Score field -> company property. A workspace overrides them one by one."""

_BANDS = ("good", "neutral", "poor", "not enough data")
_LABELS = {
    "chi": "Customer health (CHI)",
    "band": "Customer health band",
    "reason_1": "Customer health: largest reason",
    "reason_2": "Customer health: second reason",
    "reason_3": "Customer health: third reason",
    "scored_at": "Customer health computed at",
}
_TYPES = {"chi": ("number", "number"), "band": ("enumeration", "select")}
_TYPES |= {"scored_at": ("datetime", "date")}
_TEXT = ("string", "text")


class _Context(msgspec.Struct):
    ids: list[str] = []


class _Fault(msgspec.Struct):
    message: str = ""
    context: _Context = msgspec.field(default_factory=_Context)


class _Answer(msgspec.Struct):
    """200 = all, 207 = some; which ones is told by `results` alone."""

    results: list[wire.Link] = []
    errors: list[_Fault] = []


class CompanyWriter:
    """`scores` and `fields`: CSMDesk's names of what is written -> company properties."""

    batch = 100

    def __init__(self, scores: Mapping[str, str], fields: Mapping[str, str]) -> None:
        self.scores = scores
        self._fields = fields
        self._names = {**fields, **scores}

    def prepare(self, client: HttpClient) -> None:
        found = known_properties(client, "companies")
        known = {one.name: one for one in found}
        missing = [field for field, name in self.scores.items() if name not in known]
        if missing:
            make(client, "companies", "groups", {"name": GROUP, "label": "CSMDesk"})
        for field in missing:
            name = self.scores[field]
            known[name] = make(client, "companies", "", definition(field, name))
        for field, name in self.scores.items():
            _check(field, known[name])

    def current(
        self, client: HttpClient, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, Values]:
        names = {field: self._names[field] for field in fields}
        body = {"inputs": [{"id": one} for one in ids], "properties": list(names.values())}
        page = client.post(f"{wire.OBJECTS}/companies/batch/read", wire.RowPage, body)
        return {
            row.id: {field: row.properties.get(name) for field, name in names.items()}
            for row in page.results
        }

    def reread(self, context: Context, ids: Sequence[str]) -> Sequence[Page]:
        stream = ObjectStream(companies.kind(self._fields))
        return [stream.reread(context, Setup.of(context), ids)]

    def write(self, client: HttpClient, rows: Sequence[Write]) -> list[Written]:
        inputs = [
            {
                "id": row.record_id,
                "properties": {self._names[one]: text or "" for one, text in row.values.items()},
            }
            for row in rows
        ]
        path = f"{wire.OBJECTS}/companies/batch/update"
        answer = client.post(path, _Answer, {"inputs": inputs})
        done = {one.id for one in answer.results}
        why = {one: fault.message for fault in answer.errors for one in fault.context.ids}
        return [
            Written(
                row.record_id,
                "" if row.record_id in done else why.get(row.record_id) or "It was not confirmed.",
            )
            for row in rows
        ]


def definition(field: str, name: str) -> dict[str, Any]:
    """The company property of a score field, as HubSpot is asked to make it."""
    kind, control = _TYPES.get(field, _TEXT)
    body = {
        "name": name,
        "label": _LABELS[field],
        "type": kind,
        "fieldType": control,
        "groupName": GROUP,
        "description": "Written by CSMDesk; changes made here are replaced.",
    }
    if field != "band":
        return body
    options = [
        {"label": band.capitalize(), "value": band, "displayOrder": place, "hidden": False}
        for place, band in enumerate(_BANDS)
    ]
    return {**body, "options": options}


def _check(field: str, found: Property) -> None:
    """A property of a person's choice must be able to hold the value."""
    kind = _TYPES.get(field, _TEXT)[0]
    options = {one.value for one in found.options}
    usable = found.type in (kind, "string")
    if found.type == "enumeration" and field == "band":
        usable = options >= set(_BANDS)
    if not usable:
        needs = f"a drop-down with the options {', '.join(_BANDS)}" if field == "band" else kind
        raise SourceError(
            wire.SYSTEM,
            f"HubSpot: the company property {found.name} cannot hold “{_LABELS[field]}”.",
            f"It must be of the type {needs}; or name another one in [sources.writes].",
        )
