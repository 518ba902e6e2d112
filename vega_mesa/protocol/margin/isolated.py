"""Isolated margin: a party locks a share of its notional per position instead of sharing its account (0019-MCAL).

Pure computations; the market moves the money. All amounts in asset decimals; a fill is ``(size, price)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Final

from vega_mesa.protocol.arithmetic import (
    DIVISION_PLACES,
    EXACT,
    ONE,
    ZERO,
    Factor,
    Scale,
    divide,
    format_decimal,
    truncate,
)
from vega_mesa.protocol.matching.order import BUY, Order, OrderStatus, Side
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk.models import RiskFactors

Fill = tuple[int, int]  # size, price

WORD: Final = 2**256  # unsigned integers wrap at this size
_SIXTEEN_DIGITS: Final = 10**DIVISION_PLACES
NOT_ON_FULLY_COLLATERALISED: Final = "isolated margin not permitted on fully collateralised markets"
INSUFFICIENT_GENERAL: Final = "insufficient balance in general account to cover for required order margin"
BELOW_INITIAL: Final = "required position margin must be greater than initial margin"


class Effect(Enum):
    """What trades do to the open volume."""

    INCREASE = "increase"
    DECREASE = "decrease"
    FLIP = "flip"


# --- switching


def minimum_factor(risk_factors: RiskFactors, linear_slippage: Decimal) -> Decimal:
    """The margin factor that must be exceeded."""
    return EXACT.add(risk_factors.largest, linear_slippage)


def maximum_leverage(risk_factors: RiskFactors, linear_slippage: Decimal) -> Decimal:
    """One over :func:`minimum_factor`, 16 digits; 0 if that is 0."""
    least = minimum_factor(risk_factors, linear_slippage)
    return divide(ONE, least) if least else ZERO


def check_factor(
    factor: Decimal, risk_factors: RiskFactors, linear_slippage: Decimal, fully_collateralised: bool = False
) -> None:
    """The first checks of a switch to isolated margin.

    Raises:
        Refused: the factor is too small (the text has all values), or the market is fully collateralised.
    """
    if factor <= minimum_factor(risk_factors, linear_slippage):
        long, short = format_decimal(risk_factors.long.decimal), format_decimal(risk_factors.short.decimal)
        raise Refused(
            f"margin factor ({format_decimal(factor)}) must be greater than max(riskFactorLong ({long}), "
            f"riskFactorShort ({short})) + linearSlippageFactor ({format_decimal(linear_slippage)})"
        )
    if fully_collateralised:
        raise Refused(NOT_ON_FULLY_COLLATERALISED)


class SwitchTarget:
    """Balances that a switch to isolated margin brings about: margin first, then order margin, each if different."""

    __slots__ = ("margin", "order_margin")

    def __init__(self, margin: int, order_margin: int) -> None:
        self.margin = margin
        self.order_margin = order_margin

    def __repr__(self) -> str:
        return f"SwitchTarget(margin={self.margin}, order_margin={self.order_margin})"


def check_switch(
    *,
    factor: Factor,
    size: int,
    average_entry_price: int,
    orders: Iterable[Order],
    initial_margin: int,
    margin: int,
    order_margin: int,
    general: int,
    position_scale: Scale,
) -> SwitchTarget:
    """Check a switch to isolated margin, or to another factor (03 §6.8.1).

    Args:
        factor: the new margin factor.
        size: signed open volume.
        average_entry_price: integer average of the position (03 §4.1).
        orders: the party's book orders; pegged and inactive ones do not count.
        initial_margin: of the open volume alone, at the observable price.
        margin, order_margin, general: balances now.
        position_scale: ten to the position decimals.

    Raises:
        Refused: not enough money, or the position would have less than its initial margin.
    """
    for_position = _share(average_entry_price * abs(size), factor, position_scale)
    notional = sum(order.price * order.true_remaining for order in orders if _counts(order))
    for_orders = _share(notional, factor, position_scale)
    if EXACT.add(for_position, for_orders) - margin - order_margin > general:
        raise Refused(INSUFFICIENT_GENERAL)
    if for_position and for_position <= initial_margin:
        raise Refused(BELOW_INITIAL)
    return SwitchTarget(truncate(for_position), truncate(for_orders))


def _share(notional: int, factor: Factor, position_scale: Scale) -> Decimal:
    """``notional * factor / position factor``, the quotient rounded to 16 digits."""
    return divide(EXACT.multiply(Decimal(notional * position_scale.divisor), factor.decimal), position_scale.multiplier)


def _counts(order: Order) -> bool:
    """Whether an order needs order margin."""
    return order.peg is None and order.status is OrderStatus.ACTIVE


# --- levels


def order_margin_level(
    orders: Iterable[Order], size: int, factor: Factor, position_scale: Scale, auction_price: int | None = None
) -> int:
    """What a party's resting orders must hold (03 §6.8.2).

    Per side, best price first, the first ``abs(size)`` units against the position are free; the larger side counts.

    Args:
        orders: the party's book orders, in any order; pegged and inactive ones do not count.
        size: signed open volume.
        factor: the party's margin factor.
        position_scale: ten to the position decimals.
        auction_price: in an auction the larger of indicative price and mark: orders count at least at that; else None.
    """
    buys: list[Order] = []
    sells: list[Order] = []
    for order in orders:
        if _counts(order):
            (buys if order.side is BUY else sells).append(order)
    buys.sort(key=_price, reverse=True)
    sells.sort(key=_price)
    notional = max(
        _side_notional(buys, max(0, -size), auction_price or 0), _side_notional(sells, max(0, size), auction_price or 0)
    )
    return _truncated_share(notional, factor, position_scale)


def _price(order: Order) -> int:
    return order.price


def _side_notional(orders: Sequence[Order], free: int, least_price: int) -> int:
    """Notional of the volume beyond ``free``."""
    notional = 0
    for order in orders:
        volume = order.true_remaining
        if free:
            covered = min(free, volume)
            free -= covered
            volume -= covered
        notional += volume * max(order.price, least_price)
    return notional


def _truncated_share(notional: int, factor: Factor, position_scale: Scale) -> int:
    """``trunc(notional * factor / position factor)``, the quotient rounded to 16 digits before."""
    numerator = notional * factor.numerator * position_scale.divisor
    denominator = factor.scale * position_scale.multiplier
    if denominator <= _SIXTEEN_DIGITS:
        return numerator // denominator
    return (2 * numerator * _SIXTEEN_DIGITS + denominator) // (2 * denominator) // _SIXTEEN_DIGITS


# --- trades


def effect_of(old_size: int, side: Side, traded: int) -> Effect:
    """What a trade (or trades) of a party does to its open volume."""
    if old_size == 0 or (old_size > 0) == (side is BUY):
        return Effect.INCREASE
    return Effect.FLIP if traded > abs(old_size) else Effect.DECREASE


def trades_requirement(fills: Iterable[Fill], factor: Factor, position_scale: Scale) -> int:
    """``trunc(notional / position factor * factor)``: what these fills require as margin."""
    notional = sum(size * price for size, price in fills)
    return notional * position_scale.divisor * factor.numerator // (position_scale.multiplier * factor.scale)


def beyond(fills: Iterable[Fill], closed: int) -> list[Fill]:
    """The fills that remain after the first ``closed`` units: what a flip opens."""
    opened = []
    for size, price in fills:
        if closed >= size:
            closed -= size
        else:
            opened.append((size - closed, price))
            closed = 0
    return opened


def covers_trades(
    *,
    effect: Effect,
    requirement: int,
    maintenance: int,
    fees: int,
    margin: int,
    general: int,
    order_margin: int = 0,
) -> bool:
    """Whether an isolated party can have what its aggressive order would trade at once (03 §6.8.3).

    Order margin that an amended order has already counts if it suffices alone; otherwise the general account has to
    suffice, as for a new order (0019-MCAL-204).

    Args:
        effect: of the trades; a decrease needs nothing.
        requirement: :func:`trades_requirement`, on a flip of the fills :func:`beyond` the old position.
        maintenance: margin of the position after the trades.
        fees: that the party pays for the trades.
        margin, general: balances.
        order_margin: balance, for an amendment; 0 for a new order.
    """
    if effect is Effect.INCREASE:
        available, funds = max(general, order_margin), general + margin + order_margin
    else:
        available = funds = general + margin
    return requirement + margin >= maintenance and requirement <= available and requirement + fees <= funds


def release_on_decrease(
    old_size: int, fills: Sequence[Fill], mark_price: int, margin: int, position_scale: Scale
) -> int:
    """What fills that reduce a position release from margin to general.

    The same sign is used for longs and shorts. A negative balance wraps modulo 2**256, as unsigned integers do: the
    transfer of the enormous amount then takes all there is.

    Args:
        old_size: signed open volume before the fills.
        fills: size and price of each.
        mark_price: current mark price.
        margin: balance of the margin account.
        position_scale: ten to the position decimals.
    """
    traded = sum(size for size, _ in fills)
    if not traded or not old_size:
        return 0
    average = sum(size * price for size, price in fills) // traded
    volume = abs(old_size)
    difference = (average - mark_price) * volume * position_scale.divisor
    scaled = difference + margin * position_scale.multiplier
    balance = scaled // position_scale.multiplier if scaled >= 0 else -(-scaled // position_scale.multiplier)
    return balance % WORD * traded % WORD // volume
