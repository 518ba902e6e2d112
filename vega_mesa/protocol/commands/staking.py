"""What associates the governance token and delegates it to validators (0059-STKG). Amounts in asset decimals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateTokens:
    """Stake governance tokens from the general account; they count for votes from now on."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DissociateTokens:
    """Take staked tokens back to the general account."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumStake:
    """A transaction on Ethereum: associate tokens of a wallet with a party through the staking bridge."""

    amount: int
    wallet: str = ""  # the sender's own when empty
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumUnstake:
    """A transaction on Ethereum: remove tokens from the staking bridge."""

    amount: int
    wallet: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateSubmission:
    """Delegate associated tokens to a validator from the next epoch on."""

    node_id: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UndelegateSubmission:
    """Take a delegation back (0: all of it): now, or at the end of the epoch."""

    node_id: str
    amount: int = 0
    now: bool = False
