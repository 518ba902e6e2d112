"""Where the money is: the accounts of each type of agent."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from vega_mesa.experiments.standing import Group, groups
from vega_mesa.model import VegaModel
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.panels.card import Card
from vega_mesa.viz.panels.table import Row, table

COLUMNS = ("type", "agents", "general", "margin", "bond", "position", "profit")


@solara.component
def AccountsPanel(model: VegaModel) -> None:
    """A table: agent types down, accounts across, in the settlement asset."""
    update_counter.get()
    with lock_of(model):
        found = groups(model)
    with Card("Accounts by agent type"):
        table(COLUMNS, rows(found), words=COLUMNS[:1])


def rows(found: list[Group]) -> list[Row]:
    """The cells as words, one row a type and their sum at the end."""
    money = COLUMNS[2:]
    cells = [
        Row(group.name, (group.name, f"{group.agents}", *(amount(getattr(group, column)) for column in money)))
        for group in found
    ]
    total = [amount(sum(getattr(group, column) for group in found)) for column in money]
    return [*cells, Row("all", ("all", f"{sum(group.agents for group in found)}", *total), "vega-total")]


def amount(value: float) -> str:
    """A number as people read it in a narrow column: three or four digits, then k or M."""
    value = round(value, 2) + 0.0  # which takes the sign from a zero
    size = abs(value)
    if size >= 1_000_000:
        return f"{value / 1_000_000:,.2f}M"
    if size >= 10_000:
        return f"{value / 1_000:,.1f}k"
    return f"{value:,.0f}" if size >= 1_000 else f"{value:,.2f}"
