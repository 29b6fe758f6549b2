"""HubSpot's paths and answers, as far as they are read."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from csmdesk.sync.api import PATH_VERSION

SYSTEM = "hubspot"
VERSION = "2026-03"
"""The dated version whose paths are asked, unless the source names another one."""
OBJECTS = f"/crm/objects/{PATH_VERSION}"
OWNERS = f"/crm/owners/{PATH_VERSION}"
PIPELINES = f"/crm/pipelines/{PATH_VERSION}"
PROPERTIES = f"/crm/properties/{PATH_VERSION}"
ASSOCIATIONS = f"/crm/associations/{PATH_VERSION}"
DETAILS = f"/account-info/{PATH_VERSION}/details"

LIST_PAGE = 100
SEARCH_PAGE = 200
HISTORY_PAGE = 50  # the most that a list or a batch read with history gives
LINK_BATCH = 1000

Properties: TypeAlias = dict[str, str | None]


class Next(msgspec.Struct):
    after: str


class Paging(msgspec.Struct):
    next: Next | None = None


class Version(msgspec.Struct):
    """One dated value of `propertiesWithHistory`."""

    timestamp: str
    value: str | None = None


class Link(msgspec.Struct):
    id: str


class Links(msgspec.Struct):
    results: list[Link] = []
    paging: Paging | None = None


class Row(msgspec.Struct, rename="camel"):
    """An object of the CRM, of any type."""

    id: str
    properties: Properties
    properties_with_history: dict[str, list[Version]] = {}
    associations: dict[str, Links] = {}


class RawPage(msgspec.Struct):
    """A page of a list, search or batch read; rows are decoded one by one."""

    results: list[msgspec.Raw]
    paging: Paging | None = None
    total: int = 0

    @property
    def after(self) -> str:
        """The cursor of the next page, "" at the end."""
        return self.paging.next.after if self.paging and self.paging.next else ""


class RowPage(msgspec.Struct):
    """Rows of which each must be readable."""

    results: list[Row]


class From(msgspec.Struct):
    id: str


class To(msgspec.Struct):
    toObjectId: str | int


class LinkRow(msgspec.Struct, rename={"origin": "from"}):
    origin: From
    to: list[To] = []


class LinkPage(msgspec.Struct):
    results: list[LinkRow] = []


class IdPage(msgspec.Struct):
    """A page of a list of which only the ids matter."""

    results: list[Link]
    paging: Paging | None = None

    @property
    def after(self) -> str:
        return self.paging.next.after if self.paging and self.paging.next else ""
