"""Whose liquidity counts for how much."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import Option
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.providers import Providers, lines, providers_of


@solara.component
def ProviderSharesPanel(model: Model) -> None:
    """Equity-like shares."""
    ChartCard("Equity-like share", model, option, providers_of)


def option(reading: Providers) -> Option:
    """Each provider's part of the virtual stake of all."""
    return lines(reading, "equity_like_share", percent=True, step=True)
