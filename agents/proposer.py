"""What agents that govern share: a stake to vote with, and the patience to see a proposal through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.agent import VegaAgent
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError, Unsupported
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.protocol.commands.governance import Change, UpdateNetworkParameter
from vega_mesa.units import NANOSECONDS, to_decimal

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

PATIENCE: Final = 500  # blocks to wait for something that governance or the bridge must do
_EASY: Final = (("minClose", "1s"), ("minEnact", "1s"), ("minProposerBalance", "1"), ("minVoterBalance", "1"))


class Proposer(VegaAgent):
    """Proposes changes and votes for them, with tokens from the faucet (0028-GOVE).

    Before the run, :meth:`enact` makes blocks until the change has happened. While it runs, :meth:`start` proposes, and
    every step votes for what was started.

    Args:
        voting: how many blocks there are to vote.
    """

    def __init__(self, model: VegaModel, *, voting: int = 2, key: str | None = None) -> None:
        super().__init__(model, key=key)
        self.voting = voting
        self.started: list[str] = []  # ids of proposals that wait for this agent's vote

    def step(self) -> None:
        """Vote for what was started."""
        self.started = [id for id in self.started if self._still_to_vote(id)]

    # -- before the run --------------------------------------------------------------------------------------------

    def stake_tokens(self) -> None:
        """Mint governance tokens and associate them; once is enough."""
        if self.stake() > 0:
            return
        token = self.governance_asset()
        source = self.model.exchange.assets.get(token).details.source
        if not isinstance(source, BuiltinSource):
            raise Unsupported("reward.asset", token, "a built-in asset: the agent mints what it votes with")
        amount = to_decimal(source.max_faucet_amount_mint, self.model.exchange.assets.decimals(token))
        self.done(self.mint(token, amount), "minting the governance token")
        self.wait_until(lambda: self.balance(token) > 0, "the governance token to arrive")
        self.done(self.associate(self.balance(token)), "associating the governance token")

    def enact(self, changes: Change | Iterable[Change]) -> list[str]:
        """Propose changes all at once, vote for them, and make blocks until they have happened.

        Returns:
            Ids of the proposals.

        Raises:
            ConfigError: the network refuses one; with its words.
        """
        self.stake_tokens()
        wanted = list(changes) if isinstance(changes, Iterable) else [changes]
        closes, enacts = self.blocks(self.voting), self.blocks(self.voting + 1)
        proposals = [self.propose(change, closes_in=closes, enacts_in=enacts) for change in wanted]
        for change, proposal in zip(wanted, proposals, strict=True):
            self.pass_vote(proposal, getattr(change, "key", type(change).__name__))
        for proposal in proposals:
            self.await_state(proposal.id)
        return [proposal.id for proposal in proposals]

    def make_easy(self, family: str) -> None:
        """Vote down what keeps a kind of proposals for the rich and the patient.

        Args:
            family: of ``governance.proposal.<family>...``, e.g. ``referralProgram``.
        """
        parameters = self.model.exchange.network_parameters
        names = [(f"governance.proposal.{family}.{field}", value) for field, value in _EASY]
        self.enact(
            UpdateNetworkParameter(key=name, value=value) for name, value in names if parameters.text(name) != value
        )

    def pass_vote(self, proposal: Transaction, what: str = "a change") -> None:
        """Vote for a proposal, as soon as it takes votes."""
        self.done(proposal, f"proposing {what}")
        self.wait_until(lambda: self.works(self.vote(proposal.id)), "a vote to be taken")

    def await_state(self, id: str, state: str = "STATE_ENACTED") -> None:
        """Wait until a proposal reaches a state, or is enacted."""
        reached = ("STATE_ENACTED", state)
        self.wait_until(lambda: self.proposal_state(id) in reached, f"a proposal to reach {state}")

    # -- during the run --------------------------------------------------------------------------------------------

    def start(self, change: Change, **times: Any) -> Transaction:
        """Propose now; the steps that follow vote. The network's refusal is the transaction's ``error``."""
        times = {"closes_in": self.blocks(self.voting + 1), "enacts_in": self.blocks(self.voting + 2)} | times
        proposal = self.propose(change, **times)
        if proposal.error is None:
            self.started.append(proposal.id)
        return proposal

    def _still_to_vote(self, id: str) -> bool:
        """Vote; whether to try again, because the proposal waits for its turn or does not take votes yet."""
        state = self.proposal_state(id)
        if state is None:
            return bool(self.model.chain.mempool.waiting)
        if state not in ("STATE_OPEN", "STATE_WAITING_FOR_NODE_VOTE"):
            return False
        return self.vote(id).error is not None

    # -- waiting ---------------------------------------------------------------------------------------------------

    def blocks(self, number: int) -> float:
        """So many blocks in seconds; at least so many seconds, since proposals count in whole ones."""
        return number * max(1.0, self.model.chain.genesis.block_duration / NANOSECONDS)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Make blocks until something is so.

        Raises:
            ConfigError: it does not come to pass.
        """
        for _ in range(PATIENCE):
            if condition():
                return
            self.model.chain.next_block()
        raise ConfigError("network_parameters", what, f"values that let it happen within {PATIENCE} blocks")

    def works(self, transaction: Transaction) -> bool:
        """Whether a transaction is accepted, also where transactions wait to be ordered."""
        self.model.chain.wait_for_total_catchup()
        return transaction.error is None

    def done(self, transaction: Transaction, what: str) -> None:
        """Insist that a transaction is accepted.

        Raises:
            ConfigError: it is not; with the network's words.
        """
        if not self.works(transaction):
            raise ConfigError("network_parameters", f"{what}: {transaction.error}", "values that allow it")
