"""Named arrays and lists as one compressed blob, the same bytes for the same content.

Integers are stored in the smallest type that holds them and come back in their own.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEVEL = 4
_SMALLER = ("<i1", "<i2", "<i4")
_MOST_HEAD = 4096
"""Bytes that the names and shapes of a few arrays never fill."""


def pack(parts: Mapping[str, Any]) -> bytes:
    """Arrays of integers or bools, and anything JSON can say (tuples come back as tuples)."""
    header: dict[str, Any] = {}
    blobs: list[bytes] = []
    for name, part in parts.items():
        if isinstance(part, np.ndarray):
            small = _narrowed(part)
            header[name] = {"own": part.dtype.str, "as": small.dtype.str, "shape": part.shape}
            blobs.append(small.tobytes())
        else:
            header[name] = {"json": part}
    head = json.dumps(header, separators=(",", ":")).encode()
    return zlib.compress(len(head).to_bytes(4, "little") + head + b"".join(blobs), _LEVEL)


def unpack(blob: bytes) -> dict[str, Any]:
    data = zlib.decompress(blob)
    start = 4 + int.from_bytes(data[:4], "little")
    parts: dict[str, Any] = {}
    for name, told in json.loads(data[4:start]).items():
        if "json" in told:
            parts[name] = _tuples(told["json"])
            continue
        kind = np.dtype(told["as"])
        count = int(np.prod(told["shape"], dtype=np.int64))
        flat = np.frombuffer(data, kind, count, start)
        parts[name] = flat.reshape(told["shape"]).astype(told["own"])
        start += count * kind.itemsize
    return parts


def unpack_first(blob: bytes, count: int) -> NDArray[Any]:
    """The first part, an array of `count` values, without inflating those behind it."""
    data = zlib.decompressobj().decompress(blob, _MOST_HEAD + 8 * count)
    start = 4 + int.from_bytes(data[:4], "little")
    told = next(iter(json.loads(data[4:start]).values()))
    return np.frombuffer(data, np.dtype(told["as"]), count, start)


def _narrowed(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind != "i" or not array.size:
        return array
    low, high = int(array.min()), int(array.max())
    for kind in _SMALLER:
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return array.astype(kind)
    return array


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
