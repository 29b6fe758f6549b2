"""Words and choices of the Dashboard: greeting, the line about the run, counters, filters."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from csmdesk.domain.days import MISSING, day_date, day_of_instant
from csmdesk.domain.texts import ENGLISH, compact_money, date_text, decimal, number, plural
from csmdesk.models.tasks import RULE_TITLES, SEVERITY_WORDS

if TYPE_CHECKING:
    from csmdesk.engine.figures.dashboard import Counter, Dashboard
    from csmdesk.engine.figures.renewal_months import RenewalMonth

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOBODY = frozenset({"", "root", "admin", "administrator", "user", "owner", "guest"})
"""Accounts that are no person's name."""
NOON, EVENING = 12, 18
COUNTER_TONES = {"high": "poor", "medium": "neutral", "low": "info", "total": ""}
BAND_TITLES = ("good", "neutral", "poor", "not scored")
Choice = tuple[str, str]

FILTERS: tuple[tuple[str, str, tuple[Choice, ...]], ...] = (
    (
        "priority",
        "Priority",
        (
            ("All", ""),
            *((word, word.lower()) for _, word in sorted(SEVERITY_WORDS.items(), reverse=True)),
        ),
    ),
    (
        "category",
        "Category",
        (
            ("All", ""),
            ("Commercial", "Commercial"),
            ("Churn risk", "Churn Risk"),
            ("Product usage", "Product Usage"),
            ("Company risk", "Company Risk"),
        ),
    ),
    ("type", "Type", (("All", ""), *((title, rule) for rule, title in RULE_TITLES.items()))),
    (
        "status",
        "Status",
        (
            ("Open", "open"),
            ("All", "all"),
            ("Not started", "not started"),
            ("Started", "started"),
            ("In progress", "in progress"),
            ("Finished", "finished"),
            ("Snoozed", "snoozed"),
            ("Resolved", "resolved"),
        ),
    ),
    (
        "due",
        "Due",
        (
            ("Any time", ""),
            ("Overdue", "overdue"),
            ("Today", "today"),
            ("In 7 days", "7 days"),
            ("In 30 days", "30 days"),
        ),
    ),
)
"""(field of `figures.dashboard.Filters`, label, choices); the first choice is the default."""


def first_name(person: str) -> str:
    """A first name from an e-mail address or an account: "dana.ruiz@acme.com" -> "Dana"."""
    local = person.partition("@")[0].casefold()
    word = re.split(r"[^\w]|[\d_]", local)[0]
    return "" if word in NOBODY or local in NOBODY else word.capitalize()


def greeting(now: datetime, person: str) -> str:
    """ "Good morning, Dana"."""
    part = "morning" if now.hour < NOON else "afternoon" if now.hour < EVENING else "evening"
    name = first_name(person)
    return f"Good {part}, {name}" if name else f"Good {part}"


def long_date(day: int) -> str:
    """ "Monday 23 November" in words of the locale: weekday, day, month."""
    date = day_date(day)
    return f"{WEEKDAYS[date.weekday()]} {date.day} {ENGLISH.months[date.month - 1]}"


def since_word(since: int, day: int) -> str:
    """The previous working day as one calls it: "yesterday", "Friday"."""
    return ENGLISH.yesterday if since == day - 1 else WEEKDAYS[day_date(since).weekday()]


def run_line(board: Dashboard, now: datetime) -> str:
    """ "Monday 23 Nov · engine ran at 06:00 over 214 customers in 0.4 s · 9 tasks new, 5 resolved
    since Friday"."""
    parts = [long_date(board.day), _ran(board, now)]
    since = since_word(board.since, board.day)
    parts.append(
        f"{plural(board.new, 'task')} new, {number(board.resolved)} resolved since {since}"
    )
    return " · ".join(part for part in parts if part)


def _ran(board: Dashboard, now: datetime) -> str:
    if board.run_at in (0, MISSING):
        return ""
    zone = now.tzinfo
    assert zone is not None
    at = datetime.fromtimestamp(board.run_at, zone)
    day = day_of_instant(board.run_at, zone)
    when = f"at {at:%H:%M}" if day == board.day else f"on {date_text(day)} at {at:%H:%M}"
    took = f" in {decimal(board.run_ms, 1_000, 1, trim=False)} s" if board.run_ms > 0 else ""
    return f"engine ran {when} over {plural(board.customers, 'customer')}{took}"


def change_text(counter: Counter, since: str) -> tuple[str, str]:
    """("▲ 4 vs Friday", "poor"): more work is red, less is green; the arrow says it too."""
    if not counter.change:
        return f"= {since}", ""
    arrow, tone = ("▲", "poor") if counter.change > 0 else ("▼", "good")
    return f"{arrow} {number(abs(counter.change))} vs {since}", tone


def month_title(month: RenewalMonth) -> str:
    """ "Dec 2026", or "Rest of Nov 2026"."""
    words = date_text(month.first).split(" ", 1)[1]
    return f"Rest of {words}" if month.running else words


def month_label(month: RenewalMonth) -> str:
    return ENGLISH.months[day_date(month.first).month - 1]


def month_split(month: RenewalMonth, currency: str, *, arr: bool) -> str:
    """ "Dec 2026: 12 renewals: 8 good, 3 neutral, 1 poor"; in ARR the same with amounts."""
    values = month.arr if arr else month.count

    def told(value: int) -> str:
        return compact_money(value, currency) if arr else number(value)

    total = told(sum(values)) + " ARR" if arr else plural(sum(values), "renewal")
    split = [f"{told(v)} {band}" for v, band in zip(values, BAND_TITLES, strict=True) if v]
    return f"{month_title(month)}: {total}" + (f" ({', '.join(split)})" if split else "")
