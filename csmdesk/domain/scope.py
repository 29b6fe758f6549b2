"""The scope of every figure: as-of day, CSM and segment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """`csm`: name of a CSM or "" for all; `segment`: name of a segment or "" for all."""

    day: int
    csm: str = ""
    segment: str = ""
