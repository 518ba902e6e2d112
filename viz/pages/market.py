"""The market: candles, book, depth, trades and where it stands."""

from __future__ import annotations

import solara

from vega_mesa.model import VegaModel
from vega_mesa.viz.panels.candles import CandlesPanel
from vega_mesa.viz.panels.depth import DepthPanel
from vega_mesa.viz.panels.ladder import LadderPanel
from vega_mesa.viz.panels.state import MarketStrip
from vega_mesa.viz.panels.trades import TradesPanel


@solara.component
def MarketPage(model: VegaModel) -> None:
    """The whole page."""
    with solara.v.Html(tag="div", class_="vega-page vega-market"):
        MarketStrip(model)
        CandlesPanel(model)
        LadderPanel(model)
        DepthPanel(model)
        TradesPanel(model)
