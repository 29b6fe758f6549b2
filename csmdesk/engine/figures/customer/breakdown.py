"""Sub-tab CHI breakdown: pillars, factors, exact points, and the history of the score."""

from __future__ import annotations

from csmdesk.domain.findings import SCORE_UNIT
from csmdesk.domain.page import (
    Breakdown,
    Cell,
    FactorLine,
    Field,
    Fields,
    Mark,
    PillarLine,
    Series,
    Tab,
)
from csmdesk.domain.portfolio import HISTORY_DAYS
from csmdesk.domain.texts import decimal, plural
from csmdesk.engine.figures.customer.context import CustomerContext, text_cell
from csmdesk.engine.figures.customer.model import used_model
from csmdesk.engine.health.caps import CAPS
from csmdesk.engine.health.explain import best_value, factor_text, source_of, weighed_rows
from csmdesk.engine.health.factor import PILLAR_TITLES, PILLARS, Detail
from csmdesk.engine.health.factors import BY_KEY
from csmdesk.engine.health.model import HealthModel


def tab(context: CustomerContext) -> Tab:
    return Tab(
        "chi",
        "CHI breakdown",
        "",
        (_breakdown(context),),
        (history(context, HISTORY_DAYS), _model(context), risk(context)),
    )


def history(context: CustomerContext, days: int) -> Series:
    """The CHI of the last `days` days, with marks where it was first scored and where its model
    changed."""
    portfolio, at = context.portfolio, context.at
    values = portfolio.chi_history[-days:, at].astype(int).tolist()
    shown = tuple(float(chi) if chi >= 0 else None for chi in values)
    first = context.day - len(values) + 1
    days_shown = tuple(range(first, context.day + 1))
    marks: tuple[Mark, ...] = ()
    scored = [place for place, chi in enumerate(values) if chi >= 0]
    if scored and scored[0] > 0:
        marks = (Mark(first + scored[0], "first scored"),)
    turned = (one for one in context.versions[1:] if one[0] >= first)
    marks += tuple(Mark(day, version.rpartition(" (")[0]) for day, version in turned)
    return Series(
        "chi_history",
        f"CHI, {len(values)} days",
        days_shown,
        (("CHI", shown),),
        bands=True,
        marks=marks,
        empty="No score yet",
    )


def _breakdown(context: CustomerContext) -> Breakdown:
    portfolio, at = context.portfolio, context.at
    chi = context.number("chi")
    used = used_model(context)
    lines = {row: _factor_line(context, row, used.model) for row in weighed_rows(portfolio)}
    pillars = []
    for key in PILLARS:
        rows = [row for row in lines if BY_KEY[portfolio.factors[row]].pillar == key]
        pillars.append(_pillar_line(context, key, rows, [lines[row] for row in rows]))
    cap = context.number("cap")
    cap_cell = None
    if cap >= 0:
        limit = CAPS[cap]
        cap_cell = Cell(f"{limit.text}: at most {chi}", limit.key, "poor")
    title = f"Why {chi} and not 100" if chi >= 0 else "Not scored yet"
    if chi == 100:
        title = "A full 100"
    covered = decimal(context.number("coverage"), 100, 0)
    note = f"Model “{used.name}” ({used.why}), {covered} % of the weights have data"
    return Breakdown(
        "breakdown", title, note, chi, tuple(pillars), cap_cell, int(portfolio.cap_points[at])
    )


def _factor_line(context: CustomerContext, row: int, model: HealthModel | None) -> FactorLine:
    portfolio, at = context.portfolio, context.at
    factor = BY_KEY[portfolio.factors[row]]
    has = bool(portfolio.has[row, at])
    detail = Detail(portfolio.measures, at, portfolio.currency)
    source, age = source_of(factor.source, portfolio.sources, context.day)
    known = f"{source}, read {plural(age, 'day')} ago" if age else source or "no source connected"
    tip = f"100 points at {best_value(factor, model)}. Source: {known}."
    if not has:
        raw = Cell("no data", None, "muted", tip)
        return FactorLine(factor.key, factor.title, raw, "–", 0, -1.0)
    words = factor_text(_scored(context), row, detail)
    score = int(portfolio.score[row, at])
    weight = int(portfolio.weight[row, at])
    total = int(portfolio.weight_total[at])
    return FactorLine(
        factor.key,
        factor.title,
        Cell(words, words, "", tip),
        got=_points(weight * score, weight, total),
        lost=int(portfolio.points[row, at]),
        share=score / (100 * SCORE_UNIT),
    )


def _pillar_line(
    context: CustomerContext, key: str, rows: list[int], lines: list[FactorLine]
) -> PillarLine:
    portfolio, at = context.portfolio, context.at
    weights = [int(portfolio.weight[row, at]) for row in rows if portfolio.has[row, at]]
    earned = sum(
        int(portfolio.weight[row, at]) * int(portfolio.score[row, at])
        for row in rows
        if portfolio.has[row, at]
    )
    score = context.number(f"pillar_{key}")
    total = int(portfolio.weight_total[at])
    got = _points(earned, sum(weights), total) if weights else "–"
    return PillarLine(
        key,
        PILLAR_TITLES[key],
        got,
        sum(line.lost for line in lines),
        score / (100 * SCORE_UNIT) if score >= 0 else -1.0,
        tuple(lines),
    )


def _points(earned: int, weight: int, total: int) -> str:
    """ "3.4 of 14": points earned of the effective weight, out of 100."""
    most = decimal(weight * 100, total, 1)
    got = decimal(earned * 100, total * 100 * SCORE_UNIT, 1)
    return f"{got} of {most}"


def _model(context: CustomerContext) -> Fields:
    portfolio, used = context.portfolio, used_model(context)
    fields = (
        Field("model", "Model", text_cell(used.version)),
        Field("why", "Why this one", text_cell(used.why)),
        Field("fingerprint", "Fingerprint", text_cell(portfolio.fingerprint)),
        Field(
            "coverage",
            "Coverage",
            Cell(decimal(context.number("coverage"), 100, 0) + " %", context.number("coverage")),
        ),
    )
    return Fields("model", "How it was computed", fields)


def risk(context: CustomerContext) -> Fields:
    """The CSM's own word: score, tags and notes."""
    entry = context.rows.risk
    if entry is None:
        empty = Cell("not given", None, "muted")
        return Fields("risk", "Risk and confidence", (Field("score", "Own risk score", empty),))
    score = "–" if entry.score is None else f"{entry.score} / 10"
    fields = (
        Field("score", "Own risk score", Cell(score, entry.score)),
        Field("risk_tags", "Risk", text_cell(", ".join(entry.risk_tags), "poor")),
        Field("confidence_tags", "Confidence", text_cell(", ".join(entry.confidence_tags), "good")),
        Field("risk_note", "Risk note", text_cell(entry.risk_note)),
        Field("confidence_note", "Confidence note", text_cell(entry.confidence_note)),
        Field("set_on", "Set", context.day_cell(entry.set_on)),
    )
    return Fields("risk", "Risk and confidence", fields, f"by {entry.who}")


class _Scored:
    """The portfolio's factor columns under the names that explanations read."""

    def __init__(self, context: CustomerContext) -> None:
        portfolio = context.portfolio
        self.day = portfolio.day
        self.factors = portfolio.factors
        self.num, self.den, self.has = portfolio.num, portfolio.den, portfolio.has
        self.points = portfolio.points
        self.chi = portfolio.customers["chi"]
        self.cap = portfolio.customers["cap"]
        self.cap_points = portfolio.cap_points


def _scored(context: CustomerContext) -> _Scored:
    return _Scored(context)
