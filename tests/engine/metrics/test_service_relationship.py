"""Tickets, NPS, contact and the CSM's risk score by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.days import MISSING, SECONDS_A_DAY
from csmdesk.domain.facts import Activity, Contact, Fact, NpsAnswer, Ticket
from csmdesk.domain.settings import Settings
from csmdesk.engine.metrics.relationship import relationship_metrics
from csmdesk.engine.metrics.rows import event_rows
from csmdesk.engine.metrics.service import service_metrics
from tests.engine.build import DAY, facts


def at(day: int) -> int:
    return day * SECONDS_A_DAY + 60


def ticket(number: int, created: int, solved: int | None = None, **values: Any) -> Ticket:
    given = {"priority": "urgent", **values}
    return Ticket(
        source="support", source_id=str(number), account_id="acme", created_at=at(created),
        solved_at=None if solved is None else at(solved), **given,
    )  # fmt: skip


def test_tickets_open_on_the_day() -> None:
    rows = [
        ticket(1, DAY - 5),
        ticket(2, DAY, priority="High"),
        ticket(3, DAY - 5, DAY + 1),
        ticket(4, DAY - 5, DAY),
        ticket(5, DAY + 1),
        ticket(6, DAY - 5, priority="normal"),
        ticket(7, DAY - 5, status="closed"),
    ]
    found = service_metrics(facts(["acme"], rows), Settings(), DAY)
    assert (found["critical_open"][0], found["open_tickets"][0]) == (3, 4)


def test_no_support_account_is_missing() -> None:
    here = facts(["acme", "other"], unjoined={"support": ["other"]})
    assert service_metrics(here, Settings(), DAY)["critical_open"].tolist() == [0, MISSING]


def answer(number: int, score: int, day: int) -> NpsAnswer:
    return NpsAnswer(
        source="usage", source_id=str(number), account_id="acme", score=score, answered_at=at(day)
    )


def test_nps_is_the_mean_of_90_days_up_to_the_newest_answer() -> None:
    rows = [answer(1, 9, DAY - 40), answer(2, 4, DAY - 129), answer(3, 0, DAY - 130),
            answer(4, 0, DAY + 1)]  # fmt: skip
    found = relationship_metrics(facts(["acme"], rows), Settings(), DAY)
    assert (found["nps_sum"][0], found["nps_count"][0], found["nps_newest_on"][0]) == (
        13,
        2,
        DAY - 40,
    )
    none = relationship_metrics(facts(["acme"]), Settings(), DAY)
    assert (none["nps_sum"][0], none["nps_count"][0], none["nps_newest_on"][0]) == (
        MISSING,
        0,
        MISSING,
    )


def touch(number: int, kind: str, day: int, way: str | None = None, held: bool = False) -> Activity:
    return Activity(
        source="crm", source_id=f"{number:03}", account_id="acme", kind=kind, at=at(day),
        direction=way, held=held,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([touch(1, "meeting", DAY - 5, held=True)], DAY - 5),
        ([touch(1, "meeting", DAY - 5)], MISSING),
        ([touch(1, "call", DAY - 5, "out", held=True)], DAY - 5),
        ([touch(1, "note", DAY - 5, "in", held=True)], MISSING),
        ([touch(1, "email", DAY - 5, "in")], MISSING),
        ([touch(1, "email", DAY - 20, "in"), touch(2, "email", DAY - 6, "out")], DAY - 6),
        ([touch(1, "email", DAY - 20, "out"), touch(2, "email", DAY - 6, "in")], DAY - 6),
        ([touch(1, "email", DAY - 20, "in"), touch(2, "email", DAY - 5, "out")], MISSING),
        (
            [touch(1, "email", DAY - 60, "in"), touch(2, "email", DAY - 50, "out"),
             touch(3, "email", DAY - 30, "out"), touch(4, "email", DAY - 2, "out")],
            DAY - 50,
        ),
        ([touch(1, "email", DAY - 3, "in"), touch(2, "email", DAY + 1, "out")], MISSING),
        ([touch(1, "email", DAY - 3, "out"), touch(2, "email", DAY - 3, "in")], DAY - 3),
    ],
)  # fmt: skip
def test_two_way_contact(rows: list[Fact], expected: int) -> None:
    found = relationship_metrics(facts(["acme"], rows), Settings(), DAY)
    assert found["last_two_way_on"][0] == expected


def test_messages_of_two_customers_do_not_answer_each_other() -> None:
    other = Activity(
        source="crm",
        source_id="9",
        account_id="beta",
        kind="email",
        at=at(DAY - 4),
        direction="out",
    )
    here = facts(["acme", "beta"], [touch(1, "email", DAY - 5, "in"), other])
    found = relationship_metrics(here, Settings(), DAY)
    assert found["last_two_way_on"].tolist() == [MISSING, MISSING]
    assert found["last_inbound_on"].tolist() == [DAY - 5, MISSING]
    assert found["last_outbound_on"].tolist() == [MISSING, DAY - 4]


def test_the_newest_risk_score_of_90_days() -> None:
    given = [("a", 3, DAY - 100), ("b", 3, DAY - 89), ("b", 8, DAY - 89), ("c", 2, DAY - 5),
             ("c", 9, DAY + 1)]  # fmt: skip
    found = relationship_metrics(facts(["a", "b", "c", "d"], risk=given), Settings(), DAY)
    assert found["risk_score"].tolist() == [MISSING, 8, 2, MISSING]


def test_contacts_known_on_the_day() -> None:
    rows = [
        Contact(source="crm", source_id="1", account_id="acme", name="Ann", created_at=at(DAY)),
        Contact(source="crm", source_id="2", account_id="acme", name="Bob", left_on=DAY),
        Contact(source="crm", source_id="3", account_id="acme", name="Cia", created_at=at(DAY + 1)),
        Contact(source="crm", source_id="4", account_id="acme", name="Dan", left_on=DAY + 1),
    ]
    assert relationship_metrics(facts(["acme"], rows), Settings(), DAY)["contacts"].tolist() == [2]


def test_one_person_told_by_two_systems_is_one_contact() -> None:
    def contact(source: str, mail: str, left_on: int | None = None) -> Contact:
        return Contact(
            source=source,
            source_id=f"{source}-{mail}",
            account_id="acme",
            name="Ann",
            email=mail,
            left_on=left_on,
        )

    rows = [
        contact("crm", "ann@acme.example"),
        contact("support", "Ann@acme.example"),
        contact("crm", "bob@acme.example", DAY - 3),
        contact("support", "bob@acme.example"),
    ]
    found = relationship_metrics(facts(["acme"], rows), Settings(), DAY)
    assert found["contacts"].tolist() == [1]


def rows_of(moves: list[tuple[int, str, str, str]]) -> list[Fact]:
    """Messages, talks and contacts by (days before D, kind, direction, customer)."""
    made: list[Fact] = []
    for number, (ago, kind, way, who) in enumerate(moves):
        key = f"{number:03}"
        if kind == "contact":
            row: Fact = Contact(
                source=way, source_id=key, account_id=who, name="Ann", created_at=at(DAY - ago),
                email=f"{number % 3}@acme.example", left_on=DAY - ago + 4 if ago % 2 else None,
            )  # fmt: skip
        else:
            row = Activity(
                source="crm", source_id=key, account_id=who, kind=kind, at=at(DAY - ago),
                direction=way, held=ago % 2 == 0,
            )  # fmt: skip
        made.append(row)
    return made


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(["email", "meeting", "note", "contact"]),
            st.sampled_from(["in", "out"]),
            st.sampled_from(["acme", "beta"]),
        ),
        max_size=25,
    ),
    st.integers(0, 40),
)
def test_rows_sorted_once_serve_every_day(
    moves: list[tuple[int, str, str, str]], back: int
) -> None:
    """What comes after a day changes nothing on it, though it was sorted with the rest."""
    day = DAY - back
    whole = facts(["acme", "beta"], rows_of(moves))
    past = facts(["acme", "beta"], [
        row for row, move in zip(rows_of(moves), moves, strict=True) if move[0] >= back
    ])  # fmt: skip
    shared = relationship_metrics(whole, Settings(), day, event_rows(whole))
    alone = relationship_metrics(past, Settings(), day)
    assert {name: column.tolist() for name, column in shared.items()} == {
        name: column.tolist() for name, column in alone.items()
    }
