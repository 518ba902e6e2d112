"""``vega-mesa serve`` and ``--network``: mistakes are one line; nothing of it is imported where nobody asks."""

import socket
import subprocess
import sys

import pytest

COMMAND = (sys.executable, "-m", "vega_mesa.cli")


def run(*words):
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use_is_a_mistake():
    pytest.importorskip("fastapi")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "ideal_market_maker", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stderr.startswith("vega-mesa: --port")
    assert len(done.stderr.splitlines()) == 1


def test_no_network_there_is_a_mistake():
    pytest.importorskip("httpx")
    pytest.importorskip("nacl")
    done = run("run", "ideal_market_maker", "--network", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "127.0.0.1:9" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_speed_of_nothing_is_a_mistake():
    pytest.importorskip("fastapi")
    done = run("serve", "ideal_market_maker", "--speed", "0", "--port", "18123")
    assert (done.returncode, "--speed" in done.stderr) == (2, True)


def test_the_core_imports_no_database_and_no_server():
    code = (
        "import sys, vega_mesa, vega_mesa.model, vega_mesa.models, vega_mesa.cli.main, vega_mesa.cli.running;"
        "names = ('duckdb', 'psycopg', 'fastapi', 'strawberry', 'nacl', 'uvicorn');"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("run", "ideal_market_maker", "--steps", "3"), ("serve", "ideal_market_maker")])
def test_a_database_that_holds_a_run_is_not_written_to(tmp_path, words):
    pytest.importorskip("fastapi")
    pytest.importorskip("duckdb")
    file = str(tmp_path / "run.duckdb")
    assert run("run", "ideal_market_maker", "--steps", "3", "--db", file).returncode == 0
    done = run(*words, "--db", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert file in done.stderr


def test_a_secret_needs_a_network():
    done = run("run", "ideal_market_maker", "--secret", "x")
    assert (done.returncode, "--secret" in done.stderr) == (2, True)
