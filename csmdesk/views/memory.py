"""What the window remembers between starts: an ini file in the workspace folder."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QByteArray, QSettings


class Memory:
    """Values by "group/name". Lists and mappings are kept as JSON text, so the file stays legible."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @classmethod
    def at(cls, path: str) -> Memory:
        return cls(QSettings(path, QSettings.Format.IniFormat))

    def get(self, name: str, default: Any = None) -> Any:
        """What was put there; `default` when nothing was or the file was spoilt by hand."""
        text = self._settings.value(name)
        if not isinstance(text, str):
            return default
        try:
            return json.loads(text)
        except ValueError:
            return default

    def put(self, name: str, value: Any) -> None:
        self._settings.setValue(name, json.dumps(value, ensure_ascii=False))

    def get_bytes(self, name: str) -> QByteArray:
        value = self._settings.value(name)
        return value if isinstance(value, QByteArray) else QByteArray()

    def put_bytes(self, name: str, value: QByteArray) -> None:
        self._settings.setValue(name, value)

    def drop(self, name: str) -> None:
        self._settings.remove(name)

    def save(self) -> None:
        self._settings.sync()
