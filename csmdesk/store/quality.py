"""Issues that the store knows of: joins, duplicates, disagreements, conflicts, rows left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import Connection

from csmdesk.domain.quality import MAIL_DOMAINS, Issue
from csmdesk.domain.systems import system_named
from csmdesk.store import outbox
from csmdesk.store.cursors import problems
from csmdesk.store.edits.crm import NAMES
from csmdesk.store.identity import apart_pairs
from csmdesk.store.sql import fetch, marks

MOST_NAMES = 1 << 18
"""Names that are remembered in their plain form: they hardly change from one look to the next."""
MOST_ROWS = 500
"""Rows left out that are listed; `csmdesk sources --left-out` has all of them."""
_LEGAL = re.compile(
    r"[\s,]+(inc|llc|ltd|limited|corp|co|company|plc|gmbh|ag|kg|se|sa|sas|srl|bv|nv|oy|ab|as)$"
)
_NO_WORD = re.compile(r"[\W_]+")


def stored_issues(conn: Connection) -> list[Issue]:
    """Every issue, those of a kind by title."""
    names = Names(conn)
    found = [
        *_conflicts(conn, names),
        *_questions(conn, names),
        *_duplicates(conn, names),
        *_disagreements(conn, names),
        *_unwritten(conn, names),
        *_refused(conn),
    ]
    return sorted(found, key=lambda one: (one.title.casefold(), one.key))


class Names:
    """Names of customers by the record that ranks first, read when one is asked for."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._known: dict[str, str | None] = {}

    def get(self, customer: str) -> str | None:
        """None for a customer that no record is left of."""
        if customer not in self._known:
            sql = (
                "SELECT a.source, a.name FROM identity i JOIN fact_account a "
                "ON a.source = i.source AND a.source_id = i.source_id AND a.archived = 0 "
                "WHERE i.customer_id = ? ORDER BY a.name = '', a.source, a.source_id"
            )
            rows = fetch(self._conn, sql, (customer,))
            best = min(rows, key=lambda row: system_named(row[0]).rank, default=None)
            self._known[customer] = None if best is None else best[1] or customer
        return self._known[customer]

    def told(self, customer: str, otherwise: str) -> str:
        return self.get(customer) or otherwise


def _conflicts(conn: Connection, names: Names) -> Iterator[Issue]:
    rows = [one for one in outbox.rows(conn) if one.state == outbox.CONFLICT]
    names_of = people(conn) if rows else {}
    for one in rows:
        customer = owner_of(conn, one.source, one.account_id)
        mine, theirs, base = (
            f"“{names_of.get((one.source, text), text)}”" if text else "nothing"
            for text in (one.value or "", one.theirs or "", one.base or "")
        )
        title = system_named(one.source).title
        text = f"{NAMES[one.field]}: you set {mine}, {title} now says {theirs}; it said {base}."
        yield Issue(
            "conflict",
            ":".join(one.place),
            names.told(customer, one.account_id),
            text[0].upper() + text[1:],
            title,
            f"{one.source}:{one.account_id}",
            (customer,) if customer else (),
        )


def owner_of(conn: Connection, source: str, account: str) -> str:
    """The customer that an account belongs to, "" for none."""
    sql = "SELECT customer_id FROM identity WHERE source = ? AND source_id = ?"
    found = fetch(conn, sql, (source, account))
    return str(found[0][0]) if found else ""


def people(conn: Connection) -> dict[tuple[str, str], str]:
    """Names of CSMs by source and id."""
    rows = fetch(conn, "SELECT source, source_id, name FROM fact_person")
    return {(row[0], row[1]): row[2] for row in rows}


def _questions(conn: Connection, names: Names) -> Iterator[Issue]:
    """Accounts that joined nobody, as the last sync found them and nobody has placed since."""
    rows = fetch(
        conn,
        "SELECT q.source, q.source_id, q.kind, q.text, q.candidates, a.name FROM data_quality q "
        "JOIN fact_account a ON a.source = q.source AND a.source_id = q.source_id "
        "LEFT JOIN identity i ON i.source = q.source AND i.source_id = q.source_id "
        "WHERE i.customer_id IS NULL",
    )
    for source, account, kind, text, candidates, name in rows:
        could_be = tuple(one for one in json.loads(candidates) if names.get(one))
        told = ", ".join(names.told(one, one) for one in could_be)
        yield Issue(
            kind,
            f"{source}:{account}",
            name or account,
            f"{text} It could be {told}." if told else text,
            system_named(source).title,
            f"{source}:{account}",
            could_be,
        )


