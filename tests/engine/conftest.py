"""What every test of the engine may ask for."""

from __future__ import annotations

import pytest

from csmdesk.domain.settings import Settings


@pytest.fixture
def settings() -> Settings:
    """The defaults of a new workspace: reporting currency USD, time zone UTC."""
    return Settings()
