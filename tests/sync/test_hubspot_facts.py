"""HubSpot's properties as facts: the mapping of fields, roles, stages and directions."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from csmdesk.domain.days import parse_day
from csmdesk.domain.errors import BadInput
from csmdesk.domain.facts import Account, Activity, Contact, Deal, FieldChange, Ticket
from csmdesk.domain.settings import Source
from csmdesk.sync.connectors.hubspot import HubSpot, activities, companies, contacts, deals, tickets
from csmdesk.sync.connectors.hubspot.links import Linked
from csmdesk.sync.connectors.hubspot.setup import Setup
from csmdesk.sync.connectors.hubspot.wire import OBJECTS, Row, Version
from csmdesk.sync.credentials import PastedKey

SETUP = Setup(
    portal="62515",
    domain="app-eu1.hubspot.com",
    currency="USD",
    custom=["nps_goal"],
    closed=["4", "88"],
    stages={"s1": "Negotiation"},
)
CREATED = "2026-05-01T08:00:00.000Z"


def linked(history: dict[str, list[Version]] | None = None, **properties: str | None) -> Linked:
    row = Row("77", {"createdate": CREATED, **properties}, history or {})
    return Linked(row, {"companies": ["1"], "contacts": ["5", "6"]})


def account(fields: dict[str, str] | None = None, **properties: str | None) -> Account:
    kind = companies.kind({**companies.FIELDS, **(fields or {})})
    found = kind.facts(linked(**properties), SETUP)[0]
    assert isinstance(found, Account)
    return found


def test_a_company_with_the_default_fields() -> None:
    found = account(
        name="Acme",
        annual_contract_value="1234.56",
        contract_currency="eur",
        renewal_date="2027-01-31",
        csm_tags="vip; beta;vip",
        account_key="acct_9",
        nps_goal="50",
    )
    assert found.joins == ("hubspot:77", "key:acct_9")
    merged = account(account_key="acct_9", hs_merged_object_ids="75; 76")
    assert merged.joins == ("hubspot:77", "hubspot:75", "hubspot:76", "key:acct_9")
    assert (found.acv, found.currency) == (123_456, "EUR")
    assert found.renewal_on == parse_day("2027-01-31")
    assert found.tags == ("vip", "beta")
    assert found.properties == {"nps_goal": "50"}
    assert found.url == "https://app-eu1.hubspot.com/contacts/62515/record/0-2/77"


def test_a_workspace_may_name_other_properties() -> None:
    found = account(
        {"tier": "segment__c", "acv": "arr"}, segment__c="Gold", arr="100", csm_tier="T1"
    )
    assert (found.tier, found.acv) == ("Gold", 10_000)


def test_yen_have_no_decimals_and_nonsense_is_refused() -> None:
    assert account(annual_contract_value="5000", contract_currency="JPY").acv == 5000
    with pytest.raises(BadInput):
        account(annual_contract_value="a lot")
    with pytest.raises(ValueError, match="month"):
        account(renewal_date="2027-13-01")


def test_no_address_is_made_of_a_foreign_domain() -> None:
    setup = Setup(portal="1", domain="evil.example")
    [found, *_] = companies.kind(companies.FIELDS).facts(linked(), setup)
    assert isinstance(found, Account)
    assert found.url == "https://app.hubspot.com/contacts/1/record/0-2/77"


def test_history_becomes_dated_changes() -> None:
    history = {
        "csm_tier": [
            Version("2026-06-01T00:00:00.000Z", "T2"),
            Version("2026-05-01T00:00:00.000Z", ""),
        ],
        "domain": [Version("2026-05-01T00:00:00.000Z", "old.example")],
        "annual_contract_value": [Version("2026-05-01T00:00:00.000Z", "1200.50")],
    }
    kind = companies.kind(companies.FIELDS)
    changes = [one for one in kind.facts(linked(history), SETUP) if isinstance(one, FieldChange)]
    told = [("tier", "T2"), ("tier", None), ("domain", "old.example"), ("acv", "1200.50")]
    assert [(one.field, one.value) for one in changes] == told
    assert len({one.source_id for one in changes}) == 4
    assert all(one.account_id == "77" for one in changes)


def test_a_contact_belongs_to_a_company_or_is_left_out() -> None:
    assert contacts.KIND.facts(linked(email="a@b.example"), SETUP) == []
    [found] = contacts.KIND.facts(
        linked(
            associatedcompanyid="1",
            email="a@b.example",
            hs_buying_role="CHAMPION;END_USER",
            hs_email_bounce="1",
            left_company_on="2026-06-30",
        ),
        SETUP,
    )
    assert isinstance(found, Contact)
    assert (found.role, found.bounced, found.name) == ("champion", True, "a@b.example")
    assert found.left_on == parse_day("2026-06-30")


@pytest.mark.parametrize(
    ("stage", "status", "solved"),
    [("1", "new", False), ("4", "closed", True), ("88", "closed", True)],
)
def test_a_ticket_is_closed_by_its_stage(stage: str, status: str, solved: bool) -> None:
    [found] = tickets.KIND.facts(
        linked(
            hs_pipeline_stage=stage,
            hs_ticket_priority="URGENT",
            closed_date="2026-05-02T00:00:00Z",
            csat_score="4",
        ),
        SETUP,
    )
    assert isinstance(found, Ticket)
    assert (found.status, found.solved_at is not None) == (status, solved)
    assert (found.priority, found.account_id, found.contact_id, found.csat) == (
        "urgent",
        "1",
        "5",
        4,
    )


def test_a_deal_shows_the_label_of_its_stage() -> None:
    [found] = deals.KIND.facts(linked(dealstage="s1", amount="10.5"), SETUP)
    assert isinstance(found, Deal)
    assert (found.stage, found.amount, found.currency) == ("Negotiation", 1050, "USD")


@pytest.mark.parametrize(
    ("kind", "properties", "direction", "held"),
    [
        ("emails", {"hs_email_direction": "INCOMING_EMAIL"}, "in", False),
        ("emails", {"hs_email_direction": "EMAIL"}, "out", False),
        (
            "calls",
            {"hs_call_direction": "OUTBOUND", "hs_call_disposition": "connected"},
            "out",
            True,
        ),
        (
            "calls",
            {"hs_call_direction": "INBOUND", "hs_call_disposition": "no_answer"},
            "in",
            False,
        ),
        ("meetings", {"hs_meeting_outcome": "COMPLETED"}, None, True),
        ("meetings", {"hs_meeting_outcome": "NO_SHOW"}, None, False),
        ("notes", {"hs_note_body": "<b>x</b>"}, None, False),
    ],
)
def test_activities(
    kind: str, properties: dict[str, Any], direction: str | None, held: bool
) -> None:
    [found_kind] = [one for one in activities.KINDS if one.name == kind]
    [found] = found_kind.facts(linked(hs_timestamp=CREATED, **properties), SETUP)
    assert isinstance(found, Activity)
    assert (found.direction, found.held, found.kind) == (direction, held, kind[:-1])


def test_an_activity_without_a_date_is_a_bad_row() -> None:
    with pytest.raises(ValueError, match="date is missing"):
        activities.KINDS[0].facts(linked(), SETUP)


def test_the_version_of_the_paths_is_the_sources_to_choose() -> None:
    source = Source(system="hubspot", base_url="http://127.0.0.1:9")
    newer = structs.replace(source, api_version="2026-09")
    asked = [HubSpot(one, PastedKey("key")).api().address(OBJECTS) for one in (source, newer)]
    assert asked == [
        "http://127.0.0.1:9/crm/objects/2026-03",
        "http://127.0.0.1:9/crm/objects/2026-09",
    ]
