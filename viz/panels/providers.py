"""The providers side by side: how good they are, and what came of it."""

from __future__ import annotations

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.panels.accounts import amount
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.table import Row, table
from vega_mesa.viz.providers import Provider, Providers, providers_of

COLUMNS = ("provider", "half spread", "away", "share", "SLA", "fees", "bond", "penalties", "return")


@solara.component
def ProvidersPanel(model: Model) -> None:
    """A table: providers down, quality and results across."""
    update_counter.get()
    reading = providers_of(model)
    with Card(f"Liquidity providers, {reading.asset}" if reading.asset else "Liquidity providers"):
        table(COLUMNS, rows(reading), words=COLUMNS[:1], empty="nobody has committed yet")


def rows(reading: Providers) -> list[Row]:
    """The cells as words, one row a provider."""
    return [Row(provider.name, (provider.name, *_cells(provider))) for provider in reading.providers]


def _cells(provider: Provider) -> list[str]:
    quality = [f"{provider.half_spread:.3%}", f"{provider.inactivity:.0%}"]
    if not provider.samples:
        return quality + ["-"] * (len(COLUMNS) - 1 - len(quality))
    last = provider.samples[-1]
    return [
        *quality,
        f"{last.equity_like_share:.1%}",
        "-" if last.service_level is None else f"{last.service_level:.0%}",
        amount(last.liquidity_fees),
        amount(last.bond),
        amount(last.penalties),
        f"{last.return_on_capital:.2%}",
    ]
