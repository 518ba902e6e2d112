"""What the pages remember of a model: movements of money from the moment it is first looked at, titles of proposals."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary, ref

from vega_mesa.model import VegaModel
from vega_mesa.protocol.collateral import Account
from vega_mesa.protocol.commands.governance import BatchProposalSubmission, ProposalSubmission
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.units import from_integer

MOST_MOVEMENTS: Final = 20_000


class Movement(NamedTuple):
    """Money that went from one account to another, in people's units."""

    number: int
    block: int
    kind: str
    giver: str
    receiver: str
    amount: float
    asset: str
    parties: tuple[str, ...]


class Records:
    """Listens to one model."""

    def __init__(self, model: VegaModel) -> None:
        self._model = ref(model)
        self._accounts: dict[str, Account] = {}
        self.movements: deque[Movement] = deque(maxlen=MOST_MOVEMENTS)
        self.seen = 0
        model.exchange.bus.subscribe(LedgerMoved, self._on_moved)

    def _on_moved(self, event: LedgerMoved) -> None:
        model = self._model()
        if model is None:
            return
        for entry in event.entries:
            self.seen += 1
            giver, receiver = self._find(model, entry.from_account), self._find(model, entry.to_account)
            details = model.exchange.assets.get(entry.asset).details
            self.movements.append(
                Movement(
                    number=self.seen,
                    block=model.chain.height,
                    kind=_words(entry.type),
                    giver=_name(giver),
                    receiver=_name(receiver),
                    amount=from_integer(entry.amount, details.decimals),
                    asset=details.symbol,
                    parties=tuple(account.owner for account in (giver, receiver) if account and account.owner),
                )
            )

    def _find(self, model: VegaModel, id: str) -> Account | None:
        account = self._accounts.get(id)
        if account is None:
            self._accounts = {found.id: found for found in model.exchange.collateral.accounts.values()}
            account = self._accounts.get(id)
        return account


_records: WeakKeyDictionary[VegaModel, Records] = WeakKeyDictionary()


def records_of(model: VegaModel) -> Records:
    """The records of a model, begun when this is called first."""
    found = _records.get(model)
    if found is None:
        found = _records[model] = Records(model)
    return found


class Titles:
    """What proposers called their proposals: the network does not keep it, the log of transactions does."""

    def __init__(self) -> None:
        self._read = 0
        self._by_id: dict[str, str] = {}

    def of(self, model: VegaModel) -> dict[str, str]:
        """Titles by the ids of proposals, and of batches of them."""
        entries = model.chain.log.entries
        for _, party, nonce, command in entries[self._read :]:
            if isinstance(command, ProposalSubmission | BatchProposalSubmission):
                self._by_id[model.chain.sender(party).id(nonce)] = command.title
        self._read = len(entries)
        return self._by_id


_titles: WeakKeyDictionary[VegaModel, Titles] = WeakKeyDictionary()


def titles_of(model: VegaModel) -> dict[str, str]:
    """See :meth:`Titles.of`."""
    return _titles.setdefault(model, Titles()).of(model)


def _words(kind: str) -> str:
    return kind.removeprefix("TRANSFER_TYPE_").replace("_", " ").lower()


def _name(account: Account | None) -> str:
    if account is None:
        return "-"
    return f"{account.owner or 'network'} \u00b7 {account.type.name.lower().replace('_', ' ')}"
