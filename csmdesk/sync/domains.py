"""Internet domains as a hint of which company a record belongs to."""

from __future__ import annotations

from urllib.parse import urlsplit

from csmdesk.domain.quality import MAIL_DOMAINS


def of_email(email: str | None) -> str | None:
    """The company's domain in an e-mail address, None for a mailbox provider's."""
    domain = (email or "").rpartition("@")[2].strip().lower()
    return domain if "." in domain and domain not in MAIL_DOMAINS else None


def of_website(address: str | None) -> str | None:
    """The host of a web address without `www.`, None when there is none."""
    text = (address or "").strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return None
    host = host.removeprefix("www.")
    return host if "." in host else None
