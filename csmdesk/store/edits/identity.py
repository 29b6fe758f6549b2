"""Who is who, as a person decides it: join an account, merge customers, split one off, not the same.

A decision is written into the identity tables themselves, and those keep what is placed: no later
sync places the account anew. Undo puts every row back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from csmdesk.domain.edits import Edit
from csmdesk.domain.errors import BadInput
from csmdesk.domain.systems import system_named
from csmdesk.store.edits.plan import (
    TABLES,
    WRITABLE,
    Key,
    Moment,
    Plan,
    Row,
    Verb,
    Wanted,
    counted,
    known_customers,
    read_row,
    text_arg,
)
from csmdesk.store.following import follow, followings
from csmdesk.store.identity import customer_id, resolve
from csmdesk.store.schema.work import PERSON
from csmdesk.store.sql import fetch


def _merge(moment: Moment, edit: Edit) -> Plan:
    customers = dict.fromkeys(resolve(moment.conn, one) for one in edit.targets)
    group = sorted(known_customers(moment, tuple(customers)), key=lambda one: _born(moment, one))
    if len(group) < 2:
        raise BadInput("A merge needs two customers that are not one already.")
    wanted: dict[tuple[str, Key], Wanted] = {}
    for loser in group[1:]:
        _move_all(moment, loser, group[0], wanted)
    return Plan(f"Merge {counted('customer', len(group))}", list(wanted.values()))


def _join(moment: Moment, edit: Edit) -> Plan:
    """An account that is the last of another customer brings that customer's work along: a merge."""
    target = text_arg(edit.args, "customer", required=True)
    winner = resolve(moment.conn, known_customers(moment, (target,))[0])
    wanted: dict[tuple[str, Key], Wanted] = {}
    accounts = _accounts(moment, edit.targets)
    for source, account in accounts:
        held = read_row(moment.conn, "identity", (source, account))
        before = None if held is None else resolve(moment.conn, str(held["customer_id"]))
        if before == winner or ("identity", (source, account)) in wanted:
            continue
        if before is not None:
            _want(wanted, "work_apart", _pair(before, winner), None)
            if set(_members(moment, before)) <= set(accounts):
                older, younger = sorted((before, winner), key=lambda one: _born(moment, one))
                _move_all(moment, younger, older, wanted)
                winner = older
                continue
        row: Row = {"source": source, "source_id": account, "customer_id": winner, "how": PERSON}
        _want(wanted, "identity", (source, account), row)
    return Plan(f"Join {counted('account', len(accounts))} to a customer", list(wanted.values()))


def _split(moment: Moment, edit: Edit) -> Plan:
    wanted: dict[tuple[str, Key], Wanted] = {}
    born = int(moment.conn.exec_driver_sql("SELECT max(born) FROM customer").scalar() or 0)
    accounts = _accounts(moment, edit.targets)
    for source, account in accounts:
        held = read_row(moment.conn, "identity", (source, account))
        own, before = customer_id(source, account), str((held or {}).get("customer_id", ""))
        if before in ("", own) or set(_members(moment, before)) <= set(accounts):
            title = system_named(source).title
            raise BadInput(
                f"The {title} account {account} is what its customer is known by.",
                "Split the other accounts off instead.",
            )
        if read_row(moment.conn, "customer", (own,)) is None:
            born += 1
            made: Row = {"customer_id": own, "born": born, "source": source, "source_id": account}
            _want(wanted, "customer", (own,), made)
        _want(wanted, "customer_alias", (own,), None)
        row: Row = {"source": source, "source_id": account, "customer_id": own, "how": PERSON}
        _want(wanted, "identity", (source, account), row)
        _want_apart(moment, wanted, own, before)
    return Plan(f"Split off {counted('account', len(accounts))}", list(wanted.values()))


def _apart(moment: Moment, edit: Edit) -> Plan:
    customers = sorted({resolve(moment.conn, one) for one in known_customers(moment, edit.targets)})
    if len(customers) < 2:
        raise BadInput("“Not the same” needs two customers.")
    wanted: dict[tuple[str, Key], Wanted] = {}
    for place, one in enumerate(customers):
        for other in customers[place + 1 :]:
            _want_apart(moment, wanted, one, other)
    return Plan(f"Keep {counted('customer', len(customers))} apart", list(wanted.values()))


def _move_all(
    moment: Moment, loser: str, winner: str, wanted: dict[tuple[str, Key], Wanted]
) -> None:
    """Everything of the younger customer becomes the older one's, and its id an alias.

    Where both have the same row (one tag twice) the younger's waits under the alias.
    """
    known = followings(moment.conn, loser, winner)
    for name in ("identity", "customer_alias", *TABLES):
        keys = [column.name for column in WRITABLE[name].primary_key]
        for row in _rows_of(moment, name, loser):
            moved = follow(known, name, {**row, "customer_id": winner})
            if name == "identity":
                moved["how"] = PERSON
            old, new = (tuple(one[key] for key in keys) for one in (row, moved))
            if old != new:
                if (name, new) in wanted or read_row(moment.conn, name, new) is not None:
                    continue
                _want(wanted, name, old, None)
            _want(wanted, name, new, moved)
    for (name, key), one in list(wanted.items()):
        if name == "identity" and one.row is not None and one.row["customer_id"] == loser:
            _want(wanted, name, key, {**one.row, "customer_id": winner})
    _want(wanted, "work_apart", _pair(loser, winner), None)
    _want(wanted, "customer_alias", (loser,), {"alias": loser, "customer_id": winner})


def _rows_of(moment: Moment, name: str, customer: str) -> Iterable[Row]:
    names = [column.name for column in WRITABLE[name].columns]
    rows = fetch(moment.conn, f"SELECT * FROM {name} WHERE customer_id = ?", (customer,))
    return (dict(zip(names, row, strict=True)) for row in rows)


def _want(wanted: dict[tuple[str, Key], Wanted], table: str, key: Key, row: Row | None) -> None:
    wanted[table, key] = Wanted(table, key, row)


def _want_apart(
    moment: Moment, wanted: dict[tuple[str, Key], Wanted], one: str, other: str
) -> None:
    first, second = _pair(one, other)
    row: Row = {"customer_id": first, "other_id": second, "who": moment.who, "at": moment.at}
    _want(wanted, "work_apart", (first, second), row)


def _pair(one: str, other: str) -> tuple[str, str]:
    first, second = sorted((one, other))
    return first, second


def _accounts(moment: Moment, targets: tuple[str, ...]) -> list[tuple[str, str]]:
    """Accounts named as "source:id"; BadInput for one that is not there."""
    found = []
    for target in dict.fromkeys(targets):
        source, _, account = target.partition(":")
        sql = "SELECT 1 FROM fact_account WHERE source = ? AND source_id = ?"
        if not fetch(moment.conn, sql, (source, account)):
            raise BadInput(f"There is no account {target}.")
        found.append((source, account))
    return found


def _members(moment: Moment, customer: str) -> list[tuple[str, str]]:
    sql = "SELECT source, source_id FROM identity WHERE customer_id = ?"
    return [(row[0], row[1]) for row in fetch(moment.conn, sql, (customer,))]


def _born(moment: Moment, customer: str) -> int:
    row = read_row(moment.conn, "customer", (customer,))
    assert row is not None, "a known customer"
    return int(row["born"])


VERBS: dict[str, Verb] = {"merge": _merge, "join": _join, "split": _split, "apart": _apart}
