"""Margin levels of a position and its orders (0019-MCAL), in integers only.

Everything that depends on parameters alone is turned, once, into integer numerators over one denominator, so that the
maintenance margin of a party in continuous trading is two or three products and one division that rounds up. The
position factor is a power of ten; dividing by it is exact as long as positions have at most 16 decimals, which is
required here (the protocol itself would round the quotient to 16 digits beyond that).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from vega_mesa.errors import Unsupported
from vega_mesa.protocol.arithmetic import DIVISION_PLACES, EXACT, Factor, Scale, truncate
from vega_mesa.protocol.markets.definition import MarginScalingFactors
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
        names = ", ".join(f"{name}={value}" for name, value in zip(self.__slots__, self.values(), strict=True))
        return f"MarginLevels({names})"


class HypotheticalPosition:
    """An exposure that no party holds, or holds yet: what a check of isolated margin asks about."""

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


class MarginCalculator:
    """Calculates margin levels; one per market.

    In continuous trading the maintenance margin is ``ceil(price * max(long, short))`` with

        long  = (l + risk) * v + q * v * v + risk * buy,   v = max(size, 0)

    and likewise short; ``l`` and ``q`` are the slippage factors. Long counts only if ``size + buy > 0``, short only if
    ``size - sell < 0``. In an auction orders count at the larger of their limit prices and the auction price.

    Args:
        risk_factors: factors in force.
        linear_slippage, quadratic_slippage: multipliers of volume (and its square) times price.
        scaling: multiples of the maintenance margin.
        position_scale: ten to the position decimals.
        fully_collateralised_cap: the cap (asset decimals) of a fully collateralised market, else None.
    """

    __slots__ = (
        "risk_factors", "linear_slippage", "quadratic_slippage", "scaling", "position_scale",
        "fully_collateralised_cap", "_denominator", "_long", "_short", "_long_orders", "_short_orders",
        "_quadratic", "_search", "_initial", "_release",
    )  # fmt: skip

    def __init__(
        self,
        risk_factors: RiskFactors,
        linear_slippage: Decimal,
        quadratic_slippage: Decimal,
        scaling: MarginScalingFactors,
        position_scale: Scale,
        fully_collateralised_cap: int | None = None,
    ) -> None:
        if position_scale.exponent > DIVISION_PLACES:
            raise Unsupported("position_decimal_places", position_scale.exponent, f"at most {DIVISION_PLACES}")
        self.risk_factors = risk_factors
        self.linear_slippage = linear_slippage
        self.quadratic_slippage = quadratic_slippage
        self.position_scale = position_scale
        self.fully_collateralised_cap = fully_collateralised_cap
        self.set_scaling(scaling)
        self._precompute()

    def _precompute(self) -> None:
        """Bring all factors over one denominator, which includes the position factor (squared if it must be)."""
        linear, quadratic = Factor(self.linear_slippage), Factor(self.quadratic_slippage)
        long, short = self.risk_factors.long, self.risk_factors.short
        common = max(linear.scale, quadratic.scale, long.scale, short.scale)
        multiplier, divisor = self.position_scale.multiplier, self.position_scale.divisor
        extra = multiplier if quadratic else 1  # volumes squared have the position factor twice
        unit = common * divisor * extra
        self._denominator = common * multiplier * extra
        self._long_orders = long.numerator * (unit // long.scale)
        self._short_orders = short.numerator * (unit // short.scale)
        slippage = linear.numerator * (unit // linear.scale)
        self._long = self._long_orders + slippage
        self._short = self._short_orders + slippage
        self._quadratic = quadratic.numerator * (common // quadratic.scale) * divisor * divisor

    def set_risk_factors(self, risk_factors: RiskFactors) -> None:
        """Use these factors from now on."""
        self.risk_factors = risk_factors
        self._precompute()

    def set_slippage(self, linear: Decimal, quadratic: Decimal) -> None:
        """Use these slippage factors from now on."""
        self.linear_slippage = linear
        self.quadratic_slippage = quadratic
        self._precompute()

    def set_scaling(self, scaling: MarginScalingFactors) -> None:
        """Use these multiples of the maintenance margin from now on (all 1 on fully collateralised markets)."""
        self.scaling = scaling
        if self.fully_collateralised_cap is not None:
            self._search = self._initial = self._release = SCALING_UNIT
            return
        self._search = truncate(EXACT.multiply(scaling.search, Decimal(SCALING_UNIT)))
        self._initial = truncate(EXACT.multiply(scaling.initial, Decimal(SCALING_UNIT)))
        self._release = truncate(EXACT.multiply(scaling.release, Decimal(SCALING_UNIT)))

    # --- levels

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
        if auction_price is None and funding_increment is None and self.fully_collateralised_cap is None:
            return self.levels_of(self._exposure(position, include_orders), price)
        return self._levels(self.maintenance(position, price, auction_price, include_orders, funding_increment))

    def _levels(self, maintenance: int) -> MarginLevels:
        return MarginLevels(
            maintenance,
            maintenance * self._search // SCALING_UNIT,
            maintenance * self._initial // SCALING_UNIT,
            maintenance * self._release // SCALING_UNIT,
        )

    def maintenance(
        self,
        position: Exposed,
        price: int,
        auction_price: int | None = None,
        include_orders: bool = True,
        funding_increment: Factor | None = None,
    ) -> int:
        """The maintenance margin alone; arguments as :meth:`levels`."""
        if self.fully_collateralised_cap is not None:
            return self._collateral(position, include_orders, self.fully_collateralised_cap)
        if auction_price is not None and include_orders:
            worst = self._in_auction(position, price, auction_price)
        else:
            worst = self._exposure(position, include_orders) * price
        if funding_increment is not None and position.size:
            return self._with_funding(worst, position.size, funding_increment)
        return -(-worst // self._denominator) if worst > 0 else 0

    def initial(self, position: Exposed, price: int, funding_increment: Factor | None = None) -> int:
        """The initial margin in continuous trading, orders included: what a new order must be covered by."""
        return self.maintenance(position, price, None, True, funding_increment) * self._initial // SCALING_UNIT

    def isolated_levels(
        self, position: Exposed, price: int, order_margin: int, funding_increment: Factor | None = None
    ) -> MarginLevels:
        """Levels in isolated mode: the open volume alone, search and release 0, and the order margin level."""
        maintenance = self.maintenance(position, price, None, False, funding_increment)
        return MarginLevels(maintenance, 0, maintenance * self._initial // SCALING_UNIT, 0, order_margin)

    # --- in two steps, for callers that keep the first

    def exposure(self, size: int, buy: int = 0, sell: int = 0) -> int:
        """The part of the continuous-trading margin that does not depend on the price, never negative.

        Depends on the volumes, on risk factors and on slippage factors only, so it may be kept. Not for fully
        collateralised markets.

        Args:
            size: signed open volume.
            buy, sell: volume of live orders.
        """
        long = short = 0
        if size > 0:
            long = size * self._long + buy * self._long_orders
            if self._quadratic:
                long += size * size * self._quadratic
            if sell > size:
                short = sell * self._short_orders
        elif size < 0:
            short = sell * self._short_orders - size * self._short
            if self._quadratic:
                short += size * size * self._quadratic
            if buy > -size:
                long = buy * self._long_orders
        else:
            long = buy * self._long_orders
            short = sell * self._short_orders
        return long if long > short else short  # noqa: FURB136  a call costs as much as the comparison

    def initial_of(self, exposure: int, price: int) -> int:
        """The initial margin of an :meth:`exposure`, asset decimals."""
        return -(-exposure * price // self._denominator) * self._initial // SCALING_UNIT

    def levels_of(self, exposure: int, price: int) -> MarginLevels:
        """All levels of an :meth:`exposure`, asset decimals."""
        return self._levels(-(-exposure * price // self._denominator))

    @property
    def initial_maintains(self) -> bool:
        """Whether an initial margin is never less than the maintenance margin."""
        return self._initial >= SCALING_UNIT

    @property
    def terms(self) -> tuple[int, int, int, int]:
        """What the levels of an :meth:`exposure` follow from: denominator; search, initial and release multiple.

        The maintenance margin is ``ceil(exposure * price / denominator)``, a level ``floor(maintenance * multiple /
        SCALING_UNIT)``.
        """
        return self._denominator, self._search, self._initial, self._release

    def _exposure(self, position: Exposed, include_orders: bool) -> int:
        if include_orders:
            return self.exposure(position.size, position.buy, position.sell)
        return self.exposure(position.size)

    # --- rarer forms

    def _in_auction(self, position: Exposed, price: int, auction_price: int) -> int:
        """Price times exposure where orders count at the larger of their limit prices and the auction price."""
        size, buy, sell = position.size, position.buy, position.sell
        long = short = 0
        if size + buy > 0:
            long = max(position.buy_notional, buy * auction_price) * self._long_orders
            if size > 0:
                long += (size * self._long + size * size * self._quadratic) * price
        if size - sell < 0:
            short = max(position.sell_notional, sell * auction_price) * self._short_orders
            if size < 0:
                short += (size * size * self._quadratic - size * self._short) * price
        return long if long > short else short  # noqa: FURB136  a call costs as much as the comparison

    def _with_funding(self, worst: int, size: int, increment: Factor) -> int:
        """Maintenance margin with the funding increment of a perpetual, if it burdens the position."""
        worst = max(worst, 0)
        burden = increment.numerator * size * self.position_scale.divisor
        if burden <= 0:
            return -(-worst // self._denominator)
        scale = increment.scale * self.position_scale.multiplier
        return -(-(worst * scale + burden * self._denominator) // (self._denominator * scale))

    def _collateral(self, position: Exposed, include_orders: bool, cap: int) -> int:
        """The largest possible loss of a position with its orders, the sides not netted (03 §6.5)."""
        size, price = position.size, position.price
        long = short = size * price if size >= 0 else abs(size * (cap - price))
        if include_orders:
            buy, sell = position.buy, position.sell
            if buy:
                long += buy * (position.buy_notional // buy)
            if sell:
                short += sell * (cap - position.sell_notional // sell)
        scale = self.position_scale
        return -(-max(long, short) * scale.divisor // scale.multiplier)
