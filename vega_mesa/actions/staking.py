"""The governance token: associating it and delegating it (0059-STKG)."""

from __future__ import annotations

from vega_mesa.actions.bridging import Bridging
from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.commands.staking import (
    AssociateTokens,
    DelegateSubmission,
    DissociateTokens,
    EthereumStake,
    EthereumUnstake,
    UndelegateSubmission,
)
from vega_mesa.protocol.refusal import Refused
from vega_mesa.units import Number, from_integer


class Staking(Bridging):
    """Associates tokens, which give weight to votes, and delegates them to validators."""

    def governance_asset(self) -> str:
        """Id of the governance token."""
        return self.model.exchange.network_parameters.string("reward.asset")

    def stake(self) -> float:
        """Associated tokens."""
        try:
            amount = self.model.exchange.stake.available(self.key)
        except Refused:  # has never associated any
            return 0.0
        return from_integer(amount, self.model.exchange.assets.decimals(self.governance_asset()))

    def associate(self, amount: Number) -> Transaction:
        """Associate tokens of the general account: they count for votes from now on."""
        return self.send(AssociateTokens(amount=self.asset_amount(self.governance_asset(), amount)))

    def dissociate(self, amount: Number) -> Transaction:
        """Take associated tokens back to the general account."""
        return self.send(DissociateTokens(amount=self.asset_amount(self.governance_asset(), amount)))

    def associate_on_ethereum(self, amount: Number, party: str = "") -> Transaction:
        """Put tokens of the agent's wallet on the staking bridge, for a party (itself by default)."""
        return self.send(EthereumStake(amount=self.asset_amount(self.governance_asset(), amount), party=party))

    def dissociate_on_ethereum(self, amount: Number, party: str = "") -> Transaction:
        """Take tokens off the staking bridge."""
        return self.send(EthereumUnstake(amount=self.asset_amount(self.governance_asset(), amount), party=party))

    def delegate(self, validator: str, amount: Number) -> Transaction:
        """Delegate associated tokens to a validator from the next epoch on."""
        amount_ = self.asset_amount(self.governance_asset(), amount)
        return self.send(DelegateSubmission(node_id=validator, amount=amount_))

    def undelegate(self, validator: str, amount: Number = 0, *, now: bool = False) -> Transaction:
        """Take a delegation back (0: all of it), at the end of the epoch or now."""
        amount_ = self.asset_amount(self.governance_asset(), amount)
        return self.send(UndelegateSubmission(node_id=validator, amount=amount_, now=now))
