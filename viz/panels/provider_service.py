"""Who keeps its commitment."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import INK, Option
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.providers import Providers, lines, providers_of


@solara.component
def ProviderServicePanel(model: Model) -> None:
    """SLA performance of the last epoch."""
    ChartCard("SLA performance: time on the book, last epoch", model, option, providers_of)


def option(reading: Providers) -> Option:
    """Part of each epoch in which the commitment was kept, and the least that the market asks."""
    chart = lines(reading, "service_level", percent=True, step=True)
    if chart["series"]:
        chart["series"][0]["markLine"] = {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": INK, "type": "dashed", "width": 1},
            "label": {"formatter": "least", "color": INK, "fontSize": 10, "position": "insideStartTop"},
            "data": [{"yAxis": round(100 * reading.minimum_time, 2)}],
        }
    return chart
