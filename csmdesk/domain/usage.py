"""Daily usage: batches as they arrive and arrays as the engine reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KEEP_DAYS = 280
"""Daily usage is kept for 280 days (definitions.md section 2)."""
KEEP_USER_DAYS = 90


@dataclass(frozen=True, slots=True)
class UsageBatch:
    """One page of daily usage of one source, column by column; later rows replace earlier ones.

    `kind` "daily": events and users (distinct persons) of an account and day; "feature": events
    and failed of a feature, `names` = features, `modules` beside it; "user": events of a person,
    `names` = persons. `days` are day numbers.
    """

    source: str
    kind: str
    accounts: list[str]
    days: list[int]
    events: list[int]
    users: list[int] | None = None
    names: list[str] | None = None
    modules: list[str | None] | None = None
    products: list[str | None] | None = None
    failed: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of all customers. Column j of a matrix is day `first_day + j`; width KEEP_DAYS.

    `covered_from` / `users_covered_from`: first day the source has data for at all (a window that
    begins earlier is missing, not zero); MISSING when not connected or not read yet.
    Matrices are uint32. Feature rows are sorted by (customer, feature); person rows by
    (customer, person).
    """

    first_day: int
    covered_from: int
    users_covered_from: int
    events: NDArray[np.uint32]  # (customers, KEEP_DAYS)
    users: NDArray[np.uint32]  # (customers, KEEP_DAYS) distinct persons of the day
    joined: NDArray[np.bool_]  # (customers,) usage account joined to this customer
    feature_customer: NDArray[np.int64]  # (rows,)
    feature_name: NDArray[np.int64]  # index into feature_names
    feature_names: tuple[str, ...]
    feature_modules: tuple[str, ...]  # module of each feature name, "" when unknown
    feature_events: NDArray[np.uint32]  # (rows, KEEP_DAYS)
    feature_failed: NDArray[np.uint32]  # (rows, KEEP_DAYS)
    person_customer: NDArray[np.int64]
    person_keys: tuple[str, ...]  # person key of each row
    person_first_day: int  # day of column 0 of person_events
    person_events: NDArray[np.uint32]  # (rows, KEEP_USER_DAYS)
