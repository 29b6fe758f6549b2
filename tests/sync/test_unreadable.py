"""Answers that no documentation promises: the rest of a page, and of a source, is read all the same."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import BadAnswer
from csmdesk.domain.settings import Source
from csmdesk.jobs.sink import StoreSink
from csmdesk.store import cursors, facts
from csmdesk.store.database import open_store
from csmdesk.sync.connectors.chargebee import Chargebee
from csmdesk.sync.connectors.hubspot import wire
from csmdesk.sync.connectors.stripe import Stripe
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.decode import Rows, readable
from csmdesk.sync.run import sync_source
from tests.sync.loopback import Answer, Asked, serving
from tests.sync.test_client import QUICK, asking

WILD = st.text(st.characters(exclude_categories=[]) | st.sampled_from('\ud83d\ude00\ud800\\u"d8'))


@given(WILD)
def test_half_an_emoji_is_replaced_and_everything_else_stays(text: str) -> None:
    wanted = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert msgspec.json.decode(readable(json.dumps([text]).encode())) == [wanted]


@pytest.mark.parametrize("name", [rb"Anna \ud83d", rb"Anna \uDE00", b"Anna \xf0\x9f", b"Anna \xe9"])
def test_a_row_whose_text_is_no_unicode_is_read_with_its_page(name: bytes) -> None:
    body = b'{"results":[{"id":"1","properties":{"name":"%s"}},{"id":"2","properties":{}}]}' % name
    with asking([Answer(raw=body)]) as (client, _):
        page = client.get("/x", wire.RawPage)
    rows = Rows(wire.Row)
    [(first, _), (second, _)] = rows.decode(page.results)
    assert rows.problems == []
    assert first.properties == {"name": "Anna \ufffd"}
    assert second.id == "2"


def test_a_list_that_cannot_be_gone_on_with_ends_its_stream_alone(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        nameless = asked.path.startswith("/v1/products")
        return Answer(payload={"data": [{"name": "?"}] if nameless else [], "has_more": nameless})

    store = open_store(tmp_path / "desk.sqlite")
    with serving(answer) as server:
        connector = Stripe(Source(system="stripe", base_url=server.base_url), PastedKey("key"))
        result = sync_source(connector, StoreSink(store), CancelToken(), now=0, patience=QUICK)
    store.close()
    assert isinstance(result.error, BadAnswer)
    assert "Stripe" in result.error.message
    assert result.streams == [one.key for one in connector.streams()]


def test_a_product_that_nobody_can_use_leaves_the_others(tmp_path: Path) -> None:
    """And a value that no database keeps ends its stream alone."""
    items = [{"id": "a", "metadata": {"capacity_per_unit": "ten"}}, {"id": "b"}]
    invoice = {"id": "1", "customer_id": "c", "amount_paid": 10**30, "date": 1, "updated_at": 1}
    wrapped = {
        "items": [{"item": one} for one in items],
        "invoices": [{"invoice": invoice | {"status": "paid", "currency_code": "EUR"}}],
    }

    def answer(asked: Asked) -> Answer:
        name = asked.path.partition("?")[0].rpartition("/")[2]
        return Answer(payload={"list": wrapped.get(name, []), "configurations": []})

    store = open_store(tmp_path / "desk.sqlite")
    with serving(answer) as server:
        connector = Chargebee(Source(system="chargebee", base_url=server.base_url), PastedKey("k"))
        result = sync_source(connector, StoreSink(store), CancelToken(), now=0, patience=QUICK)
    with store.read() as conn:
        assert facts.present_ids(conn, "product", "chargebee") == {"b"}
        assert [one.source_id for one in cursors.problems(conn)] == ["a"]
    store.close()
    assert isinstance(result.error, BadAnswer)
    assert result.streams == [one.key for one in connector.streams()]
