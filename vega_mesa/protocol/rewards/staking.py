"""What stake earns: shares of validators and of their delegators (0058-REWS, 0061-REWP; 06 §6.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.validators import ValidatorData, ValidatorScore

ROUNDS: Final = 10
NEGLIGIBLE: Final = Decimal("0.001")  # of the most that one participant may get


@exact
def staking_amounts(
    balance: int,
    validators: Sequence[ValidatorData],
    scores: Sequence[ValidatorScore],
    delegator_share: Decimal,
    most: int,
) -> dict[str, int]:
    """Divide a balance among validators and delegators.

    Args:
        delegator_share: part of a validator's reward that is for stake, of whomever.
        most: what one key may get, over all validators; 0 means no limit.

    Returns:
        By key, in the order of first payment.
    """
    data = {each.node: each for each in validators}
    paid: dict[str, int] = {}
    for score in sorted(scores, key=_node):
        validator = data[score.node]
        if not score.normalised or not validator.total:
            continue
        pot = score.normalised * balance
        to_delegators = divide(delegator_share * validator.delegated, validator.total)
        own = truncate((ONE - to_delegators) * pot)
        _pay(paid, validator.public_key, own, most)
        _pay_delegators(paid, validator, truncate(to_delegators * pot), most)
    return {key: amount for key, amount in paid.items() if amount}


def _pay(paid: dict[str, int], key: str, amount: int, most: int) -> int:
    """Pay a key within its limit; returns what it got."""
    before = paid.get(key, 0)
    after = before + amount
    if most:
        after = min(after, most)
    paid[key] = max(before, after)
    return paid[key] - before


def _pay_delegators(paid: dict[str, int], validator: ValidatorData, amount: int, most: int) -> None:
    weights = _weights(validator)
    rest = amount
    for _ in range(ROUNDS):
        left = rest
        for key in sorted(weights):
            left -= _pay(paid, key, truncate(weights[key] * rest), most)
        if left == rest or left < truncate(NEGLIGIBLE * most):
            return
        rest = left


def _weights(validator: ValidatorData) -> Mapping[str, Decimal]:
    """Each delegator's part; what rounding adds beyond 1 is taken from the heaviest again and again."""
    weights = {key: divide(amount, validator.delegated) for key, amount in validator.delegators if amount}
    while (excess := sum(weights.values(), ZERO) - ONE) > 0:
        heaviest = max(sorted(weights), key=weights.__getitem__)
        weights[heaviest] -= min(excess, weights[heaviest])
    return weights


def _node(score: ValidatorScore) -> str:
    return score.node
