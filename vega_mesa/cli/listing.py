"""What there is to run."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from vega_mesa.cli.arguments import parameters_of
from vega_mesa.models import MODELS

OPTIONS = {"rng": "--seed", "num_steps": "--steps", "prices": "--prices", "market": "--market"}


def list_of_models() -> Group:
    """Each model's name, the question it answers, and its parameters with their defaults."""
    return Group(*(line for name, kind in MODELS.items() for line in _lines(name, kind)))


def _lines(name: str, kind: type) -> Iterator[Text | Padding]:
    question = " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())
    parameters = [
        f"{key}={parameter.default}"
        for key, parameter in parameters_of(kind).items()
        if key not in OPTIONS and isinstance(parameter.default, str | int | float | None)
    ]
    options = [option for key, option in OPTIONS.items() if key in parameters_of(kind)]
    yield Text(name, style="bold cyan")
    yield Padding(Text(question), (0, 0, 0, 4))
    yield Padding(Text("  ".join(options), style="green"), (0, 0, 0, 4))
    yield Padding(Text("--param " + "  ".join(parameters), style="dim"), (0, 0, 1, 4))
