"""How fond of the product a customer is: the spread of health among those without a special part.

Three quarters of them are steady. The rest are light users who never quite took to the product:
few of their seats in use, once a week, waiting for support, so-so marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from csmdesk.sandbox.world.rng import stream
from csmdesk.sandbox.world.roles import Role

# parts whose problem has nothing to do with how much they use the product
CALM = frozenset(
    (
        "pays_12_late", "pays_27_late", "card_fails", "no_csm", "champion_leaves", "rare_contact",
        "other_name", "other_currency", "acv_5_off", "acv_20_off", "renewal_off", "renewal_past",
        "billed_twice", "twins", "wavers", "yen", "dinar",
    )
)  # fmt: skip
LIFELIKE = frozenset(("plain", "newcomer"))
_LIGHT = 0.52  # of the customers with a temper of their own
_GOLDEN = 0.6180339887498949
_EXTRAS = frozenset(("automation", "scanning", "sso"))


@dataclass(frozen=True, slots=True)
class Temper:
    """What sets a customer's health apart from the others' for good."""

    light: bool = False
    small: bool = False  # a handful of seats
    share: float = 0.77  # of seats in use
    weekday: int | None = None  # they come on this day of the week alone (0 = Monday)
    off: frozenset[str] = frozenset()  # modules of the plan never taken to
    gaps: tuple[int, int] = (12, 46)  # days between two talks, from and below
    marks: tuple[int, ...] = (9, 10, 9, 8)  # answers to surveys, in turn
    patience: float = 1.0  # factor on the time until a ticket is closed
    grave: float = 0.25  # share of critical tickets


@lru_cache(maxsize=4096)
def temper_of(seed: int, role: Role) -> Temper:
    """The temper of a customer, for ever the same; that of the busy parts is the usual one."""
    rng = stream(seed, role.index, "temper")
    marks = (9, 10, 9, 8, 9, 10)
    turn = int(rng.integers(0, len(marks)))
    turned = marks[turn:] + marks[:turn]
    if role.part not in CALM | LIFELIKE:
        return Temper(marks=turned)
    place = (role.number * _GOLDEN + sum(map(ord, role.part)) * 0.37 + seed * 0.11) % 1.0
    if place < _LIGHT:
        return _light(place / _LIGHT, role, rng.random(4).tolist())
    return _steady((place - _LIGHT) / (1 - _LIGHT), turned, rng.random(4).tolist())


def _light(depth: float, role: Role, draws: list[float]) -> Temper:
    """The lower the depth (0 … 1), the less is used."""
    marks = ((7, 7, 7, 6), (7, 8, 7), (7, 7, 6), (7,), (7, 6, 7, 7, 7))[int(draws[0] * 5)]
    return Temper(
        light=True,
        small=draws[1] < 0.9,
        share=0.24 + 0.1 * depth,
        weekday=role.index % 5,
        off=frozenset(("reports",)) if depth < 0.2 else frozenset(("sso",)),
        gaps=(20, 46 + int(12 * draws[2])),
        marks=marks,
        patience=60.0 + 70.0 * draws[3],
        grave=0.9,
    )


def _steady(depth: float, marks: tuple[int, ...], draws: list[float]) -> Temper:
    """Some have seats to spare; one in six leaves the extras of the plan alone."""
    share = 0.765 + 0.03 * draws[0] if depth > 0.28 else 0.55 + 0.2 * depth / 0.28
    if draws[2] < 0.35:
        marks = tuple(min(9, max(7, mark - 1)) for mark in marks)
    return Temper(
        share=share,
        off=_EXTRAS if draws[1] < 0.17 else frozenset(),
        gaps=(14, 38 + int(14 * draws[2])),
        marks=marks,
        patience=2.0 + 8.0 * draws[3],
    )
