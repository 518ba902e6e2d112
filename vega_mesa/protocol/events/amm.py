"""Automated market makers (0090-VAMM)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFigures:
    """One side of a market maker: virtual liquidity and the position that it would have at its bound."""

    virtual_liquidity: Decimal
    theoretical_position: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AMMUpdated(Event):
    """A market maker as it stands now. Amounts in asset decimals, prices in market decimals.

    ``base`` is 0 while the market maker waits for its data source. The curves are missing from a market maker that
    waits or that was rejected.
    """

    id: str
    party: str  # the owner
    market: str
    amm_party: str
    commitment_amount: int
    base: int
    lower_bound: int | None
    upper_bound: int | None
    leverage_at_lower_bound: Decimal | None
    leverage_at_upper_bound: Decimal | None
    data_source_id: str | None
    status: str  # STATUS_ACTIVE, STATUS_PENDING, STATUS_REDUCE_ONLY, STATUS_CANCELLED, STATUS_STOPPED, STATUS_REJECTED
    status_reason: str
    proposed_fee: Decimal
    minimum_price_change_trigger: Decimal
    lower_curve: CurveFigures | None
    upper_curve: CurveFigures | None
