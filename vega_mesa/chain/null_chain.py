"""The null chain: blocks without consensus, and a clock that only its user moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from vega_mesa.chain import snapshot
from vega_mesa.chain.commands import check
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.mempool import Mempool
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.chain.transaction import Sender, Transaction
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.chain.validation import is_plain, validate
from vega_mesa.errors import InvalidCommand, InvalidSnapshot, InvalidTime, ReplayDiverged, StoreError, UsageError
from vega_mesa.units import Duration, instant, nanoseconds

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange


class NullChain:
    """One node that makes a block whenever it is told to.

    At any moment one block is open: its beginning has happened, its end has not. Transactions execute in it; moving the
    clock ends it and begins the next.

    Args:
        genesis: what the network starts with.
        exchange: the state machine that executes; by default a new :class:`vega_mesa.protocol.exchange.Exchange`.
    """

    def __init__(self, genesis: Genesis | None = None, exchange: Exchange | None = None) -> None:
        self.genesis = genesis or Genesis()
        self.exchange: Exchange = exchange if exchange is not None else _new_exchange(self.genesis)
        self.height = 1
        self.now = self.genesis.time
        self.log = TransactionLog(self.genesis)
        self.mempool = Mempool(self.genesis.ordering, self.genesis.ordering_seed)
        self.nonces: dict[str, int] = {}
        self.senders: dict[str, Sender] = {}
        self.exchange.begin_block(self.height, self.now)

    # -- transactions ----------------------------------------------------------------------------------------------

    def submit(self, party: str, command: Any) -> Transaction:
        """Send a command. It executes at once, or waits for company when the genesis says so.

        Returns:
            The transaction; a refusal is its ``error``.

        Raises:
            VegaMesaError: the command is a mistake (not well formed, an unknown market); nothing has changed.
        """
        try:
            sender = self.senders[party]
        except (KeyError, TypeError):
            sender = self.sender(party)
        nonces = self.nonces
        nonce = nonces.get(party, 0)
        transaction = Transaction(sender, nonce, command)
        if not self.genesis.executes_at_once:
            _check(command)
            nonces[party] = nonce + 1
            self.mempool.add(transaction)
            if len(self.mempool.waiting) == self.genesis.transactions_per_block:
                self._execute_waiting()
            return transaction
        outcome = self.exchange.execute_plain(party, command, transaction)
        if outcome is None:
            _check(command)
            outcome = self.exchange.execute(party, command, transaction)
        transaction.outcome = outcome
        transaction.height = height = self.height
        self.log.entries.append((height, party, nonce, command))
        nonces[party] = nonce + 1
        return transaction

    def sender(self, party: str) -> Sender:
        """What the transactions of a party are made with.

        Raises:
            InvalidCommand: this cannot be a party.
        """
        if type(party) is not str or not party:
            raise InvalidCommand(f"a party is a non-empty text, not {party!r}")
        sender = self.senders.get(party)
        if sender is None:
            sender = self.senders[party] = Sender(self.genesis.chain_id, party)
        return sender

    def rename(self, chain_id: str) -> None:
        """Begin another network from this state: the log starts here, no id is that of the network before."""
        self.genesis = replace(self.genesis, chain_id=chain_id)
        self.log = TransactionLog(self.genesis)
        self.senders = {}

    def _execute(self, transaction: Transaction) -> None:
        """Execute a transaction whose command was checked when it came in."""
        party, command, exchange = transaction.party, transaction.command, self.exchange
        outcome = exchange.execute_plain(party, command, transaction)
        transaction.outcome = exchange.execute(party, command, transaction) if outcome is None else outcome
        transaction.height = height = self.height
        self.log.entries.append((height, party, transaction.nonce, command))

    def _execute_waiting(self) -> None:
        for transaction in self.mempool.take(self.height, self.exchange):
            try:
                self._execute(transaction)
            except UsageError as mistake:
                # Nobody stands by to catch it: on the network, too, such a transaction vanishes without a trace.
                transaction.mistake = str(mistake)
                transaction.height = self.height

    # -- the clock -------------------------------------------------------------------------------------------------

    def next_block(self) -> None:
        """End the open block, move the clock by one block duration, begin the next."""
        self._execute_waiting()
        self.exchange.end_block()
        self.height += 1
        self.now += self.genesis.block_duration
        self.exchange.begin_block(self.height, self.now)

    def forward(self, duration: Duration | datetime) -> int:
        """Move the clock by as many whole blocks as fit into a duration, the remainder is dropped.

        Args:
            duration: seconds, a ``timedelta``, text such as ``"1h30m"``; or the instant to reach, a ``datetime`` or
                RFC 3339 text.

        Returns:
            How many blocks were made; 0 when the duration is shorter than a block.

        Raises:
            InvalidTime: not a duration, or one that steps backwards in time.
        """
        if isinstance(duration, datetime) or (isinstance(duration, str) and duration[4:5] == "-"):
            span = instant(duration) - self.now
        else:
            span = nanoseconds(duration)
        if span < 0:
            raise InvalidTime("cannot step backwards in time")
        blocks = span // self.genesis.block_duration
        for _ in range(blocks):
            self.next_block()
        return blocks

    def wait_for_total_catchup(self) -> None:
        """Execute what still waits in the open block; the clock does not move.

        Everything here happens in the call that asks for it, so there is nothing to wait for: this is the point where
        scripts written for a network of several services let them catch up.
        """
        self._execute_waiting()

    # -- the state as a value --------------------------------------------------------------------------------------

    def state_hash(self) -> str:
        """One number for the state: 64 hexadecimal digits, equal for equal states on every machine."""
        waiting = [(item.party, item.nonce, item.command) for item in self.mempool.waiting]
        delayed = {
            height: [(item.party, item.nonce, item.command) for item in items]
            for height, items in sorted(self.mempool.delayed.items())
        }
        return state_hash((self.height, self.now, waiting, delayed, self.exchange))

    def snapshot(self) -> bytes:
        """The state as bytes, from which :meth:`restore` makes an equal chain on any machine.

        Listeners of the event bus and the transaction log stay behind.
        """
        return snapshot.dump((self.genesis, self.height, self.now, self.mempool, self.nonces, self.exchange))

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """A chain in the state of a snapshot. Its log starts here.

        Raises:
            InvalidSnapshot: the bytes are no snapshot of this version.
        """
        state = snapshot.load(data)
        if not isinstance(state, tuple) or len(state) != 6 or not isinstance(state[0], Genesis):
            raise InvalidSnapshot("the snapshot is not that of a chain")
        chain = cls.__new__(cls)
        chain.genesis, chain.height, chain.now, chain.mempool, chain.nonces, chain.exchange = state
        chain.log = TransactionLog(chain.genesis, complete=False)
        chain.senders = {}
        return chain

    def fork(self) -> Self:
        """An independent chain in the same state, with the same past."""
        twin = self.restore(self.snapshot())
        twin.log = TransactionLog(self.genesis, self.log.entries.copy(), self.log.complete)
        return twin

    # -- the log ---------------------------------------------------------------------------------------------------

    def finished_log(self) -> TransactionLog:
        """The log up to now, with the height and the state hash that a replay must reach."""
        return TransactionLog(self.genesis, self.log.entries.copy(), self.log.complete, self.height, self.state_hash())

    @classmethod
    def replay(cls, log: TransactionLog, exchange: Exchange | None = None) -> Self:
        """Run a log again from genesis.

        Args:
            log: as :meth:`finished_log` gives it, or as read from a file.

        Raises:
            StoreError: the log does not reach back to genesis.
            ReplayDiverged: an order of events that cannot be, or another state than the log's state hash.
        """
        if not log.complete:
            raise StoreError("the log begins at a snapshot, not at genesis: it cannot be replayed from genesis")
        chain = cls(log.genesis, exchange)
        for height, party, nonce, command in log.entries:
            if height < chain.height:
                raise ReplayDiverged(f"a transaction of block {height} comes after block {chain.height} has begun")
            chain._advance(height)
            transaction = Transaction(chain.sender(party), nonce, command)
            try:
                chain._execute(transaction)
            except UsageError as mistake:
                raise ReplayDiverged(f"block {height}: {type(command).__name__} of {party}: {mistake}") from mistake
            chain.nonces[party] = max(chain.nonces.get(party, 0), nonce + 1)
        chain._advance(log.height)
        if log.state_hash and chain.state_hash() != log.state_hash:
            raise ReplayDiverged(f"the replay reached state {chain.state_hash()}, the run {log.state_hash}")
        return chain

    def _advance(self, height: int) -> None:
        while self.height < height:
            self.next_block()

    def __repr__(self) -> str:
        return f"<NullChain {self.genesis.chain_id} height {self.height} transactions {len(self.log)}>"


def _check(command: Any) -> None:
    """Make sure that a command is one, and says something that can be meant.

    Raises:
        InvalidCommand: it is not.
    """
    if not is_plain(command):
        check(command)
        validate(command)


def _new_exchange(genesis: Genesis) -> Exchange:
    from vega_mesa.protocol.exchange import Exchange  # the engine is large: who replays with another needs none

    exchange = Exchange(genesis.time, dict(genesis.network_parameters))
    exchange.incentives.transfers.named = True  # agents are called by their type, not by a key
    for id, details in genesis.assets.items():
        exchange.assets.register(id, details)
    return exchange
