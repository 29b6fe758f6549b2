"""One worker a workspace: only one process at a time syncs and scores, and the others say who."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from csmdesk.config.locks import held
from csmdesk.config.paths import account
from csmdesk.domain.days import day_of_instant
from csmdesk.domain.errors import Busy
from csmdesk.domain.texts import date_text
from csmdesk.jobs.session import Session

NAME = "work.lock"


class Holder(msgspec.Struct, frozen=True):
    """Who works on a workspace: process, account and whether it is a window; `since` epoch seconds."""

    pid: int
    person: str
    window: bool
    since: int


@contextmanager
def workspace_lock(session: Session) -> Iterator[None]:
    """Hold the workspace's lock; `Busy` when another process does sync or engine work in it."""
    path = session.workspace.folder / NAME
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(held(path))
        except TimeoutError as error:
            raise Busy(
                f"{_who(path, session)} on {session.workspace.folder}.",
                "Wait until it is done, or cancel it there; then try again.",
            ) from error
        holder = Holder(os.getpid(), account(), session.window_open, session.now())
        handle.truncate(0)
        handle.write(msgspec.json.encode(holder).decode())
        handle.flush()
        yield


def _who(path: Path, session: Session) -> str:
    """The holder in words, as far as it has told."""
    try:
        holder = msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):  # it is about to write, or the system lets nobody read
        return "Another CSMDesk already works"
    what = "The CSMDesk window" if holder.window else "A CSMDesk command"
    of = f" of {holder.person}" if holder.person else ""
    since = datetime.fromtimestamp(holder.since, session.zone)
    day = day_of_instant(holder.since, session.zone)
    when = f"{since:%H:%M}" if day == session.today() else f"{date_text(day)}, {since:%H:%M}"
    return f"{what}{of} (process {holder.pid}) has worked since {when}"
