"""Checks of the commands about transfers, referral sets, teams and profiles themselves (06 §10.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.teams import (
    ApplyReferralCode,
    CreateReferralSet,
    JoinTeam,
    TeamDetails,
    TeamUpdate,
    UpdatePartyProfile,
    UpdateReferralSet,
)
from vega_mesa.protocol.commands.transfers import OneOffTransfer, RecurringTransfer, Transfer
from vega_mesa.protocol.transfers.checks import KEY, METRIC_REWARDS, SOURCES, TARGETS
from vega_mesa.protocol.transfers.strategy_checks import strategy_problems

Problem = tuple[str, str]  # property, message
REQUIRED: Final = "is required"
POSITIVE: Final = "must be positive"
AT_ONCE: Final = (
    AccountType.GENERAL,
    AccountType.GLOBAL_REWARD,
    AccountType.NETWORK_TREASURY,
    AccountType.BUY_BACK_FEES,
    AccountType.LOCKED_FOR_STAKING,
)
ONLY_RECURRING: Final = (
    "transfers to metric-based reward accounts must be recurring transfers that specify a distribution metric"
)
INEFFECTIVE: Final = "is ineffective"
LONGEST_NAME: Final = 100
LONGEST_URL: Final = 200
LONGEST_ALIAS: Final = 32
LONGEST_VALUE: Final = 255
MOST_ENTRIES: Final = 10


# -- transfers -------------------------------------------------------------------------------------------------------


def transfer(command: Transfer) -> list[Problem]:
    """What is wrong with a transfer. On a null chain parties go by any name: the receiver need not be a public key."""
    problems = []
    if command.amount <= 0:
        problems.append(("transfer.amount", POSITIVE))
    if not command.to:
        problems.append(("transfer.to", REQUIRED))
    if not command.asset:
        problems.append(("transfer.asset", REQUIRED))
    if command.from_account_type not in SOURCES:
        problems.append(("transfer.from_account_type", "is not a valid value"))
    if command.to_account_type not in TARGETS:
        problems.append(("transfer.to_account_type", "is not a valid value"))
    if len(command.reference) > LONGEST_NAME:
        problems.append(("transfer.reference", "must be less than 100 characters"))
    if command.from_derived_key:
        if command.from_account_type is not AccountType.VESTED_REWARDS:
            problems.append(("transfer.from", "from can only be set for vested rewards"))
        if command.to_account_type is not AccountType.GENERAL:
            problems.append(("transfer.from", "from can only be set when transferring to general account"))
    if isinstance(command.kind, OneOffTransfer):
        return problems + _one_off(command, command.kind)
    return problems + _recurring(command, command.kind)


def _one_off(command: Transfer, kind: OneOffTransfer) -> list[Problem]:
    problems = []
    if command.to_account_type in METRIC_REWARDS:
        text = (
            "transfers to metric-based reward accounts must be recurring transfers that specify a distribution metric"
        )
        problems.append(("transfer.to_account_type", text))
    if command.to_account_type in TARGETS and command.to_account_type not in AT_ONCE:
        problems.append(("transfer.to_account_type", "account type is not valid for one off transfer"))
    if kind.deliver_on < 0:
        problems.append(("transfer.deliver_on", "must be positive or zero"))
    return problems


def _recurring(command: Transfer, kind: RecurringTransfer) -> list[Problem]:
    path = "transfer.recurring"
    problems = []
    if command.from_account_type is AccountType.VESTED_REWARDS:
        text = "account type is not valid for one recurring transfer"
        problems.append(("transfer.from_account_type", text))
    if kind.start_epoch <= 0:
        problems.append((f"{path}.start_epoch", POSITIVE))
    if kind.end_epoch is not None:
        if kind.end_epoch <= 0:
            problems.append((f"{path}.end_epoch", POSITIVE))
        elif kind.end_epoch < kind.start_epoch:
            problems.append((f"{path}.end_epoch", "must be after start_epoch"))
    if kind.factor <= 0:
        problems.append((f"{path}.factor", POSITIVE))
    strategy = kind.dispatch_strategy
    if strategy is not None:
        problems += strategy_problems(strategy, command.to_account_type, f"{path}.dispatch_strategy")
    elif command.to_account_type in METRIC_REWARDS:
        problems.append((f"{path}.dispatch_strategy", REQUIRED))
    return problems


# -- referral sets and teams -----------------------------------------------------------------------------------------


def create_referral_set(command: CreateReferralSet) -> list[Problem]:
    """What is wrong with a new referral set, or its team."""
    path = "create_referral_set"
    if command.team is None:
        return [(path, INEFFECTIVE)] if command.do_not_create_referral_set else []
    problems = _team(command.team, f"{path}.team")
    if not command.team.name:
        problems.append((f"{path}.team.name", REQUIRED))
    if command.team.allow_list and not command.team.closed:
        problems.append((f"{path}.team.allow_list", "cannot set allow list when team is opened"))
    return problems


def update_referral_set(command: UpdateReferralSet) -> list[Problem]:
    """What is wrong with a changed team."""
    path = "update_referral_set"
    problems = _id(command.id, path)
    team = command.team
    if team is None:
        return [*problems, (path, INEFFECTIVE)]
    problems += _team(team, f"{path}.team")
    if team.name == "":
        problems.append((f"{path}.team.name", REQUIRED))
    if team.allow_list and team.closed is None:
        problems.append((f"{path}.team.allow_list", "setting an allow list requires setting the closed state"))
    if team.allow_list and team.closed is False:
        problems.append((f"{path}.team.allow_list", "cannot set allow list when team is opened"))
    return problems


def _team(team: TeamDetails | TeamUpdate, path: str) -> list[Problem]:
    problems = []
    if team.name is not None and len(team.name) > LONGEST_NAME:
        problems.append((f"{path}.name", "must be less than 100 characters"))
    for name, url in (("team_url", team.team_url), ("avatar_url", team.avatar_url)):
        if url is not None and len(url) > LONGEST_URL:
            problems.append((f"{path}.{name}", "must be less than 200 characters"))
    return problems


def apply_referral_code(command: ApplyReferralCode) -> list[Problem]:
    """What is wrong with a referral code."""
    return _id(command.id, "apply_referral_code")


def join_team(command: JoinTeam) -> list[Problem]:
    """What is wrong with a team's id."""
    return _id(command.id, "join_team")


