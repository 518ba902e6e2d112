"""An agent that measures how long the network lets it wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from vega_mesa.agents.checks import at_least, positive
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.chain.transaction import Transaction
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

Kind = Literal["post_only", "aggressive", "cancellation"]


class Waiting(NamedTuple):
    """A transaction, when it was sent, and the agent's name for it."""

    kind: Kind
    sent: int  # height of the block that was open
    transaction: Transaction


class TransactionDelayChecker(FundedTrader):
    """Sends a post-only order, an aggressive one and a cancellation in turn, and notes in which block each executes.

    On a market with transaction reordering, and a chain with ``ordering="vega"``, whatever can take liquidity waits
    ``market.aggressiveOrderBlockDelay`` blocks while makers may still cancel (0093-TRTO): the speed bump of E. Budish,
    P. Cramton, J. Shim, The high-frequency trading arms race, Quarterly Journal of Economics 130 (2015) 1547-1621.
    The figures tell whether the chain keeps its word.

    Args:
        every: steps between two rounds.
        size: of its orders.
        distance: of the post-only order from the best price, as a fraction.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        every: int = 3,
        size: float = 0.01,
        distance: float = 0.001,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        self.every = at_least("every", every, 1)
        self.size = positive("size", size)
        self.distance = positive("distance", distance)
        self.waiting: list[Waiting] = []
        self.rows: list[dict[str, Any]] = []
        self._resting = ""

    def step(self) -> None:
        """Note what has been executed; begin a round when it is time."""
        self._note()
        bid, ask = self.best_bid(self.market), self.best_ask(self.market)
        if not self.is_continuous(self.market) or bid is None or ask is None:
            return
        if self.model.step_count % self.every:
            return
        if self._resting:
            self._wait("cancellation", self.cancel_order(self._resting, self.market).transaction)
        size = self.round_size(self.size, "up", self.market)
        price = self.round_price(bid * (1 - self.distance), "down", self.market)
        order = self.submit_order(self.market, "buy", size, price, post_only=True)
        self._resting = order.order_id
        self._wait("post_only", order.transaction)
        side: Literal["buy", "sell"] = "sell" if self.position(self.market) > 0 else "buy"
        self._wait("aggressive", self.submit_order(self.market, side, size).transaction)

    def finalise(self) -> None:
        """Note what is left."""
        self._note()

    def delays(self) -> pd.DataFrame:
        """One row a transaction: its kind, the block it was sent in, the block it was executed in, the difference."""
        return pd.DataFrame(self.rows, columns=["kind", "sent", "executed", "delay", "error"])

    def _wait(self, kind: Kind, transaction: Transaction) -> None:
        self.waiting.append(Waiting(kind, self.model.chain.height, transaction))

    def _note(self) -> None:
        for kind, sent, transaction in self.waiting:
            if not transaction.pending:
                executed = transaction.height
                row = {"kind": kind, "sent": sent, "executed": executed, "delay": executed - sent}
                self.rows.append(row | {"error": transaction.error})
        self.waiting = [item for item in self.waiting if item.transaction.pending]
