"""Isolated margin: a party locks a share of its notional per position instead of sharing its account (0019-MCAL).

Pure computations; the market moves the money. All amounts in asset decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from vega_mesa.protocol.arithmetic import Factor, Scale
from vega_mesa.protocol.matching.order import Order
from vega_mesa.protocol.risk.models import RiskFactors

Fill = tuple[int, int]  # size, price


def minimum_factor(risk_factors: RiskFactors, linear_slippage: Decimal) -> Decimal:
    """The margin factor that must be exceeded."""
    raise NotImplementedError


def maximum_leverage(risk_factors: RiskFactors, linear_slippage: Decimal) -> Decimal:
    """One over :func:`minimum_factor`, 16 digits."""
    raise NotImplementedError


def check_factor(
    factor: Decimal, risk_factors: RiskFactors, linear_slippage: Decimal, fully_collateralised: bool = False
) -> None:
    """The first check of a switch to isolated margin; Refused with all values in the text."""


class SwitchTarget:
    """Balances that a switch to isolated margin brings about."""

    __slots__ = ("margin", "order_margin")

    def __init__(self, margin: int, order_margin: int) -> None:
        self.margin = margin
        self.order_margin = order_margin


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
    """Check a switch to isolated margin, or to another factor (03 §6.8.1); Refused if it cannot be."""
    raise NotImplementedError


def order_margin_level(
    orders: Iterable[Order], size: int, factor: Factor, position_scale: Scale, auction_price: int | None = None
) -> int:
    """The order margin level (03 §6.8.2) of a party's book orders, in any order."""
    raise NotImplementedError


def fill_requirement(size: int, price: int, factor: Factor, position_scale: Scale) -> int:
    """What a passive fill that increases a position moves from order margin to margin."""
    raise NotImplementedError


def trades_requirement(trades: Iterable[Fill], factor: Factor, position_scale: Scale) -> int:
    """What trades require as margin."""
    raise NotImplementedError


def release_on_decrease(
    old_size: int, trades: Sequence[Fill], mark_price: int, margin: int, position_scale: Scale
) -> int:
    """What trades that reduce a position release; wraps modulo 2**256 when negative (then all is released)."""
    raise NotImplementedError
