"""Binary frames between window and worker: a small msgpack head, then the columns as raw bytes.

Nothing is pickled. Arrays travel as bytes and come out as read-only views of the frame; a text
column travels as one NUL-joined string, so that unpacking it is a single split.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.columns import Columns
from csmdesk.domain.inputs import SourceState
from csmdesk.domain.portfolio import Portfolio

_NONE, _SEPARATOR, _INNER = "\x01", "\x00", "\x02"
_CONTROL = str.maketrans({_NONE: " ", _SEPARATOR: " ", _INNER: " "})
_ALIGN = 8


class _Writer:
    """Collects raw parts and remembers where each begins, aligned for numpy."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, raw: bytes) -> tuple[int, int]:
        place = (self.size, len(raw))
        padding = -len(raw) % _ALIGN
        self.parts.append(raw + b"\0" * padding)
        self.size += len(raw) + padding
        return place


def pack_portfolio(portfolio: Portfolio) -> bytes:
    """One frame: 8 bytes head length, head (msgpack), padding, parts."""
    writer = _Writer()
    head = {
        field.name: _pack(getattr(portfolio, field.name), writer)
        for field in dataclasses.fields(Portfolio)
    }
    raw_head = msgspec.msgpack.encode(head)
    raw_head += b"\xc1" * (-len(raw_head) % _ALIGN)
    return len(raw_head).to_bytes(8, "little") + raw_head + b"".join(writer.parts)


def unpack_portfolio(frame: bytes) -> Portfolio:
    """The inverse of `pack_portfolio`."""
    length = int.from_bytes(frame[:8], "little")
    head = msgspec.msgpack.decode(frame[8 : 8 + length].rstrip(b"\xc1"))
    body = memoryview(frame)[8 + length :]
    return Portfolio(**{name: _unpack(item, body) for name, item in head.items()})


def _pack(value: Any, writer: _Writer) -> dict[str, Any]:
    if isinstance(value, np.ndarray):
        return _pack_array(value, writer)
    if isinstance(value, Columns):
        columns = {name: _pack_column(value[name], writer) for name in value}
        return {"t": "columns", "length": value.length, "columns": columns}
    if isinstance(value, dict):
        return {"t": "dict", "items": {key: _pack(item, writer) for key, item in value.items()}}
    if isinstance(value, tuple) and value and isinstance(value[0], SourceState):
        return {"t": "sources", "v": [dataclasses.astuple(state) for state in value]}
    if isinstance(value, tuple):
        return {"t": "tuple", "v": value}
    return {"t": "v", "v": value}


def _pack_array(value: NDArray[Any], writer: _Writer) -> dict[str, Any]:
    place = writer.add(np.ascontiguousarray(value).tobytes())
    return {"t": "array", "dtype": value.dtype.str, "shape": value.shape, "at": place}


def _pack_column(column: Any, writer: _Writer) -> dict[str, Any]:
    if isinstance(column, np.ndarray):
        return _pack_array(column, writer)
    if any(isinstance(item, tuple) for item in column):
        joined = ["".join([_clean(name) + _INNER for name in item]) for item in column]
        return {"t": "names", "at": writer.add(_SEPARATOR.join(joined).encode()), "n": len(column)}
    texts = _SEPARATOR.join([_NONE if item is None else _clean(item) for item in column])
    return {"t": "text", "at": writer.add(texts.encode()), "n": len(column)}


def _clean(text: str) -> str:
    """Text without the three control characters of the frame, which no person can see anyway."""
    return text if text.isprintable() else text.translate(_CONTROL)


def _unpack(item: dict[str, Any], body: memoryview) -> Any:
    kind = item["t"]
    if kind == "array":
        return _unpack_array(item, body)
    if kind == "columns":
        data = {name: _unpack_column(column, body) for name, column in item["columns"].items()}
        return Columns(data, item["length"])
    if kind == "dict":
        return {key: _unpack(value, body) for key, value in item["items"].items()}
    if kind == "sources":
        return tuple(
            SourceState(name, title, tuple(kinds), *rest) for name, title, kinds, *rest in item["v"]
        )
    if kind == "tuple":
        return tuple(tuple(v) if isinstance(v, list) else v for v in item["v"])
    return item["v"]


def _unpack_array(item: dict[str, Any], body: memoryview) -> NDArray[Any]:
    start, size = item["at"]
    flat = np.frombuffer(body[start : start + size], dtype=np.dtype(item["dtype"]))
    return flat.reshape(item["shape"])


def _unpack_column(item: dict[str, Any], body: memoryview) -> Any:
    if item["t"] == "array":
        return _unpack_array(item, body)
    start, size = item["at"]
    texts = str(body[start : start + size], "utf-8").split(_SEPARATOR) if item["n"] else []
    if item["t"] == "names":
        return [tuple(text.split(_INNER)[:-1]) for text in texts]
    return [None if text == _NONE else text for text in texts]
