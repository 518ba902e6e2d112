"""The short way of an order that is filled whole at once; see :mod:`vega_mesa.protocol.markets.plain_orders`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.events.ledger import AccountUpdated, LedgerMoved
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, OrderUpdated, PositionUpdated, TradeHappened
from vega_mesa.protocol.markets import margining, pegging
from vega_mesa.protocol.matching import whole_fill
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, MARKET, Order, Trade
from vega_mesa.protocol.matching.whole_fill import Piece
from vega_mesa.protocol.positions import Position

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

_TOLD = frozenset((LedgerMoved, AccountUpdated, OrderUpdated, PositionUpdated, MarginLevelsUpdated))


def fill(
    market: FuturesMarket, position: Position, submission: OrderSubmission, ids: IdGenerator, price: int, limit: int
) -> Confirmation | None:
    """Trade an order away whole, if nothing stands in its way and its party can pay whatever it may cost.

    Args:
        position: of its party, whose accounts are known.
        submission: plain.
        price: of the order, asset decimals; 0 for a market order.
        limit: the lowest key of the other side that it accepts.

    Returns:
        None, with nothing changed, when the order has to go the long way.

    Emits:
        PositionUpdated, MarginLevelsUpdated, LedgerMoved, OrderUpdated, TradeHappened.
    """
    if market.fees.volume_rebates.in_force:
        return None
    book, monitor = market.book, market.price_monitor
    side = book.sells if submission.side is BUY else book.buys
    pieces = whole_fill.find(side, limit, submission.size, position.party)
    if not pieces:
        return None
    value = 0
    for resting, volume in pieces:
        value += resting.price * volume
    exposures = _exposures(market, position, submission)
    missing = 0
    if exposures:
        missing = market.margin.initial_of(max(exposures), market.mark_price or 0) - position.margin.balance
    if max(missing, 0) + market.fees.at_most(value, len(pieces)) > position.general.balance:
        return None
    if not monitor.is_safe(pieces[0][0].price):  # last, because it starts from this moment
        return None
    if len(pieces) > 1 and not monitor.is_safe(resting.price):
        return None

    order = Order(
        ids.next(), market.id, position.party, submission.side, submission.type, submission.time_in_force,
        submission.size, price, submission.price, submission.reference, market.now,
    )  # fmt: skip
    if market.bus.wanted.isdisjoint(_TOLD):
        confirmation = _trade(market, order, position, pieces, missing)
    else:
        confirmation = _trade_aloud(market, order, position, pieces, exposures)
    _book(market, order, confirmation.trades, confirmation.passive, ids, value)
    if not (position.size or position.buy or position.sell):
        margining.release_if_flat(market, position)
    return confirmation


def _trade(market: FuturesMarket, order: Order, position: Position, pieces: list[Piece], missing: int) -> Confirmation:
    """Register an order with its margin, carry it out, pay the fees."""
    size = order.size  # as Positions.register, which looks for more
    if order.side is BUY:
        position.buy += size
        position.buy_notional += size * order.price
    else:
        position.sell += size
        position.sell_notional += size * order.price
    market.positions.touched[order.party] = position
    if missing > 0:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", missing, position.general, position.margin)
    confirmation = whole_fill.carry_out(market.book, order, pieces, market.now)
    bill = market.fees.of_one_order(confirmation.trades)
    if bill.charges is None:  # a referrer has its share
        market.fee_collector.pay(bill)
    else:
        market.fee_collector.pay_at_once(position.general, bill.total, bill.charges)
    return confirmation


def _trade_aloud(
    market: FuturesMarket, order: Order, position: Position, pieces: list[Piece], exposures: tuple[int, ...]
) -> Confirmation:
    """The same in the steps that somebody wants to hear of."""
    market.positions.register(order)
    if exposures:
        _secure(market, position, exposures[0])
    confirmation = whole_fill.carry_out(market.book, order, pieces, market.now)
    bill = market.fees.of_one_order(confirmation.trades)
    if len(exposures) > 1:
        _secure(market, position, exposures[1])
    market.fee_collector.pay(bill)
    market.announce(order)
    for passive in confirmation.passive:
        market.announce(passive)
    return confirmation


def _secure(market: FuturesMarket, position: Position, exposure: int) -> None:
    """Tell the levels of an exposure, and bring the margin account up to the initial one."""
    levels = market.margin.levels_of(exposure, market.mark_price or 0)
    margining.announce(market, position.party, levels)
    missing = levels.initial - position.margin.balance
    if missing > 0:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", missing, position.general, position.margin)


def _exposures(market: FuturesMarket, position: Position, submission: OrderSubmission) -> tuple[int, ...]:
    """What has to be margined: the position with the order and, of a market order, the position that it leads to.

    Nothing, if the order can only reduce the position (0019-MCAL).
    """
    held, buy, sell, size = position.size, position.buy, position.sell, submission.size
    exposure, at_market = market.margin.exposure, submission.type is MARKET
    if submission.side is BUY:
        if -held >= (size if at_market else buy + size):
            return ()
        ordered = exposure(held, buy + size, sell)
        return (ordered, exposure(held + size, buy, sell)) if at_market else (ordered,)
    if held >= (size if at_market else sell + size):
        return ()
    ordered = exposure(held, buy, sell + size)
    return (ordered, exposure(held - size, buy, sell)) if at_market else (ordered,)


def _book(
    market: FuturesMarket,
    order: Order,
    trades: Sequence[Trade],
    passives: Sequence[Order],
    ids: IdGenerator,
    value: int,
) -> None:
    """What :func:`vega_mesa.protocol.markets.trade_processing.process` comes to after the orders have been told.

    Args:
        value: sum of price times size.
    """
    market.last_traded_price = trades[-1].price
    market.composite.record_trades(trades)
    positions, settlement = market.positions, market.settlement
    chain, place = ids.later(len(trades))
    buying = order.side is BUY
    highest = 0
    for trade, passive in zip(trades, passives, strict=True):
        trade.later_id = chain, place
        place += 1
        if buying:
            positions.trade(trade, order, passive)
        else:
            positions.trade(trade, passive, order)
        if positions.open_interest > highest:  # noqa: PLR1730  a call costs as much as the comparison
            highest = positions.open_interest
        settlement.add_trade(trade)
        if passive.expires_at and passive.is_finished and passive.is_expirable:
            market.expiring.remove(passive.id, passive.expires_at)
    liquidity = market.liquidity
    liquidity.record_open_interest(highest, market.now)
    liquidity.add_traded_value(value)
    if market.services.activity.recording:
        market.services.on_trades(market, trades, order.party)
    if TradeHappened in market.bus.wanted:
        for trade in trades:
            market.bus.send(TradeHappened, trade=trade)
    if market.book.pegged_live or market.parked.orders:
        pegging.check_references(market)
