"""What tasks and alerts said on a past day.

The store keeps the newest text of each and those of its events; on the days between the text
follows from the facts of the day ("overdue 12 days"), so it is told anew from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from csmdesk.engine.alerts import KINDS
from csmdesk.engine.alerts.kind import AlertContext
from csmdesk.engine.alerts.lifecycle import alert_limits
from csmdesk.engine.rules import RULES
from csmdesk.engine.rules.evaluate import checked_rules, portfolio_notices
from csmdesk.engine.rules.lifecycle import hits_by_task
from csmdesk.engine.rules.rule import Context, evidence_text

Said = tuple[str, str]
"""Text and evidence."""


@dataclass(frozen=True, slots=True)
class Told:
    """By task id, and by (alert id, episode): those whose condition holds on the day."""

    tasks: dict[str, Said]
    alerts: dict[tuple[str, int], Said]


def told_on(ctx: Context) -> Told:
    """Texts of the context's day. `ctx.previous` holds tasks and alerts as of the day's end."""
    known = ctx.previous.tasks
    tasks: dict[str, Said] = {}
    for checked in checked_rules(RULES, ctx, suppressed=bool(portfolio_notices(ctx))):
        for task_id, hit in hits_by_task(ctx, checked).items():
            if task_id in known and hit.text:
                tasks[task_id] = hit.text, evidence_text(hit.evidence)
    said = {
        key: structs.replace(known[key], text=text, evidence=evidence)
        for key, (text, evidence) in tasks.items()
    }
    seen = AlertContext(ctx, {**known, **said}, alert_limits(KINDS, ctx.settings))
    return Told(tasks, _alerts(seen))


def _alerts(seen: AlertContext) -> dict[tuple[str, int], Said]:
    found: dict[tuple[str, int], Said] = {}
    for kind in KINDS:
        still_open = seen.open_ones(kind.id)
        for signal in kind.look(seen):
            alert = still_open.get((signal.customer, signal.subject))
            if alert is not None and signal.text:
                found[alert.alert_id, alert.episode] = signal.text, evidence_text(signal.evidence)
    return found
