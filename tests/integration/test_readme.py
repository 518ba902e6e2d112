"""README's example runs as it stands there, and stays as short as it promises."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
pytestmark = pytest.mark.skipif(not README.is_file(), reason="needs a checkout")


def example() -> str:
    return re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_example_runs_and_trades(capsys):
    scope = {"__name__": "example"}
    exec(compile(example(), "README.md", "exec"), scope)
    model = scope["model"]
    assert float(capsys.readouterr().out) == model.summary()["profit_Contrarian"] != 0
    assert model.market.state == "STATE_SETTLED"


def test_agent_is_ten_lines():
    body = re.search(r"^class .*?(?=^\S(?!lass))", example(), re.DOTALL | re.MULTILINE)[0]
    lines = [line for line in body.splitlines() if line.strip()]
    assert len(lines) <= 10


def test_picture_is_there():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / picture).is_file()
