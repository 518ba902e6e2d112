"""What the models share: the market that they trade."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vega_mesa.actions.governance import MarketTerms
from vega_mesa.agents.market_presets import BITCOIN_FUTURE


def market_terms(market: Path | str | Mapping[str, Any] | None) -> MarketTerms:
    """The proposal that a model was given, or a bitcoin future."""
    return BITCOIN_FUTURE if market is None else market
