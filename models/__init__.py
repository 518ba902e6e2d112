"""Whole experiments, one a module: each is a class that names the question it answers."""

from typing import Final

from vega_mesa.model import VegaModel
from vega_mesa.models.curve_market_maker import CurveMarketMaker
from vega_mesa.models.historic import Historic
from vega_mesa.models.ideal_market_maker import IdealMarketMaker
from vega_mesa.models.liquidity_provision import LiquidityProvision

MODELS: Final[dict[str, type[VegaModel]]] = {
    "ideal_market_maker": IdealMarketMaker,
    "curve_market_maker": CurveMarketMaker,
    "historic": Historic,
    "liquidity_provision": LiquidityProvision,
}

__all__ = ["MODELS", "CurveMarketMaker", "Historic", "IdealMarketMaker", "LiquidityProvision"]
