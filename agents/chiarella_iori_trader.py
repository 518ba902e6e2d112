"""A trader that is part fundamentalist, part chartist, part noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vega_mesa.agents.checks import at_least, not_negative, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class ChiarellaIoriTrader(FundedTrader):
    """Expects a return from three parts, and leaves a limit order on the safe side of the price that it expects.

    C. Chiarella, G. Iori, A simulation analysis of the microstructure of double auction markets, Quantitative Finance 2
    (2002) 346-353. The expected return over its horizon is the weighted mean of the way back to the fundamental value,
    of the average past return, and of noise; an agent that expects a rise bids ``1 - markup`` of the price that it
    expects, one that expects a fall asks ``1 + markup`` of it. Weights are drawn once for each agent: half-normal in
    the fundamental and the noise, normal in the chartist's part, whose negative side are contrarians.

    Args:
        prices: the fundamental value; None for the market's first price.
        fundamentalist: scale of the weight of the fundamental value.
        chartist: scale of the weight of the past return.
        noise: scale of the weight of the noise.
        horizon: steps that it looks back and ahead, on average; longer for who weighs the fundamental more.
        reversion: steps in which it believes that the price returns to the fundamental value.
        volatility: of the noise in a step, as a fraction of the price.
        markup: largest distance of its order from the price that it expects, as a fraction; drawn evenly below it.
        size: of an order.
        limit: largest position, long or short.
        life: steps that an order rests.
        probability: of acting in a step.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess | None = None,
        fundamentalist: float = 1.0,
        chartist: float = 1.0,
        noise: float = 1.0,
        horizon: int = 20,
        reversion: float = 20.0,
        volatility: float = 0.001,
        markup: float = 0.005,
        size: float = 0.1,
        limit: float = 2.0,
        life: int = 20,
        probability: float = 0.5,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.prices = prices
        weights = [not_negative(*pair) for pair in (("fundamentalist", fundamentalist), ("noise", noise))]
        not_negative("chartist", chartist)
        self.fundamentalist = abs(self.random.gauss(0, weights[0]))
        self.chartist = self.random.gauss(0, chartist)
        self.noise = abs(self.random.gauss(0, weights[1]))
        fraction = (1 + self.fundamentalist) / (1 + abs(self.chartist))
        self.horizon = max(1, round(at_least("horizon", horizon, 1) * fraction))
        self.reversion = positive("reversion", reversion)
        self.volatility = not_negative("volatility", volatility)
        if not 0 <= markup < 1:
            raise ConfigError("markup", markup, "a fraction, 0 to less than 1")
        self.markup = self.random.uniform(0, markup)
        self.size = positive("size", size)
        self.limit = limit
        self.life = at_least("life", life, 1)
        self.probability = probability
        self.first: float | None = None
        self.seen: list[float] = []

    def step(self) -> None:
        """Look at the price, and perhaps leave an order."""
        acts = self.random.random() < self.probability
        noise = self.random.gauss(0, 1)
        if not self.is_continuous(self.market):
            return
        price = self.mid_price(self.market) or self.last_price(self.market)
        if price is None:
            return
        self.first = self.first or price
        self.seen.append(price)
        del self.seen[: -self.horizon - 1]
        if acts:
            self._order_at(price, self.expected_return(noise))

    def expected_return(self, noise: float = 0.0) -> float:
        """Of the logarithm of the price over its horizon.

        Args:
            noise: a standard normal draw.
        """
        price = self.seen[-1]
        value = self.first if self.prices is None else self.prices.price(self.model.step_count)
        back = math.log((value or price) / price) / self.reversion
        steps = len(self.seen) - 1
        past = math.log(price / self.seen[0]) / steps if steps else 0.0
        parts = self.fundamentalist * back + self.chartist * past + self.noise * self.volatility * noise
        weights = self.fundamentalist + abs(self.chartist) + self.noise
        return self.horizon * parts / weights if weights else 0.0

    def _order_at(self, price: float, expected: float) -> None:
        expected = max(-0.5, min(0.5, expected))
        forecast = price * math.exp(expected)
        size = self.round_size(self.size, market=self.market)
        position = self.position(self.market)
        seconds = self.life * self.model.blocks_per_step * self.model.chain.genesis.block_duration / 1e9
        if expected > 0 and position + size <= self.limit:
            limit = self.round_price(forecast * (1 - self.markup), "down", self.market)
            self.submit_order(self.market, "buy", size, limit, expires=seconds)
        elif expected < 0 and position - size >= -self.limit:
            limit = self.round_price(forecast * (1 + self.markup), "up", self.market)
            self.submit_order(self.market, "sell", size, limit, expires=seconds)
