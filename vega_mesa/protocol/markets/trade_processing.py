"""What follows from trades: passive orders, last price, positions, settlement records (03 §3.4, step 19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vega_mesa.protocol.events.trading import OrderUpdated, TradeHappened
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
    passives, trades = confirmation.passive, confirmation.trades
    now = market.now
    for passive in passives:
        passive.updated_at = now
        if passive.expires_at and passive.is_finished and passive.is_expirable:
            market.expiring.remove(passive.id, passive.expires_at)
    if OrderUpdated in market.bus.wanted:
        for passive in passives:
            market.announce(passive)
    if not network:
        market.last_traded_price = trades[-1].price
        market.composite.record_trades(trades)
        for price in market.product.composite_prices():
            price.record_trades(trades)
    _move_positions(market, order, trades, passives, ids, uncrossing=uncrossing)
    market.traded(trades, "" if uncrossing else order.party)
    if TradeHappened in market.bus.wanted:
        for trade in trades:
            market.bus.send(TradeHappened, trade=trade)
    if not uncrossing and (market.book.pegged_live or market.parked.orders):
        pegging.check_references(market)


def _move_positions(
    market: FuturesMarket,
    order: Order,
    trades: Sequence[Trade],
    passives: Sequence[Order],
    ids: IdGenerator,
    *,
    uncrossing: bool,
) -> None:
    """Give each trade its id, and the positions and settlement records of its parties their volume."""
    positions, settlement, isolated = market.positions, market.settlement, market.isolated
    chain, place = ids.later(len(trades))
    buying = order.side is BUY
    highest = 0
    if order.off_book:  # a market maker aggresses in an uncrossing, with all its trades in one order
        positions.register(order)
    for trade, passive in zip(trades, passives, strict=True):
        trade.later_id = chain, place
        place += 1
        if passive.off_book:
            positions.register(passive)
        if buying:
            positions.trade(trade, order, passive)
        else:
            positions.trade(trade, passive, order)
        if isolated:
            if passive.party in isolated:
                isolated_margin.on_fill(market, passive, trade)
            if uncrossing and order.party in isolated:
                isolated_margin.on_fill(market, order, trade)
        if positions.open_interest > highest:  # noqa: PLR1730  a call costs as much as the comparison
            highest = positions.open_interest
        settlement.add_trade(trade)
    market.liquidity.record_open_interest(highest, market.now)
