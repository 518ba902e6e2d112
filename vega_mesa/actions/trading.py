"""Orders, stop orders, batches and the margin mode (0014-ORDT, 0004-AMND, 0074-BTCH, 0019-MCAL)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from vega_mesa.actions.observing import Observing, word
from vega_mesa.actions.receipt import OrderReceipt
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import InvalidAmount, InvalidCommand
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
    StopOrdersCancellation,
    StopOrderSetup,
    StopOrdersSubmission,
    UpdateMarginMode,
)
from vega_mesa.protocol.matching.order import STOPPED, OrderType, PeggedReference, Side, TimeInForce
from vega_mesa.tally import NOTHING_THERE
from vega_mesa.units import Duration, MarketUnits, Number, decimal, instant, nanoseconds, to_integer

SideName = Literal["buy", "sell"]
Life = Literal["GTC", "GTT", "IOC", "FOK", "GFA", "GFN"]
Reference = Literal["best_bid", "mid", "best_ask"]


class Trading(Observing):
    """Trades on markets. Markets are named by id, code or name; prices and sizes are people's numbers.

    A number finer than the market's decimals is a mistake (InvalidAmount); :meth:`round_price` and :meth:`round_size`
    help. What the protocol refuses is the receipt's ``error``.
    """

    # -- orders ----------------------------------------------------------------------------------------------------

    def submit_order(
        self,
        market: str | None,
        side: SideName,
        size: Number,
        price: Number | None = None,
        *,
        time_in_force: Life | None = None,
        expires: Duration | datetime | None = None,
        post_only: bool = False,
        reduce_only: bool = False,
        peg: tuple[Reference, Number] | None = None,
        iceberg: tuple[Number, Number] | None = None,
        reference: str = "",
    ) -> OrderReceipt:
        """Send an order.

        Args:
            market: None for the model's first market.
            price: of a limit order; None makes it a market order, unless it is pegged.
            time_in_force: by default GTC, for a market order IOC, with ``expires`` GTT.
            expires: when it ends: from now, or an instant.
            peg: what its price follows, and at which distance away from the touch: ``("mid", 0.5)``.
            iceberg: size shown at a time, and the size below which it is shown anew.
            reference: the agent's own name for it.

        Raises:
            UnknownMarket, InvalidAmount, InvalidCommand, InvalidTime: a mistake; nothing was sent.
        """
        submission = self.order(
            market, side, size, price, time_in_force=time_in_force, expires=expires, post_only=post_only,
            reduce_only=reduce_only, peg=peg, iceberg=iceberg, reference=reference,
        )  # fmt: skip
        transaction = self.send(submission)
        order = transaction.order
        if order is not None and order.status is STOPPED:
            self.model.tally.count_refused_order(order.reason.replace("_", " ").lower() or NOTHING_THERE)
        return OrderReceipt(transaction, self.units(market))

    def buy(self, size: Number, price: Number | None = None, *, market: str | None = None) -> OrderReceipt:
        """Buy: at most at a price, or at once at any."""
        return self.submit_order(market, "buy", size, price)

    def sell(self, size: Number, price: Number | None = None, *, market: str | None = None) -> OrderReceipt:
        """Sell: at least at a price, or at once at any."""
        return self.submit_order(market, "sell", size, price)

    def order(
        self,
        market: str | None,
        side: SideName,
        size: Number,
        price: Number | None = None,
        *,
        time_in_force: Life | None = None,
        expires: Duration | datetime | None = None,
        post_only: bool = False,
        reduce_only: bool = False,
        peg: tuple[Reference, Number] | None = None,
        iceberg: tuple[Number, Number] | None = None,
        reference: str = "",
    ) -> OrderSubmission:
        """Write an order without sending it, for a batch or a stop order; as :meth:`submit_order`."""
        found = self.find_market(market)
        units = self.model.units_of(found)
        is_market = price is None and peg is None
        default = "IOC" if is_market else "GTT" if expires is not None else "GTC"
        return OrderSubmission(
            market_id=found.id,
            side=word(Side, side, "side"),
            size=units.size(size),
            price=0 if price is None else units.price(price),
            type=OrderType.MARKET if is_market else OrderType.LIMIT,
            time_in_force=word(TimeInForce, time_in_force or default, "time_in_force"),
            expires_at=0 if expires is None else self._instant(expires),
            reference=reference,
            post_only=post_only,
            reduce_only=reduce_only,
            pegged_order=None if peg is None else _peg(peg, units),
            iceberg_opts=None if iceberg is None else _iceberg(iceberg, units),
        )

    def amend_order(
        self,
        order_id: str,
        *,
        price: Number | None = None,
        size: Number | None = None,
        size_change: Number = 0,
        time_in_force: Life | None = None,
        expires: Duration | datetime | None = None,
        peg: tuple[Reference, Number] | None = None,
        market: str | None = None,
    ) -> OrderReceipt:
        """Change an order; what is not given stays. ``size`` is the new total, ``size_change`` more or less of it."""
        submission = self.amendment(
            order_id, price=price, size=size, size_change=size_change, time_in_force=time_in_force, expires=expires,
            peg=peg, market=market,
        )  # fmt: skip
        return OrderReceipt(self.send(submission), self.units(market))

    def amendment(
        self,
        order_id: str,
        *,
        price: Number | None = None,
        size: Number | None = None,
        size_change: Number = 0,
        time_in_force: Life | None = None,
        expires: Duration | datetime | None = None,
        peg: tuple[Reference, Number] | None = None,
        market: str | None = None,
    ) -> OrderAmendment:
        """Write an amendment without sending it, for a batch; as :meth:`amend_order`."""
        found = self.find_market(market)
        units = self.model.units_of(found)
        pegged = None if peg is None else _peg(peg, units)
        return OrderAmendment(
            market_id=found.id,
            order_id=order_id,
            price=None if price is None else units.price(price),
            size=None if size is None else units.size(size),
            size_delta=to_integer(size_change, units.size_decimals, "size_change"),
            time_in_force=TimeInForce.UNSPECIFIED
            if time_in_force is None
            else word(TimeInForce, time_in_force, "time_in_force"),
            expires_at=None if expires is None else self._instant(expires),
            pegged_offset=None if pegged is None else pegged.offset,
            pegged_reference=PeggedReference.UNSPECIFIED if pegged is None else pegged.reference,
        )

    def cancel_order(self, order_id: str, market: str | None = None) -> OrderReceipt:
        """Cancel one order."""
        cancellation = OrderCancellation(market_id=self.find_market(market).id, order_id=order_id)
        return OrderReceipt(self.send(cancellation), self.units(market))

    def cancel_orders(self, market: str | None = None) -> Transaction:
        """Cancel all of the agent's orders on a market."""
        return self.send(OrderCancellation(market_id=self.find_market(market).id))

    def cancel_all_orders(self) -> Transaction:
        """Cancel all of the agent's orders on all markets."""
        return self.send(OrderCancellation())

    # -- batches ---------------------------------------------------------------------------------------------------

    def submit_batch(
        self,
        *,
        cancel: Iterable[OrderCancellation | str] = (),
        amend: Iterable[OrderAmendment] = (),
        submit: Iterable[OrderSubmission] = (),
        market: str | None = None,
    ) -> Transaction:
        """Send several instructions as one transaction: cancellations, then amendments, then orders.

        Args:
            cancel: ids of orders of ``market``, or cancellations; ``""`` cancels all orders on the market.
            amend: as :meth:`amendment` writes them.
            submit: as :meth:`order` writes them.
        """
        return self.send(
            BatchMarketInstructions(
                cancellations=tuple(
                    OrderCancellation(market_id=self.find_market(market).id, order_id=item)
                    if isinstance(item, str)
                    else item
                    for item in cancel
                ),
                amendments=tuple(amend),
                submissions=tuple(submit),
            )
        )

    # -- stop orders -----------------------------------------------------------------------------------------------

    def submit_stop_order(
        self,
        *,
        falls_below: StopOrderSetup | None = None,
        rises_above: StopOrderSetup | None = None,
    ) -> Transaction:
        """Send a stop order, or two of which the first to trigger cancels the other; see :meth:`stop`."""
        if falls_below is None and rises_above is None:
            raise InvalidCommand("a stop order needs falls_below, rises_above or both")
        return self.send(StopOrdersSubmission(falls_below=falls_below, rises_above=rises_above))

    def stop(
        self,
        order: OrderSubmission,
        *,
        price: Number | None = None,
        trailing: Number | None = None,
        expires: Duration | datetime | None = None,
        on_expiry: Literal["cancel", "submit"] = "cancel",
        size_of_position: Number | None = None,
    ) -> StopOrderSetup:
        """Write one leg of a stop order.

        Args:
            order: what to send when it triggers, as :meth:`order` writes it; reduce-only.
            price: at which it triggers; or
            trailing: the fraction of the extreme price since, e.g. 0.05.
            on_expiry: what happens at ``expires``.
            size_of_position: a fraction of the position replaces the order's size.
        """
        if (price is None) == (trailing is None):
            raise InvalidCommand("a stop order triggers at a price or trails, one of the two")
        units = self.units(order.market_id)
        override = size_of_position is not None
        return StopOrderSetup(
            order_submission=order,
            price=None if price is None else units.price(price),
            trailing_percent_offset=None if trailing is None else decimal(trailing, "trailing"),
            expires_at=None if expires is None else self._instant(expires),
            expiry_strategy="EXPIRY_STRATEGY_SUBMIT" if on_expiry == "submit" else "EXPIRY_STRATEGY_CANCELS",
            size_override_setting="SIZE_OVERRIDE_SETTING_POSITION" if override else "SIZE_OVERRIDE_SETTING_NONE",
            size_override_percentage=decimal(size_of_position, "size_of_position") if override else None,
        )

    def cancel_stop_order(self, stop_order_id: str, market: str | None = None) -> Transaction:
        """Cancel one stop order."""
        return self.send(StopOrdersCancellation(market_id=self.find_market(market).id, stop_order_id=stop_order_id))

    def cancel_stop_orders(self) -> Transaction:
        """Cancel all of the agent's stop orders."""
        return self.send(StopOrdersCancellation())

    # -- margin ----------------------------------------------------------------------------------------------------

    def use_cross_margin(self, market: str | None = None) -> Transaction:
        """Let all free money of the asset stand behind the position."""
        return self.send(UpdateMarginMode(market_id=self.find_market(market).id, isolated=False))

    def use_isolated_margin(self, factor: Number, market: str | None = None) -> Transaction:
        """Set aside a fraction of the position's value, and not more: 0.1 is a leverage of 10."""
        id = self.find_market(market).id
        return self.send(UpdateMarginMode(market_id=id, isolated=True, margin_factor=decimal(factor, "factor")))

    def _instant(self, when: Duration | datetime) -> int:
        """Network time, ns, of an instant or of so long from now."""
        if isinstance(when, datetime) or (isinstance(when, str) and when[4:5] == "-"):
            return instant(when)
        return self.model.chain.now + nanoseconds(when, "expires")


def _peg(peg: tuple[Reference, Number], units: MarketUnits) -> PeggedOrderDetails:
    if type(peg) is not tuple or len(peg) != 2:
        raise InvalidCommand(f'peg {peg!r} is not a pair such as ("mid", 0.5)')
    return PeggedOrderDetails(reference=word(PeggedReference, peg[0], "peg"), offset=units.price(peg[1]))


def _iceberg(iceberg: tuple[Number, Number], units: MarketUnits) -> IcebergOptions:
    if type(iceberg) is not tuple or len(iceberg) != 2:
        raise InvalidAmount(f"iceberg {iceberg!r} is not a pair of sizes: shown at a time, shown anew below")
    return IcebergOptions(peak_size=units.size(iceberg[0]), minimum_visible_size=units.size(iceberg[1]))
