"""What an agent gets back for an order: refused or not, and what became of it, in people's units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.matching.order import Order, Trade
from vega_mesa.protocol.matching.order_errors import ORDER_ERROR_TEXTS
from vega_mesa.units import from_integer

if TYPE_CHECKING:
    from vega_mesa.units import MarketUnits

PREFIX: Final = "OrderError: "
MORE_MONEY: Final = "a smaller order, or more money: fund"
_WANT_MONEY: Final = frozenset(
    (
        "party has insufficient balance in asset",
        "margin check failed",
        ORDER_ERROR_TEXTS["MARGIN_CHECK_FAILED"],
        ORDER_ERROR_TEXTS["ISOLATED_MARGIN_CHECK_FAILED"],
        ORDER_ERROR_TEXTS["INSUFFICIENT_FUNDS_TO_PAY_FEES"],
        ORDER_ERROR_TEXTS["INSUFFICIENT_ASSET_BALANCE"],
    )
)


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
        """Why it was refused, and what helps; None when accepted, or waiting to be executed.

        Vega's exact text is that of the :attr:`transaction`.
        """
        error = self.transaction.error
        return None if error is None else in_plain_words(error)

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
        parts = [self._request(), self.error or self.status]
        if (price := self.average_price) is not None:
            parts.append(f"{self.filled:.12g} at {round(price, self.units.price_decimals):.12g}")
        return f"<OrderReceipt {': '.join(filter(None, (parts[0], ' '.join(parts[1:]))))}>"

    def _request(self) -> str:
        """What was asked for, as far as it is known."""
        asked = self.transaction.order or self.transaction.command
        if not isinstance(asked, Order | OrderSubmission):
            return ""
        words = [asked.side.name.lower(), f"{self.units.shown_size(asked.size):.12g}"]
        price = asked.original_price if isinstance(asked, Order) else asked.price
        if price:
            words += ["at", f"{from_integer(price, self.units.price_decimals):.12g}"]
        return " ".join(words)


def in_plain_words(error: str) -> str:
    """A refusal without the protocol's prefix, and with advice where more money helps."""
    plain = error.removeprefix(PREFIX)
    return f"{plain} ({MORE_MONEY})" if error in _WANT_MONEY else plain
