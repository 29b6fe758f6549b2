"""Building the Portfolio: facts, findings and work of one day as the columns that pages read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csmdesk.domain.collector import collector_paused
from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING, iso_day
from csmdesk.domain.findings import BANDS, Findings, Health, HistoryDay, Previous
from csmdesk.domain.inputs import Facts
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio
from csmdesk.domain.quality import as_columns
from csmdesk.domain.scope import Scope
from csmdesk.domain.texts import plural
from csmdesk.engine.figures.counted import with_counts
from csmdesk.engine.figures.customers import totals
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.frozen import as_stored
from csmdesk.engine.money.mrr import subscription_columns
from csmdesk.engine.money.prepared import Prepared
from csmdesk.engine.rules.rule import Context
from csmdesk.engine.run import prepare_run
from csmdesk.engine.segments import segment_mask
from csmdesk.jobs import snapshot_columns as columns
from csmdesk.jobs.quality import issues
from csmdesk.jobs.session import Session
from csmdesk.jobs.snapshot_told import as_told
from csmdesk.store import findings as stored
from csmdesk.store import outbox
from csmdesk.store.fingerprint import fingerprint
from csmdesk.store.history import chi_matrix, first_history_day, history
from csmdesk.store.load import load_facts
from csmdesk.store.overview import write_overview
from csmdesk.store.snapshot import snapshot_rows

CHANGE_DAYS = 30


@collector_paused()
def build_portfolio(session: Session, day: int, *, recompute: bool = False) -> Portfolio:
    """The portfolio as of `day`: scores as they were stored, else recomputed from the facts. With
    `recompute` always recomputed, and told where the stored one differs."""
    with session.store.read() as conn:
        facts = load_facts(conn, session.settings, day - 1)
        kept, newest = history(conn, day - 30, day), stored.last_run(conn)
    settings = session.settings
    inputs = prepare_run(facts, settings)
    measures = inputs.measures(day)
    before = tuple(one for one in kept if one.day < day)
    health = assess(facts, measures, settings, day, before)
    frozen = [one for one in kept if one.day == day]
    if frozen and not recompute:
        health = as_stored(health, frozen[0], before, settings)
    then = None
    if newest is not None and day < newest.day:
        known = Previous({}, {}, before)
        former = inputs.measures(day - 1)
        then = Context(facts, settings, day, measures, former, inputs.events, health, known)
    portfolio = _assemble(session, day, facts, inputs.money, measures, health, then)
    return beside_stored(portfolio, frozen[0]) if frozen and recompute else portfolio


def portfolio_of(
    session: Session,
    day: int,
    facts: Facts,
    prepared: Prepared,
    findings: Findings,
    *,
    preview: bool = False,
) -> Portfolio:
    """The portfolio of a run's last day, from what the run has in hand."""
    portfolio = _assemble(session, day, facts, prepared, findings.measures, findings.health)
    return replace(portfolio, preview=preview)


def keep_overview(session: Session, portfolio: Portfolio) -> None:
    """Write what the next start shows in its first frame."""
    figures = totals(portfolio, Scope(portfolio.day)).as_json()
    with session.store.write() as conn:
        write_overview(conn, portfolio, figures)


def beside_stored(portfolio: Portfolio, day: HistoryDay) -> Portfolio:
    """A recomputed portfolio with the column `stored_chi` (MISSING where none was stored, or the same)
    and a notice that counts the differences."""
    place = {one: row for row, one in enumerate(day.ids)}
    at = np.array([place.get(one, -1) for one in portfolio.customers["id"]], dtype=np.int64)
    kept = np.where(at >= 0, np.append(day.chi, -1)[at], -1).astype(np.int64)
    other = (kept >= 0) & (kept != portfolio.customers["chi"])
    customers = {**portfolio.customers.data, "stored_chi": np.where(other, kept, MISSING)}
    count = int(other.sum())
    verb = "differs" if count == 1 else "differ"
    said = f"{plural(count, 'recomputed score')} {verb} from what was stored on {iso_day(day.day)}."
    return replace(
        portfolio,
        customers=Columns(customers, portfolio.customers.length),
        notices=(*portfolio.notices, said) if count else portfolio.notices,
    )


