"""NPS answers: `survey sent` events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from csmdesk.domain.facts import NpsAnswer
from csmdesk.sync.connectors.posthog import hogql
from csmdesk.sync.connectors.posthog.usage import REREAD_DAYS, account_of, workspace_day
from csmdesk.sync.decode import required_instant
from csmdesk.sync.sink import Page, Problem
from csmdesk.sync.stream import Context

FIRST_DAYS = 730
"""An answer counts for up to 270 days, on every day of the history behind it."""
_AHEAD_DAYS = 400

Row: TypeAlias = tuple[str, str | None, str, str, str | int | float | None, str | None]


class _Answer(msgspec.Struct):
    results: list[msgspec.Raw]


class SurveyStream:
    """All answers, then those of the last 48 hours on; an answer that was unreadable is read again."""

    key = "surveys"
    title = "NPS answers"
    essential = True

    def __init__(self, project: str) -> None:
        self._path = hogql.path(project)
        self._row = msgspec.json.Decoder(Row)

    def pages(self, context: Context) -> Iterator[Page]:
        stored = context.cursor_of(self.key)
        waiting = frozenset(context.problems_of(self.key))
        through: int | None = None
        if stored is None:
            through = today = workspace_day(context)
            first, end, after = today - FIRST_DAYS, today + 1, None
        elif stored["after"]:
            through = stored["through"]
            first, end, after = stored["first"], stored["end"], stored["after"]
        else:
            start = stored["through"]
            back = FIRST_DAYS if waiting else REREAD_DAYS
            first, end, after = start - back, start + _AHEAD_DAYS, None
        while True:
            text = hogql.SURVEYS.text(first, end, after, str(context.zone))
            raw = context.client.post(self._path, _Answer, hogql.body(text)).results
            answers, problems, last = self._answers(raw)
            accounts = [account_of(one) for one in sorted({one.account_id for one in answers})]
            after = last if len(raw) >= hogql.PAGE else None
            through = through or context.today() or first
            cursor = {"first": first, "end": end, "after": after, "through": through}
            known = frozenset(answer.source_id for answer in answers)
            yield Page(
                cursor=cursor,
                complete=after is None,
                facts=[*accounts, *answers],
                problems=problems,
                fixed=known & waiting,
            )
            if after is None:
                return

    def _answers(
        self, raw: list[msgspec.Raw]
    ) -> tuple[list[NpsAnswer], list[Problem], list[str] | None]:
        answers: list[NpsAnswer] = []
        problems: list[Problem] = []
        last: list[str] | None = None
        for one in raw:
            try:
                row = self._row.decode(one)
                answers += _answer(row)
                last = [row[3], row[0]]
            except (msgspec.ValidationError, ValueError) as error:
                values = msgspec.json.decode(one)
                name = str(values[0]) if isinstance(values, list) and values else ""
                problems.append(Problem(name, str(error), bytes(one).decode("utf-8", "replace")))
        return answers, problems, last


def _answer(row: Row) -> list[NpsAnswer]:
    """One answer; a survey without an account or a score is none of ours."""
    uuid, account, person, at, score, comment = row
    if not account or score is None or score == "":
        return []
    number = int(score)
    if not 0 <= number <= 10:
        raise ValueError(f"{score} is no score from 0 to 10")
    return [
        NpsAnswer(
            source=hogql.SYSTEM,
            source_id=uuid,
            account_id=account,
            contact_key=person or None,
            score=number,
            answered_at=required_instant(at),
            comment=comment or None,
        )
    ]
