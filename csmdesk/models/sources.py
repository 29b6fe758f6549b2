"""What the Sources page says of a system: words, tones, what can be done, and two small tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from csmdesk.domain import source_status as states
from csmdesk.domain.columns import Columns
from csmdesk.domain.source_status import IMPORT, SETUP, THINGS, Rate, SourceStatus
from csmdesk.domain.systems import system_named
from csmdesk.domain.texts import percent, plural
from csmdesk.models.columns import Cell, Column, plain
from csmdesk.models.rows import ColumnRows, Rows
from csmdesk.models.source_fields import WANTED

KIND_WORDS = {"crm": "CRM", "billing": "Billing", "usage": "Product usage", "support": "Support"}
STATES = {
    states.NOT_CONNECTED: ("Not connected", ""),
    states.NO_KEY: ("Key is missing", "poor"),
    states.NEVER_READ: ("Not read yet", "info"),
    states.PAUSED: ("Paused", "neutral"),
    states.FAILED: ("Needs attention", "poor"),
    states.CURRENT: ("Up to date", "good"),
}
ASKED = {
    "site": "Site",
    "project_id": "Project number",
    "client_id": "Client id",
    "login_domain": "Sign-in domain",
}
"""Settings of a source that a system may ask for beside the key, and their labels."""
NONE = "–"
SHORT = 3
"""Things told in a row; the panel below has all of them."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a person can do with a source. `primary`: the button of its row."""

    verb: str
    text: str
    primary: bool = False


def state_word(status: SourceStatus) -> tuple[str, str]:
    """Word and tone of the row's pill."""
    if status.state == states.CURRENT and (status.reading.lacking or question(status)):
        return STATES[states.FAILED]
    if status.state == states.NOT_CONNECTED and status.system == IMPORT:
        return "Nothing imported", ""
    return STATES[status.state]


def feeds(status: SourceStatus) -> str:
    return " · ".join(KIND_WORDS[kind] for kind in status.kinds)


def things(status: SourceStatus, most: int | None = None) -> str:
    """ "214 accounts · 2,310 contacts", at most so many things; "" without any row."""
    told = [plural(count, *THINGS[name]) for name, count in status.rows.items() if count]
    return " · ".join(told[:most])


def moment(at: int, now: datetime) -> str:
    """A past moment, short: "06:02", "Fri 18:40", "11 Dec 2026"; "–" for never."""
    if not at:
        return NONE
    then = datetime.fromtimestamp(at, now.tzinfo)
    days = (now.date() - then.date()).days
    if days <= 0:
        return f"{then:%H:%M}"
    return f"{then:%a %H:%M}" if days < 7 else f"{then.day} {then:%b %Y}"


