"""What every sub-tab of a customer is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from csmdesk.domain.customer import CustomerRows
from csmdesk.domain.days import MISSING, day_of_instant, iso_day
from csmdesk.domain.page import Cell
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.settings import Settings
from csmdesk.domain.texts import date_text, days_ago, money


@dataclass(frozen=True, slots=True)
class CustomerContext:
    """One customer of a portfolio: `at` is its row, `rows` what is stored about it; `versions`: day and
    model version of its first stored score and of each by another version than the one before."""

    portfolio: Portfolio
    at: int
    rows: CustomerRows
    settings: Settings
    zone: tzinfo
    versions: tuple[tuple[int, str], ...] = ()

    @property
    def day(self) -> int:
        return self.portfolio.day

    def number(self, column: str) -> int:
        return int(self.portfolio.customers[column][self.at])

    def text(self, column: str) -> str | None:
        value = self.portfolio.customers[column][self.at]
        assert value is None or isinstance(value, str)
        return value

    def measure(self, name: str) -> int:
        return int(self.portfolio.measures[name][self.at])

    def day_of(self, instant: int) -> int:
        return day_of_instant(instant, self.zone)

    def day_cell(self, day: int | None, tone: str = "") -> Cell:
        """A day, relative when near, absolute in the tip."""
        if day is None or day == MISSING:
            return Cell("–", None)
        return Cell(days_ago(day, self.day), iso_day(day), tone, date_text(day))

    def instant_cell(self, instant: int | None) -> Cell:
        return self.day_cell(None if instant is None else self.day_of(instant))

    def money_cell(self, minor: int | None, currency: str | None = None, tone: str = "") -> Cell:
        if minor is None or minor == MISSING:
            return Cell("–", None)
        return Cell(money(minor, currency or self.portfolio.currency), minor, tone)


def text_cell(text: str | None, tone: str = "", *, pill: bool = False) -> Cell:
    """A text as it came; a dash where there is none."""
    return Cell(text, text, tone, "", pill) if text else Cell("–", None)


def count_cell(count: int) -> Cell:
    return Cell("–", None) if count == MISSING else Cell(f"{count:,}", count)
