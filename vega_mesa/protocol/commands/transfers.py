"""What a party sends to move money: once or every epoch, to a key or to whoever earns a reward (0057-TRAN, 0056-REWA).

Amounts in asset decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from vega_mesa.protocol.collateral import AccountType


class DispatchMetric(StrEnum):
    """What a reward measures."""

    UNSPECIFIED = "DISPATCH_METRIC_UNSPECIFIED"
    MAKER_FEES_PAID = "DISPATCH_METRIC_MAKER_FEES_PAID"
    MAKER_FEES_RECEIVED = "DISPATCH_METRIC_MAKER_FEES_RECEIVED"
    LP_FEES_RECEIVED = "DISPATCH_METRIC_LP_FEES_RECEIVED"
    MARKET_VALUE = "DISPATCH_METRIC_MARKET_VALUE"
    AVERAGE_NOTIONAL = "DISPATCH_METRIC_AVERAGE_NOTIONAL"
    RELATIVE_RETURN = "DISPATCH_METRIC_RELATIVE_RETURN"
    RETURN_VOLATILITY = "DISPATCH_METRIC_RETURN_VOLATILITY"
    VALIDATOR_RANKING = "DISPATCH_METRIC_VALIDATOR_RANKING"
    REALISED_RETURN = "DISPATCH_METRIC_REALISED_RETURN"
    ELIGIBLE_ENTITIES = "DISPATCH_METRIC_ELIGIBLE_ENTITIES"


class EntityScope(StrEnum):
    """Whether parties or teams compete."""

    UNSPECIFIED = "ENTITY_SCOPE_UNSPECIFIED"
    INDIVIDUALS = "ENTITY_SCOPE_INDIVIDUALS"
    TEAMS = "ENTITY_SCOPE_TEAMS"


class IndividualScope(StrEnum):
    """Which parties compete."""

    UNSPECIFIED = "INDIVIDUAL_SCOPE_UNSPECIFIED"
    ALL = "INDIVIDUAL_SCOPE_ALL"
    IN_TEAM = "INDIVIDUAL_SCOPE_IN_TEAM"
    NOT_IN_TEAM = "INDIVIDUAL_SCOPE_NOT_IN_TEAM"
    AMM = "INDIVIDUAL_SCOPE_AMM"


class DistributionStrategy(StrEnum):
    """How a reward is divided."""

    UNSPECIFIED = "DISTRIBUTION_STRATEGY_UNSPECIFIED"
    PRO_RATA = "DISTRIBUTION_STRATEGY_PRO_RATA"
    RANK = "DISTRIBUTION_STRATEGY_RANK"
    RANK_LOTTERY = "DISTRIBUTION_STRATEGY_RANK_LOTTERY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """From this place on (1 is the best) an entity gets so many parts of a reward."""

    start_rank: int
    share_ratio: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchStrategy:
    """Who competes for a reward, by what, and how it is divided. Windows, locks and intervals are in epochs.

    Two transfers with equal strategies feed one reward.

    Args:
        markets: the markets that count; none means all that settle in ``asset_for_metric``.
        teams: the teams that compete; none means all.
        n_top_performers: part of a team's members whose mean score is the team's.
        cap_reward_fee_multiple: nobody gets more than this times the fees that he paid.
        transfer_interval: pay only in every so manieth epoch.
        target_notional_volume: below this volume only a part of the amount is transferred.
        eligible_keys: only these parties; none means everybody.
    """

    metric: DispatchMetric
    asset_for_metric: str = ""
    markets: tuple[str, ...] = ()
    entity_scope: EntityScope = EntityScope.INDIVIDUALS
    individual_scope: IndividualScope = IndividualScope.ALL
    teams: tuple[str, ...] = ()
    n_top_performers: Decimal | None = None
    staking_requirement: int | None = None
    notional_time_weighted_average_position_requirement: int | None = None
    window_length: int = 1
    lock_period: int = 1
    distribution_strategy: DistributionStrategy = DistributionStrategy.PRO_RATA
    rank_table: tuple[Rank, ...] = ()
    cap_reward_fee_multiple: Decimal | None = None
    transfer_interval: int | None = None
    target_notional_volume: int | None = None
    eligible_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffTransfer:
    """Now, or at an instant (nanoseconds; 0 means now)."""

    deliver_on: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringTransfer:
    """At the end of every epoch from the first to the last (None: for ever), ``amount * factor ** epochs``."""

    start_epoch: int
    end_epoch: int | None = None
    factor: Decimal = Decimal(1)
    dispatch_strategy: DispatchStrategy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Move money of the sender.

    Args:
        to: a key of 64 hexadecimal digits, all zero for an account of the network.
        from_derived_key: take it from the vested rewards of this key of an automated market maker of the sender.
    """

    asset: str
    amount: int
    to: str
    from_account_type: AccountType = AccountType.GENERAL
    to_account_type: AccountType = AccountType.GENERAL
    kind: OneOffTransfer | RecurringTransfer = OneOffTransfer()
    from_derived_key: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTransfer:
    """End one of the sender's recurring transfers."""

    transfer_id: str


class GovernanceTransferType(StrEnum):
    """Whether a smaller amount will do."""

    ALL_OR_NOTHING = "GOVERNANCE_TRANSFER_TYPE_ALL_OR_NOTHING"
    BEST_EFFORT = "GOVERNANCE_TRANSFER_TYPE_BEST_EFFORT"


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceTransfer:
    """What a proposal moves out of an account of the network.

    Args:
        source: the market whose insurance pool pays, empty for the network's other accounts.
        destination: a key, or the market whose insurance pool receives.
        amount: at most so much.
        fraction_of_balance: at most this part of what the source has.
    """

    source_type: AccountType
    destination_type: AccountType
    asset: str
    amount: int
    fraction_of_balance: Decimal
    source: str = ""
    destination: str = ""
    transfer_type: GovernanceTransferType = GovernanceTransferType.ALL_OR_NOTHING
    kind: OneOffTransfer | RecurringTransfer = OneOffTransfer()
