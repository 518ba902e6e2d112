"""The nearest prices of the book, asks above bids, with their volumes."""

from __future__ import annotations

from typing import Any

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price
from vega_mesa.viz.reading import Level, Reading

LEVELS = 8  # of each side


@solara.component
def LadderPanel(model: Model) -> None:
    """Price levels; a side with fewer keeps its place."""
    update_counter.get()
    with Card("Book"):
        children = [_line(*row) for row in rows(reading_of(model))]
        solara.v.Html(tag="div", class_="vega-ladder", children=children)


def rows(reading: Reading) -> list[tuple[str, str, str, float]]:
    """Side, price, volume and how wide its bar is, from the highest ask to the lowest bid."""
    asks, bids = _volumes(reading.asks), _volumes(reading.bids)
    widest = max((volume for _, volume in asks + bids), default=1.0) or 1.0
    spread = None
    if asks and bids:
        spread = asks[0][0] - bids[0][0]
    return [
        *_side("ask", asks, widest)[::-1],
        ("spread", "spread", price(spread), 0.0),
        *_side("bid", bids, widest),
    ]


def _volumes(levels: list[Level]) -> list[tuple[float, float]]:
    """Prices with their own volumes, best first."""
    before, found = 0.0, []
    for level in levels[:LEVELS]:
        found.append((level.price, level.cumulative - before))
        before = level.cumulative
    return found


def _side(name: str, levels: list[tuple[float, float]], widest: float) -> list[tuple[str, str, str, float]]:
    found = [(name, price(at), f"{volume:,.6g}", volume / widest) for at, volume in levels]
    return found + [(name, "", "", 0.0)] * (LEVELS - len(found))


def _line(kind: str, at: str, volume: str, width: float) -> Any:
    cells = [solara.v.Html(tag="span", children=[text or "\u00a0"]) for text in (at, volume)]
    bar = solara.v.Html(tag="i", style_=f"width: {100 * width:.1f}%")
    return solara.v.Html(tag="div", class_=f"vega-level vega-{kind}", children=[bar, *cells])
