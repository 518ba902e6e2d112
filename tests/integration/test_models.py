"""Whole models on the whole exchange: they trade, settle, add up, and repeat themselves exactly."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from vega_mesa.agent import VegaAgent
from vega_mesa.agents import SimpleAgent
from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.errors import ConfigError, InvalidPriceFile
from vega_mesa.model import VegaModel
from vega_mesa.models import MODELS, CurveMarketMaker, Historic, IdealMarketMaker
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets.states import MarketState

names = pytest.mark.parametrize("name", list(MODELS))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Daily prices, and a market proposal as it stands on the network: other decimals, ids and triggers than ours."""
    folder = tmp_path_factory.mktemp("files")
    days = pd.date_range("2023-01-01", periods=400, freq="D")
    prices = [30_000 + 40 * day + (day * 7919 % 1500) for day in range(400)]
    pd.DataFrame({"timestamp": days, "open": prices, "close": prices}).to_csv(folder / "p.csv", index=False)
    proposal = json.loads(json.dumps(BITCOIN_FUTURE))
    proposal |= {"positionDecimalPlaces": "4", "tickSize": "2", "enableTransactionReordering": True}
    proposal["instrument"]["code"] = "BTC/USDT-FUTR"
    proposal["instrument"]["future"]["settlementAsset"] = "bf" * 32
    (folder / "m.json").write_text(json.dumps(proposal))
    return folder / "p.csv", folder / "m.json"


@names
def test_a_default_run_ends_with_a_settled_market_and_its_balances(name):
    model = MODELS[name](rng=3)
    model.run()
    assert model.market.state is MarketState.SETTLED
    assert model.tally.trades[model.market.id] > 50
    assert model.imbalance() == {}
    collateral = model.exchange.collateral
    locked = (AccountType.MARGIN, AccountType.ORDER_MARGIN, AccountType.BOND, AccountType.SETTLEMENT)
    for account in collateral.accounts.values():
        assert account.type not in locked or account.balance == 0
    summary = model.summary()
    assert summary["conserved"] and summary["market_state"] == "STATE_SETTLED" and summary["open_interest"] == 0
    asset = model.market.asset
    kept = sum(
        account.balance
        for account in collateral.accounts.values()
        if account.asset == asset and not account.owner and account.type is not AccountType.EXTERNAL
    )
    assert sum(model.profit_by_type().values()) == pytest.approx(-kept / 10**6)  # what is lost, the network holds


@names
def test_equal_seeds_equal_states(name):
    hashes = [MODELS[name](rng=seed, num_steps=20).run().chain.state_hash() for seed in (5, 5, 6)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_state_does_not_depend_on_the_process():
    program = (
        "from vega_mesa.models import CurveMarketMaker;"
        "print(CurveMarketMaker(rng=5, num_steps=15).run().chain.state_hash())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "12345")
    }
    assert len(outputs) == 1


@names
def test_a_model_takes_keywords_with_defaults_only(name):
    kind = MODELS[name]
    parameters = inspect.signature(kind).parameters
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters.values())
    assert all(parameter.default is not parameter.empty for parameter in parameters.values())
    assert {"rng", "num_steps", "extra_agents"} <= set(parameters)
    question = kind.__doc__.partition("\n")[0]
    assert question.endswith("?")
    described = kind.__doc__.partition("Args:")[2]
    assert all(f"{parameter}:" in described for parameter in parameters)


@names
def test_the_log_of_a_run_is_replayed_to_its_state(name, tmp_path):
    model = MODELS[name](rng=4, num_steps=20).run()
    model.chain.finished_log().write(tmp_path / "run.jsonl")
    replayed = NullChain.replay(TransactionLog.read(tmp_path / "run.jsonl"))
    assert replayed.state_hash() == model.chain.state_hash()


@names
def test_a_fork_of_a_model_has_the_same_future(name):
    model = MODELS[name](rng=4, num_steps=20)
    for _ in range(10):
        model.step()
    fork = model.fork()
    assert fork.run().summary() == model.run().summary()
    assert fork.chain.state_hash() == model.chain.state_hash()
    assert fork.market_table().equals(model.market_table())


