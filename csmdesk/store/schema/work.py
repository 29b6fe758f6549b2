"""Work: what people wrote, who a customer is, the audit log. Precious."""

from __future__ import annotations

from sqlalchemy import Index

from csmdesk.store.schema.meta import integer, key, key_int, table, text

CUSTOMER = table("customer", key("customer_id"), integer("born"), text("source"), text("source_id"))
"""Anchor of every customer ever; `born` orders them, so that a merge keeps the older id."""

PERSON = "person"
"""`how` of an account that a person placed."""

IDENTITY = table("identity", key("source"), key("source_id"), text("customer_id"), text("how"))
Index("ix_identity_customer", IDENTITY.c.customer_id)

CUSTOMER_ALIAS = table("customer_alias", key("alias"), text("customer_id"))

WORK_APART = table("work_apart", key("customer_id"), key("other_id"), text("who"), integer("at"))
"""Two customers of whom a person said that they are not the same; the smaller id stands first."""

DATA_QUALITY = table(
    "data_quality", key("source"), key("source_id"), text("kind"), text("text"), text("candidates")
)
"""Accounts that joined nobody ("unjoined") or could be several customers ("ambiguous")."""

WORK_TASK = table(
    "work_task",
    key("task_id"),
    text("customer_id"),
    text("state", None),
    integer("episode", None),
    integer("severity", None),
    integer("set_on", None),
    integer("snooze_until", None),
    integer("snooze_severity", None),
    text("comment", None),
    text("assignee", None),
    integer("due_on", None),
    text("verdict", None),
    integer("verdict_episode", None),
    text("accepted", None),
    integer("accepted_episode", None),
)
"""`episode`, `severity`, `set_on`: those of the task when `state` was set; `verdict_episode` and
`accepted_episode`: the episode that was judged. `accepted`: the reason."""

WORK_ALERT = table(
    "work_alert", key("alert_id"), key_int("episode"), text("customer_id"), text("verdict")
)
"""The verdict on one episode."""

WORK_TAG = table("work_tag", key("customer_id"), key("tag"))

WORK_RISK = table(
    "work_risk",
    key("customer_id"),
    key_int("set_on"),
    integer("score", None),
    text("risk_tags"),
    text("confidence_tags"),
    text("risk_note"),
    text("confidence_note"),
    text("who"),
    integer("at"),
)

WORK_SENTIMENT = table(
    "work_sentiment",
    key("customer_id"),
    key_int("set_on"),
    text("sentiment"),
    text("reason"),
    text("who"),
    integer("at"),
)

WORK_NOTE = table(
    "work_note",
    key("note_id"),
    text("customer_id"),
    text("kind"),
    integer("at"),
    text("direction", None),
    integer("held"),
    text("author"),
    text("contact_id", None),
    text("subject"),
    text("body"),
    text("link"),
    integer("crm"),
)
"""Notes and logged activities; `link` is the task or alert that it belongs to, or empty; `crm`: 1
when it goes to the CRM too."""
Index("ix_work_note_customer", WORK_NOTE.c.customer_id)

WORK_PLAYBOOK = table(
    "work_playbook",
    key("enrolment_id"),
    text("customer_id"),
    text("playbook"),
    text("rule"),
    integer("enrolled_on"),
    text("steps"),
    integer("left_on", None),
    text("who"),
)
"""Enrolments by hand, and those of a rule (`rule` is then its id) from a person's first touch on."""

WORK_STEP = table(
    "work_step",
    key("enrolment_id"),
    key_int("number"),
    text("customer_id"),
    text("state"),
    integer("set_on"),
    text("who"),
)
"""Steps that were done or skipped."""

WORK_FIELD = table(
    "work_field",
    key("source"),
    key("account_id"),
    key("field"),
    text("customer_id"),
    text("value", None),
    text("base", None),
    text("who"),
    integer("at"),
)
"""What a person last set a field of a CRM record to; `base`: what it showed before. Days as ISO text."""

AUDIT = table(
    "audit",
    key_int("audit_id"),
    text("who"),
    integer("at"),
    integer("day"),
    text("verb"),
    text("text"),
    text("changes"),
    integer("undoes", None),
    integer("undone"),
    integer("redo"),
)
"""Append-only. `changes`: JSON list of [table, key, before, after]; `undoes`: the audit row that this
one takes back; `undone`: 1 while taken back; `redo`: 1 when this row did again what was undone."""
Index("ix_audit_day", AUDIT.c.day)

OF_CUSTOMERS = (
    WORK_TASK,
    WORK_ALERT,
    WORK_TAG,
    WORK_RISK,
    WORK_SENTIMENT,
    WORK_NOTE,
    WORK_PLAYBOOK,
    WORK_STEP,
    WORK_FIELD,
)
"""What people write about customers; every row names its customer."""
