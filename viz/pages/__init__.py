"""The pages of the console, one a module: each a Solara component of the model."""

from collections.abc import Callable
from typing import Any, Final

import solara

from vega_mesa.model import VegaModel
from vega_mesa.viz import session
from vega_mesa.viz.pages.agents import AgentsPage
from vega_mesa.viz.pages.governance import GovernancePage
from vega_mesa.viz.pages.ledger import LedgerPage
from vega_mesa.viz.pages.liquidity import LiquidityPage
from vega_mesa.viz.pages.market import MarketPage
from vega_mesa.viz.pages.run import RunPage
from vega_mesa.viz.pages.trade import TradePage

PAGES: Final[dict[str, Callable[..., Any]]] = {
    "Market": MarketPage,
    "Trade": TradePage,
    "Agents": AgentsPage,
    "Liquidity": LiquidityPage,
    "Governance": GovernancePage,
    "Ledger": LedgerPage,
    "Run": RunPage,
}

__all__ = ["PAGES", "Pages"]


@solara.component
def Pages(model: VegaModel) -> None:
    """A tab a page, and the page that is open."""
    shown = session.page.value
    with solara.v.Html(tag="div", class_="vega-console"):
        solara.v.Tabs(
            v_model=shown,
            on_v_model=session.turn_to,
            class_="vega-tabs",
            height=36,
            children=[solara.v.Tab(children=[page]) for page in PAGES],
        )
        list(PAGES.values())[shown](model).key(f"{shown}-{id(model)}")