def _id(id: str, path: str) -> list[Problem]:
    return [] if KEY.fullmatch(id) else [(f"{path}.id", "should be a valid Vega ID")]


# -- profiles --------------------------------------------------------------------------------------------------------


def update_party_profile(command: UpdatePartyProfile) -> list[Problem]:
    """What is wrong with a profile."""
    path = "update_party_profile"
    problems = []
    if len(command.alias) > LONGEST_ALIAS:
        problems.append((f"{path}.alias", "is limited to 32 characters"))
    if len(command.metadata) > MOST_ENTRIES:
        problems.append((f"{path}.metadata", "is limited to 10 entries"))
    seen: dict[str, None] = {}
    for index, entry in enumerate(command.metadata):
        key = f"{path}.metadata.{index}.key"
        if not entry.key.strip():
            problems.append((key, "cannot be blank"))
        elif entry.key in seen:
            problems.append((key, "is duplicated"))
        if len(entry.key) > LONGEST_ALIAS:
            problems.append((key, "is limited to 32 characters"))
        value = f"{path}.metadata.{index}.value"
        if not entry.value.strip():
            problems.append((value, "cannot be blank"))
        elif len(entry.value) > LONGEST_VALUE:
            problems.append((value, "is limited to 255 characters"))
        seen[entry.key] = None
    return problems


CHECKS: Final[dict[type, Callable[[Any], list[Problem]]]] = {
    Transfer: transfer,
    CreateReferralSet: create_referral_set,
    UpdateReferralSet: update_referral_set,
    ApplyReferralCode: apply_referral_code,
    JoinTeam: join_team,
    UpdatePartyProfile: update_party_profile,
}
