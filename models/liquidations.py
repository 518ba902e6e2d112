"""Leveraged traders, some of whom are closed out, and a network that sells what it took from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from vega_mesa.agents import ExponentialShapeMarketMaker, MarketManager, OpeningAuctionPair, RandomMarketOrderTrader
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.agents.risky_trader import RiskyTrader
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.casualties import Casualties
from vega_mesa.models.terms import change_terms, market_terms
from vega_mesa.protocol.markets.definition import LiquidationStrategy
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.reporters import insurance_pool
from vega_mesa.units import decimal

KEY: Final = "leverage-"


class Liquidations(VegaModel):
    """At which leverage is a trader closed out, and how long does the network hold what it takes over?

    Traders with equal money take positions of rising leverage, half of them long and half short, in a price that walks
    at random. Who falls below the maintenance margin loses all to the insurance pool; the network disposes of the
    position by the market's liquidation strategy (0012-POSR).

    Args:
        rng: seed.
        num_steps: length of the run.
        traders: how many at each leverage.
        lowest_leverage: value of the most careful traders' positions, in multiples of their money.
        highest_leverage: that of the boldest; those between grow in proportion.
        leverages: how many different ones.
        funds: of each leveraged trader.
        initial_price: of the outside price.
        volatility: of the outside price in a step, as a fraction.
        disposal_time_step: seconds between two disposals of the network.
        disposal_fraction: of its position that it disposes of at a time, at most.
        full_disposal_size: position that it disposes of at once.
        max_fraction_consumed: of the volume on the book within the slippage range, that it takes at a time.
        disposal_slippage_range: how far from the middle it sells, as a fraction.
        maker_size: of the maker's quotes nearest to the middle.
        noise_traders: how many send market orders at random.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    MEASURES: ClassVar[Mapping[str, str]] = {
        "closed out, %": "closed_out_at_",
        "insurance pool": "insurance_before_the_end",
        "steps with a position of the network": "steps_held",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 200,
        traders: int = 4,
        lowest_leverage: float = 2.0,
        highest_leverage: float = 30.0,
        leverages: int = 4,
        funds: float = 10_000.0,
        initial_price: float = 60_000.0,
        volatility: float = 0.004,
        disposal_time_step: int = 1,
        disposal_fraction: float = 0.2,
        full_disposal_size: float = 0.01,
        max_fraction_consumed: float = 0.1,
        disposal_slippage_range: float = 0.03,
        maker_size: float = 1.0,
        noise_traders: int = 4,
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
        if traders < 1 or leverages < 1:
            raise ConfigError("traders", (traders, leverages), "1 or more, at 1 leverage or more")
        self.casualties = Casualties()
        self.casualties.attach(self.exchange.bus)
        self.steps_held = 0
        self.largest_held = 0.0
        self._pool = 0.0
        self.prices = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        manager = MarketManager(self, terms=market_terms(market), prices=self.prices)
        strategy = LiquidationStrategy(
            disposal_time_step=disposal_time_step,
            disposal_fraction=decimal(disposal_fraction, "disposal_fraction"),
            full_disposal_size=round(full_disposal_size * 10**manager.change.definition.position_decimal_places),
            max_fraction_consumed=decimal(max_fraction_consumed, "max_fraction_consumed"),
            disposal_slippage_range=decimal(disposal_slippage_range, "disposal_slippage_range"),
        )
        change_terms(manager, liquidation_strategy=strategy, price_monitoring=())
        OpeningAuctionPair(self, price=initial_price)
        ExponentialShapeMarketMaker(self, prices=self.prices, size=maker_size, commitment=100_000, funds=100_000_000)
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5)
        self.leverages = [
            round(lowest_leverage * (highest_leverage / lowest_leverage) ** (number / max(1, leverages - 1)), 1)
            for number in range(leverages)
        ]
        self._make_traders(traders, funds)

    def _make_traders(self, number: int, funds: float) -> None:
        """So many at each leverage, buyers and sellers in turn."""
        for leverage in self.leverages:
            for count in range(number):
                RiskyTrader(
                    self,
                    side="buy" if count % 2 == 0 else "sell",
                    leverage=leverage,
                    greed=1.0,
                    funds=funds,
                    key=f"{KEY}{leverage:g}-{count + 1}",
                )

    def step(self) -> None:
        """A step, and what the network holds after it."""
        if self.finished:
            return
        self.casualties.step = self.step_count
        super().step()
        if not self.finished:
            self._look()

    def finalise(self) -> None:
        """The end: the market settles, which empties its insurance pool."""
        if not self.finished:
            self._look()
        super().finalise()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.casualties.attach(self.exchange.bus)

    def closed_out(self) -> dict[float, float]:
        """Share of the traders of each leverage that were closed out."""
        parties = {casualty.party for casualty in self.casualties.closed_out}
        shares = {}
        for leverage in self.leverages:
            keys = [key for key in self._keys if key.startswith(f"{KEY}{leverage:g}-")]
            shares[leverage] = sum(key in parties for key in keys) / len(keys)
        return shares

    def summary(self) -> dict[str, Any]:
        """As of every model, with close-outs by leverage, and what the network held."""
        row = super().summary()
        row |= {f"closed_out_at_{leverage:g}": share for leverage, share in self.closed_out().items()}
        market, socialised = self.market, self.casualties.socialised
        return row | {
            "closed_out": len(self.casualties.closed_out),
            "insurance_before_the_end": self._pool,
            "steps_held": self.steps_held,
            "largest_held": self.largest_held,
            "loss_socialised": 0.0 if market is None else self.units_of(market).shown_amount(socialised),
        }

    def _look(self) -> None:
        market = self.market
        if market is None or market.has_ended:
            return
        self._pool = insurance_pool(self)
        held = abs(self.units_of(market).shown_size(market.open_volume(NETWORK)))
        self.steps_held += held > 0
        self.largest_held = max(self.largest_held, held)
