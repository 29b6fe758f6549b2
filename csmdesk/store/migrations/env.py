"""Alembic's entry: runs the migrations inside the transaction that `store.migrate` holds."""

from __future__ import annotations

from alembic import context

from csmdesk.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
