"""What a market trades: what settles, when, and what margins have to add (0016-PFUT, 0053-PERP)."""

from vega_mesa.protocol.products.future import Future
from vega_mesa.protocol.products.perpetual import Perpetual

__all__ = ["Future", "Perpetual"]
