"""The demo's systems: the sandbox as a child process that ends with its parent."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date

from csmdesk.domain.errors import DeskError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a system of the sandbox answers, and the key it takes."""

    base_url: str
    key: str
    project_id: str = ""


class Sandbox:
    """A running sandbox. Its standard input is our pipe: when it closes, the sandbox ends."""

    def __init__(
        self, today: date, customers: int, seed: int, *, history: int | None = None
    ) -> None:
        """`history`: show so many days of rows only, for measuring with many slim customers."""
        program = [sys.executable, "-m", "csmdesk"]
        if getattr(sys, "frozen", False):
            program = [sys.executable]
        arguments = ["sandbox", "--customers", str(customers), "--seed", str(seed)]
        arguments += ["--history", str(history)] if history is not None else []
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*program, *arguments, "--today", today.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("{"):
            self.stop()
            raise DeskError("The demo's sandbox service did not start.", "Start CSMDesk again.")
        self.endpoints = {
            system: Endpoint(item["base_url"], item["key"], item.get("project_id", ""))
            for system, item in json.loads(line).items()
        }

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Close its input and wait; kill it when it does not end by itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
