"""`csmdesk quality` and `csmdesk write-back` as a script calls them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_cli import answer, call
from tests.demo import copied


def test_a_decision_is_made_and_taken_back(prepared_demo: Path, tmp_path: Path) -> None:
    folder = copied(prepared_demo, tmp_path / "demo")
    before = answer(folder, "quality")
    account = next(row["account"] for row in before if row["kind"] == "unjoined")
    customer = answer(folder, "report", "customers")[0]["id"]
    shared = ("--demo", "--workspace", str(folder))
    assert call("quality", "--join", account, customer, *shared).returncode == 0
    assert account not in {row["account"] for row in answer(folder, "quality")}
    assert call("quality", "--undo", *shared).returncode == 0
    assert answer(folder, "quality") == before
    refused = call("quality", "--merge", customer, customer, *shared)
    assert refused.returncode == 1
    assert "two customers" in refused.stderr


def test_write_back_is_off_until_it_is_turned_on(prepared_demo: Path) -> None:
    done = call("write-back", "--demo", "--workspace", str(prepared_demo))
    assert done.returncode == 1
    assert "enabled = true" in done.stderr
