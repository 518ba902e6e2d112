"""The market: prices, book, trades and where it stands."""

from __future__ import annotations

import solara

from vega_mesa.model import VegaModel
from vega_mesa.viz.panels import OF_MODEL, PANELS


@solara.component
def MarketPage(model: VegaModel) -> None:
    """The panels of the model."""
    with solara.v.Html(tag="div", class_="vega-page vega-market"):
        for panel in OF_MODEL.get(type(model).__module__.rpartition(".")[2], PANELS):
            panel(model)
