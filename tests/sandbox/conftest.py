"""One small sandbox for the whole session; tests that write or move it start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.process import Sandbox, running


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with running("--customers", "60") as started:
        yield started


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """The shared sandbox without faults and with an empty list of requests."""
    return shared_sandbox.fresh()


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox of its own, to be changed."""
    with running("--customers", "24") as started:
        yield started
