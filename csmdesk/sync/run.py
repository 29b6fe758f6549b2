"""Running a connector: its streams in order, page by page, until done, cancelled or refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal, TypeAlias

from csmdesk.domain.cancel import CancelToken, Progress, Report, silent
from csmdesk.domain.errors import BadAnswer, SourceError
from csmdesk.domain.source_status import Rate
from csmdesk.sync.api import Patience
from csmdesk.sync.client import HttpClient
from csmdesk.sync.errors import LacksPermission, Refused
from csmdesk.sync.sink import Cursor, Sink
from csmdesk.sync.stream import Connector, Context, Stream

_SHOWN = 300  # characters of what is wrong with an answer
Phase: TypeAlias = Literal["essential", "rest", "all"]


@dataclass(slots=True)
class SyncResult:
    """How the read of one source ended. `error` is the first that stopped a stream, or None.

    `changed`: rows of facts and cells of usage that differ from before; `problems`: rows left out.
    """

    source: str
    title: str
    changed: int = 0
    rows: int = 0
    pages: int = 0
    requests: int = 0
    problems: int = 0
    streams: list[str] = field(default_factory=list)
    error: SourceError | None = None
    lacking: list[str] = field(default_factory=list)
    """Permissions that the key lacks, as the system names them."""
    rate: Rate | None = None

    @property
    def complete(self) -> bool:
        return self.error is None


def sync_source(
    connector: Connector,
    sink: Sink,
    cancel: CancelToken,
    report: Report = silent,
    *,
    now: int,
    phase: Phase = "all",
    full: bool = False,
    patience: Patience | None = None,
    jitter: Callable[[], float] = random.random,
    zone: tzinfo = UTC,
) -> SyncResult:
    """Read a source into the sink. `now` (epoch seconds) stands in until the server tells its time;
    `zone`: the workspace's.

    `full` forgets the cursors of the streams that run. An error of the source is returned in the
    result, so that other sources go on; Cancelled and errors of the store are raised. What was
    written before stays, and the next run goes on from there.
    """
    result = SyncResult(connector.system, connector.title)
    try:
        client = HttpClient(connector.api(), cancel, patience, jitter)
    except SourceError as error:
        result.error = error
        return result
    try:
        _run(connector, client, sink, report, now, phase, full, result, zone)
    finally:
        result.requests, result.rate = client.requests, client.rate
        client.close()
    return result


def _run(
    connector: Connector,
    client: HttpClient,
    sink: Sink,
    report: Report,
    now: int,
    phase: Phase,
    full: bool,
    result: SyncResult,
    zone: tzinfo,
) -> None:
    source = connector.system
    written: set[str] = set()

    def cursor_of(stream: str) -> Cursor | None:
        return None if full and stream not in written else sink.cursor(source, stream)

    context = Context(client, cursor_of, lambda stream: sink.problem_ids(source, stream), zone)
    for stream in connector.streams():
        if phase != "all" and stream.essential != (phase == "essential"):
            # Its cursor is that of an earlier phase of this same run.
            written.add(stream.key)
            continue
        try:
            _stream(stream, context, sink, report, now, result, written)
        except (SourceError, ValueError, OverflowError) as told:
            error = told if isinstance(told, SourceError) else _bad_answer(client, told)
            result.error = result.error or error
            if isinstance(error, LacksPermission):
                result.lacking += [one for one in error.scopes if one not in result.lacking]
            if not _goes_on(error):
                return
        result.streams.append(stream.key)


def _stream(
    stream: Stream,
    context: Context,
    sink: Sink,
    report: Report,
    now: int,
    result: SyncResult,
    written: set[str],
) -> None:
    done = 0
    key = f"{result.source}.{stream.key}"
    report(Progress(key, f"{result.title}: {stream.title}", 0))
    for page in stream.pages(context):
        context.cancel.check()
        at = context.server_now(now)
        result.changed += sink.page(result.source, stream.key, page, at)
        written.add(stream.key)
        result.pages += 1
        result.rows += page.rows
        result.problems += len(page.problems)
        done += page.rows
        report(Progress(key, f"{result.title}: {stream.title}", done, page.total))
        context.cancel.check()


def _bad_answer(client: HttpClient, error: Exception) -> BadAnswer:
    """Values that nobody can use and that are not told of one row: the other sources go on."""
    api = client.api
    words = api.credentials.hidden(" ".join(str(error).split()))[:_SHOWN]
    return BadAnswer(
        api.source,
        f"{api.title}: an answer is not what its documentation promises ({words}).",
        "Nothing of it was kept; the next synchronisation tries again.",
    )


def _goes_on(error: SourceError) -> bool:
    """Whether the source's other streams may still work: a permission lacks, or one answer is bad."""
    return isinstance(error, (LacksPermission, BadAnswer, Refused))
