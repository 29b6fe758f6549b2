"""Identity of tasks and alerts: a hash, so that running again never makes a second one."""

from __future__ import annotations

from hashlib import blake2b


def finding_id(what: str, customer_id: str, subject: str) -> str:
    """16 hex digits of rule id or alert kind, customer and subject; severity is no part of it."""
    key = "\x1f".join((what, customer_id, subject)).encode()
    return blake2b(key, digest_size=8).hexdigest()
