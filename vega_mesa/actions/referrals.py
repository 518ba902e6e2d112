"""Referral sets and teams (0083-RFPR)."""

from __future__ import annotations

from collections.abc import Iterable

from vega_mesa.actions.acting import Acting
from vega_mesa.chain.transaction import Transaction
from vega_mesa.protocol.commands.teams import (
    ApplyReferralCode,
    CreateReferralSet,
    JoinTeam,
    TeamDetails,
    TeamUpdate,
    UpdateReferralSet,
)


class Referring(Acting):
    """Refers others, for a share of their fees and to their discount; competes with them as a team.

    A set and the team that was founded with it share one id: that of the transaction. It is the referral code.
    """

    def create_referral_set(
        self, team: str | None = None, *, url: str = "", closed: bool = False, allow: Iterable[str] = ()
    ) -> Transaction:
        """Become a referrer.

        Args:
            team: name of a team to found with the set; None for none.
            url: of the team's page.
            closed: the team admits only the keys of ``allow``.
            allow: keys.

        Returns:
            The transaction; its id is the code that referees apply.
        """
        return self.send(CreateReferralSet(team=_details(team, url, closed, allow)))

    def create_team(self, team: str, *, url: str = "", closed: bool = False, allow: Iterable[str] = ()) -> Transaction:
        """Found a team without becoming a referrer; as :meth:`create_referral_set`."""
        return self.send(CreateReferralSet(team=_details(team, url, closed, allow), do_not_create_referral_set=True))

    def update_team(
        self,
        team_id: str,
        *,
        name: str | None = None,
        url: str | None = None,
        closed: bool | None = None,
        allow: Iterable[str] = (),
    ) -> Transaction:
        """Change the agent's team; what is not given stays. Who is not in ``allow`` leaves at the next epoch."""
        change = TeamUpdate(name=name, team_url=url, closed=closed, allow_list=tuple(allow))
        return self.send(UpdateReferralSet(id=team_id, team=change))

    def apply_referral_code(self, code: str, *, join_team: bool = True) -> Transaction:
        """Become a referee of the set with this id, and a member of its team if it has one."""
        return self.send(ApplyReferralCode(id=code, do_not_join_team=not join_team))

    def join_team(self, team_id: str) -> Transaction:
        """Join a team: at once, or at the next epoch when the agent is in another."""
        return self.send(JoinTeam(id=team_id))

    # -- reading ---------------------------------------------------------------------------------------------------

    def referral_set(self) -> str | None:
        """Id of the set that the agent refers for, or is a referee of."""
        referrals = self.model.exchange.incentives.referrals
        return referrals.set_of_referrer.get(self.key) or referrals.set_of_referee.get(self.key)

    def team_id(self) -> str | None:
        """Id of the agent's team."""
        return self.model.exchange.incentives.teams.team_of.get(self.key)


def _details(team: str | None, url: str, closed: bool, allow: Iterable[str]) -> TeamDetails | None:
    if team is None:
        return None
    return TeamDetails(name=team, team_url=url, closed=closed, allow_list=tuple(allow))
