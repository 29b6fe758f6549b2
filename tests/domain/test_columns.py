"""Texts as numbers: each distinct text is asked for once, rows keep their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from csmdesk.domain.columns import by_text, coded, where_text

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "B", "b", "ä", "long text"]))


@given(TEXTS)
def test_coded_texts_can_be_read_back(texts: list[str | None]) -> None:
    code, names = coded(texts)
    assert [names[place] for place in code.tolist()] == [text or "" for text in texts]
    assert list(names) == sorted(set(names))


@given(TEXTS)
def test_a_distinct_text_is_asked_for_once(texts: list[str | None]) -> None:
    asked: list[str | None] = []

    def length(text: str | None) -> int:
        asked.append(text)
        return len(text or "")

    assert by_text(texts, length).tolist() == [len(text or "") for text in texts]
    assert len(asked) == len(set(texts))
    assert where_text(texts, lambda text: text is None).tolist() == [one is None for one in texts]
