"""First load, a second read without a change, and what the next day brings."""

from __future__ import annotations

from pathlib import Path

from csmdesk.domain.cancel import Progress
from csmdesk.domain.systems import DEMO
from tests.sandbox.process import Sandbox, running
from tests.sandbox.reading import OBJECTS
from tests.sync.bench import SYSTEMS, Bench, new_bench

BUDGET = {
    "hubspot": 9,
    "stripe": 2,
    "posthog": 4,
    "mixpanel": 1,
    "intercom": 4,
    "zendesk": 4,
    "salesforce": 9,
}
"""Requests of a second sync where it takes others than MOST."""
MOST = 10


def test_first_load_brings_every_kind_of_row(tmp_path: Path) -> None:
    with running("--customers", "32") as sandbox:  # the first discount is that of customer 27
        bench = new_bench(sandbox, tmp_path)
        results = bench.sync()
        assert [result.error for result in results.values()] == [None] * len(SYSTEMS)
        assert bench.problems() == []
        tables = bench.tables()
        unfed = {"order", "entitlement", "agent"}
        assert {name for name, rows in tables.items() if not rows} <= unfed
        assert {row[0] for row in tables["account"]} == set(SYSTEMS)
        bench.store.close()


def test_every_answer_of_a_survey_belongs_to_an_account(bench: Bench) -> None:
    """Also of accounts without recent usage: they have no other row in PostHog."""
    bench.sync(["posthog"])
    with bench.store.read() as conn:
        sql = "SELECT DISTINCT account_id FROM fact_nps_answer"
        answered = set(conn.exec_driver_sql(sql).scalars())
    assert answered
    assert answered <= {row[1] for row in bench.tables()["account"]}


def test_second_sync_changes_nothing_within_the_budget(bench: Bench, sandbox: Sandbox) -> None:
    bench.sync()
    before = bench.tables()
    results = bench.sync()
    assert {name: result.changed for name, result in results.items()} == dict.fromkeys(SYSTEMS, 0)
    for name, result in results.items():
        assert result.requests <= BUDGET.get(name, MOST), name
    assert sum(results[name].requests for name in DEMO) < 20  # of which it reads one of a kind
    assert bench.tables() == before


def test_budget_holds_for_the_demo_portfolio(tmp_path: Path) -> None:
    with running("--customers", "214") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        for phase in ("essential", "rest"):
            assert all(result.complete for result in bench.sync(DEMO, phase=phase).values())
        results = bench.sync(DEMO)
        assert all(result.requests <= BUDGET[name] for name, result in results.items())
        assert sum(result.requests for result in results.values()) < 20
        assert sum(result.changed for result in results.values()) == 0
        bench.store.close()


def test_phases_together_are_one_sync(bench: Bench, sandbox: Sandbox, tmp_path: Path) -> None:
    bench.sync(phase="essential")
    essential = bench.tables()
    assert not essential["activity"]
    kinds = {row[2] for row in essential["usage"] if row[0] == "posthog"}
    assert kinds == {"daily", "feature"}
    bench.sync(phase="rest")
    whole = new_bench(sandbox, tmp_path, "whole")
    whole.sync()
    assert bench.tables() == whole.tables()
    whole.store.close()


def test_small_transactions_beside_a_window_store_the_same(
    bench: Bench, sandbox: Sandbox, tmp_path: Path
) -> None:
    bench.window_open = True
    bench.sync()
    whole = new_bench(sandbox, tmp_path, "whole")
    whole.sync()
    assert bench.tables() == whole.tables()
    whole.store.close()


def test_full_reads_everything_again_and_changes_nothing(bench: Bench) -> None:
    bench.sync()
    before = bench.tables()
    results = bench.sync(full=True)
    assert sum(result.changed for result in results.values()) == 0
    assert bench.tables() == before