def _assemble(
    session: Session,
    day: int,
    facts: Facts,
    prepared: Prepared,
    measures: Columns,
    health: Health,
    then: Context | None = None,
) -> Portfolio:
    """`then`: what the rules of a past day read, to tell its tasks and alerts as they were told."""
    settings = session.settings
    with session.store.read() as conn:
        work = snapshot_rows(conn, day)
        chi = chi_matrix(conn, day, HISTORY_DAYS, facts.ids)
        run, first = stored.last_run(conn, day), first_history_day(conn)
        unsent = outbox.unsent(conn)
        found = issues(conn, facts.sources, session.today())
    if then is not None:
        work = as_told(work, then)
    chi[-1] = health.chi
    index = {one: row for row, one in enumerate(facts.ids)}
    tasks = columns.joined(work.tasks, index)
    tags = columns.merged_tags(facts, work)
    customers = columns.customers(facts, measures, health, settings, prepared, tags, day)
    marks = [unsent.get(one, ()) for one in facts.ids]
    customers = Columns({**customers.data, "unsent": marks}, customers.length)
    alerts = columns.joined(work.alerts, index)
    customers = with_counts(with_change(customers, chi), tasks, alerts, day)
    bands = [BANDS[int(band)] for band in health.band]
    members = {
        segment.name: segment_mask(
            segment, customers.texts("tier"), customers.texts("stage"), tags, bands
        )
        for segment in settings.segments
    }
    return Portfolio(
        day=day,
        today=session.today(),
        currency=settings.money.reporting_currency,
        built_at=session.now(),
        fingerprint=fingerprint(settings),
        preview=False,
        sources=facts.sources,
        csms=tuple(sorted({name for name in customers.texts("csm") if name})),
        segments=tuple(segment.name for segment in settings.segments),
        segment_members=members,
        customers=customers,
        tasks=tasks,
        task_events=columns.events(work, tasks),
        alerts=alerts,
        movements=columns.movement_rows(facts, settings, prepared, day),
        renewals=columns.renewals(facts, measures, day),
        contacts=columns.recent_contacts(facts, day),
        activities=columns.recent_activities(facts, day),
        subscriptions=subscription_columns(facts, prepared, day),
        chi_history=chi,
        factors=health.factors,
        num=health.num,
        den=health.den,
        has=health.has,
        score=health.score,
        points=health.points,
        weight=health.weight,
        weight_total=health.weight_total,
        cap_points=health.cap_points,
        notices=(
            *session.notices,
            *(run.notices if run is not None else ()),
            *_money_notices(measures),
        ),
        rules=tuple((r.rule, r.checked, r.reason) for r in run.rules) if run is not None else (),
        run_day=run.day if run is not None else MISSING,
        run_at=run.at if run is not None else MISSING,
        run_ms=run.ms if run is not None else 0,
        first_day=MISSING if first is None else first,
        measures=shown_measures(measures),
        enrolments=columns.joined(work.enrolments, index),
        steps=columns.steps(work, index),
        quality=as_columns(found),
        renewal_dates=columns.recent_renewals(facts, settings, prepared, day),
    )


def _money_notices(measures: Columns) -> tuple[str, ...]:
    """Amounts without an exchange rate are in no figure: that must be said."""
    lost = int((measures["missing_rate"] | (measures.ints("metered_lost") > 0)).sum())
    if not lost:
        return ()
    who = plural(lost, "customer")
    return (f"{who} pay in a currency without an exchange rate: left out of all money figures.",)


def shown_measures(measures: Columns) -> Columns:
    """The measures that pages read: those of one value a customer, which frames can carry."""
    plain = {name: column for name, column in measures.items() if name != "unit_use"}
    return Columns(plain, measures.length)


def with_change(customers: Columns, chi: NDArray[np.int16]) -> Columns:
    """The customers with the change of their CHI in 30 days (MISSING where either is unknown)."""
    now, before = chi[-1].astype(np.int64), chi[-1 - CHANGE_DAYS].astype(np.int64)
    change = np.where((now >= 0) & (before >= 0), now - before, MISSING)
    return Columns({**customers.data, "health_change": change}, customers.length)
