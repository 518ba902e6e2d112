"""What follows from trades on a spot market: funds released, assets exchanged, fees paid (0080-SPOT; 05 §3.3, 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.fees.fee import Fee, FeeBill
from vega_mesa.protocol.markets.states import AuctionTrigger
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import BUY, NETWORK, Order, Trade
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.spot import pegging

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket

SPOT: Final = "TRANSFER_TYPE_SPOT"
CHARGING_AUCTIONS: Final = frozenset((AuctionTrigger.PRICE, AuctionTrigger.PROTOCOL_AUTOMATED_PURCHASE))
"""Fees of other auctions (not the opening one) are calculated and shown, but never move."""


def process(market: SpotMarket, confirmation: Confirmation, ids: IdGenerator) -> None:
    """Settle the trades of an order that arrived in continuous trading.

    Emits:
        LedgerMoved, OrderUpdated for each passive order, then TradeHappened for each trade.
    """
    for trade, passive in zip(confirmation.trades, confirmation.passive, strict=True):
        _release(market, passive, trade)
        bill = market.fees.continuous((trade,))
        exchange_assets(market, trade)
        _pay(market, bill, trade)
    _finish(market, confirmation, ids, confirmation.order.party)
    pegging.check_references(market)


def process_uncrossing(
    market: SpotMarket, confirmation: Confirmation, ids: IdGenerator, trigger: AuctionTrigger, *, resumed: bool
) -> None:
    """Settle the trades of an order that an uncrossing matched; both sides have their funds locked.

    Args:
        trigger: why the auction ran.
        resumed: governance lifted a suspension: the auction is over before it uncrosses, and the buyer pays the fees.
    """
    for trade, passive in zip(confirmation.trades, confirmation.passive, strict=True):
        order = confirmation.order
        buy, sell = (order, passive) if order.side is BUY else (passive, order)
        bill: FeeBill | None = None
        fee = 0
        if resumed:
            bill = market.fees.continuous((trade,))
        elif trigger is not AuctionTrigger.OPENING:
            bill = market.fees.auction((trade,))
            fee = _held_for_fees(trade)
        market.holdings.release_for_trade(buy, market.quote_amount(trade.size, trade.price), fee // 2)
        market.holdings.release_for_trade(sell, market.base_amount(trade.size))
        exchange_assets(market, trade)
        if bill is not None and (resumed or trigger in CHARGING_AUCTIONS):
            _pay(market, bill, trade)
    if confirmation.order.is_finished:
        market.holdings.release(confirmation.order)
    _finish(market, confirmation, ids, "")


def _held_for_fees(trade: Trade) -> int:
    """What the buyer of a trade in an auction has locked for its fees, a half already."""
    fee = trade.buyer_fee
    assert isinstance(fee, Fee)
    return fee.infrastructure + fee.liquidity


def _release(market: SpotMarket, passive: Order, trade: Trade) -> None:
    if passive.side is BUY:
        market.holdings.release_for_trade(passive, market.quote_amount(trade.size, trade.price))
    else:
        market.holdings.release_for_trade(passive, market.base_amount(trade.size))


def exchange_assets(market: SpotMarket, trade: Trade) -> None:
    """The base asset goes to the buyer, then the quote asset to the seller, as far as the payer's account reaches.

    It always does, but for orders that a failed amendment has left without funds, and for the last trades of a market
    order whose earlier trades cost more fees than the check of its funds counts.
    """
    base, quote = market.base_amount(trade.size), market.quote_amount(trade.size, trade.price)
    purse, collect = market.open_purse, market.collateral.collect
    collect(SPOT, base, (purse(trade.seller, market.base_asset),), purse(trade.buyer, market.base_asset))
    collect(SPOT, quote, (purse(trade.buyer, market.quote_asset),), purse(trade.seller, market.quote_asset))


def _pay(market: SpotMarket, bill: FeeBill, trade: Trade) -> None:
    """Move the fees of one trade; what cannot be paid is not, and everything else goes on."""
    network = market.fee_purse() if NETWORK in (trade.buyer, trade.seller) else None
    try:
        market.fee_collector.pay_spot(bill, network)
    except Refused:
        return


def _finish(market: SpotMarket, confirmation: Confirmation, ids: IdGenerator, taker: str) -> None:
    """Passive orders, last price, trackers, events."""
    trades = confirmation.trades
    for passive in confirmation.passive:
        passive.updated_at = market.now
        if passive.is_finished:
            market.holdings.release(passive)
            if passive.is_expirable:
                market.expiring.remove(passive.id, passive.expires_at)
        market.announce(passive)
    market.last_traded_price = trades[-1].price
    market.has_traded = True
    for trade in trades:
        trade.id = ids.next()
    market.traded(trades, taker)
    if TradeHappened in market.bus.wanted:
        for trade in trades:
            market.bus.send(TradeHappened, trade=trade)
