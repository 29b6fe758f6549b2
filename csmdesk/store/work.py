"""A person's edits: applied, undone and redone, each with its audit row in the same transaction."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from csmdesk.domain.changes import ChangeSet
from csmdesk.domain.edits import Applied, Edit
from csmdesk.domain.errors import BadInput
from csmdesk.store import outbox, outbox_notes
from csmdesk.store.edits import VERBS
from csmdesk.store.edits.plan import TABLES, WRITABLE, Key, Moment, Row, Wanted, read_row
from csmdesk.store.schema.work import AUDIT
from csmdesk.store.sql import delete_sql, fetch, many, upsert_sql

Change = tuple[str, Key, Row | None, Row | None]
"""Table, key, row before, row after."""

_FREE, _UNDONE, _REDONE = 0, 1, 2


def apply_edit(conn: Connection, edit: Edit, who: str, at: int, day: int) -> Applied:
    """Write an edit. `at` epoch seconds, `day` the workspace's today.

    Raises `BadInput` for an unknown verb or target or a value that makes no sense; then nothing
    is written.
    """
    verb = VERBS.get(edit.verb)
    if verb is None:
        raise BadInput(f"There is no edit “{edit.verb}”.")
    moment = Moment(conn, who, at, day, _next_id(conn))
    plan = verb(moment, edit)
    changes = _write(conn, plan.wanted)
    if not changes:
        return _applied(conn, who, 0, plan.text, changes)
    _send(moment, changes)
    _record(moment, edit.verb, plan.text, changes)
    return _applied(conn, who, moment.audit_id, plan.text, changes)


def undo(conn: Connection, who: str, at: int, day: int) -> Applied | None:
    """Take back this person's newest edit that still stands; None when there is none."""
    found = _standing(conn, who)
    if found is None:
        return None
    target, text, told = found
    wanted = [Wanted(table, tuple(key), before) for table, key, before, _ in reversed(told)]
    moment = Moment(conn, who, at, day, _next_id(conn))
    changes = _write(conn, wanted)
    _send(moment, changes, back=True)
    label = f"Undo {_lower(text)}"
    _record(moment, "undo", label, changes, undoes=target)
    _mark(conn, target, _UNDONE)
    return _applied(conn, who, moment.audit_id, label, changes)


def redo(conn: Connection, who: str, at: int, day: int) -> Applied | None:
    """Do again what this person undid last; None after a new edit or with nothing undone."""
    found = _undone(conn, who)
    if found is None:
        return None
    target, verb, text, told = found
    moment = Moment(conn, who, at, day, _next_id(conn))
    changes = _write(conn, [Wanted(table, tuple(key), after) for table, key, _, after in told])
    _send(moment, changes)
    _record(moment, verb, text, changes, redone=True)
    _mark(conn, target, _REDONE)
    return _applied(conn, who, moment.audit_id, f"Redo {_lower(text)}", changes)


def undo_text(conn: Connection, who: str) -> str:
    found = _standing(conn, who)
    return f"Undo {_lower(found[1])}" if found else ""


def redo_text(conn: Connection, who: str) -> str:
    found = _undone(conn, who)
    return f"Redo {_lower(found[2])}" if found else ""


def work_rows(
    conn: Connection, table: str, day: int | None = None, customer_id: str | None = None
) -> list[Row]:
    """Rows of a work table by key, as they were at the end of `day` (None: as they are).

    `customer_id`: of one customer alone.
    """
    names = [column.name for column in TABLES[table].columns]
    keys = [column.name for column in TABLES[table].primary_key]
    rows: dict[Key, Row] = {}
    sql = f"SELECT * FROM {table}" + (" WHERE customer_id = ?" if customer_id else "")
    for values in fetch(conn, sql, (customer_id,) if customer_id else ()):
        row = dict(zip(names, values, strict=True))
        rows[tuple(row[key] for key in keys)] = row
    if day is not None:
        sql = "SELECT changes FROM audit WHERE day > ? ORDER BY audit_id DESC"
        for (told,) in fetch(conn, sql, (day,)):
            for name, key, before, _ in reversed(_parsed(told)):
                if name == table:
                    rows.pop(key, None) if before is None else rows.update({key: before})
        aliases = dict(fetch(conn, "SELECT alias, customer_id FROM customer_alias"))
        for row in rows.values():  # what was merged since is of the one customer for all days
            row["customer_id"] = aliases.get(row["customer_id"], row["customer_id"])
    wanted = (rows[key] for key in sorted(rows))
    return [row for row in wanted if customer_id in (None, row["customer_id"])]


