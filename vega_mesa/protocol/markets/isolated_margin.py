"""Parties in isolated margin: switching, trades, resting orders (0019-MCAL; 03 §6.8).

The computations are in :mod:`vega_mesa.protocol.margin.isolated`; here they meet the party's accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.margin import isolated
from vega_mesa.protocol.margin.isolated import Effect
from vega_mesa.protocol.margin.levels import HypotheticalPosition, MarginLevels
from vega_mesa.protocol.markets import cancellations, margining
from vega_mesa.protocol.matching.order import BUY, Order, OrderStatus, Trade
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.positions import Position
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.fees import FeeBill
    from vega_mesa.protocol.markets.futures import FuturesMarket

STOPPED_REASON = "ISOLATED_MARGIN_CHECK_FAILED"


# -- switching (03 §6.8.1) -------------------------------------------------------------------------------------------


def switch(market: FuturesMarket, party: str, isolate: bool, factor: Decimal) -> None:
    """Put a party into cross margin, or into isolated margin with a factor.

    Raises:
        Refused: the factor is too low, the funds do not suffice, or no price is observable; nothing has moved.
    """
    if isolate:
        isolated.check_factor(
            factor, market.risk_factors, market.definition.linear_slippage_factor, market.fully_collateralised
        )
    if market.isolated.get(party) == (factor if isolate else None):
        margining.open_accounts(market, party)
        margining.announce_mode(market, party)
        return
    price = _observable_price(market)
    accounts = margining.open_accounts(market, party)
    if isolate:
        _isolate(market, party, accounts, factor, price)
    else:
        _share(market, party, accounts, price)
    margining.announce_mode(market, party)


def _observable_price(market: FuturesMarket) -> int:
    if market.fully_collateralised and market.max_price is not None:
        return market.max_price
    price = market.book.indicative()[0] if market.auction.is_opening else market.mark_price
    if not price:
        raise Refused("no market observable price")
    return price


def _isolate(market: FuturesMarket, party: str, accounts: margining.PartyAccounts, factor: Decimal, price: int) -> None:
    position = market.positions.by_party.get(party)
    size = position.size if position else 0
    alone = market.margin.levels(
        HypotheticalPosition(size), price, include_orders=False, funding_increment=market.product.margin_increment()
    )
    order_margin = _order_margin(market, party)
    target = isolated.check_switch(
        factor=Factor(factor),
        size=size,
        average_entry_price=position.average_entry_price if position else 0,
        orders=market.book.orders_of(party),
        initial_margin=alone.initial,
        margin=accounts.margin.balance,
        order_margin=order_margin.balance if order_margin else 0,
        general=accounts.general.balance,
        position_scale=market.position_scale,
    )
    order_margin = market.collateral.open(AccountType.ORDER_MARGIN, market.asset, party, market.id)
    _bring_to(market, accounts.margin, target.margin, accounts.general, "MARGIN_LOW", "MARGIN_HIGH")
    _bring_to(market, order_margin, target.order_margin, accounts.general, "ORDER_MARGIN_LOW", "ORDER_MARGIN_HIGH")
    market.isolated[party] = factor
    pegs = [order for order in market.orders_of(party) if order.peg is not None]
    if pegs:
        cancellations.cancel(market, pegs)
    announce(market, party)


def _share(market: FuturesMarket, party: str, accounts: margining.PartyAccounts, price: int) -> None:
    order_margin = _order_margin(market, party)
    if order_margin is not None and order_margin.balance:
        market.collateral.transfer(
            "TRANSFER_TYPE_ISOLATED_MARGIN_LOW", order_margin.balance, order_margin, accounts.margin
        )
    market.isolated.pop(party, None)
    position = market.positions.by_party.get(party)
    margining.announce(market, party, None if position is None else margining.order_levels(market, position, price))


def _order_margin(market: FuturesMarket, party: str) -> Account | None:
    return market.collateral.find(AccountType.ORDER_MARGIN, market.asset, party, market.id)


def _bring_to(market: FuturesMarket, account: Account, target: int, general: Account, low: str, high: str) -> None:
    if account.balance < target:
        market.collateral.transfer(f"TRANSFER_TYPE_{low}", target - account.balance, general, account)
    elif account.balance > target:
        market.collateral.transfer(f"TRANSFER_TYPE_{high}", account.balance - target, account, general)


# -- levels ----------------------------------------------------------------------------------------------------------


def levels(market: FuturesMarket, party: str, size: int) -> MarginLevels:
    """Levels of an isolated party with this open volume."""
    return market.margin.isolated_levels(
        HypotheticalPosition(size),
        market.mark_price or market.book.indicative()[0],
        _order_margin_level(market, party, size),
        market.product.margin_increment(),
    )


def _order_margin_level(market: FuturesMarket, party: str, size: int, *, auction: bool = True) -> int:
    auction_price = None
    if auction and market.auction.margin_in_auction:
        auction_price = max(market.book.indicative()[0], market.mark_price or 0)
    return isolated.order_margin_level(
        market.book.orders_of(party), size, Factor(market.isolated[party]), market.position_scale, auction_price
    )


def announce(market: FuturesMarket, party: str) -> None:
    """Send the margin levels of an isolated party."""
    position = market.positions.by_party.get(party)
    margining.announce(market, party, levels(market, party, position.size if position else 0))


# -- trades (03 §6.8.3, 6.8.4) ---------------------------------------------------------------------------------------


def cover_trades(
    market: FuturesMarket,
    order: Order,
    position: Position,
    trades: Sequence[Trade],
    bill: FeeBill,
    *,
    amending: bool = False,
) -> None:
    """Move the margin of trades about to happen, or refuse the order without an event."""
    accounts = market.accounts[order.party]
    order_margin = _order_margin(market, order.party)
    spare = order_margin.balance if amending and order_margin is not None else 0
    fills = [(trade.size, trade.price) for trade in trades]
    traded = sum(size for size, _ in fills)
    effect = isolated.effect_of(position.size, order.side, traded)
    if effect is Effect.DECREASE:
        _release(market, accounts, position.size, fills)
        return
    required = _requirement(market, order.party, position.size, fills, effect)
    maintenance = market.margin.maintenance(
        HypotheticalPosition(position.size + (traded if order.side is BUY else -traded)),
        market.mark_price or 0,
        include_orders=False,
        funding_increment=market.product.margin_increment(),
    )
    if not isolated.covers_trades(
        effect=effect,
        requirement=required,
        maintenance=maintenance,
        fees=bill.total,
        margin=accounts.margin.balance,
        general=accounts.general.balance,
        order_margin=spare,
    ):
        raise OrderRefused("MARGIN_CHECK_FAILED", "margin check failed", emits=False)
    if effect is Effect.FLIP:
        _bring_to(market, accounts.margin, required, accounts.general, "MARGIN_LOW", "MARGIN_HIGH")
        return
    if spare and order_margin is not None:
        part = min(spare, required)
        market.collateral.transfer("TRANSFER_TYPE_ISOLATED_MARGIN_LOW", part, order_margin, accounts.margin)
        required -= part
    if required:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", required, accounts.general, accounts.margin)


def _requirement(market: FuturesMarket, party: str, size: int, fills: list[isolated.Fill], effect: Effect) -> int:
    """What fills require as margin; on a flip only what they open on the other side of nothing."""
    opening = isolated.beyond(fills, abs(size)) if effect is Effect.FLIP else fills
    return isolated.trades_requirement(opening, Factor(market.isolated[party]), market.position_scale)


def _release(
    market: FuturesMarket, accounts: margining.PartyAccounts, old: int, fills: Sequence[tuple[int, int]]
) -> None:
    amount = isolated.release_on_decrease(
        old, fills, market.mark_price or 0, accounts.margin.balance, market.position_scale
    )
    amount = min(amount, accounts.margin.balance)
    if amount:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_HIGH", amount, accounts.margin, accounts.general)


def after_execution(market: FuturesMarket, order: Order, position: Position) -> OrderRefused | None:
    """Move the order margin of what an order has just put on the book, and tell the levels of what it leads to.

    Returns:
        What the caller raises once the trades are processed: the order is off the book then, rejected.
    """
    party = order.party
    traded = order.size - order.true_remaining
    size = position.size + (traded if order.side is BUY else -traded)
    if order.is_finished:
        margining.announce(market, party, levels(market, party, size))
        return None
    if fund_orders(market, party, size):
        return None
    cancellations.take_out(market, order, OrderStatus.REJECTED)
    order.reason = "MARGIN_CHECK_FAILED"
    return OrderRefused("MARGIN_CHECK_FAILED", "margin check failed", emits=False)


def fund_orders(market: FuturesMarket, party: str, size: int) -> bool:
    """Bring the order margin to its level beside this open volume; False, and nothing moved, for want of funds."""
    accounts = market.accounts[party]
    order_margin = market.collateral.open(AccountType.ORDER_MARGIN, market.asset, party, market.id)
    level = _order_margin_level(market, party, size)
    if level - order_margin.balance > accounts.general.balance:
        return False
    _bring_to(market, order_margin, level, accounts.general, "ORDER_MARGIN_LOW", "ORDER_MARGIN_HIGH")
    margining.announce(market, party, levels(market, party, size))
    return True


def stop_unfunded(market: FuturesMarket, party: str) -> OrderRefused:
    """An amendment needs order margin that cannot be had: all orders are stopped; returns what is to be raised."""
    stop_orders(market, party)
    return OrderRefused("MARGIN_CHECK_FAILED", "margin check failed", emits=False)


def on_fill(market: FuturesMarket, order: Order, trade: Trade) -> None:
    """Move margin for a fill that has been booked: of a resting order, or in an uncrossing."""
    party = order.party
    position = market.positions.by_party[party]
    accounts = market.accounts[party]
    new = position.size
    old = new - trade.size if order.side is BUY else new + trade.size
    fills = [(trade.size, trade.price)]
    effect = isolated.effect_of(old, order.side, trade.size)
    order_margin = market.collateral.open(AccountType.ORDER_MARGIN, market.asset, party, market.id)
    held, moved = order_margin.balance, 0
    if effect is Effect.DECREASE:
        _release(market, accounts, old, fills)
    else:
        required = _requirement(market, party, old, fills, effect)
        if effect is Effect.FLIP:
            available = min(required, accounts.margin.balance + accounts.general.balance)
            _bring_to(market, accounts.margin, available, accounts.general, "MARGIN_LOW", "MARGIN_HIGH")
        else:
            moved = min(required, held)
            market.collateral.transfer("TRANSFER_TYPE_ISOLATED_MARGIN_LOW", moved, order_margin, accounts.margin)
    if held > moved and _order_margin_level(market, party, new) == 0:
        _bring_to(market, order_margin, 0, accounts.general, "ORDER_MARGIN_LOW", "ORDER_MARGIN_HIGH")
    now = levels(market, party, new)
    margining.announce(market, party, now)
    if accounts.margin.balance < now.maintenance:
        stop_orders(market, party)


# -- orders that leave (03 §6.8.4, 6.8.5) ----------------------------------------------------------------------------


def release_excess_order_margin(market: FuturesMarket, position: Position, *, auction: bool = True) -> None:
    """Return what the order margin holds above its level."""
    party = position.party
    order_margin = _order_margin(market, party)
    if order_margin is None:
        return
    level = _order_margin_level(market, party, position.size, auction=auction)
    if order_margin.balance > level:
        general = market.accounts[party].general
        _bring_to(market, order_margin, level, general, "ORDER_MARGIN_LOW", "ORDER_MARGIN_HIGH")
        margining.announce(market, party, levels(market, party, position.size))


def release_after_uncrossing(market: FuturesMarket) -> None:
    """After an uncrossing, order margin above the level without the auction price goes back."""
    for party in market.isolated:
        position = market.positions.by_party.get(party)
        if position is not None:
            release_excess_order_margin(market, position, auction=False)


def stop_orders(market: FuturesMarket, party: str) -> None:
    """Stop all live orders of a party and return its order margin."""
    cancellations.stop_all(market, market.book.orders_of(party), STOPPED_REASON)
    order_margin = _order_margin(market, party)
    if order_margin is not None and order_margin.balance:
        general = market.accounts[party].general
        market.collateral.transfer("TRANSFER_TYPE_ORDER_MARGIN_HIGH", order_margin.balance, order_margin, general)
    announce(market, party)


def in_distress(market: FuturesMarket, parties: Sequence[str]) -> list[str]:
    """Isolated parties whose margin is below maintenance after a mark-to-market (03 §6.8.6)."""
    found = []
    for party in parties:
        position = market.positions.by_party.get(party)
        if party in market.isolated and position is not None:
            now = levels(market, party, position.size)
            margining.announce(market, party, now)
            if market.accounts[party].margin.balance < now.maintenance:
                found.append(party)
    return found
