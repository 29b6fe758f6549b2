"""Typed configuration: what `workspace.toml` may say, with its defaults in one place.

Only shapes and defaults live here; `config` reads and writes them. Money thresholds are decimal
strings in major units of the reporting currency. `docs/configuration.md` explains every key.
"""

from __future__ import annotations

import msgspec


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connected system. Its key lives in the keyring, never here."""

    system: str
    base_url: str = ""
    project_id: str = ""
    site: str = ""
    """The part of the address that is the customer's own: acme of acme.chargebee.com."""
    client_id: str = ""
    """The registered app as which a person signs in with the browser; no secret."""
    login_domain: str = ""
    """Salesforce: where to sign in, when not at login.salesforce.com."""
    api_version: str = ""
    paused: bool = False
    fields: dict[str, str] = {}
    """CSMDesk field -> the source's property that feeds it; empty = the connector's defaults."""
    writes: dict[str, str] = {}
    """Score field -> the property that it is written to; empty = the connector's defaults."""


class Money(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reporting_currency: str = "USD"
    overdue_floor: str = "50.00"


class Renewals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    min_term_months: int = 6


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the engine runs; weekdays from 0 (Monday) to 6."""

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    hour: int = 6
    minute: int = 0


class FactorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Overrides of a factor: `curve` = [[value, score], …], `missing` = exclude | neutral | 0-100."""

    weight: int | None = None
    curve: tuple[tuple[float, int], ...] | None = None
    missing: str | None = None


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A health model; the first whose segment matches applies, the default (no segment) is last."""

    name: str = "Default"
    version: int = 1
    segment: str = ""
    factors: dict[str, FactorSettings] = {}
    caps: dict[str, int] = {}
    """Cap -> the highest score that it leaves."""
    good_above: int = 70
    poor_below: int = 30


class HealthLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds of bands, markers, caps and the usage trend that all models share (definitions.md
    section 5). A band holds on within `sticky_points` of its limit and turns at once by a jump of more than
    `jump_points`; `portfolio_drop`: median trend below which usage rules rest. With data for less than
    `thin_coverage_percent` of its weights a score's dial is hatched, below `min_coverage_percent` there
    is no band."""

    sticky_points: int = 5
    jump_points: int = 25
    marker_points: int = 25
    marker_days: int = 7
    min_coverage_percent: int = 25
    thin_coverage_percent: int = 50
    min_ranked: int = 20
    low_trend: float = 0.4
    trend_week_events: int = 10
    trend_median_customers: int = 20
    portfolio_drop: float = 0.6


class Segment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named filter: every condition must hold. Conditions: tier, stage, tag, band = value(s)."""

    name: str
    tier: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    band: tuple[str, ...] = ()


class Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts the use of a unit that products are sold by: these features (none: all of the
    product). `level`: the highest day of 30 counts, not the sum of the billing month."""

    features: tuple[str, ...] = ()
    level: bool = False


class Features(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Product taxonomy, added to what the sources say: `products` = product -> its modules,
    `modules` = module -> its features, `units` = unit -> what counts its use; `key` features and
    `schedules`, those that run by themselves."""

    key: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    products: dict[str, tuple[str, ...]] = {}
    modules: dict[str, tuple[str, ...]] = {}
    units: dict[str, Unit] = {}


class PlaybookStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step is due `day` days after the enrolment."""

    title: str
    day: int = 0


class EnrolOn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task of `rule` at `severity` or above enrols its customer."""

    rule: str
    severity: str = "High"


class Playbook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template of dated steps; the name is its identity. Without `enrol_on` by hand alone."""

    name: str
    steps: tuple[PlaybookStep, ...] = ()
    enrol_on: EnrolOn | None = None


class WriteBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether scores are written to the CRM after a run, and what a person logs here as well."""

    enabled: bool = False
    activities: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a workspace configures. `rules[rule id]` and `alerts[kind]` override thresholds by
    name."""

    name: str = "My workspace"
    demo: bool = False
    demo_customers: int = 214
    demo_seed: int = 7
    """How many customers the demo's sandbox plays, and which ones."""
    user: str = ""
    """E-mail of the CSM who uses this workspace; empty = all customers are "mine"."""
    time_zone: str = "UTC"
    tiers: tuple[str, ...] = ("T1", "T2", "T3", "T4")
    sources: tuple[Source, ...] = ()
    money: Money = Money()
    renewals: Renewals = Renewals()
    schedule: Schedule = Schedule()
    write_back: WriteBack = WriteBack()
    models: tuple[Model, ...] = (Model(),)
    health: HealthLimits = HealthLimits()
    segments: tuple[Segment, ...] = ()
    features: Features = Features()
    statuses: dict[str, str] = {}
    """source status -> Active, Trial, Past due, Paused, Cancelled, Free; adds to the defaults."""
    rules: dict[str, dict[str, float]] = {}
    alerts: dict[str, dict[str, float]] = {}
    playbooks: tuple[Playbook, ...] = ()
