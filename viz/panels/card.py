"""The frame around every panel, the moment at which it is redrawn, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.charts import Option
from vega_mesa.viz.observer import reading_of


@solara.component
def ChartCard(
    title: str, model: Model, option: Callable[[Any], Option], read: Callable[[Any], Any] = reading_of
) -> None:
    """A titled chart of the model as it is now.

    Args:
        option: draws what ``read`` reads.
        read: the model as plain numbers.
    """
    update_counter.get()  # redraw after every step that Mesa shows
    with Card(title):
        solara.FigureEcharts(
            option=option(read(model)),
            attributes={"class": "vega-chart"},
            responsive=True,
        )


@solara.component
def Card(title: str, children: list[Any] | None = None) -> None:
    """A titled box that fills its place in the grid."""
    with solara.v.Card(class_="vega-card", outlined=True, elevation=0):
        solara.v.Html(tag="div", class_="vega-card-title", children=[title])
        solara.v.Html(tag="div", class_="vega-card-body", children=children or [])


def table(columns: Sequence[str], rows: Iterable[tuple[str, Sequence[Any]]], total: str = "") -> list[Any]:
    """Head and body of a table: names in the first column, losses in red, the row named ``total`` stronger.

    A cell is a text, or a small element.
    """
    head = [solara.v.Html(tag="th", children=[""])]
    head += [solara.v.Html(tag="th", class_="text-right", children=[column]) for column in columns]
    body = []
    for name, cells in rows:
        row = [solara.v.Html(tag="td", children=[name])]
        row += [solara.v.Html(tag="td", class_=_cell_class(cell), children=[cell]) for cell in cells]
        body.append(solara.v.Html(tag="tr", class_="vega-total" if name == total else "", children=row))
    return [
        solara.v.Html(tag="thead", children=[solara.v.Html(tag="tr", children=head)]),
        solara.v.Html(tag="tbody", children=body),
    ]


def _cell_class(cell: Any) -> str:
    is_loss = isinstance(cell, str) and cell.startswith("-") and len(cell) > 1
    return "text-right vega-loss" if is_loss else "text-right"
