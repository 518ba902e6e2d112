"""Balances, as the account events last told them."""

from __future__ import annotations

from collections import Counter

from tests.conformance import cells
from tests.conformance.accounts import account_type
from tests.conformance.checks import total_of_balances
from tests.conformance.failures import BadTable, Mismatch, StepFailed, expect_equal, expect_text
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.collateral import AccountType

MARKET_ACCOUNTS = {
    "margin": AccountType.MARGIN,
    "bond": AccountType.BOND,
    "vesting": AccountType.VESTING_REWARDS,
    "vested": AccountType.VESTED_REWARDS,
    "order margin": AccountType.ORDER_MARGIN,
}


@step(
    r"^the parties should have the following account balances:$",
    Headers("party, asset", "market id, margin, general, bond, vesting, vested, order margin, is amm:bool=false"),
    expects="margin, general, bond, order margin",
)
def check_balances(world: World, rows: list[Row]) -> None:
    for row in rows:
        party = world.alias(row["party"]) if row["is amm"] else row["party"]
        if row.has("general"):
            event = world.account(AccountType.GENERAL, row["asset"], party)
            expect_text("general balance", row["general"], event.balance, row)
        for column, type in MARKET_ACCOUNTS.items():
            if not row.has(column):
                continue
            if not row.has("market id"):
                raise BadTable(f"{column!r} needs a market id", row=row)
            event = world.account(type, row["asset"], party, row["market id"])
            expect_text(f"{column} balance", row[column], event.balance, row)


def _party_account(world: World, type: AccountType, party: str, expected: str, asset: str) -> None:
    event = world.account(type, asset, party)
    expect_equal(f"balance of {event.account}", cells.lenient_u64(expected), event.balance)


@step(r'^"([^"]*)" should have general account balance of "([^"]*)" for asset "([^"]*)"$', captures=(1,))
def check_general(world: World, party: str, expected: str, asset: str) -> None:
    _party_account(world, AccountType.GENERAL, party, expected, asset)


@step(r'^"([^"]*)" should have vesting account balance of "([^"]*)" for asset "([^"]*)"$', captures=(1,))
def check_vesting(world: World, party: str, expected: str, asset: str) -> None:
    _party_account(world, AccountType.VESTING_REWARDS, party, expected, asset)


@step(r'^"([^"]*)" should have vested account balance of "([^"]*)" for asset "([^"]*)"$', captures=(1,))
def check_vested(world: World, party: str, expected: str, asset: str) -> None:
    _party_account(world, AccountType.VESTED_REWARDS, party, expected, asset)


@step(r'^"([^"]*)" should have holding account balance of "([^"]*)" for asset "([^"]*)"$', captures=(1,))
def check_holding(world: World, party: str, expected: str, asset: str) -> None:
    _party_account(world, AccountType.HOLDING, party, expected, asset)


PARTY_BALANCES = Headers("party, asset, balance:u64")


def _balances(world: World, type: AccountType, rows: list[Row]) -> None:
    for row in rows:
        event = world.recorder.account(type, row["asset"], row["party"])
        expect_equal("balance", row["balance"], 0 if event is None else event.balance, row)


@step(r"^parties should have the following vesting account balances:$", PARTY_BALANCES, expects="balance")
def check_vesting_balances(world: World, rows: list[Row]) -> None:
    _balances(world, AccountType.VESTING_REWARDS, rows)


@step(r"^parties should have the following vested account balances:$", PARTY_BALANCES, expects="balance")
def check_vested_balances(world: World, rows: list[Row]) -> None:
    _balances(world, AccountType.VESTED_REWARDS, rows)


@step(r'^the reward account of type "([^"]*)" should have balance of "([^"]*)" for asset "([^"]*)"$', captures=(1,))
def check_reward_account(world: World, kind: str, expected: str, asset: str) -> None:
    """Of several accounts, one a market, upstream compares a random one: here one of them must hold the amount."""
    type = account_type(kind)
    held = [
        event.balance
        for (of, what, owner, _), event in world.recorder.accounts.items()
        if of == type and what == asset and not owner
    ]
    if cells.lenient_u64(expected) not in (held or [0]):
        raise Mismatch(f"balance of {kind} in {asset}", expected, held or 0)


def _market_account(world: World, type: AccountType, expected: str, market: str, party: str = "") -> None:
    event = world.market_account(type, market, party)
    expect_equal(f"balance of {event.account}", cells.u64(expected), event.balance)


