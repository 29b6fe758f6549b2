"""Which health model a customer's score comes from, and why that one (definitions.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from csmdesk.domain.columns import Columns
from csmdesk.engine.figures.customer.context import CustomerContext
from csmdesk.engine.health.model import HealthModel, choose, resolve


@dataclass(frozen=True, slots=True)
class UsedModel:
    """`version` names it on every stored score; `model` is None where it is not configured so now."""

    version: str
    name: str
    why: str
    model: HealthModel | None


def used_model(context: CustomerContext) -> UsedModel:
    """The model of the stored score; of one that was not stored, or is recomputed, the one that the
    customer's segment chooses now."""
    models = resolve(context.settings)
    customers = context.portfolio.customers
    if context.versions and "stored_chi" not in customers:
        version = context.versions[-1][1]
        found = next((one for one in models if one.version == version), None)
    else:
        own = {name: [customers[name][context.at]] for name in ("tier", "stage", "tags")}
        found = models[int(choose(models, context.settings, Columns(own, 1))[0])]
        version = found.version
    if found is None:
        return UsedModel(version, version, "as it was configured then", None)
    return UsedModel(version, found.name, _why(found, len(models)), found)


def _why(model: HealthModel, count: int) -> str:
    if model.segment:
        return f"chosen by segment “{model.segment}”"
    return "the only model" if count == 1 else "in no other model's segment"
