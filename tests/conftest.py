"""What tests of several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.demo import copied, made_once

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["TZ"] = "UTC"  # which a new workspace would take from the computer


@pytest.fixture(scope="session")
def prepared_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo workspace after its first run. Read only: copy it to write."""
    return made_once(tmp_path_factory)


@pytest.fixture
def demo_folder(prepared_demo: Path, tmp_path: Path) -> Path:
    """A demo workspace of this test's own."""
    return copied(prepared_demo, tmp_path / "demo")
