import json
import pickle
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.errors import ConfigError, UnknownParameter
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.network_parameters import DEPRECATED, PARAMETERS, WATCHED, NetworkParameters
from vega_mesa.protocol.refusal import Refused


def test_there_are_209_parameters_and_all_defaults_are_legal():
    assert len(PARAMETERS) == 209
    assert len(WATCHED) == 52
    assert set(PARAMETERS) >= WATCHED | DEPRECATED
    parameters = NetworkParameters()
    for name in PARAMETERS:
        assert parameters.problems(name, parameters.text(name)) == [], name


def test_values_have_their_types():
    parameters = NetworkParameters()
    assert parameters.duration("validators.epoch.length") == 24 * 3600 * SECOND
    assert parameters.decimal("market.fee.factors.makerFee") == Decimal("0.00025")
    assert parameters.integer("limits.markets.maxPeggedOrders") == 1500
    assert parameters.string("reward.asset") == "VOTE"
    assert parameters.json("market.margin.scalingFactors")["search_level"] == 1.1
    assert parameters.integer("governance.proposal.referralProgram.minProposerBalance") == 10**22
    assert "governance.proposal.freeform.minEnact" not in PARAMETERS


def test_engines_without_a_network_never_see_the_defaults():
    parameters = NetworkParameters(defaults=False)
    assert parameters.integer("limits.markets.maxPeggedOrders") == 0
    assert parameters.decimal("market.liquidity.bondPenaltyParameter") == 0
    assert parameters.decimal("market.liquidity.maximumLiquidityFeeFactorLevel") == 1
    assert parameters.duration("network.markPriceUpdateMaximumFrequency") == 5 * SECOND
    assert parameters.duration("market.liquidity.providersFeeCalculationTimeStep") == 5 * SECOND
    assert parameters.duration("validators.epoch.length") == 0
    assert parameters.json("rewards.vesting.benefitTiers") == {"tiers": []}
    assert not parameters.is_set("limits.markets.maxPeggedOrders")
    parameters.set("limits.markets.maxPeggedOrders", "3")
    assert parameters.is_set("limits.markets.maxPeggedOrders")
    assert parameters.integer("limits.markets.maxPeggedOrders") == 3


def test_engines_without_a_network_are_validated_against_the_defaults():
    parameters = NetworkParameters(defaults=False)
    with pytest.raises(ConfigError, match=r"24h0m0s \(validators.epoch.length\)"):
        parameters.set("market.liquidity.providersFeeCalculationTimeStep", "25h")


def test_a_value_out_of_its_range_names_every_broken_rule():
    parameters = NetworkParameters()
    with pytest.raises(Refused) as refused:
        parameters.validate("market.auction.minimumDuration", "200h")
    assert refused.value.text == (
        "unable to validate market.auction.minimumDuration: expect <= 24h0m0s got 200h0m0s, "
        "expect < 168h0m0s (market.auction.maximumDuration) got 200h0m0s"
    )
    with pytest.raises(Refused, match="unknown key"):
        parameters.validate("nothing", "1")
    with pytest.raises(UnknownParameter):
        parameters.set("nothing", "1")


def test_raising_a_minimum_above_its_maximum_needs_two_updates_in_order():
    parameters = NetworkParameters()
    with pytest.raises(ConfigError):
        parameters.set("market.auction.maximumDuration", "20m")
    parameters.set("market.auction.minimumDuration", "10m")
    parameters.set("market.auction.maximumDuration", "20m")


