"""The systems that CSMDesk can read, what to call them and what they tell.

The first kind is the system's main one; it decides its rank when records are joined
(definitions.md section 1: CRM before billing before support before usage).
"""

from __future__ import annotations

from dataclasses import dataclass

RANKS = {"crm": 0, "billing": 1, "support": 2, "usage": 3}


@dataclass(frozen=True, slots=True)
class System:
    """`also` are kinds it stands in for when rows of them are there and no other source has them.

    `key`: what the key is called that it is read with ("" = it cannot be connected), `where` to
    make one, `asks`: settings of the source (names of `settings.Source`) that it needs beside it.
    `signs_in`: a person signs in with the browser instead, as the app registered at `where`.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    also: tuple[str, ...] = ()
    key: str = ""
    where: str = ""
    asks: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    """Settings of the source that most people leave empty."""
    editable: bool = False
    """A person may edit fields of its companies here."""
    takes_scores: bool = False
    """Scores can be written to its companies."""
    signs_in: bool = False
    maps_fields: bool = False
    """A person may choose which of its fields feeds which field here."""

    @property
    def rank(self) -> int:
        return RANKS[self.kinds[0]]

    @property
    def defines_customers(self) -> bool:
        """A CRM or billing account that joins nobody is a customer; others are a question."""
        return self.kinds[0] in ("crm", "billing")


_ALL = (
    System(
        "hubspot", "HubSpot", ("crm",), ("support",),
        key="Service key or private app token",
        where="Settings > Integrations > Private apps",
        editable=True,
        takes_scores=True,
        maps_fields=True,
    ),
    System(
        "salesforce", "Salesforce", ("crm",), ("support",),
        where="Setup > External Client App Manager",
        asks=("client_id",),
        may_ask=("login_domain",),
        editable=True,
        takes_scores=True,
        signs_in=True,
        maps_fields=True,
    ),
    System(
        "stripe", "Stripe", ("billing",),
        key="Restricted key (read)",
        where="Developers > API keys > Create restricted key",
        maps_fields=True,
    ),
    System(
        "chargebee", "Chargebee", ("billing",),
        key="API key (read-only)",
        where="Settings > Configure Chargebee > API keys",
        asks=("site",),
    ),
    System(
        "posthog", "PostHog", ("usage",),
        key="Personal API key",
        where="Settings > Personal API keys, scope query:read",
        asks=("project_id",),
    ),
    System(
        "mixpanel", "Mixpanel", ("usage",),
        key="Service account (user:secret)",
        where="Organization settings > Service accounts",
        asks=("project_id",),
    ),
    System("warehouse", "Warehouse", ("usage",)),
    System(
        "intercom", "Intercom", ("support",),
        key="Access token",
        where="Developer Hub > your app > Authentication",
    ),
    System(
        "zendesk", "Zendesk", ("support",),
        where="Admin Center > Apps and integrations > APIs > OAuth clients",
        asks=("site", "client_id"),
        signs_in=True,
    ),
    System("import", "Imported files", ("crm",), ("billing", "usage", "support")),
)  # fmt: skip
DEMO = ("hubspot", "stripe", "posthog", "intercom")
"""What the demo reads: one system of each kind, since the others tell of the same world."""
SYSTEMS = {system.name: system for system in _ALL}


def system_named(name: str) -> System:
    """The system of a source; one that is not listed counts as a CRM."""
    return SYSTEMS.get(name) or System(name, name, ("crm",))


def connectable() -> tuple[System, ...]:
    """The systems that can be connected."""
    return tuple(system for system in _ALL if system.key or system.signs_in)
