"""Sub-tab Product usage: who uses what, how much, against what is paid for."""

from __future__ import annotations

import numpy as np

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import SCORE_UNIT
from csmdesk.domain.page import Cell, Field, Fields, Head, Series, Tab, Table
from csmdesk.domain.texts import percent, plural
from csmdesk.engine.figures.customer.breakdown import history
from csmdesk.engine.figures.customer.context import CustomerContext, count_cell, text_cell
from csmdesk.engine.health.factor import PILLAR_TITLES, PILLARS

CHART_DAYS = 60
FEATURE_DAYS = 14
USER_DAYS = 30


def tab(context: CustomerContext) -> Tab:
    main = (_daily(context), _features(context), _users(context), _modules(context))
    side = (_pillars(context), _capacity(context), _jobs(context), history(context, CHART_DAYS))
    return Tab("usage", "Product usage", "", main, side)


def _window(context: CustomerContext, first_day: int, width: int, days: int) -> slice:
    """Columns of the last `days` usage days, D-days ... D-1, clipped to what is stored."""
    end = context.day - first_day
    return slice(max(0, min(width, end - days)), max(0, min(width, end)))


def _daily(context: CustomerContext) -> Series:
    usage = context.rows.usage
    window = _window(context, usage.first_day, len(usage.events), CHART_DAYS)
    days = tuple(range(usage.first_day + window.start, usage.first_day + window.stop))
    covered = [usage.covered_from != MISSING and day >= usage.covered_from for day in days]
    lines = tuple(
        (
            name,
            tuple(
                float(value) if known else None
                for value, known in zip(values[window].tolist(), covered, strict=True)
            ),
        )
        for name, values in (("Events", usage.events), ("Users", usage.users))
    )
    empty = "This customer joins no account in product analytics."
    return Series(
        "daily", f"Daily usage, {CHART_DAYS} days", days if usage.joined else (), lines, empty=empty
    )


def _features(context: CustomerContext) -> Table:
    usage = context.rows.usage
    window = _window(context, usage.first_day, usage.feature_events.shape[1], FEATURE_DAYS)
    recent = usage.feature_events[:, window].sum(axis=1).tolist()
    failed = usage.feature_failed[:, window].sum(axis=1).tolist()
    end = max(0, context.day - usage.first_day)
    heads = (
        Head("feature", "Feature"),
        Head("module", "Module", width=130),
        Head("events", f"{FEATURE_DAYS} days", right=True, width=90),
        Head("failed", "Failed", right=True, width=80),
        Head("last", "Last used", width=120),
    )
    order = sorted(range(len(recent)), key=lambda row: (-recent[row], usage.features[row]))
    rows = []
    for row in order:
        used = np.flatnonzero(usage.feature_events[row, :end])
        last = usage.first_day + int(used[-1]) if len(used) else None
        feature, module = usage.features[row]
        rows.append(
            (
                Cell(_words(feature), feature),
                text_cell(module or None),
                count_cell(int(recent[row])),
                Cell(f"{failed[row]:,}", int(failed[row]), "poor" if failed[row] else ""),
                context.day_cell(last),
            )
        )
    title = f"Features, last {FEATURE_DAYS} days"
    filters = (("module", "Module"),)
    return Table("features", title, heads, tuple(rows), "No feature used yet.", filters=filters)


def _words(feature: str) -> str:
    """An event name as words: report_viewed -> Report viewed."""
    return feature.replace("_", " ").strip().capitalize() or feature


def _users(context: CustomerContext) -> Table:
    usage = context.rows.usage
    window = _window(context, usage.person_first_day, usage.person_events.shape[1], USER_DAYS)
    recent = usage.person_events[:, window].sum(axis=1).tolist()
    total = sum(recent)
    end = max(0, context.day - usage.person_first_day)
    names = {c.user_key: c.name for c in context.rows.contacts if c.user_key is not None}
    heads = (
        Head("user", "User"),
        Head("mail", "Known as", width=240),
        Head("events", f"{USER_DAYS} days", right=True, width=90),
        Head("share", "Share", right=True, width=80),
        Head("last", "Last active", width=120),
    )
    rows = []
    for row in sorted(range(len(recent)), key=lambda row: (-recent[row], usage.persons[row])):
        active = np.flatnonzero(usage.person_events[row, :end])
        last = usage.person_first_day + int(active[-1]) if len(active) else None
        key = usage.persons[row]
        share = percent(recent[row], total) if total else "–"
        rows.append(
            (
                text_cell(names.get(key) or key),
                text_cell(key),
                count_cell(int(recent[row])),
                Cell(share, recent[row] / total if total else None),
                context.day_cell(last),
            )
        )
    empty = "No usage by person: the source gives none, or it has not been read yet."
    return Table("users", f"Users, last {USER_DAYS} days", heads, tuple(rows), empty)


