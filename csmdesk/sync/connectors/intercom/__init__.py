"""Intercom: support conversations, with the companies and contacts they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.intercom.companies import CompanyStream
from csmdesk.sync.connectors.intercom.contacts import ContactStream, Employers
from csmdesk.sync.connectors.intercom.conversations import ConversationStream
from csmdesk.sync.connectors.intercom.wire import SYSTEM, VERSION
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.stream import Stream

BASE_URL = "https://api.intercom.io"
FIELDS = {"hubspot_id": "hubspot_id", "salesforce_id": "salesforce_id"}
"""Our field -> the attribute of a company that tells it, whichever CRM it is of."""


class _Detail(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Error(msgspec.Struct):
    errors: list[_Detail] = []
    request_id: str | None = None


def complain(status: int, body: bytes) -> Complaint:
    try:
        error = msgspec.json.decode(body, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    words = "; ".join(detail.message or detail.code for detail in error.errors)
    return Complaint(words, reference=error.request_id or "")


class Intercom:
    """The connector; `source.fields` names the company attributes with a CRM's id."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._base_url = source.base_url or BASE_URL
        self._fields = {**FIELDS, **source.fields}
        self._version = source.api_version or VERSION
        self._credentials = credentials

    def api(self) -> Api:
        headers = {"Intercom-Version": self._version}
        return Api(SYSTEM, self.title, self._base_url, self._credentials, complain, headers)

    def probe(self, client: HttpClient) -> None:
        client.get("/me", msgspec.Raw)

    def streams(self) -> Sequence[Stream]:
        employers = Employers()
        return (
            CompanyStream(self._fields),
            ContactStream(employers),
            ConversationStream(employers),
        )
