"""Columns: a table as one array per column, the shape in which rooms exchange bulk data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Column = Any
"""int64 array (MISSING for no value), bool array, or a list/tuple for text (None for no value)."""


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
