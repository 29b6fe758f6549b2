"""Findings: tasks, alerts, runs, the daily history. Written by the engine's save alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index

from csmdesk.store.schema.meta import blob, integer, key, key_int, table, text


def _task_columns() -> list[Column[Any]]:
    return [
        key("task_id"),
        text("rule"),
        text("customer_id"),
        text("subject"),
        text("category"),
        integer("severity"),
        integer("active"),
        text("text"),
        text("evidence"),
        integer("first_seen"),
        integer("last_seen"),
        integer("opened_on"),
        integer("resolved_on", None),
        integer("episode"),
        integer("due_on"),
        text("state"),
        integer("checked_on"),
        integer("streak"),
    ]


def _alert_columns() -> list[Column[Any]]:
    return [
        key("alert_id"),
        key_int("episode"),
        text("kind"),
        text("type"),
        text("customer_id"),
        text("subject"),
        integer("opened_on"),
        integer("closed_on", None),
        text("text"),
        text("evidence"),
        integer("streak"),
    ]


TASK = table("task", *_task_columns())
Index("ix_task_customer", TASK.c.customer_id)
ALERT = table("alert", *_alert_columns())
Index("ix_alert_customer", ALERT.c.customer_id)

TASK_BEFORE = table("task_before", *_task_columns(), integer("existed"))
"""Rows as they stood before the newest run, so that running that day again starts from them."""
ALERT_BEFORE = table("alert_before", *_alert_columns(), integer("existed"))


def _enrolment_columns() -> list[Column[Any]]:
    return [
        key("enrolment_id"),
        text("customer_id"),
        text("playbook"),
        text("rule"),
        text("task_id"),
        integer("enrolled_on"),
        text("steps"),
    ]


PLAYBOOK_ENROLMENT = table("playbook_enrolment", *_enrolment_columns())
"""Customers that rules put into playbooks; `steps` as they were then, JSON."""
PLAYBOOK_ENROLMENT_BEFORE = table(
    "playbook_enrolment_before", *_enrolment_columns(), integer("existed")
)

TASK_EVENT = table(
    "task_event",
    key("task_id"),
    key_int("day"),
    key_int("episode"),
    key("kind"),
    integer("severity"),
    text("text"),
    integer("due_on"),
)
Index("ix_task_event_day", TASK_EVENT.c.day)

RUN = table(
    "run",
    key_int("day"),
    integer("at"),
    integer("ms"),
    text("fingerprint"),
    text("rules"),
    text("notices"),
    text("summary"),
)

HISTORY_DAY = table(
    "history_day",
    key_int("day"),
    blob("ids"),
    blob("chi"),
    blob("held_band"),
    blob("rank"),
    blob("factors"),
    text("model"),
    integer("written_at"),
)
"""One row a day for all customers: ids 8 bytes each, chi and rank int16, band int8, the rest packed."""

OVERVIEW_TEXTS = (
    *("name", "tier", "status", "csm", "stage", "success_program", "currency"),
    *("why1", "why2", "why3"),
)
OVERVIEW_LISTS = ("tags", "products")
OVERVIEW_NUMBERS = (
    *("chi", "band", "coverage", "thin", "health_change", "open_tasks", "used", "capacity"),
    *("renewal_on", "last_contact_on", "last_login_on", "active_users", "nps"),
    *("mrr", "arr", "acv", "acv_native", "acv_derived", "metered", "metered_lost"),
    *("pillar_adoption", "pillar_financial", "pillar_service", "pillar_relationship"),
)
OVERVIEW = table(
    "overview",
    key("id"),
    integer("position"),
    *(text(name) for name in OVERVIEW_TEXTS),
    *(text(name) for name in OVERVIEW_LISTS),
    *(integer(name, None) for name in OVERVIEW_NUMBERS),
    blob("spark"),
)
"""Each customer as the Customers table shows it, lists as JSON."""
Index("ix_overview_position", OVERVIEW.c.position)

TOTALS = table("totals", key("name"), text("value"))
