"""Liquidity scores: how useful a provider's volume is (0042-LIQF, 0034-PROB)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from vega_mesa.protocol.arithmetic import ZERO, Factor, Scale, divide, exact, round_half_away
from vega_mesa.protocol.liquidity.market_view import MarketView
from vega_mesa.protocol.liquidity.probability_of_trading import ProbabilityOfTrading
from vega_mesa.protocol.matching.order import BUY, OrderStatus

_SCORE_PLACES = 10
_ACTIVE = OrderStatus.ACTIVE
Volumes = list[tuple[int, int]]  # (price, size)


def price_range(best_bid: int, best_ask: int, width: Factor, price_factor: Scale) -> tuple[int, int]:
    """Prices (asset decimals, both inclusive) within which volume counts, around the static mid price.

    The lower end is raised and the upper end lowered to a multiple of the price factor.
    """
    twice = best_bid + best_ask
    below, above = max(0, width.scale - width.numerator) * twice, (width.scale + width.numerator) * twice
    scale = 2 * width.scale
    up, down = price_factor.multiplier, price_factor.divisor
    tick = up // down
    low = -(-below * down // (scale * up)) * up // down
    high = (above * down // (scale * up)) * up // down
    if low <= 0:
        low = tick
    if low >= high:
        high = low + tick
    if low >= best_ask:
        low = best_ask - tick
    if high <= best_ask:
        high = best_ask + tick
    return low, high


class Quotes:
    """What a sample of scores looks at: the best static prices and the bounds of price monitoring, read once."""

    __slots__ = ("bid", "ask", "bounds", "exact_bounds", "probability")

    def __init__(self, market: MarketView, probability: ProbabilityOfTrading) -> None:
        self.bid = market.best_static_bid()
        self.ask = market.best_static_ask()
        self.probability = probability
        self.bounds = (0, 0)
        self.exact_bounds = (ZERO, ZERO)
        if self.complete:
            self.bounds = market.valid_price_range()
            self.exact_bounds = market.exact_valid_price_range()

    @property
    def complete(self) -> bool:
        """Both best static prices exist."""
        return bool(self.bid and self.ask)

    @exact
    def side_score(self, volumes: Iterable[tuple[int, int]], is_bid: bool) -> Decimal:
        """Probability of trading of ``(price, size)``, weighted by size; 0 without volume."""
        weighted, total = ZERO, 0
        low, high = self.bounds
        probability = self.probability
        for price, size in volumes:
            total += size
            if low <= price <= high:
                chance = probability.of(price, is_bid, self.bid, self.ask, self.exact_bounds)
                if chance > probability.minimum:
                    weighted += chance * size
        return divide(weighted, total) if total else ZERO

    def score(self, buys: Iterable[tuple[int, int]], sells: Iterable[tuple[int, int]]) -> Decimal:
        """The worse of the two sides."""
        return min(self.side_score(buys, True), self.side_score(sells, False))

    @property
    def key(self) -> tuple[object, ...]:
        """Everything besides the volumes that a score depends on."""
        probability = self.probability
        return self.bid, self.ask, self.bounds, self.exact_bounds, probability.version, probability.minimum


class LiquidityScores:
    """Running averages of the providers' normalised scores since the last allocation of fees."""

    __slots__ = ("averages", "samples", "_latest", "_latest_key")

    def __init__(self) -> None:
        self.averages: dict[str, Decimal] = {}
        self.samples = 1
        self._latest: dict[str, tuple[Volumes, Volumes, Decimal]] = {}  # what was scored last, and the score
        self._latest_key: tuple[object, ...] = ()

    def reset(self) -> None:
        """Start anew after an allocation."""
        self.averages = {}
        self.samples = 1

    @exact
    def sample(self, parties: Iterable[str], market: MarketView, quotes: Quotes, low: int, high: int) -> None:
        """Take the scores of the providers in force now, from their visible orders in the price range."""
        scores: dict[str, Decimal] = {}
        key = quotes.key
        if key != self._latest_key:
            self._latest_key = key
            self._latest = {}
        for party in parties:
            buys: Volumes = []
            sells: Volumes = []
            for order in market.orders_of(party):
                if order.status is _ACTIVE and low <= order.price <= high:
                    (buys if order.side is BUY else sells).append((order.price, order.remaining))
            latest = self._latest.get(party)
            if latest is None or latest[0] != buys or latest[1] != sells:
                latest = self._latest[party] = (buys, sells, quotes.score(buys, sells))
            scores[party] = latest[2]
        if not scores:
            return
        total = sum(scores.values(), ZERO)
        count = self.samples
        weight = divide(count - 1, count)
        averages = {}
        for party, score in scores.items():
            share = divide(score, total) if total else divide(1, len(scores))
            if count > 1:
                share = self.averages.get(party, ZERO) * weight + divide(share, count)
            averages[party] = round_half_away(share, _SCORE_PLACES)
        self.averages = averages
        self.samples += 1
