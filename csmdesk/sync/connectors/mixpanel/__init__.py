"""Mixpanel: product usage. Reads with a service account; the region is that of the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from csmdesk.domain.errors import SourceError
from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.sync.api import Api, Quota, basic
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.mixpanel.export import SYSTEM
from csmdesk.sync.connectors.mixpanel.streams import (
    EXPORT,
    NAMES,
    ExportStream,
    OlderStream,
    Project,
)
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.stream import Stream

BASE_URL = "https://mixpanel.com"
EXPORTS = {
    BASE_URL: "https://data.mixpanel.com",
    "https://eu.mixpanel.com": "https://data-eu.mixpanel.com",
    "https://in.mixpanel.com": "https://data-in.mixpanel.com",
}
"""Where each region keeps its raw events; another address (a proxy's) has both."""
HOUR = 3600.0
QUOTAS = (
    Quota("query", 60, HOUR),
    Quota("export", 60, HOUR),
    Quota("export", 3, 1.0),
)
GROUP = "account_id"


class _Body(msgspec.Struct):
    error: str = ""


def complain(status: int, body: bytes) -> Complaint:
    try:
        return Complaint(msgspec.json.decode(body, type=_Body).error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()


def _group(path: str) -> str:
    return "export" if path == EXPORT else "query"


class Mixpanel:
    """The connector. `source.fields`: `account_key` names the group key, `time_zone` the project's."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._base_url = (source.base_url or BASE_URL).rstrip("/")
        self._number = source.project_id or "1"
        self._group = source.fields.get("account_key", GROUP)
        self._zone = source.fields.get("time_zone", "UTC")
        self._credentials = credentials

    def api(self) -> Api:
        self._days()  # a wrong zone is told before anything is asked
        hosts = {EXPORT: EXPORTS[self._base_url]} if self._base_url in EXPORTS else {}
        return Api(
            SYSTEM,
            self.title,
            self._base_url,
            self._credentials,
            complain,
            authorization=basic,
            group=_group,
            quotas=QUOTAS,
            hosts=hosts,
        )

    def probe(self, client: HttpClient) -> None:
        """A question of names: the export is allowed too seldom to be asked for nothing."""
        params = (("project_id", self._number), ("type", "general"), ("limit", "1"))
        client.get(NAMES, list[str], params)

    def streams(self) -> Sequence[Stream]:
        project = Project(self._number, self._group, self._days())
        return (ExportStream(project), OlderStream(project))

    def _days(self) -> tzinfo:
        try:
            return UTC if self._zone == "UTC" else ZoneInfo(self._zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SourceError(
                SYSTEM,
                f"{self.title}: “{self._zone}” is no time zone.",
                'Name the project\'s one in [sources.fields], such as time_zone = "Europe/Paris".',
            ) from None
