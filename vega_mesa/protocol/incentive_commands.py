"""Commands about transfers, referral sets, teams and profiles. One function a command, one table (06 §8.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, format_decimal
from vega_mesa.protocol.commands import teams, transfers
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange

PROFILE_FUNDS: Final = "spam.protection.updatePartyProfile.min.funds"


def transfer(exchange: Exchange, party: str, command: transfers.Transfer, ids: IdGenerator) -> Outcome:
    """A transfer, now, later or every epoch."""
    id = ids.next()
    if isinstance(command.kind, transfers.RecurringTransfer):
        exchange.incentives.start_recording()
    exchange.incentives.transfers.submit(id, party, command, exchange.now)
    return Outcome(id=id)


def cancel_transfer(exchange: Exchange, party: str, command: transfers.CancelTransfer, ids: IdGenerator) -> Outcome:
    """The end of a recurring transfer."""
    exchange.incentives.transfers.cancel(party, command.transfer_id)
    return Outcome(id=command.transfer_id)


def create_referral_set(exchange: Exchange, party: str, command: teams.CreateReferralSet, ids: IdGenerator) -> Outcome:
    """A referral set, and perhaps a team with the same id."""
    id = ids.next()
    if not command.do_not_create_referral_set:
        exchange.incentives.referrals.create_set(exchange.now, party, id)
        exchange.incentives.start_recording()
    if command.team is not None:
        exchange.incentives.teams.create(party, id, command.team)
    return Outcome(id=id)


def update_referral_set(exchange: Exchange, party: str, command: teams.UpdateReferralSet, ids: IdGenerator) -> Outcome:
    """Changes of a team, which is founded when there is none; its allow list is not taken over then."""
    change = command.team
    if change is not None:
        engine = exchange.incentives.teams
        if command.id in engine.by_id:
            engine.update(party, command.id, change)
        else:
            details = teams.TeamDetails(
                name=change.name or "",
                team_url=change.team_url or "",
                avatar_url=change.avatar_url or "",
                closed=bool(change.closed),
            )
            engine.create(party, command.id, details)
    return Outcome(id=command.id)


def apply_referral_code(exchange: Exchange, party: str, command: teams.ApplyReferralCode, ids: IdGenerator) -> Outcome:
    """Joining a referral set, and the team with its id if there is one."""
    incentives = exchange.incentives
    try:
        incentives.referrals.apply_code(exchange.now, party, command.id)
    except Refused as refusal:
        raise Refused(f"could not apply the referral code: {refusal.text}") from refusal
    if not command.do_not_join_team and command.id in incentives.teams.by_id:
        _join(exchange, party, command.id)
    return Outcome(id=command.id)


def join_team(exchange: Exchange, party: str, command: teams.JoinTeam, ids: IdGenerator) -> Outcome:
    """Joining a team."""
    _join(exchange, party, command.id)
    return Outcome(id=command.id)


def _join(exchange: Exchange, party: str, team: str) -> None:
    try:
        exchange.incentives.teams.join(party, team)
    except Refused as refusal:
        raise Refused(f"couldn't join team: {refusal.text}") from refusal


@exact
def update_party_profile(
    exchange: Exchange, party: str, command: teams.UpdatePartyProfile, ids: IdGenerator
) -> Outcome:
    """A new alias and new entries, for who has some funds."""
    least = exchange.network_parameters.integer(PROFILE_FUNDS)
    quanta = exchange.collateral.quanta
    balance = ZERO
    for account in exchange.collateral.of(party):
        balance += divide(account.balance, quanta.get(account.asset) or ONE)
    if balance < least:
        raise Refused(
            f'party "{party}" does not have sufficient balance to update profile code, '
            f"required balance {least} available balance {format_decimal(balance)}"
        )
    entries = ((entry.key, entry.value) for entry in command.metadata)
    exchange.incentives.profiles.update(party, command.alias, entries)
    return Outcome()


HANDLERS: Final[dict[type, Callable[[Exchange, str, Any, IdGenerator], Outcome]]] = {
    transfers.Transfer: transfer,
    transfers.CancelTransfer: cancel_transfer,
    teams.CreateReferralSet: create_referral_set,
    teams.UpdateReferralSet: update_referral_set,
    teams.ApplyReferralCode: apply_referral_code,
    teams.JoinTeam: join_team,
    teams.UpdatePartyProfile: update_party_profile,
}
