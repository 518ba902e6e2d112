"""The pages of the console, one a module: each a Solara component of the model."""

from collections.abc import Callable
from typing import Any, Final

from vega_mesa.viz.pages.agents import AgentsPage
from vega_mesa.viz.pages.governance import GovernancePage
from vega_mesa.viz.pages.ledger import LedgerPage
from vega_mesa.viz.pages.liquidity import LiquidityPage
from vega_mesa.viz.pages.market import MarketPage
from vega_mesa.viz.pages.trade import TradePage

PAGES: Final[dict[str, Callable[..., Any]]] = {
    "Market": MarketPage,
    "Trade": TradePage,
    "Agents": AgentsPage,
    "Liquidity": LiquidityPage,
    "Governance": GovernancePage,
    "Ledger": LedgerPage,
}

__all__ = ["PAGES"]
