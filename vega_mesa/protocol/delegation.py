"""Delegation of associated tokens to validators (0059-STKG)."""

from __future__ import annotations

from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.staking import StakeView
from vega_mesa.protocol.validators import ValidatorData, Validators


class Delegation:
    """Who has delegated how much to whom, in this epoch and in the next."""

    def __init__(self, bus: EventBus, stake: StakeView, validators: Validators) -> None:
        self.minimum_amount = 0
        """Asset decimals; ``trunc(validators.delegation.minAmount)``, kept by the exchange."""

    def delegate(self, party: str, node: str, amount: int) -> None:
        """Delegate from the next epoch on."""
        raise NotImplementedError

    def undelegate(self, party: str, node: str, amount: int) -> None:
        """Take back at the end of the epoch."""
        raise NotImplementedError

    def undelegate_now(self, party: str, node: str, amount: int) -> None:
        """Take back at once."""
        raise NotImplementedError

    def tick(self, now: int) -> None:
        """Reconcile with the stakes, every 30 seconds."""
        return None

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Note the epoch."""
        return None

    def end_epoch(self, epoch: Epoch) -> list[ValidatorData]:
        """Close the epoch (rewards call it at their turn): what each validator had, then next becomes current."""
        return []
