"""A saved engine goes on as the original."""

from __future__ import annotations

import pickle
from decimal import Decimal

from vega_mesa.protocol.markets.states import SECOND


def carry_on(world, engine):
    for _ in range(9):
        world.now += SECOND
        engine.on_tick(world.now)
        engine.on_value_window(world.now)
        engine.on_block_end(world.now)
    engine.on_epoch_end(world.now)
    engine.on_epoch_start(world.now, 2)
    engine.update_fee_factor(world.now)
    return (
        [(party, entry.share, entry.virtual_stake, entry.average) for party, entry in engine.shares.by_party.items()],
        engine.fee_factor,
        engine.scores.averages,
        engine.market_growth,
    )


def test_an_engine_survives_pickling(world):
    world.active("lp1", 100, "0.1")
    world.active("lp2", 200, "0.2")
    world.place("lp1")
    world.engine.add_traded_value(5000)
    world.engine.on_leave_opening_auction(world.now)
    world.engine.record_open_interest(3, world.now)
    world.engine.add_traded_value(1000)
    world.pay_fees(77)
    world.amend("lp2", 150)
    world.entries.clear()
    world.events.clear()
    copy = pickle.loads(pickle.dumps(world.engine, 5))
    now = world.now
    one = carry_on(world, world.engine)
    world.now = now
    assert carry_on(world, copy) == one
    assert one[1] == Decimal("0.2")


def test_a_saved_state_does_not_depend_on_who_looked(world):
    world.engine.on_leave_opening_auction(world.now)
    world.engine.add_traded_value(10)
    for _ in range(5):
        world.now += SECOND
        world.engine.on_value_window(world.now)
    before = pickle.dumps(world.engine.market_value, 5)
    assert world.engine.market_growth < 0
    assert pickle.dumps(world.engine.market_value, 5) == before
