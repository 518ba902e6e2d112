"""The network buys or sells on a spot market by programme (0097-PAPU; 04 §9, 05 §3.9).

Two schedules drive a programme: the *snapshot* earmarks what the source account holds, the *auction* puts the market
into an auction and places one order for what was earmarked. Subscribed in this order: price, auction, snapshot; when
both schedules fire in one tick the auction uses the earlier snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vega_mesa.protocol.arithmetic import divide, exact, truncate
from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.collateral import Account
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.data_sources.binding import settlement_binding
from vega_mesa.protocol.events.trading import AutomatedPurchaseAnnounced
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.markets.definition import SpotProduct
from vega_mesa.protocol.markets.states import AuctionTrigger, MarketState
from vega_mesa.protocol.matching.identifiers import IdGenerator, hash_text
from vega_mesa.protocol.matching.order import BUY, NETWORK, SELL, Side, TimeInForce
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.trading_market import TradingMarket
    from vega_mesa.protocol.spot.market import SpotMarket

PRICE: Final = "automated-purchase-price"
AUCTION: Final = "automated-purchase-auction"
SNAPSHOT: Final = "automated-purchase-snapshot"


def check_terms(terms: AutomatedPurchaseTerms, market: TradingMarket | None, assets: Assets) -> None:
    """Refuse a programme that could not run now.

    Raises:
        Refused: with the network's text.
    """
    if market is None:
        raise Refused("market does not exist")
    product = market.definition.product
    if not isinstance(product, SpotProduct):
        raise Refused("market for automated purchase must be a spot market")
    if market.state is not MarketState.ACTIVE:
        raise Refused("market for automated purchase must be active")
    if not assets.permissive and not assets.is_enabled(terms.from_asset):
        assets.get(terms.from_asset)  # which refuses an unknown one
        raise Refused(f"asset is not enabled {terms.from_asset}")
    if terms.from_asset not in (product.base_asset, product.quote_asset):
        raise Refused(
            "mismatch between asset for automated purchase and the spot market configuration - "
            "asset is not one of base/quote assets of the market"
        )
    if market.automated_purchase_state() is not None:
        raise Refused("market already has an active protocol automated purchase program")


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomatedPurchaseState:
    """A running programme as market data shows it; no order id when none is live."""

    id: str
    order_id: str


class AutomatedPurchase:
    """The programme of one market.

    Attributes:
        oracle_price: the last one, quote asset decimals; 0 before the first.
        snapshot: what the last snapshot earmarked and no auction has used, decimals of the source asset.
        order_id: of the last order, live or not.
        stopping: expired; the programme goes when no order is live.
    """

    def __init__(self, market: SpotMarket, id: str, terms: AutomatedPurchaseTerms) -> None:
        self.market = market
        self.id = id
        self.terms = terms
        self.side: Side = SELL if terms.from_asset == market.base_asset else BUY
        self.oracle_price = 0
        self.snapshot = 0
        self.order_id = ""
        self.stopping = False
        self.binding = settlement_binding(terms.price.spec, terms.price.property)
        sources = market.services.data_sources
        for spec, key in (
            (terms.price.spec, PRICE),
            (terms.auction_schedule, AUCTION),
            (terms.snapshot_schedule, SNAPSHOT),
        ):
            sources.subscribe(spec, market, key, market.now)

    # -- accounts ----------------------------------------------------------------------------------------------------

    def account(self, asset: str) -> Account:
        """Where the network pays the source asset from, and where it is paid the other asset."""
        terms = self.terms
        kind = terms.from_account if asset == terms.from_asset else terms.to_account
        return self.market.collateral.open(kind, asset)

    def fee_account(self) -> Account | None:
        """Where the network's fees come from: what a seller receives; a buyer has nothing to pay them from."""
        return self.account(self.market.quote_asset) if self.side is SELL else None

    # -- moments -----------------------------------------------------------------------------------------------------

    def on_tick(self) -> None:
        """A block begins: an expired programme stops, one that has stopped goes with its last order."""
        market = self.market
        if self.stopping:
            if not self.active_order():
                market.purchase = None
        elif 0 < self.terms.expiry < market.now // SECOND:
            self.stop()
            self.snapshot = 0  # its earmark stays, as the protocol forgets to give it back

    def stop(self) -> None:
        """Listen to nothing any more."""
        self.stopping = True
        self.market.services.data_sources.unsubscribe_all(self.market)

    def active_order(self) -> str:
        """Id of the live order; empty for none."""
        return self.order_id if self.order_id and self.market.find_order(self.order_id) is not None else ""

    def state(self) -> AutomatedPurchaseState:
        """The programme as market data shows it."""
        return AutomatedPurchaseState(id=self.id, order_id=self.active_order())

    def on_data(self, key: str, properties: Mapping[str, str]) -> None:
        """Take a price, or work through a schedule that fired.

        Raises:
            Refused: with the text that the network logs.
        """
        if key == PRICE:
            price = self.binding.to_asset(properties[self.binding.property], self.market.asset_decimals)
            if price:
                self.oracle_price = price
        elif key == SNAPSHOT:
            self._take_snapshot()
        elif key == AUCTION:
            try:
                self._hold_auction()
            finally:
                self._release_earmark()

    # -- snapshot ----------------------------------------------------------------------------------------------------

    def _take_snapshot(self) -> None:
        """Earmark what the source account holds, within the limits."""
        if self.stopping or self.active_order():
            return
        terms, market = self.terms, self.market
        self._release_earmark()
        account = self.account(terms.from_asset)
        earmarks = market.services.earmarks
        free = account.balance - earmarks.get(account.id, 0)
        if free <= 0 or free < terms.minimum_size:
            raise Refused("insufficient balance to earmark")
        self.snapshot = min(free, terms.maximum_size)
        earmarks[account.id] = earmarks.get(account.id, 0) + self.snapshot
        market.bus.send(
            AutomatedPurchaseAnnounced,
            market=market.id,
            asset=terms.from_asset,
            from_account=terms.from_account.name,
            to_account=terms.to_account.name,
            amount=self.snapshot,
        )

    def _release_earmark(self) -> None:
        if self.snapshot:
            id = self.account(self.terms.from_asset).id
            self.market.services.earmarks[id] -= self.snapshot
            self.snapshot = 0

    # -- auction -----------------------------------------------------------------------------------------------------

    def _hold_auction(self) -> None:
        """Start or lengthen an auction and place the order; a stale price is never found, as in the protocol."""
        market = self.market
        if self.stopping or not self.snapshot or not self.oracle_price:
            return
        price, size = self._quote()
        if not market.can_trade:
            raise Refused(f"cannot trade in market {market.id}")
        if market.state is MarketState.SUSPENDED_VIA_GOVERNANCE:
            raise Refused(f"cannot enter auction in market {market.id} - market is in governance suspension")
        auction, duration = market.auction, self.terms.auction_duration
        if auction.in_auction:
            remaining = auction.remaining_seconds(market.now)
            if remaining >= duration:
                return
            auction.extend(AuctionTrigger.PROTOCOL_AUTOMATED_PURCHASE, duration - remaining)
        else:
            auction.start_automated_purchase(market.now, duration)
            market.enter_auction()
            market.set_state(MarketState.SUSPENDED)
        order = OrderSubmission(
            market_id=market.id,
            side=self.side,
            size=size,
            price=market.price_scale.over(price),
            time_in_force=TimeInForce.GFA,
            reference=self.id,
        )
        self.order_id = market.submit_order(NETWORK, order, IdGenerator(hash_text(self.id))).order.id

    @exact
    def _quote(self) -> tuple[int, int]:
        """Price in quote asset decimals, and size in position decimals."""
        market = self.market
        price = truncate(self.oracle_price * self.terms.offset_factor)
        if self.side is SELL:
            return price, truncate(divide(self.snapshot, market.base_scale.decimal))
        each = market.fees.buyer_fee_multiplier() * price
        return price, truncate(divide(self.snapshot, each) * market.position_scale.decimal)
