"""Contracts of accounts: when they end, where the account itself does not say when it renews."""

from __future__ import annotations

from collections.abc import Mapping

from csmdesk.domain.days import MISSING, add_months
from csmdesk.sync.connectors.salesforce.beside import Beside
from csmdesk.sync.connectors.salesforce.wire import Record, Row
from csmdesk.sync.decode import day

SOBJECT = "Contract"
CONTRACT_FIELDS: dict[str, str] = {
    "contract_renewal_on": "EndDate",
    "contract_acv": "",
}
"""What a contract tells of its account; "" = nothing. A workspace overrides them one by one."""
_OURS = {"starts_on": "StartDate", "months": "ContractTerm", "currency": "CurrencyIsoCode"}


def beside(fields: Mapping[str, str]) -> Beside:
    """The contracts in force: not the drafts, nor those that wait for an approval."""
    wanted = tuple(place for name, place in fields.items() if name in CONTRACT_FIELDS and place)
    names = (*_OURS.values(), *wanted)
    return Beside(SOBJECT, "AccountId", names, only=("StatusCode", "Activated"), follows=True)


def latest(record: Record, fields: Mapping[str, str]) -> Row:
    """The contract of an account that ends last; an empty one where it has none."""
    mapped = {**_OURS, **{name: fields[name] for name in CONTRACT_FIELDS}}
    rows = [Row({"Id": "", **one}, mapped) for one in record.get(SOBJECT, ())]
    return max(rows, key=lambda row: ends_on(row) or MISSING, default=Row({"Id": ""}, mapped))


def ends_on(contract: Row) -> int | None:
    """The last day of a contract: as it says, else by its begin and its term in months."""
    told, begun = day(contract.text("contract_renewal_on")), day(contract.text("starts_on"))
    months = contract.number("months")
    if told is None and begun is not None and months and contract.has("contract_renewal_on"):
        return add_months(begun, int(float(months))) - 1
    return told
