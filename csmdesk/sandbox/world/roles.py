"""Who plays what: the part of each customer and its course of life on absolute days.

The first customers (by index) are the *cast*: parts whose problem comes back in fixed cycles,
shifted against each other so that on any day some member is in each stage of it. Then come
plain customers, of which one leaves every `LEAVE_STEP` days, and newcomers, one every
`JOIN_STEP` days for ever; so the portfolio looks alive on any day from 2026 to 2035.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from csmdesk.sandbox.world.clock import REFERENCE

# part -> (story, how many, days of its cycle)
CAST: dict[str, tuple[str, int, int]] = {
    "pays_12_late": ("overdue", 1, 0),
    "pays_27_late": ("overdue", 3, 0),
    "card_fails": ("past_due", 2, 0),
    "fills_up": ("near_capacity", 3, 152),
    "nearly_full": ("near_capacity", 1, 0),
    "over_full": ("near_capacity", 1, 0),
    "gaps": ("inactive", 4, 48),
    "collapse": ("inactive", 3, 102),
    "dormant": ("inactive", 8, 270),
    "disputes": ("overdue", 8, 120),
    "crisis": ("declining", 4, 112),
    "slump_mild": ("declining", 4, 112),
    "slump": ("declining", 5, 112),
    "slump_deep": ("declining", 3, 112),
    "fails_9": ("drifting", 2, 63),
    "fails_20": ("drifting", 2, 63),
    "fails_45": ("drifting", 2, 63),
    "nps_5": ("detractor", 1, 40),
    "nps_3": ("detractor", 1, 40),
    "nps_1": ("detractor", 1, 40),
    "addon_rare": ("shelfware", 2, 28),
    "addon_seldom": ("shelfware", 3, 66),
    "addon_never": ("shelfware", 1, 0),
    "seats_65": ("shelfware", 1, 0),
    "seats_40": ("shelfware", 1, 0),
    "seats_15": ("shelfware", 1, 0),
    "key_one_off": ("shelfware", 1, 0),
    "key_half_off": ("shelfware", 1, 0),
    "sync_lapsed": ("shelfware", 3, 90),
    "rare_contact": ("healthy", 5, 59),
    "one_contact": ("healthy", 1, 0),
    "no_csm": ("no_csm", 1, 0),
    "champion_leaves": ("champion_gone", 3, 600),
    "one_user": ("champion_gone", 1, 60),
    "booms": ("healthy", 3, 180),
    "other_name": ("mismatch", 1, 0),
    "other_currency": ("mismatch", 1, 0),
    "acv_5_off": ("mismatch", 1, 0),
    "acv_20_off": ("mismatch", 1, 0),
    "renewal_off": ("mismatch", 1, 0),
    "renewal_past": ("mismatch", 1, 0),
    "uses_unpaid": ("churned", 1, 0),
    "billed_twice": ("duplicate", 1, 0),
    "twins": ("duplicate", 2, 0),
    "wavers": ("healthy", 3, 120),
    "seasonal": ("paused", 2, 182),
    "paused_then_left": ("churned", 1, 0),
    "comes_back": ("reactivated", 3, 0),
    "swaps": ("healthy", 1, 0),
    "free": ("free", 2, 0),
    "gone": ("churned", 3, 0),
    "leads": ("prospect", 2, 0),
    "internal": ("healthy", 1, 0),
    "demo": ("healthy", 1, 0),
    "yen": ("healthy", 1, 0),
    "dinar": ("healthy", 1, 0),
}
PLAIN_SHARE = 57  # plain customers in one round of the cast; a round is 174, as 214 have room for
JOIN_STEP = 20.0  # days between two newcomers among 214 customers
LEAVE_STEP = 28.0  # days between two plain customers who leave, among 214
FIRST_JOIN = REFERENCE - timedelta(days=730)
FIRST_LEAVE = REFERENCE - timedelta(days=480)
LEAD_DAYS = 60  # a newcomer is a prospect for so long


@dataclass(frozen=True, slots=True)
class Role:
    """The part of one customer. `shift` counts the part's members, `cycle` is in days."""

    index: int
    part: str  # a key of CAST, "plain" or "newcomer"
    story: str
    number: int  # which member of its part
    cycle: int = 0
    offset: int = 0  # days its cycles are moved by
    created: date | None = None  # newcomers: first day in the CRM
    leaves: date | None = None

    @property
    def returns(self) -> bool:
        """Whether one who is not of the cast signs again some months after leaving."""
        return self.part in ("plain", "newcomer") and self.number % 7 == 3


def _cast_round() -> tuple[tuple[str, int], ...]:
    """One round of parts, spread so that a small portfolio too has one of each."""
    members = [
        (number / count, place, part, number)
        for place, (part, (_, count, _)) in enumerate(CAST.items())
        for number in range(count)
        if part != "twins"
    ]
    order = [(part, number) for *_, part, number in sorted(members)]
    order[8:8] = [("twins", 0), ("twins", 1)]
    spread: list[tuple[str, int]] = []
    plain = 0
    for place, member in enumerate(order, 1):
        spread.append(member)
        while plain < PLAIN_SHARE * place // len(order) and member != ("twins", 0):
            spread.append(("plain", plain))
            plain += 1
    return tuple(spread)


ROUND = _cast_round()


class Plan:
    """The roles of all customers of one world; `customers` of them are there on REFERENCE."""

    def __init__(self, customers: int) -> None:
        self.customers = customers
        self.join_step = JOIN_STEP * 214 / customers
        self.leave_step = LEAVE_STEP * 214 / customers
        self.joined = self._came(REFERENCE)
        self.old = customers - self.joined
        rounds, rest = divmod(self.old, len(ROUND))
        self.plain = rounds * PLAIN_SHARE + sum(part == "plain" for part, _ in ROUND[:rest])
        # Newcomers leave in the order they came, beginning when the plain ones have left.
        self.stay = (FIRST_LEAVE - FIRST_JOIN).days + self.plain * self.leave_step

    def visible(self, today: date) -> int:
        """How many customers the CRM knows at 00:00 UTC of `today`."""
        return self.old + self._came(today)

    def _came(self, today: date) -> int:
        """Newcomers in the CRM: the n-th (from 0) comes int(n · step) days after the first."""
        since = (today - FIRST_JOIN).days - 1 + LEAD_DAYS
        if since < 0:
            return 0
        came = int(since / self.join_step) + 2
        while int((came - 1) * self.join_step) > since:
            came -= 1
        return came

    def role(self, index: int) -> Role:
        """The part of customer `index`."""
        if index >= self.old:
            return self._newcomer(index)
        rounds, place = divmod(index, len(ROUND))
        part, number = ROUND[place]
        if part == "plain":
            return self._plain(index, rounds * PLAIN_SHARE + number)
        story, count, cycle = CAST[part]
        offset = number * cycle // count
        return Role(index, part, story, number, cycle, offset)

    def _plain(self, index: int, number: int) -> Role:
        leaves = FIRST_LEAVE + timedelta(days=int(number * self.leave_step))
        return Role(index, "plain", "healthy", number, leaves=leaves)

    def _newcomer(self, index: int) -> Role:
        number = index - self.old
        created = FIRST_JOIN + timedelta(days=int(number * self.join_step) - LEAD_DAYS)
        stays = self.stay if number % 9 != 5 else 240  # some leave in their first year
        leaves = created + timedelta(days=int(stays) + LEAD_DAYS)
        return Role(index, "newcomer", "onboarding", number, created=created, leaves=leaves)
