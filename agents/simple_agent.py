"""A template: copy this file, rename the class, and change what it does in a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.agent import VegaAgent

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class SimpleAgent(VegaAgent):
    """Buys one lot when it has none, sells it when the price has risen by ``target``.

    Args:
        model: the model that it acts in.
        funds: how much of the market's asset it starts with.
        size: of its one lot.
        target: gain at which it sells, as a fraction of the price.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        funds: float = 100_000,
        size: float = 0.1,
        target: float = 0.005,
        key: str | None = None,
    ) -> None:
        super().__init__(model, key=key)
        self.funds = funds
        self.size = size
        self.target = target
        self.bought_at = 0.0

    def initialise(self) -> None:
        """Called once, before the first step: bring money."""
        self.fund(self.find_market().asset, self.funds)

    def step(self) -> None:
        """Called in every step: look, decide, act."""
        bid, ask = self.best_bid(), self.best_ask()
        if not self.is_continuous() or bid is None or ask is None:
            return
        if self.position() == 0:
            receipt = self.buy(self.size, ask)
            if receipt.error is None:
                self.bought_at = ask
        elif bid > self.bought_at * (1 + self.target):
            self.sell(self.position())

    def finalise(self) -> None:
        """Called once, after the last step: leave nothing behind."""
        if self.is_trading():
            self.cancel_orders()
