"""One side of an automated market maker: the curve that ties its position to its price (0090-VAMM; 05 §4.5 to 4.8).

Prices are integers in asset decimals, positions integers in position decimals. Between its two prices a curve behaves
like a constant-product market maker with virtual liquidity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.amm.fixed_point import ONE as UNIT
from vega_mesa.protocol.amm.fixed_point import divide as divide_fixed
from vega_mesa.protocol.amm.fixed_point import square_root, truncated
from vega_mesa.protocol.arithmetic import ONE, Scale, divide, exact

_SQUARE: Final = UNIT * UNIT


class Curve:
    """The curve between a bound and the base price; empty when the side has no bound.

    ``position_at_bound`` and ``liquidity`` are the integers of the protocol's theoretical position and virtual
    liquidity, scaled by ``scale`` and by ``scale * 10**16``.

    Args:
        is_lower: whether this is the side below the base, where positions are long.
        low: lower price.
        high: upper price; equal to ``low`` on an empty curve.
        volume: the theoretical position at the bound in whole contracts, times 10**16.
        unit_liquidity: liquidity of one unit of position, times 10**16.
        position_scale: the market's position factor.
    """

    __slots__ = (
        "is_lower", "low", "high", "position_at_bound", "liquidity", "scale", "shrink", "sqrt_high", "whole_position",
        "_offset",
    )  # fmt: skip

    def __init__(
        self, is_lower: bool, low: int, high: int, volume: int, unit_liquidity: int, position_scale: Scale
    ) -> None:
        self.is_lower = is_lower
        self.low = low
        self.high = high
        self.shrink = position_scale.divisor
        self.scale = UNIT * self.shrink
        self.position_at_bound = volume * position_scale.multiplier
        self.liquidity = self.position_at_bound * unit_liquidity
        self.sqrt_high = square_root(high)
        self.whole_position = self.position_at_bound // self.scale
        # L / sqrt(high), the constant part of x in the formula of trade prices, at the scale of positions
        self._offset = divide_fixed(self.liquidity, self.shrink * self.sqrt_high) * self.shrink if self.liquidity else 0

    @property
    def is_empty(self) -> bool:
        """A side without a bound: it never trades."""
        return self.low == self.high

    @property
    @exact
    def theoretical_position(self) -> Decimal:
        """The position at the bound, not negative."""
        return Decimal(self.position_at_bound).scaleb(-16) / self.shrink

    @property
    @exact
    def virtual_liquidity(self) -> Decimal:
        """What the curve multiplies: the larger, the less a trade moves the price."""
        return Decimal(self.liquidity).scaleb(-32) / self.shrink

    def position_at(self, price: int) -> int:
        """The signed position that a market maker has at a price between the curve's ends."""
        if self.liquidity == 0:
            return 0
        root = square_root(price)
        traded = divide_fixed((self.sqrt_high - root) * self.liquidity, self.shrink * self.sqrt_high * root)
        if self.is_lower:
            return truncated(traded, UNIT)
        return -truncated(self.position_at_bound - traded * self.shrink, self.scale)

    def price_below(self, price: int) -> int:
        """The price one unit of volume below a price, rounded down."""
        root = square_root(price)
        moved = divide_fixed(self.liquidity * root, self.liquidity + root * self.scale)
        return moved * moved // _SQUARE

    def price_above(self, price: int) -> int:
        """The price one unit of volume above a price, rounded up; the upper end if the curve holds no unit more."""
        root = square_root(price)
        rest = self.liquidity - root * self.scale
        if rest == 0:
            return self.high
        moved = divide_fixed(self.liquidity * root, rest)
        return -(-moved * moved // _SQUARE)

    def fair_price(self, position: int) -> int:
        """The price at which a market maker with a position on this curve would rest, rounded away from the base."""
        if self.liquidity == 0:
            return self.high if self.is_lower else self.low
        held = position * self.scale
        if not self.is_lower:
            held += self.position_at_bound
        inner = divide_fixed(held * self.sqrt_high * UNIT, self.liquidity)
        root = divide_fixed(self.sqrt_high * UNIT, inner + UNIT)
        return root * root // _SQUARE if self.is_lower else -(-root * root // _SQUARE)

    def trade_price(self, position: int, fair_price: int, volume: int) -> int:
        """The average price of a trade, rounded down whoever buys.

        Args:
            position: before the trade.
            fair_price: at that position.
            volume: positive if the market maker sells it, negative if it buys.
        """
        x = position * self.scale + self._offset
        if not self.is_lower:
            x += self.position_at_bound
        y = self.liquidity * square_root(fair_price)
        unit = self.scale * UNIT
        rest = x - volume * self.scale
        if rest == 0 or volume == 0:
            return fair_price
        moved = divide_fixed(x * y, rest * unit)
        return abs(divide_fixed(moved * unit - y, volume * unit)) // UNIT


@exact
def build_curve(
    *,
    is_lower: bool,
    low: int,
    high: int,
    commitment: int,
    risk_factor: Decimal,
    initial_margin: Decimal,
    slippage: Decimal,
    leverage: Decimal | None,
    position_scale: Scale,
) -> Curve | None:
    """The curve that a commitment pays for between two prices.

    Args:
        is_lower: below the base (long positions) or above it.
        low: lower price, asset decimals.
        high: upper price, asset decimals, above ``low``.
        commitment: asset decimals.
        risk_factor: of long exposure below the base, of short exposure above.
        initial_margin: the scaling factor of the initial margin level.
        slippage: the market's linear slippage factor.
        leverage: upper limit of position value over commitment, None for what the margin allows.

    Returns:
        The curve; None if a formula has no value (a bound at 0).
    """
    sqrt_low, sqrt_high = _root(low), _root(high)
    factor = divide(1, initial_margin * (risk_factor + slippage))
    if leverage is not None:
        factor = min(factor, leverage)
    unit_liquidity = divide(sqrt_high * sqrt_low, sqrt_high - sqrt_low)
    average_entry = (ONE - divide(unit_liquidity, unit_liquidity + sqrt_high)) * unit_liquidity * sqrt_high
    if is_lower:
        value = low * (ONE - factor) + average_entry * factor
    else:
        value = high * (ONE + factor) - average_entry * factor
    if value == 0:
        return None
    volume = divide(commitment * factor, value)
    if not is_lower:
        volume = abs(volume)
    return Curve(is_lower, low, high, int(volume.scaleb(16)), int(unit_liquidity.scaleb(16)), position_scale)


def empty_curve(is_lower: bool, base: int, position_scale: Scale) -> Curve:
    """The curve of a side without a bound."""
    return Curve(is_lower, base, base, 0, 0, position_scale)


def _root(value: int) -> Decimal:
    return Decimal(square_root(value)).scaleb(-16)
