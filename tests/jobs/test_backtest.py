"""The backtest and what-if jobs and verbs on a demo workspace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csmdesk.cli import main
from csmdesk.domain.days import MISSING
from csmdesk.domain.errors import BadInput
from csmdesk.domain.findings import POOR
from csmdesk.engine.backtest.backtest import outcome_rows
from csmdesk.engine.health.model import resolve
from csmdesk.engine.money.movements import movements
from csmdesk.jobs.backtest import run_backtest
from csmdesk.jobs.session import Session
from csmdesk.jobs.whatif import read_change, run_what_if
from csmdesk.store.load import load_facts
from tests.demo import demo_session

DAY = "2026-11-20"


@pytest.fixture(scope="module")
def session(prepared_demo: Path) -> Iterator[Session]:
    made = demo_session(prepared_demo)
    yield made
    made.close()


def answer(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> Any:
    assert main(["--demo", "--json", "--workspace", str(folder)], list(arguments)) == 0
    return json.loads(capsys.readouterr().out)


def test_sums_hold_and_scikit_learn_agrees(session: Session) -> None:
    tests = run_backtest(session, session.today(), 90)
    assert [one.horizon for one in tests.results] == [30, 60, 90]
    for one in tests.results:
        assert sum(band.customers for band in one.bands) == one.scores
        assert sum(band.churned for band in one.bands) == one.churned
        models = resolve(session.settings)
        rows = outcome_rows(tests.sample, one.days, models, session.settings, one.horizon)
        if one.auc is None:
            continue
        metrics: Any = pytest.importorskip("sklearn.metrics", reason="needs scikit-learn")
        theirs = metrics.roc_auc_score(rows.churned, -rows.chi)
        assert abs(float(one.auc.value) - theirs) < 1e-9
        poor = rows.band == POOR
        for value, scorer in ((one.precision, "precision_score"), (one.recall, "recall_score")):
            if value is not None:
                expected = getattr(metrics, scorer)(rows.churned, poor)
                assert abs(float(value) - expected) < 1e-9


def test_churn_is_that_of_the_mrr_movements(session: Session) -> None:
    tests = run_backtest(session, session.today(), 90)
    with session.store.read() as conn:
        facts = load_facts(conn, session.settings)
    today = session.today()
    moved = movements(facts, session.settings, today - 180, today)
    churn = {
        (customer, day)
        for customer, day, kind in zip(
            moved.ints("customer").tolist(), moved.ints("day").tolist(), moved["kind"], strict=True
        )
        if kind == "churn"
    }
    models = resolve(session.settings)
    days = tests.results[-1].days
    rows = outcome_rows(tests.sample, days, models, session.settings, 90)
    for row, (customer, scored) in enumerate(
        zip(rows.customer.tolist(), rows.day.tolist(), strict=True)
    ):
        if not rows.mrr[row]:
            continue
        ends = [day for who, day in churn if who == customer and scored < day <= scored + 90]
        assert rows.gone[row] == min(ends, default=MISSING)


def test_a_horizon_behind_the_history_is_refused(session: Session) -> None:
    for horizon in (0, 181):
        with pytest.raises(BadInput, match=f"horizon of {horizon} days cannot be tested"):
            run_backtest(session, session.today(), horizon)


def test_backtest_as_json(prepared_demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, prepared_demo, "backtest", "--as-of", DAY, "--suggest")
    wanted = "as_of horizon scored_on scores churned auc auc_low auc_high top_decile_lift " \
             "precision_poor recall_poor bands missed false_alarms horizons caveats"  # fmt: skip
    assert set(wanted.split()) <= set(told)
    assert (told["as_of"], told["horizon"], len(told["horizons"])) == (DAY, 90, 3)
    assert [one["band"] for one in told["bands"]] == ["good", "neutral", "poor", "not enough data"]
    assert (told["suggestion"] is None) == (told["suggestion_refused"] is not None)


def test_what_if_as_json_and_nothing_saved(
    prepared_demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.toml"
    path.write_text("good_above = 90\n[factors.overdue]\nweight = 20\n[factors.nps]\nweight = -1\n")
    arguments = ("what-if", str(path), "--as-of", DAY)
    assert main(["--demo", "--workspace", str(prepared_demo)], list(arguments)) == 1
    assert "nps.weight is -1" in capsys.readouterr().err
    path.write_text("good_above = 90\n[factors.overdue]\nweight = 19\n[factors.nps]\nweight = 0\n")
    before = answer(capsys, prepared_demo, "report", "customers", "--as-of", DAY)
    told = answer(capsys, prepared_demo, *arguments)
    assert sum(one["customers_change"] for one in told["bands"]) == 0
    assert sum(one["mrr_change"] for one in told["bands"]) == 0
    assert told["models"] != told["models_after"]
    assert told["backtest"]["scores"] == told["backtest_after"]["scores"] > 0
    chi = {one["id"]: one["chi"] for one in before}
    assert all(chi[one["id"]] == one["chi"] for one in told["moved"])
    assert answer(capsys, prepared_demo, "report", "customers", "--as-of", DAY) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[factors.nps]\nweight = 'much'", "line 2: factors.nps.weight is 'much'"),
        ("name = 'Other'", "There is no health model “Other”"),
        ("weights = 3", "line 1: weights is not a known key"),
        ("[factors", "not valid TOML"),
    ],
)
def test_changes_that_cannot_be_used(
    session: Session, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "model.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_change(path, session.settings)
    assert said in refused.value.message


def test_what_if_without_history_still_compares(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text("poor_below = 60")
    found = run_what_if(session, session.today(), path, 181)
    assert found.before is found.after is None
    assert "horizon of 181 days" in found.untested
    assert np.array_equal(found.portfolio.before.chi, found.portfolio.after.chi)
