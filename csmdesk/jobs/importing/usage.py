"""The usage file: counts by day and feature, with or without the person who made them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from csmdesk.domain.texts import plural
from csmdesk.domain.usage import KEEP_DAYS, UsageBatch
from csmdesk.jobs.importing import values as v
from csmdesk.jobs.importing.known import SOURCE, Known
from csmdesk.jobs.importing.tables import USAGE_COLUMNS

PAGE = 50_000
_MOST = 2**32 - 1

Refused = tuple[int, str, str]


def check(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, list[Refused]]:
    """Typed usage rows and the refused ones as (line, column, reason).

    Columns of the first: account, day, feature, person (a contact's id where its e-mail was given),
    product, module, counted (else it is a reading), count, users, failed, level.
    """
    frame = frame.reindex(columns=list(USAGE_COLUMNS), fill_value="")
    refused: dict[int, tuple[str, str]] = {}

    def refuse(mask: pd.Series, column: str, reason: str) -> None:
        for line in frame.index[mask]:
            refused.setdefault(int(line), (column, reason))

    refuse(frame["customer_id"] == "", "customer_id", "is empty, but required")
    refuse(~frame["customer_id"].isin(known.customers), "customer_id", "is not in customers")
    refuse(frame["feature"] == "", "feature", "is empty, but required")
    days = {text: _day(text, known) for text in frame["day"].unique()}
    day = frame["day"].map(days)
    refuse(day.isna(), "day", "is no ISO 8601 date (2026-11-21)")
    nothing = (frame["count"] == "") & (frame["level"] == "")
    refuse(nothing, "count", "is empty, and level too: one of them is required")
    numbers = {}
    for column in ("count", "users", "failed", "level"):
        parsed = pd.to_numeric(frame[column], errors="coerce")
        bad = (frame[column] != "") & ~((parsed >= 0) & (parsed <= _MOST) & (parsed % 1 == 0))
        refuse(bad, column, "is no whole number of 0 or more")
        numbers[column] = parsed.fillna(0)
    good = ~frame.index.isin(list(refused))
    typed = pd.DataFrame(
        {
            "account": frame.loc[good, "customer_id"],
            "day": day[good].astype("int64"),
            "feature": frame.loc[good, "feature"],
            "person": frame.loc[good, "user_id"],
            "product": frame.loc[good, "product"],
            "module": frame.loc[good, "module"],
            "counted": frame.loc[good, "count"] != "",
            **{column: numbers[column][good].astype("int64") for column in numbers},
        }
    )
    listed = [(line, column, reason) for line, (column, reason) in sorted(refused.items())]
    return _with_contacts(typed, known), listed


def _day(text: str, known: Known) -> int | None:
    try:
        return v.day(v.Row({"day": text}, known.zone), "day")
    except v.BadCell:
        return None


def _with_contacts(typed: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Persons under their contact's id, as the contacts file has them."""
    if not known.contacts or not (typed["person"] != "").any():
        return typed
    pairs = typed.loc[typed["person"] != "", ["account", "person"]].drop_duplicates()
    found = {
        (account, person): contact
        for account, person in zip(pairs["account"], pairs["person"], strict=True)
        if (contact := known.contacts.get((account, person.lower())))
    }
    both = zip(typed["account"], typed["person"], strict=True)
    typed["person"] = [found.get(pair, pair[1]) for pair in both]
    return typed


def split_window(typed: pd.DataFrame, today: int) -> tuple[pd.DataFrame, str]:
    """The rows of the kept days, and a sentence about the others ("" without any)."""
    old, running = typed["day"] < today - KEEP_DAYS, typed["day"] >= today
    parts = [
        f"{plural(int(mask.sum()), 'row')} {what}"
        for mask, what in (
            (old, f"older than {KEEP_DAYS} days"),
            (running, "of today or later, which is not complete yet"),
        )
        if mask.any()
    ]
    sentence = f"left out {' and '.join(parts)}." if parts else ""
    return typed[~(old | running)], sentence


def modules(typed: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Which module of which product was used."""
    told = typed.loc[(typed["product"] != "") & (typed["module"] != ""), ["product", "module"]]
    pairs = told.drop_duplicates()
    yield from zip(pairs["product"], pairs["module"], strict=True)


def batches(typed: pd.DataFrame) -> Iterator[UsageBatch]:
    """Daily totals, features and persons, in pages.

    Persons of a day: as many as are named, or the highest `users` of its rows if that is more. The
    level of a feature's day is its highest reading; readings are no events of the day.
    """
    if not len(typed):
        return
    counted = typed[typed["counted"]]
    by_day = counted.groupby(["account", "day"], sort=True)
    persons = counted[counted["person"] != ""]
    distinct = persons.groupby(["account", "day"])["person"].nunique()
    daily = by_day["count"].sum().to_frame("events")
    named = distinct.reindex(daily.index).fillna(0).astype("int64")
    daily["users"] = np.maximum(by_day["users"].max(), named)
    yield from _pages("daily", daily.reset_index())
    features = (
        typed.groupby(["account", "day", "feature"], sort=True)
        .agg(
            counted=("count", "sum"),
            level=("level", "max"),
            failed=("failed", "sum"),
            module=("module", "max"),
            product=("product", "max"),
        )
        .reset_index()
        .rename(columns={"feature": "name"})
    )
    features["events"] = np.maximum(features.pop("counted"), features.pop("level"))
    yield from _pages("feature", features)
    users = (
        persons.groupby(["account", "day", "person"], sort=True)
        .agg(events=("count", "sum"))
        .reset_index()
        .rename(columns={"person": "name"})
    )
    yield from _pages("user", users)


class Kept:
    """The cells that a file tells, by kind and account: what a mirror keeps."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, set[tuple[str, int]]]] = defaultdict(
            lambda: defaultdict(set)
        )

    def add(self, batch: UsageBatch) -> None:
        accounts = self.cells[batch.kind]
        names = batch.names or [""] * len(batch.days)
        for account, name, day in zip(batch.accounts, names, batch.days, strict=True):
            accounts[account].add((name, day))


def _pages(kind: str, frame: pd.DataFrame) -> Iterator[UsageBatch]:
    for start in range(0, len(frame), PAGE):
        page = frame.iloc[start : start + PAGE]
        columns = {name: page[name].tolist() for name in page.columns}
        yield UsageBatch(
            source=SOURCE,
            kind=kind,
            accounts=columns["account"],
            days=columns["day"],
            events=columns["events"],
            users=columns.get("users"),
            names=columns.get("name"),
            modules=_or_none(columns.get("module")),
            products=_or_none(columns.get("product")),
            failed=columns.get("failed"),
        )


def _or_none(texts: list[str] | None) -> list[str | None] | None:
    return None if texts is None else [text or None for text in texts]
