"""What each provider earns on its capital."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import Option
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.providers import Providers, lines, providers_of


@solara.component
def ProviderReturnsPanel(model: Model) -> None:
    """Return on capital since the start."""
    ChartCard("Return on capital", model, option, providers_of)


def option(reading: Providers) -> Option:
    """Profit over all that it brought: fees, spread and losses to the informed, less penalties."""
    return lines(reading, "return_on_capital", percent=True)
