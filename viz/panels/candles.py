"""Candles with volume, the touch and the mark price; auctions shaded, price monitoring bounds as lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.model import VegaModel
from vega_mesa.units import to_datetime
from vega_mesa.viz.candles import AUTOMATIC, Candle, candles, fitting, trimmed, widths
from vega_mesa.viz.charts import BUY, INK, MARK, SELL, SHADE, WARN, Option, axis, base, line
from vega_mesa.viz.desk import alone
from vega_mesa.viz.fields import box, choice, tick
from vega_mesa.viz.markets import seen
from vega_mesa.viz.panels.card import Card, Chart
from vega_mesa.viz.reading import Reading

DAY: Final = 86_400 * 10**9
ROOM: Final = 0.06  # above and below the prices, of their range
NOTHING: Final = "-"  # what ECharts takes for no value
LEGEND: Final = ("mark", "best bid", "best ask", "bounds", "auction")


@solara.component
@alone
def CandlesPanel(model: VegaModel) -> None:
    """The chart, and how much of it a candle is."""
    update_counter.get()
    interval, set_interval = solara.use_state(AUTOMATIC)
    fits, fit = solara.use_state(False)
    reading, choices = seen(model), widths(model)
    width = choices.get(interval) or fitting(reading.history, list(choices.values()))
    found = trimmed(candles(reading.fills, reading.history, width, reading.now))
    with Card("Price"):
        with box("vega-row vega-chart-tools"):
            choice("interval", interval, [AUTOMATIC, *choices], set_interval)
            tick("show bounds", fits, fit)
            name = next(name for name, blocks in choices.items() if blocks == width)
            box("vega-count", f"a candle: {name}" if interval == AUTOMATIC else "")
        Chart(option=option(found, reading, bounds=fits))


def option(found: list[Candle], reading: Reading, *, bounds: bool = False) -> Option:
    """Prices above, volume below.

    Args:
        bounds: reach out to the price monitoring bounds, however far they are; otherwise they are seen when near.
    """
    chart = base()
    chart["grid"] = [
        {"left": 26, "right": 66, "top": 28, "bottom": "27%"},
        {"left": 26, "right": 66, "top": "77%", "bottom": 22},
    ]
    chart["axisPointer"] = {"link": [{"xAxisIndex": "all"}]}
    times = _times(found)
    low, high = window(found, reading, bounds=bounds)
    chart["xAxis"] = [
        axis("category", gridIndex=0, data=times, axisLabel={"show": False}),
        axis("category", gridIndex=1, data=times),
        axis("category", gridIndex=0, data=times, show=False),
    ]
    chart["yAxis"] = [
        axis("value", gridIndex=0, position="right", min=low, max=high),
        axis("value", gridIndex=1, position="right", splitNumber=2),
        axis("value", gridIndex=0, show=False, min=0, max=1),
    ]
    chart["yAxis"][0]["axisLabel"] |= {"showMinLabel": False, "showMaxLabel": False}
    chart["series"] = [
        _shade(found),
        _bodies(found, reading),
        _line("best bid", (one.last.best_bid for one in found), BUY, width=1, opacity=0.8),
        _line("best ask", (one.last.best_ask for one in found), SELL, width=1, opacity=0.8),
        _line("mark", (one.last.mark for one in found), MARK),
        _line("bounds", (one.last.low for one in found), WARN, type="dashed", width=1.2),
        _line("bounds", (one.last.high for one in found), WARN, type="dashed", width=1.2),
        _volume(found),
    ]
    chart["legend"] |= {"data": list(LEGEND), "left": 10}
    return chart


def window(found: list[Candle], reading: Reading, *, bounds: bool) -> tuple[float | None, float | None]:
    """Lowest and highest price that the chart shows; None, None for no price at all."""
    prices = [reading.mark, reading.best_bid, reading.best_ask]
    for one in found:
        prices += [one.low, one.high, one.last.mark, one.last.best_bid, one.last.best_ask]
    known = [price for price in prices if price is not None]
    if not known:
        return None, None
    low, high = min(known), max(known)
    near = high - low
    for one in found:
        if one.last.low is not None and one.last.high is not None:
            low = one.last.low if bounds or low - one.last.low < near else low
            high = one.last.high if bounds or one.last.high - high < near else high
    room = (high - low) * ROOM or high * 0.001
    return round(low - room, 10), round(high + room, 10)


def _bodies(found: list[Candle], reading: Reading) -> Option:
    drawn = {
        "name": "price",
        "type": "candlestick",
        "z": 3,
        "barMaxWidth": 14,
        "itemStyle": {"color": BUY, "borderColor": BUY, "color0": SELL, "borderColor0": SELL},
        "data": [NOTHING if one.open is None else [one.open, one.close, one.low, one.high] for one in found],
    }
    if reading.mark is not None:
        drawn["markLine"] = {
            "silent": True,
            "z": 10,
            "symbol": "none",
            "lineStyle": {"color": MARK, "type": "dotted", "width": 1},
            "label": {"color": "#fff", "backgroundColor": MARK, "padding": [4, 4], "fontSize": 10, "borderRadius": 2},
            "data": [{"yAxis": reading.mark, "label": {"formatter": f"{reading.mark:,.10g}"}}],
        }
    return drawn


def _line(name: str, values: Iterable[float | None], colour: str, **style: Any) -> Option:
    drawn = line(name, [NOTHING if value is None else value for value in values], colour, z=4)
    drawn["lineStyle"] |= style
    return drawn


def _volume(found: list[Candle]) -> Option:
    return {
        "name": "volume",
        "type": "bar",
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "barMaxWidth": 14,
        "data": [{"value": one.volume, "itemStyle": {"color": _colour(one), "opacity": 0.5}} for one in found],
    }


def _shade(found: list[Candle]) -> Option:
    """A bar from bottom to top where the market was not in continuous trading."""
    return {
        "name": "auction",
        "type": "bar",
        "xAxisIndex": 2,
        "yAxisIndex": 2,
        "barCategoryGap": "0%",
        "silent": True,
        "z": 0,
        "itemStyle": {"color": SHADE},
        "tooltip": {"show": False},
        "data": [1 if one.auction else NOTHING for one in found],
    }


def _colour(candle: Candle) -> str:
    if candle.open is None or candle.close is None:
        return INK
    return BUY if candle.close >= candle.open else SELL


def _times(found: list[Candle]) -> list[str]:
    """Network time of each candle: of the day, with the date where the chart is longer than one."""
    long = bool(found) and found[-1].time - found[0].time >= DAY
    return [to_datetime(one.time).strftime("%m-%d %H:%M" if long else "%H:%M:%S") for one in found]
