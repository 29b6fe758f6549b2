"""Chargebee: billing. Reads with a read-only key, sites of either product catalog."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api, address_of, basic
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.chargebee import wire
from csmdesk.sync.connectors.chargebee.objects import Objects
from csmdesk.sync.connectors.chargebee.streams import (
    COUPONS,
    PRICES,
    BookStream,
    CatalogStream,
    ListStream,
    ProductStream,
)
from csmdesk.sync.connectors.chargebee.wire import SYSTEM
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.stream import Stream

ADDRESS = "https://{site}.chargebee.com"
FIELDS = {"hubspot_id": "cf_hubspot_company_id", "salesforce_id": "cf_salesforce_account_id"}
"""Our field -> the custom field of a customer that tells it, whichever CRM it is of."""


class _Body(msgspec.Struct):
    message: str = ""
    api_error_code: str = ""


def complain(status: int, body: bytes) -> Complaint:
    try:
        found = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    return Complaint(found.message, reference=found.api_error_code)


class Chargebee:
    """The connector; `source.fields` names the custom fields with a CRM's id."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._source = source
        self._credentials = credentials

    def api(self) -> Api:
        address = address_of(self._source, ADDRESS)
        return Api(SYSTEM, self.title, address, self._credentials, complain, authorization=basic)

    def probe(self, client: HttpClient) -> None:
        client.get(f"{wire.API}/subscriptions", msgspec.Raw, (("limit", "1"),))

    def streams(self) -> Sequence[Stream]:
        objects = Objects({**FIELDS, **self._source.fields})
        return (
            CatalogStream(),
            ProductStream(),
            BookStream("prices", PRICES, wire.Price),
            BookStream("coupons", COUPONS, wire.Coupon),
            *(ListStream(kind) for kind in objects.kinds()),
        )
