"""Where each key of a TOML text stands, so that a refusal can name the line.

The text must already be valid TOML: this only walks through it and counts lines.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[^,\]}\s#]+(?: [0-9:.Z+-]+)?")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def line_of(text: str, path: Path) -> int:
    """Line (from 1) of the longest part of `path` that the text has; 1 when it has none of it."""
    known = key_lines(text)
    for end in range(len(path), 0, -1):
        if path[:end] in known:
            return known[path[:end]]
    return 1


def key_lines(text: str) -> dict[Path, int]:
    """Line of every key, table and list entry."""
    walk = _Walk(text)
    walk.document()
    return walk.lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._entries: dict[Path, int] = {}  # how many entries a list of tables has so far

    def document(self) -> None:
        prefix: Path = ()
        self._gap()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self._header()
            else:
                self._pair(prefix)
            self._gap()

    def _header(self) -> Path:
        many = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if many else 1
        keys = self._keys()
        self.at += 2 if many else 1
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if many and number == len(keys) - 1:
                self._entries[path] = self._entries.get(path, 0) + 1
            self._note(path, start)
            if path in self._entries:
                path = (*path, self._entries[path] - 1)
                self._note(path, start)
        return path

    def _pair(self, prefix: Path) -> None:
        start = self.at
        path = prefix
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self.at += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[str]:
        """Dotted keys; leaves the place at what follows them."""
        keys = []
        while True:
            self._gap()
            found = _KEY.match(self.text, self.at)
            assert found is not None, "the text is no TOML"
            self.at = found.end()
            keys.append(_plain(found.group()))
            self._gap()
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        self._gap()
        if self.text[self.at] == "[":
            self._list(path)
        elif self.text[self.at] == "{":
            self._table(path)
        else:
            pattern = _STRING if self.text[self.at] in "\"'" else _BARE
            found = pattern.match(self.text, self.at)
            assert found is not None, "the text is no TOML"
            self.at = found.end()

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._more("]"):
            self._note((*path, number), self.at)
            self._value((*path, number))
            number += 1

    def _table(self, path: Path) -> None:
        self.at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, end: str) -> bool:
        """Whether another entry follows; steps over commas and the closing bracket."""
        self._gap()
        while self.text[self.at] == ",":
            self.at += 1
            self._gap()
        if self.text[self.at] != end:
            return True
        self.at += 1
        return False

    def _gap(self) -> None:
        found = _GAP.match(self.text, self.at)
        assert found is not None, "a gap may be empty"
        self.at = found.end()

    def _note(self, path: Path, place: int) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, place) + 1)


def _plain(key: str) -> str:
    if key[0] == '"':
        return re.sub(r"\\(.)", r"\1", key[1:-1])
    return key[1:-1] if key[0] == "'" else key
