"""Modules that a workspace gives a product stand beside those of its source."""

from __future__ import annotations

from pathlib import Path

from csmdesk.domain.facts import Product
from csmdesk.domain.settings import Features, Settings
from csmdesk.store import facts
from csmdesk.store.database import open_store
from csmdesk.store.load import load_facts


def test_modules_of_products(tmp_path: Path) -> None:
    store = open_store(tmp_path / "csmdesk.sqlite")
    scanner = Product(source="stripe", source_id="p1", name="Scanner", modules=("Scans",))
    portal = Product(source="stripe", source_id="p2", name="Portal", modules=("Pages",))
    with store.write() as conn:
        facts.upsert(conn, [scanner, portal])
    features = Features(products={"Scanner": ("Reports", "Scans"), "Nobody": ("x",)})
    with store.read() as conn:
        table = load_facts(conn, Settings(features=features)).tables["product"]
    store.close()
    told = dict(zip(table["name"], table["modules"], strict=True))
    assert told == {"Scanner": ("Scans", "Reports"), "Portal": ("Pages",)}
