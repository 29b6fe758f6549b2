"""The usage file: counts by day and feature, with or without the person who made them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from csmdesk.domain.usage import UsageBatch
from csmdesk.jobs.importing.rows import SOURCE

COLUMNS = (
    "customer_id",
    "day",
    "feature",
    "count",
    "users",
    "user_id",
    "product",
    "module",
    "failed",
    "level",
)
REQUIRED = ("customer_id", "day", "feature", "count")
PAGE = 50_000


def check(
    frame: pd.DataFrame, customers: set[str]
) -> tuple[pd.DataFrame, list[tuple[int, str, str]]]:
    """Typed usage rows and the refused ones as (row index, column, reason)."""
    frame = frame.reindex(columns=COLUMNS, fill_value="")
    refused: dict[int, tuple[str, str]] = {}

    def refuse(mask: pd.Series, column: str, reason: str) -> None:
        for index in frame.index[mask]:
            refused.setdefault(int(index), (column, reason))

    known = frame["customer_id"].isin(customers)
    refuse(~known, "customer_id", "is not in customers")
    refuse(frame["feature"] == "", "feature", "is empty, but required")
    days = pd.to_datetime(frame["day"], format="%Y-%m-%d", errors="coerce")
    refuse(days.isna(), "day", "is no ISO 8601 date (2026-11-21)")
    numbers = {}
    for column in ("count", "users", "failed"):
        parsed = pd.to_numeric(frame[column], errors="coerce")
        bad = (parsed.isna() & (frame[column] != "")) | (parsed < 0) | (parsed % 1 > 0)
        refuse(bad, column, "is no whole number of 0 or more")
        numbers[column] = parsed.fillna(0)
    refuse(frame["count"] == "", "count", "is empty, but required")
    good = ~frame.index.isin(list(refused))
    typed = pd.DataFrame(
        {
            "account": frame.loc[good, "customer_id"],
            "day": (days[good] - pd.Timestamp(0)).dt.days,
            "feature": frame.loc[good, "feature"],
            "person": frame.loc[good, "user_id"],
            "product": frame.loc[good, "product"],
            "module": frame.loc[good, "module"],
            **{column: numbers[column][good].astype("int64") for column in numbers},
        }
    )
    return typed, [(row, column, reason) for row, (column, reason) in sorted(refused.items())]


def batches(typed: pd.DataFrame) -> Iterator[UsageBatch]:
    """Daily totals, features and persons, in pages."""
    by_day = typed.groupby(["account", "day"], sort=True)
    persons = typed[typed["person"] != ""]
    distinct = persons.groupby(["account", "day"])["person"].nunique()
    daily = by_day["count"].sum().to_frame("events")
    daily["users"] = by_day["users"].max()
    daily["users"] = daily["users"].where(daily["users"] > 0, distinct).fillna(0).astype("int64")
    yield from _pages("daily", daily.reset_index())
    features = (
        typed.groupby(["account", "day", "feature"], sort=True)
        .agg(
            events=("count", "sum"),
            failed=("failed", "sum"),
            module=("module", "first"),
            product=("product", "first"),
        )
        .reset_index()
        .rename(columns={"feature": "name"})
    )
    yield from _pages("feature", features)
    users = (
        persons.groupby(["account", "day", "person"], sort=True)
        .agg(events=("count", "sum"))
        .reset_index()
        .rename(columns={"person": "name"})
    )
    yield from _pages("user", users)


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
            modules=[text or None for text in columns["module"]] if "module" in columns else None,
            products=[text or None for text in columns["product"]]
            if "product" in columns
            else None,
            failed=columns.get("failed"),
        )
