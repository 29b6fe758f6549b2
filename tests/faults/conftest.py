"""The sandbox and bench of the sync tests."""

from __future__ import annotations

from tests.sync.conftest import bench, sandbox, small_sandbox

__all__ = ["bench", "sandbox", "small_sandbox"]
