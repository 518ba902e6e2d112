"""What a liquidity provider sends (0038-OLIQ, 0044-LIME). Amounts in asset decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProvisionSubmission:
    """Commit an amount to a market, and bid for a fee factor."""

    market_id: str
    commitment_amount: int
    fee: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProvisionAmendment:
    """Change a commitment from the next epoch on; None means unchanged."""

    market_id: str
    commitment_amount: int | None = None
    fee: Decimal | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProvisionCancellation:
    """Give a commitment up at the end of the epoch."""

    market_id: str
