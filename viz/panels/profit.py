"""Who earns from whom: profit and loss of each type of agent."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.experiments.standing import Group
from vega_mesa.viz.charts import BUY, INK, SELL, Option, axis, base
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.reading import Reading


@solara.component
def ProfitPanel(model: Model) -> None:
    """Profit and loss by agent type."""
    ChartCard("Profit and loss by agent type", model, option)


def option(reading: Reading) -> Option:
    """One bar a type, from zero to the right or to the left."""
    groups = [group for group in reading.groups if group.general or group.margin or group.profit]
    chart = base()
    chart["legend"] = {"show": False}
    chart["grid"]["top"] = 10
    chart["tooltip"]["axisPointer"] = {"type": "shadow"}
    chart["xAxis"] = axis("value", boundaryGap=["12%", "12%"])
    chart["yAxis"] = axis("category", data=[group.name for group in groups], inverse=True)
    chart["series"] = [
        {
            "name": f"profit, {reading.asset}",
            "type": "bar",
            "barMaxWidth": 22,
            "data": [_bar(group, INK) for group in groups],
        }
    ]
    return chart


def _bar(group: Group, colour: str) -> Option:
    label = {
        "show": True,
        "position": "right" if group.profit >= 0 else "left",
        "formatter": f"{group.profit:,.0f}" if abs(group.profit) >= 100 else f"{group.profit:,.2f}",
        "color": colour,
        "fontSize": 11,
    }
    return {
        "value": round(group.profit, 6),
        "itemStyle": {"color": BUY if group.profit >= 0 else SELL, "borderRadius": 2},
        "label": label,
    }
