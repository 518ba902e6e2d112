"""A liquidity provider with a quality: how near to the middle it quotes, how much, and how often it is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

DEEPEST_LEAN: Final = 0.9  # of the half spread: quotes on both sides stay on their side of the reference


class LiquidityProvider(QuotingMarketMaker):
    """Commits to a market and keeps one quote on each side, unless it is away.

    It keeps its commitment when its quotes lie within the market's price range, are as large as the commitment wants,
    and stand long enough in every epoch; what it earns then is its share of the liquidity fees, and its spread.

    Args:
        commitment: its bond, in the market's asset.
        commitment_fee: the liquidity fee factor that it asks for.
        half_spread: of each quote from the reference, as a fraction of it.
        size: of each quote; None for what the commitment wants and ``reserve`` on top.
        reserve: against orders that take a part of a quote before the block ends, in multiples of the commitment.
        inactivity: share of the steps in which it is away, 0 to 1.
        absence: how many steps it stays away, on average.
        lean: how far an inventory of one quote's size moves both quotes, as a fraction of the half spread.
        orders: ``limit`` quotes around ``prices``, or ``pegged`` ones that follow the middle of the book.
        prices: reference; without one the market's mid price, or its mark.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        commitment: Number = 100_000,
        commitment_fee: Number = 0.001,
        half_spread: float = 0.001,
        size: float | None = None,
        reserve: float = 1.0,
        inactivity: float = 0.0,
        absence: float = 2.0,
        lean: float = 0.5,
        orders: Literal["limit", "pegged"] = "limit",
        prices: PriceProcess | None = None,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, prices=prices, commitment=commitment, commitment_fee=commitment_fee, market=market, funds=funds,
            key=key,
        )  # fmt: skip
        if not 0 <= inactivity <= 1:
            raise ConfigError("inactivity", inactivity, "a fraction, 0 to 1")
        if absence < 1:
            raise ConfigError("absence", absence, "1 step or more")
        if orders not in ("limit", "pegged"):
            raise ConfigError("orders", orders, "one of limit, pegged")
        self.half_spread = positive("half_spread", half_spread)
        self.size = None if size is None else positive("size", size)
        self.reserve = not_negative("reserve", reserve)
        self.lean = not_negative("lean", lean)
        self.inactivity = inactivity
        self.absence = absence
        self.order_kind = orders
        self.is_away = False
        self._reference = 0.0

    def step(self) -> None:
        """Be there (always in an auction) or away; there, commit once and renew the quotes."""
        self.is_away = self._draws_away() and self.is_continuous(self.market)
        if self.is_trading(self.market) and (self._parked() or (self.is_away and self.orders(self.market))):
            self.cancel_orders(self.market)
        if not self.is_away:
            super().step()

    def finalise(self) -> None:
        """Stay to the end: the commitment holds until the market settles, which takes the quotes back."""

    def quotes(self, reference: float) -> Iterable[Quote]:
        """One on each side, both leaning against the inventory; none before there is a commitment to keep."""
        size = self.quote_size(reference)
        if size <= 0:
            return
        self._reference = reference
        held = self.lean * self.position(self.market) / size
        centre = reference * (1 - self.half_spread * max(-DEEPEST_LEAN, min(DEEPEST_LEAN, held)))
        yield Quote("buy", centre * (1 - self.half_spread), size)
        yield Quote("sell", centre * (1 + self.half_spread), size)

    def quote_size(self, reference: float) -> float:
        """Size of each quote at a price."""
        if self.size is not None:
            return self.size
        notional = self.liquidity_obligation(self.market) + self.reserve * self.liquidity_commitment(self.market)
        return notional / (self.mark_price(self.market) or reference)

    def _order(self, quote: Quote) -> OrderSubmission | None:
        """At its price, or at its distance from the middle of the book."""
        order = super()._order(quote)
        if order is None or self.order_kind == "limit":
            return order
        distance = self.round_price(abs(quote.price - self._reference), "up", self.market)
        return self.order(
            self.market, quote.side, self.units(self.market).shown_size(order.size), peg=("mid", distance)
        )

    def _parked(self) -> bool:
        """Whether a peg of its own waits for a middle to follow."""
        return self.order_kind == "pegged" and bool(self.find_market(self.market).parked.of_party(self.key))

    def _draws_away(self) -> bool:
        """Absences come in spells, so that their share and their mean length are as asked for."""
        chance: float = self.random.random()
        if self.inactivity in (0, 1):
            return bool(self.inactivity)
        if self.is_away:
            return chance >= 1 / self.absence
        return chance < self.inactivity / ((1 - self.inactivity) * self.absence)
