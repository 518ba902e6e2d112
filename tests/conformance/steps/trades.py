"""Trades and the movements of money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.conformance import cells
from tests.conformance.accounts import account_type
from tests.conformance.failures import Mismatch, StepFailed, expect_equal
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.collateral import AccountType, account_id

SIDES = ("buyer", "seller")
COUNTED_FEES = {"infrastructure fee": "infrastructure", "liquidity fee": "liquidity", "maker fee": "maker"}
DECIMAL_FEES = {
    "infrastructure fee volume discount": "infrastructure_volume_discount",
    "liquidity fee volume discount": "liquidity_volume_discount",
    "maker fee volume discount": "maker_volume_discount",
    "infrastructure fee referrer discount": "infrastructure_referrer_discount",
    "liquidity fee referrer discount": "liquidity_referrer_discount",
    "maker fee referrer discount": "maker_referrer_discount",
    "treasury fee": "treasury",
    "buyback fee": "buy_back",
    "high volume maker fee": "high_volume_maker",
}
TOTAL_FEE = ("infrastructure", "liquidity", "maker", "buy_back", "treasury")
FEE_COLUMNS = [
    f"{side} {name}:{kind}"
    for side in SIDES
    for kind, names in (("u64", ["fee", *COUNTED_FEES]), ("dec", list(DECIMAL_FEES)))
    for name in names
]


def _fee(trade: Any, side: str, name: str) -> Any:
    fee = trade.buyer_fee if side == "buyer" else trade.seller_fee
    return 0 if fee is None else getattr(fee, name)


def _differences(row: Row, trade: Any, buyer: str, seller: str) -> list[str]:
    """What of a row does not fit a trade."""
    pairs: list[tuple[str, Any, Any]] = [
        ("buyer", buyer, trade.buyer),
        ("seller", seller, trade.seller),
        ("price", row["price"], trade.market_price),
        ("size", row["size"], trade.size),
    ]
    if row.has("aggressor side"):
        pairs.append(("aggressor side", row["aggressor side"].name, trade.aggressor.name))
    for side in SIDES:
        if row.has(f"{side} fee"):
            total = sum(_fee(trade, side, name) for name in TOTAL_FEE)
            pairs.append((f"{side} fee", row[f"{side} fee"], total))
        for column, field in (COUNTED_FEES | DECIMAL_FEES).items():
            if row.has(f"{side} {column}"):
                pairs.append((f"{side} {column}", Decimal(row[f"{side} {column}"]), Decimal(_fee(trade, side, field))))
    return [f"{name} {got}" for name, expected, got in pairs if expected != got]


@step(
    r"^the following trades should be executed:$",
    Headers(
        "buyer, seller, price:u64, size:u64",
        "aggressor side:side, is amm:bool=false, " + ", ".join(FEE_COLUMNS),
    ),
    expects="price, size, " + ", ".join(column.partition(":")[0] for column in FEE_COLUMNS),
)
def check_trades(world: World, rows: list[Row]) -> None:
    trades = [event.trade for event in world.recorder.since_clear("trades")]
    for row in rows:
        buyer, seller = row["buyer"], row["seller"]
        if row["is amm"]:
            buyer, seller = world.resolve(buyer), world.resolve(seller)
        differences = [_differences(row, trade, buyer, seller) for trade in trades]
        if not all(differences):
            continue
        nearest = min(differences, key=len, default=["no trades"])
        raise Mismatch("trade", row, f"nearest of {len(trades)} trades differs: {', '.join(nearest)}", row)


@step(
    r"^the following network trades should be executed:$",
    Headers("party, aggressor side:side, volume:u64"),
    expects="volume",
)
def check_network_trades(world: World, rows: list[Row]) -> None:
    trades = [event.trade for event in world.recorder.since_clear("trades")]
    for row in rows:
        fits = [
            trade
            for trade in trades
            if row["party"] in {trade.buyer, trade.seller}
            and trade.aggressor is row["aggressor side"]
            and trade.size == row["volume"]
        ]
        if not fits:
            raise Mismatch("network trade", row, trades, row)


@step(r'the auction ends with a traded volume of "([^"]+)" at a price of "([^"]+)"', captures=(0, 1))
def check_auction(world: World, volume: str, price: str) -> None:
    trades = [event.trade for event in world.recorder.since_clear("trades")]
    for trade in trades:
        expect_equal("price", cells.u64(price), trade.market_price)
    expect_equal("traded volume", cells.u64(volume), sum(trade.size for trade in trades))


# -- ledger ----------------------------------------------------------------------------------------------------------

OUTSIDE_MARKETS = (AccountType.GENERAL, AccountType.FEES_INFRASTRUCTURE)


def _account(row: Row, end: str, name: Callable[[str], str]) -> str:
    type = account_type(row[f"{end} account"])
    if type is AccountType.UNSPECIFIED:
        raise StepFailed("a transfer needs account types", row=row)
    asset_level = type in OUTSIDE_MARKETS or (type is AccountType.NETWORK_TREASURY and end == "to")
    owner = name(row[end])
    return account_id(
        type, row["asset"], "" if owner in {"", "market"} else owner, "" if asset_level else row["market id"]
    )


@step(
    r"^the following transfers should happen:$",
    Headers("from, from account, to, to account, market id, amount:u64, asset", "type, is amm:bool=false"),
    expects="amount",
)
def check_transfers(world: World, rows: list[Row]) -> None:
    entries = list(world.recorder.ledger_entries())
    known: set[tuple[str, str, int]] = {(e.from_account, e.to_account, e.amount) for e in entries}
    typed = {(e.from_account, e.to_account, e.amount, e.type) for e in entries}
    for row in rows:
        if row["is amm"] and not {row["from"], row["to"]} & set(world.aliases):
            raise StepFailed("neither side of the transfer is a known AMM alias", row=row)
        name = world.resolve if row["is amm"] else str
        wanted = (_account(row, "from", name), _account(row, "to", name), row["amount"])
        if (*wanted, row["type"]) in typed if row.has("type") else wanted in known:
            continue
        near = [f"{e.type} {e.amount}" for e in entries if (e.from_account, e.to_account) == wanted[:2]]
        raise Mismatch("transfer", row, f"between these accounts: {', '.join(near) or 'nothing'}", row)
    world.recorder.clear("ledger")


TYPES = Headers("type")


@step(r"^the transfers of following types should happen:$", TYPES)
def check_transfer_types(world: World, rows: list[Row]) -> None:
    happened = {entry.type for entry in world.recorder.ledger_entries()}
    for row in rows:
        if row["type"] not in happened:
            raise StepFailed(f"no transfer of type {row['type']}", row=row)


@step(r"^the transfers of following types should NOT happen:$", TYPES)
def check_no_transfer_types(world: World, rows: list[Row]) -> None:
    happened = {entry.type for entry in world.recorder.ledger_entries()}
    for row in rows:
        if row["type"] in happened:
            raise StepFailed(f"a transfer of type {row['type']}", row=row)
