"""The market's insurance pool over time: filled by penalties and close-outs, emptied by losses nobody can pay."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import POOL, Option, axis, base, line, thin
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.reading import Reading

MOST_POINTS = 1_000


@solara.component
def InsurancePanel(model: Model) -> None:
    """Balance of the insurance pool."""
    ChartCard("Insurance pool", model, option)


def option(reading: Reading) -> Option:
    """One filled line."""
    history = reading.history
    chart = base()
    chart["legend"] = {"show": False}
    chart["grid"]["top"] = 18
    first, last = (history[0].block, history[-1].block) if history else (0, 1)
    chart["xAxis"] = axis("value", min=first, max=max(first + 1, last), minInterval=1, splitLine={"show": False})
    chart["yAxis"] = axis("value", min=0)
    shown = history[:: -thin(len(history), most=MOST_POINTS)][::-1]  # the newest is always among them
    points = [[sample.block, sample.insurance] for sample in shown]
    chart["series"] = [line("insurance pool", points, POOL, areaStyle={"color": POOL, "opacity": 0.15}, step="end")]
    return chart
