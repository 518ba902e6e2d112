"""Agents that turn the network's screws, pay rewards, or bring money."""

import pytest

from vega_mesa.agents import (
    AutomatedPurchaseManager,
    DiscountProgrammeManager,
    KeyFunder,
    MarketManager,
    NetworkParameterManager,
    OpeningAuctionPair,
    RebateProgrammeManager,
    ReferralProgrammeManager,
    RewardFunder,
)
from vega_mesa.agents.market_presets import BITCOIN_SPOT
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.bridging import WithdrawSubmission
from vega_mesa.testing import Stage

SHORT = {
    "validators.epoch.length": "5s",
    "market.liquidity.providersFeeCalculationTimeStep": "5s",
    "market.fee.factors.makerFee": "0.001",
    "transfer.fee.factor": "0",
}


def stage(*makers, **terms):
    return Stage(makers=makers, **({"num_steps": 40, "network_parameters": SHORT} | terms))


def test_parameters_are_in_force_before_the_first_step():
    model = stage((NetworkParameterManager, {"parameters": {"market.fee.factors.infrastructureFee": "0.007"}}))
    model.initialise()
    assert model.exchange.network_parameters.text("market.fee.factors.infrastructureFee") == "0.007"
    model.run(20)
    assert model.summary()["trades"] > 0
    fees = model.market_table()["infrastructure_fees"].iloc[-1]
    turnover = (model.summary()["volume"] - 1.0) * 60_000  # the opening auction is free
    assert fees == pytest.approx(0.007 * turnover, rel=0.1)


def test_parameters_change_in_the_middle_of_a_run():
    changes = {4: {"market.fee.factors.makerFee": "0.002"}, 6: {"no.such.parameter": "1"}}
    model = stage((NetworkParameterManager, {"changes": changes, "key": "manager"}))
    values = []
    for _ in range(12):
        model.step()
        values.append(model.exchange.network_parameters.text("market.fee.factors.makerFee"))
    assert values[4] == "0.001" and values[-1] == "0.002"
    assert list(model.agent("manager").refused) == ["no.such.parameter"]


@pytest.mark.parametrize(
    "waiting", [{"transactions_per_block": 0, "ordering": "vega"}, {"block_duration": 60}], ids=str
)
def test_votes_are_cast_wherever_transactions_wait_and_however_long_blocks_are(waiting):
    model = stage((NetworkParameterManager, {"changes": {3: {"market.fee.factors.makerFee": "0.002"}}}), **waiting)
    model.run(20)
    assert model.exchange.network_parameters.text("market.fee.factors.makerFee") == "0.002"


def test_what_the_network_does_not_know_is_told():
    with pytest.raises(ConfigError, match=r"no\.such"):
        stage((NetworkParameterManager, {"parameters": {"no.such.parameter": "1"}})).initialise()


def taker(model):
    return model.agent("RandomMarketOrderTrader-1")


def test_a_referral_programme_makes_referees_pay_less_and_referrers_earn():
    manager = (ReferralProgrammeManager, {"tiers": [(1, 1, 0.2, 0.1)], "staking": [(1, 1.5)], "window": 3})
    model = stage(manager, num_steps=60)
    model.initialise()
    referrer = model.agent("OpeningAuctionPair-1")
    code = referrer.create_referral_set().id
    assert taker(model).apply_referral_code(code).accepted
    for _ in range(40):
        model.step()
    incentives = model.exchange.incentives
    discount = incentives.referrals.discount(taker(model).key)
    reward = incentives.referrals.reward(taker(model).key)
    assert discount is not None and reward is not None


def test_a_discount_programme_and_a_rebate_programme_come_into_force():
    model = stage(
        (DiscountProgrammeManager, {"tiers": [(1, 0.1), (10**9, 0.5)], "window": 5}),
        (RebateProgrammeManager, {"tiers": [(0.01, 0.0005)], "window": 5}),
        network_parameters=SHORT
        | {"market.fee.factors.buybackFee": "0.001", "market.fee.factors.treasuryFee": "0.001"},
    )
    for _ in range(30):
        model.step()
    incentives = model.exchange.incentives
    assert incentives.volume_discounts.discount(taker(model).key) is not None
    assert incentives.volume_rebates.rebate(model.agent("BackgroundMarket-1").key)


