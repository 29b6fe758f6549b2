"""Where systems have limits of their own: ties, caps, scrolls, events that are kept for a while."""

from __future__ import annotations

from datetime import date, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.days import SECONDS_A_DAY
from csmdesk.domain.settings import Source
from csmdesk.jobs.sink import StoreSink
from csmdesk.store import facts
from csmdesk.store.database import open_store
from csmdesk.sync.api import Api
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.hubspot import complain, search
from csmdesk.sync.connectors.intercom import Intercom, companies, wire
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.run import sync_source
from csmdesk.sync.sink import Cursor, Page
from csmdesk.sync.stream import Mark
from tests.sandbox.process import TODAY, running
from tests.sync.bench import Bench, new_bench
from tests.sync.loopback import NOW, Answer, Asked, serving
from tests.sync.test_client import QUICK

CAP = 10_000
STAMP = 1_700_000_000_000


class Kind:
    name = "companies"
    modified = "hs_lastmodifieddate"


def searched(rows: list[tuple[int, int]]) -> Any:
    """HubSpot's search over (id, stamp): filters, sort, pages, and the cap."""

    def answer(asked: Asked) -> Answer:
        body = asked.json()
        found = [row for row in rows if all(passes(row, one) for one in filters(body))]
        by_id = body["sorts"][0]["propertyName"] == "hs_object_id"
        found.sort(key=lambda row: row[0] if by_id else (row[1], row[0]))
        after = int(body.get("after", 0))
        if after + body["limit"] > CAP:
            return Answer(400, {"status": "error", "message": "10,000 results at most"})
        page = [
            {"id": str(row_id), "properties": {"hs_lastmodifieddate": iso(stamp)}}
            for row_id, stamp in found[after : after + body["limit"]]
        ]
        return Answer(payload={"total": len(found), "results": page})

    return answer


