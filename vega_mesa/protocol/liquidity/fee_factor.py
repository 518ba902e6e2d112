"""The liquidity fee factor that the providers' bids lead to (0042-LIQF)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from vega_mesa.protocol.arithmetic import ZERO, divide, exact
from vega_mesa.protocol.markets.definition import LiquidityFeeSettings

Bid = tuple[int, Decimal]  # commitment, fee factor


def marginal_cost(bids: Sequence[Bid], target_stake: int) -> Decimal:
    """The bid at which the commitments, cheapest first, reach the target; the highest bid if they never do.

    Spec: 0042-LIQF-001
    """
    running = 0
    fee = ZERO
    for commitment, fee in sorted(bids, key=_by_fee):  # noqa: B007
        running += commitment
        if running >= target_stake:
            break
    return fee


@exact
def weighted_average(bids: Sequence[Bid]) -> Decimal:
    """The mean of the bids, weighted by commitment.

    Spec: 0042-LIQF-056
    """
    total = sum(commitment for commitment, _ in bids)
    return divide(sum((commitment * fee for commitment, fee in bids), ZERO), total) if total else ZERO


def fee_factor(settings: LiquidityFeeSettings, bids: Sequence[Bid], target_stake: int, *, spot: bool) -> Decimal:
    """The factor by the market's method. A constant applies on futures only while somebody provides liquidity."""
    if settings.method == "METHOD_CONSTANT":
        return settings.constant if bids or spot else ZERO
    if not bids:
        return ZERO
    if settings.method == "METHOD_WEIGHTED_AVERAGE":
        return weighted_average(bids)
    return marginal_cost(bids, target_stake)


def _by_fee(bid: Bid) -> Decimal:
    return bid[1]
