"""Intercom's answers, as far as they are read. Instants are epoch seconds."""

from __future__ import annotations

from typing import Any

import msgspec

SYSTEM = "intercom"
VERSION = "2.16"
COMPANY_PAGE = 60
SEARCH_PAGE = 150
LIST_CAP = 10_000


class Next(msgspec.Struct):
    starting_after: str | None = None


class Pages(msgspec.Struct):
    next: Next | None = None
    total_pages: int = 0

    @property
    def after(self) -> str:
        return (self.next.starting_after or "") if self.next else ""


class RawList(msgspec.Struct):
    """A page of contacts or conversations: the rows are under one of two names."""

    data: list[msgspec.Raw] | None = None
    conversations: list[msgspec.Raw] | None = None
    pages: Pages | None = None
    total_count: int = 0

    @property
    def rows(self) -> list[msgspec.Raw] | None:
        return self.conversations if self.conversations is not None else self.data


class CompanyList(msgspec.Struct):
    data: list[msgspec.Raw]
    total_count: int | None = None
    scroll_param: str | None = None


class Company(msgspec.Struct):
    id: str
    name: str | None = None
    company_id: str | None = None
    website: str | None = None
    industry: str | None = None
    created_at: int | None = None
    custom_attributes: dict[str, Any] = {}


class Reference(msgspec.Struct):
    id: str


class References(msgspec.Struct):
    data: list[Reference] = []


class Contact(msgspec.Struct):
    id: str
    updated_at: int
    name: str | None = None
    email: str | None = None
    external_id: str | None = None
    created_at: int | None = None
    last_seen_at: int | None = None
    has_hard_bounced: bool = False
    companies: References | None = None

    @property
    def company(self) -> str | None:
        found = self.companies.data if self.companies else []
        return found[0].id if found else None


class Source(msgspec.Struct):
    subject: str | None = None
    body: str | None = None


class Statistics(msgspec.Struct):
    first_admin_reply_at: int | None = None
    last_close_at: int | None = None


class Rating(msgspec.Struct):
    rating: int | None = None


class People(msgspec.Struct):
    contacts: list[Reference] = []


class Conversation(msgspec.Struct):
    id: str
    created_at: int
    updated_at: int
    state: str = "open"
    title: str | None = None
    priority: str | None = None
    source: Source | None = None
    statistics: Statistics | None = None
    conversation_rating: Rating | None = None
    contacts: People | None = None
    company: Reference | None = None
