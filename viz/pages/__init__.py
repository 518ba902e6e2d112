"""The pages of the console, one a module: each a Solara component of the model."""

from collections.abc import Callable
from typing import Any, Final

from vega_mesa.viz.pages.market import MarketPage
from vega_mesa.viz.pages.trade import TradePage

PAGES: Final[dict[str, Callable[..., Any]]] = {
    "Market": MarketPage,
    "Trade": TradePage,
}

__all__ = ["PAGES"]
