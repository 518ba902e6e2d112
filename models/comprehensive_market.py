"""Everybody on one market, and a price that nobody gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    InformedTrader,
    LimitOrderTrader,
    LiquidityProvider,
    MarketManager,
    MomentumTrader,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.chiarella_iori_trader import ChiarellaIoriTrader
from vega_mesa.agents.lux_marchesi_trader import LuxMarchesiTrader
from vega_mesa.agents.mean_reversion_trader import MeanReversionTrader
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.agents.risky_trader import RiskyTrader
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import change_terms, market_terms
from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.matching.order import Side
from vega_mesa.units import NANOSECONDS

if TYPE_CHECKING:
    import pandas as pd

LEVELS = 30  # prices on each side of the book that are remembered
_Level = tuple[int, str, float, float]


class ComprehensiveMarket(VegaModel):
    """Does a market with everybody in it look like a real one?

    A crowd that follows trend and majority or the value (Lux and Marchesi), expectations of three kinds (Chiarella and
    Iori), trend followers and their opposites, noise that makes and noise that takes, leveraged buyers, a trader who
    knows the value to come; makers and a liquidity provider who do not know it and quote around the price they see.
    Nobody sets the price: it is what trading makes of a quiet value. The answer, to be set beside
    that of a real market::

        stylised_facts(model.trade_table(), model.bar)  # of vega_mesa.experiments.stylised_facts

    Args:
        rng: seed.
        num_steps: length of the run.
        initial_price: of the value.
        volatility: of the value in a step, as a fraction.
        crowd: how many Lux-Marchesi traders.
        expecting_traders: how many Chiarella-Iori traders.
        momentum_traders: how many follow the trend.
        mean_reversion_traders: how many bet against it.
        noise_traders: how many send market orders at random.
        limit_order_traders: how many leave limit orders at random.
        informed_traders: how many see the value to come.
        risky_traders: how many are leveraged, and come back with fresh money when they were closed out.
        makers: how many quote a curve around the middle of the book.
        lean: how far a maker's curve moves against each lot that it holds, as a fraction of the price.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 300,
        initial_price: float = 60_000.0,
        volatility: float = 0.0005,
        crowd: int = 20,
        expecting_traders: int = 5,
        momentum_traders: int = 3,
        mean_reversion_traders: int = 2,
        noise_traders: int = 4,
        limit_order_traders: int = 4,
        informed_traders: int = 1,
        risky_traders: int = 2,
        makers: int = 2,
        lean: float = 0.0003,
        market: Path | None = None,
        blocks_per_step: int = 1,
        block_duration: float = 1.0,
        transactions_per_block: int = 1,
        ordering: Literal["arrival", "shuffle", "vega"] = "arrival",
        network_parameters: Mapping[str, str] | None = None,
        extra_agents: AgentMaker | Iterable[AgentMaker] = (),
    ) -> None:
        super().__init__(
            rng=rng,
            num_steps=num_steps,
            blocks_per_step=blocks_per_step,
            block_duration=block_duration,
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            network_parameters=network_parameters,
            extra_agents=extra_agents,
        )
        self.trades: list[tuple[float, float, float]] = []  # time in seconds since the first block, price, size
        self.book_levels: list[_Level] = []
        self._watch_trades()
        self.prices = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        manager = MarketManager(self, terms=market_terms(market), prices=self.prices)
        change_terms(manager, price_monitoring=())
        OpeningAuctionPair(self, price=initial_price)
        for _ in range(makers):
            ExponentialShapeMarketMaker(self, lean=lean, levels=8, size=0.3)
        LiquidityProvider(self, half_spread=0.001)
        for _ in range(crowd):
            LuxMarchesiTrader(self, prices=self.prices)
        for _ in range(expecting_traders):
            ChiarellaIoriTrader(self, prices=self.prices)
        for _ in range(momentum_traders):
            MomentumTrader(self)
        for _ in range(mean_reversion_traders):
            MeanReversionTrader(self)
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.3, sell_intensity=0.3)
        for _ in range(limit_order_traders):
            LimitOrderTrader(self, life=20 * blocks_per_step * block_duration)
        for _ in range(informed_traders):
            InformedTrader(self, prices=self.prices, edge=0.0015, foresight=10)
        for _ in range(risky_traders):
            RiskyTrader(self, again=True)

    # -- running ---------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """A step, and the book after it."""
        super().step()
        if not self.finished:
            self._look_at_book()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._watch_trades()

    def _watch_trades(self) -> None:
        self.exchange.bus.subscribe(TradeHappened, self._on_trade)

    def _on_trade(self, event: TradeHappened) -> None:
        market, trade = self.market, event.trade
        if market is not None and trade.market == market.id:
            units = self.units_of(market)
            seconds = (trade.timestamp - self.chain.genesis.time) / NANOSECONDS
            self.trades.append((seconds, units.shown_price(trade.price), units.shown_size(trade.size)))

    def _look_at_book(self) -> None:
        market = self.market
        if market is None:
            return
        bid, ask = market.book.best_bid(), market.book.best_ask()
        if not bid or not ask:
            return
        middle, units = (bid + ask) / 2, self.units_of(market)
        for side, name in ((Side.BUY, "buy"), (Side.SELL, "sell")):
            for _, (price, volume, _) in zip(range(LEVELS), market.book.levels(side), strict=False):
                level = (self.step_count, name, abs(price - middle) / middle, units.shown_size(volume))
                self.book_levels.append(level)

    # -- results ---------------------------------------------------------------------------------------------------

    def trade_table(self) -> pd.DataFrame:
        """All trades: ``time`` in seconds since the first block, ``price``, ``size``."""
        import pandas as pd

        return pd.DataFrame(self.trades, columns=["time", "price", "size"])

    def level_table(self) -> pd.DataFrame:
        """The book after each step: ``step``, ``side``, ``distance`` from the middle as a fraction, ``volume``."""
        import pandas as pd

        return pd.DataFrame(self.book_levels, columns=["step", "side", "distance", "volume"])

    @property
    def bar(self) -> float:
        """Length of a step, seconds."""
        return self.blocks_per_step * self.chain.genesis.block_duration / NANOSECONDS
