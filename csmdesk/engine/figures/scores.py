"""What the CRM is told of every customer's health (definitions.md section 11)."""

from __future__ import annotations

from datetime import UTC, datetime

from csmdesk.domain.days import MISSING
from csmdesk.domain.findings import BANDS
from csmdesk.domain.portfolio import Portfolio

CHI, BAND, SCORED_AT = "chi", "band", "scored_at"
REASONS = ("reason_1", "reason_2", "reason_3")
SCORE_FIELDS = (CHI, BAND, *REASONS, SCORED_AT)
LONGEST_REASON = 255
"""Characters that a text field of every CRM takes."""

Values = dict[str, str | None]


def scores_to_write(portfolio: Portfolio) -> dict[str, Values]:
    """The score fields of every customer; all None where there is no score."""
    customers = portfolio.customers
    reasons = [customers[f"why{place + 1}"] for place in range(len(REASONS))]
    scored_at = None
    if portfolio.run_at != MISSING:
        scored_at = datetime.fromtimestamp(portfolio.run_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: dict[str, Values] = {}
    for row, one in enumerate(customers["id"]):
        values: Values = dict.fromkeys(SCORE_FIELDS)
        chi = int(customers["chi"][row])
        if chi >= 0:
            values[CHI] = str(chi)
            values[BAND] = BANDS[int(customers["held_band"][row])]
            values[SCORED_AT] = scored_at
            for name, texts in zip(REASONS, reasons, strict=True):
                values[name] = shortened(texts[row])
        found[one] = values
    return found


def shortened(text: str | None) -> str | None:
    """A reason as long as a CRM's text field may be; None for none."""
    if not text:
        return None
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"
