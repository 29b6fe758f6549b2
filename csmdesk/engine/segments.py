"""Which customers a segment holds: every condition must match (definitions.md section 1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from csmdesk.domain.columns import Bools
from csmdesk.domain.settings import Segment


def segment_mask(
    segment: Segment,
    tier: Sequence[str | None],
    stage: Sequence[str | None],
    tags: Sequence[Sequence[str]],
    band: Sequence[str] | None = None,
) -> Bools:
    """Customers that match. A condition holds when the value is one of those listed; tags: any.

    `band` (words of `domain.findings.BANDS`) may be left out where bands are not known yet; a
    condition on it then matches nobody.
    """
    mask = np.ones(len(tier), dtype=np.bool_)
    mask &= _listed(segment.tier, tier)
    mask &= _listed(segment.stage, stage)
    mask &= _listed(segment.band, [None] * len(tier) if band is None else band)
    if segment.tag:
        wanted = set(segment.tag)
        mask &= np.array([not wanted.isdisjoint(own or ()) for own in tags], dtype=np.bool_)
    return mask


def _listed(wanted: tuple[str, ...], values: Sequence[str | None]) -> Bools:
    if not wanted:
        return np.ones(len(values), dtype=np.bool_)
    return np.array([value in wanted for value in values], dtype=np.bool_)
