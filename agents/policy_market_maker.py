"""A market maker that quotes what the solution of a control problem says."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.agents.checks import positive
from vega_mesa.agents.control.quotes import QuotePolicy
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.quoting import Quote, QuotingMarketMaker
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class PolicyMarketMaker(QuotingMarketMaker):
    """Quotes the depths of any policy around its reference price; the model's last step is the policy's horizon.

    A policy of Cartea and Jaimungal's, for a maker that quotes half a contract on each side for 100 steps::

        problem = PenalisedInventory(OrderFlow.symmetric(1.0, 0.05), 0.01, 1.0, limit=10, horizon=100)
        PolicyMarketMaker(model, policy=exact_quotes(problem, steps=100), size=0.5)

    Args:
        policy: see :mod:`vega_mesa.agents.control`; one side is not quoted where its depth is infinite.
        size: of each quote.
        lot: position that is one unit of the policy's inventory; None for ``size``.
        step_length: of a step, in the policy's unit of time.
        inventory_limit: beyond this position only the side that reduces it is quoted; None for no limit.
        prices: reference; without one the market's mid price, or its mark.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        policy: QuotePolicy,
        size: float = 1.0,
        lot: float | None = None,
        step_length: float = 1.0,
        inventory_limit: float | None = None,
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
        self.policy = policy
        self.size = positive("size", size)
        self.lot = self.size if lot is None else positive("lot", lot)
        self.step_length = positive("step_length", step_length)
        self.inventory_limit = inventory_limit

    def quotes(self, reference: float) -> Iterable[Quote]:
        """Both sides, or those that the policy and the limit allow."""
        position = self.position(self.market)
        left = max(0, self.model.num_steps - self.model.step_count)
        depths = self.policy.depths(left * self.step_length, position / self.lot)
        limit = math.inf if self.inventory_limit is None else self.inventory_limit
        if position < limit and math.isfinite(depths.bid):
            yield Quote("buy", reference - depths.bid, self.size)
        if position > -limit and math.isfinite(depths.ask):
            yield Quote("sell", reference + depths.ask, self.size)
