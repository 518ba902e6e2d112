"""Transfers of parties: one-off, scheduled, recurring (0057-TRAN; 06 §7)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from vega_mesa.protocol.arithmetic import ZERO, exact, truncate
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.commands.transfers import OneOffTransfer, RecurringTransfer, Transfer
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.transfers import TransferFeePaid, TransferUpdated
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.rewards.games import Game
from vega_mesa.protocol.transfers.checks import check, is_free
from vega_mesa.protocol.transfers.dispatch import Dispatch, decayed, is_due
from vega_mesa.protocol.transfers.fees import Quanta, TransferFees
from vega_mesa.protocol.transfers.ledger import TransferLedger

PENDING: Final = "STATUS_PENDING"
DONE: Final = "STATUS_DONE"
STOPPED: Final = "STATUS_STOPPED"
REJECTED: Final = "STATUS_REJECTED"
CANCELLED: Final = "STATUS_CANCELLED"
NOT_ENOUGH: Final = "not enough funds to transfer"


class DerivedKeys(Protocol):
    """Which keys were derived from a party's."""

    def owns(self, party: str, key: str, /) -> bool:
        """Whether the party owns the key."""


class Delivery(NamedTuple):
    """Money under way until an instant (nanoseconds)."""

    time: int
    sequence: int
    source: tuple[AccountType, str, str, str]
    destination: tuple[AccountType, str, str, str]
    amount: int


class Recurring(NamedTuple):
    """A recurring transfer that lives."""

    id: str
    party: str
    transfer: Transfer
    kind: RecurringTransfer
    game: Game | None


