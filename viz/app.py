"""The console: a model to set and to play, or a served network to visit. ``vega-mesa viz`` opens it."""

from __future__ import annotations

import os
from pathlib import Path

import solara
from mesa.visualization import SolaraViz

from vega_mesa.model import VegaModel
from vega_mesa.models import MODELS
from vega_mesa.viz import session
from vega_mesa.viz.desk import guard
from vega_mesa.viz.drawing import draw_mesa_so
from vega_mesa.viz.pages import Pages
from vega_mesa.viz.parameters import inputs
from vega_mesa.viz.records import records_of
from vega_mesa.viz.serve import MODEL_VARIABLE, NETWORK_VARIABLE

ASSETS = Path(__file__).parent / "assets"
STYLE = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("page.css", "run.css"))
draw_mesa_so()


@solara.component
def Page() -> None:
    """The whole page; every visitor has a model of their own."""
    begun = session.begun.value
    ready, set_ready = solara.use_state(begun.number)
    solara.use_effect(lambda: set_ready(begun.number), [begun.number])
    name = begun.name or os.environ.get(MODEL_VARIABLE) or next(iter(MODELS))
    solara.Style(STYLE)
    network = os.environ.get(NETWORK_VARIABLE)
    if network:
        from vega_mesa.viz.visit import Visit

        Visit(network)
        return
    solara.Title(f"vega_mesa · {title(name)}")
    with solara.Sidebar(), solara.Card("Model"):
        solara.Select("", values=list(MODELS), value=name, on_value=session.begin)
        solara.Text(summary(MODELS[name]), style={"font-size": "0.85rem", "opacity": "0.8"})
    if ready == begun.number:  # the old controls go first: Mesa's would keep the old model's parameters
        Console(name, begun.model).key(f"{name}-{begun.number}")


@solara.component
def Console(name: str, begun: VegaModel | None) -> None:
    """Mesa's controls at the side, and the pages of one model; a fresh one unless it has begun."""
    model = solara.use_reactive(solara.use_memo(lambda: begun or fresh(name), []))
    given = begun.arguments if begun is not None else {}
    SolaraViz(model, components=[], model_params=inputs(MODELS[name], given), name=f"vega_mesa \u00b7 {title(name)}")
    current = guard(model.value)
    records_of(current)  # from the first step on
    Pages(current)


def fresh(name: str) -> VegaModel:
    """A model with the values that its sliders show."""
    kind = MODELS[name]
    return kind(**{key: value["value"] for key, value in inputs(kind).items()})


def title(name: str) -> str:
    """A model's name in words."""
    return name.replace("_", " ")


def summary(kind: type) -> str:
    """The question that a model answers: the first paragraph of its docstring."""
    return (kind.__doc__ or "").strip().partition("\n\n")[0]
