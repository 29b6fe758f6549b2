"""What went wrong with one answer, before it becomes a sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass

from csmdesk.domain.errors import AuthError, SourceError


class Refused(SourceError):
    """A 4xx that is no question of key or quota: the caller may know what to do about it."""

    def __init__(self, source: str, message: str, status: int, remedy: str = "") -> None:
        super().__init__(source, message, remedy)
        self.status = status


class LacksPermission(AuthError):
    """The key works, but not for this: other streams of the source may still be read.

    `scopes`: what is missing, in the system's own words.
    """

    def __init__(
        self, source: str, message: str, remedy: str = "", scopes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(source, message, remedy)
        self.scopes = scopes


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error body, read. `final` means that waiting does not help (a day's quota is gone);
    `returns`: when that comes back."""

    message: str = ""
    scopes: tuple[str, ...] = ()
    final: bool = False
    reference: str = ""
    returns: str = "at midnight in the account's time zone"
