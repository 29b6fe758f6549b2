"""A client that is not ours reads the sandbox's Salesforce: simple-salesforce pages through it."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceMalformedRequest

from tests.sandbox.process import KEY, Sandbox

HOST = "acme.my.salesforce.com"


class _Redirected(HTTPAdapter):
    """The client only speaks to https://HOST; the sandbox is on loopback."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kw: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace(f"https://{HOST}", self._base_url)
        return super().send(request, *args, **kw)


def client(sandbox: Sandbox, key: str = KEY) -> Salesforce:
    session = requests.Session()
    session.trust_env = False
    session.mount(f"https://{HOST}", _Redirected(sandbox.base_url("salesforce")))
    return Salesforce(instance=HOST, session_id=key, session=session, version="62.0")


def test_it_pages_through_a_long_query(sandbox: Sandbox) -> None:
    salesforce = client(sandbox)
    soql = "SELECT Id, Subject FROM Task WHERE IsClosed = true ORDER BY Id"
    first = salesforce.query(soql)
    assert not first["done"]
    ids = [record["Id"] for record in salesforce.query_all_iter(soql)]
    assert len(ids) == first["totalSize"] > len(first["records"])
    assert ids == sorted(set(ids))
    assert salesforce.api_usage["api-usage"].used > 0


def test_it_describes_and_counts(sandbox: Sandbox) -> None:
    salesforce = client(sandbox)
    fields = {field["name"] for field in salesforce.Account.describe()["fields"]}
    assert {"Id", "Name", "CSM_Tier__c", "SystemModstamp"} <= fields
    assert salesforce.limits()["DailyApiRequests"]["Max"] > 0
    everything = salesforce.query("SELECT Id FROM Account", include_deleted=True)
    assert everything["totalSize"] == 60


def test_its_own_errors_are_raised(sandbox: Sandbox) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        client(sandbox).query("SELECT Nothing__c FROM Account")
    with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        client(sandbox, "wrong").query("SELECT Id FROM Account")
