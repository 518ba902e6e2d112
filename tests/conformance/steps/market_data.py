"""The figures and states of markets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.conformance import cells
from tests.conformance.cells import SECOND
from tests.conformance.failures import BadTable, Mismatch, StepFailed, expect_equal, expect_text
from tests.conformance.protocol import protocol
from tests.conformance.registry import Place, step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.markets.states import AuctionTrigger, TradingMode

NUMBERS = (
    "mark price", "last traded price", "best bid price", "best offer price", "best static bid price",
    "best static offer price", "mid price", "static mid price", "indicative price", "best bid volume",
    "best offer volume", "best static bid volume", "best static offer volume", "open interest", "indicative volume",
)  # fmt: skip
TEXTS = ("target stake", "supplied stake", "market value proxy", "market")
MODES = {"trading mode": TradingMode, "auction trigger": AuctionTrigger, "extension trigger": AuctionTrigger}
MOMENTS = ("timestamp", "auction start", "auction end")
BOUND = ("min bound", "max bound", "ref price")
SHARE = ("equity share", "average entry valuation")


def compared(rows: Sequence[Row]) -> list[Place]:
    """The numbers that count: the first of a column, the last of a moment, bounds and shares if none is lacking."""
    places: list[Place] = []
    for column in (*NUMBERS, *TEXTS):
        places += [(i, column) for i, row in enumerate(rows) if row.has(column)][:1]
    for column in MOMENTS:
        places += [(i, column) for i, row in enumerate(rows) if row.has(column)][-1:]
    for condition, columns in (("horizon", BOUND), ("average entry valuation", SHARE)):
        if all(row.has(condition) for row in rows):
            places += [(i, c) for i, row in enumerate(rows) for c in columns if row.has(c)]
    return [(i, c) for i, c in places if c != "ref price" or rows[i][c]]


@step(
    r'^the market data for the market "([^"]+)" should be:$',
    Headers(
        "",
        ", ".join(
            (
                *(f"{name}:uint" for name in NUMBERS),
                *TEXTS,
                *MODES,
                *(f"{name}:i64" for name in MOMENTS),
                "horizon:i64, min bound:uint, max bound:uint, ref price:uint, party, equity share",
                "average entry valuation",
            )
        ),
    ),
    expects=compared,
)
def check_market_data(world: World, market: str, rows: list[Row]) -> None:
    data = world.market_data(market)
    for column in NUMBERS:
        row = _first(rows, column)
        if row is not None:
            expect_equal(column, row[column], getattr(data, column.replace(" ", "_")), row)
    for column in TEXTS:
        row = _first(rows, column)
        if row is not None:
            expect_text(column, row[column], getattr(data, column.replace(" ", "_")), row)
    for column, names in MODES.items():
        row = _first(rows, column)
        if row is not None:
            if row[column] not in set(names):
                raise BadTable(f"unknown {column} {row[column]!r}", row=row)
            expect_text(column, row[column], getattr(data, column.replace(" ", "_")), row)
    _check_moments(data, rows)
    _check_bounds(data, rows)
    _check_shares(data, rows)


def _first(rows: Sequence[Row], column: str) -> Row | None:
    return next((row for row in rows if row.has(column)), None)


def _check_moments(data: Any, rows: list[Row]) -> None:
    for column in MOMENTS:
        row = _first(rows[::-1], column)
        if row is None:
            continue
        expected = row[column]
        if column == "auction end" and expected < data.auction_start:
            expected = data.auction_start + expected * SECOND
        expect_equal(column, expected, getattr(data, column.replace(" ", "_")), row)


def _check_bounds(data: Any, rows: list[Row]) -> None:
    if not all(row.has("horizon") for row in rows):
        return
    for row in rows:
        bound = next((b for b in data.price_bounds if b.trigger.horizon == row["horizon"]), None)
        if bound is None:
            raise StepFailed(f"no bound with a horizon of {row['horizon']}", row=row)
        expect_equal("min bound", row.get("min bound", 0), bound.low, row)
        expect_equal("max bound", row.get("max bound", 0), bound.high, row)
        if row.get("ref price"):
            expect_equal("ref price", row["ref price"], bound.reference, row)


def _check_shares(data: Any, rows: list[Row]) -> None:
    if not all(row.has("average entry valuation") for row in rows):
        return
    for row in rows:
        share = next((s for s in data.liquidity_provider_fee_shares if s.party == row["party"]), None)
        if share is None:
            raise StepFailed(f"no fee share of {row['party']}", row=row)
        expect_text("equity share", row["equity share"], share.equity_like_share, row)
        expect_text("average entry valuation", row["average entry valuation"], share.average_entry_valuation, row)


@step(r'^the trading mode should be "([^"]*)" for the market "([^"]*)"$')
def check_trading_mode(world: World, expected: str, market: str) -> None:
    expect_text("trading mode", expected, world.market_data(market).trading_mode)


@step(r'^the market state should be "([^"]*)" for the market "([^"]*)"$')
def check_state(world: World, expected: str, market: str) -> None:
    expect_text("market state", expected, world.market_state(market))


@step(r'^the last market state should be "([^"]+)" for the market "([^"]+)"$')
def check_last_state(world: World, expected: str, market: str) -> None:
    expect_text("last market state", expected, _updated(world, market).state)


def _updated(world: World, market: str) -> Any:
    event = world.recorder.latest("markets", market=market)
    if event is None:
        raise StepFailed(f"no event of market {market}")
    return event


@step(r'^the mark price should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))
def check_mark_price(world: World, expected: str, market: str) -> None:
    expect_equal("mark price", cells.u64(expected), world.market_data(market).mark_price)


@step(r'^the mark price algo should be "([^"]+)" for the market "([^"]+)"$')
def check_mark_price_type(world: World, expected: str, market: str) -> None:
    expect_text("mark price type", expected, world.mark_price_type(market))


def _figure(name: str) -> Callable[[World, str, str], None]:
    def check(world: World, expected: str, market: str) -> None:
        expect_text(name, expected, getattr(world.market_data(market), name))

    return check


step(r'^the target stake should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))(_figure("target_stake"))
step(r'^the supplied stake should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))(_figure("supplied_stake"))
step(r'^the open interest should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))(_figure("open_interest"))


@step(r'^the liquidity fee factor should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))
def check_liquidity_fee(world: World, expected: str, market: str) -> None:
    format_decimal = protocol("arithmetic", "format_decimal")
    expect_text("liquidity fee factor", expected, format_decimal(_updated(world, market).liquidity_fee))


@step(
    r'^the liquidity provider fee shares for the market "([^"]*)" should be:$',
    Headers("party, equity like share, average entry valuation", "average score, virtual stake"),
    expects="equity like share, average entry valuation, average score, virtual stake",
)
def check_fee_shares(world: World, market: str, rows: list[Row]) -> None:
    shares = world.market_data(market).liquidity_provider_fee_shares
    columns = ("party", "equity like share", "average entry valuation", "average score", "virtual stake")
    told = [{column: str(getattr(share, column.replace(" ", "_"))) for column in columns} for share in shares]
    for row in rows:
        wanted = {column: row[column] for column in columns if row.has(column) or column in columns[:3]}
        if not any(wanted.items() <= share.items() for share in told):
            nearest = [share for share in told if share["party"] == row["party"]] or told
            raise Mismatch("fee share", wanted, nearest, row)


@step(
    r'^the price monitoring bounds for the market "([^"]*)" should be:$',
    Headers("min bound:uint, max bound:uint"),
    expects="min bound, max bound",
)
def check_bounds(world: World, market: str, rows: list[Row]) -> None:
    bounds = [(bound.low, bound.high) for bound in world.market_data(market).price_bounds]
    for row in rows:
        if (row["min bound"], row["max bound"]) not in bounds:
            raise Mismatch("price bounds", row, bounds, row)


@step(r'^the starting auction time for market "([^"]+)" is "([^"]+)"', captures=(1,))
def check_auction_start(world: World, market: str, expected: str) -> None:
    expect_equal("start of the auction", cells.i64(expected), world.market_data(market).auction_start)


@step(r'^the ending auction time for market "([^"]+)" is "([^"]+)"', captures=(1,))
def check_auction_end(world: World, market: str, expected: str) -> None:
    expect_equal("end of the auction", cells.i64(expected), world.market_data(market).auction_end)


@step(r'^the active pap id should be "([^"]+)" for the market "([^"]+)"$')
def check_purchase(world: World, expected: str, market: str) -> None:
    active = world.market_data(market).active_automated_purchase
    expect_text("automated purchase", expected, "none" if active is None else active.id)


@step(r'^the active pap order id should be "([^"]+)" for the market "([^"]+)"$')
def check_purchase_order(world: World, expected: str, market: str) -> None:
    active = world.market_data(market).active_automated_purchase
    expect_text("order of the automated purchase", expected, (active and active.order_id) or "none")


@step(
    r'^the automated purchase program for market "([^"]*)" should have a snapshot balance of "([^"]*)"$',
    captures=(1,),
)
def check_purchase_snapshot(world: World, market: str, expected: str) -> None:
    event = world.recorder.latest("automated purchases", market=market)
    if event is None:
        raise StepFailed(f"no announcement of an automated purchase in {market}")
    expect_text("snapshot balance", expected, event.amount)
