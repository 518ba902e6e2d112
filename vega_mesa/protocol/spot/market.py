"""A market for one asset against another: its parts, and the order in which a block calls them (0080-SPOT; 05 §3)."""

from __future__ import annotations

from collections.abc import Mapping

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionSubmission
from vega_mesa.protocol.commands.trading import OrderAmendment, OrderSubmission, UpdateMarginMode
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.markets import stop_triggers
from vega_mesa.protocol.markets.auctions import check
from vega_mesa.protocol.markets.definition import MarketDefinition, SpotProduct
from vega_mesa.protocol.markets.services import MarketServices
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.markets.trading_market import DORMANT, ENDED, TradingMarket
from vega_mesa.protocol.matching.confirmation import Confirmation
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import NETWORK, Order
from vega_mesa.protocol.matching.stop_order import StopOrder
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.risk.state_variables import StateVariableTrigger
from vega_mesa.protocol.spot import amendments, auctions, cancellations, lifecycle, marking, order_entry
from vega_mesa.protocol.spot.automated_purchase import AutomatedPurchase, AutomatedPurchaseState
from vega_mesa.protocol.spot.holdings import Holdings
from vega_mesa.protocol.spot.stop_orders import check_stop_orders


class SpotMarket(TradingMarket):
    """One spot market. There are no positions and no margins: an order is backed by what it may have to pay.

    Attributes:
        base_asset: what is bought and sold; sizes are of it.
        quote_asset: what is paid; prices and fees are in it (also :attr:`asset`).
        holdings: what the orders have locked.
        has_traded: since the mark price was last calculated.
        purchase: the network's own programme of buying or selling here.
    """

    stop_orders_wait = True

    def __init__(
        self, id: str, definition: MarketDefinition, services: MarketServices, now: int, proposer: str = ""
    ) -> None:
        product = definition.product
        assert isinstance(product, SpotProduct)
        super().__init__(id, definition, services, now, proposer, product.quote_asset, spot=True)
        self.base_asset = product.base_asset
        self.quote_asset = product.quote_asset
        self.base_scale = Scale(services.asset_decimals(product.base_asset) - definition.position_decimal_places)
        self.holdings = Holdings(self)
        self.has_traded = False
        self.purchase: AutomatedPurchase | None = None
        for type in lifecycle.MARKET_ACCOUNTS:
            self.collateral.open(type, self.quote_asset, market=id)
        self.recalculate(StateVariableTrigger.MARKET_ENACTMENT)

    # -- the beat of blocks ------------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        """A block begins."""
        self.now = now
        ids = self.block_ids("tick")
        if self.purchase is not None:
            self.purchase.on_tick()
        if self.can_trade:
            cancellations.expire_orders(self)
            if len(self.stop_orders):
                stop_triggers.expire(self, ids)
        self.price_monitor.on_time(now)
        if self.state is MarketState.PROPOSED or self.state in ENDED:
            return
        check(self, ids)
        if self.state in ENDED:
            return
        self.liquidity.on_value_window(now)
        self.update_liquidity_fee()
        self.liquidity.on_tick(now)

    def end_block(self) -> None:
        """A block ends."""
        if self.state in DORMANT:
            return
        marking.mark_if_due(self)
        self.liquidity.on_block_end(self.now)

    # -- requests of parties -----------------------------------------------------------------------------------------

    def submit_order(
        self, party: str, submission: OrderSubmission, ids: IdGenerator, *, trigger_stops: bool = True
    ) -> Confirmation:
        """See :func:`vega_mesa.protocol.spot.order_entry.submit_order`."""
        return order_entry.submit_order(self, party, submission, ids, trigger_stops=trigger_stops)

    def amend_order(self, party: str, amendment: OrderAmendment, ids: IdGenerator) -> Confirmation:
        """See :func:`vega_mesa.protocol.spot.amendments.amend_order`."""
        return amendments.amend_order(self, party, amendment, ids)

    def cancel_order(self, party: str, order_id: str) -> list[Order]:
        """Cancel one order, or all of the party's orders when no id is given."""
        return cancellations.cancel_order(self, party, order_id)

    def check_stop_orders(self, party: str, falls: StopOrder | None, rises: StopOrder | None) -> None:
        """See :func:`vega_mesa.protocol.spot.stop_orders.check_stop_orders`."""
        check_stop_orders(self, party, falls, rises)

    def update_margin_mode(self, party: str, command: UpdateMarginMode) -> None:  # noqa: ARG002 - nothing to choose
        """Refused: there are no margins."""
        raise Refused("margin mode is not applicable for spot markets")

    def submit_liquidity_provision(self, party: str, command: LiquidityProvisionSubmission, ids: IdGenerator) -> None:
        """Commit liquidity, in the quote asset."""
        self.liquidity.submit(self.now, ids.next(), party, command)

    def cancel_liquidity_provision(self, party: str) -> None:
        """Give a commitment up; the fee factor follows whatever comes of it."""
        try:
            self.liquidity.cancel(self.now, party)
        finally:
            self.update_liquidity_fee()

    # -- requests of governance --------------------------------------------------------------------------------------

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
        """Reject a proposed market."""
        lifecycle.reject(self)

    def update(self, definition: MarketDefinition) -> None:
        """Take new terms."""
        lifecycle.update(self, definition)

    def terminate_by_governance(self, price: int | None) -> None:
        """Close the market; there is nothing to settle."""
        if price is not None:
            raise Refused("settlement price is not needed for governance initiated spot market termination")
        lifecycle.close(self)

    def start_purchase(self, id: str, terms: AutomatedPurchaseTerms) -> None:
        """Let the network buy or sell here."""
        if self.purchase is not None:
            raise Refused("market already has an active protocol automated purchase program")
        self.purchase = AutomatedPurchase(self, id, terms)

    # -- epochs and data ---------------------------------------------------------------------------------------------

    def on_epoch_start(self, epoch: Epoch) -> None:
        """An epoch started: what was queued takes effect."""
        self.liquidity.on_epoch_start(epoch.start, epoch.sequence)

    def on_data(self, key: str, properties: Mapping[str, str], metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        """Take oracle data for the automated purchase; when they were made does not matter."""
        if self.purchase is not None:
            self.purchase.on_data(key, properties)

    # -- amounts and accounts ----------------------------------------------------------------------------------------

    def quote_amount(self, size: int, price: int) -> int:
        """What a size costs at a price, quote asset decimals, truncated."""
        return self.position_scale.over(size * price)

    def base_amount(self, size: int) -> int:
        """A size in base asset decimals, truncated."""
        return self.base_scale.times(size)

    def purse(self, party: str, asset: str) -> Account | None:
        """Where a party pays from and is paid to: its general account, the network's as its programme says."""
        if party == NETWORK:
            return None if self.purchase is None else self.purchase.account(asset)
        return self.collateral.find(AccountType.GENERAL, asset, party)

    def open_purse(self, party: str, asset: str) -> Account:
        """As :meth:`purse`, made when missing."""
        return self.purse(party, asset) or self.collateral.open(AccountType.GENERAL, asset, party)

    def fee_purse(self) -> Account | None:
        """Where the network pays fees from: out of what it gets for what it sells; as a buyer it has no account."""
        return None if self.purchase is None else self.purchase.fee_account()

    def available(self, party: str, asset: str) -> int:
        """What a party can spend."""
        account = self.purse(party, asset)
        return 0 if account is None else account.balance

    # -- questions ---------------------------------------------------------------------------------------------------

    def may_sell(self, party: str) -> bool:
        """Whether the party is on the list of sellers, if there is one."""
        sellers = self.definition.allowed_sellers
        return not sellers or party == NETWORK or party in sellers

    def automated_purchase_state(self) -> AutomatedPurchaseState | None:
        """The automated purchase that runs here."""
        return None if self.purchase is None else self.purchase.state()
