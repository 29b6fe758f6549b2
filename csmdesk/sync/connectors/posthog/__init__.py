"""PostHog: product usage. One query gives a whole portfolio's daily aggregates."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.posthog import hogql
from csmdesk.sync.connectors.posthog.hogql import SYSTEM
from csmdesk.sync.connectors.posthog.surveys import SurveyStream
from csmdesk.sync.connectors.posthog.usage import DAILY, FEATURES, USERS, OlderStream, RecentStream
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint
from csmdesk.sync.stream import Stream

BASE_URL = "https://us.posthog.com"
RECENT_DAYS = 90
"""Read first, so that scores are possible before the rest has come."""


class _Error(msgspec.Struct):
    detail: str | None = None


def complain(status: int, body: bytes) -> Complaint:
    try:
        detail = msgspec.json.decode(body, type=_Error).detail or ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Complaint()
    scopes = ("query:read",) if status == 403 else ()
    return Complaint(detail, scopes)


class PostHog:
    """The connector; `source.project_id` names the project."""

    system = SYSTEM
    title = system_named(SYSTEM).title

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._base_url = source.base_url or BASE_URL
        self._project = source.project_id or "1"
        self._credentials = credentials

    def api(self) -> Api:
        return Api(SYSTEM, self.title, self._base_url, self._credentials, complain)

    def probe(self, client: HttpClient) -> None:
        """A query of one day: the key must be allowed to ask just that."""
        text = hogql.SURVEYS.text(0, 1, None, "UTC")
        client.post(hogql.path(self._project), msgspec.Raw, hogql.body(text))

    def streams(self) -> Sequence[Stream]:
        project = self._project
        return (
            RecentStream(project, DAILY, RECENT_DAYS, essential=True),
            RecentStream(project, FEATURES, RECENT_DAYS, essential=True),
            SurveyStream(project),
            RecentStream(project, USERS, KEEP_USER_DAYS, essential=False),
            OlderStream(project, DAILY, RECENT_DAYS, KEEP_DAYS),
            OlderStream(project, FEATURES, RECENT_DAYS, KEEP_DAYS),
        )
