"""Keys as the network makes them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


def network_key(model: VegaModel, name: str) -> str:
    """A key of 64 hexadecimal digits, as transfers need one at both ends: the next one of a name in a model."""
    number = sum(1 for agent in model.agents if type(agent).__name__ == name)
    return sha256(f"{name}-{number}".encode()).hexdigest()
