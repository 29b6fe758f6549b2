"""What the CRM holds of our scores: former values, confirmed ones, and the log of every write."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.store.schema.outgoing import WRITE_BACK, WRITE_LOG
from csmdesk.store.sql import delete_sql, fetch, many, upsert_sql

KEPT_DAYS = 90
"""How long the log of writes is kept."""

Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Held:
    """One CRM record's scores; see `schema.outgoing.WRITE_BACK`."""

    former: Values = field(default_factory=dict)
    sent: Values = field(default_factory=dict)
    pending: Values = field(default_factory=dict)
    error: str = ""
    at: int | None = None

    def unsure_of(self, fields: Collection[str]) -> bool:
        """Whether the record must be read before these fields are written: what they held before is
        not known, or the answer to the last write never came."""
        return bool(self.pending or set(fields) - self.former.keys())

    def read(self, now: Values) -> Held:
        """With what the CRM holds now; nothing when it was not asked."""
        arrived = {one: now[one] for one in self.pending if one in now}
        return replace(self, former=now | self.former, sent=self.sent | arrived)

    def settled(self, error: str, at: int) -> Held:
        """After the answer: confirmed, or refused and the CRM still as it was."""
        if error:
            return replace(self, pending={}, error=error)
        return replace(self, sent=self.sent | self.pending, pending={}, error="", at=at)


def crm_records(conn: Connection, source: str) -> dict[str, str]:
    """The source's accounts that a customer has: account id -> customer."""
    rows = fetch(
        conn,
        "SELECT a.source_id, i.customer_id FROM fact_account a JOIN identity i "
        "ON i.source = a.source AND i.source_id = a.source_id "
        "WHERE a.archived = 0 AND a.source = ? ORDER BY a.source_id",
        (source,),
    )
    return dict(rows)


def held(conn: Connection, source: str) -> dict[str, Held]:
    """Everything that was ever written to this source and not taken back, by account id."""
    sql = (
        "SELECT account_id, former, sent, pending, error, at FROM write_back "
        "WHERE source = ? ORDER BY account_id"
    )
    return {
        account: Held(json.loads(former), json.loads(sent), json.loads(pending), error, at)
        for account, former, sent, pending, error, at in fetch(conn, sql, (source,))
    }


def keep(conn: Connection, source: str, rows: Mapping[str, Held]) -> None:
    told = [
        (source, account, *map(_json, (one.former, one.sent, one.pending)), one.error, one.at)
        for account, one in rows.items()
    ]
    many(conn, upsert_sql(WRITE_BACK), told)


def forget(conn: Connection, source: str, accounts: Iterable[str]) -> None:
    """The former values are back in the CRM: nothing of ours is there any more."""
    many(conn, delete_sql(WRITE_BACK), [(source, one) for one in accounts])


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log: only the fields that were written; `error` when they were refused."""

    source: str
    account_id: str
    before: Values
    after: Values
    error: str = ""


def note(conn: Connection, entries: Sequence[Entry], at: int) -> None:
    """Append to the log, and drop from it what is older than it is kept."""
    oldest = at - KEPT_DAYS * SECONDS_A_DAY
    conn.exec_driver_sql("DELETE FROM write_log WHERE at < ?", (oldest,))
    last = conn.exec_driver_sql("SELECT max(entry) FROM write_log").scalar() or 0
    rows = [
        (
            last + place,
            at,
            one.source,
            one.account_id,
            _json(one.before),
            _json(one.after),
            one.error,
        )
        for place, one in enumerate(entries, 1)
    ]
    many(conn, upsert_sql(WRITE_LOG), rows)


def _json(values: Mapping[str, str | None]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
