"""Zendesk: support tickets, with the organizations and users they belong to. Read signed in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api, address_of
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.zendesk import tickets, users
from csmdesk.sync.connectors.zendesk.export import ExportStream
from csmdesk.sync.connectors.zendesk.organizations import OrganizationStream
from csmdesk.sync.connectors.zendesk.wire import EXPORTS, ME, SYSTEM
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.stream import Stream

ADDRESS = "https://{site}.zendesk.com"
SCOPE = "read"
FIELDS = {"hubspot_id": "hubspot_id", "salesforce_id": "salesforce_id"}
"""Our field -> the organization field that tells it; "external_id" is the organization's own."""


class _Titled(msgspec.Struct):
    title: str = ""
    message: str = ""
    detail: str = ""


class _Error(msgspec.Struct):
    error: str | _Titled = ""
    description: str = ""
    error_description: str = ""
    errors: list[_Titled] = []


def complain(status: int, body: bytes) -> Complaint:
    """Read an error body of any of the three shapes."""
    try:
        error = msgspec.json.decode(body, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    told = [error.error] if isinstance(error.error, _Titled) else []
    words = [one.message or one.detail or one.title for one in (*told, *error.errors)]
    if isinstance(error.error, str):
        words.append(error.description or error.error_description or error.error)
    return Complaint("; ".join(word for word in words if word))


def group(path: str) -> str:
    """Incremental exports have a budget of their own: ten requests a minute."""
    return "export" if path.startswith(EXPORTS) else ""


def sign_in(source: Source) -> Provider:
    """Where a person signs in to this source."""
    base = address_of(source, ADDRESS).rstrip("/")
    return Provider(
        SYSTEM,
        system_named(SYSTEM).title,
        f"{base}/oauth/authorizations/new",
        f"{base}/oauth/tokens",
        source.client_id,
        SCOPE,
        more={"scope": SCOPE},
    )


class Zendesk:
    """The connector; `source.fields` names the organization fields with a CRM's id."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._source = source
        self._fields = {**FIELDS, **source.fields}
        self._credentials = credentials

    def api(self) -> Api:
        address = address_of(self._source, ADDRESS)
        return Api(SYSTEM, self.title, address, self._credentials, complain, group=group)

    def probe(self, client: HttpClient) -> None:
        client.get(ME, msgspec.Raw)

    def streams(self) -> Sequence[Stream]:
        return (
            OrganizationStream(self._fields),
            ExportStream(users.KIND),
            ExportStream(tickets.KIND),
        )
