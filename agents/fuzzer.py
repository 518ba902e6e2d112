"""An agent that means no good, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.agents.checks import at_least
from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.random_commands import RandomCommands, vocabulary_of
from vega_mesa.errors import ConfigError, InvariantBroken, VegaMesaError
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class FuzzingAgent(FundedTrader):
    """Throws random commands at the network: every kind, valid, valid-looking and invalid.

    Random testing after B. P. Miller, L. Fredriksen, B. So, An empirical study of the reliability of UNIX utilities,
    Communications of the ACM 33 (1990) 32-44; with commands made from what their fields may hold and from the ids that
    exist, so that they reach deep. What the network refuses is counted, and so are this package's named errors for what
    cannot be understood; anything else that is raised is a defect and is let through, a broken invariant too.

    Args:
        commands: in a step.
        kinds: names of the commands to send, ``OrderSubmission``...; None for all that there are.
        sense: part of the commands that are plain orders, amendments, cancellations and stop orders near the price.
        junk: part of the commands in which some field, or the command itself, may be anything.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        commands: int = 10,
        kinds: Iterable[str] | None = None,
        sense: float = 0.3,
        junk: float = 0.1,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key)
        for field, value in (("sense", sense), ("junk", junk)):
            if not 0 <= value <= 1:
                raise ConfigError(field, value, "a fraction, 0 to 1")
        self.commands = at_least("commands", commands, 0)
        self.source = RandomCommands(self.random, kinds=kinds, sense=sense, junk=junk)
        self.accepted = self.refused = 0
        self.mistakes: dict[str, int] = {}  # by the name of the error
        self.refusals: dict[str, int] = {}  # by the beginning of the network's text

    @property
    def sent(self) -> int:
        """How many commands it has tried, whatever became of them."""
        return self.accepted + self.refused + sum(self.mistakes.values())

    def step(self) -> None:
        """Throw."""
        for _ in range(self.commands):
            markets = list(self.model.exchange.markets)
            market = self.random.choice(markets) if markets else None
            command = self.source.draw(vocabulary_of(self, market))
            try:
                transaction = self.send(command)
            except InvariantBroken:
                raise
            except VegaMesaError as mistake:
                name = type(mistake).__name__
                self.mistakes[name] = self.mistakes.get(name, 0) + 1
                continue
            if transaction.error is None:
                self.accepted += 1
            else:
                self.refused += 1
                text = transaction.error[:40]
                self.refusals[text] = self.refusals.get(text, 0) + 1
