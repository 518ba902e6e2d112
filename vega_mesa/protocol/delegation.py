"""Delegation of associated tokens to validators (0059-STKG). Amounts in asset decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import divide, exact, truncate
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.staking import DelegationBalanceUpdated
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeView
from vega_mesa.protocol.validators import ValidatorData, Validators

RECONCILE_EVERY: Final = 30 * SECOND
AUTOMATIC_FROM: Final = Decimal("0.95")  # part of the stake that is delegated
Amounts = dict[str, int]  # by node


class Delegation:
    """Who has delegated how much to whom, in this epoch and in the next.

    Who has delegated (nearly) all of the stake is in auto-delegation: new stake follows by itself at the next epoch's
    end, until the party undelegates or its stake falls below its delegations.
    """

    def __init__(self, bus: EventBus, stake: StakeView, validators: Validators) -> None:
        self.bus = bus
        self.stake = stake
        self.validators = validators
        self.minimum_amount = 0
        """Asset decimals; ``trunc(validators.delegation.minAmount)``, kept current by the exchange."""
        self.epoch = 0
        self._epoch_start = 0
        self._last_reconciliation = 0
        self._current: dict[str, Amounts] = {}
        self._next: dict[str, Amounts] = {}
        self._automatic: dict[str, bool] = {}  # parties, as an ordered set

    # -- reading ---------------------------------------------------------------------------------------------------

    def delegated(self, party: str, *, next_epoch: bool = False) -> Amounts:
        """What the party has delegated, by node."""
        return dict((self._next if next_epoch else self._current).get(party, {}))

    def is_automatic(self, party: str) -> bool:
        """Whether new stake of the party delegates itself."""
        return party in self._automatic

    # -- requests --------------------------------------------------------------------------------------------------

    def delegate(self, party: str, node: str, amount: int) -> None:
        """Delegate from the next epoch on.

        Raises:
            Refused: unknown node, no stake, too little, or more than is left.

        Emits: DelegationBalanceUpdated for the next epoch.
        """
        self._check_node(node)
        try:
            stake = self.stake.available(party)
        except Refused:
            raise Refused("cannot find staking account for the party") from None
        if amount < self.minimum_amount or amount <= 0:
            raise Refused("delegation amount is lower than the minimum amount for delegation for a validator")
        if sum(self._next.get(party, {}).values()) + amount > stake:
            raise Refused("insufficient balance for delegation")
        amounts = self._next.setdefault(party, {})
        amounts[node] = amounts.get(node, 0) + amount
        self._send(party, node, amounts[node], self.epoch + 1)

    def undelegate(self, party: str, node: str, amount: int) -> None:
        """Take an amount (0: all) back at the end of the epoch.

        Raises:
            Refused: unknown node, or more than is delegated for the next epoch.

        Emits: DelegationBalanceUpdated for the next epoch.
        """
        self._check_node(node)
        delegated = self._next.get(party, {}).get(node, 0)
        taken = amount or delegated
        if taken > delegated or delegated == 0:
            raise Refused("incorrect token amount for undelegation")
        self._reduce(self._next, party, node, taken, self.epoch + 1)
        self._automatic.pop(party, None)

    def undelegate_now(self, party: str, node: str, amount: int) -> None:
        """Take an amount (0: all) back at once.

        Raises:
            Refused: unknown node, or more than is delegated now or for the next epoch, whichever is more.

        Emits: DelegationBalanceUpdated for this epoch and the next.
        """
        self._check_node(node)
        current = self._current.get(party, {}).get(node, 0)
        coming = self._next.get(party, {}).get(node, 0)
        base = max(current, coming)
        taken = amount or base
        if taken > base or base == 0:
            raise Refused("incorrect token amount for undelegation")
        if current:
            self._reduce(self._current, party, node, min(current, taken), self.epoch)
        if coming:
            self._reduce(self._next, party, node, min(coming, taken), self.epoch + 1)
        self._automatic.pop(party, None)

    def _check_node(self, node: str) -> None:
        if node not in self.validators:
            raise Refused("invalid node ID")

    def _reduce(self, state: dict[str, Amounts], party: str, node: str, amount: int, epoch: int) -> None:
        amounts = state[party]
        left = amounts[node] - amount
        if left:
            amounts[node] = left
        else:
            del amounts[node]
            if not amounts:
                del state[party]
        self._send(party, node, left, epoch)

    # -- time ------------------------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        """Reconcile with the stakes when 30 seconds have passed since the last time."""
        if self._last_reconciliation and now - self._last_reconciliation >= RECONCILE_EVERY:
            self._last_reconciliation = now
            self._reconcile(self._epoch_start, now)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Note the epoch; the first one starts the clock of the reconciliation."""
        self.epoch = epoch.sequence
        self._epoch_start = epoch.start
        if not self._last_reconciliation:
            self._last_reconciliation = epoch.start

    def end_epoch(self, epoch: Epoch) -> list[ValidatorData]:
        """Close an epoch; the rewards engine calls this at its turn among the listeners of the end.

        Reconcile, read what each validator had, promote next to current, delegate new stake automatically, and see
        who is in auto-delegation from now on.

        Returns:
            In ascending order of node.

        Emits: DelegationBalanceUpdated for the epoch that follows and the one after.
        """
        self._reconcile(epoch.start, epoch.end)
        data = self.validator_data()
        unchanged = {party: self._current.get(party) == amounts for party, amounts in self._next.items()}
        self._promote(epoch.sequence + 1)
        for party in sorted(self._automatic):
            if unchanged.get(party):
                self._delegate_new_stake(party, epoch.sequence + 1)
        self._join_automatic()
        return data

    def validator_data(self) -> list[ValidatorData]:
        """What each validator has in the running epoch, in ascending order of node."""
        own: dict[str, int] = dict.fromkeys(self.validators.keys, 0)
        others: dict[str, list[tuple[str, int]]] = {node: [] for node in self.validators.keys}
        for party in sorted(self._current):
            for node, amount in self._current[party].items():
                if node not in own:
                    continue
                if self.validators.keys[node] == party:
                    own[node] += amount
                else:
                    others[node].append((party, amount))
        return [
            ValidatorData(
                node=node,
                public_key=self.validators.keys[node],
                self_stake=own[node],
                delegated=sum(amount for _, amount in others[node]),
                delegators=tuple(others[node]),
            )
            for node in sorted(own)
        ]

    def _promote(self, new_epoch: int) -> None:
        before, self._current = self._current, {party: dict(amounts) for party, amounts in self._next.items()}
        for party in sorted({**before, **self._current}):
            old, new = before.get(party, {}), self._current.get(party, {})
            for node in sorted({**old, **new}):
                self._send(party, node, new.get(node, 0), new_epoch)
            for node in sorted(new):
                self._send(party, node, new[node], new_epoch + 1)

    @exact
    def _delegate_new_stake(self, party: str, new_epoch: int) -> None:
        try:
            stake = self.stake.available(party)
        except Refused:
            return
        amounts = self._current.get(party, {})
        total = sum(amounts.values())
        if not amounts or stake <= total:
            return
        available = stake - total
        for node in sorted(amounts):
            added = truncate(divide(amounts[node], total) * available)
            self._current[party][node] = amounts[node] + added
            coming = self._next.setdefault(party, {})
            coming[node] = coming.get(node, 0) + added
            self._send(party, node, self._current[party][node], new_epoch)
            self._send(party, node, coming[node], new_epoch + 1)

    @exact
    def _join_automatic(self) -> None:
        for party in sorted(self._current):
            try:
                stake = self.stake.available(party)
            except Refused:
                continue
            total = sum(self._current[party].values())
            if stake > 0 and divide(total, stake) >= AUTOMATIC_FROM:
                self._automatic[party] = True

    # -- stakes that shrank ----------------------------------------------------------------------------------------

    def _reconcile(self, start: int, end: int) -> None:
        for party in sorted({**self._current, **self._next}):
            try:
                lowest = self.stake.in_range(party, start, end) if party in self._current else 0
                stake = self.stake.available(party)
            except Refused:
                continue
            cut_now = self._cut(self._current, party, lowest, self.epoch)
            cut_next = self._cut(self._next, party, stake, self.epoch + 1)
            if cut_now or cut_next:
                self._automatic.pop(party, None)

    def _cut(self, state: dict[str, Amounts], party: str, stake: int, epoch: int) -> bool:
        amounts = state.get(party, {})
        total = sum(amounts.values())
        excess = total - stake
        if excess <= 0:
            return False
        taken = {node: amounts[node] * excess // total for node in sorted(amounts)}
        left = excess - sum(taken.values())
        for node, amount in list(taken.items()):
            if left == 0:
                break
            if amount < amounts[node]:
                taken[node] = amount + 1
                left -= 1
        for node, amount in taken.items():
            if amount:
                self._reduce(state, party, node, amount, epoch)
        return True

    def _send(self, party: str, node: str, amount: int, epoch: int) -> None:
        self.bus.send(DelegationBalanceUpdated, party=party, node=node, amount=amount, epoch=epoch)
