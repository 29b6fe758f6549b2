"""A compact index of every row of the CRM, for search: numbers only, 28 bytes a row.

Built by one walk over all accounts on the first search of a world, so that no rendered row
is kept. Rows are in the order of the accounts and of the rows in an account.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csmdesk.sandbox.hubspot.kinds import KINDS
from csmdesk.sandbox.state import State

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Columns:
    """One object type: ids, instants in epoch milliseconds, where the row is."""

    ids: Int64s
    updated: Int64s
    created: Int64s
    account: Int32s
    position: Int32s


def build(state: State) -> dict[str, Columns]:
    """The columns of every object type; archived companies and all their rows are left out."""
    parts = {kind.name: tuple(array(code) for code in "qqqii") for kind in KINDS}
    for number in range(state.count):
        account = state.account(number)
        for kind in KINDS:
            ids, updated, created, accounts, positions = parts[kind.name]
            if kind.name == "companies" and account.company.archived:
                continue
            for position, row in enumerate(kind.rows(account)):
                ids.append(int(row.hubspot_id))
                updated.append(row.updated_at * 1000)
                created.append(kind.created(row) * 1000)
                accounts.append(account.index)
                positions.append(position)
    return {
        name: Columns(
            np.frombuffer(ids, np.int64) if ids else np.empty(0, np.int64),
            np.frombuffer(updated, np.int64) if ids else np.empty(0, np.int64),
            np.frombuffer(created, np.int64) if ids else np.empty(0, np.int64),
            np.frombuffer(accounts, np.int32) if ids else np.empty(0, np.int32),
            np.frombuffer(positions, np.int32) if ids else np.empty(0, np.int32),
        )
        for name, (ids, updated, created, accounts, positions) in parts.items()
    }
