"""Traders that infect each other with optimism, pessimism and reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

Mood = Literal["optimist", "pessimist", "fundamentalist"]
MOODS: Final[tuple[Mood, ...]] = ("optimist", "pessimist", "fundamentalist")


class Crowd:
    """All traders of a kind on one market: how many are in which mood, and how the price has moved."""

    def __init__(self) -> None:
        self.count: dict[Mood, int] = dict.fromkeys(MOODS, 0)
        self.price = 0.0
        self.trend = 0.0  # change of the price in the last step, as a fraction of it
        self.step = -1

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.count.values())

    @property
    def opinion(self) -> float:
        """From -1, all chartists are pessimists, to 1, all are optimists; 0 without chartists."""
        chartists = self.count["optimist"] + self.count["pessimist"]
        return (self.count["optimist"] - self.count["pessimist"]) / chartists if chartists else 0.0

    def look(self, step: int, price: float) -> None:
        """See the price of a step, the first who looks for all."""
        if step == self.step:
            return
        self.trend = price / self.price - 1 if self.price else 0.0
        self.price, self.step = price, step


class LuxMarchesiTrader(FundedTrader):
    """Is an optimist, a pessimist or a fundamentalist, and may change its mind in every step.

    T. Lux, M. Marchesi, Scaling and criticality in a stochastic multi-agent model of a financial market, Nature 397
    (1999) 498-500. Chartists follow the majority and the trend; chartists and fundamentalists change into each other by
    what the strategies earn: the chartist the trend, the fundamentalist the way back to the value, discounted because
    it may take long. Optimists buy and pessimists sell a lot a step, fundamentalists buy below and sell above the value
    in proportion to the distance. The crowd's moods make volatility clusters and heavy tails of a quiet value.

    Transitions are Poisson in continuous time, as in the paper, looked at once a step: with the intensity
    ``rate * share * exp(utility)``, where the share is that of the mood changed to among all.

    Args:
        prices: the fundamental value.
        mood: to begin with; ``random`` draws one.
        opinion_rate: how often chartists think again, per step.
        strategy_rate: how often traders compare chartists with fundamentalists, per step.
        herding: weight of the majority's opinion; above 1 the crowd is unstable.
        trend_following: weight of the price's trend.
        profit_weight: of the difference of what the strategies earn.
        discount: part of the fundamentalist's expected gain that counts.
        trend_scale: change of the price in a step that counts as strong, as a fraction.
        size: of a chartist's order.
        response: of a fundamentalist: lots for each trend_scale by which price and value differ; at most ten lots.
        limit: largest position, long or short.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess,
        mood: Literal["optimist", "pessimist", "fundamentalist", "random"] = "random",
        opinion_rate: float = 0.3,
        strategy_rate: float = 0.1,
        herding: float = 0.6,
        trend_following: float = 0.2,
        profit_weight: float = 0.5,
        discount: float = 0.75,
        trend_scale: float = 0.001,
        size: float = 0.05,
        response: float = 1.0,
        limit: float = 2.0,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        if mood not in (*MOODS, "random"):
            raise ConfigError("mood", mood, f"one of {', '.join(MOODS)}, random")
        self.prices = prices
        self.mood: Mood = self.random.choice(MOODS) if mood == "random" else mood
        self.opinion_rate = not_negative("opinion_rate", opinion_rate)
        self.strategy_rate = not_negative("strategy_rate", strategy_rate)
        self.herding = herding
        self.trend_following = trend_following
        self.profit_weight = profit_weight
        self.discount = discount
        self.trend_scale = positive("trend_scale", trend_scale)
        self.size = positive("size", size)
        self.response = response
        self.limit = limit
        others = (agent for agent in model.agents if type(agent) is type(self) and agent is not self)
        self.crowd: Crowd = next((agent.crowd for agent in others if agent.market == market), None) or Crowd()
        self.crowd.count[self.mood] += 1

    def remove(self) -> None:
        """Leave the crowd and the model."""
        self.crowd.count[self.mood] -= 1
        super().remove()

    def step(self) -> None:
        """Look at price and crowd, perhaps change the mood, trade."""
        chance: float = self.random.random()
        if not self.is_continuous(self.market):
            return
        price = self.mid_price(self.market) or self.last_price(self.market)
        if price is None:
            return
        self.crowd.look(self.model.step_count, price)
        value = self.prices.price(self.model.step_count)
        self._change_mood(chance, price, value)
        self._trade(price, value)

    def intensities(self, price: float, value: float) -> dict[Mood, float]:
        """How fast it changes to each of the other moods, per step."""
        crowd = self.crowd
        share = {mood: number / crowd.number for mood, number in crowd.count.items()}
        trend = crowd.trend / self.trend_scale
        chartists = share["optimist"] + share["pessimist"]
        pull = self.herding * crowd.opinion + self.trend_following * trend
        gain = self.discount * abs(value - price) / price / self.trend_scale
        up = self.profit_weight * (trend - gain)  # how much better optimists do than fundamentalists
        down = self.profit_weight * (-trend - gain)
        found: dict[Mood, float] = {}
        if self.mood == "fundamentalist":
            found["optimist"] = self.strategy_rate * share["optimist"] * _growth(up)
            found["pessimist"] = self.strategy_rate * share["pessimist"] * _growth(down)
            return found
        other: Mood = "pessimist" if self.mood == "optimist" else "optimist"
        found[other] = self.opinion_rate * chartists * _growth(pull if other == "optimist" else -pull)
        better = -up if self.mood == "optimist" else -down
        found["fundamentalist"] = self.strategy_rate * share["fundamentalist"] * _growth(better)
        return found

    def _change_mood(self, chance: float, price: float, value: float) -> None:
        crowd = self.crowd
        if crowd.count[self.mood] <= 1:
            return  # the last of its kind stays, so that no mood dies out: as in the paper
        intensities = self.intensities(price, value)
        total = sum(intensities.values())
        threshold = 0.0
        for mood, intensity in intensities.items():
            threshold += -math.expm1(-total) * intensity / total if total else 0.0
            if chance < threshold:
                crowd.count[self.mood] -= 1
                crowd.count[mood] += 1
                self.mood = mood
                return

    def _trade(self, price: float, value: float) -> None:
        lots = {"optimist": 1.0, "pessimist": -1.0, "fundamentalist": 0.0}[self.mood]
        if self.mood == "fundamentalist":
            lots = max(-10.0, min(10.0, self.response * (value - price) / price / self.trend_scale))
        position = self.position(self.market)
        wanted = max(-self.limit, min(self.limit, position + lots * self.size)) - position
        size = self.round_size(abs(wanted), market=self.market)
        if size > 0:
            self.submit_order(self.market, "buy" if wanted > 0 else "sell", size)


def _growth(utility: float) -> float:
    return math.exp(max(-20.0, min(5.0, utility)))
