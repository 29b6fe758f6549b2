from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from csmdesk.domain.columns import Columns
from csmdesk.domain.days import MISSING
from csmdesk.domain.portfolio import HISTORY_DAYS, Portfolio
from csmdesk.store.database import Store
from csmdesk.store.first_rows import FirstRows, first_rows
from csmdesk.store.overview import write_overview
from csmdesk.store.schema.findings import OVERVIEW_NUMBERS, OVERVIEW_TEXTS
from tests.store.samples import D

_GIVEN = ("name", "tier", "status", "csm", "currency")
NAMES = ["Beta", "Alpha", "Gone", "Calm"]


def portfolio(chi: list[int]) -> Portfolio:
    count = len(chi)
    missing = np.full(count, MISSING, np.int64)
    numbers = {
        "chi": chi,
        "band": [0] * count,
        "acv": [1200, MISSING, 5, 6],
        "renewal_on": [D + 9, MISSING, D, D],
        "open_tasks": [2, 0, 0, 0],
        "mrr": [100] * count,
        "used": [3] * count,
        "capacity": [10, MISSING, 10, 10],
        "active": [1, 1, 0, 1],
    }
    customers = Columns(
        {
            "id": [f"{each:016x}" for each in range(count)],
            "name": NAMES[:count],
            "tier": ["T1", None, None, None],
            "status": ["Active", "Trial", "Churned", "Active"],
            "csm": ["Ann", None, None, None],
            "currency": ["EUR", "USD", None, "EUR"],
            "tags": [("vip", "“x”"), (), (), ()],
            "products": [("Scanner",), (), (), ()],
            **{name: [None] * count for name in OVERVIEW_TEXTS if name not in _GIVEN},
            **{name: missing for name in OVERVIEW_NUMBERS if name not in numbers},
            **{name: np.array(values, np.int64) for name, values in numbers.items()},
        },
        count,
    )
    none = Columns({}, 0)
    history = np.full((HISTORY_DAYS, count), -1, np.int16)
    history[-1] = chi
    empty = np.zeros((0, count), np.int64)
    return Portfolio(
        day=D,
        today=D,
        currency="EUR",
        built_at=5,
        fingerprint="",
        preview=False,
        sources=(),
        csms=(),
        segments=(),
        segment_members={},
        customers=customers,
        tasks=none,
        task_events=none,
        alerts=none,
        movements=none,
        renewals=none,
        contacts=none,
        activities=none,
        subscriptions=none,
        chi_history=history,
        measures=none,
        factors=(),
        num=empty,
        den=empty,
        has=empty.astype(bool),
        score=empty,
        points=empty,
        weight=empty,
        weight_total=np.zeros(count, np.int64),
        cap_points=np.zeros(count, np.int64),
        notices=(),
        rules=(),
        run_day=D,
        run_at=5,
        run_ms=1,
    )


def test_first_rows_are_what_was_written_worst_first(store: Store) -> None:
    with store.write() as conn:
        assert write_overview(conn, portfolio([70, 20, 10, -1]), {"customers": 3}) == 4
        assert write_overview(conn, portfolio([70, 20, 10, -1]), {"customers": 3}) == 0
        assert write_overview(conn, portfolio([70, 90, 10, -1]), {"customers": 3}) == 2
    found = first_rows(store.path)
    assert [row.name for row in found.rows] == ["Beta", "Alpha", "Calm", "Gone"]
    assert found.day == D
    assert found.totals["customers"] == 3
    first = found.rows[0]
    assert (first.products, first.stage, first.thin) == (("Scanner",), "", None)
    assert (first.chi, first.acv, first.currency, first.tags) == (70, 1200, "EUR", ("vip", "“x”"))
    assert found.rows[1].acv is None
    assert found.rows[1].renewal_on is None
    assert (found.rows[1].tier, found.rows[1].csm) == ("", "")
    assert np.frombuffer(first.spark, np.int8).tolist() == [*([-1] * 89), 70]
    assert len(first_rows(store.path, limit=2).rows) == 2


def test_without_a_usable_file_there_are_no_rows(store: Store, tmp_path: Path) -> None:
    assert first_rows(tmp_path / "absent.sqlite") == FirstRows()
    assert first_rows(store.path) == FirstRows()
    nonsense = tmp_path / "nonsense.sqlite"
    nonsense.write_bytes(b"no database " * 1000)
    assert first_rows(nonsense) == FirstRows()


def test_first_rows_read_beside_a_writer(store: Store) -> None:
    with store.write() as conn:
        write_overview(conn, portfolio([70, 20, 10, -1]))
    with store.write() as conn:
        conn.exec_driver_sql("DELETE FROM overview")
        assert len(first_rows(store.path).rows) == 4


def test_first_rows_import_nothing_heavy() -> None:
    code = (
        "import sys, csmdesk.store.first_rows; "
        "heavy = {'numpy', 'sqlalchemy', 'alembic', 'msgspec', 'pandas'} & set(sys.modules); "
        "ours = [m for m in sys.modules if m.startswith('csmdesk.')]; "
        "assert not heavy, heavy; "
        "assert sorted(ours) == ['csmdesk.store', 'csmdesk.store.first_rows'], ours"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
