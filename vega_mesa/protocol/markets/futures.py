"""A market of cash-settled futures or perpetuals: its parts, and the order in which a block calls them.

Spec: 0001-MKTF, 0043-MKTL. The order of work is in :meth:`FuturesMarket.tick` (a block begins) and
:meth:`FuturesMarket.end_block`; what an order goes through is in :mod:`vega_mesa.protocol.markets.order_entry`,
leaving an auction in :mod:`vega_mesa.protocol.markets.auctions`, the mark-to-market in
:mod:`vega_mesa.protocol.markets.marking`.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from vega_mesa.protocol.amm.engine import MarketMakers
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionSubmission
from vega_mesa.protocol.commands.trading import OrderAmendment, OrderSubmission, UpdateMarginMode
from vega_mesa.protocol.data_sources import DataSourceSpec
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.liquidation import LiquidationEngine
from vega_mesa.protocol.liquidity import LiquidityPool
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
    market_making,
    marking,
    order_entry,
    plain_orders,
    stop_triggers,
)
from vega_mesa.protocol.markets.definition import (
    FutureProduct,
    MarginScalingFactors,
    MarketDefinition,
    PerpetualProduct,
)
from vega_mesa.protocol.markets.services import MarketServices
from vega_mesa.protocol.markets.states import AuctionTrigger, MarketState
from vega_mesa.protocol.markets.trading_market import DORMANT, ENDED, TradingMarket
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import Order, Side
from vega_mesa.protocol.matching.stop_order import StopOrder, check_stop_orders
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.products import Future, Perpetual
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk.state_variables import StateVariableTrigger
from vega_mesa.protocol.settlement.collection import Collection
from vega_mesa.protocol.settlement.mark_to_market import Settlement


class FuturesMarket(TradingMarket):
    """One market for futures, capped futures or perpetuals.

    Prices and amounts are asset decimals, sizes position decimals, times nanoseconds. The parts do not know each other;
    the functions of this package call them in the order that the protocol fixes.
    """

    def __init__(
        self, id: str, definition: MarketDefinition, services: MarketServices, now: int, proposer: str = ""
    ) -> None:
        product = definition.product
        assert isinstance(product, (FutureProduct, PerpetualProduct))
        super().__init__(id, definition, services, now, proposer, product.settlement_asset)
        self.max_price = self._cap(product)
        self.fully_collateralised = product.fully_collateralised and self.max_price is not None
        # positions and money
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
        self.margin_scaling = definition.margin_scaling
        self.margin = MarginCalculator(
            self.risk_factors,
            definition.linear_slippage_factor,
            definition.quadratic_slippage_factor,
            definition.margin_scaling,
            self.position_scale,
            self.max_price if self.fully_collateralised else None,
        )
        self.composite = CompositePrice(definition.mark_price, self.max_price)
        self.amm: MarketMakers | None = None  # until the first market maker
        # what settles
        self.product = Future(product) if isinstance(product, FutureProduct) else Perpetual(product)
        self.has_plain_margins = self.max_price is None and not self.product.adds_to_margins
        self.product.bind(self)
        lifecycle.bind_price_sources(self)
        self.recalculate(StateVariableTrigger.MARKET_ENACTMENT)

    def _cap(self, product: FutureProduct | PerpetualProduct) -> int | None:
        if isinstance(product, FutureProduct) and product.max_price is not None:
            return self.price_scale.times(product.max_price)
        return None

    # -- the beat of blocks ------------------------------------------------------------------------------------------

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
        if self.amm is not None:
            market_making.on_tick(self, self.amm)
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

    def recalculate_risk_factors(self) -> None:
        """Take the risk factors of the model; margins follow."""
        super().recalculate_risk_factors()
        self.margin.set_risk_factors(self.risk_factors)
        self.positions.forget_margins()

    # -- requests of parties -----------------------------------------------------------------------------------------

    submit_plain = plain_orders.enter
    cancel_plain = plain_orders.withdraw

    def submit_order(
        self, party: str, submission: OrderSubmission, ids: IdGenerator, *, trigger_stops: bool = True
    ) -> Confirmation:
        """Take a new order in; see :mod:`vega_mesa.protocol.markets.order_entry`.

        Returns:
            The order as it stands and the trades it made.

        Raises:
            OrderRefused: with Vega's text; the order event, where there is one, has been sent.

        Emits:
            LedgerMoved, OrderUpdated, TradeHappened, and what a triggered auction or stop order emits.
        """
        try:
            return order_entry.enter(self, party, submission, ids)
        finally:
            if trigger_stops and (self.stop_orders.orders or self.stop_orders.looked_at != self.last_traded_price):
                stop_triggers.evaluate(self, ids)

    def amend_order(self, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
        """See :func:`vega_mesa.protocol.markets.amendments.amend_order`."""
        return amendments.amend_order(self, party, amendment, ids)

    def cancel_order(self, party: str, order_id: str) -> list[Order]:
        """See :func:`vega_mesa.protocol.markets.cancellations.cancel_order`."""
        return cancellations.cancel_order(self, party, order_id)

    def check_stop_orders(self, party: str, falls: StopOrder | None, rises: StopOrder | None) -> None:
        """Refuse stop orders that do not close a position."""
        check_stop_orders(
            falls,
            rises,
            now=self.now,
            pooled=self.stop_orders.count(party),
            limit=self.max_stop_orders_per_party,
            has_position=self.positions.has_record(party),
        )

    def update_margin_mode(self, party: str, command: UpdateMarginMode) -> None:
        """See :func:`vega_mesa.protocol.markets.isolated_margin.switch`."""
        isolated_margin.switch(self, party, command.isolated, command.margin_factor)

    def submit_liquidity_provision(self, party: str, command: LiquidityProvisionSubmission, ids: IdGenerator) -> None:
        """Commit liquidity; the party gets a margin account and is known to the market from here on."""
        margining.require_general_account(self, party)
        margining.open_accounts(self, party)
        self.liquidity.submit(self.now, ids.next(), party, command)

    def cancel_liquidity_provision(self, party: str) -> None:
        """Give a commitment up."""
        self.liquidity.cancel(self.now, party)

    def start_opening_auction(self) -> None:
        """Open a proposed market."""
        lifecycle.start_opening_auction(self)

    def enter_auction(self) -> None:
        """Put the book into the auction that has been flagged."""
        auctions.enter(self)

    def leave_auction(self, ids: IdGenerator, *, resumed: bool = False) -> None:
        """Uncross and go back to continuous trading."""
        auctions.leave(self, ids, resumed=resumed)

    def cancel(self) -> None:
        """End a market that never opened."""
        lifecycle.cancel_market(self)

    def reject(self) -> None:
        """Reject a proposed market, or a pending successor."""
        lifecycle.reject(self)

    def update(self, definition: MarketDefinition) -> None:
        """Take new terms."""
        lifecycle.update(self, definition)

    def terminate_by_governance(self, price: int | None) -> None:
        """Terminate and settle at a price that governance has voted, market decimals."""
        if price is None:
            raise Refused("missing settlement price for governance initiated futures market termination")
        lifecycle.terminate_by_governance(self, price)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """An epoch started: what was queued takes effect."""
        self.liquidity.on_epoch_start(epoch.start, epoch.sequence)
        self.update_liquidity_fee()

    def on_data(self, key: str, properties: Mapping[str, str], metadata: Mapping[str, str]) -> None:
        """Take oracle data that the market subscribed to."""
        if not lifecycle.take_price_source(self, key, properties):
            self.product.on_data(self, key, properties, metadata)

    # -- questions ---------------------------------------------------------------------------------------------------

    @property
    def insurance(self) -> Account:
        """The market's insurance pool."""
        return self.collateral.open(AccountType.INSURANCE, self.asset, market=self.id)

    @property
    def open_interest(self) -> int:
        """Sum of the long positions."""
        return self.positions.open_interest

    @property
    def next_network_closeout(self) -> int:
        """When the network disposes of what it took over."""
        return self.liquidation.next_step

    def product_data(self) -> Any:
        """A perpetual's figures."""
        return self.product.product_data(self)

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

    def volume_at_or_better(self, side: Side, price: int) -> int:
        """Volume that a disposal can count on, automated market makers included."""
        volume = self.book.volume_at_or_better(side, price)
        if self.amm is not None:
            volume += self.amm.liquidity.volume_at_or_better(side, price)
        return volume

    def liquidity_pools(self) -> Sequence[LiquidityPool]:
        """The automated market makers that are live now."""
        return () if self.amm is None else self.amm.providers

    # -- automated market makers -------------------------------------------------------------------------------------

    def market_makers(self) -> MarketMakers:
        """The engine of automated market makers, made when it is first needed."""
        if self.amm is None:
            self.amm = MarketMakers(
                self.id,
                self.asset,
                self.collateral,
                self.positions,
                self.price_scale,
                self.position_scale,
                self.max_price,
                self.amm_parameters,
            )
        return self.amm

    def on_source_price(self, source: DataSourceSpec, price: int) -> None:
        """A perpetual's index, or an oracle of a composite price, has a new price (asset decimals)."""
        if self.amm is not None:
            market_making.on_source_price(self, self.amm, source, price)

    # -- what the parts' functions share -----------------------------------------------------------------------------

    def set_margin_scaling(self, scaling: MarginScalingFactors) -> None:
        """Change the levels as multiples of the maintenance margin, at once."""
        self.margin_scaling = scaling
        self.margin.set_scaling(scaling)
        self.positions.forget_margins()

    def pay_auction_fees(self, confirmation: Confirmation, trigger: AuctionTrigger, *, resumed: bool = False) -> None:
        """Fees of an uncrossing: split in a price auction, none in others (03 §8.5)."""
        if trigger is AuctionTrigger.PRICE:
            self.fee_collector.pay(self.fees.auction(confirmation.trades))
        elif resumed:
            bill = self.fees.continuous(confirmation.trades)
            if self.fee_collector.covers(bill):
                self.fee_collector.pay(bill)

    def check_order_value(self, order: Order) -> None:
        """Refuse an amended order too small to be worth its margin (02 §6.2 row 8)."""
        if self.minimum_order_value_multiple:
            order_entry.check_value(self, order)

    def forget_stop_orders(self, party: str) -> None:
        """Cancel the stop orders of a party that has nothing left in the market."""
        for stop_order in self.stop_orders.cancel_all(party, self.now):
            stop_triggers.announce(self, stop_order)

    def after_mark_to_market(self) -> None:
        """Liquidity fees follow what the margin calls did to bonds; market makers that have finished end."""
        self.update_liquidity_fee()
        if self.amm is not None:
            market_making.after_mark_to_market(self, self.amm)
