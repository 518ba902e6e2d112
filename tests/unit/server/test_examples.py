"""What docs/network.md shows works as it stands there."""

import re
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")
pytest.importorskip("duckdb")

import httpx
from starlette.testclient import TestClient

from vega_mesa.models import MODELS
from vega_mesa.server.network import ServedNetwork
from vega_mesa.server.rest import create_app

PAGE = Path(__file__).parents[3] / "docs" / "network.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="needs a checkout")


def test_the_page_runs_as_printed(monkeypatch, tmp_path, capsys):
    by_hand, data_node = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    network = ServedNetwork(MODELS["ideal_market_maker"](rng=1))
    with TestClient(create_app(network, clock=False)) as client:
        monkeypatch.setattr(httpx, "Client", lambda **_: client)
        exec(compile(by_hand, "network.md", "exec"), {})
    assert "'error': None" in capsys.readouterr().out
    network.close()
    monkeypatch.chdir(tmp_path)
    exec(compile(data_node, "network.md", "exec"), {})
    assert "aggressor" in capsys.readouterr().out
