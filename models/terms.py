"""What the models share: the market that they trade, and how to have several or to change its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vega_mesa.actions.governance import MarketTerms
from vega_mesa.agents.market_manager import MarketManager
from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.agents.price_processes import PriceProcess

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


def market_terms(market: Path | str | Mapping[str, Any] | None) -> MarketTerms:
    """The proposal that a model was given, or a bitcoin future."""
    return BITCOIN_FUTURE if market is None else market


def change_terms(manager: MarketManager, **terms: Any) -> None:
    """Change fields of the :class:`vega_mesa.protocol.markets.definition.MarketDefinition` that a manager proposes."""
    manager.change = replace(manager.change, definition=replace(manager.change.definition, **terms))


class NextMarketManager(MarketManager):
    """Makes one more market, settled in the asset of the first: traders need one kind of money for all.

    Make it after the manager of the first market.

    Args:
        name: what the market's code and name end in, so that agents can tell it from the first.
        terms: of the market, see :class:`vega_mesa.agents.MarketManager`.
        prices: what the oracle reports at the end.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        name: str,
        terms: MarketTerms = BITCOIN_FUTURE,
        prices: PriceProcess | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(model, terms=terms, prices=prices, key=key)
        definition = self.change.definition
        change_terms(self, name=f"{definition.name} {name}", code=f"{definition.code}-{name}")

    @property
    def code(self) -> str:
        """What agents call the market."""
        return self.change.definition.code

    def _make_asset(self) -> str:
        return self.find_market().asset
