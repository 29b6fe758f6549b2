"""Columns: a table as one array per column, the shape in which rooms exchange bulk data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Column = Any
"""int64 array (MISSING for no value), bool array, or a list/tuple for text (None for no value)."""

Text = TypeVar("Text")


@dataclass(frozen=True)
class Columns(Mapping[str, Column]):
    """Named columns of one length. Numbers are int64 arrays, text is a list of str or None."""

    data: Mapping[str, Column]
    length: int

    def __getitem__(self, name: str) -> Column:
        return self.data[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        """Number of columns (a mapping); the number of rows is `length`."""
        return len(self.data)

    def ints(self, name: str) -> Ints:
        column = self.data[name]
        assert isinstance(column, np.ndarray)
        return column

    def texts(self, name: str) -> list[str | None]:
        column = self.data[name]
        assert isinstance(column, list)
        return column


def coded(texts: Sequence[str | None], blank: str = "") -> tuple[Ints, tuple[str, ...]]:
    """Texts as places in their sorted distinct values; None and the empty text are `blank`."""
    met: dict[str, int] = {}
    order = by_text(texts, lambda text: met.setdefault(text or blank, len(met)))
    names = sorted(met)
    place = np.empty(len(names), np.int64)
    place[[met[name] for name in names]] = np.arange(len(names))
    return place[order], tuple(names)


def by_text(texts: Sequence[Text], number: Callable[[Text], int]) -> Ints:
    """A number for every text, asked for once per distinct text."""
    return np.fromiter(map(_Asked(number).__getitem__, texts), np.int64, len(texts))


def where_text(texts: Sequence[Text], holds: Callable[[Text], bool]) -> Bools:
    """Rows whose text fulfils a condition, asked once per distinct text."""
    return np.fromiter(map(_Asked(holds).__getitem__, texts), np.bool_, len(texts))


class _Asked(dict[Text, Any]):
    """Answers of a function: one pass over the texts, and no call for a text seen before."""

    def __init__(self, ask: Callable[[Text], Any]) -> None:
        self._ask = ask

    def __missing__(self, text: Text) -> Any:
        answer = self[text] = self._ask(text)
        return answer
