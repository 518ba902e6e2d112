"""Orders of every kind, amendments, cancellations, margin modes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from tests.conformance import cells
from tests.conformance.cells import SECOND
from tests.conformance.failures import BadTable, Mismatch, StepFailed
from tests.conformance.registry import Place, step
from tests.conformance.steps.assets import check_error
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.commands.trading import (
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
from vega_mesa.protocol.matching.order import Order, OrderType, PeggedReference, TimeInForce

ORDER = "party, market id, side:side, volume:u64, price:uint, type:otype, tif:tif"
ORDER_OPTIONS = (
    "reference, error, resulting trades:i64, expires in:sec, only, fb price trigger:uint, fb trailing:dec, "
    "ra price trigger:uint, ra trailing:dec, ra expires in:sec, ra expiry strategy=EXPIRY_STRATEGY_CANCELS, "
    "fb expires in:sec, fb expiry strategy=EXPIRY_STRATEGY_CANCELS, pegged reference:peg, pegged offset:uint, "
    "ra size override setting, ra size override percentage:dec, fb size override setting, "
    "fb size override percentage:dec"
)
ORDERS = Headers(ORDER, ORDER_OPTIONS)
TRIGGERS = ("fb price trigger", "fb trailing", "ra price trigger", "ra trailing")
EXPIRY_STRATEGIES = ("EXPIRY_STRATEGY_CANCELS", "EXPIRY_STRATEGY_SUBMIT")
SIZE_OVERRIDES = {
    "": "SIZE_OVERRIDE_SETTING_NONE",
    "NONE": "SIZE_OVERRIDE_SETTING_NONE",
    "POSITION": "SIZE_OVERRIDE_SETTING_POSITION",
}


def counted_trades(rows: Iterable[Row]) -> list[Place]:
    """The cells of ``resulting trades`` that are compared in any case."""
    return [
        (i, "resulting trades")
        for i, row in enumerate(rows)
        if row.has("resulting trades") and not row.has("error") and not any(map(_column_is_set(row), TRIGGERS))
    ]


def _column_is_set(row: Row) -> Callable[[str], bool]:
    return lambda name: name in row.columns and row.has(name)


# -- submissions -----------------------------------------------------------------------------------------------------


def submission(row: Row, now: int, **more: Any) -> OrderSubmission:
    """The order that a row describes; ``more`` overrides fields."""
    kind, tif = row["type"], row["tif"]
    expires_at = 0
    if tif is TimeInForce.GTT and kind is not OrderType.MARKET:
        if not row.has("expires in"):
            raise BadTable("an order that is good till a time needs 'expires in'", row=row)
        expires_at = now + row["expires in"] * SECOND
    if row["only"] not in {"", "post", "reduce"}:
        raise BadTable(f"unknown restriction {row['only']!r}", row=row)
    fields: dict[str, Any] = {
        "market_id": row["market id"],
        "side": row["side"],
        "size": row["volume"],
        "type": kind,
        "time_in_force": tif,
        "expires_at": expires_at,
        "reference": row["reference"],
        "post_only": row["only"] == "post",
        "reduce_only": row["only"] == "reduce",
    }
    return OrderSubmission(**(fields | more))


def _plain(row: Row, now: int) -> OrderSubmission | StopOrdersSubmission:
    """A row of the general table: an order, pegged if it says so, or a stop order if it has a trigger."""
    if row.has("error") and row.get("resulting trades", 0) > 0:
        raise StepFailed("a row cannot expect both an error and trades", row=row)
    peg = None
    if row["pegged reference"] is not PeggedReference.UNSPECIFIED:
        peg = PeggedOrderDetails(reference=row["pegged reference"], offset=row.get("pegged offset", 0))
    order = submission(row, now, price=row["price"], pegged_order=peg)
    falls, rises = _leg(row, "fb", order, now), _leg(row, "ra", order, now)
    if falls is None and rises is None:
        return order
    if falls is not None and rises is not None:
        falls = replace(falls, order_submission=replace(order, reference=f"{order.reference}-1"))
        rises = replace(rises, order_submission=replace(order, reference=f"{order.reference}-2"))
    return StopOrdersSubmission(falls_below=falls, rises_above=rises)


def _leg(row: Row, which: str, order: OrderSubmission, now: int) -> StopOrderSetup | None:
    price, trailing = row.get(f"{which} price trigger"), row.get(f"{which} trailing")
    trailing = trailing or None  # 0 counts as not set
    if price is None and trailing is None:
        return None
    if price is not None and trailing is not None:
        raise StepFailed("a stop order has a price or a trailing trigger, not both", row=row)
    strategy, setting = row[f"{which} expiry strategy"], row[f"{which} size override setting"]
    if strategy not in EXPIRY_STRATEGIES or setting not in SIZE_OVERRIDES:
        raise BadTable(f"unknown expiry strategy or size override {strategy!r} {setting!r}", row=row)
    expires = row.get(f"{which} expires in")
    return StopOrderSetup(
        order_submission=order,
        price=price,
        trailing_percent_offset=trailing,
        expires_at=None if expires is None else now + expires * SECOND,
        expiry_strategy=strategy,
        size_override_setting=SIZE_OVERRIDES[setting],
        size_override_percentage=row.get(f"{which} size override percentage") if setting else None,
    )


def place(world: World, row: Row, command: OrderSubmission | StopOrdersSubmission, party: str = "") -> Any:
    """Send an order and compare error and number of trades; returns the confirmation when there is one to count."""
    outcome = world.execute(party or row["party"], command)
    check_error(row, outcome.error)
    if outcome.error or outcome.order is None:
        return None
    if row.has("resulting trades") and row["resulting trades"] != len(outcome.trades):
        raise Mismatch("resulting trades", row["resulting trades"], len(outcome.trades), row)
    return outcome


@step(r"^the parties place the following orders:$", ORDERS, expects=counted_trades)
def place_orders(world: World, rows: list[Row]) -> None:
    now = world.now
    for row in rows:
        outcome = place(world, row, _plain(row, now))
        if outcome is not None and row["reference"]:
            world.configurations.order_ids[row["reference"]] = outcome.order.id


@step(r"^the parties place the following orders with ticks:$", ORDERS, expects=counted_trades)
def place_orders_with_ticks(world: World, rows: list[Row]) -> None:
    now = world.now
    world.tick()
    for row in rows:
        if _counts(row, place(world, row, _plain(row, now))):
            world.end_block()
            world.tick()


@step(r'^the parties place the following orders "([^"]+)" blocks apart:$', ORDERS, expects=counted_trades)
def place_orders_apart(world: World, blocks: str, rows: list[Row]) -> None:
    now = world.now
    world.tick()
    for row in rows:
        if _counts(row, place(world, row, submission(row, now, price=row["price"]))):
            for _ in range(cells.i64(blocks)):
                world.move_block()


def _counts(row: Row, outcome: Any) -> bool:
    return row.has("resulting trades") and outcome is not None


@step(
    r"^the parties place the following hacked orders:$",
    Headers(ORDER, ORDER_OPTIONS + ", is amm:bool=false"),
    expects=counted_trades,
)
def place_hacked_orders(world: World, rows: list[Row]) -> None:
    now = world.now
    for row in rows:
        party = world.resolve(row["party"]) if row["is amm"] else row["party"]
        place(world, row, _plain(row, now), party)


@step(
    r"^the parties place the following pegged orders:$",
    Headers("party, market id, side:side, volume:u64, pegged reference:peg, offset:uint", "error, reference"),
)
def place_pegged_orders(world: World, rows: list[Row]) -> None:
    for row in rows:
        command = OrderSubmission(
            market_id=row["market id"],
            side=row["side"],
            size=row["volume"],
            reference=row["reference"],
            pegged_order=PeggedOrderDetails(reference=row["pegged reference"], offset=row["offset"]),
        )
        check_error(row, world.execute(row["party"], command).error)


def _iceberg(row: Row) -> IcebergOptions:
    return IcebergOptions(peak_size=row["peak size"], minimum_visible_size=row["minimum visible size"])


@step(
    r"^the parties place the following iceberg orders:$",
    Headers(
        ORDER + ", peak size:u64, minimum visible size:u64",
        "reference, error, resulting trades:i64, expires in:sec, only",
    ),
    expects=counted_trades,
)
def place_icebergs(world: World, rows: list[Row]) -> None:
    now = world.now
    for row in rows:
        place(world, row, submission(row, now, price=row["price"], iceberg_opts=_iceberg(row)))


@step(
    r"^the parties place the following pegged iceberg orders:$",
    Headers(
        "party, market id, side:side, volume:u64, peak size:u64, minimum visible size:u64, pegged reference:peg, "
        "offset:uint",
        "type:otype=TYPE_LIMIT, tif:tif=TIF_GTC, reference, error, resulting trades:i64, expires in:sec, only",
    ),
    expects=counted_trades,
)
def place_pegged_icebergs(world: World, rows: list[Row]) -> None:
    now = world.now
    for row in rows:
        peg = PeggedOrderDetails(reference=row["pegged reference"], offset=row["offset"])
        place(world, row, submission(row, now, pegged_order=peg, iceberg_opts=_iceberg(row)))


# -- changes ---------------------------------------------------------------------------------------------------------


def find_order(world: World, row: Row) -> Order:
    """The order that a row names by party and reference."""
    order = world.recorder.order(row["party"], row["reference"])
    if order is None:
        raise StepFailed(f"no order {row['reference']} of {row['party']}", row=row)
    return order


@step(
    r"^the parties amend the following orders:$",
    Headers(
        "party, reference, tif:tif",
        "price:uint?, size delta:i64=0, size:u64, error, expiration date:time, pegged offset:uint?",
    ),
)
def amend_orders(world: World, rows: list[Row]) -> None:
    for row in rows:
        order = find_order(world, row)
        command = OrderAmendment(
            market_id=order.market,
            order_id=order.id,
            price=row["price"],
            size=row.get("size"),
            size_delta=row["size delta"],
            time_in_force=row["tif"],
            expires_at=row.get("expiration date"),
            pegged_offset=row["pegged offset"],
        )
        check_error(row, world.execute(row["party"], command).error)


@step(
    r"^the parties amend the following pegged iceberg orders:$",
    Headers(
        "party, reference",
        "pegged reference:peg, offset:uint?, size delta:i64=0, size:u64, tif:tif, error, expires in:sec",
    ),
)
def amend_pegged_icebergs(world: World, rows: list[Row]) -> None:
    now = world.now
    for row in rows:
        order = find_order(world, row)
        tif = row.get("tif", order.time_in_force)
        if tif is TimeInForce.GTT and not row.has("expires in"):
            raise BadTable("an order that is good till a time needs 'expires in'", row=row)
        command = OrderAmendment(
            market_id=order.market,
            order_id=order.id,
            size=row.get("size"),
            size_delta=row["size delta"],
            time_in_force=tif,
            expires_at=now + row["expires in"] * SECOND if tif is TimeInForce.GTT else None,
            pegged_offset=row["offset"],
            pegged_reference=row["pegged reference"],
        )
        check_error(row, world.execute(row["party"], command).error)


@step(r"^the parties cancel the following orders:$", Headers("party, reference", "error"))
def cancel_orders(world: World, rows: list[Row]) -> None:
    for row in rows:
        order = find_order(world, row)
        command = OrderCancellation(market_id=order.market, order_id=order.id)
        check_error(row, world.execute(row["party"], command).error)


@step(r"^the parties cancel all their orders for the markets:$", Headers("party, market id", "error"))
def cancel_all_orders(world: World, rows: list[Row]) -> None:
    for row in rows:
        check_error(row, world.execute(row["party"], OrderCancellation(market_id=row["market id"])).error)


@step(r"^the parties cancel the following stop orders:$", Headers("party, reference", "error"))
def cancel_stop_orders(world: World, rows: list[Row]) -> None:
    for row in rows:
        stop = world.recorder.stop_order(row["party"], row["reference"])
        if stop is None:
            raise StepFailed(f"no stop order {row['reference']} of {row['party']}", row=row)
        command = StopOrdersCancellation(market_id=stop.market, stop_order_id=stop.id)
        check_error(row, world.execute(row["party"], command).error)


@step(r'^the party "([^"]*)" cancels all their stop orders for the market "([^"]*)"$')
def cancel_all_stop_orders_of_market(world: World, party: str, market: str) -> None:
    world.execute(party, StopOrdersCancellation(market_id=market))  # whatever it answers


@step(r'^the party "([^"]*)" cancels all their stop orders')
def cancel_all_stop_orders(world: World, party: str) -> None:
    world.execute(party, StopOrdersCancellation())  # whatever it answers


@step(
    r"^the parties submit update margin mode:$",
    Headers("party, market, margin_mode", "margin_factor:dec, error"),
)
def update_margin_mode(world: World, rows: list[Row]) -> None:
    for row in rows:
        isolated = {"cross margin": False, "isolated margin": True}.get(row["margin_mode"])
        if isolated is None:
            raise BadTable(f"unknown margin mode {row['margin_mode']!r}", row=row)
        factor = cells.decimal("0")
        if isolated:
            if not row.has("margin_factor"):
                raise BadTable("isolated margin needs a factor", row=row)
            factor = row["margin_factor"]
        command = UpdateMarginMode(market_id=row["market"], isolated=isolated, margin_factor=factor)
        check_error(row, world.execute(row["party"], command).error)
