"""In which order reward accounts are paid, and what that means for bonuses (0056-REWA; 06 §6.6)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.transfers import DispatchMetric
from vega_mesa.protocol.events.rewards import RewardPaid
from vega_mesa.protocol.vesting import BenefitTier

ANN, BOB = "a" * 64, "b" * 64
RECEIVED = {"metric": DispatchMetric.MAKER_FEES_RECEIVED, "to": AccountType.REWARD_MAKER_RECEIVED_FEES}


@pytest.fixture
def paid(world):
    world.end()  # transfers start with the first epoch, after the one of genesis
    events = []
    world.bus.subscribe(RewardPaid, events.append)
    return events


def test_types_come_in_their_order_and_games_of_one_type_by_id(world, paid):
    for window in (1, 2, 3, 4):
        world.reward(window_length=window)
    world.reward(**RECEIVED)
    world.trade(ANN, BOB, fee=7)
    world.end()
    assert [event.reward_type for event in paid] == [
        AccountType.REWARD_MAKER_RECEIVED_FEES,
        *[AccountType.REWARD_MAKER_PAID_FEES] * 4,
    ]
    games = [event.game for event in paid[1:]]
    assert games == sorted(games)


def test_the_bonus_of_an_epoch_s_end_is_the_one_of_its_first_game(world, paid):
    """Ann's first reward lifts her into a tier that her second one does not see, and those of the next epoch do."""
    tiers = [BenefitTier(minimum_quantum_balance=1, reward_multiplier=Decimal(3))]
    world.incentives.vesting.set_benefit_tiers(tiers)
    for window in (1, 2):
        world.reward(amount=10_000, window_length=window)
    for expected in ((9_000, 1_000), (9_642, 357)):  # nine to one, then 27 to one
        world.trade(ANN, BOB, fee=9)
        world.trade(BOB, ANN, fee=1)
        paid.clear()
        world.end()
        assert [(event.party, event.amount) for event in paid] == list(zip((ANN, BOB), expected, strict=True)) * 2
