"""Parties that cannot meet their margin: orders stopped, positions taken over, and sold on (0012-POSR; 03 §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.trading import DistressedOrdersClosed, DistressedPositionsUpdated, TradeHappened
from vega_mesa.protocol.markets import (
    cancellations,
    isolated_margin,
    margining,
    market_making,
    pegging,
    trade_processing,
)
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import (
    BUY,
    NETWORK,
    SELL,
    Order,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    Trade,
    TradeType,
)
from vega_mesa.protocol.settlement.takeover import confiscate, settle_distressed

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket


# -- taking over (03 §7.2) -------------------------------------------------------------------------------------------


def close_out(market: FuturesMarket, cross: list[str], isolated: list[str], ids: IdGenerator) -> None:
    """Close parties out: stop orders, let go whoever is safe without them, hand the rest to the network.

    Args:
        cross: distressed cross-margined parties, in the order in which they were found.
        isolated: distressed parties in isolated margin; their orders stay.
    """
    removed = sum(_stop_orders(market, party) for party in cross)
    lost = cross
    if removed:
        safe = [party for party in cross if _is_safe(market, party)]
        lost = [party for party in cross if party not in safe]
        if safe:
            market.bus.send(DistressedOrdersClosed, market=market.id, parties=tuple(safe))
    parties = [*lost, *isolated]
    if not parties:
        return
    taken = [_take_over(market, party, ids) for party in parties]
    for orders, _ in taken:
        for order in orders:
            market.announce(order)
    for _, trade in taken:
        market.bus.send(TradeHappened, trade=trade)
    _announce_distress(market, parties)
    if market.amm is not None:
        market_making.on_close_out(market, market.amm, parties)
    _confiscate(market, parties)
    for party in isolated:
        _drop_uncovered_orders(market, party)
    pegging.check_references(market)


def _stop_orders(market: FuturesMarket, party: str) -> int:
    orders = [*market.book.orders_in_stop_order(party), *market.parked.of_party(party)]
    return cancellations.stop_all(market, orders)


def _is_safe(market: FuturesMarket, party: str) -> bool:
    """Whether the position alone, at the last traded price, leaves margin strictly above maintenance."""
    maintenance = market.margin.maintenance(
        market.positions.by_party[party],
        market.last_traded_price,
        include_orders=False,
        funding_increment=market.product.margin_increment(),
    )
    return market.accounts[party].margin.balance > maintenance


def _announce_distress(market: FuturesMarket, parties: list[str]) -> None:
    recovered = tuple(party for party in market.distressed if party not in parties)
    new = tuple(party for party in parties if party not in market.distressed)
    market.distressed = dict.fromkeys(parties)
    market.bus.send(DistressedPositionsUpdated, market=market.id, distressed=new, safe=recovered)


def _take_over(market: FuturesMarket, party: str, ids: IdGenerator) -> tuple[list[Order], Trade]:
    """Hand a party's whole position to the network at the mark price: two filled orders and one trade, no fees."""
    position = market.positions.by_party[party]
    size, mark = abs(position.size), market.mark_price or 0
    side = SELL if position.size < 0 else BUY  # the network's side: it takes the position as it is
    network_order = _filled_order(market, ids.next(), NETWORK, side, size, "close-out distressed")
    party_order = _filled_order(market, ids.next(), party, side.opposite, size, f"distressed-{party}")
    buy, sell = (network_order, party_order) if side is BUY else (party_order, network_order)
    trade = Trade(
        market.id, mark, market.price_scale.over(mark), size, side, buy.party, sell.party, buy.id, sell.id,
        market.now, TradeType.NETWORK_CLOSE_OUT_BAD,
    )  # fmt: skip
    trade.id = ids.next()
    network = market.positions.get(NETWORK)
    market.liquidation.took_over(market.now, network is None or network.size == 0)
    market.positions.close_out(party, mark)
    market.services.on_close_out(market, party, mark)
    return [network_order, party_order], trade


def _filled_order(market: FuturesMarket, id: str, party: str, side: Side, size: int, reference: str) -> Order:
    price = market.mark_price or 0
    order = Order(
        id, market.id, party, side, OrderType.NETWORK, TimeInForce.FOK, size, price, market.price_scale.over(price),
        reference=reference, created_at=market.now,
    )  # fmt: skip
    order.remaining = 0
    order.status = OrderStatus.FILLED
    order.updated_at = market.now
    return order


def _confiscate(market: FuturesMarket, parties: list[str]) -> None:
    """Settlement records move to the network, positions go, all of the parties' money goes to the insurance pool."""
    collateral, asset, isolated = market.collateral, market.asset, market.isolated
    settle_distressed(market.settlement, collateral, asset, parties, market.mark_price or 0, isolated)
    for party in parties:
        position = market.positions.by_party[party]
        if party not in isolated or not (position.buy or position.sell):
            market.positions.remove(party)
    confiscate(collateral, market.id, asset, parties, isolated)
    for party in parties:
        if party in isolated:
            isolated_margin.announce(market, party)
        else:
            del market.accounts[party]
            margining.announce(market, party, None)


def _drop_uncovered_orders(market: FuturesMarket, party: str) -> None:
    """Stop the orders of a closed-out isolated party whose order margin is below its level."""
    level = isolated_margin.levels(market, party, 0).order_margin
    if market.collateral.balance(AccountType.ORDER_MARGIN, market.asset, party, market.id) < level:
        isolated_margin.stop_orders(market, party)


# -- disposal (03 §7.4) ----------------------------------------------------------------------------------------------


def dispose(market: FuturesMarket, ids: IdGenerator | None = None) -> None:
    """Let the network sell, or buy back, a part of what it holds, if it is time and the book has volume."""
    network = market.positions.by_party.get(NETWORK)
    if network is None or network.size == 0 or market.auction.in_auction:
        return
    book, liquidation = market.book, market.liquidation
    mid = book.mid_price()
    if not mid or not liquidation.is_due(market.now, network.size):
        return
    side = liquidation.side(network.size)
    price = liquidation.limit_price(network.size, mid, *market.price_monitor.valid_range())
    size = liquidation.order_size(network.size, market.volume_at_or_better(side.opposite, price))
    if size == 0:
        return
    liquidation.attempted(market.now)
    ids = ids or market.block_ids("networkLS")
    order = Order(
        ids.next(), market.id, NETWORK, side, OrderType.LIMIT, TimeInForce.IOC, size, price,
        market.price_scale.over(price), reference="LS", created_at=market.now,
    )  # fmt: skip
    market.positions.register(order)
    market.announce(order)
    fills = book.match(order, market.now)
    trades = book.trades_for(order, fills, market.now)
    for trade in trades:
        trade.type = TradeType.NETWORK_CLOSE_OUT_GOOD
    bill = market.fees.close_out(trades) if trades else None
    confirmation = book.submit(order, fills, market.now, trades)
    if order.remaining:
        market.positions.unregister(order)
    market.announce(order)
    if bill is not None:
        market.fee_collector.pay_from_insurance(bill)
        trade_processing.process(market, order, confirmation, ids, network=True)
    liquidation.disposed(network.size)
