"""What the world has been told so far."""

from __future__ import annotations

from tests.conformance.registry import step
from tests.conformance.world import World


@step(r"^clear all events$")
def clear_events(world: World) -> None:
    world.recorder.clear()


@step(r"^clear transfer response events$")
def clear_ledger(world: World) -> None:
    world.recorder.clear("ledger")


@step(r"^clear trade events$")
def clear_trades(world: World) -> None:
    world.recorder.clear("trades")
