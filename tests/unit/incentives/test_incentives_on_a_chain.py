"""Rewards, transfers and teams on a whole network: blocks, epochs, snapshots, replays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.teams import (
    ApplyReferralCode,
    CreateReferralSet,
    JoinTeam,
    TeamDetails,
    UpdatePartyProfile,
)
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DispatchStrategy,
    RecurringTransfer,
    Transfer,
)
from vega_mesa.protocol.data_sources import TIMESTAMP, Condition, DataSourceSpec, Filter
from vega_mesa.protocol.markets.definition import FeeFactors, FutureProduct, MarketDefinition, SimpleRiskModel
from vega_mesa.protocol.matching.order import BUY, SELL

ANN, BOB, CID = "a" * 64, "b" * 64, "c" * 64
MARKET = "m" * 64
PARAMETERS = {
    "validators.epoch.length": "10s",
    "market.liquidity.providersFeeCalculationTimeStep": "5s",
    "network.markPriceUpdateMaximumFrequency": "0s",
    "market.fee.factors.makerFee": "0.01",
    "transfer.fee.factor": "0",
}


def future():
    never = DataSourceSpec(
        signers=("0x" + "0" * 40,), filters=(Filter(property="price", type="TYPE_INTEGER", conditions=()),)
    )
    end = DataSourceSpec(
        filters=(
            Filter(
                property=TIMESTAMP,
                type="TYPE_TIMESTAMP",
                conditions=(Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="9999999999"),),
            ),
        ),
    )
    return MarketDefinition(
        name="future",
        product=FutureProduct(
            settlement_asset="dollar",
            quote_name="dollar",
            settlement_data=never,
            settlement_property="price",
            termination=end,
            termination_property=TIMESTAMP,
        ),
        risk_model=SimpleRiskModel(long=Decimal("0.1"), short=Decimal("0.1")),
        fees=FeeFactors(maker=Decimal("0.01"), infrastructure=Decimal(0)),
    )


@pytest.fixture
def chain():
    made = NullChain(Genesis(network_parameters=PARAMETERS))
    exchange = made.exchange
    exchange.assets.register("dollar", AssetDetails(name="dollar", symbol="USD", decimals=0))
    for party in (ANN, BOB, CID):
        exchange.collateral.deposit(party, "dollar", 1_000_000)
    exchange.submit_market(MARKET, future())
    exchange.start_opening_auction(MARKET)
    made.next_block()
    yield made
    assert not made.exchange.imbalance()


def send(chain, party, command):
    outcome = chain.submit(party, command).outcome
    assert outcome.error is None, outcome.error
    return outcome


def trade(chain, buyer=BOB, seller=CID, price=1_000):
    send(chain, seller, OrderSubmission(market_id=MARKET, side=SELL, size=1, price=price))
    send(chain, buyer, OrderSubmission(market_id=MARKET, side=BUY, size=1, price=price))


def reward(metric=DispatchMetric.MAKER_FEES_PAID, to=AccountType.REWARD_MAKER_PAID_FEES):
    strategy = DispatchStrategy(metric=metric, asset_for_metric="dollar")
    return Transfer(
        asset="dollar",
        amount=10_000,
        to="0" * 64,
        to_account_type=to,
        kind=RecurringTransfer(start_epoch=1, dispatch_strategy=strategy),
    )


def pass_epoch(chain):
    before = chain.exchange.epochs.sequence
    while chain.exchange.epochs.sequence == before:
        chain.next_block()


def vesting(chain, party):
    return chain.exchange.collateral.balance(AccountType.VESTING_REWARDS, "dollar", party)


def test_nothing_is_recorded_until_something_can_use_it(chain):
    activity = chain.exchange.incentives.activity
    trade(chain)
    pass_epoch(chain)
    assert activity.trackers[MARKET].parties == {}
    send(chain, ANN, reward())
    trade(chain)
    pass_epoch(chain)
    assert vesting(chain, BOB) == 10_000


def test_positions_from_before_count_in_the_first_epoch_that_is_recorded(chain):
    trade(chain)
    pass_epoch(chain)
    send(chain, ANN, reward(DispatchMetric.AVERAGE_NOTIONAL, AccountType.REWARD_AVERAGE_NOTIONAL))
    pass_epoch(chain)
    assert vesting(chain, BOB) == vesting(chain, CID) == 5_000


def test_a_restored_network_pays_the_same_rewards(chain):
    send(chain, ANN, reward())
    pass_epoch(chain)
    trade(chain)
    copy = NullChain.restore(chain.snapshot())
    for each in (chain, copy):
        pass_epoch(each)
    assert vesting(copy, BOB) == vesting(chain, BOB) == 10_000
    assert copy.state_hash() == chain.state_hash()


def test_a_replay_reaches_the_same_state():
    genesis = Genesis(network_parameters=PARAMETERS)
    made = NullChain(genesis)
    team = CreateReferralSet(team=TeamDetails(name="team"))
    code = send(made, ANN, team).id
    send(made, BOB, ApplyReferralCode(id=code))
    pass_epoch(made)
    assert made.exchange.incentives.teams.members(code) == [ANN, BOB]
    assert NullChain.replay(made.finished_log()).state_hash() == made.state_hash()


def test_refusals_carry_the_commands_prefix(chain):
    code = send(chain, ANN, CreateReferralSet(team=TeamDetails(name="team", closed=True))).id
    refused = chain.submit(BOB, ApplyReferralCode(id="f" * 64)).outcome
    assert refused.error == f'could not apply the referral code: no referral set for referral code "{"f" * 64}"'
    refused = chain.submit(BOB, ApplyReferralCode(id=code)).outcome
    assert refused.error == f'couldn\'t join team: team "{code}" is closed'
    assert chain.exchange.incentives.referrals.set_of_referee[BOB] == code, "the referral stays applied"
    refused = chain.submit(CID, JoinTeam(id="f" * 64)).outcome
    assert refused.error == f'couldn\'t join team: no team matches ID "{"f" * 64}"'


def test_a_profile_needs_some_funds_and_a_free_alias(chain):
    send(chain, ANN, UpdatePartyProfile(alias="ann"))
    refused = chain.submit(BOB, UpdatePartyProfile(alias="ann")).outcome
    assert refused.error == 'couldn\'t update profile: invalid profile update: alias "ann" is already taken'
    poor = "d" * 64
    refused = chain.submit(poor, UpdatePartyProfile(alias="dan")).outcome
    assert refused.error == (
        f'party "{poor}" does not have sufficient balance to update profile code, '
        "required balance 10 available balance 0"
    )


def test_a_malformed_transfer_is_a_mistake_of_the_caller(chain):
    with pytest.raises(InvalidCommand, match=r"^transfer.amount \(must be positive\)$"):
        chain.submit(ANN, Transfer(asset="dollar", amount=0, to="bob"))
