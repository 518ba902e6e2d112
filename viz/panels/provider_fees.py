"""What the market pays each provider for its liquidity."""

from __future__ import annotations

import solara
from mesa import Model

from vega_mesa.viz.charts import Option
from vega_mesa.viz.panels.card import ChartCard
from vega_mesa.viz.providers import Providers, lines, providers_of


@solara.component
def ProviderFeesPanel(model: Model) -> None:
    """Liquidity fees since the start."""
    ChartCard("Liquidity fees received", model, option, providers_of)


def option(reading: Providers) -> Option:
    """Paid out at the end of each epoch, performance bonus included."""
    return lines(reading, "liquidity_fees", step=True)
