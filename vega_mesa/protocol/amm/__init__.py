"""Automated market makers of futures and perpetuals (0090-VAMM).

``curves`` and ``pool`` are the mathematics of one market maker, ``expansion`` shows it as limit orders, ``liquidity``
is what the book trades with, ``rebasing`` brings a newcomer to the market's price, ``engine`` keeps the list. The order
of work within a market is in :mod:`vega_mesa.protocol.markets.market_making`.
"""

from vega_mesa.protocol.amm.engine import MarketMakers
from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.amm.pool import Pool, PoolReason, PoolStatus, PoolTerms, pool_party

__all__ = ["AMMParameters", "MarketMakers", "Pool", "PoolReason", "PoolStatus", "PoolTerms", "pool_party"]
