"""Independent random streams: one per (seed, customer, purpose, block)."""

from __future__ import annotations

import numpy as np

PURPOSES = {
    "life": 1,
    "contract": 2,
    "people": 3,
    "touch": 4,
    "support": 5,
    "usage": 6,
    "crm": 7,
    "habit": 8,
    "temper": 9,
}


def stream(seed: int, index: int, purpose: str, block: int = 0) -> np.random.Generator:
    """A generator that depends on its arguments alone. `index` may be negative (unjoined groups)."""
    key = (seed & 0xFFFFFFFF, index + (1 << 20), PURPOSES[purpose], block)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
