"""One customer's page: its stored rows and the portfolio it stands in."""

from __future__ import annotations

from dataclasses import replace

from csmdesk.domain.errors import BadInput
from csmdesk.domain.page import CrmFields, CustomerPage
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio
from csmdesk.engine.figures.customer import build_page
from csmdesk.engine.figures.customer.context import CustomerContext
from csmdesk.jobs.customer_rows import typed_rows
from csmdesk.jobs.session import Session
from csmdesk.store.history import model_versions
from csmdesk.store.queries.crm import crm_fields, crm_owners
from csmdesk.store.queries.customer import customer_rows
from csmdesk.store.queries.people import people_names
from csmdesk.store.queries.records import customer_records


def customer_page(session: Session, portfolio: Portfolio, customer_id: str) -> CustomerPage:
    """The page of a customer as of the portfolio's day. A few milliseconds."""
    ids = portfolio.customers["id"]
    if customer_id not in ids:
        raise BadInput("This customer is no longer in the portfolio.", "Close the tab.")
    with session.store.read() as conn:
        rows = customer_rows(conn, customer_id, portfolio.day, session.settings)
        people = people_names(conn)
        kept = crm_fields(conn, customer_id)
        records = customer_records(conn, customer_id)
        owners = crm_owners(conn, kept["owner_id"].source) if kept else []
        first = portfolio.day - HISTORY_DAYS + 1
        versions = model_versions(conn, customer_id, first, portfolio.day)
    at, typed = ids.index(customer_id), typed_rows(rows, people)
    page = build_page(
        CustomerContext(portfolio, at, typed, session.settings, session.zone, versions)
    )
    page = replace(page, records=records)
    if not kept:
        return page
    tiers = (*session.settings.tiers, *_known(portfolio, "tier"))
    values = {name: record.values[name] for name, record in kept.items()}
    fields = CrmFields(
        values, tuple(owners), tuple(dict.fromkeys(tiers)), _known(portfolio, "stage")
    )
    return replace(page, crm=fields)


def _known(portfolio: Portfolio, column: str) -> tuple[str, ...]:
    """The values that this column has anywhere."""
    return tuple(sorted({one for one in portfolio.customers[column] if one}))


def find_customer(portfolio: Portfolio, who: str) -> str:
    """The id for an id, an exact name, or a part of a name that only one customer has."""
    ids: list[str] = portfolio.customers["id"]
    names: list[str] = portfolio.customers["name"]
    if who in ids:
        return who
    wanted = who.casefold()
    exact = [one for one, name in zip(ids, names, strict=True) if name.casefold() == wanted]
    part = [one for one, name in zip(ids, names, strict=True) if wanted in name.casefold()]
    found = exact or part
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadInput(f"There is no customer “{who}”.", "“csmdesk report customers” lists all.")
    some = ", ".join(sorted(names[ids.index(one)] for one in found)[:5])
    raise BadInput(
        f"{len(found)} customers match “{who}”: {some}.", "Write more of the name, or the id."
    )
