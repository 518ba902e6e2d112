"""Who earns from whom: profit and loss of each type of agent."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.experiments.standing import Group, groups
from vega_mesa.model import VegaModel
from vega_mesa.viz.charts import BUY, INK, SELL, Option, axis, base
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.panels.card import Card, Chart


@solara.component
def ProfitPanel(model: VegaModel) -> None:
    """Profit and loss by agent type."""
    update_counter.get()
    with lock_of(model):
        found = groups(model)
    with Card("Profit and loss by agent type"):
        Chart(option=option(found))


def option(found: list[Group]) -> Option:
    """One bar a type, from zero to the right or to the left."""
    groups = [group for group in found if group.general or group.margin or group.profit]
    chart = base()
    chart["legend"] = {"show": False}
    chart["grid"]["top"] = 10
    chart["tooltip"]["axisPointer"] = {"type": "shadow"}
    chart["xAxis"] = axis("value", boundaryGap=["12%", "12%"])
    chart["yAxis"] = axis("category", data=[group.name for group in groups], inverse=True)
    chart["series"] = [
        {
            "name": "profit",
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
