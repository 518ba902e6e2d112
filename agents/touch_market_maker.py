"""A market maker that is always as good as the best."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from vega_mesa.agents.checks import not_negative, positive
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.protocol.matching.order import Side
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class TouchMarketMaker(QuotingMarketMaker):
    """Joins the best bid and the best ask of others, and leaves a side when it holds too much.

    Market making at the touch: Á. Cartea, S. Jaimungal, J. Penalva, Algorithmic and High-Frequency Trading, Cambridge
    2015, chapter 10: the maker's only choice is to be at the touch or not; with a running penalty on inventory the
    solution is a limit beyond which it leaves the side that would add to it.

    Args:
        size: of each quote.
        inventory_limit: see above.
        improve: ticks that it quotes better than the others, where the spread leaves room.
        least_spread: as a fraction of the price; where the others are closer together, it backs away from them.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        size: float = 0.5,
        inventory_limit: float = 5.0,
        improve: int = 0,
        least_spread: float = 0.0,
        commitment: Number | None = None,
        commitment_fee: Number = 0.001,
        market: str | None = None,
        funds: Number = 10_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(
            model, commitment=commitment, commitment_fee=commitment_fee, market=market, funds=funds, key=key
        )
        self.size = positive("size", size)
        self.inventory_limit = positive("inventory_limit", inventory_limit)
        self.improve = int(not_negative("improve", improve))
        self.least_spread = not_negative("least_spread", least_spread)

    def quotes(self, reference: float) -> Iterable[Quote]:
        """One quote at each touch; none where there is nobody to join, or the limit is reached."""
        bid, ask = self.best_of_others("buy"), self.best_of_others("sell")
        position = self.position(self.market)
        tick = self._tick()
        if bid is not None and ask is not None:
            better = min(self.improve * tick, max(0.0, math.floor((ask - bid) / tick / 2 - 0.5) * tick))
            wider = max(0.0, self.least_spread * reference - (ask - bid - 2 * better)) / 2
            bid, ask = bid + better - wider, ask - better + wider
        if bid is not None and position + self.size <= self.inventory_limit:
            yield Quote("buy", bid, self.size)
        if ask is not None and position - self.size >= -self.inventory_limit:
            yield Quote("sell", ask, self.size)

    def best_of_others(self, side: Literal["buy", "sell"]) -> float | None:
        """The best price of a side at which somebody else stands, None without any."""
        own: dict[int, int] = {}
        for order in self.orders(self.market):
            own[order.price] = own.get(order.price, 0) + order.true_remaining
        found = self.find_market(self.market)
        for price, volume, _ in found.book.levels(Side.BUY if side == "buy" else Side.SELL):
            if volume > own.get(price, 0):
                return self.units(self.market).shown_price(price)
        return None

    def _tick(self) -> float:
        return self.units(self.market).rounded_price(0, "up")
