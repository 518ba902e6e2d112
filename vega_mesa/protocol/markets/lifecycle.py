"""How a market starts, changes and ends (0043-MKTL, 0016-PFUT, 0081-SUCM; 03 §8.4, 8.7, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.data_sources.binding import settlement_binding
from vega_mesa.protocol.events.trading import MarketDataUpdated, MarketSettled
from vega_mesa.protocol.markets import auctions, cancellations, margining, market_making, marking, stop_triggers
from vega_mesa.protocol.markets.definition import FutureProduct, MarketDefinition, PerpetualProduct
from vega_mesa.protocol.markets.states import AuctionTrigger, MarketState
from vega_mesa.protocol.matching.order import NETWORK, OrderStatus
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk import models
from vega_mesa.protocol.risk.state_variables import StateVariableTrigger
from vega_mesa.protocol.settlement.final import final_settlement

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket
    from vega_mesa.protocol.markets.trading_market import TradingMarket

PRICE_SOURCE = "price-source-"


# -- the beginning ---------------------------------------------------------------------------------------------------


def start_opening_auction(market: FuturesMarket) -> None:
    """Open a proposed market: with its opening auction, or at once when its definition has none.

    Raises:
        Refused: the market is not in the proposed state.
    """
    if market.state is not MarketState.PROPOSED:
        raise Refused("cannot start the opening auction for a market not in proposed state")
    if market.definition.opening_auction_duration <= 0:
        market.set_state(MarketState.ACTIVE)
        market.product.on_auction_left(market, opening=True)
        return
    market.state = MarketState.PENDING
    market.auction.start_opening(market.now, market.definition.opening_auction_duration)
    auctions.enter(market)
    market.announce_market()


# -- price sources ---------------------------------------------------------------------------------------------------


def bind_price_sources(market: FuturesMarket) -> None:
    """Listen to the oracles of the mark price."""
    for index, source in enumerate(market.definition.mark_price.sources):
        key = f"{PRICE_SOURCE}{index}"
        market.services.data_sources.subscribe(source.spec, market, key, market.now)


def take_price_source(market: FuturesMarket, key: str, properties: Mapping[str, str]) -> bool:
    """Note the price of a mark-price oracle; False when the data is for the product."""
    if not key.startswith(PRICE_SOURCE):
        return False
    index = int(key[len(PRICE_SOURCE) :])
    source = market.definition.mark_price.sources[index]
    binding = settlement_binding(source.spec, source.property)
    price = binding.to_asset(properties[source.property], market.asset_decimals)
    market.composite.record_oracle(index, price, market.now)
    market.on_source_price(source.spec, price)
    return True


# -- the end of trading ----------------------------------------------------------------------------------------------


def terminate(market: FuturesMarket) -> None:
    """Stop trading for good: the last mark-to-market, then no more (03 §9.2)."""
    if market.state is MarketState.PROPOSED:
        return
    if market.state is MarketState.PENDING:
        cancel_market(market)
        return
    ids = market.block_ids("terminate")
    if market.settlement.has_trades:
        marking.update_mark_price(market, monitored=False)
        market.product.on_final_mark_price(market)
        market.bus.send(MarketDataUpdated, data=market.market_data())
        marking.mark_to_market(market, ids, final=True)
    market.set_state(MarketState.TRADING_TERMINATED)


def settle(market: FuturesMarket, price: int, state: MarketState = MarketState.SETTLED) -> None:
    """Settle every position at a price (asset decimals) and give everybody their money back (03 §9.4)."""
    settlement = market.settlement
    outcome = final_settlement(settlement.settled, settlement.last_mark, price, market.position_scale)
    market.collection.final(outcome)
    receipts = market.liquidity.on_market_close(market.now)
    market.services.on_liquidity_receipts(market, receipts)
    if market.amm is not None:
        market_making.on_market_close(market, market.amm)
    clear_accounts(market)
    if market.is_succeeded:
        clear_insurance(market)
    market.set_state(state)
    _stop_everything(market)
    market.liquidity.stop(market.now)
    market.mark_price = market.last_traded_price = price
    market.bus.send(MarketDataUpdated, data=market.market_data())
    market.bus.send(MarketSettled, market=market.id, price=price, position_factor=market.position_scale.decimal)


def terminate_by_governance(market: FuturesMarket, price: int) -> None:
    """Terminate and settle at a price that governance has voted (market decimals); the market is closed then.

    Raises:
        Refused: ``settlement data is outside of the price cap``.
    """
    if market.state is MarketState.PROPOSED:
        return
    if market.state is MarketState.PENDING:
        cancel_market(market)
        return
    settlement_price = market.price_scale.times(price)
    market.product.check_settlement_price(market, settlement_price)
    if market.auction.in_auction and not market.auction.is_opening:
        auctions.uncross(market, market.block_ids("terminate"))
        auctions.announce(market, market.auction.left(market.now))
    terminate(market)
    market.product.on_trading_terminated(market)
    settle(market, settlement_price, MarketState.CLOSED)


def cancel_market(market: FuturesMarket) -> None:
    """End a market that never opened: orders cancelled party by party, money returned (03 §8.4)."""
    for party in sorted(market.parties):
        orders = market.orders_of(party)
        if orders:
            cancellations.cancel(market, orders)
    if market.amm is not None:
        market_making.on_market_close(market, market.amm)
    clear_accounts(market)
    clear_insurance(market)
    market.liquidity.stop(market.now)
    market.product.unbind(market)
    market.services.data_sources.unsubscribe_all(market)
    market.set_state(MarketState.CANCELLED)


def reject(market: FuturesMarket) -> None:
    """Reject a proposed market, or a pending successor that lost the race for its parent."""
    successor = market.definition.parent_market is not None
    if market.state is not MarketState.PROPOSED and not (market.state is MarketState.PENDING and successor):
        raise Refused("cannot reject a market not in proposed state")
    _stop_everything(market)
    for stop_order in market.stop_orders.stop_all(market.now):
        stop_triggers.announce(market, stop_order)
    clear_accounts(market)
    clear_insurance(market)
    market.liquidity.stop(market.now)
    market.services.data_sources.unsubscribe_all(market)
    market.set_state(MarketState.REJECTED)


def _stop_everything(market: FuturesMarket) -> None:
    orders = sorted([*market.book.orders.values(), *market.parked.orders.values()], key=_order_id)
    cancellations.stop_all(market, orders)
    market.services.data_sources.unsubscribe_all(market)


def _order_id(order: object) -> str:
    return order.id  # type: ignore[attr-defined,no-any-return]


def clear_accounts(market: FuturesMarket) -> None:
    """Return what parties have in the market; the market's own remainders go to its insurance pool (03 §9.4.6)."""
    collateral, asset = market.collateral, market.asset
    parties = sorted({account.owner for account in _party_accounts(market)} - {NETWORK})
    for party in parties:
        general = collateral.open(AccountType.GENERAL, asset, party)
        for type in (AccountType.MARGIN, AccountType.ORDER_MARGIN, AccountType.BOND):
            account = collateral.find(type, asset, party, market.id)
            if account is not None:
                collateral.transfer("TRANSFER_TYPE_CLEAR_ACCOUNT", account.balance, account, general)
                collateral.close(account)
    market.accounts.clear()
    for type in (AccountType.FEES_LIQUIDITY, AccountType.FEES_MAKER, AccountType.SETTLEMENT):
        source = collateral.open(type, asset, market=market.id)
        collateral.transfer("TRANSFER_TYPE_CLEAR_ACCOUNT", source.balance, source, market.insurance)


