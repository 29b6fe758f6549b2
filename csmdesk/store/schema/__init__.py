"""All tables of the store; importing this package fills METADATA."""

from csmdesk.store.schema import facts, findings, outgoing, sync, work
from csmdesk.store.schema.meta import METADATA

__all__ = ["METADATA", "facts", "findings", "outgoing", "sync", "work"]