def test_a_factor_of_another_parameter_is_named():
    problems = NetworkParameters().problems("network.transactions.minBlockCapacity", "10000")
    assert problems == []
    parameters = NetworkParameters()
    parameters.set("network.transactions.maxgasperblock", "100")
    assert parameters.problems("network.transactions.minBlockCapacity", "60") == [
        "expect <= 50 (network.transactions.maxgasperblock * 0.5) got 60"
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("limits.markets.maxPeggedOrders", "-1", "invalid uint"),
        ("limits.markets.maxPeggedOrders", str(2**256), "invalid uint"),
        ("market.fee.factors.makerFee", "1.1", "expect <= 1 got 1.1"),
        ("validators.delegation.minAmount", "0", "expect > 0 got 0"),
        ("spam.pow.hashFunction", "md5", "Spam Proof of Work hash function must be SHA3"),
        (
            "market.margin.scalingFactors",
            '{"search_level": 2, "initial_margin": 1.2, "collateral_release": 1.4}',
            "invalid scaling factors (searchLevel < initialMargin < collateralRelease)",
        ),
        (
            "market.margin.scalingFactors",
            '{"search_level": 1.1, "initial_margin": 1.2, "collateral_release": 101}',
            "invalid scaling factors (1< searchLevel < initialMargin < collateralRelease <=100)",
        ),
        (
            "market.monitor.price.defaultParameters",
            '{"triggers": [{"horizon": 4, "probability": "0.95", "auction_extension": 60}]}',
            "invalid Horizon: must be between 5s and 720h0m0s",
        ),
        (
            "auction.LongBlock",
            json.dumps({"threshold_and_duration": [{"threshold": "1s", "duration": "1m"}] * 2}),
            "invalid long block auction duration table - duplicate threshold",
        ),
        (
            "auction.LongBlock",
            '{"threshold_and_duration": [{"threshold": "1s", "duration": "1ms"}]}',
            "invalid long block auction duration table - duration at index 0 is less than one second",
        ),
        (
            "rewards.activityStreak.benefitTiers",
            '{"tiers": [{"minimum_activity_streak": 1, "reward_multiplier": "0.5", "vesting_multiplier": "2"}]}',
            "0.reward_multiplier, less than 1.0",
        ),
        (
            "rewards.vesting.benefitTiers",
            json.dumps({"tiers": [{"minimum_quantum_balance": "1", "reward_multiplier": "1"}] * 2}),
            "duplicate minimum_activity_streak entry for: 1",
        ),
    ],
)
def test_rules(name, text, problem):
    assert NetworkParameters().problems(name, text) == [problem]


def test_mark_price_frequency_of_zero_is_legal_and_an_hour_the_most():
    parameters = NetworkParameters()
    parameters.set("network.markPriceUpdateMaximumFrequency", "0s")
    assert parameters.problems("network.markPriceUpdateMaximumFrequency", "2h")


def test_an_unknown_field_of_a_json_parameter_is_refused():
    problems = NetworkParameters().problems("rewards.vesting.benefitTiers", '{"tiers": [], "more": 1}')
    assert problems[0].startswith("unable to unmarshal value, ")


def test_an_empty_long_block_table_switches_the_feature_off():
    assert NetworkParameters().problems("auction.LongBlock", '{"threshold_and_duration": []}') == []


def test_lists_and_counts_that_a_json_value_leaves_out_are_there_for_the_reader():
    parameters = NetworkParameters()
    parameters.set("rewards.vesting.benefitTiers", "{}")
    assert parameters.json("rewards.vesting.benefitTiers") == {"tiers": []}
    name = "rewards.activityStreak.benefitTiers"
    parameters.set(name, '{"tiers": [{"reward_multiplier": "1", "vesting_multiplier": "1"}]}')
    assert parameters.json(name)["tiers"][0]["minimum_activity_streak"] == 0


def test_changes_are_handed_out_once_and_ascending():
    parameters = NetworkParameters()
    parameters.set("validators.epoch.length", "5m")
    parameters.set("market.fee.factors.makerFee", "0.1")
    parameters.set("market.fee.factors.makerFee", "0.2")
    assert parameters.take_changed() == ["market.fee.factors.makerFee", "validators.epoch.length"]
    assert parameters.take_changed() == []


def test_genesis_values_are_validated_together():
    parameters = NetworkParameters()
    parameters.load({"market.auction.maximumDuration": "20m", "market.auction.minimumDuration": "10m"})
    assert len(parameters.take_changed()) == 209
    with pytest.raises(ConfigError):
        parameters.load({"market.auction.maximumDuration": "5m"})
    assert parameters.text("market.auction.maximumDuration") == "20m"


def test_parameters_survive_a_pickle():
    parameters = NetworkParameters(defaults=False)
    parameters.set("market.fee.factors.makerFee", "0.1")
    copy = pickle.loads(pickle.dumps(parameters, 5))
    assert copy.all() == parameters.all()
    assert copy.take_changed() == ["market.fee.factors.makerFee"]


@given(st.sampled_from(list(PARAMETERS)), st.text() | st.integers().map(str) | st.floats().map(str))
def test_any_text_is_stored_or_refused(name, text):
    parameters = NetworkParameters()
    before = parameters.text(name)
    try:
        parameters.set(name, text)
    except ConfigError:
        assert parameters.text(name) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "tiers",
                    "triggers",
                    "configs",
                    "threshold_and_duration",
                    "threshold",
                    "horizon",
                    "reward_multiplier",
                    "minimum_quantum_balance",
                    "minimum_activity_streak",
                    "chain_id",
                    "network_id",
                    "confirmations",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from([name for name, row in PARAMETERS.items() if row.type == "json"]), JSON)
def test_any_json_is_stored_or_refused(name, value):
    parameters = NetworkParameters()
    with suppress(ConfigError):
        parameters.set(name, json.dumps(value))
    assert isinstance(parameters.json(name), dict)
