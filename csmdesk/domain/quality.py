"""What is wrong with the data and wants a person: one issue each, the same for window and command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from csmdesk.domain.columns import Columns

KINDS = {
    "conflict": "CRM conflict",
    "ambiguous": "Ambiguous account",
    "unjoined": "Account of nobody",
    "duplicate": "Probable duplicate",
    "disagree": "Records disagree",
    "unwritten": "Not written",
    "stale": "Stale source",
    "refused": "Row refused",
}
"""Kinds in the order in which they are listed, with their words."""
MAIL_DOMAINS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
        *("icloud.com", "aol.com", "gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com"),
        *("qq.com", "163.com", "mail.ru", "yandex.ru"),
    }
)
"""Domains that say nothing about the company."""


@dataclass(frozen=True, slots=True)
class Issue:
    """`key` is unique; `customers`: ids it is about, or may be about; `account`: "source:id"."""

    kind: str
    key: str
    title: str
    text: str
    source: str = ""
    account: str = ""
    customers: tuple[str, ...] = ()


def as_columns(issues: Sequence[Issue]) -> Columns:
    data = {field.name: [getattr(one, field.name) for one in issues] for field in fields(Issue)}
    return Columns(data, len(issues))


NO_ISSUES = as_columns(())
