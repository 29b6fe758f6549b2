"""docs/connectors.md has a section for every connector and the default field map of the CRM."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from csmdesk.domain.systems import system_named
from csmdesk.sync.connectors import CONNECTORS
from csmdesk.sync.connectors.hubspot.companies import FIELDS as HUBSPOT
from csmdesk.sync.connectors.salesforce import FIELDS as SALESFORCE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("system", CONNECTORS)
def test_every_connector_is_told(system: str) -> None:
    assert re.search(rf"^## {system_named(system).title}: ", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("system", "fields"), [("HubSpot", HUBSPOT), ("Salesforce", SALESFORCE)])
def test_field_map_is_the_default_one(system: str, fields: dict[str, str]) -> None:
    [section] = re.findall(rf"^## {system}: .*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    told = re.findall(r"^\| `(\w+)` \| (?:`(\w+)`|none) \|$", section, re.MULTILINE)
    assert dict(told) == fields
