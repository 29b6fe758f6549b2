"""What a person asks to change, and what became of it.

Verbs, their targets and arguments (a day is a day number; None clears):

| verb | targets | args |
| --- | --- | --- |
| start, progress, finish, reopen | tasks | |
| snooze | tasks | until: day or None |
| comment | tasks | text |
| assign | tasks | assignee: e-mail or None |
| due | tasks | due_on: day or None |
| verdict | tasks or alerts | verdict: helped, no_effect, false_alarm or None |
| accept | tasks | reason: text or None |
| tag_add, tag_remove | customers | tags: list of texts |
| risk | customers | score (0-10 or None), risk_tags, confidence_tags, risk_note, … |
| sentiment | customers | sentiment: positive, neutral, negative; reason |
| note | customers | body, subject, link (task or alert id) |
| log | customers | kind: email, call, meeting; at; direction: in, out; held; subject, … |
| note_remove | notes | |
| playbook_enrol | customers | playbook: name; steps: list of [title, days after] |
| playbook_leave | enrolments | |
| crm | customers | any of owner_id, tier, stage: text or None; renewal_on: day or None |
| join | accounts: "source:id" | customer: id |
| split | accounts: "source:id" | |
| merge, apart | customers, at least two | |
| crm_mine, crm_theirs | conflicts: "source:record:field" | |
| step_done, step_skip, step_reopen | steps: "enrolment id:number" | |

risk takes any of score, risk_tags and confidence_tags (lists of texts), risk_note and
confidence_note; what is not given stays. log also takes body, contact_id and link; `at` is an
instant in epoch seconds, now when not given. The steps of playbook_enrol are the configured ones
when not given; numbers of steps count from 0. crm takes the id of a CRM user as owner_id and may
name them (`owner`), so that the window can show it at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from csmdesk.domain.changes import ChangeSet


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a person, undone as one: a verb on any number of targets."""

    verb: str
    targets: tuple[str, ...]
    args: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """A stored edit. `audit_id` 0 and no changes when everything already was so.

    `text` says what was done ("Tag 12 customers"); `undo_text` and `redo_text` what undo and redo
    would do next ("Undo tag 12 customers"), empty when there is nothing.
    """

    audit_id: int
    text: str
    changes: ChangeSet
    undo_text: str
    redo_text: str
