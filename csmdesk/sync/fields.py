"""Connectors whose fields a person may map: what they can tell of the account's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from csmdesk.domain.source_fields import OwnField
from csmdesk.sync.client import HttpClient


@runtime_checkable
class Asks(Protocol):
    """A connector whose system may leave something open that a person must say."""

    def question(self, client: HttpClient) -> str:
        """What, and where to answer it; "" when nothing is open."""
        ...


@runtime_checkable
class ListsFields(Protocol):
    """Our field -> the system's: `mapping` as it holds, `defaults` before anybody chose."""

    @property
    def mapping(self) -> Mapping[str, str]: ...

    @property
    def defaults(self) -> Mapping[str, str]: ...

    def own_fields(self, client: HttpClient) -> list[OwnField]:
        """The account's fields with an example each, in few requests."""
        ...
