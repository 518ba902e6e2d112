"""A sweep as a picture: what changes when a parameter does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from vega_mesa.experiments.drawing import Drawing
from vega_mesa.viz.charts import GROUPS

WIDE_RANGE: Final = 50  # largest over smallest value from which on an axis is logarithmic
PANEL: Final = (4.6, 2.6)  # inches
GREY: Final = "#6b7380"


def plot_sweep(table: pd.DataFrame, swept: Sequence[str], measures: Mapping[str, str]) -> Figure:
    """Draw what a sweep found: a panel for each measure, lines of means with the range over all seeds.

    Args:
        table: one row a run.
        swept: columns of the parameters that vary; the first is the horizontal axis, each combination of the others
            gets a column of panels. None: the runs in their order.
        measures: title of each panel, and the beginning of the names of the columns that it draws; a title that ends
            in % takes fractions.
    """
    if "error" in table:
        table = table[table["error"].isna()]
    across, others = (swept[0], list(swept[1:])) if swept else ("run", [])
    facets: list[tuple[Any, pd.DataFrame]] = list(table.groupby(others, sort=True)) if others else [("", table)]
    drawn = {title: names for title, prefix in measures.items() if (names := _columns(table, prefix))}
    figure, grid = _panels(len(drawn), len(facets))
    for index, (title, names) in enumerate(drawn.items()):
        line = grid[index] if others else [grid.flat[index]]
        for panel, (values, part) in zip(line, facets, strict=True):
            _draw(panel, part, across, names, prefix=measures[title])
            _style(panel, percent=title.endswith("%"))
            if others and index == 0:
                panel.set_title(_facet(others, values), fontsize=8.5, color=GREY)
        line[0].set_ylabel(title.removesuffix("%").rstrip(", "), fontsize=9)
    _scale(grid.flat[0], table[across])
    for panel in grid.flat[len(drawn) :] if not others else ():
        panel.set_visible(False)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(6, len(labels)), frameon=False, fontsize=9)
    figure.supxlabel(f"{across}\n", fontsize=9.5)
    figure.text(0.5, 0.006, "lines: means; bands: range over seeds", ha="center", fontsize=7.5, color=GREY)
    return figure


def _panels(measures: int, facets: int) -> tuple[Figure, Any]:
    """Rows of measures and columns of facets; without facets two measures to a row."""
    rows, columns = (measures, facets) if facets > 1 else (-(-measures // 2), min(2, measures))
    figure = Drawing(PANEL[0] * columns, 1.1 + PANEL[1] * rows)
    return figure, figure.subplots(rows, columns, sharex=True, sharey="row" if facets > 1 else False, squeeze=False)


def _columns(table: pd.DataFrame, prefix: str) -> list[str]:
    return [name for name in table.columns if name.startswith(prefix) and table[name].notna().any()]


def _draw(panel: Axes, part: pd.DataFrame, across: str, names: Sequence[str], *, prefix: str) -> None:
    runs = part.groupby(across, sort=True)
    for index, name in enumerate(names):
        colour = GROUPS[index % len(GROUPS)]
        mean, low, high = runs[name].mean(), runs[name].min(), runs[name].max()
        panel.plot(
            mean.index, mean, color=colour, label=name.removeprefix(prefix), linewidth=1.8, marker="o", markersize=3.5
        )
        panel.fill_between(mean.index, low, high, color=colour, alpha=0.13, linewidth=0)


def _style(panel: Axes, *, percent: bool) -> None:
    panel.grid(visible=True, color="#e6e8ec", linewidth=0.7)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.spines["bottom"].set_color("#c5cad2")
    panel.tick_params(labelsize=8, length=0, colors=GREY)
    if panel.get_ylim()[0] < 0:
        panel.axhline(0, color=GREY, linewidth=0.8)
    panel.yaxis.set_major_formatter(FuncFormatter(_percent if percent else _amount))


def _scale(panel: Axes, values: pd.Series) -> None:
    """A logarithmic axis for values far apart; a tick at each value that was tried, as long as there is room."""
    tried = sorted(values.unique())
    if not pd.api.types.is_numeric_dtype(values):
        return
    if tried[0] > 0 and tried[-1] / tried[0] >= WIDE_RANGE:
        panel.set_xscale("log")
        panel.minorticks_off()
    if len(tried) <= 8:
        panel.set_xticks(tried, [f"{value:g}" for value in tried])


def _facet(names: Sequence[str], values: Any) -> str:
    given = values if isinstance(values, tuple) else (values,)
    return "\n".join(
        f"{name} = {value:g}" if _is_number(value) else f"{name} = {value}"
        for name, value in zip(names, given, strict=True)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _percent(value: float, _: int) -> str:
    return f"{100 * value:.10g} %"


def _amount(value: float, _: int) -> str:
    """A number as people read it: 25k, 1.5M."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"
