"""Daily usage of accounts, features and persons as packed batches, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import msgspec

from csmdesk.domain.days import parse_day
from csmdesk.domain.errors import BadAnswer
from csmdesk.domain.facts import Account, Fact
from csmdesk.domain.usage import UsageBatch
from csmdesk.sync.client import Pending
from csmdesk.sync.connectors.posthog import hogql
from csmdesk.sync.sink import Cursor, Page, Problem
from csmdesk.sync.stream import Context

REREAD_DAYS = 2  # events of offline devices arrive up to 48 hours late
_AHEAD_DAYS = 400  # an upper bound that no clock can be behind
_RETRIES = 10  # accounts with unreadable rows read again on one run

DailyRow: TypeAlias = tuple[str, str, int, int]
FeatureRow: TypeAlias = tuple[str, str, str, str | None, int, int]
UserRow: TypeAlias = tuple[str, str, str, int]


def _daily(columns: Sequence[Any], days: list[int]) -> UsageBatch:
    account, _, events, users = columns
    return UsageBatch(hogql.SYSTEM, "daily", list(account), days, list(events), users=list(users))


def _feature(columns: Sequence[Any], days: list[int]) -> UsageBatch:
    account, _, feature, module, events, failed = columns
    return UsageBatch(
        hogql.SYSTEM,
        "feature",
        list(account),
        days,
        list(events),
        names=list(feature),
        modules=list(module),
        failed=list(failed),
    )


def _user(columns: Sequence[Any], days: list[int]) -> UsageBatch:
    account, _, person, events = columns
    return UsageBatch(hogql.SYSTEM, "user", list(account), days, list(events), names=list(person))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of usage: its query, the type of a row, how columns become a batch."""

    name: str
    title: str
    query: hogql.Query
    row: Any
    batch: Callable[[Sequence[Any], list[int]], UsageBatch]


DAILY = Kind("daily", "usage by account", hogql.DAILY, DailyRow, _daily)
FEATURES = Kind("features", "usage by feature", hogql.FEATURES, FeatureRow, _feature)
USERS = Kind("users", "usage by person", hogql.USERS, UserRow, _user)


@dataclass(frozen=True, slots=True)
class _Read:
    """One answer: columns of the good rows, and the rest as problems named by their account."""

    columns: list[tuple[Any, ...]]
    days: list[int]
    rows: int
    last: tuple[str, ...] | None
    problems: list[Problem] = field(default_factory=list)


class _Answer(msgspec.Struct):
    results: msgspec.Raw


