"""What a dispatch strategy must look like, whoever sends it (0056-REWA; 06 §10.2)."""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DispatchStrategy,
    DistributionStrategy,
    EntityScope,
    IndividualScope,
)

Problem = tuple[str, str]  # property, message
ACCOUNTS: Final = {
    DispatchMetric.LP_FEES_RECEIVED: AccountType.REWARD_LP_RECEIVED_FEES,
    DispatchMetric.MAKER_FEES_RECEIVED: AccountType.REWARD_MAKER_RECEIVED_FEES,
    DispatchMetric.MAKER_FEES_PAID: AccountType.REWARD_MAKER_PAID_FEES,
    DispatchMetric.MARKET_VALUE: AccountType.REWARD_MARKET_PROPOSERS,
    DispatchMetric.AVERAGE_NOTIONAL: AccountType.REWARD_AVERAGE_NOTIONAL,
    DispatchMetric.RELATIVE_RETURN: AccountType.REWARD_RELATIVE_RETURN,
    DispatchMetric.REALISED_RETURN: AccountType.REWARD_REALISED_RETURN,
    DispatchMetric.RETURN_VOLATILITY: AccountType.REWARD_RETURN_VOLATILITY,
    DispatchMetric.VALIDATOR_RANKING: AccountType.REWARD_VALIDATOR_RANKING,
    DispatchMetric.ELIGIBLE_ENTITIES: AccountType.REWARD_ELIGIBLE_ENTITIES,
}
LONGEST_WINDOW: Final = 100
LONGEST_TABLE: Final = 500
REQUIRED: Final = "is required"
POSITIVE: Final = "must be positive"
NOT_NEGATIVE: Final = "must be positive or zero"
WITHIN: Final = "must be between 1 and 100"
_WITHOUT_ASSET: Final = (
    DispatchMetric.ELIGIBLE_ENTITIES,
    DispatchMetric.MARKET_VALUE,
    DispatchMetric.VALIDATOR_RANKING,
)
_WITHOUT_REQUIREMENTS: Final = (DispatchMetric.MARKET_VALUE, DispatchMetric.VALIDATOR_RANKING)
_RANKED: Final = (DistributionStrategy.RANK, DistributionStrategy.RANK_LOTTERY)


def strategy_problems(strategy: DispatchStrategy, account: AccountType, path: str) -> list[Problem]:
    """What is wrong with a strategy for transfers to accounts of a type.

    Where the network forbids a field altogether, the value that it has here when it is not given is allowed.

    Args:
        path: of the strategy in the command, e.g. ``transfer.recurring.dispatch_strategy``.
    """
    problems = [
        *_metric(strategy, account),
        *_scope(strategy, account),
        *_requirements(strategy, account),
        *_distribution(strategy, account),
        *_amounts(strategy),
    ]
    return [(f"{path}.{name}", message) for name, message in problems]


def _name(account: AccountType) -> str:
    return f"ACCOUNT_TYPE_{account.name}"


def _metric(strategy: DispatchStrategy, account: AccountType) -> list[Problem]:
    metric = strategy.metric
    problems = []
    if ACCOUNTS.get(metric) is not account:
        text = f"cannot set toAccountType to {_name(account)} when dispatch metric is set to {metric}"
        problems.append(("dispatch_metric", text))
    if metric is DispatchMetric.VALIDATOR_RANKING and strategy.asset_for_metric:
        text = "not be specified when to_account type is VALIDATOR_RANKING"
        problems.append(("asset_for_metric", text))
    if metric not in _WITHOUT_ASSET and not strategy.asset_for_metric:
        problems.append(("asset_for_metric", REQUIRED))
    return problems


