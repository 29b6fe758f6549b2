"""What requests are signed with: a key that a person pasted, or a sign-in that renews itself."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Protocol


class Credentials(Protocol):
    """Asked by the thread that sends requests. `noun` is what a person calls it."""

    @property
    def noun(self) -> str: ...

    @property
    def address(self) -> str:
        """Where the system said that its API is, "" when it said nothing."""
        ...

    def current(self) -> str:
        """What to sign the next request with. Raises SourceError when there is nothing."""
        ...

    def renewed(self, refused: str) -> str | None:
        """Another one after the system refused this one, None when there is no other."""
        ...

    def remedy(self, title: str, source: str) -> str:
        """What a person has to do once the system accepts nothing that we have."""
        ...

    def hidden(self, text: str) -> str:
        """A text without the secret."""
        ...


@dataclass(frozen=True, slots=True)
class PastedKey:
    """A key that holds until somebody revokes it."""

    key: str = field(repr=False)
    noun: str = "key"
    address: str = ""

    def current(self) -> str:
        return self.key

    def renewed(self, refused: str) -> str | None:
        return None

    def remedy(self, title: str, source: str) -> str:
        return (
            f"Make a new key at {title} and give it to CSMDesk: on the Sources page, or with"
            f" `csmdesk connect {source}`."
        )

    def hidden(self, text: str) -> str:
        """Without the key, its secret part after a colon, and what basic sign-in makes of them."""
        secret = self.key.partition(":")[2]
        for one in (self.key, secret, _encoded(self.key), _encoded(f"{self.key}:")):
            text = text.replace(one, "***") if one else text
        return text


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