@step(r'^the insurance pool balance should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))
def check_insurance_pool(world: World, expected: str, market: str) -> None:
    _market_account(world, AccountType.INSURANCE, expected, market)


@step(r'^the settlement account should have a balance of "([^"]*)" for the market "([^"]*)"$', captures=(0,))
def check_settlement(world: World, expected: str, market: str) -> None:
    _market_account(world, AccountType.SETTLEMENT, expected, market)


@step(r'^the accumulated liquidity fees should be "([^"]*)" for the market "([^"]*)"$', captures=(0,))
def check_liquidity_fees(world: World, expected: str, market: str) -> None:
    _market_account(world, AccountType.FEES_LIQUIDITY, expected, market)


def _asset_account(world: World, type: AccountType, expected: str, asset: str) -> None:
    event = world.account(type, asset)
    expect_equal(f"balance of {event.account}", cells.u64(expected), event.balance)


@step(r'^the accumulated infrastructure fees should be "([^"]*)" for the asset "([^"]*)"$', captures=(0,))
def check_infrastructure_fees(world: World, expected: str, asset: str) -> None:
    _asset_account(world, AccountType.FEES_INFRASTRUCTURE, expected, asset)


@step(r'^the network treasury balance should be "([^"]*)" for the asset "([^"]*)"$', captures=(0,))
def check_treasury(world: World, expected: str, asset: str) -> None:
    _asset_account(world, AccountType.NETWORK_TREASURY, expected, asset)


@step(r'^the buy back fees balance should be "([^"]*)" for the asset "([^"]*)"$', captures=(0,))
def check_buy_back_fees(world: World, expected: str, asset: str) -> None:
    _asset_account(world, AccountType.BUY_BACK_FEES, expected, asset)


@step(r'^the global insurance pool balance should be "([^"]*)" for the asset "([^"]*)"$', captures=(0,))
def check_global_insurance(world: World, expected: str, asset: str) -> None:
    _asset_account(world, AccountType.GLOBAL_INSURANCE, expected, asset)


@step(
    r'^the party "([^"]*)" lp liquidity fee account balance should be "([^"]*)" for the market "([^"]*)"$',
    captures=(1,),
)
def check_provider_fees(world: World, party: str, expected: str, market: str) -> None:
    _market_account(world, AccountType.LP_LIQUIDITY_FEES, expected, market, party)


@step(
    r'^the party "([^"]*)" lp liquidity bond account balance should be "([^"]*)" for the market "([^"]*)"$',
    captures=(1,),
)
def check_bond(world: World, party: str, expected: str, market: str) -> None:
    _market_account(world, AccountType.BOND, expected, market, party)


@step(r'^"([^"]*)" should have only the following accounts:$', Headers("type, asset", "amount:uint"), expects="amount")
def check_only_accounts(world: World, party: str, rows: list[Row]) -> None:
    events = [event for event in world.recorder.accounts.values() if event.owner == party]
    if len(events) != len(rows):
        found = [f"{AccountType(event.type).name} {event.asset}" for event in events]
        raise Mismatch(f"accounts of {party}", len(rows), f"{len(events)}: {', '.join(found)}")
    for row in rows:
        kind = account_type(row["type"])
        balances = [event.balance for event in events if event.type == kind and event.asset == row["asset"]]
        if not balances or (row.has("amount") and row["amount"] not in balances):
            raise Mismatch(f"balance of {party}", row["amount"], balances or "no such account", row)


@step(r'^"([^"]*)" should have one account per asset$')
def check_one_account_per_asset(world: World, party: str) -> None:
    _no_duplicates(world, party, AccountType.GENERAL)


@step(r'^"([^"]*)" should have one margin account per market$')
def check_one_margin_account_per_market(world: World, party: str) -> None:
    _no_duplicates(world, party, AccountType.MARGIN)


def _no_duplicates(world: World, party: str, type: AccountType) -> None:
    ids = Counter(
        (event.asset, event.market)
        for event in world.recorder.accounts.values()
        if event.owner == party and event.type == type
    )
    twice = [key for key, count in ids.items() if count > 1]
    if twice:
        raise StepFailed(f"{party} has several {type.name} accounts for {twice[0]}")


@step(r'^the cumulated balance for all accounts should be worth "([^"]*)"$', captures=(0,))
def check_total(world: World, expected: str) -> None:
    expect_equal("sum of all balances", cells.uint(expected), total_of_balances(world))


@step(
    r"^the parties should have the following staking account balances:$",
    Headers("party, asset, amount:u64"),
    expects="amount",
)
def check_stakes(world: World, rows: list[Row]) -> None:
    for row in rows:
        expect_equal("stake", row["amount"], world.network.stake_of(row["party"]), row)


@step(
    r"^parties have the following AMM account balances:$",
    Headers("account alias, balance, asset"),
    expects="balance",
)
def check_amm_balances(world: World, rows: list[Row]) -> None:
    for row in rows:
        event = world.account(AccountType.GENERAL, row["asset"], world.alias(row["account alias"]))
        expect_text("balance", row["balance"], event.balance, row)
