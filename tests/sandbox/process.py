"""A running sandbox for tests: the real server in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from csmdesk.sync.api import basic, bearer

TODAY = "2026-11-21"
KEY = "sandbox-test-key"
BASIC = frozenset({"chargebee", "mixpanel"})
"""Systems that want the key as the user of a basic sign-in."""


@dataclass
class Sandbox:
    """Where it listens, and calls with the right key."""

    process: subprocess.Popen[str]
    addresses: dict[str, dict[str, str]]
    session: requests.Session = field(default_factory=requests.Session)

    def base_url(self, system: str) -> str:
        return self.addresses[system]["base_url"]

    def call(
        self, system: str, method: str, path: str, *, key: str = KEY, **options: Any
    ) -> requests.Response:
        sign = basic if system in BASIC else bearer
        headers = {"Authorization": sign(key)} | options.pop("headers", {})
        url = self.base_url(system) + path
        return self.session.request(method, url, headers=headers, timeout=30, **options)

    def fault(self, system: str, kind: str, path: str = "", **more: Any) -> None:
        entry = {"system": system, "kind": kind, "path": path, **more}
        assert self.call("control", "POST", "/faults", json=[entry]).status_code == 200

    def fresh(self) -> Sandbox:
        """Itself, without faults and with an empty list of requests."""
        self.call("control", "DELETE", "/faults")
        self.call("control", "DELETE", "/requests")
        return self

    def asked_most(self, system: str) -> str:
        """The path that was asked most often since the list of requests was emptied."""
        asked = self.call("control", "GET", "/requests").json()
        paths = Counter(one["path"] for one in asked if one["system"] == system)
        return paths.most_common(1)[0][0]

    def query(self, text: str) -> requests.Response:
        """A HogQL query."""
        body = {"query": {"kind": "HogQLQuery", "query": text}}
        return self.call("posthog", "POST", "/api/projects/1/query/", json=body)

    def busy(self) -> float:
        """Seconds of processor time it has used (Linux): the same on a loaded machine."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Resident bytes at their highest (Linux)."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


@contextmanager
def running(*arguments: str) -> Iterator[Sandbox]:
    """Start `python -m csmdesk.sandbox` and end it by closing its stdin."""
    command = [sys.executable, "-m", "csmdesk.sandbox", "--today", TODAY, "--key", KEY, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        sandbox = Sandbox(process, json.loads(process.stdout.readline()))
        try:
            yield sandbox
        finally:
            sandbox.session.close()
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
