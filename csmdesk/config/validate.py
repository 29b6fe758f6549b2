"""What a configuration may say beyond its types. Rules that the engine knows are checked in `jobs`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from csmdesk.config.currencies import CODES
from csmdesk.config.zone import is_zone
from csmdesk.domain.errors import BadInput, BadSetting
from csmdesk.domain.money import to_minor
from csmdesk.domain.settings import HealthLimits, Settings
from csmdesk.domain.systems import SYSTEMS

MAX_TERM_MONTHS = 120
MAX_STEP_DAY = 3_650
MAX_MARKER_DAYS = 30
"""As many days of history as a run looks back on."""
MAX_DEMO_CUSTOMERS = 100_000


def check(settings: Settings) -> tuple[BadSetting, ...]:
    """Every value that breaks a rule, in the order of the settings."""
    parts = (
        *(_workspace(settings), _sources(settings), _money(settings), _schedule(settings)),
        *(
            _models(settings),
            _health(settings.health),
            _segments(settings),
            _features(settings),
            _playbooks(settings),
        ),
    )
    return tuple(problem for part in parts for problem in part)


def _workspace(settings: Settings) -> Iterator[BadSetting]:
    if not 1 <= settings.demo_customers <= MAX_DEMO_CUSTOMERS:
        rule = f"from 1 to {MAX_DEMO_CUSTOMERS:,}"
        yield BadSetting(("demo_customers",), str(settings.demo_customers), rule)
    if settings.demo_seed < 0:
        yield BadSetting(("demo_seed",), str(settings.demo_seed), "0 or more")
    if not is_zone(settings.time_zone):
        rule = "the name of a time zone, such as “Europe/Berlin”"
        yield BadSetting(("time_zone",), f"“{settings.time_zone}”", rule)
    yield from _unlike(("tiers",), settings.tiers)


def _sources(settings: Settings) -> Iterator[BadSetting]:
    yield from _unlike(("sources",), [source.system for source in settings.sources], "system")
    for place, source in enumerate(settings.sources):
        at = ("sources", place)
        if source.system not in SYSTEMS:
            yield BadSetting((*at, "system"), f"“{source.system}”", f"one of {', '.join(SYSTEMS)}")
        if source.base_url and not source.base_url.startswith(("https://", "http://")):
            rule = "an address that begins with https://"
            yield BadSetting((*at, "base_url"), f"“{source.base_url}”", rule)


def _money(settings: Settings) -> Iterator[BadSetting]:
    money = settings.money
    if money.reporting_currency not in CODES:
        rule = "a currency code of ISO 4217 in capitals, such as EUR"
        yield BadSetting(("money", "reporting_currency"), f"“{money.reporting_currency}”", rule)
    rule = "an amount of the reporting currency from 0 up, such as “50.00”"
    floor = BadSetting(("money", "overdue_floor"), f"“{money.overdue_floor}”", rule)
    try:
        if to_minor(money.overdue_floor, money.reporting_currency) < 0:
            yield floor
    except BadInput:
        yield floor
    months = settings.renewals.min_term_months
    if not 0 <= months <= MAX_TERM_MONTHS:
        rule = f"from 0 to {MAX_TERM_MONTHS}"
        yield BadSetting(("renewals", "min_term_months"), str(months), rule)


def _schedule(settings: Settings) -> Iterator[BadSetting]:
    schedule = settings.schedule
    days = schedule.weekdays
    if not days or len(set(days)) < len(days) or not all(0 <= day <= 6 for day in days):
        rule = "different days from 0 (Monday) to 6 (Sunday), at least one"
        yield BadSetting(("schedule", "weekdays"), str(list(days)), rule)
    for name, value, most in (("hour", schedule.hour, 23), ("minute", schedule.minute, 59)):
        if not 0 <= value <= most:
            yield BadSetting(("schedule", name), str(value), f"from 0 to {most}")


def _models(settings: Settings) -> Iterator[BadSetting]:
    yield from _unlike(("models",), [model.name for model in settings.models], "name")
    for place, model in enumerate(settings.models):
        if model.version < 1:
            yield BadSetting(("models", place, "version"), str(model.version), "1 or more")
        if not model.segment and place < len(settings.models) - 1:
            rule = "the name of a segment: only the last model may be for everybody else"
            yield BadSetting(("models", place, "segment"), "empty", rule)


def _health(health: HealthLimits) -> Iterator[BadSetting]:
    ranges = {
        "sticky_points": (0, 50),
        "jump_points": (1, 100),
        "marker_points": (1, 100),
        "marker_days": (1, MAX_MARKER_DAYS),
        "min_coverage_percent": (0, 100),
        "thin_coverage_percent": (0, 100),
        "min_ranked": (2, 100_000),
        "low_trend": (0, 1),
        "trend_week_events": (0, 1_000_000),
        "trend_median_customers": (1, 100_000),
        "portfolio_drop": (0, 1),
    }
    for name, (least, most) in ranges.items():
        value = getattr(health, name)
        if not least <= value <= most:
            rule = f"from {least:,} to {most:,}"
            yield BadSetting(("health", name), f"{value:g}", rule)


def _segments(settings: Settings) -> Iterator[BadSetting]:
    yield from _unlike(("segments",), [segment.name for segment in settings.segments], "name")


def _features(settings: Settings) -> Iterator[BadSetting]:
    yield from _unlike(("features", "key"), settings.features.key)
    yield from _unlike(("features", "schedules"), settings.features.schedules)
    for unit, counted in settings.features.units.items():
        yield from _unlike(("features", "units", unit, "features"), counted.features)
    for name, table in (
        ("products", settings.features.products),
        ("modules", settings.features.modules),
    ):
        for owner, members in table.items():
            yield from _unlike(("features", name, owner), members)
    home: dict[str, str] = {}
    for module, features in settings.features.modules.items():
        for feature in features:
            if home.setdefault(feature, module) != module:
                rule = f"in one module only (it is in “{home[feature]}”)"
                yield BadSetting(("features", "modules", module), f"“{feature}”", rule)


def _playbooks(settings: Settings) -> Iterator[BadSetting]:
    yield from _unlike(("playbooks",), [one.name for one in settings.playbooks], "name")
    for place, playbook in enumerate(settings.playbooks):
        at = ("playbooks", place, "steps")
        if not playbook.steps:
            yield BadSetting(at, "empty", "a list of at least one step")
        for number, step in enumerate(playbook.steps):
            if not step.title.strip():
                yield BadSetting((*at, number, "title"), "empty", "a text")
            if not 0 <= step.day <= MAX_STEP_DAY:
                rule = f"days after the enrolment, from 0 to {MAX_STEP_DAY:,}"
                yield BadSetting((*at, number, "day"), str(step.day), rule)


def _unlike(
    path: tuple[str | int, ...], names: Sequence[str], key: str = ""
) -> Iterator[BadSetting]:
    """Names of a list must be there and differ; `key`: the key of an entry that holds its name."""
    seen = set()
    for place, name in enumerate(names):
        at = (*path, place, key) if key else (*path, place)
        if not name.strip():
            yield BadSetting(at, "empty", "a text")
        elif name in seen:
            yield BadSetting(at, f"“{name}” again", "different from the others")
        seen.add(name)