def _write(conn: Connection, wanted: list[Wanted]) -> tuple[Change, ...]:
    changes: list[Change] = []
    for one in wanted:
        before = read_row(conn, one.table, one.key)
        if before != one.row:
            changes.append((one.table, one.key, before, one.row))
    for name, table in WRITABLE.items():
        mine = [(key, after) for where, key, _, after in changes if where == name]
        names = [column.name for column in table.columns]
        many(conn, delete_sql(table), [key for key, after in mine if after is None])
        kept = [tuple(after[one] for one in names) for _, after in mine if after is not None]
        many(conn, upsert_sql(table), kept)
    return tuple(changes)


def _send(moment: Moment, changes: tuple[Change, ...], *, back: bool = False) -> None:
    """Queue what the CRM has to hear of these changes, in their transaction.

    `back`: the changes take an edit back; what it showed before is wanted again.
    """
    for table, key, before, after in changes:
        row = before if back else after
        if table == "work_field" and row is not None:
            value, other = row["value"], row["base"]
            target, known = (other, value) if back else (value, other)
            outbox.queue(moment.conn, key, target, known, moment.at)
        elif table == "work_note":
            _send_note(moment.conn, before, after)


def _send_note(conn: Connection, before: Row | None, after: Row | None) -> None:
    if before is None and after is not None and after["crm"]:
        outbox_notes.written(conn, after)
    elif before is not None and after is None:
        outbox_notes.removed(conn, before)


def _record(
    moment: Moment,
    verb: str,
    text: str,
    changes: tuple[Change, ...],
    *,
    undoes: int | None = None,
    redone: bool = False,
) -> None:
    told = json.dumps(changes, ensure_ascii=False)
    moment.conn.exec_driver_sql(
        upsert_sql(AUDIT),
        (
            *(moment.audit_id, moment.who, moment.at, moment.day),
            *(verb, text, told, undoes, _FREE, int(redone)),
        ),
    )


def _applied(
    conn: Connection, who: str, audit_id: int, text: str, changes: tuple[Change, ...]
) -> Applied:
    customers = {
        str(row["customer_id"]) for _, _, *rows in changes for row in rows if row is not None
    }
    kinds = frozenset({"work"}) if changes else frozenset()
    changed = ChangeSet(kinds, frozenset(customers))
    return Applied(audit_id, text, changed, undo_text(conn, who), redo_text(conn, who))


def _standing(conn: Connection, who: str) -> tuple[int, str, tuple[Change, ...]] | None:
    sql = (
        "SELECT audit_id, text, changes FROM audit WHERE who = ? AND undoes IS NULL "
        "AND undone = 0 ORDER BY audit_id DESC LIMIT 1"
    )
    row = conn.exec_driver_sql(sql, (who,)).first()
    return None if row is None else (row[0], row[1], _parsed(row[2]))


def _undone(conn: Connection, who: str) -> tuple[int, str, str, tuple[Change, ...]] | None:
    """The edit undone last, unless a new one was made since."""
    sql = (
        "SELECT a.audit_id, a.verb, a.text, a.changes FROM audit u "
        "JOIN audit a ON a.audit_id = u.undoes AND a.undone = 1 WHERE u.who = ? "
        "AND NOT EXISTS (SELECT 1 FROM audit n WHERE n.who = u.who AND n.undoes IS NULL "
        "AND n.redo = 0 AND n.audit_id > u.audit_id) ORDER BY u.audit_id DESC LIMIT 1"
    )
    row = conn.exec_driver_sql(sql, (who,)).first()
    return None if row is None else (row[0], row[1], row[2], _parsed(row[3]))


def _mark(conn: Connection, audit_id: int, state: int) -> None:
    conn.exec_driver_sql("UPDATE audit SET undone = ? WHERE audit_id = ?", (state, audit_id))


def _next_id(conn: Connection) -> int:
    found: Any = conn.exec_driver_sql("SELECT max(audit_id) FROM audit").scalar()
    return int(found or 0) + 1


def _parsed(text: str) -> tuple[Change, ...]:
    return tuple(
        (table, tuple(key), before, after) for table, key, before, after in json.loads(text)
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
