"""The data node on a real PostgreSQL server: Debian's package, installed and started by the test."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'vega_mesa[datanode]'")

from vega_mesa.datanode import DataNode
from vega_mesa.errors import StoreError
from vega_mesa.models import MODELS

PORT = "54329"


def _programs() -> Path:
    """Folder of the server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
            pytest.skip("no PostgreSQL server here, and it takes root and apt-get to install one")
        for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
            done = subprocess.run(
                ["apt-get", *command], check=False, capture_output=True, text=True, timeout=500,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )  # fmt: skip
            if done.returncode:
                pytest.skip(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("the package postgresql brought no initdb")
    return found[-1].parent


@pytest.fixture(scope="module")
def address():
    programs = _programs()
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    as_server = ["runuser", "-u", "postgres", "--"] if root else []
    with tempfile.TemporaryDirectory(prefix="vega-pg-") as folder:
        if root:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"

        def run(*command):
            subprocess.run([*as_server, *command], check=True, capture_output=True, cwd=folder)

        run(str(programs / "initdb"), "-D", data, "-U", "vega", "--auth=trust")
        options = f"-p {PORT} -c listen_addresses=127.0.0.1 -k {folder}"
        control = (str(programs / "pg_ctl"), "-D", data, "-w", "-l", f"{folder}/log")
        subprocess.run([*as_server, *control, "-o", options, "start"], check=True, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            yield f"postgresql://vega@127.0.0.1:{PORT}/postgres"
        finally:
            run(*control, "-m", "immediate", "stop")


@pytest.mark.slow
def test_a_run_on_a_server_reads_as_one_in_memory(address, tmp_path):
    model = MODELS["curve_market_maker"](rng=1, num_steps=15)
    with DataNode(model.exchange) as near, DataNode(model.exchange, db=address) as far:
        model.run()
        assert len(near.trades()) > 5
        for table in ("blocks", "orders", "trades", "ledger", "accounts", "market_data", "proposals"):
            ours, theirs = near.table(table), far.table(table)
            assert ours.columns.tolist() == theirs.columns.tolist()
            assert sorted(map(repr, ours.values.tolist())) == sorted(map(repr, theirs.values.tolist()))
        market = model.market.id
        assert near.candles(market, 5).values.tolist() == far.candles(market, 5).values.tolist()
        assert len(far.trades(since=int(near.trades()["time"].iloc[-1]))) < len(near.trades())
        with pytest.raises(StoreError):
            far.sql("select nothing from nowhere")
        far.store.write({"accounts": [1, "big", "GENERAL", "x", "p", "", 10**30 + 1]})
        assert [int(v) for v in far.table("accounts", account="big")["balance"]] == [10**30 + 1]
        assert (tmp_path / "trades.parquet") in far.export(tmp_path)
    with DataNode(db=address) as again:
        assert again.store.height() == model.chain.height - 1
    with pytest.raises(StoreError, match=r"postgresql://127.* already holds a run of \d+ blocks"):
        DataNode(model.exchange, db=address)


@pytest.mark.slow
def test_no_server_is_a_mistake_not_a_defect():
    with pytest.raises(StoreError, match="PostgreSQL"):
        DataNode(db="postgresql://vega@127.0.0.1:1/none")
