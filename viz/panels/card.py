"""The frame around every panel, charts, and the moment at which they are redrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.charts import Option
from vega_mesa.viz.markets import seen


@solara.component
def ChartCard(title: str, model: Model, option: Callable[[Any], Option], read: Callable[[Any], Any] = seen) -> None:
    """A titled chart of the model as it is now.

    Args:
        option: draws what ``read`` reads.
        read: the model as plain numbers.
    """
    update_counter.get()  # redraw after every step that Mesa shows
    with Card(title):
        Chart(option=option(read(model)))


@solara.component_vue("../assets/chart.vue")
def Chart(option: Option) -> None:
    """A chart of ECharts that fills its place."""


@solara.component
def Card(title: str, children: list[Any] | None = None) -> None:
    """A titled box that fills its place in the grid."""
    with solara.v.Card(class_="vega-card", outlined=True, elevation=0):
        solara.v.Html(tag="div", class_="vega-card-title", children=[title])
        solara.v.Html(tag="div", class_="vega-card-body", children=children or [])