class Transfers:
    """All transfers of parties that have not ended, and the fees of all.

    Attributes:
        min_quantum_multiple: ``transfer.minTransferQuantumMultiple``.
        named: parties may go by any name, not by keys of 64 hexadecimal digits alone: as on a null chain.
        epoch: number of the running epoch.
    """

    def __init__(
        self, bus: EventBus, quanta: Quanta, ledger: TransferLedger, dispatch: Dispatch, keys: DerivedKeys
    ) -> None:
        self.bus = bus
        self.quanta = quanta
        self.ledger = ledger
        self.dispatch = dispatch
        self.keys = keys
        self.fees = TransferFees(bus, quanta)
        self.min_quantum_multiple = ZERO
        self.named = False
        self.epoch = 0
        self.now = 0
        self.recurring: dict[str, Recurring] = {}
        self._deliveries: list[Delivery] = []
        self._sequence = 0

    # -- requests --------------------------------------------------------------------------------------------------

    def submit(self, id: str, party: str, transfer: Transfer, now: int) -> None:
        """Carry a one-off transfer out, or take a recurring one.

        Raises:
            Refused: with the network's text.

        Emits: LedgerMoved, TransferFeePaid, TransferUpdated (also of a refused transfer).
        """
        self.now = now
        try:
            if isinstance(transfer.kind, OneOffTransfer):
                self._submit_one_off(id, party, transfer, transfer.kind)
            else:
                self._submit_recurring(id, party, transfer, transfer.kind)
        except Refused as refusal:
            self._announce(id, party, transfer, REJECTED, refusal.text)
            raise

    def cancel(self, party: str, id: str) -> None:
        """End a recurring transfer of the party.

        Raises:
            Refused: there is none with this id, or it is another party's.

        Emits: TransferUpdated.
        """
        recurring = self.recurring.get(id)
        if recurring is None:
            raise Refused("recurring transfer does not exists")
        if recurring.party != party:
            raise Refused("cannot cancel other parties recurring transfers")
        self._end(recurring, CANCELLED, "transfer cancelled")

    def _check_asset(self, asset: str) -> None:
        try:
            self.quanta.quantum(asset)
        except Refused as refusal:
            raise Refused(f"could not transfer funds: {refusal.text}") from refusal

    def _submit_one_off(self, id: str, party: str, transfer: Transfer, kind: OneOffTransfer) -> None:
        self._check_asset(transfer.asset)
        check(party, transfer, named=self.named)
        key = transfer.from_derived_key
        if key and not self.keys.owns(party, key):
            raise Refused(f"party {party} does not own derived key {key}")
        self._check_minimum(party, transfer, transfer.amount)
        later = kind.deliver_on if kind.deliver_on and kind.deliver_on >= self.now else 0
        self._process(id, party, transfer, transfer.amount, later=later)
        self._announce(id, party, transfer, DONE)

    def _submit_recurring(self, id: str, party: str, transfer: Transfer, kind: RecurringTransfer) -> None:
        self._check_asset(transfer.asset)
        strategy = kind.dispatch_strategy
        if strategy is not None:
            self.dispatch.check(strategy)
        check(party, transfer, named=self.named)
        self._check_minimum(party, transfer, transfer.amount)
        if any(_is_same(other, party, transfer, kind) for other in self.recurring.values()):
            raise Refused("cannot submit duplicate recurring transfer with same from and to")
        if kind.start_epoch < self.epoch:
            raise Refused("start epoch in the past")
        game = None if strategy is None else self.dispatch.games.add(strategy)
        self.recurring[id] = Recurring(id, party, transfer, kind, game)
        self._announce(id, party, transfer, PENDING, game=game)

    @exact
    def _check_minimum(self, party: str, transfer: Transfer, amount: int) -> None:
        least = truncate(self.quanta.quantum(transfer.asset) * self.min_quantum_multiple)
        if amount >= least:
            return
        vested = AccountType.VESTED_REWARDS
        if transfer.from_account_type is vested:
            owner = transfer.from_derived_key or party
            if amount == self.ledger.collateral.balance(vested, transfer.asset, owner):
                return
            raise Refused("transfer from vested account under minimal transfer amount must be the full balance")
        raise Refused("could not transfer funds, less than minimal amount requested to transfer")

    # -- moving ----------------------------------------------------------------------------------------------------

    def _process(self, id: str, party: str, transfer: Transfer, amount: int, *, slot: str = "", later: int = 0) -> None:
        """Take amount and fee from the party, and deliver now or later.

        Raises:
            Refused: the party has not enough; a discount that the fee would have used is used up all the same.
        """
        asset = transfer.asset
        fee = self.fees.charge(party, asset, amount, free=is_free(party, transfer))
        source = self._funded_source(party, transfer, amount + fee.amount)
        self.ledger.send(source, amount)
        destination = self.ledger.destination(transfer.to_account_type, asset, transfer.to, slot)
        if later:
            self._sequence += 1
            insort(self._deliveries, Delivery(later, self._sequence, _key(source), _key(destination), amount))
        else:
            self.ledger.deliver(source, destination, amount)
        payer = source
        if transfer.from_derived_key:
            payer = self.ledger.collateral.open(transfer.from_account_type, asset, party)
        self.ledger.pay_fee(payer, fee.amount)
        self.bus.send(
            TransferFeePaid,
            transfer=id,
            party=party,
            asset=asset,
            amount=fee.amount,
            discount=fee.discount,
            epoch=self.epoch,
        )

    def _funded_source(self, party: str, transfer: Transfer, needed: int) -> Account:
        owner = transfer.from_derived_key or party
        try:
            source = self.ledger.source(transfer.from_account_type, transfer.asset, owner)
        except Refused as refusal:
            raise Refused(f"could not pay the fee for transfer: {refusal.text}") from refusal
        if source.balance < needed:
            raise Refused(f"could not pay the fee for transfer: {NOT_ENOUGH}")
        return source

    def tick(self, now: int) -> None:
        """Deliver what is due, by time and then by submission."""
        self.now = now
        while self._deliveries and self._deliveries[0].time <= now:
            delivery = self._deliveries.pop(0)
            collateral = self.ledger.collateral
            source, destination = collateral.open(*delivery.source), collateral.open(*delivery.destination)
            self.ledger.deliver(source, destination, delivery.amount)

    # -- epochs ----------------------------------------------------------------------------------------------------

    def on_epoch_end(self, epoch: Epoch) -> None:
        """Carry out the recurring transfers in the order of their submission."""
        self.now = epoch.end
        for recurring in list(self.recurring.values()):
            self._repeat(recurring, epoch.sequence)

    def close_epoch(self, epoch: Epoch) -> None:
        """Turn the epoch's trading fees into discounts, after all recurring transfers."""
        self.fees.on_epoch_end(epoch.sequence)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Note the epoch."""
        self.epoch = epoch.sequence

    def register_fees(self, asset: str, paid: Mapping[str, int]) -> None:
        """Note what parties paid and received in trading fees on one market in the epoch that ends."""
        self.fees.register(asset, paid)

    def available_discount(self, party: str, asset: str) -> int:
        """What the party may save on fees of transfers."""
        return self.fees.available_discount(party, asset)

    def _repeat(self, recurring: Recurring, epoch: int) -> None:
        kind, transfer = recurring.kind, recurring.transfer
        if kind.start_epoch > epoch:
            return
        if kind.end_epoch is not None and kind.end_epoch < epoch:
            self._end(recurring, DONE)
            return
        if not is_due(kind, epoch):
            return
        amount = decayed(transfer.amount, kind, epoch)
        if kind.dispatch_strategy is not None:
            amount = self.dispatch.scaled_to_volume(kind.dispatch_strategy, amount)
        try:
            self._check_minimum(recurring.party, transfer, amount)
            if recurring.game is None:
                self._process(recurring.id, recurring.party, transfer, amount)
            else:
                self._dispatch(recurring, recurring.game, amount)
        except Refused as refusal:
            self._end(recurring, STOPPED, refusal.text)

    def _dispatch(self, recurring: Recurring, game: Game, amount: int) -> None:
        id, party, transfer = recurring.id, recurring.party, recurring.transfer
        asset = transfer.asset
        fee = self.fees.estimate(party, asset, amount, free=is_free(party, transfer))
        self._funded_source(party, transfer, amount + fee.amount)
        for slot, portion in self.dispatch.portions(game, asset, amount, party):
            self._process(id, party, transfer, portion, slot=slot)
            self.dispatch.paid(game, asset, party, slot)

    def _end(self, recurring: Recurring, status: str, reason: str = "") -> None:
        del self.recurring[recurring.id]
        if recurring.game is not None:
            self.dispatch.games.release(recurring.game.id)
        self._announce(recurring.id, recurring.party, recurring.transfer, status, reason, recurring.game)

    def _announce(
        self, id: str, party: str, transfer: Transfer, status: str, reason: str = "", game: Game | None = None
    ) -> None:
        self.bus.send(
            TransferUpdated,
            id=id,
            source=party,
            source_account_type=transfer.from_account_type,
            destination=transfer.to,
            destination_account_type=transfer.to_account_type,
            asset=transfer.asset,
            amount=transfer.amount,
            transfer_type="one-off" if isinstance(transfer.kind, OneOffTransfer) else "recurring",
            status=status,
            reason=reason,
            game="" if game is None else game.id,
        )


def _key(account: Account) -> tuple[AccountType, str, str, str]:
    return account.type, account.asset, account.owner, account.market


def _is_same(other: Recurring, party: str, transfer: Transfer, kind: RecurringTransfer) -> bool:
    """Whether a live transfer does the same as a new one."""
    mine = (party, transfer.to, transfer.asset, transfer.from_account_type, transfer.to_account_type)
    old = other.transfer
    theirs = (other.party, old.to, old.asset, old.from_account_type, old.to_account_type)
    return mine == theirs and repr(other.kind.dispatch_strategy) == repr(kind.dispatch_strategy)
