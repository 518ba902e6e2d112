"""A market of cash-settled futures or perpetuals: its parts, and the order in which a block calls them.

Spec: 0001-MKTF, 0043-MKTL. The order of work is in :meth:`FuturesMarket.tick` (a block begins) and
:meth:`FuturesMarket.end_block`; what an order goes through is in :mod:`vega_mesa.protocol.markets.order_entry`, leaving
an auction in :mod:`vega_mesa.protocol.markets.auctions`, the mark-to-market in :mod:`vega_mesa.protocol.markets.marking`.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from decimal import Decimal

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.auctions.auction_state import AuctionState
from vega_mesa.protocol.auctions.price_monitor import PriceMonitor
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.commands.trading import (
    OrderAmendment,
    OrderSubmission,
    StopOrdersSubmission,
    UpdateMarginMode,
)
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events.trading import MarketUpdated, OrderUpdated
from vega_mesa.protocol.fees import FeeCollector, FeeEngine
from vega_mesa.protocol.matching.identifiers import IdGenerator, hash_text
from vega_mesa.protocol.liquidation import LiquidationEngine
from vega_mesa.protocol.liquidity import LiquidityEngine, LiquidityPool
from vega_mesa.protocol.margin import isolated
from vega_mesa.protocol.margin.levels import MarginCalculator
from vega_mesa.protocol.mark_price import CompositePrice
from vega_mesa.protocol.markets import (
    amendments,
    auctions,
    cancellations,
    closeouts,
    isolated_margin,
    lifecycle,
    margining,
    marking,
    order_entry,
    stop_triggers,
)
from vega_mesa.protocol.markets.definition import (
    FutureProduct,
    MarginScalingFactors,
    MarketDefinition,
    PerpetualProduct,
)
from vega_mesa.protocol.markets.liquidity_view import FuturesLiquidityView
from vega_mesa.protocol.markets.market_data import MarketData, read_market_data
from vega_mesa.protocol.markets.services import MarketServices
from vega_mesa.protocol.markets.states import SECOND, AuctionTrigger, MarketState, TradingMode
from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.expiry import ExpiringOrders
from vega_mesa.protocol.matching.order import Order, Side, Trade
from vega_mesa.protocol.matching.pegged import ParkedOrders, References
from vega_mesa.protocol.matching.stop_order import StopOrder
from vega_mesa.protocol.matching.stop_orders import StopOrderPool
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.products import Future, Perpetual
from vega_mesa.protocol.risk import models
from vega_mesa.protocol.risk.state_variables import StateVariable, StateVariables, StateVariableTrigger
from vega_mesa.protocol.settlement.collection import Collection
from vega_mesa.protocol.settlement.mark_to_market import Settlement

ENDED = frozenset((MarketState.CANCELLED, MarketState.REJECTED, MarketState.SETTLED, MarketState.CLOSED))
DORMANT = frozenset((MarketState.PROPOSED, MarketState.CANCELLED, MarketState.REJECTED, MarketState.SETTLED))


class FuturesMarket:
    """One market for futures, capped futures or perpetuals.

    Prices and amounts are asset decimals, sizes position decimals, times nanoseconds. The parts do not know each other;
    the functions of this package call them in the order that the protocol fixes.
    """

    def __init__(
        self, id: str, definition: MarketDefinition, services: MarketServices, now: int, proposer: str = ""
    ) -> None:
        product = definition.product
        assert isinstance(product, (FutureProduct, PerpetualProduct))
        self.id = id
        self.definition = definition
        self.services = services
        self.proposer = proposer
        self.bus = services.bus
        self.collateral = services.collateral
        self.now = now
        self.created_at = now
        self.state = MarketState.PROPOSED
        self.asset = product.settlement_asset
        self.asset_decimals = services.asset_decimals(self.asset)
        self.price_scale = Scale(self.asset_decimals - definition.decimal_places)
        self.position_scale = Scale(definition.position_decimal_places)
        self.tick_size = definition.tick_size
        self.max_price = self._cap(product)
        self.fully_collateralised = product.fully_collateralised and self.max_price is not None
        # parameters of the network
        self.mark_price_frequency = 5 * SECOND
        self.maximum_auction_duration_ns = 0
        self.minimum_order_value_multiple = Decimal(0)
        self.max_stop_orders_per_party = 0
        # orders
        self.book = OrderBook(id)
        self.parked = ParkedOrders()
        self.references = References(self.price_scale.times(1))
        self.stop_orders = StopOrderPool()
        self.expiring = ExpiringOrders()
        # positions and money
        self.parties: dict[str, None] = {}
        self.accounts: dict[str, margining.PartyAccounts] = {}
        self.isolated: dict[str, Decimal] = {}
        self.distressed: dict[str, None] = {}
        self.is_succeeded = False
        self.collateral.open_market_accounts(id, self.asset)
        self.positions = Positions(id, self.bus)
        self.settlement = Settlement(id, self.bus, self.position_scale)
        self.collection = Collection(self.collateral, id, self.asset, self.isolated)
        self.liquidation = LiquidationEngine(definition.liquidation_strategy)
        # risk
        self.risk_model = models.build(definition.risk_model)
        self.risk_factors = self.risk_model.initial_factors()
        self.margin_scaling = definition.margin_scaling
        self.margin = MarginCalculator(
            self.risk_factors,
            definition.linear_slippage_factor,
            definition.quadratic_slippage_factor,
            definition.margin_scaling,
            self.position_scale,
            self.max_price if self.fully_collateralised else None,
        )
        self.state_variables = StateVariables()
        # prices and auctions
        self.mark_price: int | None = None
        self.last_traded_price = 0
        self.next_mark_to_market = 0
        self.composite = CompositePrice(definition.mark_price, self.max_price)
        self.price_monitor = PriceMonitor(definition.price_monitoring, self.risk_model)
        self.auction = AuctionState()
        # fees and liquidity
        self.fees = FeeEngine(
            id,
            definition.fees,
            definition.position_decimal_places,
            services.referrals,
            services.volume_discounts,
            services.volume_rebates,
        )
        self.fee_collector = FeeCollector(self.collateral, id, self.asset)
        self.liquidity = LiquidityEngine(
            self.collateral,
            FuturesLiquidityView(self),
            id,
            self.asset,
            sla=definition.liquidity_sla,
            target_stake=definition.target_stake,
            fee_settings=definition.liquidity_fee_settings,
            position_decimals=definition.position_decimal_places,
            price_scale=self.price_scale,
        )
        self.product = Future(product) if isinstance(product, FutureProduct) else Perpetual(product)
        self.product.bind(self)
        lifecycle.bind_price_sources(self)
        self.recalculate(StateVariableTrigger.MARKET_ENACTMENT)

    def _cap(self, product: FutureProduct | PerpetualProduct) -> int | None:
        if isinstance(product, FutureProduct) and product.max_price is not None:
            return self.price_scale.times(product.max_price)
        return None

    # -- the beat of blocks --------------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        """A block begins (03 §3.3)."""
        self.now = now
        ids = self.block_ids("tick")
        if self.can_trade:
            closeouts.dispose(self)
            cancellations.expire_orders(self)
            if len(self.stop_orders):
                stop_triggers.expire(self, ids)
        self.price_monitor.on_time(now)
        if self.state in (MarketState.PROPOSED, MarketState.TRADING_TERMINATED) or self.state in ENDED:
            return
        self.liquidity.on_tick(now)
        auctions.check(self, ids)
        if self.state in ENDED:
            return
        self.liquidity.on_value_window(now)
        self.update_liquidity_fee()

    def end_block(self) -> None:
        """A block ends (03 §3.5)."""
        if self.state in DORMANT:
            if self.next_mark_to_market <= self.now and not self.auction.in_auction:
                self.next_mark_to_market = self.now + self.mark_price_frequency
            return
        if not self.auction.in_auction:
            for price in self.composite_prices():
                marking.sample_book(self, price)
        self.product.on_block_end(self)
        marking.mark_if_due(self, self.block_ids("blockend"))
        for position in self.positions.flat():
            if not self.settlement.holds(position.party):
                margining.release_all(self, position.party)
        self.liquidity.on_block_end(self.now)

    def recalculate_by_time(self, now: int) -> None:
        """Calculate again what the passing of time makes due; before the market's own tick."""
        self._recalculate(self.state_variables.due(now), now)

    def recalculate(self, trigger: StateVariableTrigger) -> None:
        """Calculate again what an event in the market makes due (03 §6.3)."""
        self._recalculate(self.state_variables.on(trigger), self.now)

    def _recalculate(self, variables: Sequence[StateVariable], now: int) -> None:
        for variable in variables:
            if variable is StateVariable.RISK_FACTORS:
                self.risk_factors = self.risk_model.factors()
                self.margin.set_risk_factors(self.risk_factors)
                self.state_variables.calculated(variable, now)
            elif variable is StateVariable.PRICE_BOUND_FACTORS:
                if self.price_monitor.recalculate_factors():
                    self.state_variables.calculated(variable, now)
            elif self.liquidity.recalculate_probabilities():
                self.state_variables.calculated(variable, now)

    # -- requests of parties ---------------------------------------------------------------------------------------------

    def submit_order(
        self, party: str, submission: OrderSubmission, ids: IdGenerator, *, trigger_stops: bool = True
    ) -> Confirmation:
        """See :func:`vega_mesa.protocol.markets.order_entry.submit_order`."""
        return order_entry.submit_order(self, party, submission, ids, trigger_stops=trigger_stops)

    def amend_order(self, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
        """See :func:`vega_mesa.protocol.markets.amendments.amend_order`."""
        return amendments.amend_order(self, party, amendment, ids)

    def cancel_order(self, party: str, order_id: str) -> list[Order]:
        """Cancel one order, or all of the party's orders when no id is given."""
        if order_id:
            return [cancellations.cancel_order(self, party, order_id)]
        return cancellations.cancel_all(self, party)

    def submit_stop_orders(
        self, party: str, submission: StopOrdersSubmission, ids: IdGenerator
    ) -> tuple[list[StopOrder], Confirmation | None]:
        """See :func:`vega_mesa.protocol.markets.stop_triggers.submit`."""
        return stop_triggers.submit(self, party, submission, ids)

    def cancel_stop_order(self, party: str, stop_order_id: str) -> None:
        """Cancel one stop order with its partner, or all of the party's when no id is given."""
        stop_triggers.cancel(self, party, stop_order_id)

    def update_margin_mode(self, party: str, command: UpdateMarginMode) -> None:
        """See :func:`vega_mesa.protocol.markets.isolated_margin.switch`."""
        isolated_margin.switch(self, party, command.isolated, command.margin_factor)

    def submit_liquidity_provision(self, party: str, command: LiquidityProvisionSubmission, ids: IdGenerator) -> None:
        """Commit liquidity; the party gets a margin account and is known to the market from here on."""
        margining.require_general_account(self, party)
        margining.open_accounts(self, party)
        self.liquidity.submit(self.now, ids.next(), party, command)

    def amend_liquidity_provision(self, party: str, command: LiquidityProvisionAmendment) -> None:
        """Change a commitment."""
        self.liquidity.amend(self.now, party, command)

    def cancel_liquidity_provision(self, party: str) -> None:
        """Give a commitment up."""
        self.liquidity.cancel(self.now, party)

    def on_epoch_end(self, epoch: Epoch) -> None:
        """The epoch ended: providers are penalised and paid."""
        receipts = self.liquidity.on_epoch_end(epoch.end)
        self.services.on_liquidity_receipts(self, receipts)
        self.update_liquidity_fee()

    def on_epoch_start(self, epoch: Epoch) -> None:
        """An epoch started: what was queued takes effect."""
        self.liquidity.on_epoch_start(epoch.start, epoch.sequence)
        self.update_liquidity_fee()

    def on_data(self, key: str, properties: Mapping[str, str], metadata: Mapping[str, str]) -> None:
        """Take oracle data that the market subscribed to."""
        if not lifecycle.take_price_source(self, key, properties):
            self.product.on_data(self, key, properties, metadata)

    # -- questions -------------------------------------------------------------------------------------------------------

    @property
    def can_trade(self) -> bool:
        """Whether orders are accepted, in auction or not."""
        return self.state in (
            MarketState.PENDING,
            MarketState.ACTIVE,
            MarketState.SUSPENDED,
            MarketState.SUSPENDED_VIA_GOVERNANCE,
        )

    @property
    def has_ended(self) -> bool:
        """Whether the market disappears with the next tick."""
        return self.state in ENDED

    @property
    def trading_mode(self) -> TradingMode:
        """How the market trades now."""
        return TradingMode.NO_TRADING if not self.can_trade else self.auction.mode

    @property
    def insurance(self) -> Account:
        """The market's insurance pool."""
        return self.collateral.open(AccountType.INSURANCE, self.asset, market=self.id)

    def market_data(self) -> MarketData:
        """The market's figures now, in market decimals."""
        return read_market_data(self)

    def find_order(self, order_id: str) -> Order | None:
        """A live or parked order."""
        return self.book.orders.get(order_id) or self.parked.get(order_id)

    def orders_of(self, party: str) -> list[Order]:
        """A party's live and parked orders, in order-id order."""
        return sorted([*self.book.orders_of(party), *self.parked.of_party(party)], key=_order_id)

    def minimum_margin_factor(self) -> Decimal:
        """What the factor of isolated margin must exceed."""
        return isolated.minimum_factor(self.risk_factors, self.definition.linear_slippage_factor)

    def open_volume(self, party: str) -> int:
        """A party's signed open volume."""
        position = self.positions.by_party.get(party)
        return 0 if position is None else position.size

    def composite_prices(self) -> list[CompositePrice]:
        """The mark price, and a perpetual's own internal price."""
        return [self.composite, *self.product.composite_prices()]

    def indicative_open_interest(self) -> int:
        """Open interest as it would be after the auction's indicative trades."""
        if not self.book.indicative()[1]:
            return self.positions.open_interest
        confirmations, _ = pickle.loads(pickle.dumps(self.book)).uncross(self.now)  # noqa: S301 - our own copy
        sizes = {party: position.size for party, position in self.positions.by_party.items()}
        for confirmation in confirmations:
            for trade in confirmation.trades:
                sizes[trade.buyer] = sizes.get(trade.buyer, 0) + trade.size
                sizes[trade.seller] = sizes.get(trade.seller, 0) - trade.size
        return sum(size for size in sizes.values() if size > 0)

    def liquidity_pools(self) -> Sequence[LiquidityPool]:
        """The automated market makers that are live now."""
        return ()

    def volume_at_or_better(self, side: Side, price: int) -> int:
        """Volume that a disposal can count on, automated market makers included."""
        volume = self.book.volume_at_or_better(side, price)
        if self.book.off_book is not None:
            volume += self.services.pool_volume(self, side, price)
        return volume

    # -- what the parts' functions share ---------------------------------------------------------------------------------

    def announce(self, order: Order) -> None:
        """Send an order as it stands."""
        if OrderUpdated in self.bus.wanted:
            self.bus.send(OrderUpdated, order=order.copy())

    def set_state(self, state: MarketState) -> None:
        """Change the market's state and tell."""
        self.state = state
        self.announce_market()

    def announce_market(self) -> None:
        """Send what governance and traders see of the market."""
        self.bus.send(
            MarketUpdated,
            market=self.id,
            state=self.state,
            trading_mode=self.trading_mode,
            liquidity_fee=self.liquidity.fee_factor,
            mark_price_type=self.definition.mark_price.type,
        )

    def update_liquidity_fee(self) -> None:
        """Take the fee factor that the providers' bids lead to now, and tell if it changed."""
        factor = self.liquidity.update_fee_factor(self.now)
        if factor is not None:
            self.fees.set_liquidity_fee_factor(factor)
            self.announce_market()

    def set_mark_price_frequency(self, frequency: int) -> None:
        """Change how often the mark price is calculated; the next time moves with it (03 §3.6)."""
        if self.next_mark_to_market:
            self.next_mark_to_market += frequency - self.mark_price_frequency
        self.mark_price_frequency = frequency

    def set_margin_scaling(self, scaling: MarginScalingFactors) -> None:
        """Change the levels as multiples of the maintenance margin, at once."""
        self.margin_scaling = scaling
        self.margin.set_scaling(scaling)

    def track_expiry(self, order: Order) -> None:
        """Enter an unfinished order that can expire in the expiry list."""
        if order.is_expirable and not order.is_finished:
            self.expiring.insert(order.id, order.expires_at)

    def traded(self, trades: Sequence[Trade]) -> None:
        """Tell the value and activity trackers of trades."""
        self.liquidity.add_traded_value(sum(trade.price * trade.size for trade in trades))
        self.services.on_trades(self, trades)

    def pay_auction_fees(self, confirmation: Confirmation, trigger: AuctionTrigger, *, resumed: bool = False) -> None:
        """Fees of an uncrossing: split in a price auction, none in others (03 §8.5)."""
        if trigger is AuctionTrigger.PRICE:
            self.fee_collector.pay(self.fees.auction(confirmation.trades))
        elif resumed:
            self.fee_collector.pay(self.fees.continuous(confirmation.trades))

    def check_order_value(self, order: Order) -> None:
        """Refuse an amended order too small to be worth its margin (02 §6.2 row 8)."""
        if self.minimum_order_value_multiple:
            order_entry.check_value(self, order)

    def forget_stop_orders(self, party: str) -> None:
        """Cancel the stop orders of a party that has nothing left in the market."""
        for stop_order in self.stop_orders.cancel_all(party, self.now):
            stop_triggers.announce(self, stop_order)

    def after_mark_to_market(self) -> None:
        """Let automated market makers whose funds are gone be cleaned up."""
        self.update_liquidity_fee()
        self.services.after_mark_to_market(self)

    def block_ids(self, purpose: str) -> IdGenerator:
        """Ids for what the block itself causes, not a transaction."""
        return IdGenerator(hash_text(f"{purpose}/{self.id}/{self.now}"))


def _order_id(order: Order) -> str:
    return order.id
