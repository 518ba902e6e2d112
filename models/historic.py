"""Real prices from a file, traded by agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    LimitOrderTrader,
    MarketManager,
    MomentumTrader,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.price_processes import GeometricRandomWalk, PriceProcess, RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms
from vega_mesa.price_files import read_prices
from vega_mesa.units import instant, to_datetime

if TYPE_CHECKING:
    import pandas as pd

HOUR: Final = 3600.0
ROWS: Final = 1000


class Historic(VegaModel):
    """What would these agents and these market parameters have made of prices that really happened?

    A maker quotes a curve around the recorded price, noise and trend followers trade, the last price settles the
    market. A step is a row of the file and lasts, in network time, as long as the rows are apart.

    Args:
        rng: seed.
        num_steps: length of the run.
        prices: CSV or Parquet with a timestamp and a close column; None for a made-up random walk, hour by hour.
        start: date of the first price; None for ``num_steps`` rows before the end, at least a thousand.
        levels: prices on each side of the maker's curve.
        half_spread: of the curve's innermost price, as a fraction.
        noise_traders: how many send market orders at random.
        limit_order_traders: how many leave limit orders at random.
        momentum_traders: how many follow the trend.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two rows.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 100,
        prices: Path | None = None,
        start: str | None = None,
        levels: int = 10,
        half_spread: float = 0.001,
        noise_traders: int = 5,
        limit_order_traders: int = 5,
        momentum_traders: int = 2,
        market: Path | None = None,
        blocks_per_step: int = 1,
        transactions_per_block: int = 1,
        ordering: Literal["arrival", "shuffle", "vega"] = "arrival",
        network_parameters: Mapping[str, str] | None = None,
        extra_agents: AgentMaker | Iterable[AgentMaker] = (),
    ) -> None:
        recorded = None if prices is None else read_prices(prices)
        super().__init__(
            rng=rng,
            num_steps=num_steps,
            blocks_per_step=blocks_per_step,
            block_duration=round(_spacing(recorded) / blocks_per_step, 3),
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            network_parameters=network_parameters,
            extra_agents=extra_agents,
        )
        self.prices: PriceProcess
        if recorded is None:
            self.prices = GeometricRandomWalk(60_000.0, 0.005, self.child_generator())
        else:
            self.prices = RecordedPrices(_window(recorded, start, num_steps))
        price = self.prices.price(0)
        lot = 10_000 / price  # sizes in money, so that they suit any price
        MarketManager(self, terms=market_terms(market), prices=self.prices)
        OpeningAuctionPair(self, price=price, size=lot)
        ExponentialShapeMarketMaker(
            self,
            prices=self.prices,
            levels=levels,
            half_spread=half_spread,
            spacing=half_spread,
            size=lot,
            commitment=100_000,
        )
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5, size=lot)
        for _ in range(limit_order_traders):
            LimitOrderTrader(self, prices=self.prices, size=lot, life=5 * _spacing(recorded), distance=0.005)
        for _ in range(momentum_traders):
            MomentumTrader(self, size=lot, limit=10 * lot)

    def is_over(self) -> bool:
        """The recorded prices have come to their end."""
        return isinstance(self.prices, RecordedPrices) and self.step_count >= len(self.prices) - 1


def _spacing(recorded: pd.Series | None) -> float:
    """Seconds between two rows, in the middle of all."""
    if recorded is None or len(recorded) < 2:
        return HOUR
    times = recorded.index.to_series()
    return max(1.0, float(times.diff().dt.total_seconds().median()))


def _window(recorded: pd.Series, start: str | None, steps: int) -> list[float]:
    """The prices of a run."""
    if start is None:
        return [float(price) for price in recorded.iloc[-max(ROWS, steps + 1) :]]
    chosen = recorded[recorded.index >= to_datetime(instant(start))]
    if len(chosen) < 2:
        last = recorded.index[-1].date().isoformat()
        raise ConfigError("start", start, f"a date with prices after it; the file ends on {last}")
    return [float(price) for price in chosen]
