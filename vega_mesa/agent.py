"""VegaAgent: a Mesa agent that is a party of a Vega network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from vega_mesa import compat
from vega_mesa.actions.governance import Governing
from vega_mesa.actions.liquidity import ProvidingLiquidity
from vega_mesa.actions.referrals import Referring
from vega_mesa.actions.trading import Trading
from vega_mesa.actions.transfers import Transferring

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class VegaAgent(Trading, ProvidingLiquidity, Governing, Transferring, Referring, mesa.Agent):
    """A party with a key: override :meth:`step`, and :meth:`initialise` or :meth:`finalise` where it helps.

    Actions come by topic: trading, liquidity, bridging, staking, governance, transfers, referrals. An action returns
    what the protocol answered, refusals too; only a mistake of the caller raises.

    Args:
        key: the party key, unique in the model; by default the type with a number, ``MomentumTrader-3``.
    """

    model: VegaModel
    _ids = compat.AgentNumbers()

    def __init__(self, model: VegaModel, *, key: str | None = None) -> None:
        claimed = model.claim_key(self, key)  # first: who gets no key never becomes one of the model's agents
        super().__init__(model)
        self.key = claimed

    def initialise(self) -> None:
        """Prepare: called once, before the first step. Markets exist when those who make them are older."""

    def listen(self) -> None:
        """Subscribe to events, for who calls this when it initialises: a copy of the model, where nobody listens yet,
        calls it again.
        """

    def step(self) -> None:
        """Act: called once in each step of the model, in random order among the agents."""

    def finalise(self) -> None:
        """Tidy up: called once, after the last step; the youngest agent first."""

    def remove(self) -> None:
        """Leave the model; orders and positions stay."""
        self.model.schedule.forget(self)
        super().remove()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key}>"
