"""Spot markets: one asset for another, orders backed by funds (0080-SPOT); the network's own purchases (0097-PAPU)."""

from vega_mesa.protocol.spot.automated_purchase import (
    AutomatedPurchase,
    AutomatedPurchaseState,
    check_terms,
)
from vega_mesa.protocol.spot.market import SpotMarket

__all__ = ["AutomatedPurchase", "AutomatedPurchaseState", "SpotMarket", "check_terms"]
