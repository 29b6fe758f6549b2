"""A process that dies while it syncs, twenty times: nothing is lost and nothing comes twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.faults.conftest import Calm
from tests.faults.killing import KILLS
from tests.sync.bench import SYSTEMS, Bench

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its victims")


@pytest.mark.parametrize("system", SYSTEMS)
def test_killed_at_twenty_points_it_ends_where_an_undisturbed_read_does(
    bench: Bench, calm: Callable[[str], Calm], system: str
) -> None:
    wanted = calm(system)
    database = str(bench.store.path)
    bench.store.close()
    command = [sys.executable, "-m", "tests.faults.killing", database]
    done = subprocess.run(
        [*command, bench.sandbox.base_url(system), system, f"seed of {system}"],
        capture_output=True,
        text=True,
        check=True,
    )
    killed = json.loads(done.stdout)
    assert sum(killed.values()) == KILLS, done.stderr[-2_000:]
    bench.reopen()
    assert bench.sync([system])[system].error is None
    assert bench.tables() == wanted.tables
