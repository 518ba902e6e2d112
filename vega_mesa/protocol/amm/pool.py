"""One automated market maker: where it stands on its curves, what it quotes, what it would trade (0090-VAMM; 05 §4).

Prices are integers in asset decimals unless they are the owner's parameters, which are in market decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha3_256
from typing import Any, Final

from vega_mesa.protocol.amm.curves import Curve
from vega_mesa.protocol.commands.amm import ConcentratedLiquidityParameters
from vega_mesa.protocol.matching.order import BUY, SELL, Side
from vega_mesa.protocol.positions import Positions


class PoolStatus(StrEnum):
    """Where a market maker stands."""

    ACTIVE = "STATUS_ACTIVE"
    PENDING = "STATUS_PENDING"  # waits for a base price from its data source
    REDUCE_ONLY = "STATUS_REDUCE_ONLY"
    CANCELLED = "STATUS_CANCELLED"
    STOPPED = "STATUS_STOPPED"
    REJECTED = "STATUS_REJECTED"


class PoolReason(StrEnum):
    """Why a market maker was rejected; the protocol gives no other reasons."""

    NONE = "STATUS_REASON_UNSPECIFIED"
    CANNOT_REBASE = "STATUS_REASON_CANNOT_REBASE"
    CANNOT_FILL_COMMITMENT = "STATUS_REASON_CANNOT_FILL_COMMITMENT"


ACTIVE: Final = PoolStatus.ACTIVE
PENDING: Final = PoolStatus.PENDING
REDUCE_ONLY: Final = PoolStatus.REDUCE_ONLY


def pool_party(market: str, owner: str) -> str:
    """The key under which the market maker of an owner trades in a market."""
    return sha3_256(f"AMMv1{market}{owner}0".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTerms:
    """What the owner asked for."""

    commitment: int
    proposed_fee: Decimal
    parameters: ConcentratedLiquidityParameters
    slippage_tolerance: Decimal
    minimum_price_change_trigger: Decimal = Decimal(0)


class Pool:
    """A market maker of one owner in one market; its position is the ordinary position of its party.

    Args:
        id: id of the submission, kept for life.
        owner: the party that committed.
        terms: amounts and parameters.
        positions: the market's positions.
        tick: smallest step of its prices, asset decimals.
        curves: lower and upper curve; None while it waits for a base price.

    Attributes:
        temporary: its position while one incoming order is matched; None otherwise.
        longest, shortest: its positions at the bounds.
        expansion: its last expansion into orders, and for what that was made; of no effect on any result.
    """

    __slots__ = (
        "id", "owner", "party", "terms", "status", "positions", "tick", "lower", "upper", "longest", "shortest",
        "temporary", "expansion", "_fair", "_quotes",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        owner: str,
        party: str,
        terms: PoolTerms,
        positions: Positions,
        tick: int,
        curves: tuple[Curve, Curve] | None,
    ) -> None:
        self.id = id
        self.owner = owner
        self.party = party
        self.terms = terms
        self.positions = positions
        self.tick = tick
        self.status = ACTIVE if curves is not None else PENDING
        self.lower: Curve | None = None if curves is None else curves[0]
        self.upper: Curve | None = None if curves is None else curves[1]
        self._forget()

    def _forget(self) -> None:
        self.longest = 0 if self.lower is None else self.lower.position_at(self.lower.low)
        self.shortest = 0 if self.upper is None else self.upper.position_at(self.upper.high)
        self.temporary: int | None = None
        self.expansion: tuple[Any, Any] | None = None
        self._fair: tuple[int, int] | None = None
        self._quotes: tuple[tuple[int, PoolStatus], tuple[int, int], tuple[int, int]] | None = None

    def __getstate__(self) -> tuple[Any, ...]:
        return (
            self.id, self.owner, self.party, self.terms, self.status, self.positions, self.tick, self.lower, self.upper,
        )  # fmt: skip

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        (
            self.id, self.owner, self.party, self.terms, self.status, self.positions, self.tick, self.lower, self.upper,
        ) = state  # fmt: skip
        self._forget()

    # -- where it stands ----------------------------------------------------------------------------------------------

    @property
    def curves(self) -> tuple[Curve, Curve]:
        """Lower and upper curve of a market maker that has a base price."""
        assert self.lower is not None and self.upper is not None, f"{self!r} has no curves yet"
        return self.lower, self.upper

    @property
    def base(self) -> int:
        """The base price."""
        return self.curves[0].high

    @property
    def real_position(self) -> int:
        """Its signed open volume."""
        position = self.positions.by_party.get(self.party)
        return 0 if position is None else position.size

    @property
    def position(self) -> int:
        """Its open volume, as the order that is being matched would have it."""
        return self.real_position if self.temporary is None else self.temporary

    @property
    def fair_price(self) -> int:
        """The price at which it would neither buy nor sell now."""
        position = self.position
        known = self._fair
        if known is not None and known[0] == position:
            return known[1]
        lower, upper = self.curves
        price = lower.high if position == 0 else (lower if position > 0 else upper).fair_price(position)
        self._fair = (position, price)
        return price

    def position_at(self, price: int) -> int:
        """The position that it would have at a price; at the bounds beyond them."""
        lower, upper = self.curves
        if price < lower.high:
            return lower.position_at(max(price, lower.low))
        if price > upper.low:
            return upper.position_at(min(price, upper.high))
        return 0

    # -- quotes (05 §4.6) ---------------------------------------------------------------------------------------------

    def quote(self, side: Side) -> tuple[int, int]:
        """Its best price on a side and the volume there; ``(0, 0)`` for none."""
        if self.lower is None:
            return 0, 0
        key = (self.position, self.status)
        known = self._quotes
        if known is None or known[0] != key:
            known = (key, self._with_volume(BUY, self._bid()), self._with_volume(SELL, self._ask()))
            self._quotes = known
        return known[1] if side is BUY else known[2]

    def best_price(self, side: Side) -> int:
        """Its best price on a side, 0 for none."""
        return self.quote(side)[0]

    def _ask(self) -> int:
        lower, upper = self.curves
        position = self.position
        curve = lower
        if position <= 0:
            if self.status is REDUCE_ONLY or -position >= upper.whole_position:
                return 0
            curve = upper
        fair = self.fair_price
        return min(upper.high, max(curve.price_above(fair), fair + self.tick))

    def _bid(self) -> int:
        lower, upper = self.curves
        position = self.position
        curve = upper
        if position >= 0:
            if self.status is REDUCE_ONLY or position >= lower.whole_position:
                return 0
            curve = lower
        fair = self.fair_price
        return max(lower.low, min(curve.price_below(fair), fair - self.tick))

    def _with_volume(self, side: Side, price: int) -> tuple[int, int]:
        if price <= 0:
            return 0, 0
        lower, upper = self.curves
        fair = self.fair_price
        if abs(price - fair) > self.tick:
            return price, 1
        price = max(lower.low, fair - self.tick) if side is BUY else min(upper.high, fair + self.tick)
        volume = self.volume_to(side.opposite, price)
        return (price, volume) if volume else (0, 0)

    # -- volume and price of a trade (05 §4.7, 4.8) -------------------------------------------------------------------

    def volume_to(self, aggressor: Side, price: int) -> int:
        """Volume that an order of a side could trade with it until it quotes a price."""
        if aggressor is BUY:
            return self._volume(aggressor, self.longest, self.position_at(price))
        return self._volume(aggressor, self.position_at(price), self.shortest)

    def volume_between(self, aggressor: Side, low: int, high: int) -> int:
        """Volume that an order of a side could trade with it within a range of prices."""
        return self._volume(aggressor, self.position_at(low), self.position_at(high))

    def _volume(self, aggressor: Side, most: int, least: int) -> int:
        """The part of a range of positions, from its low to its high price, that an order could trade now."""
        position = self.position
        if self.status is REDUCE_ONLY:
            if position == 0 or (position > 0) is not (aggressor is BUY):
                return 0
            if position > 0:
                most, least = max(0, most), max(0, least)
            else:
                most, least = min(0, most), min(0, least)
        if aggressor is BUY:
            volume = min(position, most) - least
        else:
            volume = most - max(position, least)
        if self.status is REDUCE_ONLY:
            volume = min(volume, abs(position))
        return max(0, volume)

    def can_trade(self, aggressor: Side) -> bool:
        """Whether an order of a side finds any volume here at all."""
        return self.lower is not None and self._volume(aggressor, self.longest, self.shortest) > 0

    def trade_price(self, aggressor: Side, volume: int) -> int:
        """The one price at which an order of a side trades a volume with it now."""
        return self.price_from(self.position, self.fair_price, aggressor, volume)

    def price_from(self, position: int, fair_price: int, aggressor: Side, volume: int) -> int:
        """The same from any position, with its fair price."""
        lower, upper = self.curves
        curve = upper if position < 0 or (position == 0 and aggressor is BUY) else lower
        if curve.is_empty:
            return fair_price
        return curve.trade_price(position, fair_price, volume if aggressor is BUY else -volume)

    def __repr__(self) -> str:
        return f"<Pool of {self.owner} {self.status} {self.real_position}>"