def _duplicates(conn: Connection, names: Names) -> Iterator[Issue]:
    """Customers that share a domain or a name and that nobody has judged yet."""
    sources = [row[0] for row in fetch(conn, "SELECT DISTINCT source FROM fact_account")]
    telling = [one for one in sources if system_named(one).defines_customers]
    rows = fetch(
        conn,
        "SELECT i.customer_id, a.source, a.source_id, a.name, a.domain, a.parent_id "
        "FROM fact_account a JOIN identity i ON i.source = a.source AND i.source_id = a.source_id "
        f"WHERE a.archived = 0 AND a.source IN ({marks(len(telling))})",
        tuple(telling),
    )
    owner = {(row[1], row[2]): row[0] for row in rows}
    judged = apart_pairs(conn)
    judged |= {frozenset((row[0], owner.get((row[1], row[5]), row[0]))) for row in rows if row[5]}
    groups: dict[tuple[str, str], set[str]] = {}
    for customer, _, _, name, domain, _ in rows:
        domain = (domain or "").casefold()
        if domain and domain not in MAIL_DOMAINS:
            groups.setdefault(("domain", domain), set()).add(customer)
        if plain_name(name):
            groups.setdefault(("name", plain_name(name)), set()).add(customer)
    told: set[frozenset[str]] = set()
    for (how, word), group in sorted(groups.items()):
        customers = frozenset(group)
        if len(customers) < 2 or customers in told or any(pair <= customers for pair in judged):
            continue
        told.add(customers)
        ids = tuple(sorted(customers, key=lambda one: (names.told(one, ""), one)))
        why = f"Same domain, {word}." if how == "domain" else "The same name but for its spelling."
        title = " / ".join(names.told(one, one) for one in ids)
        yield Issue("duplicate", "+".join(ids), title, why, customers=ids)


@lru_cache(maxsize=MOST_NAMES)
def plain_name(name: str) -> str:
    """A company's name without its legal form, punctuation and capitals."""
    text = " ".join(name.split()).casefold().rstrip(".")
    while (shorter := _LEGAL.sub("", text)) != text:
        text = shorter
    return _NO_WORD.sub("", text)


def _disagreements(conn: Connection, names: Names) -> Iterator[Issue]:
    """What the rule of record integrity found and nobody has accepted."""
    rows = fetch(
        conn,
        "SELECT t.task_id, t.customer_id, t.text FROM task t LEFT JOIN work_task w "
        "ON w.task_id = t.task_id AND w.accepted_episode = t.episode "
        "WHERE t.rule = 'record_integrity' AND t.active = 1 AND w.accepted IS NULL",
    )
    for task, customer, text in rows:
        name = names.get(customer)
        if name:
            yield Issue("disagree", task, name, text, customers=(customer,))


def _unwritten(conn: Connection, names: Names) -> Iterator[Issue]:
    """Records that a CRM did not take: edits and scores."""
    found = [
        (one.source, one.account_id, one.field, f"{NAMES[one.field]}: {one.error}")
        for one in outbox.rows(conn)
        if one.state == outbox.REFUSED
    ]
    sql = "SELECT source, account_id, 'score', 'score: ' || error FROM write_back WHERE error <> ''"
    found += [(row[0], row[1], row[2], row[3]) for row in fetch(conn, sql)]
    for source, account, field, text in found:
        customer = owner_of(conn, source, account)
        yield Issue(
            "unwritten",
            f"{source}:{account}:{field}",
            names.told(customer, account),
            text[0].upper() + text[1:],
            system_named(source).title,
            f"{source}:{account}",
            (customer,) if customer else (),
        )


def _refused(conn: Connection) -> Iterator[Issue]:
    for one in problems(conn)[:MOST_ROWS]:
        title = system_named(one.source).title
        key = f"{one.source}:{one.stream}:{one.source_id}"
        yield Issue("refused", key, f"{one.stream} {one.source_id}".strip(), one.message, title)
