"""What the book offers on both sides, added up from the middle outward."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import BUY, SELL, Option, axis, base, line
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.reading import Level, Reading


@solara.component
def DepthPanel(model: Model) -> None:
    """Cumulative depth of the book."""
    ChartCard("Depth", model, option)


def option(reading: Reading) -> Option:
    """Two step-shaped areas that meet at the touch."""
    chart = base()
    low, high = _window(reading)
    chart["xAxis"] = axis("value", min=low, max=high, splitLine={"show": False})
    chart["xAxis"]["axisLabel"] |= {"showMinLabel": False, "showMaxLabel": False}
    chart["yAxis"] = axis("value")
    chart["series"] = [_side("bids", reading.bids, BUY, low), _side("asks", reading.asks, SELL, high)]
    return chart


def _window(reading: Reading) -> tuple[float | None, float | None]:
    """Equally far to both sides of the middle, so that the narrower side fills its half."""
    if not reading.bids or not reading.asks:
        return None, None
    middle = (reading.bids[0].price + reading.asks[0].price) / 2
    reach = max(middle - reading.bids[-1].price, reading.asks[-1].price - middle) * 1.15
    return middle - reach, middle + reach


def _side(name: str, levels: list[Level], colour: str, edge: float | None) -> Option:
    """From the touch outward, carried on to the edge of the chart."""
    points = [[level.price, level.cumulative] for level in levels]
    if points:
        points.insert(0, [points[0][0], 0.0])
        if edge is not None:
            points.append([edge, points[-1][1]])
    return line(name, points, colour, step="end", areaStyle={"color": colour, "opacity": 0.18})
