"""Where the money is: the accounts of each type of agent."""

from __future__ import annotations

import solara
from mesa import Model
from mesa.visualization.utils import update_counter

from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.panels.card import Card, table
from vega_mesa.viz.reading import Reading

COLUMNS = ("agents", "general", "margin", "bond", "position", "profit")


@solara.component
def AccountsPanel(model: Model) -> None:
    """A table: agent types down, accounts across, in the settlement asset."""
    update_counter.get()
    reading = reading_of(model)
    with Card(f"Accounts by agent type, {reading.asset}" if reading.asset else "Accounts by agent type"):
        solara.v.SimpleTable(dense=True, class_="vega-table", children=table(COLUMNS, rows(reading), total="all"))


def rows(reading: Reading) -> list[tuple[str, list[str]]]:
    """The cells as words, one row a type and their sum at the end."""
    cells = [
        (
            group.name,
            [f"{group.agents}", *(amount(getattr(group, column)) for column in COLUMNS[1:])],
        )
        for group in reading.groups
    ]
    total = [amount(sum(getattr(group, column) for group in reading.groups)) for column in COLUMNS[1:]]
    return [*cells, ("all", [str(sum(group.agents for group in reading.groups)), *total])]


def amount(value: float) -> str:
    """A number as people read it in a narrow column: three or four digits, then k or M."""
    size = abs(value)
    if size >= 1_000_000:
        return f"{value / 1_000_000:,.2f}M"
    if size >= 10_000:
        return f"{value / 1_000:,.1f}k"
    return f"{value:,.0f}" if size >= 1_000 else f"{value:,.2f}"
