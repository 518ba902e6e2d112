"""What follows from trades: passive orders, last price, positions, settlement records (03 §3.4, step 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.markets import isolated_margin, pegging
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, Order, Trade

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket


def process(
    market: FuturesMarket,
    order: Order,
    confirmation: Confirmation,
    ids: IdGenerator,
    *,
    uncrossing: bool = False,
    network: bool = False,
) -> None:
    """Book the trades of one confirmation, whose fees have been paid.

    Args:
        order: the aggressor.
        uncrossing: while an auction is left: no reference check, isolated margin of the aggressor too.
        network: the network disposes of a position: neither mark price nor last traded price takes part.

    Emits:
        OrderUpdated for each passive order, then TradeHappened for each trade.
    """
    for passive in confirmation.passive:
        _update_passive(market, passive)
    trades = confirmation.trades
    if not network:
        market.last_traded_price = trades[-1].price
    if order.off_book:  # a market maker aggresses in an uncrossing, with all its trades in one order
        market.positions.register(order)
    for trade, passive in zip(trades, confirmation.passive, strict=True):
        trade.id = ids.next()
        _book(market, trade, order, passive, uncrossing)
    if not network:
        for price in market.composite_prices():
            for trade in trades:
                price.record_trade(trade.price, trade.size, trade.timestamp)
    market.traded(trades, "" if uncrossing else order.party)
    if TradeHappened in market.bus.wanted:
        for trade in trades:
            market.bus.send(TradeHappened, trade=trade)
    if not uncrossing:
        pegging.check_references(market)


def _book(market: FuturesMarket, trade: Trade, order: Order, passive: Order, uncrossing: bool) -> None:
    """Move one trade into positions, isolated margins and the settlement of its two sides."""
    if passive.off_book:
        market.positions.register(passive)
    if order.side is BUY:
        market.positions.trade(trade, order, passive)
    else:
        market.positions.trade(trade, passive, order)
    isolated = market.isolated
    if isolated:
        if passive.party in isolated:
            isolated_margin.on_fill(market, passive, trade)
        if uncrossing and order.party in isolated:
            isolated_margin.on_fill(market, order, trade)
    market.liquidity.record_open_interest(market.positions.open_interest, market.now)
    market.settlement.add_trade(trade)


def _update_passive(market: FuturesMarket, passive: Order) -> None:
    passive.updated_at = market.now
    if passive.is_finished and passive.is_expirable:
        market.expiring.remove(passive.id, passive.expires_at)
    market.announce(passive)