def filters(body: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = body["filterGroups"][0]["filters"]
    return found


def passes(row: tuple[int, int], test: dict[str, str]) -> bool:
    value = row[0] if test["propertyName"] == "hs_object_id" else row[1]
    wanted = int(test["value"])
    return {"GTE": value >= wanted, "GT": value > wanted, "EQ": value == wanted}[test["operator"]]


def iso(stamp: int) -> str:
    moment = date(1970, 1, 1) + timedelta(days=stamp // 86_400_000)
    rest = stamp % 86_400_000
    clock = f"{rest // 3_600_000:02}:{rest // 60_000 % 60:02}:{rest // 1000 % 60:02}"
    return f"{moment}T{clock}.{rest % 1000:03}Z"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(n, STAMP) for n in range(1, 10_801)], id="all at one moment"),
        pytest.param([(n, STAMP + n // 700) for n in range(1, 10_801)], id="in bursts"),
        pytest.param([(n, STAMP + n) for n in range(1, 10_801)], id="one by one"),
        pytest.param([(n, STAMP) for n in range(1, 201)], id="exactly a page"),
    ],
)
def test_hubspot_finds_more_than_its_search_shows(rows: list[tuple[int, int]]) -> None:
    with serving(searched(rows)) as server:
        api = Api("hubspot", "HubSpot", server.base_url, PastedKey("k"), complain)
        client = HttpClient(api, CancelToken(), QUICK)
        mark = Mark(1000, STAMP)
        found = [
            row.id for step in search.changed(client, Kind(), [], mark) for row, _ in step.fresh
        ]
        client.close()
    assert len(found) == len(set(found)) == len(rows)


class Memory:
    """A sink that keeps pages."""

    def __init__(self) -> None:
        self.pages: list[Page] = []

    def cursor(self, source: str, stream: str) -> Cursor | None:
        return None

    def problem_ids(self, source: str, stream: str) -> list[str]:
        return []

    def page(self, source: str, stream: str, page: Page, at: int) -> int:
        if stream == "companies":
            self.pages.append(page)
        return 0


class Scroll:
    """Intercom with more companies than its list shows; the scroll breaks once, and takes a while
    to die."""

    def __init__(self, status: int) -> None:
        self.broken = [status]
        self.alive = 0
        self.place = 0

    def __call__(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        if parts.path == "/companies/list":
            return Answer(payload={"data": [], "total_count": 10_001})
        if parts.path != "/companies/scroll":
            return Answer(payload={"data": [], "conversations": [], "total_count": 0})
        if "scroll_param" not in parse_qs(parts.query):
            if self.alive:
                self.alive -= 1
                return Answer(400, {"errors": [{"code": "scroll_exists"}]})
            self.place = 0
        elif self.place == 2 and self.broken:
            self.alive = 1
            return Answer(self.broken.pop(), {"errors": [{"code": "server_error"}]})
        rows = [{"id": f"c{self.place}-{n}", "name": "x"} for n in range(3 * (self.place < 4))]
        self.place += 1
        return Answer(payload={"data": rows, "scroll_param": "p"})


@pytest.mark.parametrize("status", [500, 404], ids=["an error", "died meanwhile"])
def test_a_scroll_that_breaks_begins_again(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companies, "SCROLL_LIVES", 0.01)
    sink = Memory()
    with serving(Scroll(status)) as server:
        source = Source(system="intercom", base_url=server.base_url)
        connector = Intercom(source, PastedKey("k"))
        result = sync_source(connector, sink, CancelToken(), now=NOW, patience=QUICK)
    assert result.error is None
    parts = [page.listing for page in sink.pages if page.listing is not None]
    assert [part.first for part in parts].index(True) == 0
    assert [part.last for part in parts].index(True) == len(parts) - 1
    wanted = {f"c{place}-{n}" for place in range(4) for n in range(3)}
    assert {one for part in parts for one in part.ids} == wanted
    assert {fact.source_id for page in sink.pages for fact in page.facts} == wanted
    assert wire.LIST_CAP == CAP


def test_a_company_that_is_deleted_while_paging_hides_no_other() -> None:
    """The list goes by page numbers: what stood behind the deleted one moves up."""
    companies = [f"c{number}" for number in range(2 * wire.COMPANY_PAGE + 1)]

    def answer(asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        if parts.path != "/companies/list":
            return Answer(payload={"data": [], "conversations": [], "total_count": 0})
        page = int(parse_qs(parts.query)["page"][0])
        if page == 2 and "c0" in companies:
            companies.remove("c0")
        rows = companies[(page - 1) * wire.COMPANY_PAGE : page * wire.COMPANY_PAGE]
        data = [{"id": one, "name": one} for one in rows]
        return Answer(payload={"data": data, "total_count": len(companies)})

    sink = Memory()
    with serving(answer) as server:
        source = Source(system="intercom", base_url=server.base_url)
        connector = Intercom(source, PastedKey("k"))
        assert sync_source(connector, sink, CancelToken(), now=NOW, patience=QUICK).error is None
    told = {one for page in sink.pages if page.listing for one in page.listing.ids}
    assert told >= set(companies)


def test_what_intercom_deleted_goes_within_a_week(tmp_path: Path) -> None:
    """Its searches tell nothing of a contact that was merged or of a conversation that was erased."""
    people, talks, today = ["p1", "p2"], ["t1", "t2"], NOW
    stamps = {"created_at": NOW - 9_000, "updated_at": NOW - 9_000}

    def answer(asked: Asked) -> Answer:
        date_ = {"Date": formatdate(today, usegmt=True)}
        company = {"companies": {"data": [{"id": "c1"}]}, "company": {"id": "c1"}}
        body = asked.json() if asked.path.endswith("/search") else {}
        new = body and body["query"]["value"] < NOW - 9_000
        found = {
            "/contacts/search": {"data": people},
            "/conversations/search": {"conversations": talks},
        }.get(asked.path, {"data": []})
        rows = {
            name: [{"id": i, **company, **stamps} for i in ids if new]
            for name, ids in found.items()
        }
        return Answer(payload=rows, headers=date_)

    store = open_store(tmp_path / "desk.sqlite")
    with serving(answer) as server:
        connector = Intercom(Source(system="intercom", base_url=server.base_url), PastedKey("k"))

        def read() -> tuple[set[str], set[str]]:
            result = sync_source(connector, StoreSink(store), CancelToken(), now=0, patience=QUICK)
            assert result.error is None
            with store.read() as conn:
                contacts, tickets = (
                    facts.present_ids(conn, table, "intercom") for table in ("contact", "ticket")
                )
            return contacts, tickets

        assert read() == ({"p1", "p2"}, {"t1", "t2"})
        people.remove("p2")
        talks.remove("t1")
        assert read() == ({"p1", "p2"}, {"t1", "t2"})
        today += 7 * SECONDS_A_DAY
        assert read() == ({"p1"}, {"t2"})
    store.close()


def test_a_desk_that_slept_for_forty_days_reads_stripe_as_a_whole(tmp_path: Path) -> None:
    """Events are kept for thirty."""
    with running("--customers", "24") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["stripe"])
        later = date.fromisoformat(TODAY) + timedelta(days=40)
        sandbox.call("control", "POST", "/today", json={"today": later.isoformat()})
        assert bench.sync(["stripe"])["stripe"].error is None
        fresh = new_bench(sandbox, tmp_path, "fresh")
        fresh.sync(["stripe"])
        got, wanted = bench.tables(), fresh.tables()
        for name in ("account", "subscription", "subscription_item", "invoice", "status_change"):
            assert got[name] == wanted[name], name
        assert set(wanted["subscription_change"]) <= set(got["subscription_change"])
        bench.store.close()
        fresh.store.close()


@pytest.mark.parametrize(
    ("system", "words"), [("posthog", "toDateTime%s"), ("mixpanel", "from_date=%s")]
)
def test_usage_of_the_last_48_hours_is_read_again(
    bench: Bench, system: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.sync([system])
    sent: list[str] = []
    send = requests.Session.send

    def watched(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> Any:
        sent.append(f"{request.url} {request.body!r}")
        return send(session, request, **more)

    monkeypatch.setattr(requests.Session, "send", watched)
    bench.sync([system])
    two_days_ago = (date.fromisoformat(TODAY) - timedelta(days=2)).isoformat()
    told = words % (f"('{two_days_ago}" if system == "posthog" else two_days_ago)
    assert any(told in text.replace("\\'", "'") for text in sent), sent


def test_what_chargebee_marks_as_deleted_goes(tmp_path: Path) -> None:
    with running("--customers", "12") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["chargebee"])
        before = bench.tables()
        bill, account = before["invoice"][-1][1], before["account"][-1][1]
        for one in (bill, account):
            sandbox.call("control", "POST", "/chargebee/delete", json={"id": one})
        result = bench.sync(["chargebee"])["chargebee"]
        assert (result.error, result.changed) == (None, 2)
        after = bench.tables()
        assert [row for row in before["invoice"] if row[1] != bill] == after["invoice"]
        changed = [row for row in after["account"] if row not in before["account"]]
        assert [row[1] for row in changed] == [account]  # kept, archived
        bench.store.close()


def test_what_hubspot_has_no_more_is_archived_on_the_next_day(tmp_path: Path) -> None:
    """A company that was merged away or erased is in no search: the daily sweep misses it."""
    with running("--customers", "12") as sandbox:
        bench = new_bench(sandbox, tmp_path)
        bench.sync(["hubspot"])
        with bench.store.write() as conn:
            conn.exec_driver_sql(
                "INSERT INTO fact_account (source, source_id, name, joins, tags, properties, "
                "archived) VALUES ('hubspot', '99', 'Merged away', '[]', '[]', '{}', 0)"
            )
        bench.sync(["hubspot"])
        assert archived(bench, "99") is False
        sandbox.call("control", "POST", "/today", json={"today": "2026-11-22"})
        bench.sync(["hubspot"])
        assert archived(bench, "99") is True
        bench.store.close()


def archived(bench: Bench, account: str) -> bool:
    with bench.store.read() as conn:
        sql = "SELECT archived FROM fact_account WHERE source = 'hubspot' AND source_id = ?"
        return bool(conn.exec_driver_sql(sql, (account,)).scalar())
