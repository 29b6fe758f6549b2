"""Ids that encode the customer: a lookup needs no table.

HubSpot ids are digits (kind, index, position), Stripe ids carry a prefix, Intercom ids are 24 hex digits;
those of Zendesk and Salesforce are a HubSpot id's index and position behind their own kind.
"""

from __future__ import annotations

import re

HUBSPOT_KINDS = {
    "company": 21,
    "contact": 32,
    "ticket": 43,
    "deal": 54,
    "email": 65,
    "call": 66,
    "meeting": 67,
    "note": 68,
}
_STRIPE = re.compile(r"[a-z]+_1Q([0-9a-f]{6})[A-Z]([0-9a-f]{5})")
_HUBSPOT = re.compile(r"[2-6][0-9][0-9]{7}[0-9]{5}")
_INTERCOM = re.compile(r"6[abc]5d([0-9a-f]{8})([0-9a-f]{12})")
_INTERCOM_KINDS = {"company": "a", "contact": "b", "conversation": "c"}
_ACCOUNT = re.compile(r"acct_([0-9]{6})")
_ZENDESK_KINDS = {"organization": 81, "user": 82, "ticket": 83}
_SALESFORCE_KINDS = {
    "Account": "001",
    "Contract": "800",
    "Contact": "003",
    "Opportunity": "006",
    "Case": "500",
    "Task": "00T",
    "Event": "00U",
    "EmailMessage": "02S",
    "AccountHistory": "017",
}
_SALESFORCE = re.compile(r"[0-9A-Z]{3}([0-9]{7})[0-9]{5}[A-Z0-5]{3}")
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ZENDESK = re.compile(r"8[123]([0-9]{7})[0-9]{5}")


def hubspot_id(kind: str, index: int, position: int = 0) -> str:
    """Digits as HubSpot has them: kind (2), index (7), position (5)."""
    return f"{HUBSPOT_KINDS[kind]}{index:07d}{position:05d}"


def index_of_hubspot(text: str) -> int | None:
    """The customer of any HubSpot object id, or None."""
    return int(text[2:9]) if _HUBSPOT.fullmatch(text) else None


def stripe_id(prefix: str, index: int, position: int = 0, part: int = 0) -> str:
    """`prefix_…` with index and position; `part` (0–25) parts the objects of one position."""
    return f"{prefix}_1Q{index:06x}{chr(65 + part)}{position:05x}"


def index_of_stripe(text: str) -> int | None:
    """The customer of any Stripe object id that belongs to one, or None."""
    found = _STRIPE.fullmatch(text)
    return int(found[1], 16) if found else None


def intercom_id(kind: str, index: int, position: int = 0) -> str:
    """24 hex digits, the kind in the second one."""
    return f"6{_INTERCOM_KINDS[kind]}5d{index:08x}{position:012x}"


def index_of_intercom(text: str) -> int | None:
    """The customer of any Intercom id, or None."""
    found = _INTERCOM.fullmatch(text)
    return int(found[1], 16) if found else None


def zendesk_id(kind: str, hubspot_id: str) -> int:
    """An integer beyond 2^31, as Zendesk has them."""
    return int(f"{_ZENDESK_KINDS[kind]}{hubspot_id[2:]}")


def index_of_zendesk(zendesk: int) -> int | None:
    """The customer of an organization, user or ticket of Zendesk, or None."""
    found = _ZENDESK.fullmatch(str(zendesk))
    return int(found[1]) if found else None


def salesforce_id(kind: str, hubspot_id: str) -> str:
    """18 characters: 15 that tell upper and lower case apart, and 3 that repeat which is which."""
    return _checked(_SALESFORCE_KINDS[kind] + hubspot_id[2:])


def salesforce_user(owner_id: str) -> str:
    return _checked(f"005{owner_id:0>12}")


def index_of_salesforce(text: str) -> int | None:
    """The customer of any Salesforce id but a user's, or None."""
    found = _SALESFORCE.fullmatch(text)
    return int(found[1]) if found and not text.startswith("005") else None


def _checked(short: str) -> str:
    parts = (short[start : start + 5] for start in (0, 5, 10))
    bits = (sum(letter.isupper() << n for n, letter in enumerate(part)) for part in parts)
    return short + "".join(_CHECK[one] for one in bits)


def account_key(index: int) -> str:
    """The product's key of an account: PostHog $group_0, Intercom company_id."""
    return f"acct_{index:06d}"


def unjoined_key(number: int) -> str:
    """The key of a usage group that no customer has."""
    return f"legacy_{number:04d}"


def index_of_account_key(text: str) -> int | None:
    """The customer of an account key, or None."""
    found = _ACCOUNT.fullmatch(text)
    return int(found[1]) if found else None
