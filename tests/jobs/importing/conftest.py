"""A workspace to import into, and folders written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.jobs.importing.job import import_folder
from csmdesk.jobs.importing.report import ImportSummary
from csmdesk.jobs.session import Session, open_session

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
CUSTOMERS = "customer_id,name\nc1,Acme\nc2,Beta\n"

Import = Callable[..., ImportSummary]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Session]:
    session = open_session(tmp_path / "desk", demo=False, clock=lambda: NOW)
    yield session
    session.close()


@pytest.fixture
def bring(desk: Session, tmp_path: Path) -> Import:
    """Import texts by file name; `customers.csv` has two customers unless it is given."""

    def bring(
        texts: dict[str, str] | None = None, mapping: str = "", *, mirror: bool = False
    ) -> ImportSummary:
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in {"customers.csv": CUSTOMERS, **(texts or {})}.items():
            (folder / name).write_text(text, encoding="utf-8")
        rename = tmp_path / "mapping.toml"
        rename.write_text(mapping, encoding="utf-8")
        return import_folder(
            desk, folder, CancelToken(), silent, rename if mapping else None, mirror=mirror
        )

    return bring
