"""Perpetual futures: funding payments keep their price near an index (0053-PERP). In the making."""

from __future__ import annotations

from vega_mesa.protocol.markets.definition import PerpetualProduct
from vega_mesa.protocol.refusal import Refused


class Perpetual:
    """A perpetual future."""

    def __init__(self, terms: PerpetualProduct) -> None:
        raise Refused("product type is not supported")
