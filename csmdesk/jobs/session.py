"""An opened workspace: settings, store, keys, clock and (for a demo) the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from csmdesk.config.secrets import Secrets
from csmdesk.config.session_keys import SessionKeys
from csmdesk.config.workspace import Workspace
from csmdesk.domain.days import day_date, day_of_instant
from csmdesk.domain.settings import Settings
from csmdesk.jobs.demo import Sandbox
from csmdesk.jobs.settings import open_checked
from csmdesk.store.database import Store, open_store
from csmdesk.sync.api import Patience


@dataclass
class Session:
    """One process's hold on a workspace. Closing it ends the demo's sandbox too."""

    workspace: Workspace
    store: Store
    secrets: Secrets
    clock: Callable[[], float]
    window_open: bool = False
    sandbox: Sandbox | None = None
    sandbox_day: int | None = None
    patience: Patience | None = None
    """How long a system may take to answer; None = the defaults."""

    @property
    def settings(self) -> Settings:
        return self.workspace.settings

    @property
    def notices(self) -> tuple[str, ...]:
        """What is wrong with the configuration, while the last good one is in use."""
        return self.workspace.notices

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.time_zone)

    def now(self) -> int:
        """Epoch seconds by the session's clock."""
        return int(self.clock())

    def today(self) -> int:
        """The running calendar day of the workspace."""
        return day_of_instant(self.now(), self.zone)

    def demo_sandbox(self, day: int) -> Sandbox:
        """The demo's sandbox with `day` as its today; started when it is first needed, and again
        when it was killed."""
        if self.sandbox is not None and (self.sandbox_day != day or not self.sandbox.alive):
            self.sandbox.stop()
            self.sandbox = None
        if self.sandbox is None:
            self.sandbox = Sandbox(
                day_date(day), self.settings.demo_customers, self.settings.demo_seed
            )
            self.sandbox_day = day
        return self.sandbox

    def change_settings(self, change: Callable[[Settings], Settings]) -> None:
        """Write changed settings, starting from what the file says now: another process or a person
        may have written it since this one read it."""
        now = open_checked(self.workspace.folder, demo=self.settings.demo)
        self.workspace = now.saved(change(now.settings))

    def close(self) -> None:
        if self.sandbox is not None:
            self.sandbox.stop()
            self.sandbox = None
        self.store.close()


def open_session(
    folder: Path,
    *,
    demo: bool,
    window_open: bool = False,
    clock: Callable[[], float] = time.time,
    keys: SessionKeys | None = None,
) -> Session:
    """Open a workspace folder and its database (created or migrated when needed). `keys`: those held
    for the session alone; its own when none are given."""
    workspace = open_checked(folder, demo=demo)
    store = open_store(workspace.database_path)
    return Session(workspace, store, Secrets(folder, keys), clock, window_open)
