"""Internet domains as a hint of which company a record belongs to."""

from __future__ import annotations

from urllib.parse import urlsplit

_PROVIDERS = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com
    me.com mac.com aol.com proton.me protonmail.com pm.me gmx.com gmx.de gmx.net web.de t-online.de
    mail.com mail.ru yandex.com yandex.ru zoho.com fastmail.com hey.com qq.com 163.com 126.com
    orange.fr free.fr wanadoo.fr laposte.net libero.it tutanota.com comcast.net verizon.net att.net
    btinternet.com
"""
FREE_MAIL = frozenset(_PROVIDERS.split())
"""Mailbox providers: an address there says nothing about a company."""


def of_email(email: str | None) -> str | None:
    """The company's domain in an e-mail address, None for a mailbox provider's."""
    domain = (email or "").rpartition("@")[2].strip().lower()
    return domain if "." in domain and domain not in FREE_MAIL else None


def of_website(address: str | None) -> str | None:
    """The host of a web address without `www.`, None when there is none."""
    text = (address or "").strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return None
    host = host.removeprefix("www.")
    return host if "." in host else None
