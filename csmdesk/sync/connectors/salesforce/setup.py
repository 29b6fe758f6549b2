"""Which fields the objects of this org have: asked once a day, so that queries name only those.

A query that names a field which is not there, or which the person may not see, fails as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from csmdesk.domain.source_status import SETUP
from csmdesk.sync.connectors.salesforce import wire
from csmdesk.sync.sink import Cursor, Page, Problem
from csmdesk.sync.stream import Context

KEY = SETUP
CODE = re.compile(r"[A-Z]{3}")
"""A currency; named instead of a field it is the one of the whole org."""
_MOST_CUSTOM = 40
_SHOWN = frozenset({"string", "picklist", "multipicklist", "email", "phone", "url", "date"})


class Setup(msgspec.Struct):
    """`fields`: sobject -> the names that exist; `custom`: the org's own fields of accounts."""

    day: int = 0
    fields: dict[str, list[str]] = {}
    custom: list[str] = []

    @classmethod
    def of(cls, context: Context) -> Setup:
        """What the setup stream stored last."""
        stored = context.cursor_of(KEY)
        return cls() if stored is None else msgspec.convert(stored, cls)

    def existing(self, sobject: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Those of the wanted fields that this org has."""
        there = set(self.fields.get(sobject, ()))
        return {name: place for name, place in fields.items() if place in there}


def question(there: Collection[str], currency: str) -> str:
    """What only a person can say: the one currency of an org that tells none. `there`: the fields
    of accounts, `currency`: what feeds ours."""
    if currency in there or CODE.fullmatch(currency):
        return ""
    return (
        "Which currency are the amounts in? Salesforce tells none, so they are left out. Choose it "
        'under “Fields…” on the Sources page, or set currency = "EUR" in [sources.fields].'
    )


@dataclass(frozen=True, slots=True)
class Wishes:
    """`wanted`: sobject -> fields that are mapped; `chosen`: what a person mapped otherwise;
    `currency`: see `question`; `optional`: objects that many an org does not have."""

    wanted: Mapping[str, Sequence[str]]
    chosen: Mapping[str, str]
    currency: str
    optional: Collection[str] = ()


class SetupStream:
    """Describes of the objects. `first` runs before everything else and only when nothing is known
    yet; its twin runs after the other streams, which have told the server's day by then."""

    key = KEY
    title = "fields"
    essential = True

    def __init__(self, api: str, wishes: Wishes, *, first: bool) -> None:
        self._api = api
        self._wishes = wishes
        self._first = first

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(KEY)
        if stored is not None and (self._first or stored["day"] == context.server_day()):
            return
        setup = Setup()
        for sobject, wanted in self._wishes.wanted.items():
            ask = wire.described if sobject == "Account" else wire.seen  # no CRM without accounts
            there = {field.name: field for field in ask(context.client, self._api, sobject)}
            setup.fields[sobject] = sorted(there)
            if sobject == "Account":
                setup.custom = sorted(
                    name
                    for name, field in there.items()
                    if field.custom and field.type in _SHOWN and name not in wanted
                )[:_MOST_CUSTOM]
        setup.day = context.server_day() or 0
        cursor: Cursor = msgspec.to_builtins(setup)
        problems = self._problems(setup)
        fixed = frozenset(context.problems_of(KEY)) - {problem.source_id for problem in problems}
        yield Page(cursor=cursor, complete=True, problems=problems, fixed=fixed)

    def _problems(self, setup: Setup) -> list[Problem]:
        """What was chosen and is not there, and objects that cannot be read."""
        known = {name for there in setup.fields.values() for name in there}
        lacking = [
            (name, f"{name} = “{place}”: Salesforce has no such field, or it may not be seen.")
            for name, place in self._wishes.chosen.items()
            if place and place not in known
        ]
        lacking += [
            (sobject, f"{sobject}: Salesforce has no such object, or it may not be seen.")
            for sobject, there in setup.fields.items()
            if not there and sobject not in self._wishes.optional
        ]
        asked = question(setup.fields["Account"], self._wishes.currency)
        if asked and "currency" not in dict(lacking):
            lacking.append(("currency", asked))
        return [Problem(*one) for one in lacking]
