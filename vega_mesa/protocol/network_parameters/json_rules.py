"""What the parameters written in JSON must look like (06 §4.3): each rule returns its complaint, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, Final

from vega_mesa.protocol.durations import parse_duration
from vega_mesa.protocol.markets.states import SECOND

Object = dict[str, Any]
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
MONITORING_RANGE: Final = (5, 720 * 3600)  # seconds


def complaint(name: str, value: Object) -> str | None:
    """The first thing that is wrong with a JSON parameter, in the network's words."""
    rule = RULES.get(name)
    return None if rule is None else rule(value)


def completed(name: str, value: Object) -> Object:
    """A legal value with what it leaves out: empty lists, and a streak of 0."""
    key = LISTS.get(name)
    if key is None:
        return value
    rows = value.get(key) or []
    if name == "rewards.activityStreak.benefitTiers":
        rows = [{"minimum_activity_streak": 0, **row} for row in rows]
    return {**value, key: rows}


def _unknown(value: object, known: Collection[str]) -> str | None:
    if not isinstance(value, dict):
        return "unable to unmarshal value, not an object"
    for key in value:
        if key not in known:
            return f'unable to unmarshal value, json: unknown field "{key}"'
    return None


def _rows(value: Object, key: str) -> list[Any]:
    rows = value.get(key)
    return rows if isinstance(rows, list) else []


def _shape(value: Object, key: str, known: Collection[str]) -> str | None:
    error = _unknown(value, (key,))
    if error is None and not isinstance(value.get(key) or [], list):
        error = f"unable to unmarshal value, {key} is not a list"
    return error or next((error for row in _rows(value, key) if (error := _unknown(row, known))), None)


