"""The frame around every panel, and the moment at which it is redrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.charts import Option
from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.reading import Reading


@solara.component
def ChartCard(title: str, model: Model, option: Callable[[Reading], Option]) -> None:
    """A titled chart of the model as it is now."""
    update_counter.get()  # redraw after every step that Mesa shows
    with Card(title):
        solara.FigureEcharts(
            option=option(reading_of(model)),
            attributes={"class": "vega-chart"},
            responsive=True,
        )


@solara.component
def Card(title: str, children: list[Any] | None = None) -> None:
    """A titled box that fills its place in the grid."""
    with solara.v.Card(class_="vega-card", outlined=True, elevation=0):
        solara.v.Html(tag="div", class_="vega-card-title", children=[title])
        solara.v.Html(tag="div", class_="vega-card-body", children=children or [])
