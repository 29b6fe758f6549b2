"""Opening a text file in whatever encoding it is, and what its cells are separated by."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, cast

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
"""Files that can be imported."""
SEPARATORS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 1 << 20


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A text file (also gzip): UTF-8, UTF-16 by its mark, else Windows-1252."""
    with cast(TextIO, _open(path, "rt", encoding=encoding(path), newline="")) as text:
        yield text


def encoding(path: Path) -> str:
    """By the mark that the file begins with; without any, UTF-8 if all of it is, else cp1252."""
    with cast(IO[bytes], _open(path, "rb")) as raw:
        start = raw.read(4)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while piece := raw.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def separator(text: TextIO) -> str:
    """What the header's cells are separated by; leaves the text at its beginning."""
    header = text.readline()
    text.seek(0)
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _open(path: Path, mode: str, **how: str) -> IO[str] | IO[bytes]:
    if path.name.lower().endswith(".gz"):
        return cast("IO[str] | IO[bytes]", gzip.open(path, mode, **how))  # type: ignore[call-overload]
    return cast("IO[str] | IO[bytes]", open(path, mode, **how))  # type: ignore[call-overload]
