"""Assets, deposits, insurance pools, and the stubs of staking and validators."""

from __future__ import annotations

from tests.conformance.failures import Mismatch, StepFailed
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.staking import DelegateSubmission, UndelegateSubmission

ASSET = Headers("id, decimal places:u64", "quantum:dec")
MONEY = Headers("party, asset, amount:uint", "error")


def check_error(row: Row, got: str | None) -> None:
    """Fail unless the returned text is the row's ``error``, character by character; blank means none."""
    if row.text("error") != (got or ""):
        raise Mismatch("error", row.text("error") or "none", got or "none", row)


@step(r"^the following assets are registered:$", ASSET)
def register_assets(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.register_asset(row["id"], row["decimal places"], row.get("quantum"))


@step(r"^the following assets are updated:$", ASSET)
def update_assets(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.update_asset(row["id"], row["decimal places"], row.get("quantum"))


@step(r"^set assets to strict$")
def strict_assets(world: World) -> None:
    world.strict_assets = True


@step(r"^set assets to permissive$")
def permissive_assets(world: World) -> None:
    world.strict_assets = False


@step(r"^the parties deposit on asset's general account the following amount:$", MONEY)
def deposit(world: World, rows: list[Row]) -> None:
    for row in rows:
        check_error(row, world.deposit(row["party"], row["asset"], row["amount"]))
        if not row.has("error"):
            world.account(AccountType.GENERAL, row["asset"], row["party"])


@step(r"^the parties withdraw the following assets:$", MONEY)
def withdraw(world: World, rows: list[Row]) -> None:
    for row in rows:
        check_error(row, world.withdraw(row["party"], row["asset"], row["amount"]))


@step(r'^the initial insurance pool balance is "([^"]*)" for all the markets$')
def fund_insurance_pools(world: World, amount: str) -> None:
    if not amount.isdigit():
        raise StepFailed(f"{amount!r} is not an amount")
    world.fund_insurance_pools(int(amount))


@step(r'^create the network treasury account for asset "([^"]*)"$')
def open_treasury(world: World, asset: str) -> None:
    world.open_treasury(asset)


@step(r"^the parties deposit on staking account the following amount:$", MONEY)
def stake(world: World, rows: list[Row]) -> None:
    for row in rows:
        check_error(row, world.network.stake(row["party"], row["amount"]))


@step(r"^the parties withdraw from staking account the following amount:$", MONEY)
def unstake(world: World, rows: list[Row]) -> None:
    for row in rows:
        check_error(row, world.network.unstake(row["party"], row["amount"]))


@step(r"the validators:$", Headers("id, staking account balance:uint", "pub_key"))
def add_validators(world: World, rows: list[Row]) -> None:
    for row in rows:
        world.network.add_validator(row["id"], row["pub_key"] or row["id"], row["staking account balance"])


@step(r"^the parties submit the following delegations:$", Headers("party, node id, amount:u64", "reference, error"))
def delegate(world: World, rows: list[Row]) -> None:
    for row in rows:
        command = DelegateSubmission(node_id=row["node id"], amount=row["amount"])
        check_error(row, world.execute(row["party"], command).error)


@step(
    r"^the parties submit the following undelegations:$",
    Headers("party, node id, amount:u64, when", "reference, error"),
)
def undelegate(world: World, rows: list[Row]) -> None:
    for row in rows:
        command = UndelegateSubmission(node_id=row["node id"], amount=row["amount"], now=row["when"] == "now")
        check_error(row, world.execute(row["party"], command).error)
