"""A person's edits: written by the window's writer thread, one small transaction each."""

from __future__ import annotations

import getpass

from csmdesk.domain.edits import Applied, Edit
from csmdesk.jobs.session import Session
from csmdesk.store import work


def who(session: Session) -> str:
    """The person of the audit log: the workspace's user, else the account of the computer."""
    return session.settings.user or getpass.getuser()


def apply(session: Session, edit: Edit, at: int, day: int) -> Applied:
    with session.store.write() as conn:
        return work.apply_edit(conn, edit, who(session), at, day)


def undo(session: Session, at: int, day: int) -> Applied | None:
    """Take back the newest edit; None when there is nothing to undo."""
    with session.store.write() as conn:
        return work.undo(conn, who(session), at, day)


def redo(session: Session, at: int, day: int) -> Applied | None:
    """Do again what was undone last; None when there is nothing."""
    with session.store.write() as conn:
        return work.redo(conn, who(session), at, day)
