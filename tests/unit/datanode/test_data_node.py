"""The data node: its tables, its answers, and what is left of a run that was killed."""

import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

from vega_mesa.agent import VegaAgent
from vega_mesa.datanode import DataNode
from vega_mesa.datanode.journal import Journal, read
from vega_mesa.datanode.store import DuckDBStore
from vega_mesa.datanode.tables import SCHEMA, TABLES, FieldRows
from vega_mesa.errors import ConfigError, StoreError
from vega_mesa.models import MODELS

STEPS = 25
SELDOM = {
    # what one short run of a healthy future does not have
    "stop_orders", "auctions", "markets", "settled_markets", "close_outs", "socialised_losses", "funding_payments",
    "funding_periods", "withdrawals", "transfers", "rewards", "refusals", "oracle_data", "epochs", "network_parameters",
}  # fmt: skip


class Busy(VegaAgent):
    """Does what fills the tables that trading alone does not."""

    def initialise(self):
        self.fund(self.find_market().asset, 50_000)

    def step(self):
        step = self.model.step_count
        if step == 3:
            order = self.order(None, "sell", 0.1, reduce_only=True)
            self.buy(0.1)
            self.submit_stop_order(falls_below=self.stop(order, price=1_000.0))
        if step == 4:
            self.withdraw(self.find_market().asset, 10)
            self.sell(0.1, 1e9)  # refused or not: it cannot be afforded
            self.buy(1_000)


@pytest.fixture(scope="module")
def recorded():
    model = MODELS["curve_market_maker"](rng=1, num_steps=STEPS, extra_agents=Busy)
    node = DataNode(model.exchange)
    model.run()
    yield model, node
    node.close()


def test_the_tables_of_a_run_are_filled(recorded):
    _, node = recorded
    empty = {name for name in SCHEMA if node.table(name).empty}
    assert empty <= SELDOM - {"stop_orders", "markets", "settled_markets", "withdrawals", "refusals", "oracle_data"}


@pytest.mark.parametrize("table", [t for t in TABLES if isinstance(t.rows, FieldRows)], ids=lambda t: t.name)
def test_an_event_becomes_a_row(table):
    exchange = MODELS["curve_market_maker"](rng=1).exchange
    values = {"str": "x", "int": 7, "bool": True, "Decimal": Decimal("0.5")}
    fields = {f.name: values.get(str(f.type), ("a",)) for f in dataclasses.fields(table.event)}
    with DataNode(exchange) as node:
        exchange.bus.send(table.event, **{name: v for name, v in fields.items() if name not in ("seq", "time")})
        exchange.end_block()
        rows = node.table(table.name)
        assert len(rows) == 1
        assert all(str(rows[c.name].iloc[0]) == str(fields[c.name]) for c in table.columns)


def test_every_block_is_told_once(recorded):
    model, node = recorded
    heights = node.table("blocks")["height"].tolist()
    assert heights == list(range(1, model.chain.height))


def test_balances_of_the_accounts_add_up_to_the_state(recorded):
    model, node = recorded
    last = node.sql("SELECT account, arg_max(balance, time) AS balance FROM accounts GROUP BY account")
    told = dict(zip(last["account"], last["balance"], strict=True))
    moved_since = set(node._balances._moved)
    for account in model.exchange.collateral.accounts.values():
        if account.id not in moved_since:
            assert told[account.id] == account.balance
    assert told


def test_ledger_and_accounts_tell_the_same(recorded):
    _, node = recorded
    movements = node.sql(
        "SELECT account, sum(amount) AS amount FROM (SELECT to_account AS account, amount FROM ledger "
        "UNION ALL SELECT from_account, -amount FROM ledger) GROUP BY account"
    )
    last = node.sql("SELECT account, arg_max(balance, time) AS balance FROM accounts GROUP BY account")
    told = dict(zip(last["account"], last["balance"], strict=True))
    assert all(told[row.account] == row.amount for row in movements.itertuples())


def test_trades_are_those_that_orders_saw(recorded):
    model, node = recorded
    trades = node.trades(market=model.market.id)
    assert len(trades) > 10
    known = set(node.orders()["id"])
    auction = trades["type"] == "NETWORK_CLOSE_OUT_BAD"
    assert set(trades[~auction]["buy_order"]) <= known


