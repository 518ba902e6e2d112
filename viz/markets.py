"""The markets of a model, and the one that a visitor looks at: one choice for all pages."""

from __future__ import annotations

import solara

from vega_mesa.errors import UnknownMarket
from vega_mesa.model import VegaModel
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.viz.observer import reading_of
from vega_mesa.viz.reading import Reading

market_in_hand: solara.Reactive[str] = solara.reactive("")


def markets(model: VegaModel) -> dict[str, str]:
    """Ids and names of the markets that were not rejected, the oldest first; two of one name differ by their ids."""
    found = {id: one for id, one in model.exchange.markets.items() if one.state is not MarketState.REJECTED}
    names = [one.definition.code or one.definition.name for one in found.values()]
    return {
        id: name if names.count(name) == 1 else f"{name} \u00b7 {id[:6]}" for id, name in zip(found, names, strict=True)
    }


def chosen(model: VegaModel) -> TradingMarket | None:
    """The market that the visitor has chosen, the first of the model before; None while there is none."""
    if market_in_hand.value:
        try:
            return model.find_market(market_in_hand.value)
        except UnknownMarket:  # it was chosen in another model
            pass
    return model.market


def seen(model: VegaModel) -> Reading:
    """The chosen market as it is now."""
    return reading_of(model, chosen(model))
