"""Who is who: joins the accounts of all sources into customers with ids that stay.

Definitions.md section 1. An account joins by a shared explicit id, else by domain, else by exact
name; where that leaves several customers it joins nobody and becomes a data-quality row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Connection

from csmdesk.domain.collector import collector_paused
from csmdesk.domain.quality import MAIL_DOMAINS
from csmdesk.domain.systems import System, system_named
from csmdesk.store.schema import work
from csmdesk.store.sql import delete_sql, fetch, many, rows, upsert_sql

Key = tuple[str, str]
_AT_ONCE = 5_000  # accounts placed before they are written


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
    """Customers by something they are known under: nearly always one, so tuples, not sets."""

    by: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, word: str, customer: str) -> None:
        known = self.by.get(word, ())
        if word and customer not in known:
            self.by[word] = (*known, customer)

    def find(self, words: Iterable[str]) -> set[str]:
        return {customer for word in words for customer in self.by.get(word, ())}


class _Book:
    """What customers are known under, in memory while accounts are placed; accounts pass through."""

    def __init__(self, conn: Connection) -> None:
        self.born: dict[str, int] = dict(rows(conn, "SELECT customer_id, born FROM customer"))
        self.newest = max(self.born.values(), default=0)
        self.made: list[tuple[str, int, str, str]] = []
        self.joined: list[tuple[str, str, str, str]] = []
        self.created = self.placed = 0
        self.aliases: dict[str, str] = {}
        self.crm: dict[str, tuple[str, ...]] = {}
        self.tokens, self.domains, self.names = _Index(), _Index(), _Index()
        self.questions: dict[Key, tuple[str, str, list[str]]] = {}
        self.apart = apart_pairs(conn)
        self.absorbed: set[str] = set()
        """Tokens of accounts that were merged into another of their own system, as that one says."""

    def index(self, account: _Account, customer: str) -> None:
        for token in account.tokens:
            self.tokens.add(token, customer)
        own_token, of_system = ":".join(account.key), f"{account.key[0]}:"
        self.absorbed.update(
            one for one in account.tokens if one.startswith(of_system) and one != own_token
        )
        crm = account.system.kinds[0] == "crm"
        own = crm or customer == customer_id(*account.key)
        # What a joined account says beside its anchor must not make another customer doubtful.
        for index, word in ((self.domains, account.domain), (self.names, account.name)):
            if own or not index.find((word,)):
                index.add(word, customer)
        if crm:
            self._of_crm(customer, (account.key[0],))

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

    def _of_crm(self, customer: str, sources: Iterable[str]) -> None:
        known = self.crm.get(customer, ())
        self.crm[customer] = (*known, *(one for one in sources if one not in known))

    def _join(self, account: _Account, customer: str, how: str) -> None:
        self.joined.append((*account.key, customer, how))
        self.index(account, customer)

    def _create(self, account: _Account) -> None:
        customer = customer_id(*account.key)
        if customer not in self.born:
            self.newest += 1
            self.born[customer] = self.newest
            self.made.append((customer, self.newest, *account.key))
        self._join(account, customer, "anchor")

    def merge_linked(self) -> None:
        """Customers that came to share an explicit id are one; the older id stays."""
        for customers in self.tokens.by.values():
            if len(customers) < 2:
                continue
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
                self._of_crm(group[0], self.crm.get(loser, ()))

    def _final(self, customer: str) -> str:
        while customer in self.aliases:
            customer = self.aliases[customer]
        return customer

    def write(self, conn: Connection) -> None:
        """Customers made and accounts placed so far."""
        self.created += len(self.made)
        self.placed += len(self.joined)
        many(conn, upsert_sql(work.CUSTOMER), self.made)
        many(conn, upsert_sql(work.IDENTITY), self.joined)
        self.made.clear()
        self.joined.clear()

    def save(self, conn: Connection) -> None:
        """What all of it comes to: merged customers, open questions."""
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


@collector_paused()
def assign(conn: Connection) -> IdentityResult:
    """Place every account that has no customer yet, in the order CRM, billing, support, usage.

    Placed accounts keep their customer for ever, except that customers which come to share an
    explicit id are merged. Call it when all sources of a sync have been read.
    """
    book = _Book(conn)
    for account, customer in _accounts(conn):
        if customer is not None:
            book.index(account, customer)
    for customer, token in _merged_away(conn):
        book.tokens.add(token, customer)
    for account, customer in _accounts(conn):
        if customer is None:
            book.place(account)
            if len(book.joined) >= _AT_ONCE:
                book.write(conn)
    book.write(conn)
    for customer, own in _gone(conn) if book.absorbed else ():
        if own in book.absorbed:
            book.tokens.add(own, customer)
    book.merge_linked()
    book.save(conn)
    kinds = [kind for kind, _, _ in book.questions.values()]
    return IdentityResult(
        customers=len(book.born) - len(book.aliases) - _alias_count(conn, book),
        created=book.created,
        joined=book.placed - book.created,
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


def _accounts(conn: Connection) -> Iterator[tuple[_Account, str | None]]:
    """Every account and the customer that it belongs to already, in the order of the ranks."""
    sources = [row[0] for row in fetch(conn, "SELECT DISTINCT source FROM fact_account")]
    named = _named_systems(conn)
    sql = (
        "SELECT a.source, a.source_id, a.name, a.domain, a.joins, i.customer_id "
        "FROM fact_account a LEFT JOIN identity i "
        "ON i.source = a.source AND i.source_id = a.source_id "
        "WHERE a.source = ? AND a.archived = 0 ORDER BY a.source_id"
    )
    for one in sorted(sources, key=lambda name: (system_named(name).rank, name)):
        for source, source_id, name, domain, joins, customer in rows(conn, sql, (one,)):
            place = (domain or "").casefold()
            own = (f"{source}:{source_id}",) if source in named else ()
            account = _Account(
                key=(source, source_id),
                name=" ".join(name.split()).casefold(),
                domain="" if place in MAIL_DOMAINS else place,
                tokens=(*own, *json.loads(joins)),
            )
            yield account, customer


def _named_systems(conn: Connection) -> set[str]:
    """Systems whose ids records of others name: nobody looks for those of the rest."""
    sql = (
        "SELECT DISTINCT substr(j.value, 1, instr(j.value, ':') - 1) "
        "FROM fact_account a, json_each(a.joins) j"
    )
    return {row[0] for row in fetch(conn, sql)}


def _merged_away(conn: Connection) -> list[tuple[str, str]]:
    """Customers of accounts that their own system merged into another, and that other's token."""
    sql = (
        "SELECT a.source, a.source_id, a.joins, i.customer_id FROM fact_account a "
        "JOIN identity i ON i.source = a.source AND i.source_id = a.source_id "
        "WHERE a.archived = 1"
    )
    return [
        (customer, token)
        for source, source_id, joins, customer in fetch(conn, sql)
        for token in json.loads(joins)
        if token.startswith(f"{source}:") and token != f"{source}:{source_id}"
    ]


def _gone(conn: Connection) -> Iterator[tuple[str, str]]:
    """Customers of accounts that are gone, and the token of each: the account into which its system
    merged it may name that among its own."""
    sql = (
        "SELECT i.customer_id, a.source || ':' || a.source_id FROM fact_account a "
        "JOIN identity i ON i.source = a.source AND i.source_id = a.source_id "
        "WHERE a.archived = 1"
    )
    yield from rows(conn, sql)


def _move(conn: Connection, loser: str, winner: str) -> None:
    """Give everything of a merged customer to the older one and remember the alias.

    Where both have the same row (one tag twice) the winner's stays and the other waits under the
    alias, so that nothing written is lost.
    """
    for table in (work.IDENTITY, work.CUSTOMER_ALIAS, *work.OF_CUSTOMERS):
        sql = f"UPDATE OR IGNORE {table.name} SET customer_id = ? WHERE customer_id = ?"
        conn.exec_driver_sql(sql, (winner, loser))
    conn.exec_driver_sql(upsert_sql(work.CUSTOMER_ALIAS), (loser, winner))
