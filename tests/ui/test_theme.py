"""Tokens: text on its ground keeps a contrast of 4.5 to 1, in both themes."""

from __future__ import annotations

import pytest

from csmdesk.views.icons import ICONS, icon_path
from csmdesk.views.theme import DARK, LIGHT, Tokens

PAIRS = [
    ("text", "background"),
    ("text", "surface"),
    ("text", "sunken"),
    ("text", "accent_fill"),
    ("muted", "surface"),
    ("on_accent", "accent"),
    ("good_text", "good_fill"),
    ("neutral_text", "neutral_fill"),
    ("poor_text", "poor_fill"),
    ("info_text", "info_fill"),
    ("good_text", "surface"),
    ("poor_text", "surface"),
    ("tip_text", "tip"),
    ("tip_muted", "tip"),
]


def luminance(color: str) -> float:
    """Relative luminance of an sRGB colour, WCAG 2.1."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_contrast(tokens: Tokens, ink: str, ground: str) -> None:
    light, dark = sorted(
        (luminance(getattr(tokens, ink)), luminance(getattr(tokens, ground))), reverse=True
    )
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_stays_on_its_grid(name: str) -> None:
    box = icon_path(name).boundingRect()
    assert box.left() >= 0
    assert box.top() >= 0
    assert box.right() <= 16
    assert box.bottom() <= 16
