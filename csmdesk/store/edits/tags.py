"""Own tags of customers, added and removed in bulk."""

from __future__ import annotations

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store.edits.plan import (
    Moment,
    Plan,
    Verb,
    Wanted,
    counted,
    known_customers,
)


def _add(moment: Moment, edit: Edit) -> Plan:
    tags, customers = _tags(edit), known_customers(moment, edit.targets)
    wanted = [
        Wanted("work_tag", (one, tag), {"customer_id": one, "tag": tag})
        for one in customers
        for tag in tags
    ]
    return Plan(f"Tag {counted('customer', len(customers))} {_shown(tags)}", wanted)


def _remove(moment: Moment, edit: Edit) -> Plan:
    tags, customers = _tags(edit), known_customers(moment, edit.targets)
    wanted = [Wanted("work_tag", (one, tag), None) for one in customers for tag in tags]
    noun = "tag" if len(tags) == 1 else "tags"
    text = f"Remove {noun} {_shown(tags)} from {counted('customer', len(customers))}"
    return Plan(text, wanted)


def _tags(edit: Edit) -> list[str]:
    given = edit.args.get("tags")
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise BadInput("“tags” must be a list of texts.")
    tags = sorted({one.strip() for one in given if one.strip()})
    if not tags:
        raise BadInput("A tag must not be empty.")
    return tags


def _shown(tags: list[str]) -> str:
    return ", ".join(f"“{tag}”" for tag in tags)


VERBS: dict[str, Verb] = {"tag_add": _add, "tag_remove": _remove}
