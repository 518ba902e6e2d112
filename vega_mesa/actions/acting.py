"""What every action stands on: the agent's key, its model, and the way into a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vega_mesa.chain.transaction import Transaction

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class Acting:
    """A party of the network that sends commands."""

    model: VegaModel
    key: str

    def send(self, command: Any) -> Transaction:
        """Send a command of :mod:`vega_mesa.protocol.commands` under this agent's key.

        Returns:
            The transaction; a refusal is its ``error``, in Vega's words.

        Raises:
            VegaMesaError: the command is a mistake; nothing has changed.
        """
        return self.model.chain.submit(self.key, command)