def age(at: int, now: datetime) -> str:
    """How old a read is: "just now", "12 min", "3 h", "4 days"; "" for never."""
    if not at:
        return ""
    seconds = max(0, int(now.timestamp()) - at)
    if seconds < 60:
        return "just now"
    if seconds < 3_600:
        return f"{seconds // 60} min old"
    return (
        f"{seconds // 3_600} h old"
        if seconds < 86_400
        else plural(seconds // 86_400, "day") + " old"
    )


def rate_text(rate: Rate | None) -> str:
    """ "84 % of the request budget left"."""
    return f"{percent(rate.left, rate.most)} of the request budget left" if rate is not None else ""


def question(status: SourceStatus) -> str:
    """What only a person can say of one of our fields: which of theirs feeds it, which currency."""
    asked = (one for one in status.refused if one.stream == SETUP and one.source_id in WANTED)
    return next((one.reason for one in asked), "")


def detail(status: SourceStatus) -> tuple[str, str]:
    """The one thing to know about a source, and its tone."""
    if status.state == states.NOT_CONNECTED:
        return (
            where(status) if status.system != IMPORT else "A folder of CSV, Parquet or XLSX"
        ), ""
    if status.state == states.NO_KEY:
        how = "Sign in again." if system_named(status.system).signs_in else "Paste one."
        return f"This computer's keyring has no key for it. {how}", "poor"
    if status.state == states.PAUSED:
        return "Left out of every run until it is resumed.", ""
    if status.reading.error:
        return status.reading.error, "poor"
    if asked := question(status):
        first, mark, _ = asked.partition("?")  # the panel tells the rest
        return first + mark, "poor"
    if status.refused:
        return f"{plural(len(status.refused), 'row')} could not be used", "neutral"
    return rate_text(status.reading.rate) or _requests(status), ""


def where(status: SourceStatus) -> str:
    place = system_named(status.system).where
    noun = "App" if system_named(status.system).signs_in else "Key"
    return f"{noun}: {place}" if place else ""


def facts(status: SourceStatus, now: datetime, next_run: str) -> list[tuple[str, str]]:
    """Label and text of everything that the panel tells; what is not known is left out."""
    reading = status.reading
    read = f"{moment(status.complete_at, now)}, {age(status.complete_at, now)}"
    told = [
        ("Problem", reading.error if status.state == states.FAILED else ""),
        ("Question", question(status)),
        ("Permissions missing", ", ".join(reading.lacking)),
        ("Feeds", feeds(status)),
        ("Stored", things(status)),
        ("Last whole read", read if status.complete_at else ""),
        ("Last attempt", moment(status.read_at, now) if reading.error and status.read_at else ""),
        ("Requests", _requests(status)),
        ("Next run", next_run if _reads(status) else ""),
        ("Scores", _scores(status, now)),
        ("Edits waiting", _edits(status)),
        ("Address", status.base_url),
        *((ASKED[name], value) for name, value in status.asked.items()),
        ("Key", system_named(status.system).where if status.state == states.NOT_CONNECTED else ""),
    ]
    return [(label, text) for label, text in told if text]


def _requests(status: SourceStatus) -> str:
    count = status.reading.requests
    told = [
        f"{plural(count, 'request')} in the last read" if count else "",
        rate_text(status.reading.rate),
    ]
    return "; ".join(one for one in told if one)


def _scores(status: SourceStatus, now: datetime) -> str:
    """How scores are written to it; "" for a system that takes none."""
    if not system_named(status.system).takes_scores or status.state == states.NOT_CONNECTED:
        return ""
    out = status.outward
    told = [
        "Written after every run" if status.writes_scores else "Not written after a run",
        f"{plural(out.records, 'record')} written, last {moment(out.at, now)}" * bool(out.records),
        f"{plural(out.refused, 'record')} refused" * bool(out.refused),
    ]
    return "; ".join(one for one in told if one)


def _edits(status: SourceStatus) -> str:
    out = status.outward
    if not out.edits:
        return ""
    return f"{out.edits}, {out.conflicts} in conflict" if out.conflicts else f"{out.edits}"


def _reads(status: SourceStatus) -> bool:
    known = status.state in (states.NEVER_READ, states.FAILED, states.CURRENT)
    return known and status.system != IMPORT


def actions(status: SourceStatus, *, demo: bool) -> tuple[Action, ...]:
    """What can be done with a source now; the first one is its button."""
    if status.system == IMPORT:
        return (Action("import", "Import…", True),)
    if status.state == states.NOT_CONNECTED:
        erase = (Action("erase", "Erase its data…"),) if any(status.rows.values()) else ()
        return (Action("connect", "Connect…", True), *erase)
    first = Action("sync", "Sync", True)
    if status.state == states.NO_KEY or (status.state == states.FAILED and _key_refused(status)):
        first = Action("key", "Fix…", True)
    elif status.state == states.PAUSED:
        first = Action("resume", "Resume", True)
    elif question(status) and not demo:
        first = Action("fields", "Answer…", True)
    read = (Action("sync", "Sync now"), Action("reload", "Read everything again…"))
    made = [first, *(read if _reads(status) else ()), Action("test", "Test the connection")]
    if system_named(status.system).takes_scores:
        made += [Action("outgoing", "Preview what would be written…")]
    if not demo:
        signs_in = system_named(status.system).signs_in
        made += [Action("fields", "Fields…")] if system_named(status.system).maps_fields else []
        made += [Action("key", "Sign in again…" if signs_in else "Change the key…")]
        made += [Action("pause", "Pause")] if status.state != states.PAUSED else []
        made += [Action("disconnect", "Disconnect…")]
    return tuple(made)


def _key_refused(status: SourceStatus) -> bool:
    return status.reading.key_refused and not status.reading.lacking


def reload_cost(status: SourceStatus) -> str:
    """What reading a source from the start means."""
    stored = things(status) or "No row"
    rate = rate_text(status.reading.rate)
    return (
        f"CSMDesk asks {status.title} for everything again, as at the first load. Stored now: "
        f"{stored}. It takes as many requests as the first time"
        + (f" ({rate})" if rate else "")
        + " and can take minutes; you can go on working, and cancel it. Notes, tags and tasks stay."
    )


REFUSED_COLUMNS = (
    Column("stream", "Of", 150, plain("stream"), Cell.MUTED, sort="stream"),
    Column("row", "Row", 130, plain("row"), Cell.STRONG, sort="row"),
    Column("reason", "Why it could not be used", 420, plain("reason"), sort="reason"),
)


def refused_rows(status: SourceStatus) -> ColumnRows:
    rows = status.refused
    columns = Columns(
        {
            "stream": [row.stream for row in rows],
            "row": [row.source_id or NONE for row in rows],
            "reason": [row.reason for row in rows],
        },
        len(rows),
    )
    return ColumnRows(columns, 0, "", [f"{row.stream}\n{row.source_id}" for row in rows])


def _complete(rows: Rows, row: int) -> tuple[str, str]:
    whole = rows.get("complete", row)
    return ("To the end", "good") if whole else ("Goes on next time", "neutral")


STREAM_COLUMNS = (
    Column("stream", "Stream", 170, plain("stream"), Cell.STRONG, sort="stream"),
    Column("read", "Last read", 110, plain("read"), Cell.MUTED, sort="at"),
    Column("whole", "Read", 150, lambda r, i: _complete(r, i)[0], Cell.PILL, _complete),
    Column("refused", "Left out", 90, plain("refused"), Cell.NUMBER, right=True, sort="refused"),
)


def stream_rows(status: SourceStatus, now: datetime) -> ColumnRows:
    import numpy as np

    streams = status.streams
    columns = Columns(
        {
            "stream": [one.name.replace("_", " ") for one in streams],
            "read": [moment(one.read_at, now) for one in streams],
            "at": np.array([one.read_at for one in streams], dtype=np.int64),
            "complete": np.array([one.complete for one in streams], dtype=np.int64),
            "refused": np.array([one.refused for one in streams], dtype=np.int64),
        },
        len(streams),
    )
    return ColumnRows(columns, 0, "", [one.name for one in streams])
