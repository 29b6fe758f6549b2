"""Property definitions of our own at HubSpot: a group and what is in it, made once."""

from __future__ import annotations

from typing import Any

import msgspec

from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.errors import Refused

GROUP = "csmdesk"
_ALREADY_THERE = 409


class Option(msgspec.Struct):
    value: str = ""


class Property(msgspec.Struct):
    """A definition; that of a group has no type."""

    name: str
    type: str = ""
    options: list[Option] = []


class _Properties(msgspec.Struct):
    results: list[Property]


def known_properties(client: HttpClient, kind: str) -> list[Property]:
    return client.get(f"{wire.PROPERTIES}/{kind}", _Properties).results


def make(client: HttpClient, kind: str, folder: str, body: dict[str, Any]) -> Property:
    """Make a group (`folder` "groups") or a property. One that is there already, because somebody
    was quicker or our first answer was lost, is as good."""
    path = f"{wire.PROPERTIES}/{kind}" + (f"/{folder}" if folder else "")
    try:
        return client.post(path, Property, body)
    except Refused as error:
        if error.status != _ALREADY_THERE:
            raise
        return client.get(f"{path}/{body['name']}", Property)
