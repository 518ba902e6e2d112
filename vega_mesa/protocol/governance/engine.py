"""Proposals from submission to enactment (0028-GOVE)."""

from __future__ import annotations

from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.commands.governance import BatchProposalSubmission, ProposalSubmission, VoteSubmission
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.governance.enactor import Enactor
from vega_mesa.protocol.governance.proposals import Proposal
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.staking import StakeView


class Governance:
    """All proposals."""

    def __init__(
        self, bus: EventBus, parameters: NetworkParameters, assets: Assets, stake: StakeView, enactor: Enactor
    ) -> None:
        self.proposals: dict[str, Proposal] = {}
        """Every proposal ever accepted or rejected, by id, in order of submission."""

    def submit(self, party: str, submission: ProposalSubmission, id: str, now: int) -> Proposal:
        """Take a proposal; its id is the transaction's first id, also of the market or asset that it creates."""
        raise NotImplementedError

    def submit_batch(self, party: str, submission: BatchProposalSubmission, id: str, now: int) -> list[Proposal]:
        """Take a batch; its changes get the ids after the batch's own."""
        raise NotImplementedError

    def vote(self, party: str, submission: VoteSubmission, now: int) -> None:
        """Take a vote on a proposal or a batch."""
        raise NotImplementedError

    def tick(self, now: int) -> None:
        """Close and enact what is due: the last thing that a block's beginning does."""
        raise NotImplementedError