def _party_accounts(market: FuturesMarket) -> list[Account]:
    kinds = (AccountType.MARGIN, AccountType.ORDER_MARGIN, AccountType.BOND)
    return [a for a in market.collateral.accounts.values() if a.market == market.id and a.type in kinds]


def clear_insurance(market: FuturesMarket) -> None:
    """Send the market's insurance pool to the asset's global insurance account."""
    pool = market.insurance
    destination = market.collateral.open(AccountType.GLOBAL_INSURANCE, market.asset)
    market.collateral.transfer("TRANSFER_TYPE_CLEAR_ACCOUNT", pool.balance, pool, destination)


# -- changes by governance -------------------------------------------------------------------------------------------


def suspend(market: TradingMarket) -> None:
    """Suspend trading: an auction without an end, or one longer than the running auction (03 §8.7)."""
    market.state = MarketState.SUSPENDED_VIA_GOVERNANCE
    auction = market.auction
    if auction.in_auction:
        auction.extend(AuctionTrigger.GOVERNANCE_SUSPENSION, auction.minimum_duration)
    else:
        auction.start_suspension(market.now)
        market.enter_auction()
    market.announce_market()


def resume(market: TradingMarket) -> None:
    """Lift a suspension."""
    auction = market.auction
    ids = market.block_ids("resume")
    if auction.trigger is AuctionTrigger.GOVERNANCE_SUSPENSION and not auction.is_price and not auction.is_long_block:
        market.leave_auction(ids, resumed=True)
        return
    auction.drop_extension()
    market.state = MarketState.PENDING if auction.is_opening else MarketState.SUSPENDED
    auctions.check(market, ids)
    market.announce_market()


def update(market: FuturesMarket, definition: MarketDefinition) -> None:
    """Take a new definition; decimals and settlement asset stay (03 §9.7)."""
    before = market.definition
    product = definition.product
    assert isinstance(product, (FutureProduct, PerpetualProduct))
    market.definition = definition
    market.liquidation.update(definition.liquidation_strategy)
    market.risk_model = models.build(definition.risk_model)
    market.risk_factors = market.risk_model.initial_factors()
    market.margin.set_slippage(definition.linear_slippage_factor, definition.quadratic_slippage_factor)
    market.margin.set_risk_factors(market.risk_factors)
    market.positions.forget_margins()
    market.price_monitor.update(definition.price_monitoring, market.risk_model, market.auction.is_price)
    market.services.data_sources.unsubscribe_all(market)
    market.composite.update(definition.mark_price)
    market.product.update(market, product)
    bind_price_sources(market)
    changed_risk = definition.risk_model != before.risk_model
    market.liquidity.update_sla(definition.liquidity_sla, at_once=changed_risk and market.auction.is_opening)
    market.liquidity.update_target_stake(definition.target_stake)
    market.liquidity.update_fee_settings(definition.liquidity_fee_settings)
    market.liquidity.update_risk_model()
    if definition.tick_size != before.tick_size:
        market.tick_size = definition.tick_size
        cancel_off_tick_pegs(market)
    market.recalculate(StateVariableTrigger.MARKET_UPDATED)
    if changed_risk:
        margining.recheck(market, margining.cross_positions(market))
    market.update_liquidity_fee()
    market.announce_market()


def cancel_off_tick_pegs(market: FuturesMarket) -> None:
    """Cancel pegged orders whose offset the new tick size does not allow, live ones first (02 §2.10)."""
    scale, tick = market.price_scale, market.tick_size
    for order in [*market.book.pegged_live.values(), *market.parked.orders.values()]:
        assert order.peg is not None
        crosses = scale.times(order.peg.offset) == 0 and scale.times(tick) == 0
        if order.peg.offset % tick or crosses:
            cancellations.take_out(market, order, OrderStatus.CANCELLED)
            market.announce(order)
