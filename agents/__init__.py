"""Strategies, one a module: each says what it does, what it needs and which paper it follows."""

from vega_mesa.agents.arbitrage_liquidity_provider import ArbitrageLiquidityProvider
from vega_mesa.agents.auction_uncrosser import AuctionUncrosser
from vega_mesa.agents.automated_market_maker import AutomatedMarketMakerUser
from vega_mesa.agents.automated_purchase_manager import AutomatedPurchaseManager
from vega_mesa.agents.avellaneda_stoikov import AvellanedaStoikovMarketMaker
from vega_mesa.agents.background_market import BackgroundMarket, MarketRegime, MultiRegimeBackgroundMarket
from vega_mesa.agents.chiarella_iori_trader import ChiarellaIoriTrader
from vega_mesa.agents.delay_checker import TransactionDelayChecker
from vega_mesa.agents.exponential_shape import ExponentialShapeMarketMaker
from vega_mesa.agents.fuzzer import FuzzingAgent
from vega_mesa.agents.hedged_market_maker import HedgedMarketMaker
from vega_mesa.agents.informed_trader import InformedTrader
from vega_mesa.agents.key_funder import KeyFunder
from vega_mesa.agents.limit_order_trader import LimitOrderTrader
from vega_mesa.agents.liquidity_provider import LiquidityProvider
from vega_mesa.agents.lux_marchesi_trader import LuxMarchesiTrader
from vega_mesa.agents.market_manager import MarketManager
from vega_mesa.agents.mean_reversion_trader import MeanReversionTrader
from vega_mesa.agents.momentum_trader import MomentumTrader
from vega_mesa.agents.network_parameter_manager import NetworkParameterManager
from vega_mesa.agents.opening_auction_pair import OpeningAuctionPair
from vega_mesa.agents.policy_market_maker import PolicyMarketMaker
from vega_mesa.agents.price_sensitive_traders import PriceSensitiveLimitOrderTrader, PriceSensitiveMarketOrderTrader
from vega_mesa.agents.programme_managers import (
    DiscountProgrammeManager,
    RebateProgrammeManager,
    ReferralProgrammeManager,
)
from vega_mesa.agents.random_market_order_trader import RandomMarketOrderTrader
from vega_mesa.agents.reward_funder import RewardFunder
from vega_mesa.agents.risky_trader import RiskyTrader
from vega_mesa.agents.shaped_market_maker import ShapedMarketMaker
from vega_mesa.agents.simple_agent import SimpleAgent
from vega_mesa.agents.simple_liquidity_providers import SimpleLiquidityProvider, UniformLiquidityProvider
from vega_mesa.agents.snitch import Snitch
from vega_mesa.agents.technical_trader import TechnicalTrader
from vega_mesa.agents.touch_market_maker import TouchMarketMaker

__all__ = [
    "ArbitrageLiquidityProvider",
    "AuctionUncrosser",
    "AutomatedMarketMakerUser",
    "AutomatedPurchaseManager",
    "AvellanedaStoikovMarketMaker",
    "BackgroundMarket",
    "ChiarellaIoriTrader",
    "DiscountProgrammeManager",
    "ExponentialShapeMarketMaker",
    "FuzzingAgent",
    "HedgedMarketMaker",
    "InformedTrader",
    "KeyFunder",
    "LimitOrderTrader",
    "LiquidityProvider",
    "LuxMarchesiTrader",
    "MarketManager",
    "MarketRegime",
    "MeanReversionTrader",
    "MomentumTrader",
    "MultiRegimeBackgroundMarket",
    "NetworkParameterManager",
    "OpeningAuctionPair",
    "PolicyMarketMaker",
    "PriceSensitiveLimitOrderTrader",
    "PriceSensitiveMarketOrderTrader",
    "RandomMarketOrderTrader",
    "RebateProgrammeManager",
    "ReferralProgrammeManager",
    "RewardFunder",
    "RiskyTrader",
    "ShapedMarketMaker",
    "SimpleAgent",
    "SimpleLiquidityProvider",
    "Snitch",
    "TechnicalTrader",
    "TouchMarketMaker",
    "TransactionDelayChecker",
    "UniformLiquidityProvider",
]
