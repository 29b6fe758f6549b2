"""The ids by which records of other systems name a CRM's record."""

from __future__ import annotations

import pytest

from csmdesk.sync.joins import crm_joins, salesforce_id

FIELDS = {"hubspot_id": "hs", "salesforce_id": "sf", "tier": "t"}


@pytest.mark.parametrize(
    ("told", "joins"),
    [
        ({"hs": "12", "sf": "001dM00003jU9H2QAK"}, ("hubspot:12", "salesforce:001dM00003jU9H2QAK")),
        ({"hs": 12.5, "sf": " 001dM00003jU9H2 "}, ("salesforce:001dM00003jU9H2QAK",)),
        ({"hs": 12, "sf": None}, ("hubspot:12",)),
        ({"hs": "", "t": "T1"}, ()),
    ],
)
def test_ids_become_tokens(told: dict[str, object], joins: tuple[str, ...]) -> None:
    assert crm_joins(told, FIELDS) == joins
    assert crm_joins(told, {"hubspot_id": "", "salesforce_id": ""}) == ()


@pytest.mark.parametrize(
    "whole",
    ["001dM00003jU9GxQAK", "005dM00000aYf0qQAC", "500dM00003F2OMjQAN", "006dM00000Mw7VtQAJ"],
)
def test_a_short_id_is_the_long_one(whole: str) -> None:
    """Pairs that Salesforce itself made."""
    assert salesforce_id(whole[:15]) == salesforce_id(whole) == whole


def test_what_is_no_id_stays() -> None:
    for text in ("", "acme", "001dM00003jU9G ", "001dM00003jU9Gß"):
        assert salesforce_id(text) == text
