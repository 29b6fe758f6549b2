"""The verbs as a script calls them: exit codes, JSON, messages."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from csmdesk.__main__ import split_arguments
from csmdesk.domain.texts import money
from tests.demo import CUSTOMERS

DAY = "2026-11-20"


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "csmdesk", *arguments]
    return subprocess.run(program, capture_output=True, text=True, timeout=100)


def answer(folder: Path, *arguments: str) -> Any:
    done = call(*arguments, "--demo", "--workspace", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_global_options_may_stand_anywhere() -> None:
    options, rest = split_arguments(["report", "--demo", "customers", "--workspace", "w", "--json"])
    assert options == ["--demo", "--workspace", "w", "--json"]
    assert rest == ["report", "customers"]


def test_customers_as_json(prepared_demo: Path) -> None:
    rows = answer(prepared_demo, "report", "customers", "--as-of", DAY)
    assert len(rows) == CUSTOMERS
    wanted = (
        "id name csm tier chi band coverage mrr arr acv currency renewal_on status tags open_tasks"
    )
    assert set(wanted.split()) <= set(rows[0])


def test_movements_sum_up(prepared_demo: Path) -> None:
    months = answer(prepared_demo, "report", "movements", "--as-of", DAY)
    assert months
    parts = ("new", "reactivation", "expansion", "contraction", "churn", "fx")
    for month in months:
        assert month["opening"] + sum(month[part] for part in parts) == month["closing"]
    for before, after in pairwise(months):
        assert before["closing"] == after["opening"]
    customers = answer(prepared_demo, "report", "movements", "--as-of", DAY, "--by", "customer")
    last = months[-1]["month"]
    assert sum(row["closing"] for row in customers if row["month"] == last) == months[-1]["closing"]


def test_tables_tell_amounts_and_every_month(prepared_demo: Path) -> None:
    where = ("--as-of", DAY, "--demo", "--workspace", str(prepared_demo))
    last = answer(prepared_demo, "report", "movements", "--as-of", DAY)[-1]
    shown = call("report", "movements", *where).stdout
    assert money(last["closing"], last["currency"]) in shown
    assert last["month"] in shown
    renewals = call("report", "renewals", *where).stdout
    assert answer(prepared_demo, "report", "renewals", "--as-of", DAY)[0]["name"] in renewals
    assert "…" not in shown + renewals


def test_tasks_and_dashboard_agree(prepared_demo: Path) -> None:
    board = answer(prepared_demo, "report", "dashboard", "--as-of", DAY)
    counters = {counter["counter"]: counter["open"] for counter in board["counters"]}
    tasks = answer(prepared_demo, "tasks", "--as-of", DAY)
    assert counters["total"] == len(tasks) == len(board["tasks"])
    high = answer(prepared_demo, "tasks", "--priority", "High", "--as-of", DAY)
    assert counters["high"] == len(high)
    keys = "id rule category severity status customer_id customer text due_on first_seen active"
    assert set(keys.split()) <= set(tasks[0])


def test_one_customer(prepared_demo: Path) -> None:
    first = answer(prepared_demo, "report", "customers", "--as-of", DAY)[0]
    page = answer(prepared_demo, "customer", first["name"], "--as-of", DAY)
    assert page["id"] == first["id"]
    assert page["chi"] == first["chi"]
    assert list(page["tabs"]) == ["tasks", "chi", "commercial", "usage", "activity", "retention"]
    points = page["tabs"]["chi"]["breakdown"]
    lost = sum(pillar["lost"] for pillar in points["pillars"]) + points["cap_lost"]
    assert page["chi"] + lost == 100


def test_scores_and_points_make_100(prepared_demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    answer(prepared_demo, "score", "--as-of", "2026-09-01", str(out))
    with open(out, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert CUSTOMERS // 2 < len(rows) <= CUSTOMERS, "customers that came later do not exist yet"
    for row in rows:
        points = sum(int(value) for key, value in row.items() if key.startswith("points_"))
        assert int(row["chi"]) == -1 or int(row["chi"]) + points == 100


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("dance",), 2, "No such command"),
        (("report", "nothing"), 2, "nothing"),
        (("report", "customers", "--as-of", "soon"), 1, "is not a day"),
        (("report", "customers", "--csm", "Nobody"), 1, "There is no CSM “Nobody”"),
        (("customer", "No Such Firm"), 1, "There is no customer"),
        (("shoot",), 2, "folder for the pictures"),
        (("import", "nowhere"), 1, "no folder"),
        (("connect", "hubspot"), 1, "demo workspace takes no real systems"),
    ],
)
def test_errors_are_sentences(
    prepared_demo: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = call(*arguments, "--demo", "--workspace", str(prepared_demo))
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("report", "customers"), ("tasks",), ("customer", "X"), ("score", "out.csv")]
)
def test_a_mistyped_workspace_is_told_and_not_made(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = call(*arguments, "--demo", "--workspace", str(tmp_path / "typo"))
    assert done.returncode == 1
    assert "There is no workspace in" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_run_twice_adds_nothing(demo_folder: Path) -> None:
    before = answer(demo_folder, "tasks", "--status", "all", "--as-of", DAY)
    summary = answer(demo_folder, "run", "--no-sync", "--as-of", DAY)
    assert summary["findings_changed"] == 0
    assert answer(demo_folder, "tasks", "--status", "all", "--as-of", DAY) == before
