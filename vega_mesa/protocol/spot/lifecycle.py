"""How a spot market starts, changes and ends (0043-MKTL, 0080-SPOT; 05 §3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets import stop_triggers
from vega_mesa.protocol.markets.definition import MarketDefinition
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.matching.order import OrderStatus
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk import models
from vega_mesa.protocol.risk.state_variables import StateVariableTrigger
from vega_mesa.protocol.spot import cancellations

if TYPE_CHECKING:
    from vega_mesa.protocol.spot.market import SpotMarket

MARKET_ACCOUNTS: Final = (
    AccountType.FEES_LIQUIDITY,
    AccountType.FEES_MAKER,
    AccountType.LIQUIDITY_FEES_BONUS_DISTRIBUTION,
)


def start_opening_auction(market: SpotMarket) -> None:
    """Open a proposed market: with its opening auction, or at once when its definition has none."""
    if market.state is not MarketState.PROPOSED:
        raise Refused("cannot start the opening auction for a market not in proposed state")
    if market.definition.opening_auction_duration <= 0:
        market.set_state(MarketState.ACTIVE)
        return
    market.state = MarketState.PENDING
    market.auction.start_opening(market.now, market.definition.opening_auction_duration)
    market.enter_auction()
    market.announce_market()


def cancel_market(market: SpotMarket) -> None:
    """End a market that never opened: orders cancelled party by party, bonds returned."""
    for party in sorted({order.party for order in (*market.book.orders.values(), *market.parked.orders.values())}):
        cancellations.cancel(market, market.orders_of(party))
    _end(market, MarketState.CANCELLED)


def reject(market: SpotMarket) -> None:
    """Reject a proposed market."""
    if market.state is not MarketState.PROPOSED:
        raise Refused("cannot reject a market not in proposed state")
    cancellations.stop_all(market)
    for stop_order in market.stop_orders.stop_all(market.now):
        stop_triggers.announce(market, stop_order)
    _end(market, MarketState.REJECTED)


def close(market: SpotMarket) -> None:
    """End a market because governance says so: providers are paid, orders stopped, funds and bonds released."""
    opened = market.state not in (MarketState.PENDING, MarketState.PROPOSED)
    if opened:
        market.services.on_liquidity_receipts(market, market.liquidity.on_market_close(market.now))
    cancellations.stop_all(market)
    _end(market, MarketState.CLOSED if opened else MarketState.CANCELLED)


def _end(market: SpotMarket, state: MarketState) -> None:
    collateral = market.collateral
    for party in sorted(
        account.owner
        for account in collateral.accounts.values()
        if account.type is AccountType.BOND and account.market == market.id
    ):
        market.liquidity.clear_bond(party)
    treasury = collateral.open(AccountType.NETWORK_TREASURY, market.asset)
    for type in MARKET_ACCOUNTS:
        account = collateral.find(type, market.asset, market=market.id)
        if account is not None:
            if account.balance:
                collateral.transfer("TRANSFER_TYPE_CLEAR_ACCOUNT", account.balance, account, treasury)
            collateral.close(account)
    market.liquidity.stop(market.now)
    if market.purchase is not None:
        market.purchase.stop()
    market.services.data_sources.unsubscribe_all(market)
    market.set_state(state)


def update(market: SpotMarket, definition: MarketDefinition) -> None:
    """Take new terms; decimals and assets stay."""
    before = market.definition
    market.definition = definition
    market.risk_model = models.build(definition.risk_model)
    market.risk_factors = market.risk_model.initial_factors()
    market.price_monitor.update(definition.price_monitoring, market.risk_model, market.auction.is_price)
    market.liquidity.update_sla(definition.liquidity_sla)
    market.liquidity.update_target_stake(definition.target_stake)
    market.liquidity.update_fee_settings(definition.liquidity_fee_settings)
    market.liquidity.update_risk_model()
    if definition.tick_size != before.tick_size:
        market.tick_size = definition.tick_size
        _cancel_off_tick_pegs(market)
    market.recalculate(StateVariableTrigger.MARKET_UPDATED)
    market.update_liquidity_fee()
    market.announce_market()


def _cancel_off_tick_pegs(market: SpotMarket) -> None:
    """Cancel pegged orders whose offset the new tick size does not allow, live ones first."""
    for order in [*market.book.pegged_live.values(), *market.parked.orders.values()]:
        assert order.peg is not None
        if order.peg.offset % market.tick_size:
            cancellations.take_out(market, order, OrderStatus.CANCELLED)
            market.announce(order)