def _modules(context: CustomerContext) -> Table:
    usage = context.rows.usage
    window = _window(context, usage.first_day, usage.feature_events.shape[1], FEATURE_DAYS)
    recent = usage.feature_events[:, window].sum(axis=1).tolist()
    used: dict[str, int] = {}
    for (_, module), events in zip(usage.features, recent, strict=True):
        if module:
            used[module] = used.get(module, 0) + int(events)
    entitled = {module for product in context.rows.products for module in product.modules}
    entitled |= {one.module for one in context.rows.entitlements if one.module}
    heads = (
        Head("module", "Module"),
        Head("paid", "Paid for", width=100),
        Head("events", f"{FEATURE_DAYS} days", right=True, width=90),
        Head("state", "State", width=120),
    )
    rows = []
    for module in sorted(entitled | set(used)):
        events = used.get(module, 0)
        paid = module in entitled
        state = ("Used", "good") if events else ("Not used", "poor" if paid else "")
        rows.append(
            (
                text_cell(module),
                Cell("yes" if paid else "no", paid),
                count_cell(events),
                Cell(state[0], state[0].lower(), state[1], pill=True),
            )
        )
    return Table("modules", "Modules", heads, tuple(rows), "No product with modules.")


def _pillars(context: CustomerContext) -> Fields:
    fields = []
    for key in PILLARS:
        score = context.number(f"pillar_{key}")
        if score < 0:
            cell = Cell("no data", None, "muted")
        else:
            points = round(score / SCORE_UNIT)
            tone = "good" if points > 70 else "poor" if points < 30 else "neutral"
            cell = Cell(f"{points} of 100", points, tone)
        fields.append(Field(key, PILLAR_TITLES[key], cell))
    return Fields("pillars", "Pillars", tuple(fields))


def _capacity(context: CustomerContext) -> Fields:
    used, seats = context.measure("active_users"), context.measure("seats")
    share = Cell("–", None)
    if used != MISSING and seats not in (MISSING, 0):
        tone = "poor" if used * 2 < seats else "neutral" if used > seats else "good"
        share = Cell(percent(used, seats), used / seats, tone)
    login = context.number("last_login_on")
    never = login == MISSING and context.rows.usage.joined
    last = Cell("never", None, "poor") if never else context.day_cell(login)
    gap = context.measure("login_gap")
    usual = Cell("–", None) if gap == MISSING else Cell(plural(gap, "day"), gap)
    fields = (
        Field("active_users", "Active users, 30 days", count_cell(used)),
        Field("seats", "Contracted seats", count_cell(seats)),
        Field("share", "Seats in use", share),
        Field("last_login", "Last login", last),
        Field("login_gap", "Usually every", usual),
    )
    return Fields("capacity", "Usage against capacity", fields)


def _jobs(context: CustomerContext) -> Fields:
    jobs, failed = context.measure("jobs_14"), context.measure("failed_14")
    none = jobs in (MISSING, 0)
    tone = "poor" if failed else "good"
    share = Cell("–", None) if none else Cell(percent(failed, jobs), failed / jobs, tone)
    silent = Cell("not checked: no source", None, "muted")
    fields = (
        Field("jobs", "Jobs, 14 days", count_cell(jobs)),
        Field("failed", "Failed", count_cell(failed)),
        Field("failed_share", "Failed share", share),
        Field("silent_agents", "Silent agents", silent),
        Field("lapsed", "Lapsed schedules", silent),
        Field("covered", "Usage known since", _covered(context)),
    )
    return Fields("jobs", "Jobs and agents", fields)


def _covered(context: CustomerContext) -> Cell:
    return context.day_cell(context.rows.usage.covered_from)
