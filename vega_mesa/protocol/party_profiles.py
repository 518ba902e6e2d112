"""Parties as they present themselves, and the keys that they derived (0088-PRFL; 06 §8.5)."""

from __future__ import annotations

from collections.abc import Iterable

from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.teams import PartyProfileUpdated
from vega_mesa.protocol.refusal import Refused

RESERVED = "network"


class PartyProfiles:
    """Aliases and entries of parties, and the keys of their automated market makers."""

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.aliases: dict[str, str] = {}
        self.metadata: dict[str, tuple[tuple[str, str], ...]] = {}
        self.derived_keys: dict[str, dict[str, None]] = {}

    def update(self, party: str, alias: str, metadata: Iterable[tuple[str, str]]) -> None:
        """Replace a party's alias and entries.

        Raises:
            Refused: the alias is reserved or another party's.

        Emits: PartyProfileUpdated.
        """
        prefix = "couldn't update profile: invalid profile update: "
        if alias == RESERVED:
            raise Refused(prefix + "this alias is reserved")
        if alias and any(other == alias and owner != party for owner, other in self.aliases.items()):
            raise Refused(f'{prefix}alias "{alias}" is already taken')
        self.aliases[party] = alias
        self.metadata[party] = tuple(metadata)
        self.bus.send(PartyProfileUpdated, party=party, alias=alias, metadata=self.metadata[party])

    def add_derived_key(self, party: str, key: str) -> None:
        """Remember that a key belongs to a party."""
        self.derived_keys.setdefault(party, {})[key] = None

    def owns(self, party: str, key: str) -> bool:
        """Whether a key was derived from the party's."""
        return key in self.derived_keys.get(party, {})

    def keys_of(self, party: str) -> list[str]:
        """The keys that were derived from the party's, in the order of their creation."""
        return list(self.derived_keys.get(party, {}))
