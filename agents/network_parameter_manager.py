"""The party that turns the network's screws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vega_mesa.agents.proposer import Proposer
from vega_mesa.protocol.commands.governance import UpdateNetworkParameter

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class NetworkParameterManager(Proposer):
    """Votes values of network parameters in: some before the run, some in the middle of it (0054-NETP, 0028-GOVE).

    A value that is known from the start needs no vote: give it to the model as ``network_parameters``. This is for
    changes that agents live through.

    Args:
        parameters: values by their Vega names, in force before the first step.
        changes: by step, values that are proposed in it and come into force a few blocks later.
        voting: how many blocks there are to vote.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        parameters: Mapping[str, str] | None = None,
        changes: Mapping[int, Mapping[str, str]] | None = None,
        voting: int = 2,
        key: str | None = None,
    ) -> None:
        super().__init__(model, voting=voting, key=key)
        self.parameters = dict(parameters or {})
        self.changes = {step: dict(values) for step, values in (changes or {}).items()}
        self.refused: dict[str, str] = {}  # what the network said, by parameter

    def initialise(self) -> None:
        """Vote the first values in."""
        if self.parameters:
            self.enact(UpdateNetworkParameter(key=name, value=value) for name, value in self.parameters.items())
        if self.changes:
            self.stake_tokens()

    def step(self) -> None:
        """Propose what is due, vote for what was proposed."""
        for name, value in self.changes.get(self.model.step_count, {}).items():
            proposal = self.start(UpdateNetworkParameter(key=name, value=value))
            if proposal.error is not None:
                self.refused[name] = proposal.error
        super().step()
