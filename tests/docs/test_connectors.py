"""docs/connectors.md has a section for every connector and the default field map of the CRM."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from csmdesk.domain.systems import system_named
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.sync.connectors.hubspot.companies import FIELDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("system", CONNECTORS)
def test_every_connector_is_told(system: str) -> None:
    assert re.search(rf"^## {system_named(system).title}: ", PAGE, re.MULTILINE)


def test_field_map_is_the_default_one() -> None:
    told = re.findall(r"^\| `(\w+)` \| (?:`(\w+)`|none) \|$", PAGE, re.MULTILINE)
    assert dict(told) == FIELDS
