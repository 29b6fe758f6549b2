"""A rule or alert kind whose file no list names would never run."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

from csmdesk.engine import alerts, rules


@pytest.mark.parametrize(
    ("package", "name", "listed"),
    [(rules, "RULE", rules.RULES), (alerts, "KIND", alerts.KINDS)],
    ids=["rules", "alerts"],
)
def test_every_file_is_listed(package: ModuleType, name: str, listed: tuple[object, ...]) -> None:
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, name) and getattr(module, name).id == info.name:
            found.append(getattr(module, name))
    assert {id(one) for one in found} == {id(one) for one in listed}
    assert len(found) == len(listed)