def test_progress_names_the_stream(bench: Bench) -> None:
    told: list[Progress] = []
    bench.sync(["hubspot"], report=told.append)
    assert {progress.key for progress in told} >= {"hubspot.companies", "hubspot.emails"}
    assert all(progress.text.startswith("HubSpot: ") for progress in told)


def test_next_days_bring_what_a_fresh_load_brings(tmp_path: Path) -> None:
    """A week of small steps ends where one load at its end begins."""
    with running("--customers", "24") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync()
        for day in ("2026-11-22", "2026-11-28"):
            moved = sandbox.call("control", "POST", "/today", json={"today": day})
            assert moved.status_code == 200
            assert all(result.complete for result in bench.sync().values())
        fresh = new_bench(sandbox, tmp_path, "fresh")
        fresh.sync()
        got, wanted = bench.tables(), fresh.tables()
        # Events date a change before its invoice does, and an ended discount stays on record.
        own = {"subscription_change", "discount", "usage", "nps_answer"}
        for name in wanted.keys() - own:
            assert got[name] == wanted[name], name
        assert set(wanted["subscription_change"]) <= set(got["subscription_change"])
        # A first load reads two years of answers; what was read a week earlier stays.
        oldest = min(row[5] for row in wanted["nps_answer"])
        recent = [row for row in got["nps_answer"] if row[5] >= oldest]
        assert recent == wanted["nps_answer"]
        assert {row[:3] for row in got["usage"]} == {row[:3] for row in wanted["usage"]}
        bench.store.close()
        fresh.store.close()


def test_an_edit_in_the_crm_arrives_with_its_history(tmp_path: Path) -> None:
    with running("--customers", "12") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["hubspot"])
        company = next(row for row in bench.tables()["account"])[1]
        edit = {"id": company, "properties": {"csm_tier": "T4", "renewal_date": "2027-03-31"}}
        sandbox.call("control", "POST", "/hubspot/company", json=edit)
        result = bench.sync(["hubspot"])["hubspot"]
        # Two fields got a new dated value, and the company itself changed.
        assert result.changed == 3
        changes = [row for row in bench.tables()["field_change"] if row[2] == company]
        assert {"T4", "2027-03-31"} <= {row[5] for row in changes}
        bench.store.close()


def test_a_deleted_activity_goes_with_the_next_sweep(tmp_path: Path) -> None:
    """No search tells of it; all ids are compared once a day, and whenever all is read again."""
    with running("--customers", "12") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["hubspot"])
        company = bench.tables()["account"][0][1]
        before = bench.tables()["activity"]
        made = {kind: _logged(sandbox, kind, company) for kind in ("emails", "calls", "meetings")}
        assert bench.sync(["hubspot"])["hubspot"].changed == 3

        def delete(kind: str) -> None:
            sandbox.call("hubspot", "DELETE", f"{OBJECTS}/{kind}/{made[kind]}")

        delete("emails")
        assert bench.sync(["hubspot"])["hubspot"].changed == 0
        bench.sync(["hubspot"], full=True)
        ids = {row[1] for row in bench.tables()["activity"]} - {row[1] for row in before}
        assert ids == {made["calls"], made["meetings"]}
        delete("calls")
        sandbox.call("control", "POST", "/today", json={"today": "2026-11-22"})
        bench.sync(["hubspot"])
        fresh = new_bench(sandbox, tmp_path, "fresh")
        fresh.sync(["hubspot"])
        assert bench.tables()["activity"] == fresh.tables()["activity"]
        assert made["meetings"] in {row[1] for row in bench.tables()["activity"]}
        bench.store.close()
        fresh.store.close()


def _logged(sandbox: Sandbox, kind: str, company: str) -> str:
    """An activity that somebody logs for a company; its id."""
    type_id = {"emails": 186, "calls": 182, "meetings": 188}[kind]
    link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
    body = {
        "properties": {"hs_timestamp": "2026-11-20T10:00:00Z"},
        "associations": [{"to": {"id": company}, "types": [link]}],
    }
    answer = sandbox.call("hubspot", "POST", f"{OBJECTS}/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
