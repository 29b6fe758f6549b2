"""Raw events, line by line, counted as they come: an export is never held as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from csmdesk.domain.days import iso_day
from csmdesk.domain.usage import UsageBatch
from csmdesk.sync.decode import readable
from csmdesk.sync.sink import Problem

SYSTEM = "mixpanel"
_LONGEST_LINE = 4_000_000
_MOST_PROBLEMS = 1_000
DayOf = Callable[[int], int]


class _Named(msgspec.Struct):
    """What is looked for in a line that cannot be used."""

    id: str = msgspec.field(default="", name="$insert_id")


class _Bad(msgspec.Struct):
    properties: _Named


def decoder(group: str) -> msgspec.json.Decoder[Any]:
    """Lines of an export whose accounts are named by the property `group`."""
    fields: list[Any] = [
        ("time", int),
        ("distinct_id", str | int, ""),
        ("id", str, msgspec.field(default="", name="$insert_id")),
        ("account", str | int | list[str | int] | None, msgspec.field(default=None, name=group)),
        ("module", str | None, None),
        ("status", str | int | bool | None, None),
    ]
    properties = msgspec.defstruct("Properties", fields)
    event = msgspec.defstruct("Event", [("event", str), ("properties", properties)])
    return msgspec.json.Decoder(event)


class Counter:
    """Counts the events of whole days, `first` to before `end`, by account, feature and person.

    An export may hold an event twice: its `$insert_id` tells. ValueError when no line is an event.
    """

    def __init__(
        self, lines: msgspec.json.Decoder[Any], day_of: DayOf, first: int, end: int
    ) -> None:
        self._lines = lines
        self._day_of = day_of
        self._first, self._end = first, end
        self._rest = b""
        self._seen: set[int] = set()
        self.events = 0
        self.problems: list[Problem] = []
        self.features: dict[tuple[str, int, str], list[int]] = {}
        self.modules: dict[str, str | None] = {}
        self.persons: dict[tuple[str, int, str], int] = {}

    def feed(self, part: bytes) -> None:
        *lines, self._rest = (self._rest + part).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            raise ValueError("a line without end")
        for line in lines:
            self._line(line)

    def close(self) -> None:
        if self._rest.strip():
            try:
                msgspec.json.decode(readable(self._rest))
            except msgspec.DecodeError:
                raise ValueError("the last line is incomplete") from None
            self._line(self._rest)
        if self.problems and not self.events:
            raise ValueError("no line is an event")

    def _line(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            row = self._decoded(line)
            day = self._day_of(row.properties.time)
        except (ValueError, OverflowError) as error:
            self._fail(line, str(error))
            return
        self.events += 1
        told = row.properties
        if not self._first <= day < self._end or self._again(told.id):
            return
        accounts = told.account if isinstance(told.account, list) else [told.account]
        for account in {str(one) for one in accounts if one not in (None, "")}:
            self._count(account, day, row.event, told)

    def _decoded(self, line: bytes) -> Any:
        try:
            return self._lines.decode(line)
        except msgspec.ValidationError:
            raise
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._lines.decode(readable(line))

    def _again(self, insert_id: str) -> bool:
        """Whether an event came before; ids are kept as numbers, eight times smaller."""
        if not insert_id:
            return False
        number = hash(insert_id)
        if number in self._seen:
            return True
        self._seen.add(number)
        return False

    def _count(self, account: str, day: int, event: str, told: Any) -> None:
        counted = self.features.setdefault((account, day, event), [0, 0])
        counted[0] += 1
        counted[1] += told.status == "failed"
        self.modules.setdefault(event, told.module)
        key = (account, day, str(told.distinct_id))
        self.persons[key] = self.persons.get(key, 0) + 1

    def _fail(self, line: bytes, message: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            try:
                name = msgspec.json.decode(readable(line), type=_Bad).properties.id
            except msgspec.DecodeError:
                name = ""
            text = line.decode("utf-8", "replace")[:2_000]
            self.problems.append(Problem(name or text[:40], message, text))

    def batches(self) -> list[UsageBatch]:
        """Usage of accounts, features and persons."""
        return [found for found in (self._daily(), self._feature(), self._user()) if found.days]

    def _daily(self) -> UsageBatch:
        events: dict[tuple[str, int], int] = {}
        users: dict[tuple[str, int], int] = {}
        for (account, day, _), count in self.persons.items():
            key = (account, day)
            events[key] = events.get(key, 0) + count
            users[key] = users.get(key, 0) + 1
        accounts, days = _columns(events)
        return UsageBatch(
            SYSTEM, "daily", accounts, days, list(events.values()), users=list(users.values())
        )

    def _feature(self) -> UsageBatch:
        accounts, days = _columns(self.features)
        names = [key[2] for key in self.features]
        return UsageBatch(
            SYSTEM,
            "feature",
            accounts,
            days,
            [counted[0] for counted in self.features.values()],
            names=names,
            modules=[self.modules[name] for name in names],
            failed=[counted[1] for counted in self.features.values()],
        )

    def _user(self) -> UsageBatch:
        accounts, days = _columns(self.persons)
        names = [key[2] for key in self.persons]
        return UsageBatch(SYSTEM, "user", accounts, days, list(self.persons.values()), names=names)


def _columns(found: dict[Any, Any]) -> tuple[list[str], list[int]]:
    return [key[0] for key in found], [key[1] for key in found]


def window(project: str, first: int, end: int, margin: int) -> list[tuple[str, str]]:
    """Parameters for the days from `first` to before `end`; both bounds of Mixpanel's are inside."""
    return [
        ("project_id", project),
        ("from_date", iso_day(first - margin)),
        ("to_date", iso_day(end - 1 + margin)),
    ]
