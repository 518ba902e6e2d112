"""A trader that follows the trend it sees in past prices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

Indicator = Literal["apo", "macd", "rsi", "cmo"]


def exponential_average(prices: Sequence[float], window: int) -> list[float]:
    """Moving averages that weigh the newest price by ``2 / (window + 1)``, one a price."""
    weight = 2 / (window + 1)
    averages = [prices[0]]
    for price in prices[1:]:
        averages.append(averages[-1] + weight * (price - averages[-1]))
    return averages


def absolute_price_oscillator(prices: Sequence[float], fast: int, slow: int) -> float:
    """Fast less slow exponential average."""
    return exponential_average(prices, fast)[-1] - exponential_average(prices, slow)[-1]


def convergence_divergence(prices: Sequence[float], fast: int, slow: int, signal: int) -> float:
    """The MACD histogram: the oscillator less its own exponential average."""
    pairs = zip(exponential_average(prices, fast), exponential_average(prices, slow), strict=True)
    oscillator = [quick - lazy for quick, lazy in pairs]
    return oscillator[-1] - exponential_average(oscillator, signal)[-1]


def gains_and_losses(prices: Sequence[float], window: int) -> tuple[float, float]:
    """Sums of the rises and of the falls over the last ``window`` changes, both not negative."""
    changes = [later - earlier for earlier, later in pairwise(prices)][-window:]
    return sum(change for change in changes if change > 0), -sum(change for change in changes if change < 0)


def relative_strength(prices: Sequence[float], window: int) -> float:
    """The relative strength index, 0 to 100; 50 when nothing moved."""
    gains, losses = gains_and_losses(prices, window)
    return 50.0 if gains + losses == 0 else 100 * gains / (gains + losses)


def chande_momentum(prices: Sequence[float], window: int) -> float:
    """Chande's momentum oscillator, -100 to 100."""
    gains, losses = gains_and_losses(prices, window)
    return 0.0 if gains + losses == 0 else 100 * (gains - losses) / (gains + losses)


class MomentumTrader(FundedTrader):
    """Buys when an indicator says up and sells when it says down, up to a largest position.

    The trend-follower of the literature on heterogeneous agents, e.g. C. Chiarella, G. Iori, A simulation analysis of
    the microstructure of double auction markets, Quantitative Finance 2 (2002) 346-353.

    Args:
        indicator: ``apo`` and ``macd`` follow the sign, ``rsi`` and ``cmo`` what leaves the band of ``threshold``.
        fast: window of the fast average, or of the indicator, in steps.
        slow: window of the slow average.
        signal: window of MACD's own average.
        threshold: half width of the band around the middle of ``rsi`` (50) or ``cmo`` (0) without an opinion.
        size: of an order.
        limit: largest position, long or short.
        probability: of acting on an opinion in a step.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        indicator: Indicator = "macd",
        fast: int = 12,
        slow: int = 26,
        signal: int = 9,
        threshold: float = 10.0,
        size: float = 0.2,
        limit: float = 2.0,
        probability: float = 0.5,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.indicator = indicator
        self.fast, self.slow, self.signal = fast, slow, signal
        self.threshold = threshold
        self.size = size
        self.limit = limit
        self.probability = probability
        self.seen: list[float] = []

    def step(self) -> None:
        """Look at the price, form an opinion, perhaps act on it."""
        acts = self.random.random() < self.probability
        if not self.is_continuous(self.market):
            return
        price = self.mid_price(self.market) or self.mark_price(self.market)
        if price is not None:
            self.see(price)
        opinion = self.opinion()
        if acts and opinion and abs(self.position(self.market) + opinion * self.size) <= self.limit:
            size = self.round_size(self.size, market=self.market)
            self.submit_order(self.market, "buy" if opinion > 0 else "sell", size)

    def see(self, price: float) -> None:
        """Remember the newest price, and as many before it as the longest window needs."""
        self.seen.append(price)
        del self.seen[: -4 * self.slow]

    def opinion(self) -> int:
        """1 for up, -1 for down, 0 for none, or not enough prices yet."""
        if len(self.seen) <= (self.slow if self.indicator in ("apo", "macd") else self.fast):
            return 0
        match self.indicator:
            case "apo":
                value, band = absolute_price_oscillator(self.seen, self.fast, self.slow), 0.0
            case "macd":
                value, band = convergence_divergence(self.seen, self.fast, self.slow, self.signal), 0.0
            case "rsi":
                value, band = relative_strength(self.seen, self.fast) - 50, self.threshold
            case _:
                value, band = chande_momentum(self.seen, self.fast), self.threshold
        return (value > band) - (value < -band)
