"""Orders, stop orders and the book, as the order events told them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.conformance.failures import BadTable, Mismatch, StepFailed, expect_equal
from tests.conformance.registry import step
from tests.conformance.steps.orders import find_order
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.arithmetic import divide
from vega_mesa.protocol.matching.order import Order, OrderStatus, Side

STOP_STATUSES = frozenset(
    f"STATUS_{kind}" for kind in ("PENDING", "CANCELLED", "STOPPED", "TRIGGERED", "EXPIRED", "REJECTED")
)


def _status(world: World, order: Order) -> OrderStatus:
    """The order's status; cancelled if a notice says so."""
    return OrderStatus.CANCELLED if world.recorder.is_cancelled(order) else order.status


def _describe(order: Order | None, status: OrderStatus | None = None) -> str:
    if order is None:
        return "no such order"
    state = (order.status if status is None else status).name
    return f"size {order.size} price {order.original_price} remaining {order.remaining} STATUS_{state}"


@step(r"^the orders should have the following status:$", Headers("party, reference, status:status"))
def check_statuses(world: World, rows: list[Row]) -> None:
    for row in rows:
        order = find_order(world, row)
        expect_equal("status", row["status"].name, order.status.name, row)


@step(
    r"^the orders should have the following states:$",
    Headers("party, market id, side:side, volume:u64, price:u64, remaining:u64, status:status", "reference"),
    expects="volume, price, remaining",
)
def check_states(world: World, rows: list[Row]) -> None:
    newest_first = world.recorder.orders()[::-1]
    for row in rows:
        _find_state(world, row, newest_first)


def _find_state(world: World, row: Row, newest_first: list[Order]) -> None:
    wanted = (row["volume"], row["price"], row["remaining"])
    nearest: Order | None = None
    for order in newest_first:
        if order.party != row["party"] or order.market != row["market id"] or order.side is not row["side"]:
            continue
        if row.has("reference") and order.reference != row["reference"]:
            continue
        nearest = nearest or order
        if not _has_status(world, order, row["status"]):
            continue
        nearest = order
        if (order.size, order.original_price, order.remaining) == wanted:
            return
        if row.has("reference"):
            break
    raise Mismatch("order state", row, _describe(nearest), row)


def _has_status(world: World, order: Order, status: OrderStatus) -> bool:
    """The event's own status, or cancelled by a notice where that is expected."""
    return order.status is status or (status is OrderStatus.CANCELLED and world.recorder.is_cancelled(order))


@step(
    r"^the pegged orders should have the following states:$",
    Headers("party, market id, side:side, volume:u64, reference:peg, offset:uint, price:u64, status:status"),
    expects="volume, offset, price",
)
def check_pegged(world: World, rows: list[Row]) -> None:
    orders = [order for order in world.recorder.orders() if order.peg is not None]
    for row in rows:
        of_party = [o for o in orders if o.party == row["party"] and o.market == row["market id"]]
        wanted = (row["side"], row["volume"], row["reference"], row["offset"], row["price"])
        for order in of_party:
            assert order.peg is not None
            found = (order.side, order.size, order.peg.reference, order.peg.offset, order.original_price)
            if found == wanted and _has_status(world, order, row["status"]):
                break
        else:
            raise Mismatch("pegged order", row, _describe(of_party[-1] if of_party else None), row)


@step(
    r"^the iceberg orders should have the following states:$",
    Headers(
        "party, market id, side:side, visible volume:u64, price:u64, status:status, reserved volume:u64", "reference"
    ),
    expects="visible volume, price, reserved volume",
)
def check_icebergs(world: World, rows: list[Row]) -> None:
    latest = {order.id: order for order in world.recorder.orders() if order.iceberg is not None}
    for row in rows:
        candidates = [
            order
            for order in latest.values()
            if order.party == row["party"]
            and order.market == row["market id"]
            and (not row.has("reference") or order.reference == row["reference"])
        ]
        wanted = (row["side"], row["visible volume"], row["price"], row["reserved volume"])
        for order in candidates:
            assert order.iceberg is not None
            found = (order.side, order.remaining, order.original_price, order.iceberg.reserve)
            if found == wanted and _has_status(world, order, row["status"]):
                break
        else:
            last = candidates[-1] if candidates else None
            reserve = "" if last is None or last.iceberg is None else f" reserve {last.iceberg.reserve}"
            raise Mismatch("iceberg order", row, _describe(last) + reserve, row)


