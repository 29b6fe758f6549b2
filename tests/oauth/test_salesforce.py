"""Salesforce never says when a sign-in ends, and where its data is only with the sign-in."""

from __future__ import annotations

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.errors import AuthError
from csmdesk.domain.settings import Source
from csmdesk.jobs.session import Session
from csmdesk.jobs.signing_in import sign_in
from csmdesk.jobs.source_fields import question
from csmdesk.jobs.sync import sync
from csmdesk.sync.oauth.tokens import Tokens
from tests.oauth.conftest import browser, event
from tests.sandbox.process import Sandbox


@pytest.fixture
def org(desk: Session, sandbox: Sandbox) -> Session:
    """A workspace in which a person has signed in; no address of the data is configured."""
    place = sandbox.addresses["salesforce"]
    source = Source(
        system="salesforce", login_domain=place["base_url"], client_id=place["client_id"]
    )
    assert sign_in(desk, source, browser, CancelToken()) == "Salesforce"
    return desk


def kept(desk: Session) -> Tokens:
    found = Tokens.of_text(desk.secrets.get("salesforce") or "")
    assert found is not None
    return found


def test_the_data_is_where_the_sign_in_says(org: Session, sandbox: Sandbox) -> None:
    assert org.settings.sources[0].base_url == ""
    assert kept(org).address == sandbox.base_url("salesforce")
    assert sync(org, CancelToken(), silent)["problems"] == []
    assert sync(org, CancelToken(), silent)["changed"] == 0


def test_what_is_open_after_a_sign_in(org: Session, sandbox: Sandbox) -> None:
    assert question(org, "salesforce", CancelToken()) == ""
    sandbox.call("control", "POST", "/salesforce/currencies", json=False)
    assert question(org, "salesforce", CancelToken()).startswith("Which currency")
    sandbox.call("control", "POST", "/salesforce/currencies", json=True)


def test_an_expiry_in_the_middle_of_a_sync_is_not_noticed(org: Session, sandbox: Sandbox) -> None:
    renewals, before = event(sandbox, system="salesforce"), kept(org)
    event(sandbox, "expire", after=5, system="salesforce")
    summary = sync(org, CancelToken(), silent)
    assert summary["problems"] == []
    assert event(sandbox, system="salesforce") == renewals + 1
    after = kept(org)
    assert (after.refresh != before.refresh, after.address) == (True, before.address)


def test_a_sign_in_taken_back_stops_the_source_and_says_so(org: Session, sandbox: Sandbox) -> None:
    event(sandbox, "revoke", system="salesforce")
    [problem] = sync(org, CancelToken(), silent)["problems"]
    assert "Salesforce does not accept the sign-in any more" in problem
    assert "Sign in again" in problem
    assert sign_in(org, Source(system="salesforce"), browser, CancelToken()) == "Salesforce"
    assert sync(org, CancelToken(), silent)["problems"] == []


def test_without_a_sign_in_nothing_is_read(org: Session) -> None:
    org.secrets.delete("salesforce")
    [problem] = sync(org, CancelToken(), silent)["problems"]
    assert "no sign-in for Salesforce" in problem


def test_a_denied_sign_in_keeps_the_one_before(org: Session, sandbox: Sandbox) -> None:
    before = kept(org)
    event(sandbox, "deny", system="salesforce")
    with pytest.raises(AuthError, match="gave CSMDesk no access"):
        sign_in(org, Source(system="salesforce"), browser, CancelToken())
    assert kept(org) == before
