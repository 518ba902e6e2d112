"""Transfers out of the network's own accounts, as governance voted them (0028-GOVE, 0057-TRAN; 06 §7.7)."""

from __future__ import annotations

from bisect import insort
from typing import Final, NamedTuple

from vega_mesa.protocol.arithmetic import ONE, ZERO, exact, truncate
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.commands.transfers import (
    GovernanceTransfer,
    GovernanceTransferType,
    OneOffTransfer,
    RecurringTransfer,
)
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.transfers import TransferUpdated
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.rewards.games import Game
from vega_mesa.protocol.transfers.checks import METRIC_REWARDS
from vega_mesa.protocol.transfers.dispatch import Dispatch, decayed, is_due
from vega_mesa.protocol.transfers.engine import CANCELLED, DONE, PENDING, REJECTED, STOPPED
from vega_mesa.protocol.transfers.fees import Quanta
from vega_mesa.protocol.transfers.ledger import TransferLedger

SOURCES: Final = (
    AccountType.INSURANCE,
    AccountType.GLOBAL_INSURANCE,
    AccountType.GLOBAL_REWARD,
    AccountType.NETWORK_TREASURY,
)
DESTINATIONS: Final = (*SOURCES, AccountType.GENERAL, *METRIC_REWARDS)
FUNDER: Final = "*"  # under which paid bonuses are marked, though they are looked up under the source


class Recurring(NamedTuple):
    """A recurring transfer that lives."""

    id: str
    transfer: GovernanceTransfer
    kind: RecurringTransfer
    game: Game | None