class Reader:
    """Asks for one kind of usage; knows the accounts of the page before, for rows come by account."""

    def __init__(self, project: str, kind: Kind) -> None:
        self._path = hogql.path(project)
        self._kind = kind
        self._told: set[str] = set()
        self._rows = msgspec.json.Decoder(list[kind.row])  # type: ignore[name-defined]
        self._raw = msgspec.json.Decoder(list[msgspec.Raw])
        self._one = msgspec.json.Decoder(kind.row)

    def pages(
        self, context: Context, first: int, end: int, after: list[str] | None
    ) -> Iterator[tuple[list[Fact], list[UsageBatch], list[Problem], list[str] | None]]:
        """Facts, batches, problems and the key to go on from (None at the end)."""
        coming = self._ask(context, first, end, after)
        while True:
            read = self._read(coming.result())
            key = list(read.last) if read.last and read.rows >= hogql.PAGE else None
            if key is not None:
                coming = self._ask(context, first, end, key)
            facts: list[Fact] = []
            batches: list[UsageBatch] = []
            if read.columns:
                batches.append(self._kind.batch(read.columns, read.days))
                facts += self._accounts(read.columns[0])
            yield facts, batches, read.problems, key
            if key is None:
                return

    def before(self, account: str) -> list[str]:
        """The key right before the first row of an account."""
        return [account, *[""] * (len(self._kind.query.key) - 1)]

    def _ask(
        self, context: Context, first: int, end: int, after: list[str] | None
    ) -> Pending[_Answer]:
        text = self._kind.query.text(first, end, after, str(context.zone))
        body = hogql.body(text)
        return context.client.begin("POST", self._path, _Answer, body=body)

    def _read(self, answer: _Answer) -> _Read:
        try:
            return self._good(self._rows.decode(answer.results))
        except (msgspec.ValidationError, ValueError):
            pass  # a row, or all of it, is not what it should be
        try:
            raw = self._raw.decode(answer.results)
        except msgspec.ValidationError:
            raise BadAnswer(
                hogql.SYSTEM,
                "PostHog: an answer holds no rows.",
                "Nothing of it was kept; the next synchronisation tries again.",
            ) from None
        return self._mixed(raw)

    def _good(self, rows: list[tuple[Any, ...]]) -> _Read:
        """Rows as columns; ValueError for one whose day is none."""
        if not rows:
            return _Read([], [], 0, None)
        columns = list(zip(*rows, strict=True))
        numbers = {text: parse_day(text[:10]) for text in set(columns[1])}
        days = list(map(numbers.__getitem__, columns[1]))
        return _Read(columns, days, len(rows), self._key(rows[-1]))

    def _mixed(self, raw: list[msgspec.Raw]) -> _Read:
        """Row by row: the readable ones, and a problem for each of the others."""
        good: list[tuple[Any, ...]] = []
        problems: list[Problem] = []
        for one in raw:
            try:
                row = self._one.decode(one)
                parse_day(row[1][:10])
                good.append(row)
            except (msgspec.ValidationError, ValueError) as error:
                problems.append(_problem(one, str(error)))
        read = self._good(good)
        return replace(read, rows=len(raw), problems=problems)

    def _key(self, row: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(str(value) for value in row[: len(self._kind.query.key)])

    def _accounts(self, names: Sequence[str]) -> list[Fact]:
        fresh = sorted(set(names) - self._told)
        self._told = set(names)
        return [account_of(name) for name in fresh]


def account_of(group: str) -> Account:
    """The account row of a group: PostHog tells no more of it than its key."""
    return Account(source=hogql.SYSTEM, source_id=group, name=group, joins=(f"key:{group}",))


def _problem(raw: msgspec.Raw, message: str) -> Problem:
    """A bad row is named by its account, so that the account is read again."""
    values = msgspec.json.decode(raw)
    name = str(values[0]) if isinstance(values, list) and values else ""
    return Problem(name, message, bytes(raw).decode("utf-8", "replace"))


def _again(context: Context, reader: Reader, key: str, stored: Cursor | None) -> Iterator[Page]:
    """Read accounts with unreadable rows again: the page of the stored window that begins there."""
    if stored is None:
        return
    for account in context.to_ask_again(key, _RETRIES):
        pages = reader.pages(context, stored["first"], stored["end"], reader.before(account))
        facts, batches, problems, _ = next(pages)
        bad = {problem.source_id for problem in problems}
        yield Page(
            cursor=None,
            facts=facts,
            usage=batches,
            problems=problems,
            fixed=frozenset({account} - bad),
        )


class RecentStream:
    """The last days of usage: the first load reads `days` of them, later runs the last 48 hours on."""

    def __init__(self, project: str, kind: Kind, days: int, *, essential: bool) -> None:
        self.key = kind.name
        self.title = kind.title
        self.essential = essential
        self._days = days
        self._reader = Reader(project, kind)

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        yield from _again(context, self._reader, self.key, stored)
        if stored is not None and not stored["after"]:
            start, through = stored["through"], None
            first, end, after = start - REREAD_DAYS, start + _AHEAD_DAYS, None
        elif stored is not None:
            through = stored["through"]
            first, end, after = stored["first"], stored["end"], stored["after"]
        else:
            through = today = workspace_day(context)
            first, end, after = today - self._days, today + 1, None
        newest = first
        for facts, batches, problems, key in self._reader.pages(context, first, end, after):
            newest = max([newest, *(max(batch.days) for batch in batches)])
            # The day on which this read began, by the server's clock: accounts of its first page
            # are complete up to then, however late the last page comes.
            through = through or context.today() or newest
            cursor: Cursor = {"first": first, "end": end, "after": key, "through": through}
            yield Page(
                cursor=cursor, complete=key is None, facts=facts, usage=batches, problems=problems
            )


class OlderStream:
    """The days before the recent ones, once: for history and trends of past days."""

    essential = False

    def __init__(self, project: str, kind: Kind, recent: int, days: int) -> None:
        self.key = f"{kind.name}_older"
        self.title = f"older {kind.title}"
        self._recent = recent
        self._days = days
        self._reader = Reader(project, kind)

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        yield from _again(context, self._reader, self.key, stored)
        if stored is not None and not stored["after"]:
            return
        if stored is None:
            today = workspace_day(context)
            first, end, after = today - self._days, today - self._recent, None
        else:
            first, end, after = stored["first"], stored["end"], stored["after"]
        for facts, batches, problems, key in self._reader.pages(context, first, end, after):
            cursor: Cursor = {"first": first, "end": end, "after": key}
            yield Page(
                cursor=cursor, complete=key is None, facts=facts, usage=batches, problems=problems
            )


def workspace_day(context: Context) -> int:
    """The workspace's day by the server's clock; its first answer tells it."""
    if context.today() is None:
        context.client.get("/api/users/@me/", msgspec.Raw)
    return context.today() or 0
