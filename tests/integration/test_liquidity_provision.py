"""What the market maker earns on its capital, and what a network parameter does to it."""

import pickle

import pandas as pd
import pytest

from vega_mesa import reporters
from vega_mesa.cli.sweeping import sweep_model
from vega_mesa.errors import ConfigError
from vega_mesa.models import LiquidityProvision
from vega_mesa.models.liquidity_provision import ProviderSample
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.viz.panels import provider_returns, provider_service, providers
from vega_mesa.viz.providers import providers_of

SLOPE = "market.liquidity.sla.nonPerformanceBondPenaltySlope"
BEST, LAZIEST = "provider-1", "provider-4"


def run(*, slope="1", **terms) -> LiquidityProvision:
    return LiquidityProvision(**{"rng": 1, "num_steps": 300, "network_parameters": {SLOPE: slope}, **terms}).run()


@pytest.fixture(scope="module")
def model() -> LiquidityProvision:
    return run()


def test_the_better_provider_earns_more(model):
    summary = model.summary()
    for measure in ("liquidity_fees", "maker_fees", "return_on_capital", "return_on_bond", "service_level"):
        values = [summary[f"{measure}_provider-{number}"] for number in (1, 2, 4)]
        assert values == sorted(values, reverse=True), measure
    assert summary["return_on_capital_provider-1"] > 0 > summary["return_on_capital_provider-4"]


def test_a_steeper_penalty_lowers_the_return_of_the_lazy_one_only(model):
    free, steep = run(slope="0").summary(), run(slope="2").summary()
    assert free[f"penalties_{LAZIEST}"] == 0 < model.summary()[f"penalties_{LAZIEST}"] < steep[f"penalties_{LAZIEST}"]
    returns = [summary[f"return_on_capital_{LAZIEST}"] for summary in (free, model.summary(), steep)]
    assert returns == sorted(returns, reverse=True) and returns[0] - returns[2] > 0.1
    assert abs(free[f"return_on_capital_{BEST}"] - steep[f"return_on_capital_{BEST}"]) < 0.05


def test_a_higher_target_raises_the_fee_that_everybody_gets(model):
    low, high = run(target_stake_scaling=0.1), run(target_stake_scaling=100.0)
    assert low.market_table()["liquidity_fee_factor"].max() == 0.0005
    assert high.market_table()["liquidity_fee_factor"].max() == 0.002
    fees = [one.summary()[f"liquidity_fees_{BEST}"] for one in (low, model, high)]
    assert fees == sorted(fees) and fees[0] < fees[2]


def test_the_table_tells_how_every_provider_stood_after_every_step(model):
    table = model.provider_table()
    assert list(table.columns) == [name for name in ProviderSample._fields if name not in ("step", "provider")]
    assert len(table) == 4 * 300 and table.index.names == ["step", "provider"]
    assert table["equity_like_share"].groupby("step").sum().round(9).eq(1).all()
    assert table["epoch"].nunique() >= 5
    growing = ["liquidity_fees", "maker_fees", "withheld_fees", "penalties"]
    for _, own in table.groupby("provider"):
        assert all(own[name].is_monotonic_increasing for name in growing)
        assert own["service_level"].dropna().between(0, 1).all()
        assert own["bond"].iloc[-2] + own["penalties"].iloc[-2] == pytest.approx(100_000)  # -1: the market has settled


def test_the_ledger_agrees_with_what_is_told(model):
    units, market = model.units_of(model.market), model.market
    last = model.provider_table().loc[300]
    pool = model.exchange.collateral.balance(AccountType.GLOBAL_INSURANCE, market.asset)
    pool += model.exchange.insurance_pool(market.id, market.asset)
    assert units.shown_amount(pool) == pytest.approx(last["penalties"].sum())  # there was no close-out
    charged = reporters.fees_by_component(model)
    paid = last["liquidity_fees"].sum()
    assert paid <= charged["liquidity"] and paid == pytest.approx(charged["liquidity"], rel=0.05)
    assert last["maker_fees"].sum() <= charged["maker"]


def test_reporters_of_liquidity(model):
    table, agents = model.market_table(), model.agent_table()
    before_the_end = table.iloc[-2]
    assert before_the_end["supplied_stake"] > before_the_end["target_stake"] > 0
    assert table["maker_fees"].is_monotonic_increasing and table["liquidity_fees"].iloc[-1] > 0
    assert set(reporters.service_levels(model)) <= {f"provider-{number}" for number in range(1, 5)}
    own = agents[agents["kind"] == "LiquidityProvider"]
    assert own["equity_like_share"].notna().all()
    assert agents[agents["kind"] == "RandomMarketOrderTrader"]["equity_like_share"].isna().all()


def test_a_copy_keeps_counting():
    model = LiquidityProvision(rng=3, num_steps=120)
    for _ in range(70):
        model.step()
    copy = pickle.loads(pickle.dumps(model))
    assert copy.run().summary() == model.run().summary()
    assert copy.provider_table().equals(model.provider_table())


def test_pegged_providers_work_too():
    assert run(orders="pegged", num_steps=150).summary()["liquidity_fees_provider-1"] > 0


def test_mistakes():
    with pytest.raises(ConfigError, match="providers"):
        LiquidityProvision(providers=0)
    with pytest.raises(ConfigError, match=SLOPE):
        LiquidityProvision(network_parameters={SLOPE: "-1"})


def test_panels_show_every_provider(model):
    reading = providers_of(model)
    table = providers.rows(reading)
    assert [row.key for row in table] == [f"provider-{number}" for number in range(1, 5)]
    assert all(len(row.cells) == len(providers.COLUMNS) for row in table)
    chart = provider_returns.option(reading)
    assert [len(series["data"]) for series in chart["series"]] == [300] * 4
    last = model.samples[-4]
    assert chart["series"][0]["data"][-1] == [300, round(100 * last.return_on_capital, 4)]
    assert provider_service.option(reading)["series"][0]["markLine"]["data"] == [{"yAxis": 75.0}]
    fresh = providers_of(LiquidityProvision(rng=1))
    assert providers.rows(fresh) == [] and provider_service.option(fresh)["series"] == []


@pytest.mark.slow
def test_a_sweep_over_network_parameters_makes_a_table_and_a_picture(tmp_path, capsys):
    sweep_model(
        "liquidity_provision", steps=70, seed=1, pairs=[f"{SLOPE}=0,2", "target_stake_scaling=1,50"], prices=None,
        market=None, iterations=1, processes=2, out=tmp_path / "table.parquet", plot=tmp_path / "plot.png", quiet=True,
    )  # fmt: skip
    table = pd.read_parquet(tmp_path / "table.parquet")
    assert table[SLOPE].tolist() == [0.0, 0.0, 2.0, 2.0] and table["target_stake_scaling"].tolist() == [1, 50, 1, 50]
    assert table["conserved"].all() and table["state_hash"].nunique() == 4
    assert (table[table[SLOPE] == 0][f"penalties_{LAZIEST}"] == 0).all()
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert "4 runs" in capsys.readouterr().out
