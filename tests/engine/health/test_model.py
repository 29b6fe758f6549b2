"""Configured models: selection by segment, versions, and refusals that name key, value and rule."""

from __future__ import annotations

import pytest

from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import FactorSettings, Model, Segment, Settings
from csmdesk.engine.health.assess import assess
from csmdesk.engine.health.factors import KEYS
from csmdesk.engine.health.model import resolve
from tests.engine.build import DAY, facts
from tests.engine.health.given import measures


def test_the_default_weights_sum_to_100() -> None:
    (model,) = resolve(Settings())
    assert sum(factor.weight for factor in model.factors) == 100
    assert model.version.startswith("Default v1 (")


def test_the_first_matching_model_applies_and_the_default_is_last() -> None:
    curve = FactorSettings(curve=((0, 100), (90, 0)))
    lenient = Model(name="Large", version=3, segment="large", factors={"overdue": curve})
    large = Segment(name="large", tier=("T1",), tag=("vip",))
    settings = Settings(models=(lenient,), segments=(large,))
    table = measures(3, tier=["T1", "T1", "T2"], tags=[("vip", "x"), (), ("vip",)], overdue_days=45)
    health = assess(facts(["a", "b", "c"]), table, settings, DAY, ())
    assert [name.split(" (")[0] for name in health.model] == ["Large v3", "Default v1"]
    assert health.model_index.tolist() == [0, 1, 1]
    assert health.score[KEYS.index("overdue")].tolist() == [500_000, 225_000, 225_000]


def test_a_change_of_weights_changes_the_version() -> None:
    weights = {"overdue": FactorSettings(weight=8), "mrr_change": FactorSettings(weight=12)}
    (own,), (default,) = resolve(Settings(models=(Model(factors=weights),))), resolve(Settings())
    assert own.version != default.version


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Model(factors={"nps": FactorSettings(weight=8)}), ["weights", "sum 101", "exactly 100"]),
        (Model(factors={"nps": FactorSettings(weight=-1)}), ["factors.nps.weight is -1", "0 to 100"]),
        (Model(factors={"luck": FactorSettings()}), ["factors.luck", "one of", "last_login"]),
        (Model(factors={"nps": FactorSettings(curve=((1, 1),))}), ["nps.curve", "1 anchors", "2 to 5"]),
        (
            Model(factors={"nps": FactorSettings(curve=((1, 1), (1, 2)))}),
            ["nps.curve is 1, 1", "strictly increasing"],
        ),
        (Model(factors={"nps": FactorSettings(curve=((1, 1), (2, 101)))}), ["2 → 101", "0 to 100"]),
        (
            Model(factors={"nps": FactorSettings(curve=((float("nan"), 1), (2, 1)))}),
            ["nps.curve is nan", "finite"],
        ),
        (
            Model(factors={"nps": FactorSettings(curve=((1e-7, 1), (2, 1)))}),
            ["1e-07", "six decimals"],
        ),
        (Model(factors={"nps": FactorSettings(missing="maybe")}), ["nps.missing is maybe", "neutral"]),
        (Model(factors={"nps": FactorSettings(missing="101")}), ["nps.missing is 101"]),
        (Model(segment="none"), ["segment is none", "name of a segment"]),
        (Model(segment="by band"), ["without a band"]),
        (Model(caps={"luck": 5}), ["caps.luck", "one of cancelling, no_usage"]),
        (Model(caps={"trend": 101}), ["caps.trend is 101", "0 to 100"]),
        (Model(good_above=20), ["poor_below is 30", "good_above 20"]),
    ],
)  # fmt: skip
def test_refusals(model: Model, said: list[str]) -> None:
    settings = Settings(models=(model,), segments=(Segment(name="by band", band=("poor",)),))
    with pytest.raises(BadInput) as refused:
        resolve(settings)
    assert "models[0] “Default”" in refused.value.message
    for part in said:
        assert part in refused.value.message