@step(r"^the stop orders should have the following states$", Headers("party, market id, status", "reference"))
def check_stop_orders(world: World, rows: list[Row]) -> None:
    stops = [event.stop_order for event in world.recorder.since_clear("stop orders")]
    for row in rows:
        if row["status"] not in STOP_STATUSES:
            raise BadTable(f"unknown stop order status {row['status']!r}", row=row)
        candidates = [
            stop
            for stop in stops
            if stop.party == row["party"]
            and stop.market == row["market id"]
            and (not row.has("reference") or stop.submission.reference == row["reference"])
        ]
        if not any(_stop_status(stop) == row["status"] for stop in candidates):
            raise Mismatch("stop order", row["status"], [_stop_status(s) for s in candidates] or "none", row)


def _stop_status(stop: Any) -> str:
    return f"STATUS_{stop.status.name}"


def _count_reasons(world: World, rows: list[Row], status: OrderStatus) -> None:
    """The events that fit any row must be at least as many as the rows."""
    found = 0
    for row in rows:
        reason = row["reason"].removeprefix("ORDER_ERROR_")
        found += sum(
            o.party == row["party"] and o.market == row["market id"] and o.status is status and o.reason == reason
            for o in world.recorder.orders()
        )
    if found < len(rows):
        raise Mismatch(f"orders with status {status.name}", f"at least {len(rows)}", found)


REASONS = Headers("party, market id, reason")


@step(r"^the following orders should be rejected:$", REASONS)
def check_rejected(world: World, rows: list[Row]) -> None:
    _count_reasons(world, rows, OrderStatus.REJECTED)


@step(r"^the following orders should be stopped:$", REASONS)
def check_stopped(world: World, rows: list[Row]) -> None:
    _count_reasons(world, rows, OrderStatus.STOPPED)


@step(r'the following orders are cancelled on market "([^"]+)":$', Headers("reference, party"))
def check_cancelled(world: World, market: str, rows: list[Row]) -> None:
    cancelled = {
        id for notice in world.recorder.since_clear("cancelled orders") if notice.market == market
        for id in notice.orders
    }  # fmt: skip
    for row in rows:
        first = next(
            (o for o in world.recorder.orders() if o.party == row["party"] and o.reference == row["reference"]), None
        )
        if first is None or first.id not in cancelled:
            raise StepFailed(f"order {row['reference']} of {row['party']} was not cancelled", row=row)


@step(
    r'^the order book should have the following volumes for market "([^"]*)":$',
    Headers("volume:u64, price:u64, side:side"),
    expects="volume",
)
def check_volumes(world: World, market: str, rows: list[Row]) -> None:
    recorder = world.recorder
    latest = {event.order.id: event.order for event in recorder.all("orders") if event.order.market == market}
    for topic in ("cancelled orders", "expired orders"):
        for notice in recorder.all(topic):
            for id in notice.orders:
                latest.pop(id, None)
    volumes: dict[tuple[Side, int], int] = {}
    for order in latest.values():
        if order.status is OrderStatus.ACTIVE:
            key = (order.side, order.original_price)
            volumes[key] = volumes.get(key, 0) + order.remaining
    for row in rows:
        expect_equal("volume", row["volume"], volumes.get((row["side"], row["price"]), 0), row)


@step(
    r"the average fill price is:",
    Headers(
        "market, volume:u64, side:side",
        "fill price:uint?, ref price:uint?, equivalent linear slippage factor:dec, mark price:uint?",
    ),
    expects="fill price, equivalent linear slippage factor, mark price",
)
def check_average_fill_price(world: World, rows: list[Row]) -> None:
    for row in rows:
        fill = world.average_fill_price(row["market"], row["side"], row["volume"])
        if fill is None:
            raise StepFailed("not enough volume on the book", row=row)
        if row["fill price"] is not None:
            expect_equal("fill price", row["fill price"], fill, row)
        if row["mark price"] is not None:
            expect_equal("mark price", row["mark price"], world.market_data(row["market"]).mark_price, row)
        if row.has("equivalent linear slippage factor"):
            reference = row["ref price"]
            if reference is None:
                raise BadTable("a slippage factor needs a ref price", row=row)
            factor = max(Decimal(0), divide(fill - reference, reference))
            expect_equal("slippage factor", row["equivalent linear slippage factor"], factor, row)
