"""What stands behind each commitment: it shrinks when penalties take it."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import Option
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.providers import Providers, lines, providers_of


@solara.component
def ProviderBondsPanel(model: Model) -> None:
    """Bond accounts."""
    ChartCard("Bond", model, option, providers_of)


def option(reading: Providers) -> Option:
    """Balance of each bond account."""
    return lines(reading, "bond", step=True)
