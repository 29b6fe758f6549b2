"""HubSpot: the CRM. Reads with a service key by the paths of one dated API version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from csmdesk.domain.settings import Source
from csmdesk.domain.source_fields import OwnField
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import (
    activities,
    companies,
    contacts,
    deals,
    properties,
    tickets,
)
from csmdesk.sync.connectors.hubspot.engagements import Engagements
from csmdesk.sync.connectors.hubspot.objects import ObjectStream
from csmdesk.sync.connectors.hubspot.owners import OwnerStream
from csmdesk.sync.connectors.hubspot.setup import SetupStream
from csmdesk.sync.connectors.hubspot.wire import DETAILS, SYSTEM, VERSION
from csmdesk.sync.connectors.hubspot.writing import SCORES, CompanyWriter
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.stream import Stream
from csmdesk.sync.writer import ActivityWriter, Editor

BASE_URL = "https://api.hubapi.com"


class _Detail(msgspec.Struct):
    context: dict[str, list[str]] = {}


class _Error(msgspec.Struct):
    message: str = ""
    category: str = ""
    correlationId: str = ""
    policyName: str = ""
    errors: list[_Detail] = []
    context: dict[str, list[str]] = {}


def complain(status: int, body: bytes) -> Complaint:
    """Read an error body: which scopes are missing, whether the day's quota is gone."""
    try:
        error = msgspec.json.decode(body, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    told = [error.context, *(detail.context for detail in error.errors)]
    scopes = [scope for context in told for scope in context.get("requiredGranularScopes", [])]
    scopes += [scope for context in told for scope in context.get("requiredScopes", [])]
    daily = status == 429 and error.policyName == "DAILY"
    return Complaint(error.message, tuple(dict.fromkeys(scopes)), daily, error.correlationId)


def group(path: str) -> str:
    """Searches draw from a budget of their own, which no header tells."""
    return "search" if path.endswith("/search") else ""


class HubSpot:
    """The connector; `source.fields` overrides which company property feeds which field."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._base_url = source.base_url or BASE_URL
        self._version = source.api_version or VERSION
        self._fields = {**companies.FIELDS, **source.fields}
        self._credentials = credentials
        self._scores = {**SCORES, **source.writes}

    def api(self) -> Api:
        return Api(
            SYSTEM,
            self.title,
            self._base_url,
            self._credentials,
            complain,
            group=group,
            version=self._version,
        )

    def probe(self, client: HttpClient) -> None:
        client.get(DETAILS, msgspec.Raw)

    @property
    def mapping(self) -> Mapping[str, str]:
        return self._fields

    @property
    def defaults(self) -> Mapping[str, str]:
        return companies.FIELDS

    def own_fields(self, client: HttpClient) -> list[OwnField]:
        return properties.own_fields(client, set(self._mapped().values()))

    def writer(self) -> Editor:
        return CompanyWriter(self._scores, self._mapped())

    def activity_writer(self) -> ActivityWriter:
        return Engagements()

    def _mapped(self) -> dict[str, str]:
        return {name: place for name, place in self._fields.items() if place}

    def streams(self) -> Sequence[Stream]:
        fields = self._mapped()
        # What was written here is not read back as a fact.
        mapped = frozenset((*fields.values(), *self._scores.values()))
        return (
            SetupStream(mapped, first=True),
            ObjectStream(companies.kind(fields)),
            ObjectStream(contacts.KIND),
            ObjectStream(tickets.KIND),
            OwnerStream(),
            SetupStream(mapped, first=False),
            ObjectStream(deals.KIND),
            *(ObjectStream(kind) for kind in activities.KINDS),
        )
