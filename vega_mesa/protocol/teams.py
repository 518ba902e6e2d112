"""Teams: a referrer and its referees, who may compete for rewards together (0083-RFPR; 06 §8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vega_mesa.protocol.commands.teams import TeamDetails, TeamUpdate
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.teams import RefereeJoinedTeam, RefereeSwitchedTeam, TeamCreated, TeamUpdated
from vega_mesa.protocol.refusal import Refused

NO_TEAM: Final = ""


class Team:
    """One team; members with the epoch from which they count."""

    __slots__ = ("id", "details", "referrer", "referrer_since", "referees")

    def __init__(self, id: str, details: TeamDetails, referrer: str, epoch: int) -> None:
        self.id = id
        self.details = details
        self.referrer = referrer
        self.referrer_since = epoch
        self.referees: dict[str, int] = {}

    def admits(self, party: str) -> None:
        """Refuse a party that a closed team does not list.

        Raises:
            Refused: with the network's text.
        """
        if not self.details.closed:
            return
        if not self.details.allow_list:
            raise Refused(f'team "{self.id}" is closed')
        if party not in self.details.allow_list:
            raise Refused(f'party is not allowed to join team "{self.id}"')

    def remove(self, party: str) -> None:
        """Let a referee go; if it is not one (any more), the first referee goes in its place, as on the network."""
        leaving = party if party in self.referees else next(iter(self.referees), None)
        if leaving is not None:
            del self.referees[leaving]

    def members(self, epoch: int, epochs_in_team: int = 0) -> list[str]:
        """Who has been in the team for so many epochs, ascending; the referrer included."""
        since = {self.referrer: self.referrer_since, **self.referees}
        return sorted(party for party, start in since.items() if epoch - start >= epochs_in_team)


class Teams:
    """All teams. A party is in one at most; who is in a team already moves at the next epoch's start."""

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.by_id: dict[str, Team] = {}
        self.team_of: dict[str, str] = {}
        self.owned: dict[str, str] = {}
        self.epoch = 0
        self.min_epochs_in_team = 0  # rewards.team.minEpochsInTeam
        self._moves: dict[str, tuple[str, str]] = {}  # from the team that a party was in when it asked, to which

    # -- requests --------------------------------------------------------------------------------------------------

    def create(self, party: str, id: str, details: TeamDetails) -> None:
        """Found a team; its founder leaves the team that it is in, at once.

        Raises:
            Refused: with the network's text.

        Emits: TeamCreated.
        """
        if id in self.by_id:
            raise Refused("the computed team ID is already in use")
        if any(team.details.name == details.name for team in self.by_id.values()):
            raise Refused("the team name is already in use")
        if party in self.owned:
            raise Refused(f'the party "{party}" already belongs to a team')
        if not details.name:
            raise Refused("missing required team name parameter")
        present = self.team_of.get(party)
        if present is not None:
            self.by_id[present].remove(party)
        self.by_id[id] = Team(id, details, party, self.epoch)
        self.team_of[party] = self.owned[party] = id
        self.bus.send(
            TeamCreated,
            team=id,
            referrer=party,
            name=details.name,
            team_url=details.team_url,
            avatar_url=details.avatar_url,
            closed=details.closed,
            allow_list=details.allow_list,
            at_epoch=self.epoch,
        )

    def update(self, party: str, id: str, change: TeamUpdate) -> None:
        """Change what a team says of itself; referees that the change does not list leave at the next epoch.

        That is so also when the change has no list at all: it empties the team.

        Raises:
            Refused: no such team, or not the party's.

        Emits: TeamUpdated.
        """
        team = self._team(id)
        if team.referrer != party:
            raise Refused("only the referrer can update the team properties")
        old = team.details
        team.details = details = TeamDetails(
            name=change.name or old.name,
            team_url=old.team_url if change.team_url is None else change.team_url,
            avatar_url=old.avatar_url if change.avatar_url is None else change.avatar_url,
            closed=old.closed if change.closed is None else change.closed,
            allow_list=change.allow_list or old.allow_list,
        )
        for referee in team.referees:
            if referee not in change.allow_list:
                self._moves[referee] = id, NO_TEAM
        self.bus.send(
            TeamUpdated,
            team=id,
            name=details.name,
            team_url=details.team_url,
            avatar_url=details.avatar_url,
            closed=details.closed,
            allow_list=details.allow_list,
        )

    def join(self, party: str, id: str) -> None:
        """Join a team: at once, or at the next epoch from another team.

        Raises:
            Refused: with the network's text.

        Emits: RefereeJoinedTeam.
        """
        if party in self.owned:
            raise Refused("a referrer cannot join another team")
        team = self._team(id)
        team.admits(party)
        if party in self.team_of:
            self._moves[party] = self.team_of[party], id
            return
        self._enter(party, team)
        self.bus.send(RefereeJoinedTeam, team=id, referee=party, at_epoch=self.epoch)

    # -- epochs ----------------------------------------------------------------------------------------------------

    def on_epoch_start(self, epoch: Epoch) -> None:
        """Carry out the moves, ascending by party; the last of the epoch's listeners.

        Who has founded a team since it asked is moved all the same: out of its old team, where it no longer is.

        Emits: RefereeSwitchedTeam for each.
        """
        self.epoch = epoch.sequence
        moves, self._moves = self._moves, {}
        for party in sorted(moves):
            origin, target = moves[party]
            self.by_id[origin].remove(party)
            self.team_of.pop(party, None)
            if target:
                self._enter(party, self.by_id[target])
            self.bus.send(RefereeSwitchedTeam, from_team=origin, to_team=target, referee=party, at_epoch=self.epoch)

    # -- reading ---------------------------------------------------------------------------------------------------

    def members(self, id: str, *, qualified: bool = False) -> list[str]:
        """The members of a team, ascending; ``qualified``: who has been in it long enough for rewards."""
        team = self.by_id.get(id)
        return [] if team is None else team.members(self.epoch, self.min_epochs_in_team if qualified else 0)

    def qualified(self, ids: Sequence[str] = ()) -> dict[str, list[str]]:
        """Members that qualify for rewards, of the listed teams or of all; ids and members ascending."""
        chosen = sorted(ids or self.by_id)
        members = {id: self.members(id, qualified=True) for id in chosen if id in self.by_id}
        return {id: parties for id, parties in members.items() if parties}

    # -- parts -----------------------------------------------------------------------------------------------------

    def _team(self, id: str) -> Team:
        team = self.by_id.get(id)
        if team is None:
            raise Refused(f'no team matches ID "{id}"')
        return team

    def _enter(self, party: str, team: Team) -> None:
        team.referees[party] = self.epoch
        self.team_of[party] = team.id