def decimal_of(value: object) -> Decimal | None:
    """A number or the text of one; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = repr(value) if isinstance(value, float) else str(value)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _scaling_factors(value: Object) -> str | None:
    names = ("search_level", "initial_margin", "collateral_release")
    if error := _unknown(value, names):
        return error
    factors = []
    for name in names:
        given = value.get(name, 0)
        number = None if isinstance(given, str) else decimal_of(given)
        if number is None:
            return f"unable to unmarshal value, {name} is not a number"
        factors.append(number)
    search, initial, release = factors
    if not search < initial < release:
        return "invalid scaling factors (searchLevel < initialMargin < collateralRelease)"
    if search < 1 or release > 100:
        return "invalid scaling factors (1< searchLevel < initialMargin < collateralRelease <=100)"
    return None


def _price_monitoring(value: Object) -> str | None:
    names = {
        "horizon": "Horizon",
        "probability": "Probability",
        "auction_extension": "AuctionExtension",
        "auctionExtension": "AuctionExtension",
    }
    if error := _shape(value, "triggers", names):
        return error
    low, high = MONITORING_RANGE
    for row in _rows(value, "triggers"):
        extension = decimal_of(row.get("auction_extension", row.get("auctionExtension", 0)))
        horizon = decimal_of(row.get("horizon", 0))
        probability = decimal_of(row.get("probability", "0"))
        if extension is None or not low <= extension <= high:
            return "invalid AuctionExtension: must be between 5s and 720h0m0s"
        if horizon is None or not low <= horizon <= high:
            return "invalid Horizon: must be between 5s and 720h0m0s"
        if probability is None or not Decimal("0.9") <= probability < 1:
            return "invalid Probability: must be 0.9 <= x < 1"
    return None


def _duration(text: object) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_duration(text)
    except ValueError:
        return None


def _long_block(value: Object) -> str | None:
    prefix = "invalid long block auction duration table - "
    if error := _shape(value, "threshold_and_duration", ("threshold", "duration")):
        return error
    seen: list[str] = []
    for index, row in enumerate(_rows(value, "threshold_and_duration")):
        threshold, duration = _duration(row.get("threshold", "")), _duration(row.get("duration", ""))
        if threshold is None:
            return f"{prefix}threshold at index {index} is not a valid duration"
        if threshold <= 0:
            return f"{prefix}threshold at index {index} is not a positive duration"
        if duration is None:
            return f"{prefix}duration at index {index} is not a valid duration"
        if duration <= 0:
            return f"{prefix}duration at index {index} is not a positive duration"
        if duration < SECOND:
            return f"{prefix}duration at index {index} is less than one second"
        if row["threshold"] in seen:
            return f"{prefix}duplicate threshold"
        seen.append(row["threshold"])
    return None


def _vesting_tiers(value: Object) -> str | None:
    if error := _shape(value, "tiers", ("minimum_quantum_balance", "reward_multiplier")):
        return error
    seen: list[int] = []
    for index, row in enumerate(_rows(value, "tiers")):
        balance = decimal_of(row.get("minimum_quantum_balance", ""))
        if balance is None or balance < 0 or balance != int(balance):
            return f"invalid {index}.minimum_quantum_balance"
        if int(balance) in seen:
            return f"duplicate minimum_activity_streak entry for: {int(balance)}"
        seen.append(int(balance))
        multiplier = row.get("reward_multiplier", "")
        if decimal_of(multiplier) is None:
            return f"{index}.reward_multiplier, invalid decimal: can't convert {multiplier} to decimal"
    return None


def _streak_tiers(value: Object) -> str | None:
    if error := _shape(value, "tiers", ("minimum_activity_streak", "reward_multiplier", "vesting_multiplier")):
        return error
    seen: list[int] = []
    for index, row in enumerate(_rows(value, "tiers")):
        streak = row.get("minimum_activity_streak", 0)
        if isinstance(streak, bool) or not isinstance(streak, int) or streak < 0:
            return f"unable to unmarshal value, {index}.minimum_activity_streak is not a number"
        if streak in seen:
            return f"duplicate minimum_activity_streak entry for: {streak}"
        seen.append(streak)
        for name in ("reward_multiplier", "vesting_multiplier"):
            multiplier = decimal_of(row.get(name, ""))
            if multiplier is None:
                return f"{index}.{name}, invalid decimal: can't convert {row.get(name, '')} to decimal"
            if multiplier < 1:
                return f"{index}.{name}, less than 1.0"
    return None


_BRIDGE: Final = ("network_id", "chain_id", "collateral_bridge_contract", "confirmations", "multisig_control_contract")
_BRIDGE_EXTRA: Final = ("name", "block_time", "block_interval", "staking_bridge_contract", "token_vesting_contract")


def _bridge(value: Object, contracts: Collection[str]) -> str | None:
    if error := _unknown(value, (*_BRIDGE, *_BRIDGE_EXTRA)):
        return error
    for key in ("network_id", "chain_id"):
        if not isinstance(value.get(key), str) or not value[key]:
            return f"missing {key}"
    for key in contracts:
        contract = value.get(key)
        if not isinstance(contract, dict) or not contract.get("address"):
            return f"missing {key} address"
    return _confirmations(value)


def _confirmations(value: Object) -> str | None:
    count = value.get("confirmations", 0)
    if isinstance(count, bool) or not isinstance(count, int) or count <= 0:
        return "confirmations must be above 0"
    return None


def _ethereum(value: Object) -> str | None:
    return _bridge(value, ("collateral_bridge_contract", "staking_bridge_contract", "multisig_control_contract"))


def _evm_bridges(value: Object) -> str | None:
    if error := _unknown(value, ("configs",)):
        return error
    configs = _rows(value, "configs")
    if len(configs) != 1:
        return "exactly one EVM bridge must be configured"
    return _bridge(configs[0], ("collateral_bridge_contract", "multisig_control_contract"))


def _evm_sources(value: Object) -> str | None:
    if error := _shape(value, "configs", ("network_id", "chain_id", "confirmations", "name", "block_interval")):
        return error
    for row in _rows(value, "configs"):
        for key in ("network_id", "chain_id", "name"):
            if not isinstance(row.get(key), str) or not row[key]:
                return f"missing {key}"
        if error := _confirmations(row):
            return error
    return None


LISTS: Final = {
    "auction.LongBlock": "threshold_and_duration",
    "market.monitor.price.defaultParameters": "triggers",
    "rewards.activityStreak.benefitTiers": "tiers",
    "rewards.vesting.benefitTiers": "tiers",
    "blockchains.ethereumRpcAndEvmCompatDataSourcesConfig": "configs",
}
RULES: Final[dict[str, Callable[[Object], str | None]]] = {
    "auction.LongBlock": _long_block,
    "market.margin.scalingFactors": _scaling_factors,
    "market.monitor.price.defaultParameters": _price_monitoring,
    "rewards.activityStreak.benefitTiers": _streak_tiers,
    "rewards.vesting.benefitTiers": _vesting_tiers,
    "blockchains.ethereumConfig": _ethereum,
    "blockchains.evmBridgeConfigs": _evm_bridges,
    "blockchains.ethereumRpcAndEvmCompatDataSourcesConfig": _evm_sources,
}
