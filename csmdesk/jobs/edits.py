"""A person's edits: written by the window's writer thread, one small transaction each."""

from __future__ import annotations

import getpass
from dataclasses import replace

from csmdesk.domain.edits import Applied, Edit
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Settings
from csmdesk.jobs.session import Session
from csmdesk.store import work


def who(session: Session) -> str:
    """The person of the audit log: the workspace's user, else the account of the computer."""
    return session.settings.user or getpass.getuser()


def apply(session: Session, edit: Edit, at: int, day: int) -> Applied:
    complete = for_the_crm(session.settings, with_steps(session.settings, edit))
    with session.store.write() as conn:
        return work.apply_edit(conn, complete, who(session), at, day)


def with_steps(settings: Settings, edit: Edit) -> Edit:
    """An enrolment with the steps that its playbook has today; other edits as they are."""
    if edit.verb != "playbook_enrol" or "steps" in edit.args:
        return edit
    name = edit.args.get("playbook")
    known = {playbook.name: playbook for playbook in settings.playbooks}
    if not isinstance(name, str) or name not in known:
        names = ", ".join(known) or "none is configured yet"
        raise BadInput(f"There is no playbook “{name}”.", f"Playbooks: {names}.")
    steps = [[step.title, step.day] for step in known[name].steps]
    return replace(edit, args={**edit.args, "steps": steps})


def for_the_crm(settings: Settings, edit: Edit) -> Edit:
    """A note or logged activity that goes to the CRM too, where that is turned on."""
    if edit.verb not in ("note", "log") or not settings.write_back.activities:
        return edit
    return replace(edit, args={"crm": True, **edit.args})


def undo(session: Session, at: int, day: int) -> Applied | None:
    """Take back the newest edit; None when there is nothing to undo."""
    with session.store.write() as conn:
        return work.undo(conn, who(session), at, day)


def redo(session: Session, at: int, day: int) -> Applied | None:
    """Do again what was undone last; None when there is nothing."""
    with session.store.write() as conn:
        return work.redo(conn, who(session), at, day)
