"""A command on its way into a block, and what became of it."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from vega_mesa.protocol.matching.identifiers import IdGenerator, LaterId

if TYPE_CHECKING:
    from vega_mesa.protocol.matching.order import Order, Trade


def transaction_id(chain_id: str, party: str, nonce: int) -> str:
    """The id of a party's transaction, which is also the id of what it creates: 64 hexadecimal digits.

    Vega hashes the signature; a null chain has none, so its place is taken by the chain, the party and its nonce.
    """
    hash = _hash_of_party(chain_id, party).copy()
    hash.update(b"%d" % nonce)
    return hash.hexdigest()


@lru_cache(maxsize=1 << 16)
def _hash_of_party(chain_id: str, party: str) -> blake2b:
    return blake2b(f"{chain_id}/{party}/".encode(errors="surrogatepass"), digest_size=32)


class Transaction(IdGenerator):
    """One command of one party. It also gives the ids of what the command creates, its own first.

    Attributes:
        chain_id: goes into the id, which is only worked out when somebody asks for it.
        height: the block it was executed in, 0 while it waits.
        outcome: what the exchange answered; None while it waits, or when the command was a mistake.
        mistake: why a command that had to wait could not be understood when its turn came, else None.
    """

    __slots__ = ("chain_id", "party", "nonce", "command", "height", "outcome", "mistake", "_id")

    def __init__(self, chain_id: str, party: str, nonce: int, command: Any) -> None:
        self.chain_id = chain_id
        self.party = party
        self.nonce = nonce
        self.command = command
        self.height = 0
        self.outcome: Any = None
        self.mistake: str | None = None
        self._id = ""
        self._given = 0

    @property
    def id(self) -> str:
        """See :func:`transaction_id`."""
        if not self._id:
            self._id = transaction_id(self.chain_id, self.party, self.nonce)
        return self._id

    def next(self) -> str:
        """The next id, 64 hexadecimal digits."""
        if self._given:
            return super().next()
        self._given = 1
        id = self._id = transaction_id(self.chain_id, self.party, self.nonce)
        self._chain = [id]
        return id

    def later(self, count: int = 1) -> LaterId:
        """Set the next ids aside."""
        place = self._given
        if not place:
            self._chain = [self.id]
        self._given = place + count
        return self._chain, place

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
