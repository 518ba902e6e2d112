"""Mark price with the best bid and ask, the trades on it, and the volume of every step below."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import solara
from mesa import Model

from vega_mesa.viz.charts import AUCTION, BUY, MARK, SELL, Option, axis, base, line, thin
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.reading import Fill, History, Reading

CONTINUOUS = "continuous"
MOST_POINTS = 1_500
MOST_FILLS = 2_000


@solara.component
def PricePanel(model: Model) -> None:
    """Price, touch, trades and volume."""
    ChartCard("Price", model, option)


def option(reading: Reading) -> Option:
    """The chart: prices above, volume below, one axis of steps, auctions shaded."""
    history = reading.history
    chosen = _chosen(history)
    chart = base()
    chart["grid"] = [
        {"left": 62, "right": 18, "top": 34, "bottom": "30%"},
        {"left": 62, "right": 18, "top": "76%", "bottom": 24},
    ]
    chart["axisPointer"] = {"link": [{"xAxisIndex": "all"}]}
    last = history.steps[-1] if history.steps else 1
    ends = {"min": 0, "max": max(last, 1)}
    chart["xAxis"] = [
        axis("value", gridIndex=0, axisLabel={"show": False}, splitLine={"show": False}, **ends),
        axis("value", gridIndex=1, minInterval=1, splitLine={"show": False}, **ends),
    ]
    chart["yAxis"] = [
        axis("value", gridIndex=0, scale=True),
        axis("value", gridIndex=1, splitNumber=2),
    ]
    touch = {"lineStyle": {"width": 1, "opacity": 0.75}}
    chart["series"] = [
        line("best bid", _points(history, history.best_bid, chosen), BUY, **_coloured(touch, BUY)),
        line("best ask", _points(history, history.best_ask, chosen), SELL, **_coloured(touch, SELL)),
        line("mark", _points(history, history.mark, chosen), MARK, markArea=_auctions(history), z=3),
        _trades("buyer took", reading.fills, BUY, bought=True),
        _trades("seller took", reading.fills, SELL, bought=False),
        {
            "name": "volume",
            "type": "bar",
            "data": _points(history, history.volume, chosen),
            "xAxisIndex": 1,
            "yAxisIndex": 1,
            "barMaxWidth": 8,
            "itemStyle": {"color": MARK, "opacity": 0.45},
        },
    ]
    chart["legend"]["data"] = ["mark", "best bid", "best ask", "buyer took", "seller took"]
    return chart


def _coloured(style: Option, colour: str) -> Option:
    return style | {"lineStyle": style["lineStyle"] | {"color": colour}}


def _chosen(history: History) -> range:
    return range(0, len(history.steps), thin(len(history.steps), most=MOST_POINTS))


def _points(history: History, values: list[float | None], chosen: range) -> list[list[Any]]:
    return [[history.steps[i], values[i]] for i in chosen]


def _trades(name: str, fills: list[Fill], colour: str, *, bought: bool) -> Option:
    shown = [fill for fill in fills[-MOST_FILLS:] if fill.bought == bought]
    largest = max((fill.size for fill in fills[-MOST_FILLS:]), default=1.0)
    return {
        "name": name,
        "type": "scatter",
        "z": 4,
        "itemStyle": {"color": colour, "opacity": 0.55},
        "data": [
            {"value": [fill.step, fill.price, fill.size], "symbolSize": round(3 + 6 * (fill.size / largest) ** 0.5, 1)}
            for fill in shown
        ],
    }


def _auctions(history: History) -> Option:
    """Shade the steps at whose end the market was not in continuous trading."""
    areas = []
    rows = zip(history.steps, history.mode, strict=True)
    for mode, group in groupby(rows, key=lambda row: row[1]):
        if mode and mode != CONTINUOUS:
            steps = [step for step, _ in group]
            areas.append([{"xAxis": steps[0] - 1, "name": mode}, {"xAxis": steps[-1]}])
    return {
        "silent": True,
        "itemStyle": {"color": AUCTION},
        "label": {"show": False},
        "data": areas[-200:],
    }
