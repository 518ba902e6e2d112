"""Uncrossing an auction: the price of most volume, and who trades with whom at it (0026-AUCT)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.arithmetic import divide, truncate
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.iceberg import show_all
from vega_mesa.protocol.matching.order import BUY, FILLED, GFA, SELL, Order, Side, Trade
from vega_mesa.protocol.matching.walk import NOBODY, limit_key, walk, walk_off_book

if TYPE_CHECKING:
    from vega_mesa.protocol.matching.book import OrderBook


class Crossing:
    """Where a crossed book trades most.

    Attributes:
        price: ``floor((low + high) / 2)``, asset decimals, on no tick in particular.
        volume: the maximum volume.
        side: whose orders aggress: buys if whole buy levels add up to the volume, else sells.
        low: lowest level price of maximum volume.
        high: highest level price of maximum volume.
        reached: price of the buy level with which, from the top, the buys reach or pass the volume.
    """

    __slots__ = ("price", "volume", "side", "low", "high", "reached")

    def __init__(self, price: int, volume: int, side: Side, low: int, high: int, reached: int) -> None:
        self.price = price
        self.volume = volume
        self.side = side
        self.low = low
        self.high = high
        self.reached = reached


def indicative(book: OrderBook) -> tuple[int, int, Side]:
    """Price, volume and aggressing side of an uncrossing now; zeros if the book is not crossed."""
    region = _crossed_region(book)
    if region is None:
        return 0, 0, Side.UNSPECIFIED
    lowest, highest = region
    made = [] if book.off_book is None else book.off_book.expand(lowest, highest)
    crossing = _find(book, lowest, highest, made)
    if crossing is None:
        return 0, 0, Side.UNSPECIFIED
    return crossing.price, crossing.volume, crossing.side


def uncross(book: OrderBook, now: int) -> list[Confirmation]:
    """Match everything that crosses, at one price; one confirmation per aggressing order.

    Self-trades are allowed. Icebergs aggress with their whole volume and are refreshed, as passive orders, only when
    everything has matched.
    """
    region = _crossed_region(book)
    if region is None:
        return []
    lowest, highest = region
    source = book.off_book
    made: list[Order] = []
    if source is not None:
        made = source.expand(lowest, highest)
    crossing = _find(book, lowest, highest, made)
    if crossing is None:
        return []
    if source is not None:
        refined = source.refine(lowest, crossing.low, crossing.high, highest)
        if refined is not None:
            made = refined
            crossing = _find(book, lowest, highest, made)
            if crossing is None:
                return []
        source.begin(now)
    icebergs: list[Order] = []
    confirmations = _match_all(book, _aggressors(book, crossing, made), crossing.price, now, icebergs)
    if source is not None:
        source.finish()
    book.refresh_icebergs(icebergs)
    return confirmations


def good_for_auction(orders: list[Order]) -> list[Order]:
    """Those orders that live no longer than the auction."""
    return [order for order in orders if order.time_in_force is GFA]


def _crossed_region(book: OrderBook) -> tuple[int, int] | None:
    bid, ask = book.best_bid(), book.best_ask()
    return (ask, bid) if bid and ask and ask <= bid else None


def _find(book: OrderBook, lowest: int, highest: int, made: list[Order]) -> Crossing | None:
    """The crossing of the volumes at all level prices of a region."""
    buys: dict[int, int] = {}
    sells: dict[int, int] = {}
    for level in book.buys.best_first():
        if level.price < lowest:
            break
        buys[level.price] = level.volume
    for level in book.sells.best_first():
        if level.price > highest:
            break
        sells[level.price] = level.volume
    for order in made:
        if lowest <= order.price <= highest:
            volumes = buys if order.side is BUY else sells
            volumes[order.price] = volumes.get(order.price, 0) + order.size
    prices = sorted(buys.keys() | sells.keys())
    tradable = _tradable(prices, buys, sells)
    volume = max(tradable, default=0)
    if volume == 0:
        return None
    low = prices[tradable.index(volume)]
    high = prices[len(prices) - 1 - tradable[::-1].index(volume)]
    side, reached = _aggressing_side(prices, buys, volume)
    return Crossing((high + low) // 2, volume, side, low, high, reached)


def _tradable(prices: list[int], buys: dict[int, int], sells: dict[int, int]) -> list[int]:
    """At each price, the lesser of the buys at or above and the sells at or below it."""
    demand = sum(buys.values())
    supply = 0
    tradable = []
    for price in prices:
        supply += sells.get(price, 0)
        tradable.append(min(demand, supply))
        demand -= buys.get(price, 0)
    return tradable


def _aggressing_side(prices: list[int], buys: dict[int, int], volume: int) -> tuple[Side, int]:
    left = volume
    for price in reversed(prices):
        left -= buys.get(price, 0)
        if left <= 0:
            return (BUY if left == 0 else SELL), price
    raise AssertionError("the buys of a crossed region never fall short of its volume")


def _aggressors(book: OrderBook, crossing: Crossing, made: list[Order]) -> list[Order]:
    """Orders that aggress, taken off the book: market makers' first, then the book's by priority."""
    share = _off_book_share(crossing, made)
    aggressors = _merged_by_pool(crossing, made, share)
    volume = crossing.volume - share
    for order in book.orders_best_first(crossing.side):
        if volume <= 0:
            break
        volume -= order.true_remaining
        aggressors.append(order)
    for order in aggressors:
        if not order.off_book:
            book.remove(order)
            show_all(order)
    return aggressors


def _off_book_share(crossing: Crossing, made: list[Order]) -> int:
    """Off-book volume of the aggressing side, cumulated to the level where the maximum volume is reached."""
    if crossing.side is BUY:
        return sum(order.size for order in made if order.side is BUY and order.price >= crossing.reached)
    return sum(order.size for order in made if order.side is SELL and order.price <= crossing.reached)


def _merged_by_pool(crossing: Crossing, made: list[Order], share: int) -> list[Order]:
    """One order per pool of the aggressing side, by party, at its best price, until a share is reached."""
    side = crossing.side
    better = [order for order in made if order.side is side]
    better = [order for order in better if (order.price - crossing.price) * (1 if side is BUY else -1) >= 0]
    better.sort(key=_sell_price if side is SELL else _buy_price)
    merged: dict[str, Order] = {}
    for order in better:
        size = min(order.size, share)
        if size == 0:
            break
        share -= size
        if order.party in merged:
            merged[order.party].size += size
            merged[order.party].remaining += size
        else:
            one = order.copy()
            one.size = one.remaining = size
            merged[order.party] = one
    return [merged[party] for party in sorted(merged)]


def _buy_price(order: Order) -> int:
    return -order.price


def _sell_price(order: Order) -> int:
    return order.price


def _match_all(
    book: OrderBook, aggressors: list[Order], price: int, now: int, icebergs: list[Order]
) -> list[Confirmation]:
    confirmations = []
    market_price = _market_price(price, aggressors[0]) if aggressors else 0
    for order in aggressors:
        side = book.sells if order.side is BUY else book.buys
        limit = limit_key(order)
        if book.off_book is None:
            fills = walk(side, order, limit, NOBODY)
        else:
            fills = walk_off_book(side, order, limit, NOBODY, book.off_book)
        trades = book.trades_for(order, fills, now)
        for trade, fill in zip(trades, fills, strict=True):
            _reprice(trade, order, fill.order, price, market_price)
        passive = book.apply(order, fills, now, icebergs)
        _finish(book, order, now)
        confirmations.append(Confirmation(order, trades, passive))
    return confirmations


def _market_price(price: int, first: Order) -> int:
    """The uncrossing price in market decimals, by the ratio of the first order's two prices."""
    if first.price == 0 or first.original_price == 0:
        return price
    return truncate(divide(price, divide(first.price, first.original_price)))


def _reprice(trade: Trade, order: Order, resting: Order, price: int, market_price: int) -> None:
    trade.price = price
    trade.market_price = market_price
    trade.aggressor = Side.UNSPECIFIED
    buyer, seller = (order, resting) if order.side is BUY else (resting, order)
    trade.buyer_auction_batch = buyer.batch_id
    trade.seller_auction_batch = seller.batch_id


def _finish(book: OrderBook, order: Order, now: int) -> None:
    order.updated_at = now
    if order.off_book:  # stays at its full size, for the market to register it in the positions
        order.size -= order.remaining
        order.remaining = order.size
    elif order.remaining == 0:
        order.status = FILLED
    else:
        book.add_resting(order)
