"""Margin levels of a position and its orders (0019-MCAL), in integers only.

Everything that depends on parameters alone is turned, once, into integer numerators over one denominator, so that the
maintenance margin of a party in continuous trading is two or three products and one division that rounds up. The
position factor is a power of ten; dividing by it is exact as long as positions have at most 16 decimals, which is
required here (the protocol itself would round the quotient to 16 digits beyond that).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Protocol

from vega_mesa.errors import Unsupported
from vega_mesa.protocol.arithmetic import DIVISION_PLACES, EXACT, Factor, Scale, divide, truncate
from vega_mesa.protocol.markets.definition import MarginScalingFactors
from vega_mesa.protocol.matching.order import BUY, Side
from vega_mesa.protocol.risk.models import RiskFactors

SCALING_UNIT: Final = 100_000  # scaling factors keep five digits after the point


class Exposed(Protocol):
    """What a margin is calculated from; :class:`vega_mesa.protocol.positions.Position` is one."""

    @property
    def size(self) -> int:
        """Signed open volume."""

    @property
    def buy(self) -> int:
        """Remaining volume of the party's buy orders."""

    @property
    def sell(self) -> int:
        """Remaining volume of the party's sell orders."""

    @property
    def buy_notional(self) -> int:
        """Sum of price times remaining volume of the buy orders, asset decimals."""

    @property
    def sell_notional(self) -> int:
        """Sum of price times remaining volume of the sell orders, asset decimals."""

    @property
    def price(self) -> int:
        """Mark price of the last mark-to-market, 0 before the first."""


class MarginLevels:
    """The margin levels of one party, asset decimals. ``order_margin`` only in isolated mode."""

    __slots__ = ("maintenance", "search", "initial", "release", "order_margin")

    def __init__(self, maintenance: int, search: int, initial: int, release: int, order_margin: int = 0) -> None:
        self.maintenance = maintenance
        self.search = search
        self.initial = initial
        self.release = release
        self.order_margin = order_margin

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MarginLevels) and self.values() == other.values()

    __hash__ = None  # type: ignore[assignment]

    def values(self) -> tuple[int, int, int, int, int]:
        """The levels in the order of ``__slots__``."""
        return self.maintenance, self.search, self.initial, self.release, self.order_margin

    def __repr__(self) -> str:
        return "MarginLevels(maintenance=%d, search=%d, initial=%d, release=%d, order_margin=%d)" % self.values()


class HypotheticalPosition:
    """A position as it would be: for the second check of a market order, and for checks of isolated margin."""

    __slots__ = ("size", "buy", "sell", "buy_notional", "sell_notional", "price")

    def __init__(
        self, size: int, buy: int = 0, sell: int = 0, buy_notional: int = 0, sell_notional: int = 0, price: int = 0
    ) -> None:
        self.size = size
        self.buy = buy
        self.sell = sell
        self.buy_notional = buy_notional
        self.sell_notional = sell_notional
        self.price = price


def after_trades(
    position: Exposed, side: Side, trades: Iterable[tuple[int, int]], order_price: int = 0
) -> HypotheticalPosition:
    """The position as it will be once its own order has traded.

    Args:
        position: the position with the order registered as potential volume.
        side: the order's side.
        trades: size and price of each trade, in order.
        order_price: the limit price at which the order was registered (0: market order), asset decimals.
    """
    raise NotImplementedError


class MarginCalculator:
    """Calculates margin levels; one per market.

    Args:
        risk_factors: factors in force.
        linear_slippage, quadratic_slippage: multipliers of volume (and its square) times price.
        scaling: multiples of the maintenance margin.
        position_scale: ten to the position decimals.
        fully_collateralised_cap: the cap (asset decimals) of a fully collateralised market, else None.
    """

    def __init__(
        self,
        risk_factors: RiskFactors,
        linear_slippage: Decimal,
        quadratic_slippage: Decimal,
        scaling: MarginScalingFactors,
        position_scale: Scale,
        fully_collateralised_cap: int | None = None,
    ) -> None:
        raise NotImplementedError

    def set_risk_factors(self, risk_factors: RiskFactors) -> None:
        """Use these factors from now on."""

    def set_scaling(self, scaling: MarginScalingFactors) -> None:
        """Use these multiples of the maintenance margin from now on."""

    def set_slippage(self, linear: Decimal, quadratic: Decimal) -> None:
        """Use these slippage factors from now on."""

    def exposure(self, position: Exposed, include_orders: bool = True) -> int:
        """The part of the continuous-trading margin that does not depend on the price; for :meth:`at`.

        Depends on the position and on :attr:`version` only (not fully collateralised markets), so it may be cached.
        """
        raise NotImplementedError

    def at(self, exposure: int, price: int) -> MarginLevels:
        """Levels of an :meth:`exposure` at a price."""
        raise NotImplementedError

    def maintenance(
        self,
        position: Exposed,
        price: int,
        auction_price: int | None = None,
        include_orders: bool = True,
        funding_increment: Factor | None = None,
    ) -> int:
        """The maintenance margin alone; arguments as :meth:`levels`."""
        raise NotImplementedError

    def levels(
        self,
        position: Exposed,
        price: int,
        *,
        auction_price: int | None = None,
        include_orders: bool = True,
        funding_increment: Factor | None = None,
    ) -> MarginLevels:
        """Cross-margin levels.

        Args:
            position: open and potential volume.
            price: what the position is valued at, asset decimals (03 §6.4: mark, indicative, own or last price).
            auction_price: None in continuous trading (also when the auction is ready to be left); in an auction the
                larger of indicative price and mark. Then orders count at the larger of their own and this price.
            include_orders: False to margin the open volume alone.
            funding_increment: what a perpetual adds per unit of signed open volume, asset decimals (05 §1.8).
        """
        raise NotImplementedError

    def isolated_levels(
        self, position: Exposed, price: int, order_margin: int, funding_increment: Factor | None = None
    ) -> MarginLevels:
        """Levels in isolated mode: the open volume alone, search and release 0, and the order margin level."""
        raise NotImplementedError
