"""Referral sets, teams and profiles: what a party sends (0083-RFPR, 0088-PRFL)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDetails:
    """What a team says of itself. A closed team admits only the keys of its list."""

    name: str
    team_url: str = ""
    avatar_url: str = ""
    closed: bool = False
    allow_list: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamUpdate:
    """What changes in a team, None means unchanged. Referees outside ``allow_list`` leave at the next epoch."""

    name: str | None = None
    team_url: str | None = None
    avatar_url: str | None = None
    closed: bool | None = None
    allow_list: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateReferralSet:
    """Become a referrer, and found a team when its details are given."""

    team: TeamDetails | None = None
    do_not_create_referral_set: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReferralSet:
    """Change the team with this id, or found it."""

    id: str
    team: TeamUpdate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReferralCode:
    """Become a referee of a set, and join its team when it has one."""

    id: str
    do_not_join_team: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTeam:
    """Join a team, at once or, from another team, at the next epoch."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry:
    """One entry of a profile."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePartyProfile:
    """Replace the sender's alias and entries."""

    alias: str = ""
    metadata: tuple[ProfileEntry, ...] = ()
