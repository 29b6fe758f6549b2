from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING
from csmdesk.domain.facts import Account
from csmdesk.domain.settings import Features, Settings
from csmdesk.domain.usage import KEEP_DAYS, KEEP_USER_DAYS, UsageBatch
from csmdesk.store import facts, identity, usage
from csmdesk.store.database import Store, open_store
from csmdesk.store.load import load_facts
from tests.store.samples import D, company

Cell = tuple[str, str, int, int, int]
cells = st.tuples(
    st.sampled_from(["k1", "k2"]),
    st.sampled_from(["scan", "export", "login"]),
    st.integers(D - KEEP_DAYS - 2, D + 1),
    st.integers(0, 5),
    st.integers(0, 2),
)


def feature_page(rows: list[Cell]) -> UsageBatch:
    return UsageBatch(
        source="posthog",
        kind="feature",
        accounts=[row[0] for row in rows],
        names=[row[1] for row in rows],
        days=[row[2] for row in rows],
        events=[row[3] for row in rows],
        failed=[row[4] for row in rows],
        modules=[{"scan": "Scanner"}.get(row[1]) for row in rows],
    )


def open_with_accounts(folder: str) -> Store:
    store = open_store(Path(folder) / "x.sqlite")
    keys = [
        Account(source="posthog", source_id=f"k{n}", name=f"k{n}", joins=(f"hubspot:{n}",))
        for n in (1, 2)
    ]
    with store.write() as conn:
        facts.upsert(conn, [company(1), company(2), *keys])
        identity.assign(conn)
    return store


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(cells, max_size=12), max_size=4), st.integers(0, 3))
def test_folding_pages_equals_writing_cells(pages: list[list[Cell]], later: int) -> None:
    today = D + later
    model: dict[tuple[str, str, int], tuple[int, int]] = {}
    with TemporaryDirectory() as folder:
        store = open_with_accounts(folder)
        for index, page in enumerate(pages):
            on = today if index == len(pages) - 1 else D
            before = dict(model)
            for account, name, day, events, failed in page:
                if on - KEEP_DAYS <= day < on:
                    model[account, name, day] = (events, failed)
            changed = sum(before.get(key, (0, 0)) != model[key] for key in model)
            with store.write() as conn:
                assert usage.fold(conn, feature_page(page), on) == changed
                assert usage.fold(conn, feature_page(page), on) == 0
        with store.read() as conn:
            loaded = load_facts(conn, Settings())
        store.close()
    read: dict[tuple[str, str, int], tuple[int, int]] = {}
    for row, customer in enumerate(loaded.usage.feature_customer.tolist()):
        account = "k1" if loaded.ids[customer] == identity.customer_id("hubspot", "1") else "k2"
        name = loaded.usage.feature_names[int(loaded.usage.feature_name[row])]
        for column in range(KEEP_DAYS):
            pair = (
                int(loaded.usage.feature_events[row, column]),
                int(loaded.usage.feature_failed[row, column]),
            )
            if pair != (0, 0):
                read[account, name, loaded.usage.first_day + column] = pair
    first = loaded.usage.first_day
    kept = {key: pair for key, pair in model.items() if pair != (0, 0) and key[2] >= first}
    assert read == kept


def test_kinds_coverage_modules_and_joining(tmp_path: Path) -> None:
    store = open_with_accounts(str(tmp_path))
    daily = UsageBatch(
        source="posthog",
        kind="daily",
        accounts=["k1", "k1", "stranger"],
        days=[D - 1, D - 300, D - 1],
        events=[7, 9, 1],
        users=[3, 4, 1],
    )
    people = UsageBatch(
        source="posthog",
        kind="user",
        accounts=["k1", "k1"],
        days=[D - 1, D - 40],
        events=[5, 2],
        names=["b@x", "a@x"],
    )
    with store.write() as conn:
        assert usage.fold(conn, daily, D) == 2
        assert usage.fold(conn, people, D) == 2
        usage.fold(
            conn, feature_page([("k2", "scan", D - 5, 1, 1), ("k2", "export", D - 5, 2, 0)]), D
        )
        # A page for an earlier day does not slide the window back.
        usage.fold(conn, feature_page([("k2", "scan", D - 6, 4, 0)]), D - 3)
    with store.read() as conn:
        taxonomy = Settings(features=Features(modules={"Portal": ("export", "scan")}))
        loaded = load_facts(conn, taxonomy)
    store.close()
    found = loaded.usage
    one = loaded.ids.index(identity.customer_id("hubspot", "1"))
    assert found.first_day == D - KEEP_DAYS
    assert found.covered_from == D - KEEP_DAYS
    assert found.users_covered_from == D - 40
    assert found.person_first_day == D - KEEP_USER_DAYS
    assert found.events[one, -1] == 7
    assert found.users[one].sum() == 3
    assert found.person_keys == ("a@x", "b@x")
    assert found.person_events[:, -1].tolist() == [0, 5]
    assert found.joined.tolist() == [True, True]
    assert found.feature_names == ("export", "scan")
    assert found.feature_modules == ("Portal", "Scanner")
    assert found.feature_events.sum() == 7
    assert found.events.dtype == np.uint32


def test_no_usage_is_missing_not_zero(store: Store) -> None:
    with store.write() as conn:
        facts.upsert(conn, [company(1)])
        identity.assign(conn)
        loaded = load_facts(conn, Settings())
    assert loaded.usage.covered_from == MISSING
    assert loaded.usage.users_covered_from == MISSING
    assert loaded.usage.events.shape == (1, KEEP_DAYS)
    assert not loaded.usage.joined.any()


def test_negative_counts_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="negative"), store.write() as conn:
        usage.fold(conn, feature_page([("k1", "scan", D - 1, -1, 0)]), D)


@pytest.mark.parametrize("largest", [0, 255, 256, 65_535, 65_536, 2**32 - 1])
def test_counts_of_every_width_come_back(store: Store, largest: int) -> None:
    """Arrays are as narrow as their largest count allows; accounts of several widths mix."""
    keys = [
        Account(source="posthog", source_id=f"k{n}", name=f"k{n}", joins=(f"hubspot:{n}",))
        for n in (1, 2)
    ]
    page = feature_page([("k1", "scan", D - 1, largest, 1), ("k2", "scan", D - 1, 3, 0)])
    with store.write() as conn:
        facts.upsert(conn, [company(1), company(2), *keys])
        identity.assign(conn)
        usage.fold(conn, page, D)
        assert usage.fold(conn, page, D) == 0
        found = load_facts(conn, Settings()).usage
    assert found.feature_events[:, -1].tolist() == [
        {"1": largest, "2": 3}[name]
        for name in sorted(("1", "2"), key=lambda one: identity.customer_id("hubspot", one))
    ]
    assert found.feature_failed.sum() == 1
