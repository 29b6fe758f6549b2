"""A portfolio survives the trip through a frame, whatever its texts say."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.columns import Columns
from csmdesk.worker.frames import pack_portfolio, unpack_portfolio
from tests.ui.portfolios import portfolio

CONTROL = str.maketrans(dict.fromkeys("\x00\x01\x02", " "))
TEXT = st.text(st.characters(codec="utf-8"))
TEXTS = st.lists(st.none() | TEXT, min_size=5, max_size=5)
NAMES = st.lists(st.lists(TEXT, max_size=3).map(tuple), min_size=5, max_size=5)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right)
    if isinstance(left, Columns):
        names = list(left) == list(right)
        return names and left.length == right.length and all(same(left[n], right[n]) for n in left)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return bool(left == right)


def test_a_portfolio_comes_back_equal() -> None:
    sent = portfolio(37)
    got = unpack_portfolio(pack_portfolio(sent))
    for field in dataclasses.fields(sent):
        assert same(getattr(sent, field.name), getattr(got, field.name)), field.name


def test_unpacked_arrays_cannot_be_written() -> None:
    got = unpack_portfolio(pack_portfolio(portfolio(3)))
    assert not got.chi_history.flags.writeable


@given(TEXTS, NAMES)
def test_any_text_comes_back(texts: list[str | None], names: list[tuple[str, ...]]) -> None:
    small = portfolio(5)
    columns = Columns({**small.customers.data, "name": texts, "tags": names}, 5)
    got = unpack_portfolio(pack_portfolio(dataclasses.replace(small, customers=columns)))
    assert got.customers["name"] == [t if t is None else t.translate(CONTROL) for t in texts]
    if any(names):
        clean = [tuple(name.translate(CONTROL) for name in item) for item in names]
        assert got.customers["tags"] == clean
