"""Salesforce: the CRM. Read with SOQL, signed in; each object by when it last changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from csmdesk.config.currencies import CODES
from csmdesk.domain.errors import SourceError
from csmdesk.domain.settings import Source
from csmdesk.domain.source_fields import CURRENCY, OwnField
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.salesforce import (
    accounts,
    contracts,
    fields,
    people,
    setup,
    wire,
    work,
)
from csmdesk.sync.connectors.salesforce.activities import Activities
from csmdesk.sync.connectors.salesforce.query import Kind, QueryStream
from csmdesk.sync.connectors.salesforce.setup import SetupStream, Wishes
from csmdesk.sync.connectors.salesforce.wire import API, SYSTEM, VERSION
from csmdesk.sync.connectors.salesforce.writing import SCORES, AccountWriter
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.stream import Stream
from csmdesk.sync.writer import ActivityWriter, Editor

LOGIN = "login.salesforce.com"
SCOPE = "api refresh_token"
FIELDS = {
    **accounts.FIELDS,
    **contracts.CONTRACT_FIELDS,
    **people.CONTACT_FIELDS,
    **work.WORK_FIELDS,
}
_QUOTA = "REQUEST_LIMIT_EXCEEDED"


class _Error(msgspec.Struct):
    message: str = ""
    errorCode: str = ""


def complain(status: int, body: bytes) -> Complaint:
    """Read an error list; the day's quota is refused with a 403."""
    try:
        errors = msgspec.json.decode(body, type=list[_Error])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    codes = [error.errorCode for error in errors]
    words = "; ".join(f"{error.errorCode}: {error.message}" for error in errors)
    return Complaint(words, final=_QUOTA in codes, returns="in the course of the next 24 hours")


def sign_in(source: Source) -> Provider:
    """Where a person signs in to this source; Salesforce wants this machine named localhost."""
    login = source.login_domain or LOGIN
    base = (login if "://" in login else f"https://{login}").rstrip("/")
    return Provider(
        SYSTEM,
        system_named(SYSTEM).title,
        f"{base}/services/oauth2/authorize",
        f"{base}/services/oauth2/token",
        source.client_id,
        SCOPE,
        redirect_host="localhost",
    )


class Salesforce:
    """The connector; `source.fields` overrides which field feeds which of ours."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._source = source
        self._credentials = credentials
        self._fields = {**FIELDS, **source.fields}
        self._scores = {**SCORES, **source.writes}
        self._api = f"{API}/{source.api_version or VERSION}"

    @property
    def _address(self) -> str:
        """The configured address, else the one that the sign-in named."""
        address = self._source.base_url or self._credentials.address
        if not address:
            raise SourceError(
                SYSTEM,
                "Salesforce did not say where your data is.",
                "Sign in again, or give the address with --base-url.",
            )
        return address

    def api(self) -> Api:
        return Api(SYSTEM, self.title, self._address, self._credentials, complain)

    def probe(self, client: HttpClient) -> None:
        client.get(f"{self._api}/limits", msgspec.Raw)

    def writer(self) -> Editor:
        read = (QueryStream(self._api, kind) for kind in (self._accounts(), self._history()))
        return AccountWriter(self._api, self._scores, self._fields, *read)

    def activity_writer(self) -> ActivityWriter:
        return Activities(self._api, self._fields["email_direction"])

    @property
    def mapping(self) -> Mapping[str, str]:
        return self._fields

    @property
    def defaults(self) -> Mapping[str, str]:
        return FIELDS

    def own_fields(self, client: HttpClient) -> list[OwnField]:
        """Also currencies, of which one is the org's where it tells none, or where one is chosen."""
        own = fields.own_fields(client, self._api)
        only = accounts.currency_of(self._fields)
        multi = any(one.name == accounts.FIELDS["currency"] for one in own)
        codes = CODES if not multi else {only} - {""}
        return [*own, *(OwnField(one, f"{one}, for all accounts", CURRENCY) for one in codes)]

    def question(self, client: HttpClient) -> str:
        there = {one.name for one in wire.described(client, self._api, "Account")}
        return setup.question(there, self._fields["currency"])

    def streams(self) -> Sequence[Stream]:
        kinds = self._kinds()
        besides = [kind.beside for kind in kinds if kind.beside is not None]
        wanted = {kind.sobject: tuple(kind.fields.values()) for kind in kinds}
        # What was written here is not read back as a fact.
        wanted["Account"] = (*wanted["Account"], *self._scores.values())
        wanted |= {beside.sobject: beside.fields for beside in besides}
        chosen = {
            name: place
            for name, place in self._source.fields.items()
            if name != "currency" or place != accounts.currency_of(self._fields)
        }
        optional = frozenset(beside.sobject for beside in besides)
        wishes = Wishes(wanted, chosen, self._fields["currency"], optional)
        essential = [QueryStream(self._api, kind) for kind in kinds if kind.essential]
        rest = [QueryStream(self._api, kind) for kind in kinds if not kind.essential]
        return (
            SetupStream(self._api, wishes, first=True),
            *essential,
            SetupStream(self._api, wishes, first=False),
            *rest,
        )

    def _own(self) -> dict[str, str]:
        """The fields that feed accounts."""
        return {name: self._fields[name] for name in accounts.FIELDS if self._fields[name]}

    def _accounts(self) -> Kind:
        only = accounts.currency_of(self._fields)
        return accounts.kind(self._own(), only, self._address, self._fields)

    def _history(self) -> Kind:
        return accounts.history(self._own())

    def _kinds(self) -> tuple[Kind, ...]:
        return (
            self._accounts(),
            people.contacts(self._fields),
            work.cases(self._fields),
            people.USERS,
            self._history(),
            work.opportunities(accounts.currency_of(self._fields)),
            work.tasks(self._fields),
            work.EVENTS,
        )
