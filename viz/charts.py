"""The look that all charts share: ECharts options as dictionaries, for light and dark pages alike."""

from __future__ import annotations

from typing import Any, Final

Option = dict[str, Any]

BUY: Final = "#26a69a"
SELL: Final = "#ef5350"
MARK: Final = "#5b8def"
POOL: Final = "#b388eb"
SHADE: Final = "rgba(255, 179, 0, 0.14)"  # of auctions
WARN: Final = "#f2a65a"
GROUPS: Final = ("#5b8def", "#f2a65a", "#26a69a", "#b388eb", "#ef5350", "#8d99ae", "#e0c341", "#58c4dd")
INK: Final = "#8a93a0"  # words and ticks: grey enough for a light page and for a dark one
GRID: Final = "rgba(128, 128, 128, 0.16)"
FONT: Final = "Roboto, Helvetica, Arial, sans-serif"


def base() -> Option:
    """An empty chart: no animation (it is redrawn every step), a tooltip, room for the axes."""
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "textStyle": {"color": INK, "fontFamily": FONT},
        "grid": {"left": 12, "right": 18, "top": 34, "bottom": 8, "containLabel": True},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": "#20262e",
            "borderColor": GRID,
            "textStyle": {"color": "#e6eaf0", "fontSize": 12},
            "axisPointer": {"type": "line", "lineStyle": {"color": INK, "width": 0.7}},
        },
        "legend": {
            "top": 4,
            "left": "center",
            "icon": "roundRect",
            "itemWidth": 12,
            "itemHeight": 4,
            "textStyle": {"color": INK, "fontSize": 12},
        },
    }


def axis(kind: str, **more: Any) -> Option:
    """An axis in the shared style; ``more`` overrides."""
    style: Option = {
        "type": kind,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {"color": INK, "fontSize": 11, "hideOverlap": True},
        "splitLine": {"show": kind == "value", "lineStyle": {"color": GRID}},
        "nameTextStyle": {"color": INK, "fontSize": 11},
    }
    return style | more


def line(name: str, points: list[Any], colour: str, **more: Any) -> Option:
    """A line through ``[x, y]`` points, broken where y is None; on an axis of categories through one y for each."""
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
