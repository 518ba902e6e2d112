"""Liquidity provision: commitments, service levels, target stake, liquidity fees (0042-LIQF, 0044-LIME, 0041-TSTK)."""

from vega_mesa.protocol.liquidity.distribution import Receipt
from vega_mesa.protocol.liquidity.engine import LiquidityEngine
from vega_mesa.protocol.liquidity.market_data import (
    LiquidityProviderFeeShare,
    LiquidityProviderSLA,
    fee_shares,
    service_levels,
)
from vega_mesa.protocol.liquidity.market_view import FactorPair, LiquidityPool, MarketView, ProbabilityModel
from vega_mesa.protocol.liquidity.provision import Provision, ProvisionStatus

__all__ = [
    "FactorPair", "LiquidityEngine", "LiquidityPool", "LiquidityProviderFeeShare", "LiquidityProviderSLA", "MarketView",
    "ProbabilityModel", "Provision", "ProvisionStatus", "Receipt", "fee_shares", "service_levels",
]  # fmt: skip
