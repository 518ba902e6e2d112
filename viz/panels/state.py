"""Where the market stands: its name, state and trading mode, clock, and the numbers of the moment."""

from __future__ import annotations

from html import escape

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.model import VegaModel
from vega_mesa.viz.desk import alone
from vega_mesa.viz.fields import box, choice, figures
from vega_mesa.viz.markets import chosen, market_in_hand, markets, seen
from vega_mesa.viz.reading import Reading


@solara.component
@alone
def MarketStrip(model: VegaModel, full: bool = True) -> None:
    """The choice of the market, chips for its state, and its figures in a line.

    Args:
        full: with the figures; a page that has no room does without.
    """
    update_counter.get()
    reading, market, found = seen(model), chosen(model), markets(model)
    with box("vega-strip"):
        with box("vega-row vega-strip-head"):
            items = [{"text": name, "value": id} for id, name in found.items()]
            if market is not None and market.id not in found:  # it has settled, and is gone
                items.append({"text": market.definition.code or market.definition.name, "value": market.id})
            choice("market", None if market is None else market.id, items, market_in_hand.set, disabled=not items)
            solara.HTML(tag="div", classes=["vega-chips"], unsafe_innerHTML=_chips(reading))
        if full:
            figures(tiles(reading), "vega-figures")


def chips(reading: Reading) -> list[tuple[str, str]]:
    """Words with their colours: state, mode, what triggered an auction, and whether the money adds up."""
    found = [
        (reading.state, "good" if reading.state == "active" else "plain"),
        (reading.mode, "good" if reading.mode == "continuous" else "waiting"),
    ]
    if reading.trigger:
        found.append((f"trigger: {reading.trigger}", "waiting"))
    found.append(("money adds up", "good") if reading.conserved else ("money does not add up", "bad"))
    return found


def tiles(reading: Reading) -> list[tuple[str, str]]:
    """Names and numbers."""
    spread = None
    if reading.best_bid is not None and reading.best_ask is not None:
        spread = round(reading.best_ask - reading.best_bid, 10)
    low, high = reading.bounds or (None, None)
    return [
        ("mark price", price(reading.mark)),
        ("best bid", price(reading.best_bid)),
        ("best ask", price(reading.best_ask)),
        ("spread", price(spread)),
        ("price bounds", "-" if low is None else f"{price(low)} \u2013 {price(high)}"),
        ("open interest", f"{reading.open_interest:,.4g}"),
        ("insurance pool", f"{reading.insurance:,.2f} {reading.asset}".rstrip()),
        ("block", f"{reading.block:,}"),
        ("network time", reading.time),
    ]


def price(value: float | None) -> str:
    """A price with as many digits as it needs; a hyphen where there is none."""
    return "-" if value is None else f"{value:,.10g}"


def _chips(reading: Reading) -> str:
    return "".join(f'<span class="vega-chip vega-{kind}">{escape(text)}</span>' for text, kind in chips(reading))
