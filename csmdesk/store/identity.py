"""Who is who: joins the accounts of all sources into customers with ids that stay.

Definitions.md section 1. An account joins by a shared explicit id, else by domain, else by exact
name; where that leaves several customers it joins nobody and becomes a data-quality row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Connection

from csmdesk.domain.systems import System, system_named
from csmdesk.store.schema import work
from csmdesk.store.sql import delete_sql, fetch, many, upsert_sql

Key = tuple[str, str]
MAIL_DOMAINS = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
    *("icloud.com", "aol.com", "gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com"),
    *("qq.com", "163.com", "mail.ru", "yandex.ru"),
}
"""Domains that say nothing about the company."""


def customer_id(source: str, source_id: str) -> str:
    """First 16 hex digits of BLAKE2b of the anchor record's "source:source_id"."""
    return blake2b(f"{source}:{source_id}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """`customers` in all, `created` and `joined` accounts now, `merged` customers now; `unjoined`
    and `ambiguous` accounts that belong to nobody."""

    customers: int
    created: int
    joined: int
    merged: int
    unjoined: int
    ambiguous: int


@dataclass(frozen=True, slots=True)
class _Account:
    key: Key
    name: str
    domain: str
    tokens: tuple[str, ...]

    @property
    def system(self) -> System:
        return system_named(self.key[0])


@dataclass(slots=True)
class _Index:
    """Customers by something they are known under."""

    by: dict[str, set[str]] = field(default_factory=dict)

    def add(self, word: str, customer: str) -> None:
        if word:
            self.by.setdefault(word, set()).add(customer)

    def find(self, words: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for word in words:
            found |= self.by.get(word, set())
        return found


class _Book:
    """The identity table in memory while accounts are placed."""

    def __init__(self, conn: Connection) -> None:
        rows = fetch(conn, "SELECT customer_id, born, source, source_id FROM customer")
        self.born: dict[str, int] = {row[0]: row[1] for row in rows}
        self.anchors: dict[str, Key] = {row[0]: (row[2], row[3]) for row in rows}
        self.members: dict[Key, str] = {
            (row[0], row[1]): row[2]
            for row in fetch(conn, "SELECT source, source_id, customer_id FROM identity")
        }
        self.known = set(self.members)
        self.how: dict[Key, str] = {}
        self.aliases: dict[str, str] = {}
        self.created: list[str] = []
        self.crm: dict[str, set[str]] = {}
        self.tokens, self.domains, self.names = _Index(), _Index(), _Index()
        self.questions: dict[Key, tuple[str, str, list[str]]] = {}
        self.apart = apart_pairs(conn)

    def index(self, account: _Account, customer: str) -> None:
        for token in account.tokens:
            self.tokens.add(token, customer)
        crm = account.system.kinds[0] == "crm"
        own = crm or self.anchors[customer] == account.key
        # What a joined account says beside its anchor must not make another customer doubtful.
        for index, word in ((self.domains, account.domain), (self.names, account.name)):
            if own or not index.find((word,)):
                index.add(word, customer)
        if crm:
            self.crm.setdefault(customer, set()).add(account.key[0])

    def place(self, account: _Account) -> None:
        """Join the account, make it a customer, or write down the question."""
        crm = account.system.kinds[0] == "crm"
        steps = (
            ("id", self.tokens, account.tokens),
            ("domain", self.domains, (account.domain,)),
            ("name", self.names, (account.name,)),
        )
        for how, index, words in steps:
            found = index.find(word for word in words if word)
            if crm:
                # Two companies of one CRM stay two customers.
                found = {one for one in found if account.key[0] not in self.crm.get(one, ())}
            if len(found) == 1:
                self._join(account, found.pop(), how)
                return
            if found and not crm:
                text = f"{len(found)} customers share its {how}."
                self.questions[account.key] = ("ambiguous", text, sorted(found))
                return
        if account.system.defines_customers:
            self._create(account)
        else:
            text = "No customer shares its id, domain or name."
            self.questions[account.key] = ("unjoined", text, [])

    def _join(self, account: _Account, customer: str, how: str) -> None:
        self.members[account.key] = customer
        self.how[account.key] = how
        self.index(account, customer)

    def _create(self, account: _Account) -> None:
        customer = customer_id(*account.key)
        if customer not in self.born:
            self.born[customer] = max(self.born.values(), default=0) + 1
            self.anchors[customer] = account.key
            self.created.append(customer)
        self._join(account, customer, "anchor")

    def merge_linked(self) -> None:
        """Customers that came to share an explicit id are one; the older id stays."""
        for customers in self.tokens.by.values():
            group = sorted({self._final(one) for one in customers}, key=self.born.__getitem__)
            if len(group) < 2:
                continue
            if any(pair <= set(group) for pair in self.apart):
                continue  # a person said so
            crms = [source for one in group for source in self.crm.get(one, ())]
            if len(crms) != len(set(crms)):
                continue  # two companies of one CRM: a person decides
            for loser in group[1:]:
                self.aliases[loser] = group[0]
                self.crm.setdefault(group[0], set()).update(self.crm.get(loser, ()))

    def _final(self, customer: str) -> str:
        while customer in self.aliases:
            customer = self.aliases[customer]
        return customer

    def save(self, conn: Connection) -> None:
        many(
            conn,
            upsert_sql(work.CUSTOMER),
            [(one, self.born[one], *self.anchors[one]) for one in self.created],
        )
        many(
            conn,
            upsert_sql(work.IDENTITY),
            [(*key, self.members[key], how) for key, how in self.how.items()],
        )
        for loser in self.aliases:
            _move(conn, loser, self._final(loser))
        wanted = {
            key: (*key, kind, text, json.dumps(candidates))
            for key, (kind, text, candidates) in self.questions.items()
        }
        columns = "source, source_id, kind, text, candidates"
        stored = {row[:2]: row for row in fetch(conn, f"SELECT {columns} FROM data_quality")}
        many(conn, delete_sql(work.DATA_QUALITY), [key for key in stored if key not in wanted])
        changed = [row for key, row in wanted.items() if stored.get(key) != row]
        many(conn, upsert_sql(work.DATA_QUALITY), changed)


def assign(conn: Connection) -> IdentityResult:
    """Place every account that has no customer yet, in the order CRM, billing, support, usage.

    Placed accounts keep their customer for ever, except that customers which come to share an
    explicit id are merged. Call it when all sources of a sync have been read.
    """
    book = _Book(conn)
    accounts = sorted(_accounts(conn), key=lambda one: (one.system.rank, one.key))
    for account in accounts:
        if account.key in book.members:
            book.index(account, book.members[account.key])
    for key, token in _merged_away(conn):
        if key in book.members:
            book.tokens.add(token, book.members[key])
    for account in accounts:
        if account.key not in book.members:
            book.place(account)
    book.merge_linked()
    book.save(conn)
    kinds = [kind for kind, _, _ in book.questions.values()]
    return IdentityResult(
        customers=len(book.born) - len(book.aliases) - _alias_count(conn, book),
        created=len(book.created),
        joined=len(book.how) - len(book.created),
        merged=len(book.aliases),
        unjoined=kinds.count("unjoined"),
        ambiguous=kinds.count("ambiguous"),
    )


def resolve(conn: Connection, customer: str) -> str:
    """The id that an id stands for after merges; itself when it was never merged."""
    sql = "SELECT customer_id FROM customer_alias WHERE alias = ?"
    found = conn.exec_driver_sql(sql, (customer,)).scalar()
    return customer if found is None else str(found)


def apart_pairs(conn: Connection) -> set[frozenset[str]]:
    """Pairs of customers of whom a person said that they are not the same, merges followed."""
    rows = fetch(
        conn,
        "SELECT coalesce(a.customer_id, w.customer_id), coalesce(b.customer_id, w.other_id) "
        "FROM work_apart w LEFT JOIN customer_alias a ON a.alias = w.customer_id "
        "LEFT JOIN customer_alias b ON b.alias = w.other_id",
    )
    return {frozenset(row) for row in rows if row[0] != row[1]}


def _alias_count(conn: Connection, book: _Book) -> int:
    rows = fetch(conn, "SELECT alias FROM customer_alias")
    return sum(row[0] not in book.aliases for row in rows)


def _accounts(conn: Connection) -> list[_Account]:
    sql = "SELECT source, source_id, name, domain, joins FROM fact_account WHERE archived = 0"
    return [
        _Account(
            key=(source, source_id),
            name=" ".join(name.split()).casefold(),
            domain="" if (domain or "").casefold() in MAIL_DOMAINS else (domain or "").casefold(),
            tokens=(f"{source}:{source_id}", *json.loads(joins)),
        )
        for source, source_id, name, domain, joins in fetch(conn, sql)
    ]


def _merged_away(conn: Connection) -> list[tuple[Key, str]]:
    """Accounts that their own system merged into another, and the token of that other."""
    sql = "SELECT source, source_id, joins FROM fact_account WHERE archived = 1"
    return [
        ((source, source_id), token)
        for source, source_id, joins in fetch(conn, sql)
        for token in json.loads(joins)
        if token.startswith(f"{source}:") and token != f"{source}:{source_id}"
    ]


def _move(conn: Connection, loser: str, winner: str) -> None:
    """Give everything of a merged customer to the older one and remember the alias.

    Where both have the same row (one tag twice) the winner's stays and the other waits under the
    alias, so that nothing written is lost.
    """
    for table in (work.IDENTITY, work.CUSTOMER_ALIAS, *work.OF_CUSTOMERS):
        sql = f"UPDATE OR IGNORE {table.name} SET customer_id = ? WHERE customer_id = ?"
        conn.exec_driver_sql(sql, (winner, loser))
    conn.exec_driver_sql(upsert_sql(work.CUSTOMER_ALIAS), (loser, winner))
