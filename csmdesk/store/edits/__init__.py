"""Edit verbs: one file per group, one entry per verb."""

from __future__ import annotations

from csmdesk.store.edits import crm, identity, notes, playbooks, signals, tags, tasks
from csmdesk.store.edits.plan import Verb

GROUPS = (tasks, tags, signals, notes, playbooks, crm, identity)
VERBS: dict[str, Verb] = {name: verb for group in GROUPS for name, verb in group.VERBS.items()}
