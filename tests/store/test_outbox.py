"""The outbox against a CRM that answers late or never: nothing lost, no conflict with ourselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from csmdesk.store.outbox import CONFIRMED, CONFLICT, QUEUED, SENDING, Outgoing, wanted

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from("abc")),
        st.tuples(st.sampled_from(("undo", "send", "lost", "read")), st.just("")),
    ),
    max_size=14,
)


@dataclass
class World:
    """A CRM's field, the fact that was read of it, the outbox row and what a person did."""

    crm: str = "0"
    fact: str = "0"
    row: Outgoing | None = None
    edits: list[tuple[str, str]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.fact if self.row is None else str(self.row.value)

    def wish(self, target: str, known: str) -> None:
        row = self.row or Outgoing("s", "a", "tier", known, known)
        self.row = wanted(row, target, known)

    def edit(self, value: str) -> None:
        if value != self.shown:
            self.edits.append((value, self.shown))
            self.wish(value, self.shown)

    def undo(self) -> None:
        if self.edits:
            value, before = self.edits.pop()
            self.wish(before, value)

    def send(self, *, answered: bool) -> None:
        """As the job does it: compare, keep what is sent, send; the answer may be lost."""
        row = self.row
        if row is None or row.state in (CONFIRMED, CONFLICT):
            return
        if self.crm == row.value:
            self.row = replace(row, state=CONFIRMED, sent=None)
            return
        assert self.crm == row.base or (row.state == SENDING and self.crm == row.sent)
        row = replace(row, state=SENDING, sent=row.value, base=self.crm)
        self.crm = str(row.value)
        taken = replace(row, state=CONFIRMED, base=row.value, sent=None, ahead=1)
        self.row = taken if answered else row

    def read(self) -> None:
        """A sync, after which a confirmed row has done its work."""
        self.fact = self.crm
        if self.row is not None and self.row.state == CONFIRMED:
            self.row = None


@given(STEPS)
def test_alone_there_is_never_a_conflict_and_the_last_word_arrives(
    steps: list[tuple[str, str]],
) -> None:
    world = World()
    last = "0"
    for verb, value in steps:
        if verb == "edit":
            world.edit(value)
        elif verb == "undo":
            world.undo()
        elif verb == "read":
            world.read()
        else:
            world.send(answered=verb == "send")
        if verb in ("edit", "undo"):
            last = world.shown
        elif world.row is None:
            assert world.shown == world.crm
        assert world.shown == last
        assert world.row is None or world.row.state in (QUEUED, SENDING, CONFIRMED)
    world.send(answered=True)
    assert world.crm == last
    world.read()
    assert world.shown == last
