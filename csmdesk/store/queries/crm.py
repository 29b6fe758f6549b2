"""A customer's record in the CRM: what can be edited from here, and what it shows now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from csmdesk.domain.days import iso_day
from csmdesk.domain.systems import SYSTEMS
from csmdesk.store import outbox
from csmdesk.store.outbox import EDITABLE
from csmdesk.store.sql import fetch, marks

_SYSTEMS = tuple(name for name, system in SYSTEMS.items() if system.editable)


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """`values`: the editable fields as they are shown, edits on their way included."""

    source: str
    account_id: str
    values: dict[str, str | None]


def crm_record(conn: Connection, customer: str) -> CrmRecord | None:
    """The customer's record in a CRM that takes edits, None when it has none."""
    sql = (
        f"SELECT a.source, a.source_id, {', '.join(f'a.{one}' for one in EDITABLE)} FROM identity i "
        "JOIN fact_account a ON a.source = i.source AND a.source_id = i.source_id "
        f"WHERE a.archived = 0 AND i.customer_id = ? AND i.source IN ({marks(len(_SYSTEMS))}) "
        "ORDER BY 1, 2 LIMIT 1"
    )
    found = fetch(conn, sql, (customer, *_SYSTEMS))
    if not found:
        return None
    source, account, *told = found[0]
    values = dict(zip(EDITABLE, told, strict=True))
    if values["renewal_on"] is not None:
        values["renewal_on"] = iso_day(values["renewal_on"])
    waiting = outbox.rows(conn, source)
    values |= {one.field: one.value for one in waiting if one.account_id == account}
    return CrmRecord(source, account, values)


def crm_owners(conn: Connection, source: str) -> list[tuple[str, str]]:
    """Id and name of the CRM's active users, by name."""
    sql = "SELECT source_id, name FROM fact_person WHERE source = ? AND archived = 0 ORDER BY 2, 1"
    return [(row[0], row[1]) for row in fetch(conn, sql, (source,))]
