"""Which transfers are valid at all, before anybody's money is looked at (0057-TRAN; 06 §7.2)."""

from __future__ import annotations

import re
from typing import Final

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.transfers import RecurringTransfer, Transfer
from vega_mesa.protocol.refusal import Refused

KEY: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
NETWORK_KEY: Final = "0" * 64
SOURCES: Final = (AccountType.GENERAL, AccountType.VESTED_REWARDS, AccountType.LOCKED_FOR_STAKING)
METRIC_REWARDS: Final = (
    AccountType.REWARD_LP_RECEIVED_FEES,
    AccountType.REWARD_MAKER_RECEIVED_FEES,
    AccountType.REWARD_MAKER_PAID_FEES,
    AccountType.REWARD_MARKET_PROPOSERS,
    AccountType.REWARD_AVERAGE_NOTIONAL,
    AccountType.REWARD_RELATIVE_RETURN,
    AccountType.REWARD_RETURN_VOLATILITY,
    AccountType.REWARD_VALIDATOR_RANKING,
    AccountType.REWARD_REALISED_RETURN,
    AccountType.REWARD_ELIGIBLE_ENTITIES,
)
OF_NETWORK: Final = (AccountType.GLOBAL_REWARD, AccountType.NETWORK_TREASURY)
TARGETS: Final = (
    AccountType.GENERAL,
    AccountType.BUY_BACK_FEES,
    AccountType.LOCKED_FOR_STAKING,
    *OF_NETWORK,
    *METRIC_REWARDS,
)


def check(party: str, transfer: Transfer, *, named: bool = False) -> None:
    """Refuse a transfer between accounts that do not allow it; the first complaint counts.

    Args:
        named: parties may go by any name, not by keys alone.

    Raises:
        Refused: with the network's text.
    """
    if not (named or KEY.fullmatch(party)):
        raise Refused("invalid from account")
    if not (transfer.to if named else KEY.fullmatch(transfer.to)):
        raise Refused("invalid to account")
    if transfer.amount <= 0:
        raise Refused("cannot transfer zero funds")
    _check_staking(party, transfer)
    if transfer.from_derived_key:
        _check_derived(transfer)
    if transfer.from_account_type not in SOURCES:
        raise Refused("unsupported from account type")
    if transfer.to_account_type in OF_NETWORK and transfer.to != NETWORK_KEY:
        raise Refused("to party is invalid for reward account type")
    if transfer.to_account_type not in TARGETS:
        raise Refused("unsupported to account type")
    if isinstance(transfer.kind, RecurringTransfer):
        _check_recurring(transfer.kind)


def _check_staking(party: str, transfer: Transfer) -> None:
    locked = AccountType.LOCKED_FOR_STAKING
    source, target = transfer.from_account_type, transfer.to_account_type
    if source is locked and target is not AccountType.GENERAL:
        raise Refused("can only transfer from locked for staking to general account")
    if party == transfer.to:
        return
    if source is AccountType.GENERAL and target is locked:
        raise Refused("transfers to locked for staking allowed only from own general account")
    if source is locked and target is AccountType.GENERAL:
        raise Refused("transfers from locked for staking allowed only to own general account")


def _check_derived(transfer: Transfer) -> None:
    if not KEY.fullmatch(transfer.from_derived_key):
        raise Refused("invalid from derived key")
    if transfer.from_account_type is not AccountType.VESTED_REWARDS:
        raise Refused("unsupported from account type")
    if transfer.to_account_type is not AccountType.GENERAL:
        raise Refused("unsupported to account type")


def _check_recurring(kind: RecurringTransfer) -> None:
    if kind.end_epoch == 0:
        raise Refused("end epoch is zero")
    if kind.start_epoch == 0:
        raise Refused("start epoch is zero")
    if kind.end_epoch is not None and kind.start_epoch > kind.end_epoch:
        raise Refused("start epoch after end epoch")
    if kind.factor <= 0:
        raise Refused("invalid factor")


def is_free(party: str, transfer: Transfer) -> bool:
    """Whether a transfer within the party's own funds costs nothing (06 §7.4.1)."""
    own = party == transfer.to
    if transfer.from_account_type is AccountType.VESTED_REWARDS:
        return own or bool(transfer.from_derived_key)
    if transfer.from_account_type is AccountType.LOCKED_FOR_STAKING:
        return own
    return own and transfer.to_account_type is AccountType.LOCKED_FOR_STAKING
