"""A market full of borrowed money, and a price that falls at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    LimitOrderTrader,
    MarketManager,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.price_processes import GeometricRandomWalk, PriceProcess
from vega_mesa.agents.risky_trader import RiskyTrader
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.casualties import Casualties
from vega_mesa.models.terms import change_terms, market_terms
from vega_mesa.reporters import insurance_pool


class CrashingPrices(PriceProcess):
    """Another process that loses a fraction of its price, evenly over some steps, and keeps that loss.

    Args:
        calm: the process without the crash.
        at: step in which the fall begins.
        fall: what is lost in all, as a fraction of the price.
        duration: how many steps it takes, 1 or more.
    """

    def __init__(self, calm: PriceProcess, at: int, fall: float, duration: int = 1) -> None:
        super().__init__(calm.price(0))
        if not 0 <= fall < 1:
            raise ConfigError("fall", fall, "a fraction, 0 or more, less than 1")
        if duration < 1:
            raise ConfigError("duration", duration, "1 step or more")
        self.calm = calm
        self.at = at
        self.fall = fall
        self.duration = duration

    def draw(self, steps: int) -> Iterable[float]:
        """Take the other's prices, less what has been lost by then."""
        first = len(self._path)
        for step in range(first, first + steps):
            done = min(1.0, max(0.0, (step - self.at + 1) / self.duration))
            yield self.calm.price(step) * (1 - self.fall * done)


class MarketCrash(VegaModel):
    """Who pays when the price falls at once and half of the market is leveraged?

    Leveraged buyers hold what they could borrow for, a few sellers the other side, a maker and noise traders keep the
    market going. Then the price falls. Buyers are closed out; what they lose beyond their money the insurance pool pays
    and, once that is empty, whoever won: losses are socialised (0012-POSR, 0015-INSR).

    Args:
        rng: seed.
        num_steps: length of the run.
        crash_at: step in which the price begins to fall; None for the middle of the run.
        fall: how much it loses, as a fraction.
        duration: how many steps the fall takes.
        buyers: how many are long and leveraged.
        sellers: how many are short.
        leverage: value of the boldest buyer's position in multiples of its money.
        lowest_leverage: that of the most careful one; those between in equal steps. Sellers all have this one.
        funds: of each buyer and seller.
        maker_funds: of the market maker.
        noise_traders: how many send market orders at random.
        limit_order_traders: how many leave limit orders at random, of which some trade at once.
        initial_price: of the outside price.
        volatility: of the outside price in a step before and after the crash, as a fraction.
        price_monitoring: whether the market's own triggers may stop the fall by an auction.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    MEASURES: ClassVar[Mapping[str, str]] = {
        "profit": "profit_",
        "closed out": "closed_out",
        "insurance pool": "insurance_",
        "loss socialised": "loss_socialised",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 120,
        crash_at: int | None = None,
        fall: float = 0.2,
        duration: int = 30,
        buyers: int = 12,
        sellers: int = 4,
        leverage: float = 15.0,
        lowest_leverage: float = 3.0,
        funds: float = 10_000.0,
        maker_funds: float = 10_000_000.0,
        noise_traders: int = 5,
        limit_order_traders: int = 3,
        initial_price: float = 60_000.0,
        volatility: float = 0.0005,
        price_monitoring: bool = False,
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
        self.crash_at = num_steps // 2 if crash_at is None else crash_at
        self.casualties = Casualties()
        self.casualties.attach(self.exchange.bus)
        self.pools: list[float] = []  # the insurance pool after each step, before the market settles
        calm = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        self.prices = CrashingPrices(calm, self.crash_at, fall, duration)
        manager = MarketManager(self, terms=market_terms(market), prices=self.prices)
        if not price_monitoring:
            change_terms(manager, price_monitoring=())
        OpeningAuctionPair(self, price=initial_price)
        ExponentialShapeMarketMaker(self, prices=self.prices, size=1.0, commitment=100_000, funds=maker_funds)
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5)
        for _ in range(limit_order_traders):
            LimitOrderTrader(self, prices=self.prices, life=10 * blocks_per_step * block_duration)
        for number in range(buyers):
            place = number / max(1, buyers - 1)
            bold = lowest_leverage + place * (leverage - lowest_leverage)
            RiskyTrader(self, side="buy", leverage=bold, greed=1.0, funds=funds, key=f"buyer-{number + 1}")
        for number in range(sellers):
            RiskyTrader(self, side="sell", leverage=lowest_leverage, greed=1.0, funds=funds, key=f"seller-{number + 1}")

    def step(self) -> None:
        """A step, and what is in the insurance pool after it."""
        if self.finished:
            return
        self.casualties.step = self.step_count
        super().step()
        if not self.finished:
            self.pools.append(insurance_pool(self))

    def finalise(self) -> None:
        """The end: the market settles, which empties its insurance pool."""
        if not self.finished:
            self.initialise()
            self.pools.append(insurance_pool(self))
        super().finalise()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.casualties.attach(self.exchange.bus)

    def summary(self) -> dict[str, Any]:
        """As of every model; who was closed out, the largest and the last insurance pool, what winners did not get."""
        row = super().summary()
        sides = {"buyers": "buyer-", "sellers": "seller-"}
        parties = [casualty.party for casualty in self.casualties.closed_out]
        profits = {
            side: self.profit_of(agent for key, agent in self._keys.items() if key.startswith(stem))
            for side, stem in sides.items()
        }
        lost = {f"closed_out_{side}": sum(key.startswith(stem) for key in parties) for side, stem in sides.items()}
        socialised = self.casualties.socialised
        return (
            row
            | lost
            | {
                "closed_out": len(parties),
                "profit_buyers": profits["buyers"],
                "profit_sellers": profits["sellers"],
                "insurance_highest": max(self.pools, default=0.0),
                "insurance_before_the_end": self.pools[-1] if self.pools else 0.0,
                "loss_socialised": 0.0 if self.market is None else self.units_of(self.market).shown_amount(socialised),
            }
        )
