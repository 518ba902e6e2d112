"""Liquidity commitments, and what providers are paid (0044-LIME, 0042-LIQF)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProvisionUpdated(Event):
    """A commitment as it stands now, asset decimals."""

    id: str
    market: str
    party: str
    created_at: int
    updated_at: int
    commitment_amount: int
    fee: Decimal
    reference: str
    version: int
    status: str  # STATUS_PENDING, STATUS_ACTIVE, STATUS_CANCELLED, STATUS_REJECTED or STATUS_STOPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidLiquidityFeesStats(Event):
    """Liquidity fees allocated to providers in the epoch that ends, asset decimals, ascending by party."""

    market: str
    asset: str
    epoch: int
    total: int
    by_party: tuple[tuple[str, int], ...]
