"""A company with Salesforce sees what one with HubSpot sees: signed in, synced, joined, scored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from csmdesk.domain.cancel import CancelToken, silent
from csmdesk.domain.columns import Columns
from csmdesk.domain.portfolio import Portfolio
from csmdesk.domain.settings import Source
from csmdesk.jobs.run import run
from csmdesk.jobs.session import open_session
from csmdesk.jobs.signing_in import sign_in
from csmdesk.jobs.sources import connect, write_demo_rates
from csmdesk.sync.connectors import SIGN_INS
from tests.integration.conftest import NOW
from tests.oauth.conftest import browser
from tests.oauth.file_keyring import FileKeyring
from tests.sandbox.process import KEY, Sandbox, running

OWN = {"id", "url"}
"""What names the CRM itself."""


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Sandbox]:
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring(tmp_path / "keyring.json"))
    with running("--customers", "8") as started:
        yield started
    keyring.set_keyring(before)


def first_run(company: Sandbox, folder: Path, *systems: str) -> Columns:
    """The customers after the systems were connected and read for the first time."""
    session = open_session(folder, demo=False, clock=lambda: NOW)
    for system in systems:
        place = dict(company.addresses[system])
        place.pop("key")
        if system == "salesforce":  # which tells the address of its data itself
            place["login_domain"] = place.pop("base_url")
        source = Source(system=system, **place)
        if system in SIGN_INS:
            sign_in(session, source, browser, CancelToken())
        else:
            connect(session, source, KEY)
    write_demo_rates(session, session.today())
    shown: list[Portfolio] = []
    assert run(session, CancelToken(), silent, show=shown.append)["problems"] == []
    session.close()
    return shown[-1].customers


def test_salesforce_and_hubspot_give_the_same_portfolio(company: Sandbox, tmp_path: Path) -> None:
    others = ("stripe", "posthog", "zendesk")
    theirs = first_run(company, tmp_path / "hubspot", "hubspot", *others)
    ours = first_run(company, tmp_path / "salesforce", "salesforce", *others)

    def by_name(customers: Columns) -> dict[str, dict[str, str]]:
        names = [name for name in customers if name not in OWN]
        rows = zip(*(customers[name] for name in names), strict=True)
        return {
            str(row[names.index("name")]): dict(zip(names, map(str, row), strict=True))
            for row in rows
        }

    assert by_name(ours) == by_name(theirs)
    assert ours.length == 8
