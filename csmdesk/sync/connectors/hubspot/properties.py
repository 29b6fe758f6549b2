"""The company properties of an account, with examples from its newest companies."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from csmdesk.domain.source_fields import OwnField
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import wire

_EXAMPLES = 20
"""Companies that are looked at for examples: one request."""
_MOST_ASKED = 60
"""Properties whose examples are asked for: more would overflow the address."""
_LONGEST = 60
_KINDS = {
    "string": "text",
    "phone_number": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "choice",
    "bool": "yes or no",
}


class _Property(msgspec.Struct, rename="camel"):
    name: str
    label: str = ""
    type: str = "string"
    hubspot_defined: bool = False
    hidden: bool = False


class _Properties(msgspec.Struct):
    results: list[_Property]


class _Companies(msgspec.Struct):
    results: list[wire.Row]


def own_fields(client: HttpClient, mapped: Collection[str]) -> list[OwnField]:
    """Every property that is not hidden; examples of the account's own ones and of `mapped`."""
    answer = client.get(f"{wire.PROPERTIES}/companies", _Properties)
    shown = [one for one in answer.results if not one.hidden or one.name in mapped]
    asked = [one.name for one in shown if one.name in mapped or not one.hubspot_defined]
    examples = _examples(client, asked[:_MOST_ASKED])
    return [
        OwnField(
            one.name,
            one.label or one.name,
            _KINDS.get(one.type, "text"),
            examples.get(one.name, ""),
            custom=not one.hubspot_defined,
        )
        for one in shown
    ]


def _examples(client: HttpClient, names: list[str]) -> dict[str, str]:
    params = (("limit", str(_EXAMPLES)), ("properties", ",".join(names)))
    found: dict[str, str] = {}
    for row in client.get(f"{wire.OBJECTS}/companies", _Companies, params).results:
        for name, value in row.properties.items():
            if value:
                found.setdefault(name, value[:_LONGEST])
    return found
