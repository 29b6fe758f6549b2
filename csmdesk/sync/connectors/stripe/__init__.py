"""Stripe: billing. Reads with a restricted key; the API version is pinned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from csmdesk.domain.settings import Source
from csmdesk.domain.source_fields import OwnField
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.stripe import metadata
from csmdesk.sync.connectors.stripe.events import EventStream
from csmdesk.sync.connectors.stripe.lists import ListStream, PriceStream
from csmdesk.sync.connectors.stripe.objects import Objects
from csmdesk.sync.connectors.stripe.wire import SYSTEM, VERSION
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.stream import Stream

BASE_URL = "https://api.stripe.com"
FIELDS = {"hubspot_id": "hubspot_company_id", "salesforce_id": "salesforce_account_id"}
"""Our field -> the metadata key of a customer that tells it, whichever CRM it is of."""


class _Error(msgspec.Struct):
    message: str = ""
    request_log_url: str = ""


class _Body(msgspec.Struct):
    error: _Error


def complain(status: int, body: bytes) -> Complaint:
    try:
        error = msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    return Complaint(error.message, reference=error.request_log_url)


class Stripe:
    """The connector; `source.fields` names the metadata keys with a CRM's id."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._base_url = source.base_url or BASE_URL
        self._fields = {**FIELDS, **source.fields}
        self._version = source.api_version or VERSION
        self._credentials = credentials

    def api(self) -> Api:
        headers = {"Stripe-Version": self._version}
        return Api(SYSTEM, self.title, self._base_url, self._credentials, complain, headers)

    def probe(self, client: HttpClient) -> None:
        client.get("/v1/customers", msgspec.Raw, (("limit", "1"),))

    @property
    def mapping(self) -> Mapping[str, str]:
        return self._fields

    @property
    def defaults(self) -> Mapping[str, str]:
        return FIELDS

    def own_fields(self, client: HttpClient) -> list[OwnField]:
        return metadata.own_fields(client)

    def streams(self) -> Sequence[Stream]:
        objects = Objects(self._fields)
        return (
            EventStream(objects),
            ListStream("products", "products", objects),
            PriceStream(),
            ListStream("customers", "customers", objects),
            ListStream("subscriptions", "subscriptions", objects),
            ListStream("invoices", "invoices", objects),
        )
