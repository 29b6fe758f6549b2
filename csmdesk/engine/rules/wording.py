"""Words that the texts of rules and alerts share, on top of `domain.texts`."""

from __future__ import annotations

from collections.abc import Sequence

from csmdesk.domain.texts import plural


def days_text(count: int) -> str:
    return plural(count, "day")


def ahead(count: int) -> str:
    """ "in 3 days"; of the day itself "(today)", behind its date."""
    return f"in {days_text(count)}" if count else "(today)"


def whole_percent(num: int, den: int) -> int:
    """num / den in whole percent, half to even."""
    whole, rest = divmod(100 * num, den)
    return whole + (2 * rest > den or (2 * rest == den and whole % 2 == 1))


def listing(names: Sequence[str], most: int = 3) -> str:
    """ "A, B, C and 2 more"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