def test_a_reward_is_paid_every_epoch_to_who_pays_fees():
    model = stage((RewardFunder, {"key": "ab" * 32, "amount": 500}))
    for _ in range(30):
        model.step()
    asset, balance = model.market.asset, model.exchange.collateral.balance
    paid = balance(AccountType.VESTING_REWARDS, asset, taker(model).key)
    paid += balance(AccountType.VESTED_REWARDS, asset, taker(model).key)
    assert paid > 0 and paid % (500 * 10**6) == 0
    assert model.agent("ab" * 32).transfer_sent.accepted
    before = model.agent("ab" * 32).general()
    model.agent("ab" * 32).finalise()
    for _ in range(12):
        model.step()
    assert model.agent("ab" * 32).general() == before  # it was told to end


def test_teams_may_compete_and_unknown_metrics_are_named():
    model = stage((RewardFunder, {"teams": True, "best": 0.5, "metric": "average_notional", "ranks": ((1, 3), (2, 1))}))
    for _ in range(6):
        model.step()
    (funder,) = [agent for agent in model.agents if isinstance(agent, RewardFunder)]
    assert funder.transfer_sent.accepted and len(funder.key) == 64
    with pytest.raises(ConfigError, match="metric"):
        stage((RewardFunder, {"metric": "beauty"}))


@pytest.mark.parametrize("kind", ["builtin", "token"])
def test_keys_are_funded_and_topped_up(kind):
    strangers = ("cd" * 32, "somebody")
    funder = (KeyFunder, {"keys": strangers, "amount": 1_000.5, "top_up": 500, "key": "funder"})
    model = stage(funder, manager={"asset_kind": kind}, num_steps=80)
    model.step()
    funder = model.agent("funder")
    assert [funder.free_money(key) for key in strangers] == [1000.5, 1000.5]
    for _ in range(30):
        model.step()
    assert [funder.free_money(key) for key in strangers] == [1000.5, 1000.5]
    model.chain.submit("somebody", WithdrawSubmission(asset=model.market.asset, amount=600 * 10**6, receiver="x"))
    assert funder.free_money("somebody") == 400.5
    for _ in range(60 if kind == "token" else 5):
        model.step()
    assert [funder.free_money(key) for key in strangers] == [1000.5, 1401.0]
    assert model.imbalance() == {}


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_the_network_trades_on_a_spot_market_by_schedule(side):
    model = VegaModel(rng=1, num_steps=120)
    MarketManager(model, terms=BITCOIN_SPOT, asset_kind="builtin")
    OpeningAuctionPair(model, price=1000.0, key="buyer", funds=1_000_000)
    KeyFunder(model, keys=["buyer-seller"], asset="BTC", amount=500.0)
    amount = 5_000.0 if side == "buy" else 5.0
    purchases = AutomatedPurchaseManager(
        model, key="ef" * 32, side=side, amount=amount, most=amount / 2, prices=RecordedPrices([1000.0]), every=12
    )
    model.initialise()
    while model.step_count < 20:
        model.step()
    assert purchases.is_running() and purchases.given.accepted
    other = model.agent("buyer-seller" if side == "buy" else "buyer")
    other.submit_order(None, "sell" if side == "buy" else "buy", 10.0, 1000.0)
    for _ in range(80):
        model.step()
    market, balance = model.market, model.exchange.collateral.balance
    got = market.definition.product.base_asset if side == "buy" else market.asset
    received = balance(AccountType.NETWORK_TREASURY, got) / 10**6
    assert received == pytest.approx(5.0 if side == "buy" else 5_000.0, rel=0.02)
    assert balance(AccountType.BUY_BACK_FEES, purchases.source()) < 0.02 * amount * 10**6
    model.run()
    assert model.imbalance() == {}
