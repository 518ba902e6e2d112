"""Cash-settled futures, with or without a cap on their price (0016-PFUT; 03 §9.2 to 9.4, 05 §2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.data_sources.binding import settlement_binding
from vega_mesa.protocol.mark_price import CompositePrice
from vega_mesa.protocol.markets import lifecycle
from vega_mesa.protocol.markets.definition import FutureProduct, PerpetualProduct
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

SETTLEMENT, TERMINATION = "settlement", "termination"
OUTSIDE_CAP = "settlement data is outside of the price cap"


class Future:
    """What settles a future, and when.

    Attributes:
        settlement_price: the last valid settlement data, asset decimals; None until there is one.
    """

    def __init__(self, terms: FutureProduct) -> None:
        self.terms = terms
        self.settlement_price: int | None = None
        self.subscriptions: dict[str, int] = {}

    # -- oracles -----------------------------------------------------------------------------------------------------

    def bind(self, market: FuturesMarket) -> None:
        """Listen for settlement data and for the end of trading."""
        sources = market.services.data_sources
        self.subscriptions = {
            SETTLEMENT: sources.subscribe(self.terms.settlement_data, market, SETTLEMENT, market.now),
            TERMINATION: sources.subscribe(self.terms.termination, market, TERMINATION, market.now),
        }

    def unbind(self, market: FuturesMarket) -> None:
        """Listen no more."""
        for subscription in self.subscriptions.values():
            market.services.data_sources.unsubscribe(subscription)
        self.subscriptions = {}

    def update(self, market: FuturesMarket, terms: FutureProduct | PerpetualProduct) -> None:
        """Take new terms and listen to their oracles."""
        assert isinstance(terms, FutureProduct)
        self.terms = terms
        terminated = market.state is MarketState.TRADING_TERMINATED
        self.bind(market)
        if terminated:
            market.services.data_sources.unsubscribe(self.subscriptions.pop(TERMINATION))

    def on_data(
        self,
        market: FuturesMarket,
        key: str,
        properties: Mapping[str, str],
        metadata: Mapping[str, str],  # noqa: ARG002  what listeners are given
    ) -> None:
        """Take settlement data, or the signal that ends trading (its value is not looked at)."""
        if key == TERMINATION:
            self._terminate(market)
        elif key == SETTLEMENT:
            binding = settlement_binding(self.terms.settlement_data, self.terms.settlement_property)
            price = binding.to_asset(properties[self.terms.settlement_property], market.asset_decimals)
            self.settlement_price = price if self._allows(market, price) else None
            self._settle_if_possible(market)

    def _terminate(self, market: FuturesMarket) -> None:
        if market.state is MarketState.PROPOSED or market.state is MarketState.TRADING_TERMINATED:
            return
        lifecycle.terminate(market)
        if market.has_ended:
            return
        if TERMINATION in self.subscriptions:
            market.services.data_sources.unsubscribe(self.subscriptions.pop(TERMINATION))
        self._settle_if_possible(market)

    def _settle_if_possible(self, market: FuturesMarket) -> None:
        if market.state is MarketState.TRADING_TERMINATED and self.settlement_price is not None:
            lifecycle.settle(market, self.settlement_price)

    def _allows(self, market: FuturesMarket, price: int) -> bool:
        cap = market.max_price
        if cap is None:
            return True
        return price in (0, cap) if self.terms.binary else price <= cap

    def check_settlement_price(self, market: FuturesMarket, price: int) -> None:
        """Refuse a settlement price (asset decimals) that a capped future cannot have."""
        if not self._allows(market, price):
            raise Refused(OUTSIDE_CAP)

    # -- what only perpetuals do -------------------------------------------------------------------------------------

    adds_to_margins: ClassVar[bool] = False

    def margin_increment(self) -> Factor | None:
        """Nothing is added to the margins of a future."""
        return None

    def composite_prices(self) -> list[CompositePrice]:
        """A future has no price besides its mark price."""
        return []

    def on_auction_entered(self, market: FuturesMarket) -> None:
        """Auctions do not matter to a future."""

    def on_auction_left(self, market: FuturesMarket, *, opening: bool) -> None:
        """Auctions do not matter to a future."""

    def after_auction_mark(self, market: FuturesMarket) -> None:
        """Mark prices do not matter to a future."""

    def on_mark_price(self, market: FuturesMarket) -> None:
        """Mark prices do not matter to a future."""

    def on_final_mark_price(self, market: FuturesMarket) -> None:
        """Mark prices do not matter to a future."""

    def on_trading_terminated(self, market: FuturesMarket) -> None:
        """Governance has ended trading and says itself at which price to settle: listen no more."""
        self.unbind(market)

    def set_composite_price_frequency(self, market: FuturesMarket, frequency: int) -> None:
        """A future has no internal composite price."""

    def product_data(self, market: FuturesMarket) -> None:
        """A future has nothing to show besides its market data."""

    def on_block_end(self, market: FuturesMarket) -> None:
        """Blocks do not matter to a future."""
