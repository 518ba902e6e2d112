"""Noise that looks at the price: the worse the quote, the fewer orders."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.random_market_order_trader import RandomMarketOrderTrader
from vega_mesa.errors import ConfigError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class PriceSensitiveTrader(RandomMarketOrderTrader):
    """What the two have in common: a Poisson flow around a reference price that thins out with the distance.

    Args:
        prices: reference; without one the market's mid price, or its mark.
        intensity: orders to each side in a step, on average, when the quote is at the reference.
        decay: of the flow, per fraction of the price: at a distance of ``1 / decay`` the flow is down to 37 per cent.
        size: of an order, on average.
        size_spread: standard deviation of the logarithm of an order's size; 0 for always the same.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess | None = None,
        intensity: float = 1.0,
        decay: float = 1_000.0,
        size: float = 0.1,
        size_spread: float = 0.5,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        intensity = not_negative("intensity", intensity)
        super().__init__(
            model, buy_intensity=intensity, sell_intensity=intensity, size=size, size_spread=size_spread, market=market,
            funds=funds, key=key,
        )  # fmt: skip
        self.prices = prices
        self.decay = positive("decay", decay)

    def step(self) -> None:
        """Draw how many orders come to each side, then send them in random order."""
        reference = self.reference_price() if self.is_continuous(self.market) else None
        sides: list[Literal["buy", "sell"]] = []
        if reference is not None:
            sides += ["buy"] * self.draw_number("buy", reference)
            sides += ["sell"] * self.draw_number("sell", reference)
            self.random.shuffle(sides)
        for side in sides:
            size = self.round_size(self._draw_size(), market=self.market)
            if size > 0 and reference is not None:
                self.send_order(side, size, reference)

    def reference_price(self) -> float | None:
        """What it believes the price to be."""
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.market) or self.mark_price(self.market)

    def distance(self, side: Literal["buy", "sell"], reference: float) -> float:
        """How far the quote that a side would trade with is on the wrong side of the reference, as a fraction of it.

        Infinite without a quote, 0 for a quote that is better than the reference.
        """
        quote = self.best_ask(self.market) if side == "buy" else self.best_bid(self.market)
        if quote is None:
            return math.inf
        away = quote - reference if side == "buy" else reference - quote
        return max(0.0, away / reference)

    def draw_number(self, side: Literal["buy", "sell"], reference: float) -> int:
        """How many orders come to a side in this step."""
        raise NotImplementedError

    def send_order(self, side: Literal["buy", "sell"], size: float, reference: float) -> None:
        """Send one of them."""
        raise NotImplementedError


class PriceSensitiveMarketOrderTrader(PriceSensitiveTrader):
    """Market orders with intensity ``intensity * exp(-decay * distance of the quote)``.

    The order flow of equation 12 in M. Avellaneda, S. Stoikov, High-frequency trading in a limit order book,
    Quantitative Finance 8 (2008) 217-224: what a market maker's closed form assumes, with ``decay`` times the price as
    its k. A maker that quotes wide trades less, by as much as the paper says.
    """

    def draw_number(self, side: Literal["buy", "sell"], reference: float) -> int:
        """Poisson, thinned by the distance of the quote."""
        intensity = self.buy_intensity if side == "buy" else self.sell_intensity
        return int(self.model.rng.poisson(intensity * math.exp(-self.decay * self.distance(side, reference))))

    def send_order(self, side: Literal["buy", "sell"], size: float, reference: float) -> None:  # noqa: ARG002
        """A market order: it has looked at the quote before."""
        self.submit_order(self.market, side, size)


class PriceSensitiveLimitOrderTrader(PriceSensitiveTrader):
    """Limit orders at private values: each would pay so much more than the reference, exponentially distributed.

    Traders with reservation prices, as in D. K. Gode, S. Sunder, Allocative efficiency of markets with
    zero-intelligence traders, Journal of Political Economy 101 (1993) 119-137. Whoever values a trade at more than the
    quote takes it, so the flow that a maker sees at a distance falls off as with
    :class:`PriceSensitiveMarketOrderTrader`; but an order never trades deeper in the book than its own value, and what
    is not filled may wait.

    Args:
        life: seconds that an order rests when it is not filled; None for none, it takes what it can (IOC).
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess | None = None,
        intensity: float = 1.0,
        decay: float = 1_000.0,
        size: float = 0.1,
        size_spread: float = 0.5,
        life: float | None = None,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, prices=prices, intensity=intensity, decay=decay, size=size, size_spread=size_spread, market=market,
            funds=funds, key=key,
        )  # fmt: skip
        if life is not None and life <= 0:
            raise ConfigError("life", life, "seconds, more than 0, or None")
        self.life = life

    def draw_number(self, side: Literal["buy", "sell"], reference: float) -> int:  # noqa: ARG002 - the price decides
        """Poisson; the private values thin it."""
        return int(self.model.rng.poisson(self.buy_intensity if side == "buy" else self.sell_intensity))

    def send_order(self, side: Literal["buy", "sell"], size: float, reference: float) -> None:
        """A limit order at the private value."""
        surplus = self.random.expovariate(self.decay)
        price = reference * (1 + surplus) if side == "buy" else reference * (1 - surplus)
        if price <= 0:
            return
        price = self.round_price(price, "down" if side == "buy" else "up", self.market)
        if self.life is None:
            self.submit_order(self.market, side, size, price, time_in_force="IOC")
        else:
            self.submit_order(self.market, side, size, price, expires=self.life)
