"""One sandbox with a second page in every list, and what an undisturbed read of it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.process import Sandbox, running
from tests.sync.bench import Bench, new_bench

CUSTOMERS = "16"
Tables = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Calm:
    """An undisturbed read of one system: its rows, and the path that its first rows need most."""

    tables: Tables
    path: str
    pages: int


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with running("--customers", CUSTOMERS) as started:
        yield started


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The shared sandbox without faults, before and after."""
    shared_sandbox.call("control", "DELETE", "/faults")
    yield shared_sandbox
    shared_sandbox.call("control", "DELETE", "/faults")


@pytest.fixture
def bench(sandbox: Sandbox, tmp_path: Path) -> Iterator[Bench]:
    made = new_bench(sandbox, tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def calm(
    shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Calm]:
    """A system -> its undisturbed read."""

    @cache
    def read(system: str) -> Calm:
        bench = new_bench(shared_sandbox.fresh(), tmp_path_factory.mktemp("calm"))
        first = bench.sync([system], phase="essential")[system]
        path = shared_sandbox.asked_most(system)
        rest = bench.sync([system], phase="rest")[system]
        assert (first.error, rest.error) == (None, None)
        tables = bench.tables()
        bench.store.close()
        return Calm(tables, path, first.pages + rest.pages)

    return read
