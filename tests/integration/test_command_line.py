"""The command line as a user meets it: what it prints, what it writes, how it ends."""

import subprocess
import sys
from decimal import Decimal

import pandas as pd
import pytest

from vega_mesa.cli import main


def call(capsys, *words: str) -> tuple[int, list[str], str]:
    """Exit code, lines of stdout, stderr."""
    before, sys.argv = sys.argv, ["vega-mesa", *words]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out.splitlines(), captured.err


def test_models_names_each_with_its_question_and_parameters(capsys):
    code, lines, _ = call(capsys, "models")
    assert code == 0
    assert {"ideal_market_maker", "curve_market_maker", "historic"} <= {line.strip() for line in lines}
    assert any("volatility=" in line for line in lines)


def test_run_ends_with_conservation_and_the_state_hash(capsys):
    code, lines, _ = call(capsys, "run", "ideal_market_maker", "--steps", "10", "--seed", "3")
    assert code == 0
    assert lines[-2] == "conservation: ok"
    name, _, value = lines[-1].partition(": ")
    assert name == "state hash"
    assert len(value) == 64
    assert any("settled" in line for line in lines)
    assert any("AvellanedaStoikovMarketMaker" in line for line in lines)


def test_same_seed_same_hash_another_seed_another(capsys):
    runs = [call(capsys, "run", "curve_market_maker", "--steps", "8", "--seed", s, "--quiet")[1] for s in "112"]
    assert runs[0] == runs[1] != runs[2]
    assert len(runs[0]) == 2


def test_out_gets_four_tables_whose_money_adds_up(capsys, tmp_path):
    code, _, _ = call(capsys, "run", "ideal_market_maker", "--steps", "10", "--seed", "3", "--out", str(tmp_path / "o"))
    assert code == 0
    trades, data, accounts, ledger = (
        pd.read_parquet(tmp_path / "o" / f"{name}.parquet") for name in ("trades", "market_data", "accounts", "ledger")
    )
    assert len(data) == 10
    assert trades["size"].sum() == pytest.approx(data["total_volume"].iloc[-1])
    last = accounts.groupby(["asset", "type", "party", "market"], dropna=False).last()
    assert (last.groupby("asset")["balance_exact"].sum() == Decimal(0)).all()
    moved = ledger.loc[ledger["asset"] == "USDT", "amount_exact"].sum()
    assert moved > 0
    assert str(ledger["time"].dtype) == "datetime64[ns, UTC]"


def test_a_recording_run_reaches_the_same_state(capsys, tmp_path):
    plain = call(capsys, "run", "ideal_market_maker", "--steps", "6", "-q")[1]
    recorded = call(capsys, "run", "ideal_market_maker", "--steps", "6", "-q", "--out", str(tmp_path))[1]
    assert plain == recorded


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "ideal_marketmaker"], "unknown model 'ideal_marketmaker', did you mean ideal_market_maker?"),
        (["run", "historic", "--param", "levels=few"], "expected a whole number"),
        (["run", "historic", "--param", "lvels=3"], "'lvels' is not valid, expected one of"),
        (["run", "historic", "--param", "levels"], "expected key=value"),
        (["run", "historic", "--prices", "nowhere.csv"], "no file 'nowhere.csv'"),
        (["run", "historic", "--market", __file__], "JSON"),
        (["run", "ideal_market_maker", "--prices", __file__], "has no parameter 'prices'"),
        (["run", "historic", "--steps", "0"], "--steps"),
        (["run"], "MODEL"),
        (["fly"], "fly"),
        (["sweep", "historic", "--out", "table.txt"], ".csv or .parquet"),
        (["sweep", "historic", "--out", "/nowhere/table.csv"], "no folder"),
        (["viz", "nothing"], "unknown model"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_was_expected(capsys, words, expected):
    code, lines, error = call(capsys, *words)
    assert code == 2
    assert lines == []
    assert error.startswith("vega-mesa: ")
    assert error.count("\n") == 1
    assert expected in error


def test_a_price_file_without_a_price_says_which_column_is_missing(capsys, tmp_path):
    file = tmp_path / "wrong.csv"
    file.write_text("timestamp,colour\n2024-01-01,red\n")
    code, _, error = call(capsys, "run", "historic", "--prices", str(file))
    assert code == 2
    assert "close" in error
    assert error.count("\n") == 1


def test_money_that_does_not_add_up_is_named_and_ends_with_1(capsys, monkeypatch):
    from vega_mesa.model import VegaModel

    monkeypatch.setattr(VegaModel, "imbalance", lambda model: {model.market.asset: 7})
    code, lines, _ = call(capsys, "run", "ideal_market_maker", "--steps", "3")
    assert code == 1
    assert lines[-2] == "conservation: USDT is off by 7 of its smallest unit"


@pytest.mark.slow
def test_sweep_in_two_processes_gives_the_rows_of_one(tmp_path):
    tables = []
    for processes in "12":
        out = tmp_path / f"{processes}.csv"
        command = [
            sys.executable, "-m", "vega_mesa.cli", "sweep", "ideal_market_maker", "--param", "traders=2,3",
            "--iterations", "2", "--steps", "4", "--processes", processes, "--out", str(out), "--quiet",
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        tables.append(pd.read_csv(out))
    pd.testing.assert_frame_equal(*tables)
    assert list(tables[0]["traders"]) == [2, 2, 3, 3]
    assert list(tables[0]["seed"]) == [1, 2, 1, 2]
    assert tables[0]["state_hash"].nunique() == 4
