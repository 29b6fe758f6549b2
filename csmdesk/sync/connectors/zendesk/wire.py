"""Zendesk's paths and answers, as far as they are read. Instants are ISO texts."""

from __future__ import annotations

from typing import Any

import msgspec

SYSTEM = "zendesk"
API = "/api/v2"
ME = f"{API}/users/me"
ORGANIZATIONS = f"{API}/organizations"
EXPORTS = f"{API}/incremental"
LIST_PAGE = 100
MANY = 100  # ids of one show_many
FIRST = 1  # an export's start: everything that ever changed


class CursorPage(msgspec.Struct):
    """A page of users or tickets, under one of two names."""

    users: list[msgspec.Raw] | None = None
    tickets: list[msgspec.Raw] | None = None
    after_cursor: str | None = None
    end_of_stream: bool = False

    @property
    def rows(self) -> list[msgspec.Raw] | None:
        return self.users if self.users is not None else self.tickets


class TimePage(msgspec.Struct):
    organizations: list[msgspec.Raw]
    end_time: int | None = None
    end_of_stream: bool = False


class Meta(msgspec.Struct):
    has_more: bool = False
    after_cursor: str | None = None


class _Id(msgspec.Struct):
    id: int


class IdPage(msgspec.Struct):
    """A page of a list of which only the ids matter."""

    organizations: list[_Id]
    meta: Meta


class Organizations(msgspec.Struct):
    """Organizations that were asked for by id."""

    organizations: list[msgspec.Raw]


class Organization(msgspec.Struct):
    id: int
    name: str | None = None
    external_id: str | None = None
    domain_names: list[str] = []
    created_at: str | None = None
    organization_fields: dict[str, Any] | None = None


class User(msgspec.Struct):
    id: int
    role: str = "end-user"
    active: bool = True
    name: str | None = None
    email: str | None = None
    external_id: str | None = None
    organization_id: int | None = None
    created_at: str | None = None
    last_login_at: str | None = None


class Minutes(msgspec.Struct):
    calendar: int | None = None


class Metrics(msgspec.Struct):
    solved_at: str | None = None
    reply_time_in_minutes: Minutes | None = None


class Rating(msgspec.Struct):
    score: str | None = None


class Ticket(msgspec.Struct):
    id: int
    created_at: str
    updated_at: str
    status: str = "open"
    subject: str | None = None
    description: str | None = None
    priority: str | None = None
    requester_id: int | None = None
    organization_id: int | None = None
    satisfaction_rating: Rating | None = None
    metric_set: Metrics | None = None
