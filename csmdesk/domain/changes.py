"""What a write changed: collected in its transaction, announced once after commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Kinds: "facts", "findings", "overview", "work", "sources", "settings". `customers`: ids
    touched, empty = many. `origin` names the writer, so that it can skip its own echo."""

    kinds: frozenset[str]
    customers: frozenset[str] = frozenset()
    origin: str = ""

    def merged(self, other: ChangeSet) -> ChangeSet:
        many = not self.customers or not other.customers
        customers = frozenset() if many else self.customers | other.customers
        origin = self.origin if self.origin == other.origin else ""
        return ChangeSet(self.kinds | other.kinds, customers, origin)
