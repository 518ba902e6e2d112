"""What every action stands on: the agent's key, its model, and the way into a block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import InvalidCommand

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

_WORD_ENDS: Final = re.compile("(?<=[a-z])(?=[A-Z])")


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
        try:
            return self.model.chain.submit(self.key, command)
        except InvalidCommand as mistake:
            name = _WORD_ENDS.sub("_", type(command).__name__).lower()  # as Vega calls it before each of its fields
            raise InvalidCommand(str(mistake).replace(f"{name}.", "")) from None
