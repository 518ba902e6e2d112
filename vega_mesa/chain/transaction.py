"""A command on its way into a block, and what became of it."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.protocol.matching.identifiers import IdGenerator, LaterId

if TYPE_CHECKING:
    from vega_mesa.protocol.matching.order import Order, Trade


_STEP: Final = 0x9E3779B97F4A7C15  # odd, and near the golden ratio of 2**64
_MASK: Final = 2**64 - 1


class Sender:
    """A party as far as the ids of its transactions go.

    Vega hashes the signature of a transaction; a null chain has none, so its place is taken by the chain, the party and
    its nonce. The hash of chain and party makes the ids of one sender differ from those of all others; the nonce,
    multiplied by an odd number, goes through all 64-bit numbers before one comes again.
    """

    __slots__ = ("party", "salt", "tail")

    def __init__(self, chain_id: str, party: str) -> None:
        digest = blake2b(f"{chain_id}/{party}".encode(errors="surrogatepass"), digest_size=32).hexdigest()
        self.party = party
        self.salt = int(digest[:16], 16)
        self.tail = digest[16:]

    def id(self, nonce: int) -> str:
        """Of the transaction with this nonce, and of what it creates: 64 hexadecimal digits."""
        return f"{nonce * _STEP + self.salt & _MASK:016x}{self.tail}"


class Transaction(IdGenerator):
    """One command of one party. It also gives the ids of what the command creates, its own first.

    Attributes:
        sender: the party, and what its ids are made of.
        height: the block it was executed in, 0 while it waits.
        outcome: what the exchange answered; None while it waits, or when the command was a mistake.
        mistake: why a command that had to wait could not be understood when its turn came, else None.
    """

    __slots__ = ("sender", "party", "nonce", "command", "height", "outcome", "mistake", "_id")

    def __init__(self, sender: Sender, nonce: int, command: Any) -> None:
        self.sender = sender
        self.party = sender.party
        self.nonce = nonce
        self.command = command
        self.height = 0
        self.outcome: Any = None
        self.mistake: str | None = None
        self._id = ""
        self._given = 0

    @property
    def id(self) -> str:
        """See :class:`Sender`; only worked out when somebody asks for it."""
        if not self._id:
            self._id = self.sender.id(self.nonce)
        return self._id

    def next(self) -> str:
        """The next id, 64 hexadecimal digits."""
        if self._given:
            self._begin_chain()
            return super().next()
        self._given = 1
        id = self._id = self.sender.id(self.nonce)
        return id

    def later(self, count: int = 1) -> LaterId:
        """Set the next ids aside."""
        place = self._given
        if place < 2:
            self._begin_chain()
        self._given = place + count
        return self._chain, place

    def _begin_chain(self) -> None:
        """Most transactions need no other id than their own."""
        if self._given < 2:
            self._chain = [self.id]

    @property
    def pending(self) -> bool:
        """Not executed yet."""
        return self.height == 0

    @property
    def error(self) -> str | None:
        """Vega's text of the refusal, or None: accepted, or still waiting."""
        if self.mistake is not None:
            return self.mistake
        return None if self.outcome is None else self.outcome.error

    @property
    def accepted(self) -> bool:
        """Executed, and not refused."""
        return self.outcome is not None and self.outcome.error is None

    @property
    def order(self) -> Order | None:
        """The order that it made or changed."""
        return None if self.outcome is None else self.outcome.order

    @property
    def trades(self) -> list[Trade]:
        """The trades that it caused."""
        return [] if self.outcome is None else self.outcome.trades

    def __repr__(self) -> str:
        state = "waiting" if self.pending else self.error or "accepted"
        return f"<Transaction {type(self.command).__name__} {self.party} {state}>"
