"""A market maker that makes on one market what it covers on another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class HedgedMarketMaker(QuotingMarketMaker):
    """Quotes on one market around the price of another, and takes the opposite of what it gathers there.

    A dealer between internalising and externalising: M. Butz, R. Oomen, Internalisation by electronic FX spot dealers,
    Quantitative Finance 19 (2019) 35-56. Within a band it waits for the opposite customer, which costs nothing; beyond
    it pays the other market's spread to be rid of the risk. Bad news about the price cancel out; what is left is the
    difference of the spreads, less fees.

    Args:
        market: where it quotes; None for the model's first market.
        hedge: where it hedges: id, code or name of another market on the same thing.
        half_spread: of each quote from the other market's middle, as a fraction of it.
        size: of each quote.
        band: net position, over both markets, that it bears.
        inventory_limit: position on its own market beyond which only the side that reduces it is quoted.
        prices: what it quotes around, in place of the other market's middle.
        funds: on each market, in its asset.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        hedge: str,
        half_spread: float = 0.001,
        size: float = 0.5,
        band: float = 0.5,
        inventory_limit: float = 20.0,
        prices: PriceProcess | None = None,
        commitment: Number | None = None,
        commitment_fee: Number = 0.001,
        market: str | None = None,
        funds: Number = 10_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, prices=prices, commitment=commitment, commitment_fee=commitment_fee, market=market, funds=funds,
            key=key,
        )  # fmt: skip
        self.hedge = hedge
        self.half_spread = positive("half_spread", half_spread)
        self.size = positive("size", size)
        self.band = not_negative("band", band)
        self.inventory_limit = positive("inventory_limit", inventory_limit)

    def initialise(self) -> None:
        """Bring money to both markets; once where they share an asset, but twice as much."""
        super().initialise()
        if self.funds:
            self.fund(self.find_market(self.hedge).asset, self.funds)

    def step(self) -> None:
        """Hedge what the last step brought, then renew the quotes."""
        if self.is_continuous(self.hedge):
            self._cover()
        super().step()

    def finalise(self) -> None:
        """Take the quotes back."""
        super().finalise()
        if self.is_trading(self.hedge):
            self.cancel_orders(self.hedge)

    def quotes(self, reference: float) -> Iterable[Quote]:
        """One on each side, or the one that reduces the inventory; none that it could not cover."""
        if not self.is_continuous(self.hedge):
            return
        position = self.position(self.market)
        if position < self.inventory_limit:
            yield Quote("buy", reference * (1 - self.half_spread), self.size)
        if position > -self.inventory_limit:
            yield Quote("sell", reference * (1 + self.half_spread), self.size)

    def reference_price(self) -> float | None:
        """The middle of the other market, unless it has prices of its own."""
        if self.prices is not None:
            return self.prices.price(self.model.step_count)
        return self.mid_price(self.hedge) or self.mark_price(self.hedge)

    def net_position(self) -> float:
        """What it holds on both markets together: its risk."""
        return self.position(self.market) + self.position(self.hedge)

    def _cover(self) -> None:
        net = self.net_position()
        if abs(net) > self.band:
            size = self.round_size(abs(net), "nearest", self.hedge)
            if size > 0:
                self.submit_order(self.hedge, "sell" if net > 0 else "buy", size)