class GovernanceTransfers:
    """All governance transfers that have not ended.

    Attributes:
        max_fraction: ``governance.proposal.transfer.maxFraction``.
        max_amount: ``governance.proposal.transfer.maxAmount``, in units of the quantum.
    """

    def __init__(self, bus: EventBus, quanta: Quanta, ledger: TransferLedger, dispatch: Dispatch) -> None:
        self.bus = bus
        self.quanta = quanta
        self.ledger = ledger
        self.dispatch = dispatch
        self.max_fraction = ZERO
        self.max_amount = ZERO
        self.epoch = 0
        self.recurring: dict[str, Recurring] = {}
        self._scheduled: list[tuple[int, int, str, GovernanceTransfer]] = []
        self._sequence = 0

    # -- proposals -------------------------------------------------------------------------------------------------

    def check(self, transfer: GovernanceTransfer | None) -> None:
        """Refuse a transfer that could not be made as things stand; at the proposal and again at enactment.

        Raises:
            Refused: with the network's text.
        """
        if transfer is None:
            raise Refused("missing transfer configuration")
        if transfer.source_type not in SOURCES:
            raise Refused("invalid source type for governance transfer")
        if transfer.destination_type not in DESTINATIONS:
            raise Refused("invalid destination for governance transfer")
        if not transfer.asset:
            raise Refused("missing asset for governance transfer")
        self._check_accounts(transfer)
        if transfer.transfer_type not in tuple(GovernanceTransferType):
            raise Refused("invalid governance transfer type")
        if transfer.amount < 0:
            raise Refused("invalid max amount for governance transfer")
        if not 0 < transfer.fraction_of_balance <= ONE:
            raise Refused("invalid fraction of balance for governance transfer")
        if isinstance(transfer.kind, RecurringTransfer) and transfer.kind.start_epoch < self.epoch:
            raise Refused("start epoch in the past")

    def _check_accounts(self, transfer: GovernanceTransfer) -> None:
        strategy = transfer.kind.dispatch_strategy if isinstance(transfer.kind, RecurringTransfer) else None
        target = transfer.destination_type
        if target is AccountType.INSURANCE:
            self.ledger.source(target, transfer.asset, market=transfer.destination)
        elif strategy is None and not transfer.destination and target is not AccountType.GENERAL:
            self.ledger.source(target, transfer.asset)
        if strategy is not None:
            self.dispatch.check_asset(strategy)
        self._source(transfer)

    def start(self, id: str, transfer: GovernanceTransfer, now: int) -> None:
        """Carry a transfer out, or schedule it, or take a recurring one; at its enactment.

        Raises:
            Refused: it could not be carried out.

        Emits: LedgerMoved, TransferUpdated.
        """
        kind = transfer.kind
        if isinstance(kind, RecurringTransfer):
            strategy = kind.dispatch_strategy
            game = None if strategy is None else self.dispatch.games.add(strategy)
            self.recurring[id] = Recurring(id, transfer, kind, game)
            self._announce(id, transfer, PENDING, game=game)
        elif kind.deliver_on and kind.deliver_on >= now:
            self._sequence += 1
            insort(self._scheduled, (kind.deliver_on, self._sequence, id, transfer), key=_when)
            self._announce(id, transfer, PENDING)
        else:
            self._carry_out(id, transfer, REJECTED)

    def cancel(self, id: str) -> None:
        """End a recurring transfer.

        Raises:
            Refused: there is none with this id.

        Emits: TransferUpdated.
        """
        recurring = self.recurring.get(id)
        if recurring is None:
            raise Refused(f"Governance transfer {id} not found")
        self._end(recurring, CANCELLED, "transfer cancelled")

    def check_cancel(self, id: str) -> None:
        """Refuse to end what there is not."""
        if id not in self.recurring:
            raise Refused(f"Governance transfer {id} not found")

    # -- time ------------------------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        """Carry out what is due."""
        while self._scheduled and self._scheduled[0][0] <= now:
            _, _, id, transfer = self._scheduled.pop(0)
            try:
                self._carry_out(id, transfer, STOPPED)
            except Refused:
                continue

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Note the epoch."""
        self.epoch = epoch.sequence

    def on_epoch_end(self, epoch: Epoch) -> None:
        """Carry out the recurring transfers, after those of parties.

        One whose interval skips its last epoch never ends, as on the network.
        """
        for recurring in list(self.recurring.values()):
            kind = recurring.kind
            if kind.start_epoch > epoch.sequence or not is_due(kind, epoch.sequence):
                continue
            try:
                self._repeat(recurring, epoch.sequence)
            except Refused as refusal:
                self._end(recurring, STOPPED, refusal.text)
                continue
            if kind.end_epoch == epoch.sequence:
                self._end(recurring, DONE)

    # -- moving ----------------------------------------------------------------------------------------------------

    def _carry_out(self, id: str, transfer: GovernanceTransfer, status_of_failure: str) -> None:
        try:
            self._move(transfer, self._amount(transfer, transfer.amount), "")
        except Refused as refusal:
            self._announce(id, transfer, status_of_failure, refusal.text)
            raise
        self._announce(id, transfer, DONE)

    def _repeat(self, recurring: Recurring, epoch: int) -> None:
        transfer, game = recurring.transfer, recurring.game
        amount = self._amount(transfer, decayed(transfer.amount, recurring.kind, epoch))
        if game is None:
            self._move(transfer, amount, "")
            return
        for slot, portion in self.dispatch.portions(game, transfer.asset, amount, transfer.source):
            self._move(transfer, portion, slot)
            self.dispatch.paid(game, transfer.asset, FUNDER, slot)

    @exact
    def _amount(self, transfer: GovernanceTransfer, requested: int) -> int:
        balance = self._source(transfer).balance
        of_balance = truncate(transfer.fraction_of_balance * balance)
        limit = truncate(self.quanta.quantum(transfer.asset) * self.max_amount)
        amount = min(truncate(self.max_fraction * balance), of_balance, requested, limit)
        if transfer.transfer_type == GovernanceTransferType.ALL_OR_NOTHING and amount != min(of_balance, requested):
            raise Refused("invalid transfer amount for transfer type all or nothing")
        return amount

    def _move(self, transfer: GovernanceTransfer, amount: int, slot: str) -> None:
        source = self._source(transfer)
        destination = self.ledger.destination(transfer.destination_type, transfer.asset, transfer.destination, slot)
        self.ledger.send(source, amount)
        self.ledger.deliver(source, destination, amount)

    def _source(self, transfer: GovernanceTransfer) -> Account:
        market = transfer.source if transfer.source_type is AccountType.INSURANCE else ""
        return self.ledger.source(transfer.source_type, transfer.asset, market=market)

    def _end(self, recurring: Recurring, status: str, reason: str = "") -> None:
        del self.recurring[recurring.id]
        if recurring.game is not None:
            self.dispatch.games.release(recurring.game.id)
        self._announce(recurring.id, recurring.transfer, status, reason, recurring.game)

    def _announce(
        self, id: str, transfer: GovernanceTransfer, status: str, reason: str = "", game: Game | None = None
    ) -> None:
        kind = "one-off" if isinstance(transfer.kind, OneOffTransfer) else "recurring"
        self.bus.send(
            TransferUpdated,
            id=id,
            source=transfer.source,
            source_account_type=transfer.source_type,
            destination=transfer.destination,
            destination_account_type=transfer.destination_type,
            asset=transfer.asset,
            amount=transfer.amount,
            transfer_type=f"governance {kind}",
            status=status,
            reason=reason,
            game="" if game is None else game.id,
        )


def _when(scheduled: tuple[int, int, str, GovernanceTransfer]) -> tuple[int, int]:
    return scheduled[0], scheduled[1]
