"""Status types of subscriptions (definitions.md section 1) as small integers.

The codes are in the order in which a customer's status is chosen: the lowest that any
subscription has wins.
"""

from __future__ import annotations

from collections.abc import Mapping

NOT_COUNTED, PAST_DUE, ACTIVE, TRIAL, PAUSED, FREE, CANCELLED = range(7)

TITLES = ("Not counted", "Past due", "Active", "Trial", "Paused", "Free", "Cancelled")
CHURNED, PROSPECT = "Churned", "Prospect"

_DEFAULTS = {
    "active": ACTIVE,
    "non_renewing": ACTIVE,
    "past due": PAST_DUE,
    "past_due": PAST_DUE,
    "unpaid": PAST_DUE,
    "trial": TRIAL,
    "trialing": TRIAL,
    "in_trial": TRIAL,
    "paused": PAUSED,
    "free": FREE,
    "cancelled": CANCELLED,
    "canceled": CANCELLED,
    "ended": CANCELLED,
    "incomplete": NOT_COUNTED,
    "incomplete_expired": NOT_COUNTED,
}


def status_codes(configured: Mapping[str, str]) -> dict[str, int]:
    """Code of every known source status, lower case; `configured` (settings) wins over defaults.

    A status that neither names is not counted: money is never guessed.
    """
    by_title = {title.lower(): code for code, title in enumerate(TITLES)}
    own = {
        status.lower(): by_title.get(title.lower(), NOT_COUNTED)
        for status, title in configured.items()
    }
    return {**_DEFAULTS, **own}
