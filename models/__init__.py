"""Whole experiments, one a module: each is a class that names the question it answers."""

from typing import Final

from vega_mesa.model import VegaModel
from vega_mesa.models.competing_market_makers import CompetingMarketMakers
from vega_mesa.models.comprehensive_market import ComprehensiveMarket
from vega_mesa.models.curve_market_maker import CurveMarketMaker
from vega_mesa.models.fuzzed_markets import FuzzedMarkets
from vega_mesa.models.hedged_market_maker import HedgedMarketMaker
from vega_mesa.models.historic import Historic
from vega_mesa.models.ideal_market_maker import IdealMarketMaker
from vega_mesa.models.ideal_market_maker_v2 import IdealMarketMakerV2
from vega_mesa.models.liquidations import Liquidations
from vega_mesa.models.liquidity_provision import LiquidityProvision
from vega_mesa.models.market_crash import MarketCrash
from vega_mesa.models.multi_market_load import MultiMarketLoad
from vega_mesa.models.parameter_experiment import ParameterExperiment
from vega_mesa.models.sla import Sla

MODELS: Final[dict[str, type[VegaModel]]] = {
    "ideal_market_maker": IdealMarketMaker,
    "ideal_market_maker_v2": IdealMarketMakerV2,
    "curve_market_maker": CurveMarketMaker,
    "competing_market_makers": CompetingMarketMakers,
    "hedged_market_maker": HedgedMarketMaker,
    "historic": Historic,
    "comprehensive_market": ComprehensiveMarket,
    "market_crash": MarketCrash,
    "liquidations": Liquidations,
    "liquidity_provision": LiquidityProvision,
    "sla": Sla,
    "parameter_experiment": ParameterExperiment,
    "multi_market_load": MultiMarketLoad,
    "fuzzed_markets": FuzzedMarkets,
}

__all__ = [
    "MODELS",
    "CompetingMarketMakers",
    "ComprehensiveMarket",
    "CurveMarketMaker",
    "FuzzedMarkets",
    "HedgedMarketMaker",
    "Historic",
    "IdealMarketMaker",
    "IdealMarketMakerV2",
    "Liquidations",
    "LiquidityProvision",
    "MarketCrash",
    "MultiMarketLoad",
    "ParameterExperiment",
    "Sla",
]
