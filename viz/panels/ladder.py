"""The nearest prices of the book, asks above bids, with their volumes."""

from __future__ import annotations

from typing import Final, NamedTuple

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.markets import seen
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.state import price
from vega_mesa.viz.reading import Level, Reading

LEVELS: Final = 9  # of each side


class Line(NamedTuple):
    """A price of the book, or the line in its middle; ``width`` of its bar is a fraction."""

    kind: str
    price: str = ""
    volume: str = ""
    total: str = ""
    width: float = 0.0


@solara.component
def LadderPanel(model: Model) -> None:
    """Price levels; a side with fewer keeps its place."""
    update_counter.get()
    with Card("Book"):
        head = '<div class="vega-level vega-head"><span>price</span><span>size</span><span>total</span></div>'
        solara.HTML(tag="div", classes=["vega-ladder"], unsafe_innerHTML=head + "".join(map(_html, rows(seen(model)))))


def rows(reading: Reading) -> list[Line]:
    """From the highest ask to the lowest bid; in the middle the spread, in an auction what it would come to."""
    levels = [*reading.asks[:LEVELS], *reading.bids[:LEVELS]]
    widest = max((level.cumulative for level in levels), default=0.0) or 1.0
    middle = Line("spread", "spread")
    if reading.indicative is not None:
        middle = Line("spread", price(reading.indicative[0]), f"{reading.indicative[1]:,.6g}", "auction")
    elif reading.best_ask is not None and reading.best_bid is not None:
        middle = Line("spread", "spread", price(round(reading.best_ask - reading.best_bid, 10)))
    return [*_side("ask", reading.asks, widest)[::-1], middle, *_side("bid", reading.bids, widest)]


def _side(kind: str, levels: list[Level], widest: float) -> list[Line]:
    """Best first."""
    before, found = 0.0, []
    for level in levels[:LEVELS]:
        volume, total = f"{level.cumulative - before:,.6g}", f"{level.cumulative:,.6g}"
        found.append(Line(kind, price(level.price), volume, total, level.cumulative / widest))
        before = level.cumulative
    return found + [Line(kind)] * (LEVELS - len(found))


def _html(line: Line) -> str:
    """Numbers and words of our own only."""
    cells = "".join(f"<span>{text}</span>" for text in (line.price, line.volume, line.total))
    return f'<div class="vega-level vega-{line.kind}"><i style="width:{line.width:.1%}"></i>{cells}</div>'