def _scope(strategy: DispatchStrategy, account: AccountType) -> list[Problem]:
    scope = strategy.entity_scope
    problems: list[Problem] = []
    if scope is EntityScope.UNSPECIFIED:
        problems.append(("entity_scope", REQUIRED))
    if scope is EntityScope.TEAMS:
        if account is AccountType.REWARD_MARKET_PROPOSERS:
            problems.append(("entity_scope", f"{scope} is not allowed for {_name(account)}"))
        if strategy.individual_scope not in (IndividualScope.UNSPECIFIED, IndividualScope.ALL):
            problems.append(("individual_scope", f"should not be set when entity_scope is set to {scope}"))
        if strategy.n_top_performers is None:
            problems.append(("n_top_performers", REQUIRED))
        elif not 0 < strategy.n_top_performers <= 1:
            problems.append(("n_top_performers", "must be between 0 (excluded) and 1 (included)"))
        return problems
    if strategy.n_top_performers is not None:
        text = "must not be set when entity scope is not ENTITY_SCOPE_TEAMS"
        problems.append(("n_top_performers", text))
    if scope is EntityScope.INDIVIDUALS:
        if strategy.individual_scope is IndividualScope.UNSPECIFIED:
            problems.append(("individual_scope", REQUIRED))
        if strategy.teams:
            problems.append(("team_scope", f"should not be set when entity_scope is set to {scope}"))
    return problems


def _requirements(strategy: DispatchStrategy, account: AccountType) -> list[Problem]:
    problems = []
    position = "notional_time_weighted_average_position_requirement"
    for name, value in (
        ("staking_requirement", strategy.staking_requirement),
        (position, strategy.notional_time_weighted_average_position_requirement),
    ):
        if value is None:
            continue
        if strategy.metric in _WITHOUT_REQUIREMENTS:
            problems.append((name, f"should not be set if to_account is set to {_name(account)}"))
        elif value < 0:
            problems.append((name, NOT_NEGATIVE))
    if strategy.metric is DispatchMetric.ELIGIBLE_ENTITIES:
        needs_position = strategy.notional_time_weighted_average_position_requirement
        if needs_position and not strategy.asset_for_metric:
            problems.append(("asset_for_metric", REQUIRED))
        if not (strategy.markets or strategy.asset_for_metric or strategy.staking_requirement or needs_position):
            fields = f"(markets, asset_for_metric, staking_requirement, {position})"
            problems.append(
                ("dispatch_metric", f"eligible_entities metric requires at least one of {fields} to be defined")
            )
    return problems


def _distribution(strategy: DispatchStrategy, account: AccountType) -> list[Problem]:
    way = strategy.distribution_strategy
    unspecified = way is DistributionStrategy.UNSPECIFIED
    if account is AccountType.REWARD_MARKET_PROPOSERS:
        if way not in _RANKED:
            return []
        return [("distribution_strategy", f"should not be set when to_account is set to {_name(account)}")]
    if unspecified:
        return [("distribution_strategy", REQUIRED)]
    table = strategy.rank_table
    if way not in _RANKED:
        return [("rank_table", "should not be set when distribution strategy is not by rank")] if table else []
    if not table:
        return [("rank_table", POSITIVE)]
    problems = []
    if len(table) > LONGEST_TABLE:
        problems.append(("rank_table", f"must be at most {LONGEST_TABLE}"))
    for index, rank in enumerate(table[1:], 1):
        if rank.start_rank <= table[index - 1].start_rank:
            text = f"must be greater than start_rank of element #{index - 1}"
            problems.append((f"rank_table.{index}.start_rank", text))
    return problems


def _amounts(strategy: DispatchStrategy) -> list[Problem]:
    metric, window = strategy.metric, strategy.window_length
    problems = []
    if metric is not DispatchMetric.MARKET_VALUE:
        if window < 1:
            problems.append(("window_length", WITHIN))
        elif window > LONGEST_WINDOW:
            problems.append(("window_length", f"must be at most {LONGEST_WINDOW}"))
    if strategy.cap_reward_fee_multiple is not None and strategy.cap_reward_fee_multiple <= 0:
        problems.append(("cap_reward_fee_multiple", POSITIVE))
    if strategy.transfer_interval is not None and not 1 <= strategy.transfer_interval <= LONGEST_WINDOW:
        problems.append(("transfer_interval", WITHIN))
    target = strategy.target_notional_volume
    if target is not None:
        if target <= 0:
            problems.append(("target_notional_volume", POSITIVE))
        without_volume = metric in _WITHOUT_REQUIREMENTS or (
            metric is DispatchMetric.ELIGIBLE_ENTITIES and not strategy.asset_for_metric
        )
        if without_volume:
            problems.append(("target_notional_volume", f"not allowed for metric {metric}"))
    return problems
