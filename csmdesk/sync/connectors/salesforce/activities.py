"""Notes and logged activities as tasks and events that are done, each with a field for our mark.

They are made by that field as their external id: asked for twice, Salesforce makes one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from csmdesk.domain.days import SECONDS_A_DAY, iso_day
from csmdesk.domain.errors import SourceError
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import wire
from csmdesk.sync.errors import Refused
from csmdesk.sync.writer import Logged

MARK = "CSMDesk_Id__c"
_OBJECTS = {"note": "Task", "call": "Task", "meeting": "Event", "email": "Task"}
_SUBTYPES = {"note": "Task", "call": "Call", "email": "Email"}
_DIRECTIONS = {"in": "Inbound", "out": "Outbound"}
_LONGEST = 255  # letters of a subject
_MINUTES = 60  # a meeting must end; nobody told when
_NOT_FOUND = 404


class _Made(msgspec.Struct):
    id: str


class Activities:
    """`api`: the path with its version; `direction`: the field that says where an e-mail went."""

    def __init__(self, api: str, direction: str) -> None:
        self._api = api
        self._direction = direction
        self._told: dict[str, dict[str, wire.Field]] = {}

    def prepare(self, client: HttpClient, kind: str) -> None:
        name = _OBJECTS[kind]
        if name in self._told:
            return
        there = {one.name: one for one in wire.described(client, self._api, name)}
        mark = there.get(MARK)
        if mark is None or not mark.updateable or not mark.external_id:
            raise SourceError(
                wire.SYSTEM,
                f"Salesforce: activities have no external id {MARK} that may be written.",
                "Ask an administrator to make it: an Activity field, text of 40 letters, External ID.",
            )
        self._told[name] = there

    def find(self, client: HttpClient, kind: str, mark: str) -> str | None:
        soql = f"SELECT Id FROM {_OBJECTS[kind]} WHERE {MARK} = '{mark}' LIMIT 1"  # noqa: S608 - ours
        return next((str(record["Id"]) for record in wire.every(client, self._api, soql)), None)

    def create(self, client: HttpClient, logged: Logged) -> str:
        path = f"{self._api}/sobjects/{_OBJECTS[logged.kind]}/{MARK}/{logged.mark}"
        return client.once("PATCH", path, _Made, body=self._record(logged)).id

    def remove(self, client: HttpClient, kind: str, crm_id: str) -> None:
        try:
            client.delete(f"{self._api}/sobjects/{_OBJECTS[kind]}/{crm_id}")
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise

    def _record(self, logged: Logged) -> dict[str, Any]:
        """The fields of a task or an event; its text is plain at Salesforce."""
        subject = logged.subject or logged.body.partition("\n")[0] or "Note"
        told = {"WhatId": logged.record_id, "Subject": subject[:_LONGEST]}
        told |= {"Description": logged.body}
        told |= {"OwnerId": logged.owner_id} if logged.owner_id else {}
        if logged.kind == "meeting":
            return told | {"StartDateTime": wire.moment(logged.at), "DurationInMinutes": _MINUTES}
        told |= {"TaskSubtype": _SUBTYPES[logged.kind], "Status": "Completed"}
        told |= {"ActivityDate": iso_day(logged.at // SECONDS_A_DAY)}
        direction = _DIRECTIONS[logged.direction or "out"]
        if logged.kind == "call":
            told |= {"CallType": direction}
            told |= {"CallDisposition": "Connected"} if logged.held else {}
        elif logged.kind == "email" and self._direction in self._told["Task"]:
            told |= {self._direction: direction}
        return told
