"""The look that all charts share: ECharts options as dictionaries, for a light and a dark page."""

from __future__ import annotations

from typing import Any, Final

Option = dict[str, Any]

BUY: Final = "#26a69a"
SELL: Final = "#ef5350"
MARK: Final = "#5b8def"
POOL: Final = "#b388eb"
AUCTION: Final = "rgba(255, 179, 0, 0.13)"
GROUPS: Final = ("#5b8def", "#f2a65a", "#26a69a", "#b388eb", "#ef5350", "#8d99ae", "#e0c341", "#58c4dd")
FONT: Final = "Roboto, Helvetica, Arial, sans-serif"


def ink(*, dark: bool) -> str:
    """The colour of words and ticks."""
    return "#b8c0cc" if dark else "#5a6472"


def grid_line(*, dark: bool) -> str:
    """The colour of the lines behind the data."""
    return "rgba(255,255,255,0.08)" if dark else "rgba(0,0,0,0.07)"


def base(*, dark: bool) -> Option:
    """An empty chart: no animation (it is redrawn every step), a tooltip, room for the axes."""
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "textStyle": {"color": ink(dark=dark), "fontFamily": FONT},
        "grid": {"left": 12, "right": 18, "top": 34, "bottom": 8, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": "#20262e" if dark else "#ffffff",
            "borderColor": grid_line(dark=dark),
            "textStyle": {"color": "#e6eaf0" if dark else "#222a33", "fontSize": 12},
            "axisPointer": {"type": "line", "lineStyle": {"color": ink(dark=dark), "width": 0.7}},
        },
        "legend": {
            "top": 4,
            "left": "center",
            "icon": "roundRect",
            "itemWidth": 12,
            "itemHeight": 4,
            "textStyle": {"color": ink(dark=dark), "fontSize": 12},
        },
    }


def axis(kind: str, *, dark: bool, **more: Any) -> Option:
    """An axis in the shared style; ``more`` overrides."""
    style: Option = {
        "type": kind,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {"color": ink(dark=dark), "fontSize": 11, "hideOverlap": True},
        "splitLine": {"show": kind == "value", "lineStyle": {"color": grid_line(dark=dark)}},
        "nameTextStyle": {"color": ink(dark=dark), "fontSize": 11},
    }
    return style | more


def line(name: str, points: list[list[Any]], colour: str, **more: Any) -> Option:
    """A line through ``[x, y]`` points, broken where y is None."""
    style: Option = {
        "name": name,
        "type": "line",
        "data": points,
        "symbol": "none",
        "lineStyle": {"width": 1.6, "color": colour},
        "itemStyle": {"color": colour},
    }
    return style | more


def thin(length: int, *, most: int) -> int:
    """Take every n-th of ``length`` points so that no chart draws more than ``most``."""
    return max(1, -(-length // most))
