"""Share of failed scans or jobs in the last 14 usage days."""

from __future__ import annotations

from csmdesk.domain.columns import Columns
from csmdesk.domain.texts import number
from csmdesk.engine.health.factor import Detail, Factor, Raw, as_share, millionths, raw_values


def raw(measures: Columns, day: int) -> Raw:
    jobs = measures.ints("jobs_14")
    return raw_values(measures.ints("failed_14"), jobs, jobs > 0)


def text(num: int, den: int, detail: Detail) -> str:
    name = detail.measures["failed_product"][detail.index]
    said = f"{name} failed scans" if name else "Failed scans"
    failed, jobs = number(num, detail.locale), number(den, detail.locale)
    return f"{said} detected: {failed} of {jobs} in 14 days"


FACTOR = Factor(
    key="failed_jobs",
    pillar="service",
    title="Failed scans and jobs",
    weight=7,
    curve=millionths((0, 100), ("0.1", 50), ("0.3", 0)),
    source="usage",
    raw=raw,
    text=text,
    shown=as_share,
)
