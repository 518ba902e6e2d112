"""The models of commitments, parameters, load and nonsense answer their questions."""

import pytest

from vega_mesa.chain.invariants import broken_invariants
from vega_mesa.errors import ConfigError, UnknownParameter
from vega_mesa.experiments.stylised_facts import stylised_facts
from vega_mesa.models import ComprehensiveMarket, FuzzedMarkets, MultiMarketLoad, ParameterExperiment, Sla

SEED, COMMANDS = 2, 20_000


def test_who_is_away_too_often_loses_fees_and_bond():
    row = Sla(rng=2, num_steps=200, providers=3).run().summary()
    levels, fees, penalties, returns = (
        [row[f"{name}_provider-{number}"] for number in (1, 2, 3)]
        for name in ("service_level", "liquidity_fees", "penalties", "return_on_bond")
    )
    assert levels == sorted(levels, reverse=True) and levels[0] > 0.95
    assert penalties[0] == 0 < penalties[2]
    assert fees[0] > fees[1] >= fees[2]
    assert returns[2] < 0 < returns[0]


def test_a_mild_market_forgives_absence():
    strict, mild = (
        Sla(rng=2, num_steps=150, providers=2, min_time_fraction=fraction, inactivity=0.4).run().summary()
        for fraction in (0.9, 0.1)
    )
    assert mild["penalties_provider-2"] == 0 < strict["penalties_provider-2"]


def test_without_a_bond_penalty_the_bond_is_safe():
    row = Sla(rng=2, num_steps=150, providers=2, bond_penalty=0.0).run().summary()
    assert row["penalties_provider-2"] == 0 and row["service_level_provider-2"] < 0.75


def test_a_vote_multiplies_the_fee_that_makers_get():
    row = ParameterExperiment(rng=1, num_steps=80).run().summary()
    assert row["steps_before"] > 30 and row["steps_after"] > 30
    ratio = row["maker_fees_for_a_lot_after"] / row["maker_fees_for_a_lot_before"]
    assert ratio == pytest.approx(10, rel=0.05)
    assert row["volume_before"] > 0 and row["spread_after"] > 0 and row["refused"] == ""


def test_a_value_that_the_network_refuses_changes_nothing():
    model = ParameterExperiment(rng=1, num_steps=20, after="7").run()
    assert not model.is_changed and "expect <= 1 got 7" in model.summary()["refused"]
    assert model.summary()["steps_after"] == 0 and model.summary()["volume_after"] is None


def test_mistakes_about_parameters_are_named():
    with pytest.raises(UnknownParameter, match="no such thing"):
        ParameterExperiment(parameter="no such thing")
    with pytest.raises(ConfigError, match="after"):
        ParameterExperiment(after="0.0002")


def test_load_grows_with_the_number_of_markets():
    one, four = (MultiMarketLoad(rng=1, num_steps=15, markets=markets).run() for markets in (1, 4))
    assert 3 < four.summary()["transactions"] / one.summary()["transactions"] < 5
    assert four.summary()["trades_on_all"] > 2.5 * one.summary()["trades_on_all"]
    assert all(four.summary()[f"trades_{code}"] > 10 for code in four.codes)
    assert len({four.find_market(code).asset for code in four.codes}) == 1
    assert set(four.speed()) == {"steps", "transactions", "trades"} and min(four.speed().values()) > 0


def test_twenty_thousand_random_commands_break_nothing():
    model = FuzzedMarkets(rng=SEED, num_steps=COMMANDS // 50).run()
    row = model.summary()
    assert row["commands_sent"] == COMMANDS and row["markets_traded"] == 3
    assert min(row["commands_accepted"], row["commands_refused"], row["commands_mistaken"]) > 1_000
    assert model.broken == [] and row["conserved"]
    assert model.replays()


def test_random_commands_that_wait_to_be_ordered_break_nothing():
    model = FuzzedMarkets(rng=3, num_steps=30, transactions_per_block=0, ordering="vega").run()
    assert model.broken == [] and model.replays()


def test_a_fork_of_nonsense_has_the_same_future():
    model = FuzzedMarkets(rng=4, num_steps=20)
    for _ in range(10):
        model.step()
    fork = model.fork().run()
    assert fork.chain.state_hash() == model.run().chain.state_hash()


def test_broken_invariants_are_seen():
    model = FuzzedMarkets(rng=1, num_steps=100, commands=0)
    for _ in range(8):
        model.step()
    exchange, market = model.exchange, model.market
    assert broken_invariants(exchange) == []
    party, position = next((key, found) for key, found in market.positions.by_party.items() if found.size)
    position.size += 1
    position.buy += 5
    words = " ".join(broken_invariants(exchange))
    assert "positions add up to 1" in words and party in words
    position.size -= 1
    position.buy -= 5
    account = next(found for found in exchange.collateral.accounts.values() if found.owner == party)
    account.balance -= 10**18
    words = " ".join(broken_invariants(exchange))
    assert "off by" in words and "account" in words


def test_nobody_sets_the_price_of_the_comprehensive_market_but_it_stays_near_the_value():
    model = ComprehensiveMarket(rng=3, num_steps=80)
    while model.step_count < 79:
        model.step()
    value = model.prices.price(79)
    assert abs(model.market_table()["mark_price"].iloc[-1] / value - 1) < 0.03
    facts = stylised_facts(model.trade_table(), model.bar)
    assert facts.returns > 60 and facts.volume_volatility is not None
    assert set(model.trade_table().columns) == {"time", "price", "size"}
    assert len(model.trade_table()) == model.tally.trades[model.market.id]
    assert {"buy", "sell"} == set(model.level_table()["side"])
