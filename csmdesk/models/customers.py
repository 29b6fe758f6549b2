"""Columns and filters of the customer table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csmdesk.domain.days import MISSING, last_month
from csmdesk.domain.texts import date_text, money, month_text, signed
from csmdesk.models.columns import Cell, Column, Tip, plain
from csmdesk.models.formats import ago, due_in, hundredths, whole_money
from csmdesk.models.rows import ColumnRows, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.portfolio import Portfolio

SPARK_DAYS = 90
"""Coverage (1/10,000) below which a dial is hatched (definitions.md section 5)."""
SOON_DAYS, URGENT_DAYS = 30, 7
BAND_WORDS = {0: "poor", 1: "neutral", 2: "good", -1: "not enough data"}
ACTIVE_STATUSES = ("Active", "Past due")
STATUS_TONES = {
    "Active": "good",
    "Past due": "poor",
    "Trial": "info",
    "Paused": "neutral",
    "Churned": "poor",
}
TAG_TONES = {
    "at risk": "poor",
    "churn risk": "poor",
    "champion": "good",
    "expansion": "good",
    "reference": "good",
    "onboarding": "info",
}
PILLARS = ("adoption", "financial", "service", "relationship")


def tag_tone(tag: str) -> str:
    return TAG_TONES.get(tag.casefold(), "")


def _chi(rows: Rows, row: int) -> str:
    value = rows.get("chi", row)
    return "–" if value is None or value < 0 else str(value)


def _spoken_chi(rows: Rows, row: int) -> str:
    return f"CHI {_chi(rows, row)}, {BAND_WORDS[_band(rows, row)]}"


def _band(rows: Rows, row: int) -> int:
    value = rows.get("band", row)
    return -1 if value is None else int(value)


def _dial(rows: Rows, row: int) -> tuple[int, int, bool]:
    chi = rows.get("chi", row)
    return (-1 if chi is None else chi), _band(rows, row), bool(rows.get("thin", row))


def _why(rows: Rows, row: int) -> Tip | None:
    reasons = tuple(text for i in (1, 2, 3) if (text := rows.get(f"why{i}", row)))
    chi, change = rows.get("chi", row), rows.get("health_change", row)
    if chi is None or chi < 0:
        return Tip("No score yet", lines=("Nothing to score: no data of this customer.",))
    remark = f"· CHI {chi}, {BAND_WORDS[_band(rows, row)]}"
    if change:
        remark += f", {'up' if change > 0 else 'down'} {abs(change)} in 30 days"
    if not reasons:
        reasons = ("Nothing takes points away.",) if chi == 100 else ()
    return Tip("Why not 100", remark, reasons)


def _spark(rows: Rows, row: int) -> tuple[bytes, int]:
    return rows.get("spark", row) or b"", _band(rows, row)


def _spark_text(rows: Rows, row: int) -> str:
    change = rows.get("health_change", row)
    return "" if change is None else f"{signed(change)} in 30 days"


def _tags(rows: Rows, row: int) -> tuple[tuple[str, str], ...]:
    return tuple((tag, tag_tone(tag)) for tag in rows.get("tags", row) or ())


def _joined(name: str) -> Any:
    def text(rows: Rows, row: int) -> str:
        return ", ".join(rows.get(name, row) or ())

    return text


def _tip_of(name: str, title: str) -> Any:
    def tip(rows: Rows, row: int) -> Tip | None:
        words = rows.get(name, row)
        return Tip(title, lines=tuple(words)) if words else None

    return tip


def usage_percent(rows: Rows, row: int) -> int | None:
    used, capacity = rows.get("used", row), rows.get("capacity", row)
    if used is None or not capacity or capacity < 0:
        return None
    return int(used * 100 // capacity)


def _usage(rows: Rows, row: int) -> str:
    percent = usage_percent(rows, row)
    return "–" if percent is None else f"{percent}%"


def _usage_bar(rows: Rows, row: int) -> tuple[int, str] | None:
    percent = usage_percent(rows, row)
    if percent is None:
        return None
    return percent, "poor" if percent < 40 else "neutral" if percent >= 95 else "accent"


def _usage_tip(rows: Rows, row: int) -> Tip | None:
    used, capacity = rows.get("used", row), rows.get("capacity", row)
    if used is None or not capacity:
        return None
    return Tip("Licence use", lines=(f"{used:,} of {capacity:,} used",))


def _status(rows: Rows, row: int) -> tuple[str, str]:
    status = rows.get("status", row) or "Prospect"
    return status, STATUS_TONES.get(status, "")


def _money(name: str) -> Any:
    def text(rows: Rows, row: int) -> str:
        value = rows.get(name, row)
        return "–" if value is None else whole_money(value, rows.currency)

    return text


def _metered(rows: Rows, row: int) -> str:
    return "no rate" if rows.get("metered_lost", row) else _money("metered")(rows, row)


def _metered_tip(rows: Rows, row: int) -> Tip | None:
    """Which month it is, and the exact amount."""
    value, month = rows.get("metered", row), month_text(last_month(rows.day)[0])
    if rows.get("metered_lost", row):
        return Tip("Metered", f"· {month}", ("No exchange rate for the day of an invoice.",))
    return None if value is None else Tip(money(value, rows.currency), f"· {month}")


def _acv_tip(rows: Rows, row: int) -> Tip | None:
    native, currency = rows.get("acv_native", row), rows.get("currency", row)
    if native is None or not currency:
        return None
    derived = ("Derived from MRR: the CRM states none.",) if rows.get("acv_derived", row) else ()
    return Tip(money(native, currency), "· as the source says", derived)


def due_text(rows: Rows, row: int, name: str) -> str:
    """A date ahead, relative when near; "" when there is none."""
    day = rows.get(name, row)
    return "" if day is None else due_in(day, rows.day)


def _renewal(rows: Rows, row: int) -> str:
    day = rows.get("renewal_on", row)
    return "rolling" if day is None else due_in(day, rows.day)


def _renewal_flag(rows: Rows, row: int) -> tuple[str, str]:
    day = rows.get("renewal_on", row)
    text = _renewal(rows, row)
    if day is None or day - rows.day >= SOON_DAYS:
        return text, ""
    return text, "poor" if day - rows.day < URGENT_DAYS else "neutral"


def _day_tip(name: str, title: str) -> Any:
    def tip(rows: Rows, row: int) -> Tip | None:
        day = rows.get(name, row)
        return None if day is None else Tip(title, lines=(date_text(day),))

    return tip


def _ago(name: str) -> Any:
    def text(rows: Rows, row: int) -> str:
        day = rows.get(name, row)
        return "–" if day is None else ago(day, rows.day)

    return text


def _number(name: str) -> Any:
    def text(rows: Rows, row: int) -> str:
        value = rows.get(name, row)
        return "–" if value is None else f"{value:,}"

    return text


def _nps(rows: Rows, row: int) -> str:
    value = rows.get("nps", row)
    return "–" if value is None else hundredths(value)


def _pillar(name: str) -> Any:
    def text(rows: Rows, row: int) -> str:
        value = rows.get(f"pillar_{name}", row)
        return "–" if value is None or value < 0 else str((value + 5_000) // 10_000)

    return text


CUSTOMER_COLUMNS: tuple[Column, ...] = (
    Column("name", "Customer", 190, plain("name"), Cell.STRONG, sort="name"),
    Column(
        "chi", "CHI", 62, _chi, Cell.DIAL, _dial, sort="chi", tip=_why, spoken=_spoken_chi,
        help="Customer Health Index, 0 to 100; hatched when less than half of its data is there",
    ),
    Column("spark", "90 days", 112, _spark_text, Cell.SPARK, _spark, sort="health_change",
           help="CHI of the last 90 days; sorts by the change in 30 days"),
    Column("tier", "Tier", 76, plain("tier"), sort="tier"),
    Column("tags", "Tags", 178, _joined("tags"), Cell.PILLS, _tags, sort="tags",
           tip=_tip_of("tags", "Tags")),
    Column("usage", "Licence use", 126, _usage, Cell.BAR, _usage_bar, sort="usage",
           tip=_usage_tip, help="Used of entitled seats or units"),
    Column("status", "Status", 96, plain("status"), Cell.PILL, _status, sort="status"),
    Column("acv", "ACV", 104, _money("acv"), Cell.NUMBER, right=True, sort="acv", tip=_acv_tip,
           help="Yearly contract value; ARR when the CRM states none"),
    Column("renewal", "Renewal", 122, _renewal, Cell.FLAG, _renewal_flag, sort="renewal_on",
           tip=_day_tip("renewal_on", "Renewal")),
    Column("open_tasks", "Open tasks", 98, _number("open_tasks"), Cell.NUMBER, right=True,
           sort="open_tasks"),
    Column("csm", "CSM", 132, plain("csm"), sort="csm", shown=False),
    Column("last_contact", "Last contact", 112, _ago("last_contact_on"), Cell.MUTED,
           sort="last_contact_on", tip=_day_tip("last_contact_on", "Last two-way contact"), shown=False),
    Column("last_login", "Last login", 104, _ago("last_login_on"), Cell.MUTED,
           sort="last_login_on", tip=_day_tip("last_login_on", "Last login"), shown=False),
    Column("nps", "NPS", 62, _nps, Cell.NUMBER, right=True, sort="nps", shown=False),
    Column("mrr", "MRR", 96, _money("mrr"), Cell.NUMBER, right=True, sort="mrr", shown=False),
    Column("metered", "Metered", 96, _metered, Cell.NUMBER, right=True, sort="metered",
           tip=_metered_tip, shown=False,
           help="Billed for use on invoices of the last complete month; not part of MRR"),
    Column("products", "Products", 180, _joined("products"), Cell.MUTED, sort="products",
           tip=_tip_of("products", "Products"), shown=False),
    Column("arr", "ARR", 104, _money("arr"), Cell.NUMBER, right=True, sort="arr", shown=False),
    Column("active_users", "Active users", 104, _number("active_users"), Cell.NUMBER, right=True,
           sort="active_users", shown=False),
    *(
        Column(f"pillar_{name}", name.capitalize(), 100, _pillar(name), Cell.NUMBER, right=True,
               sort=f"pillar_{name}", shown=False, help=f"Score of the pillar {name}, 0 to 100")
        for name in PILLARS
    ),
    Column("stage", "Stage", 110, plain("stage"), sort="stage", shown=False),
    Column("success_program", "Program", 120, plain("success_program"), sort="success_program",
           shown=False),
)  # fmt: skip


def customer_rows(portfolio: Portfolio) -> ColumnRows:
    """Rows of the customer table; sparklines and licence use are made here, once a snapshot."""
    import numpy as np

    customers = portfolio.customers
    spark = np.ascontiguousarray(portfolio.chi_history[-SPARK_DAYS:].T.astype(np.int8))

    used, capacity = customers.ints("used"), customers.ints("capacity")
    known = (used != MISSING) & (capacity > 0)
    usage = np.full(customers.length, MISSING, np.int64)
    usage[known] = used[known] * 10_000 // capacity[known]
    ids = [str(key) for key in customers["id"]]
    scores = {
        f"pillar_{name}": _none_below_zero(customers.ints(f"pillar_{name}")) for name in PILLARS
    }
    return ColumnRows(
        customers,
        portfolio.day,
        portfolio.currency,
        ids,
        {
            "spark": [line.tobytes() for line in spark],
            "usage": usage,
            "chi": _none_below_zero(customers.ints("chi")),
            **scores,
        },
    )


def _none_below_zero(numbers: NDArray[Any]) -> NDArray[Any]:
    """-1 ("none" of scores) becomes MISSING, so that it sorts last both ways."""
    import numpy as np

    wide = numbers.astype(np.int64)
    return np.where(wide < 0, MISSING, wide)


@dataclass(frozen=True)
class CustomerFilter:
    """First-class filters of the customer table; an empty part does not filter.

    Without a status only active customers show; statuses, or `every_status`, show the rest
    (definitions.md section 1).
    """

    tiers: frozenset[str] = frozenset()
    bands: frozenset[int] = frozenset()
    statuses: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    renewal_within: int = 0
    at_risk: bool = False
    falling: bool = False
    every_status: bool = False

    @property
    def count(self) -> int:
        """How many parts filter: what the Filter button tells."""
        parts = (self.tiers, self.bands, self.statuses, self.tags, self.products)
        return sum(map(bool, parts)) + bool(self.renewal_within) + self.at_risk + self.falling

    def mask(self, portfolio: Portfolio) -> NDArray[Any]:
        """Which customers pass: (customers,) bool."""
        import numpy as np

        customers, day = portfolio.customers, portfolio.day
        keep = np.ones(customers.length, np.bool_)
        for name, chosen in (("tier", self.tiers), ("status", self.statuses)):
            if chosen:
                keep &= np.array([value in chosen for value in customers[name]], np.bool_)
        for name, chosen in (("tags", self.tags), ("products", self.products)):
            if chosen:
                keep &= np.array(
                    [not chosen.isdisjoint(v or ()) for v in customers[name]], np.bool_
                )
        if not self.statuses and not self.every_status:
            keep &= customers.ints("active") > 0
        if self.bands:
            keep &= np.isin(customers.ints("band"), list(self.bands))
        if self.renewal_within:
            away = customers.ints("renewal_on") - day
            keep &= (away >= 0) & (away < self.renewal_within)
        if self.at_risk:
            keep &= customers.ints("at_risk") > 0
        if self.falling:
            change = customers.ints("health_change")
            keep &= (change < 0) & (change > -1_000)
        return keep