def test_since_and_until_bound_the_time(recorded):
    _, node = recorded
    everything = node.trades()
    middle = int(everything["time"].iloc[len(everything) // 2])
    before, after = node.trades(until=middle), node.trades(since=middle)
    assert len(before) + len(after) == len(everything)
    assert before["time"].max() < middle <= after["time"].min()


def test_candles_hold_the_trades(recorded):
    model, node = recorded
    trades = node.trades(model.market.id)
    candles = node.candles(model.market.id, interval=5)
    assert candles["volume"].sum() == trades["size"].sum()
    assert candles["trades"].sum() == len(trades)
    assert (candles["low"] <= candles[["open", "close"]].min(axis=1)).all()
    assert (candles["high"] >= candles[["open", "close"]].max(axis=1)).all()
    assert (candles["time"] % 5_000_000_000 == 0).all()
    first = trades[trades["time"] < candles["time"].iloc[0] + 5_000_000_000]
    assert candles["open"].iloc[0] == first["price"].iloc[0]


def test_parquet_files_hold_every_table(recorded, tmp_path):
    import pandas as pd

    _, node = recorded
    files = node.export(tmp_path / "it's here")
    assert {file.stem for file in files} == set(SCHEMA)
    assert len(pd.read_parquet(tmp_path / "it's here" / "trades.parquet")) == len(node.trades())


def test_mistakes_name_what_there_is(recorded):
    _, node = recorded
    with pytest.raises(ConfigError, match="trades"):
        node.table("trade")
    with pytest.raises(ConfigError, match="buyer"):
        node.table("trades", bayer="x")
    with pytest.raises(StoreError):
        node.sql("select nothing from nowhere")
    with pytest.raises(ConfigError):
        node.candles("x", interval=0)
    with pytest.raises(ConfigError):
        DataNode(tables=["trade"])


def test_a_recorded_run_is_the_same_run():
    plain = MODELS["curve_market_maker"](rng=3, num_steps=10).run()
    model = MODELS["curve_market_maker"](rng=3, num_steps=10)
    with DataNode(model.exchange):
        model.run()
    assert model.chain.state_hash() == plain.chain.state_hash()


def test_amounts_beyond_64_bits_stay_whole():
    store = DuckDBStore()
    large = 10**30 + 1
    store.write({"accounts": [1, "a", "GENERAL", "x", "p", "", large, 2, "b", "GENERAL", "x", "q", "", 5]})
    assert store.query("SELECT balance FROM accounts ORDER BY time")["balance"].tolist() == [large, 5]
    assert store.query("SELECT sum(balance) AS total FROM accounts")["total"].tolist() == [large + 5]
    store.close()


def test_large_amounts_leave_whole_and_none_is_too_large(tmp_path):
    import pandas as pd

    store = DuckDBStore()
    large = 10**30 + 1
    store.write({"accounts": [1, "a", "GENERAL", "x", "p", "", large, 2, "b", "GENERAL", "x", "q", "", 10**60]})
    store.export(tmp_path)
    balances = pd.read_parquet(tmp_path / "accounts.parquet")["balance"]
    assert [int(balance) for balance in balances] == [large, 10**38 - 1]
    store.close()


def test_a_journal_that_was_cut_short_gives_its_complete_blocks(tmp_path):
    path = tmp_path / "j"
    journal = Journal(path)
    for height in (1, 2, 3):
        journal.append(height, {"blocks": [height, height]})
    path.write_bytes(path.read_bytes()[:-3])
    assert [height for height, _ in read(path)] == [1, 2]


KILLED = """
    import sys
    from vega_mesa.datanode import DataNode
    from vega_mesa.models import MODELS

    model = MODELS["curve_market_maker"](rng=1, num_steps=100_000)
    node = DataNode(model.exchange, db=sys.argv[1])
    {flushed}
    while True:
        model.step()
        print(model.chain.height, flush=True)
"""


@pytest.mark.parametrize("flushed", ["pass", "import vega_mesa.datanode.node as n; n.FLUSH_VALUES = 3_000"])
def test_a_killed_run_loses_at_most_the_open_block(tmp_path, flushed):
    path = tmp_path / "run.duckdb"
    script = textwrap.dedent(KILLED).format(flushed=flushed)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as run:
        heights = [int(run.stdout.readline()) for _ in range(20)]
        run.send_signal(signal.SIGKILL)
        heights += [int(line) for line in run.stdout.read().split("\n")[:-1] if line]
    with DataNode(db=path) as node:
        told = node.table("blocks")["height"].tolist()
        assert told == list(range(1, len(told) + 1))
        assert told[-1] >= heights[-1] - 1  # all that were closed when it last spoke
        assert node.trades()["time"].max() <= node.table("blocks")["time"].max()
        assert not node.table("ledger").empty
    assert not Path(f"{path}.journal").exists()
    with DataNode(db=path) as node:
        assert node.table("blocks")["height"].tolist() == told


def test_a_database_holds_one_run(tmp_path):
    path = tmp_path / "run.duckdb"
    model = MODELS["curve_market_maker"](rng=1)
    with DataNode(model.exchange, db=path):
        model.run(3)
    with pytest.raises(StoreError, match=r"run\.duckdb already holds a run of \d+ blocks"):
        DataNode(model.exchange, db=path)
    with DataNode(db=path) as node:  # it can still be read
        assert node.table("blocks")["height"].is_unique