@names
def test_the_collected_data_are_plain_numbers_and_words(name):
    model = MODELS[name](rng=4, num_steps=12).run()
    market, agents = model.market_table(), model.agent_table()
    assert len(market) == 12 and len(agents) == 12 * len(model.agents)
    assert market["mark_price"].notna().any() and (market["volume"] >= 0).all()
    assert market["total_volume"].iloc[-1] == pytest.approx(market["volume"].sum())
    assert set(agents["kind"]) == {type(agent).__name__ for agent in model.agents}
    market.to_parquet("/dev/null")
    agents.to_parquet("/dev/null")


@pytest.mark.parametrize("ordering", ["arrival", "shuffle", "vega"])
@pytest.mark.parametrize("waiting", [0, 1, 7])
def test_transactions_may_wait_to_be_ordered(ordering, waiting):
    model = IdealMarketMaker(rng=2, num_steps=30, transactions_per_block=waiting, ordering=ordering).run()
    assert model.market.state is MarketState.SETTLED and model.imbalance() == {}
    assert model.tally.trades[model.market.id] > 10


def test_several_blocks_to_a_step():
    model = CurveMarketMaker(rng=2, num_steps=10, blocks_per_step=5, block_duration=12.0).run()
    assert model.market.state is MarketState.SETTLED
    assert model.chain.height > 50


def test_historic_prices_on_a_given_market(files):
    prices, market = files
    model = Historic(rng=7, num_steps=120, prices=prices, market=market, start="2023-03-01")
    model.run()
    assert model.market.definition.code == "BTC/USDT-FUTR" and model.market.definition.position_decimal_places == 4
    assert model.market.state is MarketState.SETTLED and model.imbalance() == {}
    assert model.tally.trades[model.market.id] > 100
    marks = model.market_table()["mark_price"].dropna()
    assert abs(marks.iloc[-1] / model.prices.price(120) - 1) < 0.1
    assert model.chain.genesis.block_duration == 86_400 * 10**9


def test_historic_prices_end_the_run(files):
    model = Historic(rng=7, num_steps=500, prices=files[0], start="2024-01-20").run()
    assert model.step_count == len(model.prices) - 1 < 500
    assert model.market.state is MarketState.SETTLED


def test_mistakes_in_files_are_named(files, tmp_path):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError, match=r"bad\.json"):
        IdealMarketMaker(market=tmp_path / "bad.json")
    with pytest.raises(ConfigError, match=r"none\.json"):
        IdealMarketMaker(market=tmp_path / "none.json")
    with pytest.raises(InvalidPriceFile, match="timestamp"):
        Historic(prices=tmp_path / "bad.csv")
    with pytest.raises(ConfigError, match=r"start.*2024-02-04"):
        Historic(prices=files[0], start="2030-01-01")


class Dips(VegaAgent):  # the agent of ten lines
    def initialise(self):
        self.fund("USDT", 50_000)

    def step(self):
        ask, mark = self.best_ask(), self.mark_price()
        if ask and mark and ask < mark * 0.9995 and self.position() < 1:
            self.submit_order("BTC/USDT", side="buy", size=0.1, price=ask, time_in_force="IOC")


def test_an_agent_of_ones_own_runs_in_a_model():
    model = CurveMarketMaker(rng=1, num_steps=60, extra_agents=[Dips, (SimpleAgent, {"size": 0.2})]).run()
    assert model.agent("Dips-1").profit() != 0
    assert {"Dips", "SimpleAgent"} <= set(model.profit_by_type())
    assert model.imbalance() == {}


def test_batch_run_of_mesa_with_two_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import mesa\n"
        "from vega_mesa.compat import repeats\n"
        "from vega_mesa.models import IdealMarketMaker\n"
        "if __name__ == '__main__':\n"
        "    rows = mesa.batch_run(IdealMarketMaker, {'num_steps': 5, 'traders': [1, 2]}, number_processes=2,\n"
        "                          max_steps=5, display_progress=False, **repeats(2))\n"
        "    print(len({row['RunId'] for row in rows}), {row['market_state'] for row in rows})\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "4 {'STATE_SETTLED'}"


def test_models_do_not_share_anything():
    one = IdealMarketMaker(rng=1, num_steps=10)
    other = IdealMarketMaker(rng=1, num_steps=10)
    one.run()
    other.run()
    assert one.chain.state_hash() == other.chain.state_hash()
    assert [agent.key for agent in one.agents] == [agent.key for agent in other.agents]


def test_every_model_is_listed_by_its_module():
    for name, kind in MODELS.items():
        assert issubclass(kind, VegaModel)
        assert kind.__module__ == f"vega_mesa.models.{name}"
        assert Path(inspect.getfile(kind)).stem == name
