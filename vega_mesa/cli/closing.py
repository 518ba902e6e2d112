"""The closing table of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from vega_mesa.actions.receipt import in_plain_words
from vega_mesa.experiments.standing import balances_by_type, groups

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

MARKET_FIGURES = (
    "steps", "blocks", "transactions", "market_state", "mark_price", "last_price", "trades", "volume",
    "open_interest", "insurance_pool", "refused_orders",
)  # fmt: skip


def show(console: Console, name: str, model: VegaModel) -> None:
    """Print how the run ended: the market, the agents by type, the accounts by kind."""
    for table in (market_table(name, model), agents_table(model), accounts_table(model), refused_orders_table(model)):
        if table.row_count:
            console.print(table)
            console.print()


def market_table(name: str, model: VegaModel) -> Table:
    """The figures of the market and of the run."""
    table = _table(f"{name}, seed {model.seed}", "", "")
    summary = model.summary()
    for figure in MARKET_FIGURES:
        table.add_row(figure.replace("_", " "), _shown(summary.get(figure)))
    return table


def agents_table(model: VegaModel) -> Table:
    """Accounts and profit of the agents, by type."""
    asset = "" if model.market is None else model.exchange.assets.get(model.market.asset).details.symbol
    table = _table(f"Agents by type, {asset}", "type", "agents", "general", "margin", "bond", "position", "profit")
    for group in groups(model):
        figures = (group.general, group.margin, group.bond, group.position, group.profit)
        table.add_row(group.name, str(group.agents), *(_shown(figure) for figure in figures))
    return table


def accounts_table(model: VegaModel) -> Table:
    """Where the money is; the external account is what came in over the bridge, with the sign turned."""
    table = _table("Accounts by kind", "asset", "accounts", "balance")
    for asset, kind, balance in balances_by_type(model):
        table.add_row(asset, kind, _shown(balance))
    return table


def refused_orders_table(model: VegaModel) -> Table:
    """Orders that came to nothing, by reason, the most frequent first."""
    table = _table("Refused orders", "reason", "times")
    for reason, times in model.tally.refused_orders.most_common():
        table.add_row(in_plain_words(reason), _shown(times))
    return table


def unbalanced(model: VegaModel) -> list[str]:
    """The assets whose accounts do not add up, each with what is too much or too little."""
    assets = model.exchange.assets
    found = []
    for asset, excess in model.imbalance().items():
        symbol = assets.get(asset).details.symbol if asset in assets.by_id else asset
        found.append(f"{symbol} is off by {excess} of its smallest unit")
    return found


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=any(columns), box=None)
    for number, column in enumerate(columns):
        text = number == 0 or column == "accounts"
        table.add_column(column, justify="left" if text else "right", style="cyan" if number == 0 else "", no_wrap=True)
    return table


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float) and abs(value) >= 100_000:
        return f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value).removeprefix("STATE_").replace("_", " ").lower()
