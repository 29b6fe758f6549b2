"""One worker a workspace: only one process at a time syncs and scores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from csmdesk.config.locks import held
from csmdesk.domain.errors import Busy


@contextmanager
def workspace_lock(folder: Path) -> Iterator[None]:
    """Hold the workspace's lock; `Busy` when another process does sync or engine work in it."""
    with ExitStack() as stack:
        try:
            handle = stack.enter_context(held(folder / "work.lock"))
        except TimeoutError as error:
            raise Busy(
                f"Another CSMDesk already works on {folder}.",
                "Wait until it is done, or cancel it there.",
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
