"""Time: blocks, epochs, auctions that end."""

from __future__ import annotations

from tests.conformance import cells
from tests.conformance.cells import SECOND
from tests.conformance.failures import Mismatch, StepFailed
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import World

PATIENCE = 2_000_000  # blocks in which an epoch must end


@step(r'^the average block duration is "([^"]+)"$')
def block_duration(world: World, seconds: str) -> None:
    world.block_duration = cells.i64(seconds) * SECOND


@step(r'^the average block duration is "([^"]+)" with variance "([^"]+)"$')
def block_duration_with_variance(world: World, seconds: str, variance: str) -> None:
    world.block_duration = cells.i64(seconds) * SECOND
    world.block_variance = cells.double(variance)


@step(r'the network moves ahead "([^"]+)" blocks')
def move_blocks(world: World, count: str) -> None:
    for _ in range(cells.i64(count)):
        world.move_block()


@step(r'^the network moves ahead "([^"]+)" epochs$')
def move_epochs(world: World, count: str) -> None:
    for _ in range(cells.i64(count)):
        before = world.epoch()
        if before is None:
            raise StepFailed("there was no epoch event yet")
        for _ in range(PATIENCE):
            world.move_block()
            if world.epoch() != before:
                break
        else:
            raise StepFailed(f"epoch {before} does not end")


@step(r'the network moves ahead "([^"]+)" with block duration of "([^"]+)"')
def move_with_block_duration(world: World, total: str, block: str) -> None:
    end, duration = world.now + cells.duration(total), cells.duration(block)
    while world.now < end:
        world.end_block(epoch=False)
        world.tick(world.now + duration)


@step(r'^time is updated to "([^"]*)"$')
def set_time(world: World, moment: str) -> None:
    world.tick(cells.time(moment))
    world.end_block(epoch=False)


@step(r'^the opening auction period ends for market "([^"]+)"$')
def end_opening_auction(world: World, market: str) -> None:
    if market not in world.market_list:
        raise StepFailed(f"market {market} is not in the list of markets")
    end = world.market_data(market).auction_end
    if world.market_state(market) != "STATE_PENDING":
        world.start_opening_auction(market)
    now = world.now
    world.tick(now + SECOND if end < now else now + 2 * (end - now))


@step(
    r"^the long block duration table is:$",
    Headers("threshold, duration"),
)
def long_block_table(world: World, rows: list[Row]) -> None:
    world.set_long_blocks([(row["threshold"], row["duration"]) for row in rows])


@step(r'^the previous block duration was "([^"]+)"$')
def previous_block(world: World, duration: str) -> None:
    world.begin_block_after(cells.duration(duration))


@step(r'system unix time is "([^"]+)"', captures=(0,))
def unix_time(world: World, expected: str) -> None:
    moment = cells.i64(expected)
    if moment not in {world.now, world.now // SECOND}:
        raise Mismatch("unix time", moment, world.now // SECOND)


@step(r'^the current epoch is "([^"]+)"$', captures=(0,))
def current_epoch(world: World, expected: str) -> None:
    epoch = world.epoch() or 0
    if cells.u64(expected) != epoch:
        raise Mismatch("epoch", expected, epoch)
