"""Where the market stands: state, trading mode, clock, and the numbers of the moment."""

from __future__ import annotations

from typing import Any

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.reading import Reading


@solara.component
def StatePanel(model: Model) -> None:
    """Chips for state and mode, tiles for the numbers."""
    update_counter.get()
    reading = reading_of(model)
    with Card(reading.market):
        solara.v.Html(tag="div", class_="vega-chips", children=[_chip(*chip) for chip in chips(reading)])
        solara.v.Html(tag="div", class_="vega-tiles", children=[_tile(*tile) for tile in tiles(reading)])


def chips(reading: Reading) -> list[tuple[str, str]]:
    """Words with their colours: state, mode, what triggered an auction, and whether the money adds up."""
    found = [
        (reading.state, "good" if reading.state == "active" else "plain"),
        (reading.mode, "good" if reading.mode == "continuous" else "waiting"),
    ]
    if not reading.history.steps:
        found.append(("press \u25b6 or Step to begin", "plain"))
    if reading.trigger:
        found.append((f"trigger: {reading.trigger}", "waiting"))
    found.append(("money adds up", "good") if reading.conserved else ("money does not add up", "bad"))
    return found


def tiles(reading: Reading) -> list[tuple[str, str]]:
    """Names and numbers."""
    spread = None
    if reading.best_bid is not None and reading.best_ask is not None:
        spread = reading.best_ask - reading.best_bid
    return [
        ("mark price", price(reading.mark)),
        ("best bid", price(reading.best_bid)),
        ("best ask", price(reading.best_ask)),
        ("spread", price(spread)),
        ("open interest", f"{reading.open_interest:,.4g}"),
        ("insurance pool", f"{reading.insurance:,.2f} {reading.asset}"),
        ("block", f"{reading.block:,}"),
        ("network time", reading.time),
    ]


def price(value: float | None) -> str:
    """A price with as many digits as it needs; a hyphen where there is none."""
    return "-" if value is None else f"{value:,.10g}"


def _chip(text: str, kind: str) -> Any:
    return solara.v.Html(tag="span", class_=f"vega-chip vega-{kind}", children=[text])


def _tile(name: str, value: str) -> Any:
    return solara.v.Html(
        tag="div",
        class_="vega-tile vega-wide" if len(value) > 16 else "vega-tile",
        children=[
            solara.v.Html(tag="div", class_="vega-tile-name", children=[name]),
            solara.v.Html(tag="div", class_="vega-tile-value", children=[value]),
        ],
    )
