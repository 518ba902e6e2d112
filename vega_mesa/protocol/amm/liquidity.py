"""The market makers of one market as liquidity between the levels of its book (0090-VAMM; 05 §4.9, 4.10).

Implements :class:`vega_mesa.protocol.matching.off_book.OffBookLiquidity`. Prices in asset decimals.
"""

from __future__ import annotations

from vega_mesa.protocol.amm.expansion import Expansion, expand
from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.amm.pool import Pool
from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.matching.identifiers import IdGenerator, hash_text
from vega_mesa.protocol.matching.order import BUY, FILLED, GTC, LIMIT, SELL, Order, Side


class PoolLiquidity:
    """All market makers of one market, in the order in which spare units and trades go to them.

    Args:
        market: id of the market.
        tick: smallest step of market makers' prices.
        price_scale: the market's price factor.
        parameters: of the network.
    """

    __slots__ = ("market", "tick", "price_scale", "parameters", "pools", "now", "_ids")

    def __init__(self, market: str, tick: int, price_scale: Scale, parameters: AMMParameters) -> None:
        self.market = market
        self.tick = tick
        self.price_scale = price_scale
        self.parameters = parameters
        self.pools: list[Pool] = []
        self.now = -1
        self._ids = IdGenerator("00")

    # -- continuous matching ------------------------------------------------------------------------------------------

    def begin(self, now: int) -> None:
        """Start a walk from the real positions."""
        if now != self.now:
            self.now = now
            self._ids = IdGenerator(hash_text(f"amm/{self.market}/{now}"))
        for pool in self.pools:
            pool.temporary = pool.real_position

    def finish(self) -> None:
        """Forget the positions of the walk."""
        for pool in self.pools:
            pool.temporary = None

    def best(self, side: Side) -> tuple[int, int]:
        """Best price of a side and the volume of all that quote it; ``(0, 0)`` without a quote."""
        best, volume = 0, 0
        for pool in self.pools:
            price, quoted = pool.quote(side)
            if not price:
                continue
            if price == best:
                volume += quoted
            elif not best or (price > best if side is BUY else price < best):
                best, volume = price, quoted
        return best, volume

    def volume_at_or_better(self, side: Side, price: int) -> int:
        """Volume on a side until a price, of the market makers that quote there at all."""
        aggressor = side.opposite
        volume = 0
        for pool in self.pools:
            best = pool.best_price(side)
            if best and not _beyond(best, price, aggressor):
                volume += pool.volume_to(aggressor, price)
        return volume

    def trade(self, order: Order, remaining: int, inner: int | None, outer: int) -> list[Order]:
        """Make the orders that trade with ``order`` in an interval of prices; see the protocol class."""
        aggressor = order.side
        towards = 1 if aggressor is BUY else -1  # the direction in which prices get worse for the aggressor
        if inner is None:
            best = self.best(aggressor.opposite)[0]
            if not best:
                return []
            inner = best - towards * 2 * self.tick
        if inner == outer:
            inner -= towards * self.tick
        if (outer - inner) * towards < 0:
            return []
        low, high = (inner, outer) if aggressor is BUY else (outer, inner)
        pools = [
            pool
            for pool in self.pools
            if pool.party != order.party and pool.can_trade(aggressor) and _overlaps(pool, low, high)
        ]
        if not pools:
            return []
        made: list[Order] = []
        limit = order.price if order.type is LIMIT else None
        for price in _stations(pools, low, high, aggressor):
            for pool, volume in self._share_out(pools, aggressor, remaining, price, limit):
                made.append(self._trade_with(pool, order, volume))
                remaining -= volume
            if remaining == 0:
                break
        return made

    def _share_out(
        self, pools: list[Pool], aggressor: Side, wanted: int, price: int, limit: int | None
    ) -> list[tuple[Pool, int]]:
        """Which pool trades how much up to a price: in proportion to what they have, spare units to the first."""
        offers: list[tuple[Pool, int]] = []
        total = 0
        for pool in pools:
            best = pool.best_price(aggressor.opposite)
            if not best or _beyond(best, price, aggressor) or (limit is not None and _beyond(best, limit, aggressor)):
                continue
            volume = pool.volume_to(aggressor, price)
            if volume:
                offers.append((pool, volume))
                total += volume
        if wanted >= total:
            return offers
        shares = [wanted * volume // total for _, volume in offers]
        spare = wanted - sum(shares)
        for index, (_, volume) in enumerate(offers):
            more = min(spare, volume - shares[index])
            shares[index] += more
            spare -= more
        return [(pool, share) for (pool, _), share in zip(offers, shares, strict=True) if share]

    def _trade_with(self, pool: Pool, order: Order, volume: int) -> Order:
        aggressor = order.side
        price = pool.trade_price(aggressor, volume)
        made = self._order(self._ids.next(), pool, aggressor.opposite, price, volume)
        made.created_at = order.created_at
        assert pool.temporary is not None, "trades happen within a walk"
        pool.temporary += -volume if aggressor is BUY else volume
        return made

    def _order(self, id: str, pool: Pool, side: Side, price: int, size: int) -> Order:
        order = Order(
            id, self.market, pool.party, side, LIMIT, GTC, size, price, self.price_scale.over(price),
            reference=f"vamm-{pool.party}", created_at=self.now,
        )  # fmt: skip
        order.status = FILLED
        order.off_book = True
        return order

    # -- auctions -----------------------------------------------------------------------------------------------------

    def expand(self, lowest: int, highest: int) -> list[Order]:
        """All pools as limit orders between two prices."""
        made: list[Order] = []
        for pool in self.pools:
            made.extend(self._orders_of(pool, self.expansion(pool, lowest, highest)))
        return made

    def expansion(self, pool: Pool, lowest: int, highest: int) -> Expansion:
        """One pool as orders between two prices; what was calculated last is kept."""
        key = (lowest, highest, pool.position, pool.status, self.parameters.calculation_levels)
        if pool.expansion is None or pool.expansion[0] != key:
            pool.expansion = (key, expand(pool, lowest, highest, self.parameters.calculation_levels))
        found: Expansion = pool.expansion[1]
        return found

    def refine(self, lowest: int, low: int, high: int, highest: int) -> list[Order] | None:
        """Expand again, in three pieces, the pools that the last expansion only approximated."""
        expansions = [self.expansion(pool, lowest, highest) for pool in self.pools]
        if not any(expansion.approximate for expansion in expansions):
            return None
        made: list[Order] = []
        for pool, expansion in zip(self.pools, expansions, strict=True):
            if not expansion.approximate:
                made.extend(self._orders_of(pool, expansion))
                continue
            pieces = [(lowest, low), (low + 1, high - 1), (high, highest)]
            for first, last in pieces:
                if first <= last:
                    made.extend(self._orders_of(pool, expand(pool, first, last, self.parameters.calculation_levels)))
        return made

    def _orders_of(self, pool: Pool, expansion: Expansion) -> list[Order]:
        # One id for all: an uncrossing merges them. It must not depend on how often anybody looked at the auction.
        id = hash_text(f"amm/{self.market}/{pool.party}/{self.now}") if expansion.orders else ""
        return [self._order(id, pool, side, price, size) for side, price, size in expansion.orders]


def _overlaps(pool: Pool, low: int, high: int) -> bool:
    lower, upper = pool.curves
    return lower.low <= high and upper.high >= low


def _beyond(price: int, limit: int, aggressor: Side) -> bool:
    return price > limit if aggressor is BUY else price < limit


def _stations(pools: list[Pool], low: int, high: int, aggressor: Side) -> list[int]:
    """Where the sub-intervals of an interval end, in the direction of travel: bounds and bases lie on their ends."""
    prices = {low, high}
    for pool in pools:
        lower, upper = pool.curves
        if low < lower.high < high:
            prices.add(lower.high)
        if upper.high < high:
            prices.add(upper.high)
        if lower.low > low:
            prices.add(lower.low)
    ordered = sorted(prices, reverse=aggressor is SELL)
    return ordered[1:]
