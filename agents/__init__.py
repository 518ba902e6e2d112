"""Strategies, one a module: each says what it does, what it needs and which paper it follows."""

from vega_mesa.agents.avellaneda_stoikov import AvellanedaStoikovMarketMaker
from vega_mesa.agents.exponential_shape import ExponentialShapeMarketMaker
from vega_mesa.agents.informed_trader import InformedTrader
from vega_mesa.agents.limit_order_trader import LimitOrderTrader
from vega_mesa.agents.liquidity_provider import LiquidityProvider
from vega_mesa.agents.market_manager import MarketManager
from vega_mesa.agents.momentum_trader import MomentumTrader
from vega_mesa.agents.opening_auction_pair import OpeningAuctionPair
from vega_mesa.agents.policy_market_maker import PolicyMarketMaker
from vega_mesa.agents.random_market_order_trader import RandomMarketOrderTrader
from vega_mesa.agents.simple_agent import SimpleAgent

__all__ = [
    "AvellanedaStoikovMarketMaker",
    "ExponentialShapeMarketMaker",
    "InformedTrader",
    "LimitOrderTrader",
    "LiquidityProvider",
    "MarketManager",
    "MomentumTrader",
    "OpeningAuctionPair",
    "PolicyMarketMaker",
    "RandomMarketOrderTrader",
    "SimpleAgent",
]
