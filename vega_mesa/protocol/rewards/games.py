"""Games: the reward competitions that live transfers pay for (0056-REWA; 06 §7.6).

Two transfers with equal dispatch strategies feed the same game: one account by asset and type, one ranking.
"""

from __future__ import annotations

from hashlib import sha3_256

from vega_mesa.protocol.commands.transfers import DispatchMetric, DispatchStrategy


def game_id(strategy: DispatchStrategy) -> str:
    """What equal strategies have in common, 64 hexadecimal digits."""
    return sha3_256(repr(strategy).encode()).hexdigest()


class Entries:
    """Who met a game's requirements at the ends of epochs, as far as it still matters.

    A party is eligible if it is in every set but, once there are more sets than the window, the first one: from then on
    it must have qualified in all epochs since the second. That is what the network does; it never forgets a set.
    """

    __slots__ = ("count", "first", "between", "last")

    def __init__(self) -> None:
        self.count = 0
        self.first: dict[str, None] = {}
        self.between: dict[str, None] | None = None  # who is in all sets but the first and the last; None: everybody
        self.last: dict[str, None] = {}

    def open_epoch(self) -> None:
        """Begin another set, unless nobody has ever qualified."""
        if self.count == 0:
            return
        if self.count == 1:
            self.first = self.last
        elif self.between is None:
            self.between = self.last
        else:
            self.between = {party: None for party in self.between if party in self.last}
        self.last = {}
        self.count += 1

    def add(self, party: str) -> None:
        """A party qualifies in this epoch."""
        if self.count == 0:
            self.count = 1
        self.last[party] = None

    def is_eligible(self, party: str, window: int) -> bool:
        """Whether a party is in every set that counts."""
        if party not in self.last or (self.between is not None and party not in self.between):
            return False
        return self.count == 1 or self.count > window or party in self.first


class Game:
    """A strategy, the number of live transfers that use it, and who met its requirements."""

    __slots__ = ("id", "strategy", "references", "entries")

    def __init__(self, id: str, strategy: DispatchStrategy) -> None:
        self.id = id
        self.strategy = strategy
        self.references = 0
        self.entries = Entries()


class Games:
    """All games, by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, Game] = {}

    def add(self, strategy: DispatchStrategy) -> Game:
        """Count one more transfer for a strategy."""
        id = game_id(strategy)
        game = self.by_id.get(id)
        if game is None:
            game = self.by_id[id] = Game(id, strategy)
        game.references += 1
        return game

    def release(self, id: str) -> None:
        """A transfer ended."""
        self.by_id[id].references -= 1

    def live(self, id: str) -> Game | None:
        """A game that a live transfer uses."""
        game = self.by_id.get(id)
        return game if game is not None and game.references else None

    def on_epoch_end(self) -> None:
        """Begin another set of entries, before anything is scored."""
        for game in self.by_id.values():
            if game.strategy.metric is DispatchMetric.ELIGIBLE_ENTITIES:
                game.entries.open_epoch()

    def on_epoch_start(self) -> None:
        """Drop the games that no transfer uses any more."""
        for id in [id for id, game in self.by_id.items() if not game.references]:
            del self.by_id[id]
