"""The page: choose a model, set its parameters, play it. ``solara run vega_mesa.viz.app`` or ``vega-mesa viz``."""

from __future__ import annotations

import os
from pathlib import Path

import solara
from mesa import Model
from mesa.visualization import SolaraViz

from vega_mesa.models import MODELS
from vega_mesa.viz.panels import OF_MODEL, PANELS
from vega_mesa.viz.parameters import inputs
from vega_mesa.viz.serve import MODEL_VARIABLE

STYLE = Path(__file__).parent / "assets" / "page.css"


@solara.component
def Page() -> None:
    """The whole page; every visitor has a model of their own."""
    first = os.environ.get(MODEL_VARIABLE) or next(iter(MODELS))
    name, choose = solara.use_state(first)
    model = solara.use_memo(lambda: fresh(name), [name])
    solara.Title(f"vega_mesa · {title(name)}")
    solara.Style(STYLE)
    with solara.Sidebar(), solara.Card("Model"):
        solara.Select("", values=list(MODELS), value=name, on_value=choose)
        solara.Text(summary(MODELS[name]), style={"font-size": "0.85rem", "opacity": "0.8"})
    SolaraViz(
        model,
        components=list(OF_MODEL.get(name, PANELS)),
        model_params=inputs(MODELS[name]),
        name=f"vega_mesa · {title(name)}",
    ).key(name)


def fresh(name: str) -> Model:
    """A model with the values that its sliders show."""
    kind = MODELS[name]
    return kind(**{key: value["value"] for key, value in inputs(kind).items()})


def title(name: str) -> str:
    """A model's name in words."""
    return name.replace("_", " ")


def summary(kind: type) -> str:
    """The question that a model answers: the first paragraph of its docstring."""
    return (kind.__doc__ or "").strip().partition("\n\n")[0]
