"""Streams of Mixpanel: the last 90 days from the raw export, the days before as counts by account.

Both APIs allow 60 questions an hour, so nothing is ever asked for one account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache

import msgspec

from csmdesk.domain.days import day_of_instant, parse_day
from csmdesk.domain.facts import Account, Fact
from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS, UsageBatch
from csmdesk.sync.connectors.mixpanel.export import SYSTEM, Counter, decoder, window
from csmdesk.sync.sink import Cursor, Page
from csmdesk.sync.stream import Context

EXPORT = "/api/2.0/export"
SEGMENTATION = "/api/query/segmentation"
NAMES = "/api/query/events/names"
RECENT_DAYS = KEEP_USER_DAYS
REREAD_DAYS = 2  # events of offline devices arrive up to 48 hours late
MOST_ACCOUNTS = 10_000
"""Segmentation tells the largest ones and says nothing of the others."""
MOST_NAMES = 20
_EVENTS_AT_ONCE = 500_000  # what an export should hold, by how many the one before held
_LONGEST = 30  # days
_QUARTER = 900  # seconds


@dataclass(frozen=True, slots=True)
class Project:
    """Which project, the property that names the account, and the zone of its days."""

    number: str
    group: str
    zone: tzinfo = UTC

    @property
    def margin(self) -> int:
        """Days that an export has to reach further, because its bounds may be days of UTC."""
        return 0 if self.zone is UTC else 1

    @property
    def on(self) -> str:
        """The group as an expression; its name is quoted, never glued."""
        return f"properties[{msgspec.json.encode(self.group).decode()}]"


def account_of(name: str) -> Account:
    """The account row of a group: only its key is known."""
    return Account(source=SYSTEM, source_id=name, name=name, joins=(f"key:{name}",))


class ExportStream:
    """Events of the last 90 days in spans of days, later from 48 hours before where it stood."""

    key = "events"
    title = "usage"
    essential = True

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lines = decoder(project.group)
        self._day_of = lru_cache(maxsize=100_000)(self._day_of_quarter)
        self._told: set[str] = set()

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        if stored is None:
            today = self._today(context)
            first, end = today - RECENT_DAYS, today - RECENT_DAYS + 1
            cursor: Cursor = {"from": first, "next": first, "whole": False}
            cursor |= {"span": 1, "names": [], "bad": []}
        else:
            yield from self._again(context, stored)
            cursor = {**stored, "bad": []}
            first, end = stored["next"] - 1 - REREAD_DAYS, stored["next"]
            first = max(first, stored["from"])
        while True:
            counter = self._read(context, first, end)
            today = self._today(context)
            cursor = self._after(cursor, counter, first, end, today)
            yield self._page(counter, cursor, complete=end > today)
            if end > today:
                return
            first, end = end, min(end + cursor["span"], today + 1)

    def _today(self, context: Context) -> int:
        """The project's day by the server's clock; its first answer tells it."""
        if context.client.server_now is None:
            params = (("project_id", self._project.number), ("type", "general"), ("limit", "1"))
            context.client.get(NAMES, list[str], params)
        return self._day(context.client.server_now or 0)

    def _day(self, seconds: int) -> int:
        return self._day_of(seconds // _QUARTER)

    def _day_of_quarter(self, quarter: int) -> int:
        """Zones differ by quarters of an hour: all that is in one has the same day."""
        return day_of_instant(quarter * _QUARTER, self._project.zone)

    def _read(self, context: Context, first: int, end: int) -> Counter:
        params = window(self._project.number, first, end, self._project.margin)
        return context.client.read(
            EXPORT, lambda: Counter(self._lines, self._day, first, end), params
        )

    def _after(self, cursor: Cursor, counter: Counter, first: int, end: int, today: int) -> Cursor:
        """Where to go on; spans grow while exports are small."""
        per_day = max(counter.events // (end - first), 1)
        return {
            "from": cursor["from"],
            "whole": cursor["whole"] or end > today,
            "next": end,
            "span": max(1, min(_LONGEST, _EVENTS_AT_ONCE // per_day)),
            "names": sorted({*cursor["names"], *counter.modules}),
            "bad": [*cursor["bad"], *([[first, end]] if counter.problems else [])],
        }

    def _page(self, counter: Counter, cursor: Cursor | None, *, complete: bool = False) -> Page:
        batches = counter.batches()
        named = sorted({name for batch in batches for name in batch.accounts} - self._told)
        self._told.update(named)
        facts: list[Fact] = [account_of(name) for name in named]
        return Page(
            cursor=cursor, complete=complete, facts=facts, usage=batches, problems=counter.problems
        )

    def _again(self, context: Context, stored: Cursor) -> Iterator[Page]:
        """Read the days again in which there were events that could not be used."""
        waiting = frozenset(context.problems_of(self.key))
        still: set[str] = set()
        for first, end in stored["bad"]:
            counter = self._read(context, first, end)
            still |= {problem.source_id for problem in counter.problems}
            yield self._page(counter, None)
        if waiting:
            yield Page(cursor=None, fixed=waiting - still)


class _Segments(msgspec.Struct):
    values: dict[str, dict[str, int]]


class _Answer(msgspec.Struct):
    data: _Segments


class OlderStream:
    """The days before, once: how often each event happened, by account and day. No persons.

    Totals are right for all events or not told at all, so projects with more names or accounts
    than can be asked for stay without.
    """

    key = "older"
    title = "older usage"
    essential = False

    def __init__(self, project: Project) -> None:
        self._project = project

    def pages(self, context: Context) -> Iterator[Page]:
        recent = context.cursor_of(ExportStream.key)
        if recent is None or not recent["whole"] or context.cursor_of(self.key) is not None:
            return  # the names of all events are known once the recent days are read
        today = context.server_day() or recent["next"] - 1
        first, end = today - KEEP_DAYS, today - RECENT_DAYS
        totals: dict[tuple[str, int], int] = {}
        names: Sequence[str] = recent["names"]
        whole = len(names) <= MOST_NAMES
        for name in names if whole else ():
            counts = self._counts(context, name, first, end)
            whole = whole and len({account for account, _ in counts}) < MOST_ACCOUNTS
            failed = self._counts(context, name, first, end, 'properties["status"] == "failed"')
            for key, count in counts.items():
                totals[key] = totals.get(key, 0) + count
            yield Page(cursor=None, usage=[_features(name, counts, failed)] if counts else [])
        yield Page(
            cursor={"done": True},
            complete=True,
            facts=[account_of(name) for name in sorted({account for account, _ in totals})],
            usage=[_daily(totals)] if totals and whole else [],
        )

    def _counts(
        self, context: Context, name: str, first: int, end: int, where: str = ""
    ) -> dict[tuple[str, int], int]:
        params = [
            *window(self._project.number, first, end, 0),
            ("event", name),
            ("on", self._project.on),
            ("unit", "day"),
            ("type", "general"),
            ("limit", str(MOST_ACCOUNTS)),
            *([("where", where)] if where else []),
        ]
        values = context.client.get(SEGMENTATION, _Answer, params).data.values
        return {
            (account, day): count
            for account, days in values.items()
            if account not in ("undefined", "null", "")
            for text, count in days.items()
            if count and first <= (day := parse_day(text[:10])) < end
        }


def _features(
    name: str, counts: dict[tuple[str, int], int], failed: dict[tuple[str, int], int]
) -> UsageBatch:
    return UsageBatch(
        SYSTEM,
        "feature",
        [account for account, _ in counts],
        [day for _, day in counts],
        list(counts.values()),
        names=[name] * len(counts),
        failed=[failed.get(key, 0) for key in counts],
    )


def _daily(totals: dict[tuple[str, int], int]) -> UsageBatch:
    accounts, days = [account for account, _ in totals], [day for _, day in totals]
    return UsageBatch(SYSTEM, "daily", accounts, days, list(totals.values()))
