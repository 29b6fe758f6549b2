"""A page as data: blocks of texts and values that a window paints and the command line prints.

Both get the same blocks, so a widget's text and the JSON can never disagree. `text` is what a
person reads, `value` the raw JSON value (money in minor units, days as ISO dates).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool | None
TONES = ("", "good", "neutral", "poor", "info", "muted")


@dataclass(frozen=True, slots=True)
class Cell:
    """One text with its raw value; `tone` colours it (with a word, never alone); `tip` explains."""

    text: str
    value: Value = None
    tone: str = ""
    tip: str = ""
    pill: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled cell."""

    key: str
    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Fields:
    """A card of labelled cells."""

    key: str
    title: str
    fields: tuple[Field, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table block. `width` in pixels at 100 %; 0 takes what is left."""

    key: str
    title: str
    right: bool = False
    width: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under heads. `ids[i]` names row i for actions ("" when it has none)."""

    key: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    ids: tuple[str, ...] = ()
    note: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    """(head key, title) of the columns by which a person may narrow the table."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical mark on a chart: a model change, a sponsor who left."""

    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """Daily values of one or more named lines; None where there is no value."""

    key: str
    title: str
    days: tuple[int, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]
    kind: str = "line"  # line, bars
    unit: str = ""
    bands: bool = False  # paint the CHI bands behind
    marks: tuple[Mark, ...] = ()
    empty: str = "No data yet"


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A factor in the breakdown: `got` of `weight` points (texts), lost points, raw text, tip."""

    key: str
    title: str
    raw: Cell
    got: str
    lost: int
    share: float  # score 0-1, -1 no data


@dataclass(frozen=True, slots=True)
class PillarLine:
    key: str
    title: str
    got: str
    lost: int
    share: float
    factors: tuple[FactorLine, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Why this score and not 100: pillars, factors and the cap; all `lost` and chi sum to 100."""

    key: str
    title: str
    note: str
    chi: int
    pillars: tuple[PillarLine, ...]
    cap: Cell | None
    cap_lost: int


Block = Fields | Table | Series | Breakdown


@dataclass(frozen=True, slots=True)
class Tab:
    """A sub-tab: blocks in the main column and, narrower, beside it."""

    key: str
    title: str
    badge: str
    main: tuple[Block, ...]
    side: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class CrmFields:
    """What of the CRM's record can be edited here. `values` by account field (days as ISO text);
    `owners`: id and name of the CRM's users."""

    values: dict[str, str | None]
    owners: tuple[tuple[str, str], ...]
    tiers: tuple[str, ...]
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One source's record of the customer. `key`: "source:id", `how` it belongs to the customer,
    `apart`: it can be split off."""

    key: str
    source: str
    name: str
    how: str
    apart: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything one customer tab shows, as of `day`."""

    customer_id: str
    name: str
    day: int
    chi: int
    band: str
    thin: bool  # coverage below 50 %: the dial is hatched
    header: tuple[Field, ...]
    pills: tuple[Cell, ...]
    why: str  # "CHI −12 since Monday because …"
    next_step: str
    url: str
    spark: tuple[int, ...]
    tabs: tuple[Tab, ...]
    crm: CrmFields | None = None
    records: tuple[Record, ...] = ()


def as_json(item: Any) -> Any:
    """Blocks as plain JSON: every cell with its text and value under stable keys."""
    if isinstance(item, Cell):
        return {"text": item.text, "value": item.value}
    if isinstance(item, Fields):
        return {field.key: as_json(field.cell) for field in item.fields}
    if isinstance(item, Table):
        keys = [head.key for head in item.heads]
        return [
            {key: as_json(cell) for key, cell in zip(keys, row, strict=True)} for row in item.rows
        ]
    if isinstance(item, Series):
        return {"days": list(item.days), **{name: list(line) for name, line in item.lines}}
    if isinstance(item, Breakdown):
        return _breakdown_json(item)
    if isinstance(item, Tab):
        return {block.key: as_json(block) for block in item.main + item.side}
    raise TypeError(f"not a block: {type(item).__name__}")


def _breakdown_json(item: Breakdown) -> dict[str, Any]:
    return {
        "chi": item.chi,
        "pillars": [
            {
                "key": pillar.key,
                "got": pillar.got,
                "lost": pillar.lost,
                "factors": [
                    {
                        "key": line.key,
                        "raw": as_json(line.raw),
                        "got": line.got,
                        "lost": line.lost,
                    }
                    for line in pillar.factors
                ],
            }
            for pillar in item.pillars
        ],
        "cap": as_json(item.cap) if item.cap is not None else None,
        "cap_lost": item.cap_lost,
    }


def page_json(page: CustomerPage) -> dict[str, Any]:
    """The answer of `csmdesk customer --json`."""
    return {
        "id": page.customer_id,
        "name": page.name,
        "chi": page.chi if page.chi >= 0 else None,
        "band": page.band,
        "why": page.why,
        "next_step": page.next_step,
        "header": {field.key: as_json(field.cell) for field in page.header},
        "pills": [cell.text for cell in page.pills],
        "records": [
            {"key": one.key, "source": one.source, "name": one.name, "how": one.how}
            for one in page.records
        ],
        "tabs": {tab.key: as_json(tab) for tab in page.tabs},
    }
