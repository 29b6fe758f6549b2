"""The life of an alert: opened, closed, opened again as a new episode; never deleted.

definitions.md section 7. One `Alert` row is one episode. A closed row's `streak` is WAITS while its
opening condition has not ended since: it opens again only after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from csmdesk.domain.errors import BadSetting
from csmdesk.domain.finding_id import finding_id
from csmdesk.domain.findings import Alert, Task
from csmdesk.domain.settings import Settings
from csmdesk.engine.alerts.kind import AlertContext, Kind, Signal
from csmdesk.engine.rules.lifecycle import FALSE_ALARM
from csmdesk.engine.rules.limits import Limits, overridden
from csmdesk.engine.rules.rule import CLEAR, ENDED, UNKNOWN, Context, evidence_of, evidence_text

WAITS = -1


def advance_alerts(
    kinds: Sequence[Kind], ctx: Context, changed: Iterable[Task]
) -> tuple[Alert, ...]:
    """New and changed alert episodes of D, sorted by (id, episode). `changed`: today's tasks.

    `ctx.previous` must be the state before D: the same input gives the same output.
    """
    tasks = {**ctx.previous.tasks, **{task.task_id: task for task in changed}}
    seen = AlertContext(ctx, tasks, alert_limits(kinds, ctx.settings))
    found: list[Alert] = []
    for kind in kinds:
        step = _Step(seen, kind)
        step.run()
        found += step.alerts
    return tuple(sorted(found, key=lambda alert: (alert.alert_id, alert.episode)))


def alert_limits(kinds: Sequence[Kind], settings: Settings) -> dict[str, Limits]:
    """Thresholds in force by kind. BadSetting names the kind, key and value it cannot use."""
    known = {kind.id for kind in kinds}
    for name in settings.alerts:
        if name not in known:
            told = f"no alert ({settings.alerts[name]})"
            raise BadSetting(("alerts", name), told, f"one of {', '.join(sorted(known))}")
    return {
        kind.id: overridden(("alerts", kind.id), kind.limits, settings.alerts.get(kind.id, {}))
        for kind in kinds
    }


@dataclass(slots=True)
class _Step:
    seen: AlertContext
    kind: Kind
    alerts: list[Alert] = field(default_factory=list)

    @property
    def close_days(self) -> int:
        limits = self.seen.limits[self.kind.id]
        return limits.whole("close_days") if "close_days" in limits.names else 1

    def run(self) -> None:
        signals = {(one.customer, one.subject): one for one in self.kind.look(self.seen)}
        known = self.seen.newest(self.kind.id)
        for key in sorted(signals.keys() | known.keys()):
            alert, signal = known.get(key), signals.get(key)
            if alert is not None and alert.closed_on is None:
                self._open_one(alert, key[0], signal)
            elif signal is not None and signal.opens:
                self._opens(alert, signal)
            elif alert is not None and alert.streak == WAITS and self._ended(signal):
                self._keep(alert, replace(alert, streak=0))

    def _ended(self, signal: Signal | None) -> bool:
        return signal is None or signal.closes != UNKNOWN

    def _dismissed(self, alert: Alert) -> bool:
        """A false alarm, said of the alert or of the task that it is about."""
        verdicts = self.seen.ctx.previous.verdicts
        if FALSE_ALARM not in verdicts.values():
            return False
        said = (verdicts.get(alert.alert_id), verdicts.get(evidence_of(alert).get("task", "")))
        return FALSE_ALARM in said

    def _opens(self, former: Alert | None, signal: Signal) -> None:
        ctx = self.seen.ctx
        if ctx.left_out[signal.customer] or (former and former.streak == WAITS):
            return
        if ctx.previous.verdicts.get(signal.evidence.get("task", "")) == FALSE_ALARM:
            return
        customer = ctx.facts.ids[signal.customer]
        alert_id = finding_id(self.kind.id, customer, signal.subject)
        opened = Alert(
            alert_id=alert_id,
            episode=former.episode + 1 if former else 1,
            kind=self.kind.id,
            type=self.kind.type,
            customer_id=customer,
            subject=signal.subject,
            opened_on=ctx.day,
            closed_on=None,
            text=signal.text,
            evidence=evidence_text(signal.evidence),
        )
        self.alerts.append(opened)

    def _open_one(self, alert: Alert, row: int, signal: Signal | None) -> None:
        """An open alert: closed by a verdict, by churn, or by its own condition; else kept up."""
        ctx = self.seen.ctx
        if self._dismissed(alert) or ctx.measures["status"][row] == "Churned":
            self._close(alert, signal)
            return
        if signal is None:
            return
        streak = alert.streak
        if signal.closes != UNKNOWN:
            streak = alert.streak + 1 if signal.closes in (CLEAR, ENDED) else 0
        if signal.closes == ENDED or streak >= self.close_days:
            self._close(alert, signal)  # with the text that it was open for
            return
        shown = replace(alert, streak=streak)
        if signal.text:
            shown = replace(shown, text=signal.text, evidence=evidence_text(signal.evidence))
        self._keep(alert, shown)

    def _close(self, alert: Alert, signal: Signal | None) -> None:
        still = signal is not None and signal.opens and self.kind.rearms
        closed = replace(alert, closed_on=self.seen.ctx.day, streak=WAITS if still else 0)
        self.alerts.append(closed)

    def _keep(self, former: Alert, alert: Alert) -> None:
        if alert != former:
            self.alerts.append(alert)
