"""What there is to run."""

from __future__ import annotations

import inspect

from rich.table import Table

from vega_mesa.cli.arguments import parameters_of
from vega_mesa.models import MODELS


def table_of_models() -> Table:
    """One row a model: its name, the question it answers, its parameters with their defaults."""
    table = Table(show_header=True, header_style="bold", box=None, pad_edge=False, padding=(0, 3, 1, 0))
    table.add_column("model", no_wrap=True, style="cyan")
    table.add_column("what it studies", ratio=3)
    table.add_column("parameters", ratio=4)
    for name, kind in MODELS.items():
        question = " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())
        table.add_row(name, question, ", ".join(_described(kind)))
    return table


def _described(kind: type) -> list[str]:
    found = []
    for name, parameter in parameters_of(kind).items():
        required = parameter.default is inspect.Parameter.empty
        found.append(name if required else f"{name}={_short(parameter.default)}")
    return found


def _short(value: object) -> str:
    text = str(value) if isinstance(value, str | int | float) or value is None else repr(value)
    return text if len(text) <= 24 else f"{text[:21]}..."
