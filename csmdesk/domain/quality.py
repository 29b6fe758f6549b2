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
_PROVIDERS = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com
    me.com mac.com aol.com proton.me protonmail.com pm.me gmx.com gmx.de gmx.net web.de t-online.de
    mail.com mail.ru yandex.com yandex.ru zoho.com fastmail.com hey.com qq.com 163.com 126.com
    orange.fr free.fr wanadoo.fr laposte.net libero.it tutanota.com comcast.net verizon.net att.net
    btinternet.com
"""
MAIL_DOMAINS = frozenset(_PROVIDERS.split())
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
