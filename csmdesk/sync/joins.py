"""Which record of a CRM a row of another system says it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SHORT = 15
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def crm_joins(told: Mapping[str, Any], fields: Mapping[str, str]) -> tuple[str, ...]:
    """Tokens such as “hubspot:123” of the ids in `told`; `fields`: “hubspot_id” -> its name there."""
    found = []
    for crm in ("hubspot", "salesforce"):
        value = told.get(fields.get(f"{crm}_id", ""))
        text = str(value).strip() if isinstance(value, (str, int)) else ""
        if text:
            found.append(f"{crm}:{salesforce_id(text) if crm == 'salesforce' else text}")
    return tuple(found)


def salesforce_id(text: str) -> str:
    """The form of 18 characters, in which Salesforce tells its ids; pages often show 15 of them.

    The last three repeat which of the others are capitals, five to a character.
    """
    if len(text) != _SHORT or not text.isascii() or not text.isalnum():
        return text
    parts = (text[start : start + 5] for start in range(0, _SHORT, 5))
    bits = (sum(letter.isupper() << place for place, letter in enumerate(one)) for one in parts)
    return text + "".join(_CHECK[one] for one in bits)
