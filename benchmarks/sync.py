"""Reading the sandbox: our whole sync against the same requests sent bare, and the second sync."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks.harness import Bench, Result, Times
from benchmarks.workspaces import copy_of, demo_workspace, session_of
from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.session import Session
from csmdesk.jobs.sync import SyncOutcome, read_sources

ROUNDS = 3
REQUESTS = 19


def run() -> list[Result]:
    bench = Bench("sync")
    found = _against_bare_requests(bench)
    return found + _second(bench)


def _against_bare_requests(bench: Bench) -> list[Result]:
    """The floor sends the recorded requests one after the other and parses each answer.

    Elapsed time is mostly the sandbox's, on a busy machine others'; the processor's is our own.
    """
    bare, ours, rows = Times(), Times(), 0
    bare_own, own = Times(), Times()
    with tempfile.TemporaryDirectory() as folder:
        first = session_of(Path(folder) / "first")
        with _recorded() as sent:
            read_sources(first, first.today(), CancelToken(), silent)
        for turn in range(ROUNDS):
            began = time.process_time()
            bare.rounds.append(_replayed(sent))
            bare_own.rounds.append(time.process_time() - began)
            began = time.process_time()
            seconds, outcome = _fresh(first, Path(folder) / f"w{turn}")
            own.rounds.append(time.process_time() - began)
            ours.rounds.append(seconds)
            rows = sum(result.rows for result in outcome.results)
        first.close()
    return [
        bench.compared(
            f"first sync, {rows:,} rows, {len(sent)} requests", "bare requests", bare, ours, None
        ),
        bench.compared("… processor alone", "bare requests", bare_own, own, None),
        bench.count("rows a second", rows / ours.median, None, "/s"),
        bench.count("rows a second, bare requests", rows / bare.median, None, "/s"),
    ]


@contextmanager
def _recorded() -> Iterator[list[requests.PreparedRequest]]:
    """Requests that leave this process while the block runs, as they were sent."""
    sent: list[requests.PreparedRequest] = []
    original = requests.Session.send

    def send(self: requests.Session, request: requests.PreparedRequest, **kwargs: object) -> object:
        sent.append(request.copy())
        return original(self, request, **kwargs)  # type: ignore[arg-type]

    requests.Session.send = send  # type: ignore[assignment, method-assign]
    try:
        yield sent
    finally:
        requests.Session.send = original  # type: ignore[method-assign]


def _replayed(sent: list[requests.PreparedRequest]) -> float:
    began = time.perf_counter()
    with requests.Session() as session:
        for request in sent:
            json.loads(session.send(request).content)
    return time.perf_counter() - began


def _fresh(first: Session, folder: Path) -> tuple[float, SyncOutcome]:
    """A first sync into an empty workspace, from the sandbox that is running already."""
    session = session_of(folder)
    session.sandbox, session.sandbox_day = first.sandbox, first.sandbox_day
    began = time.perf_counter()
    outcome = read_sources(session, first.today(), CancelToken(), silent)
    seconds = time.perf_counter() - began
    session.store.close()
    return seconds, outcome


def _second(bench: Bench) -> list[Result]:
    session = session_of(copy_of(demo_workspace(), "sync"))
    session.demo_sandbox(session.today())
    outcome, times = SyncOutcome(), Times()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        outcome = read_sources(session, session.today(), CancelToken(), silent)
        times.rounds.append(time.perf_counter() - began)
    session.close()
    return [
        bench.count("second sync, requests", outcome.requests, REQUESTS),
        bench.count("second sync, rows changed", outcome.changed, 0),
        bench.seconds("second sync", times, None),
    ]
