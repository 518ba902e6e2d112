"""What owners of automated market makers send (0090-VAMM). Amounts in asset decimals, prices in market decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class AMMCancelMethod(StrEnum):
    """How a market maker ends: at once, leaving its margin behind, or when its position has gone."""

    UNSPECIFIED = "METHOD_UNSPECIFIED"
    IMMEDIATE = "METHOD_IMMEDIATE"
    REDUCE_ONLY = "METHOD_REDUCE_ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentratedLiquidityParameters:
    """Where a market maker trades: below the base price it buys down to the lower bound, above it sells.

    A side without a bound has no liquidity. The leverages say how many times the commitment may be held as a position
    at a bound, if the margin allows it. With a data source the base price follows that source's prices.
    """

    base: int | None = None
    lower_bound: int | None = None
    upper_bound: int | None = None
    leverage_at_lower_bound: Decimal | None = None
    leverage_at_upper_bound: Decimal | None = None
    data_source_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitAMM:
    """Start a market maker; it trades under a key of its own.

    Attributes:
        slippage_tolerance: how far from the best price it may trade to bring the market to its base price.
        proposed_fee: the liquidity fee factor that it bids.
        minimum_price_change_trigger: relative change of the data source's price below which the base stays.
    """

    market_id: str
    commitment_amount: int
    slippage_tolerance: Decimal
    concentrated_liquidity_parameters: ConcentratedLiquidityParameters
    proposed_fee: Decimal
    minimum_price_change_trigger: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendAMM:
    """Change a market maker; None means unchanged, the parameters are replaced all together or not at all."""

    market_id: str
    slippage_tolerance: Decimal
    commitment_amount: int | None = None
    concentrated_liquidity_parameters: ConcentratedLiquidityParameters | None = None
    proposed_fee: Decimal | None = None
    minimum_price_change_trigger: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAMM:
    """End a market maker."""

    market_id: str
    method: AMMCancelMethod
