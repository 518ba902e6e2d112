"""What market makers share: a reference price, an optional commitment, and quotes replaced in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


BATCH_LIMIT: Final = "spam.protection.max.batchSize"


class Quote(NamedTuple):
    """A price on one side, not yet rounded to what the market allows."""

    side: Literal["buy", "sell"]
    price: float
    size: float


class QuotingMarketMaker(FundedTrader):
    """Replaces all its quotes in every step.

    Args:
        prices: reference; without one the market's mid price, or its mark.
        commitment: of liquidity, in the market's asset; None for none.
        commitment_fee: the liquidity fee factor that it asks for.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        prices: PriceProcess | None = None,
        commitment: Number | None = None,
        commitment_fee: Number = 0.001,
        market: str | None = None,
        funds: Number = 10_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.prices = prices
        self.commitment = commitment
        self.commitment_fee = commitment_fee
        self.committed: Transaction | None = None

    def quotes(self, reference: float) -> Iterable[Quote]:
        """What to quote now."""
        raise NotImplementedError

    def step(self) -> None:
        """Commit until that is accepted; take the old quotes back and place new ones, in as few batches as may be."""
        if not self.is_trading(self.market):
            return
        if self.commitment is not None and (self.committed is None or self.committed.error):
            self.committed = self.commit_liquidity(self.commitment, self.commitment_fee, self.market)
        reference = self.reference_price()
        quotes = [] if reference is None else map(self._order, self.quotes(reference))
        orders = [order for order in quotes if order is not None]
        stale = [""] if self.orders(self.market) else []
        limit = self.model.exchange.network_parameters.integer(BATCH_LIMIT)
        while stale or orders:
            room = max(1, limit - len(stale))
            self.submit_batch(cancel=stale, submit=orders[:room], market=self.market)
            stale, orders = [], orders[room:]

    def finalise(self) -> None:
        """Take the quotes back."""
        if self.is_trading(self.market):
            self.cancel_orders(self.market)

    def reference_price(self) -> float | None:
        """What it believes the price to be."""
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.market) or self.mark_price(self.market)

    def _order(self, quote: Quote) -> OrderSubmission | None:
        size = self.round_size(quote.size, market=self.market)
        if size <= 0 or quote.price <= 0:
            return None
        price = self.round_price(quote.price, "down" if quote.side == "buy" else "up", self.market)
        return self.order(self.market, quote.side, size, price)
