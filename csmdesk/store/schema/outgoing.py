"""Outgoing: what was written to other systems, so that nothing is written twice or lost."""

from __future__ import annotations

from sqlalchemy import Index

from csmdesk.store.schema.meta import integer, key, key_int, table, text

WRITE_BACK = table(
    "write_back",
    key("source"),
    key("account_id"),
    text("former"),
    text("sent"),
    text("pending"),
    text("error"),
    integer("at", None),
)
"""Scores in a CRM record, each column a JSON object by score field. `former`: read from the CRM
before the first write; `sent`: confirmed last; `pending`: on its way, or lost on its way. `error`:
why the last write was refused; `at`: when one was confirmed last."""

WRITE_LOG = table(
    "write_log",
    key_int("entry"),
    integer("at"),
    text("source"),
    text("account_id"),
    text("before"),
    text("after"),
    text("error"),
)
"""Every settled write with the values before and after; kept for 90 days."""

OUTBOX = table(
    "outbox",
    key("source"),
    key("account_id"),
    key("field"),
    text("value", None),
    text("base", None),
    text("sent", None),
    text("theirs", None),
    text("state"),
    text("error"),
    integer("at"),
    integer("ahead"),
)
"""Edits of CRM fields on their way; see `store.outbox`. `base`: what the CRM held when the person
edited, `sent`: what was last sent and is not answered yet, `theirs`: the CRM's value in a conflict.
`ahead`: 1 when the CRM took an edit before, so that `base` may not be read back as a fact yet."""

OUTBOX_NOTE = table(
    "outbox_note",
    key("note_id"),
    text("source"),
    text("account_id"),
    text("kind"),
    text("mark"),
    text("crm_id"),
    text("state"),
    text("error"),
    integer("tried_at", None),
)
"""Notes and logged activities that go to the CRM; see `store.outbox_notes`. `mark`: an id of ours
that the CRM keeps with it, `crm_id`: the CRM's own id once it is known."""
Index("ix_outbox_note_crm", OUTBOX_NOTE.c.source, OUTBOX_NOTE.c.crm_id)
