"""Errors that a person can act on: what happened, to what, and what to do next."""

from __future__ import annotations


class DeskError(Exception):
    """The base of every error shown to a person. `remedy` says what to do next."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def sentence(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Cancelled(Exception):
    """A person or a shutdown asked the job to stop. An outcome, not a failure."""


class BadInput(DeskError):
    """A file, row, argument or configuration value that cannot be used; names it."""


class BadSetting(BadInput):
    """A configuration value that breaks a rule.

    `path`: keys and places in lists that lead to it; `value`: what it is, as text; `rule`: what it
    must be; `owner`: the name of the list entry that `path` begins with.
    """

    def __init__(
        self, path: tuple[str | int, ...], value: str, rule: str, *, owner: str = ""
    ) -> None:
        key = shown_path(path)
        if owner:
            rest = shown_path(path[2:])
            key = f"{shown_path(path[:2])} “{owner}”" + (f": {rest}" if rest else "")
        super().__init__(f"{key} is {value}; it must be {rule}.", "Correct it in workspace.toml.")
        self.path = path
        self.value = value
        self.rule = rule


def shown_path(path: tuple[str | int, ...]) -> str:
    """A configuration key as a person writes it: models[0].factors.nps.weight."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


class SourceError(DeskError):
    """A connected system refused, failed or answered nonsense."""

    def __init__(self, source: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.source = source


class AuthError(SourceError):
    """The key is wrong, revoked or lacks a scope."""


class Unreachable(SourceError):
    """No network, connection refused or reset, or no answer in time."""


class RateLimited(SourceError):
    """The system's quota is used up; `retry_at` (epoch seconds) when it said so."""

    def __init__(self, source: str, message: str, remedy: str = "", retry_at: int = 0) -> None:
        super().__init__(source, message, remedy)
        self.retry_at = retry_at


class BadAnswer(SourceError):
    """An answer that is not what the contract promises (cut JSON, wrong type)."""


class StoreError(DeskError):
    """The database file cannot be opened, read or written."""


class NewerStore(StoreError):
    """The file was written by a newer version of the program."""


class Busy(DeskError):
    """Another process already works on this workspace."""
