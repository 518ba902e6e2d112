"""Teams and profiles (0083-RFPR, 0088-PRFL)."""

from __future__ import annotations

from dataclasses import dataclass

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCreated(Event):
    """A team was founded."""

    team: str
    referrer: str
    name: str
    team_url: str
    avatar_url: str
    closed: bool
    allow_list: tuple[str, ...]
    at_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamUpdated(Event):
    """A team describes itself anew."""

    team: str
    name: str
    team_url: str
    avatar_url: str
    closed: bool
    allow_list: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereeJoinedTeam(Event):
    """A party joined its first team."""

    team: str
    referee: str
    at_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereeSwitchedTeam(Event):
    """A party left a team, for another one or (empty) for none."""

    from_team: str
    to_team: str
    referee: str
    at_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyProfileUpdated(Event):
    """A party's alias and entries."""

    party: str
    alias: str
    metadata: tuple[tuple[str, str], ...]
