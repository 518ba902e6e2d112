"""Ids of orders, stop orders and trades: a chain of hashes from the root of a transaction or of a block."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha3_256

LaterId = tuple[list[str], int]  # the ids of a chain that have been worked out so far, and the place of the id in it


def id_at(chain: list[str], place: int) -> str:
    """The id at a place of a chain; what is missing up to there is worked out: each id is the hash of the one before.

    Args:
        chain: at least the root; is extended.
    """
    while len(chain) <= place:
        chain.append(sha3_256(bytes.fromhex(chain[-1])).hexdigest())
    return chain[place]


class IdGenerator:
    """Gives ids in a row: the root itself, then hash of hash of hash.

    Args:
        root: 64 hexadecimal digits, or any even number of them for the roots of block start and end.
    """

    __slots__ = ("_chain", "_given")

    def __init__(self, root: str) -> None:
        self._chain = [root]
        self._given = 0

    def next(self) -> str:
        """The next id, lower-case hexadecimal; hashed only when it is asked for."""
        place = self._given
        self._given = place + 1
        return id_at(self._chain, place)

    def later(self, count: int = 1) -> LaterId:
        """Set the next ids aside: :func:`id_at` works them out if anybody ever reads them.

        Returns:
            The chain, and the place of the first of the ids in it.
        """
        place = self._given
        self._given = place + count
        return self._chain, place

    def take(self, count: int) -> list[str]:
        """The next ``count`` ids."""
        return [self.next() for _ in range(count)]


class TextIdGenerator(IdGenerator):
    """Ids that follow from a text, which is hashed when the first is asked for: most blocks create nothing."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        self._chain = []
        self._given = 0

    def next(self) -> str:
        """The next id, lower-case hexadecimal."""
        self._begin()
        return super().next()

    def later(self, count: int = 1) -> LaterId:
        """Set the next ids aside."""
        self._begin()
        return super().later(count)

    def _begin(self) -> None:
        if not self._chain:
            self._chain.append(hash_text(self._text))


def hash_text(text: str) -> str:
    """Hexadecimal SHA3-256 of a text, e.g. of a transaction's signature or of a market's id."""
    return sha3_256(text.encode()).hexdigest()


def batch_id_count(submissions: int, stop_submissions: int) -> int:
    """How many ids a batch draws at once, before its cancels: two for each stop order submission (0074-BTCH)."""
    return submissions + 2 * stop_submissions


def batch_stop_order_ids(ids: Sequence[str], last_submission: int, pairs: Sequence[bool]) -> list[tuple[str, ...]]:
    """Which of a batch's ids each stop order submission uses.

    The count starts at the last submission that was processed, not after it: the first stop order then has the id of
    the last order (a quirk).

    Args:
        ids: drawn ids; submission *i* uses ``ids[i]``.
        last_submission: index of the last processed order submission, 0 if there was none.
        pairs: for each stop order submission, whether it has two legs.

    Returns:
        One or two ids for each stop order submission.
    """
    used: list[tuple[str, ...]] = []
    offset = last_submission
    for index, pair in enumerate(pairs):
        first = index + offset
        if pair:
            used.append((ids[first], ids[first + 1]))
            offset += 1
        else:
            used.append((ids[first],))
    return used
