"""What an agent gets back for an order: refused or not, and what became of it, in people's units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.matching.order import Order, Trade

if TYPE_CHECKING:
    from vega_mesa.units import MarketUnits


class OrderReceipt:
    """The answer to an order, an amendment or a cancellation.

    A view: it shows the order as it stands when asked, not as it stood when it was sent.
    """

    __slots__ = ("transaction", "units")

    def __init__(self, transaction: Transaction, units: MarketUnits) -> None:
        self.transaction = transaction
        self.units = units

    @property
    def error(self) -> str | None:
        """Vega's text of the refusal; None when accepted, or waiting to be executed."""
        return self.transaction.error

    @property
    def accepted(self) -> bool:
        """Executed, and not refused."""
        return self.transaction.accepted

    @property
    def pending(self) -> bool:
        """Waiting for its turn in the block."""
        return self.transaction.pending

    @property
    def order(self) -> Order | None:
        """The order itself, in the protocol's integers."""
        return self.transaction.order

    @property
    def order_id(self) -> str:
        """Id of the order, to amend or cancel it by: known even while it waits."""
        order = self.transaction.order
        return self.transaction.id if order is None else order.id

    @property
    def status(self) -> str:
        """``ACTIVE``, ``FILLED``, ``STOPPED``...; ``REFUSED`` without an order, ``WAITING`` before there is one."""
        order = self.transaction.order
        if order is not None:
            return order.status.name
        return "WAITING" if self.pending else "REFUSED" if self.error else "DONE"

    @property
    def remaining(self) -> float:
        """What is left to trade."""
        order = self.transaction.order
        return 0.0 if order is None else self.units.shown_size(order.true_remaining)

    @property
    def trades(self) -> list[Trade]:
        """The trades that it caused at once, in the protocol's integers."""
        return list(self.transaction.trades)

    @property
    def filled(self) -> float:
        """How much it traded at once."""
        return self.units.shown_size(sum(trade.size for trade in self.transaction.trades))

    @property
    def average_price(self) -> float | None:
        """At which price on average; None when it did not trade at once."""
        trades = self.transaction.trades
        volume = sum(trade.size for trade in trades)
        return self.units.shown_price(sum(trade.price * trade.size for trade in trades)) / volume if volume else None

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        return f"<OrderReceipt {self.error or self.status}>"
