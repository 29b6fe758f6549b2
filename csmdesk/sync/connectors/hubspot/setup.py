"""What must be known of a HubSpot account before its rows are read: once a day."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from csmdesk.domain.source_status import SETUP
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.sink import Cursor, Page
from csmdesk.sync.stream import Context

KEY = SETUP
CLOSED = "4"  # the stage that every account's first ticket pipeline closes with
_MOST_CUSTOM = 40  # more custom properties would overflow the address of a list


class Setup(msgspec.Struct):
    """`closed`: ticket stages that are closed; `stages`: id -> label of deal stages."""

    day: int = 0
    portal: str = ""
    domain: str = ""
    currency: str = ""
    custom: list[str] = []
    closed: list[str] = []
    stages: dict[str, str] = {}

    @classmethod
    def of(cls, context: Context) -> Setup:
        """What the setup stream stored last."""
        stored = context.cursor_of(KEY)
        return cls() if stored is None else msgspec.convert(stored, cls)


class _Details(msgspec.Struct, rename="camel"):
    portal_id: int
    company_currency: str = ""
    ui_domain: str = ""


class _Stage(msgspec.Struct):
    id: str
    label: str = ""
    metadata: dict[str, str] = {}


class _Pipeline(msgspec.Struct):
    stages: list[_Stage] = []


class _Pipelines(msgspec.Struct):
    results: list[_Pipeline]


class _Property(msgspec.Struct, rename="camel"):
    name: str
    hubspot_defined: bool = False
    hidden: bool = False


class _Properties(msgspec.Struct):
    results: list[_Property]


class SetupStream:
    """Account details, custom properties of companies, ticket and deal stages.

    `first` runs before everything else and only when nothing is known yet; its twin runs after the
    other streams, which have told the server's day by then, and asks again on a new day.
    """

    key = KEY
    title = "account"
    essential = True

    def __init__(self, mapped: frozenset[str], *, first: bool) -> None:
        self._mapped = mapped
        self._first = first

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(KEY)
        if stored is not None and (self._first or stored["day"] == context.server_day()):
            return
        client = context.client
        details = client.get(wire.DETAILS, _Details)
        properties = client.get(f"{wire.PROPERTIES}/companies", _Properties).results
        tickets = client.get(f"{wire.PIPELINES}/tickets", _Pipelines).results
        deals = client.get(f"{wire.PIPELINES}/deals", _Pipelines).results
        custom = sorted(
            item.name
            for item in properties
            if not item.hubspot_defined and not item.hidden and item.name not in self._mapped
        )
        stages = [stage for pipeline in tickets for stage in pipeline.stages]
        closed = {stage.id for stage in stages if stage.metadata.get("ticketState") == "CLOSED"}
        setup = Setup(
            day=context.server_day() or 0,
            portal=str(details.portal_id),
            domain=details.ui_domain,
            currency=details.company_currency,
            custom=custom[:_MOST_CUSTOM],
            closed=sorted(closed | {CLOSED}),
            stages={stage.id: stage.label for pipe in deals for stage in pipe.stages},
        )
        cursor: Cursor = msgspec.to_builtins(setup)
        yield Page(cursor=cursor, complete=True)
