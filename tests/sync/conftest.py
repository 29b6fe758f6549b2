"""One small sandbox for all sync tests; those that move or kill it start their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.process import Sandbox, running
from tests.sync.bench import Bench, new_bench


@pytest.fixture(scope="session")
def small_sandbox() -> Iterator[Sandbox]:
    with running("--customers", "12") as started:
        yield started


@pytest.fixture
def sandbox(small_sandbox: Sandbox) -> Sandbox:
    """The shared sandbox without faults and with an empty list of requests."""
    return small_sandbox.fresh()


@pytest.fixture
def bench(sandbox: Sandbox, tmp_path: Path) -> Iterator[Bench]:
    made = new_bench(sandbox, tmp_path)
    yield made
    made.store.close()
