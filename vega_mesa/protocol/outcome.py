"""What a command came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vega_mesa.protocol.matching.order import Order, Trade


class Outcome:
    """The answer to one command.

    Attributes:
        error: the protocol's refusal, in Vega's words; None when it was accepted.
        id: of what the command created: order, proposal, withdrawal... ("" for nothing).
        order: the order as it stands, for orders and amendments.
        trades: what it traded at once.
        stop_orders: the stop orders that it created.
        created: whatever else it created, such as a proposal.
    """

    __slots__ = ("error", "id", "order", "trades", "stop_orders", "created")

    def __init__(
        self,
        error: str | None = None,
        id: str = "",
        order: Order | None = None,
        trades: Sequence[Trade] = (),
        stop_orders: Sequence[Any] = (),
        created: object = None,
    ) -> None:
        self.error = error
        self.id = id
        self.order = order
        self.trades = trades
        self.stop_orders = stop_orders
        self.created = created

    @property
    def accepted(self) -> bool:
        """Whether the protocol did what was asked."""
        return self.error is None

    def __repr__(self) -> str:
        return f"<Outcome {self.error or 'accepted'}>"
