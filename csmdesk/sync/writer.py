"""Writing to a connected system: records by id, in batches, each row settled by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from csmdesk.sync.client import HttpClient
from csmdesk.sync.errors import Refused
from csmdesk.sync.sink import Page
from csmdesk.sync.stream import Connector, Context

Values: TypeAlias = dict[str, str | None]
"""Field -> value as text; None = empty."""
_BAD_REQUEST = 400
_MOST_ALIKE = 20
"""So many rows refused one after the other, and none taken: the fault is not the rows'."""


@dataclass(frozen=True, slots=True)
class Write:
    """Values of one record. Field names are CSMDesk's; the writer knows the system's."""

    record_id: str
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Written:
    """How a record's write ended: confirmed when `error` is empty."""

    record_id: str
    error: str = ""


class Writer(Protocol):
    """Writes fields of a system's companies. Every call may be made again: updates are by id."""

    @property
    def scores(self) -> Mapping[str, str]:
        """Score field -> field of the system."""

    @property
    def batch(self) -> int:
        """The most records that one request takes."""

    def prepare(self, client: HttpClient) -> None:
        """See to it that the score fields exist; a sentence says what a person must do."""

    def current(
        self, client: HttpClient, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, Values]:
        """What these records (at most a batch) hold now; those that are gone are left out."""

    def write(self, client: HttpClient, rows: Sequence[Write]) -> list[Written]:
        """Write at most a batch; one result a row. Refused (400): nothing of it was written."""


class Editor(Writer, Protocol):
    """A writer that also writes the fields that a person edits here."""

    def reread(self, context: Context, ids: Sequence[str]) -> Sequence[Page]:
        """These records as facts, as a synchronisation reads them; of the streams `Page.of`."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A note or activity that a person wrote here. `mark` is our id, kept in the system beside it."""

    record_id: str
    mark: str
    kind: str  # note, call, meeting, email
    at: int
    subject: str
    body: str
    direction: str | None
    held: bool
    owner_id: str | None


class ActivityWriter(Protocol):
    """Makes activities of a system's companies: not repeatable, so each carries our mark."""

    def prepare(self, client: HttpClient, kind: str) -> None:
        """See to it that the system can keep our mark with activities of this kind."""

    def find(self, client: HttpClient, kind: str, mark: str) -> str | None:
        """Id of the activity with our mark. What was made seconds ago may not be found yet."""

    def create(self, client: HttpClient, logged: Logged) -> str:
        """Make it and tell its id. Unreachable: it may have been made."""

    def remove(self, client: HttpClient, kind: str, crm_id: str) -> None:
        """Take it away; no error when it is gone already."""


@runtime_checkable
class WritableConnector(Connector, Protocol):
    """A connector whose system takes scores."""

    def writer(self) -> Writer: ...


@runtime_checkable
class EditableConnector(Connector, Protocol):
    """A connector whose system also takes a person's edits and activities; `System.editable`."""

    def writer(self) -> Editor: ...

    def activity_writer(self) -> ActivityWriter: ...


def write_batch(writer: Writer, client: HttpClient, batch: Sequence[Write]) -> list[Written]:
    """Write at most a batch; one result a row.

    A batch that is refused as a whole is halved until the row that spoils it stands alone. Raises
    that refusal when it is not about single rows.
    """
    settled: list[Written] = []
    waiting: list[Sequence[Write]] = [batch]
    while waiting:
        part = waiting.pop()
        try:
            settled += writer.write(client, part)
        except Refused as error:
            if error.status != _BAD_REQUEST:
                raise
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
                continue
            settled.append(Written(part[0].record_id, error.message))
            if len(settled) >= _MOST_ALIKE and all(one.error for one in settled):
                raise
    return settled


def same_value(one: str | None, other: str | None) -> bool:
    """Whether two texts of a system mean the same: 71 and 71.0, one instant written twice."""
    if not one or not other:
        return not one and not other
    return one == other or _meaning(one) == _meaning(other)


def _meaning(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is None else moment.timestamp()
