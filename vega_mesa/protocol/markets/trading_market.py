"""What every market has, whatever it trades: a book, auctions, fees, liquidity, and the requests it answers.

A futures market adds positions and margins (:mod:`vega_mesa.protocol.markets.futures`), a spot market the funds that
back its orders (:mod:`vega_mesa.protocol.spot.market`). Functions that need no more than what is here serve both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.auctions.auction_state import AuctionState
from vega_mesa.protocol.auctions.price_monitor import PriceMonitor
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
from vega_mesa.protocol.liquidity import LiquidityEngine, LiquidityPool
from vega_mesa.protocol.markets import lifecycle, stop_triggers
from vega_mesa.protocol.markets.definition import MarketDefinition
from vega_mesa.protocol.markets.liquidity_view import MarketLiquidityView
from vega_mesa.protocol.markets.market_data import MarketData, read_market_data
from vega_mesa.protocol.markets.services import MarketServices
from vega_mesa.protocol.markets.states import SECOND, TRADABLE, MarketState, TradingMode
from vega_mesa.protocol.matching.book import OrderBook
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.expiry import ExpiringOrders
from vega_mesa.protocol.matching.identifiers import IdGenerator, TextIdGenerator
from vega_mesa.protocol.matching.order import Order, Trade
from vega_mesa.protocol.matching.pegged import ParkedOrders, References
from vega_mesa.protocol.matching.stop_order import StopOrder
from vega_mesa.protocol.matching.stop_orders import StopOrderPool
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.risk import models
from vega_mesa.protocol.risk.state_variables import StateVariable, StateVariables, StateVariableTrigger

ENDED = frozenset((MarketState.CANCELLED, MarketState.REJECTED, MarketState.SETTLED, MarketState.CLOSED))
DORMANT = ENDED | {MarketState.PROPOSED}


class TradingMarket(ABC):
    """A market of any kind.

    Prices and amounts are asset decimals, sizes position decimals, times nanoseconds.

    Args:
        asset: what prices are in and fees are paid in: the settlement asset, or the quote asset.
        spot: whether orders are backed by funds instead of margins.
    """

    stop_orders_wait = False
    """Whether stop orders wait for the end of an auction instead of firing into it."""

    def __init__(
        self,
        id: str,
        definition: MarketDefinition,
        services: MarketServices,
        now: int,
        proposer: str,
        asset: str,
        *,
        spot: bool = False,
    ) -> None:
        self.id = id
        self.definition = definition
        self.services = services
        self.proposer = proposer
        self.bus = services.bus
        self.collateral = services.collateral
        self.now = now
        self.created_at = now
        self.state = MarketState.PROPOSED
        self.asset = asset
        self.asset_decimals = services.asset_decimals(asset)
        self.price_scale = Scale(self.asset_decimals - definition.decimal_places)
        self.position_scale = Scale(definition.position_decimal_places)
        self.tick_size = definition.tick_size
        self.max_price: int | None = None
        # parameters of the network
        self.mark_price_frequency = 5 * SECOND
        self.maximum_auction_duration_ns = 0
        self.minimum_order_value_multiple = Decimal(0)
        self.max_stop_orders_per_party = 0
        self.amm_parameters = AMMParameters()
        # orders
        self.book = OrderBook(id)
        self.parked = ParkedOrders()
        self.references = References(self.price_scale.times(1))
        self.stop_orders = StopOrderPool()
        self.expiring = ExpiringOrders()
        self.parties: dict[str, None] = {}
        # prices and auctions
        self.risk_model = models.build(definition.risk_model)
        self.risk_factors = self.risk_model.initial_factors()
        self.state_variables = StateVariables()
        self.mark_price: int | None = None
        self.last_traded_price = 0
        self.next_mark_to_market = 0
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
        self.fee_collector = FeeCollector(self.collateral, id, asset)
        self.liquidity = LiquidityEngine(
            self.collateral,
            MarketLiquidityView(self),
            id,
            asset,
            sla=definition.liquidity_sla,
            target_stake=definition.target_stake,
            fee_settings=definition.liquidity_fee_settings,
            position_decimals=definition.position_decimal_places,
            price_scale=self.price_scale,
            spot=spot,
        )

    # -- the beat of blocks ------------------------------------------------------------------------------------------

    @abstractmethod
    def tick(self, now: int) -> None:
        """A block begins."""

    @abstractmethod
    def end_block(self) -> None:
        """A block ends."""

    def recalculate_by_time(self, now: int) -> None:
        """Calculate again what the passing of time makes due; before the market's own tick."""
        self._recalculate(self.state_variables.due(now), now)

    def recalculate(self, trigger: StateVariableTrigger) -> None:
        """Calculate again what an event in the market makes due (03 §6.3)."""
        self._recalculate(self.state_variables.on(trigger), self.now)

    def _recalculate(self, variables: Sequence[StateVariable], now: int) -> None:
        for variable in variables:
            if variable is StateVariable.RISK_FACTORS:
                self.recalculate_risk_factors()
                self.state_variables.calculated(variable, now)
            elif variable is StateVariable.PRICE_BOUND_FACTORS:
                if self.price_monitor.recalculate_factors():
                    self.state_variables.calculated(variable, now)
            elif self.liquidity.recalculate_probabilities():
                self.state_variables.calculated(variable, now)

    def recalculate_risk_factors(self) -> None:
        """Take the risk factors of the model."""
        self.risk_factors = self.risk_model.factors()

    # -- requests of parties -----------------------------------------------------------------------------------------

    def submit_plain(self, party: str, submission: OrderSubmission, ids: IdGenerator) -> Confirmation | None:
        """Take a new order in by a shorter way, if the market has one and nothing can be wrong with it; else None."""
        del party, submission, ids
        return None

    def cancel_plain(self, party: str, order_id: str) -> Outcome | None:
        """Cancel an order likewise."""
        del party, order_id
        return None

    @abstractmethod
    def submit_order(
        self, party: str, submission: OrderSubmission, ids: IdGenerator, *, trigger_stops: bool = True
    ) -> Confirmation:
        """Take a new order in."""

    @abstractmethod
    def amend_order(self, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
        """Change an order."""

    @abstractmethod
    def cancel_order(self, party: str, order_id: str) -> list[Order]:
        """Cancel one order, or all of the party's orders when no id is given."""

    def submit_stop_orders(
        self, party: str, submission: StopOrdersSubmission, ids: IdGenerator
    ) -> tuple[list[StopOrder], Confirmation | None]:
        """See :func:`vega_mesa.protocol.markets.stop_triggers.submit`."""
        return stop_triggers.submit(self, party, submission, ids)

    def cancel_stop_order(self, party: str, stop_order_id: str) -> None:
        """Cancel one stop order with its partner, or all of the party's when no id is given."""
        stop_triggers.cancel(self, party, stop_order_id)

    @abstractmethod
    def check_stop_orders(self, party: str, falls: StopOrder | None, rises: StopOrder | None) -> None:
        """Refuse what this kind of market does not take as stop orders."""

    @abstractmethod
    def update_margin_mode(self, party: str, command: UpdateMarginMode) -> None:
        """Choose cross or isolated margin."""

    @abstractmethod
    def submit_liquidity_provision(self, party: str, command: LiquidityProvisionSubmission, ids: IdGenerator) -> None:
        """Commit liquidity."""

    def amend_liquidity_provision(self, party: str, command: LiquidityProvisionAmendment) -> None:
        """Change a commitment."""
        self.liquidity.amend(self.now, party, command)

    @abstractmethod
    def cancel_liquidity_provision(self, party: str) -> None:
        """Give a commitment up."""

    # -- requests of governance --------------------------------------------------------------------------------------

    @abstractmethod
    def start_opening_auction(self) -> None:
        """Open a proposed market."""

    @abstractmethod
    def enter_auction(self) -> None:
        """Put the book into the auction that has been flagged."""

    @abstractmethod
    def leave_auction(self, ids: IdGenerator, *, resumed: bool = False) -> None:
        """Uncross and go back to continuous trading; ``resumed`` when a governance suspension was lifted."""

    @abstractmethod
    def cancel(self) -> None:
        """End a market that never opened."""

    @abstractmethod
    def reject(self) -> None:
        """Reject a proposed market."""

    @abstractmethod
    def update(self, definition: MarketDefinition) -> None:
        """Take new terms."""

    @abstractmethod
    def terminate_by_governance(self, price: int | None) -> None:
        """Terminate and close; ``price`` in market decimals."""

    def suspend(self) -> None:
        """Suspend trading."""
        lifecycle.suspend(self)

    def resume(self) -> None:
        """Lift a suspension."""
        lifecycle.resume(self)

    # -- epochs and data ---------------------------------------------------------------------------------------------

    def on_epoch_end(self, epoch: Epoch) -> None:
        """The epoch ended: providers are penalised and paid."""
        receipts = self.liquidity.on_epoch_end(epoch.end)
        self.services.on_liquidity_receipts(self, receipts)
        self.services.on_epoch_fees(self, epoch)
        self.update_liquidity_fee()

    @abstractmethod
    def on_epoch_start(self, epoch: Epoch) -> None:
        """An epoch started: what was queued takes effect."""

    @abstractmethod
    def on_data(self, key: str, properties: Mapping[str, str], metadata: Mapping[str, str]) -> None:
        """Take oracle data that the market subscribed to."""

    # -- questions ---------------------------------------------------------------------------------------------------

    @property
    def can_trade(self) -> bool:
        """Whether orders are accepted, in auction or not."""
        return self.state in TRADABLE

    @property
    def has_ended(self) -> bool:
        """Whether the market disappears with the next tick."""
        return self.state in ENDED

    @property
    def trading_mode(self) -> TradingMode:
        """How the market trades now."""
        return TradingMode.NO_TRADING if not self.can_trade else self.auction.mode

    @property
    def open_interest(self) -> int:
        """Sum of the long positions."""
        return 0

    @property
    def next_network_closeout(self) -> int:
        """When the network disposes of what it took over; 0 for never."""
        return 0

    def product_data(self) -> Any:
        """Figures that only this product has."""
        return None

    def automated_purchase_state(self) -> Any:
        """The automated purchase that runs here."""
        return None

    def market_data(self) -> MarketData:
        """The market's figures now, in market decimals."""
        return read_market_data(self)

    def find_order(self, order_id: str) -> Order | None:
        """A live or parked order."""
        return self.book.orders.get(order_id) or self.parked.get(order_id)

    def orders_of(self, party: str) -> list[Order]:
        """A party's live and parked orders, in order-id order."""
        return sorted([*self.book.orders_of(party), *self.parked.of_party(party)], key=_order_id)

    def open_volume(self, party: str) -> int:
        """A party's signed open volume; a market without positions has none."""
        del party
        return 0

    def indicative_open_interest(self) -> int:
        """Open interest as it would be after the auction's indicative trades."""
        return 0

    def liquidity_pools(self) -> Sequence[LiquidityPool]:
        """The automated market makers that are live now."""
        return ()

    # -- what the parts' functions share -----------------------------------------------------------------------------

    def announce(self, order: Order) -> None:
        """Send an order as it stands."""
        if OrderUpdated in self.bus.wanted:
            self.bus.send(OrderUpdated, order=order.copy() if self.bus.makes(OrderUpdated) else order)

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

    def track_expiry(self, order: Order) -> None:
        """Enter an unfinished order that can expire in the expiry list."""
        if order.is_expirable and not order.is_finished:
            self.expiring.insert(order.id, order.expires_at)

    def traded(self, trades: Sequence[Trade], taker: str) -> None:
        """Tell the value and activity trackers of trades."""
        value = 0
        for trade in trades:
            value += trade.price * trade.size
        self.liquidity.add_traded_value(value)
        self.services.on_trades(self, trades, taker)

    def block_ids(self, purpose: str) -> IdGenerator:
        """Ids for what the block itself causes, not a transaction."""
        return TextIdGenerator(f"{purpose}/{self.id}/{self.now}")


def _order_id(order: Order) -> str:
    return order.id
