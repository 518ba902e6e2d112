"""README's example runs as it stands there, and stays as short as it promises."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from vega_mesa.cli.main import app
from vega_mesa.models import MODELS

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


def test_commands_are_understood():
    block = re.search(r"```\n(vega-mesa models.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    commands = [shlex.split(line, comments=True) for line in block.replace("\\\n", "").splitlines()]
    assert len(commands) > 5
    for program, name, *words in commands:
        assert program == "vega-mesa"
        command = typer.main.get_command(app).commands[name]
        chosen = command.make_context(name, words).params.get("model")
        assert chosen is None or chosen in MODELS


def test_picture_is_there():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / picture).is_file()
