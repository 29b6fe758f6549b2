"""Where a table's cells come from: the few rows of the first frame, or columns of the Portfolio.

Both answer the same questions, so a column is declared once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from csmdesk.domain.days import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csmdesk.domain.columns import Columns


class Rows(Protocol):
    """Rows of a table in their own order; `day` and `currency` are those of the whole table."""

    day: int
    currency: str

    @property
    def length(self) -> int: ...

    def key(self, row: int) -> str:
        """The id by which selection survives sorting, filtering and refresh."""
        ...

    def get(self, name: str, row: int) -> Any:
        """int, str or tuple of str; None when there is no value."""
        ...


class ListRows:
    """A few rows as objects with attributes, for the first frame: read without numpy."""

    def __init__(self, rows: Sequence[Any], day: int, currency: str) -> None:
        self.rows, self.day, self.currency = rows, day, currency

    @property
    def length(self) -> int:
        return len(self.rows)

    def key(self, row: int) -> str:
        return str(self.rows[row].id)

    def get(self, name: str, row: int) -> Any:
        return getattr(self.rows[row], name, None)


class ColumnRows:
    """Columns of a Portfolio table. `extra` holds columns made for the screen (sparklines …)."""

    def __init__(
        self,
        columns: Columns,
        day: int,
        currency: str,
        keys: Sequence[str],
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.columns, self.day, self.currency, self.keys = columns, day, currency, keys
        self.extra = extra or {}

    @property
    def length(self) -> int:
        return int(self.columns.length)

    def key(self, row: int) -> str:
        return self.keys[row]

    def column(self, name: str) -> Any:
        """The whole column; KeyError when there is none of that name."""
        made = self.extra.get(name)
        return self.columns[name] if made is None else made

    def get(self, name: str, row: int) -> Any:
        value = self.column(name)[row]
        if isinstance(value, str | tuple | bytes) or value is None:
            return value
        number = int(value)
        return None if number == MISSING else number


def sort_numbers(rows: ColumnRows, name: str) -> NDArray[Any]:
    """Numbers that sort a column: the values themselves, or ranks of casefolded text; MISSING stays.

    Tuples sort by their length first, then by their words.
    """
    import numpy as np

    column = rows.column(name)
    if isinstance(column, np.ndarray):
        return column.astype(np.int64, copy=False)
    keys = [_text_key(value) for value in column]
    place = {key: i for i, key in enumerate(sorted({key for key in keys if key is not None}))}
    return np.array([MISSING if key is None else place[key] for key in keys], dtype=np.int64)


def _text_key(value: str | tuple[str, ...] | None) -> tuple[int, str] | None:
    if not value:
        return None
    if isinstance(value, tuple):
        return len(value), "\n".join(value).casefold()
    return 0, value.casefold()
