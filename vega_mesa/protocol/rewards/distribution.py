"""Dividing a reward: shares from scores, amounts from shares (0056-REWA; 06 §6.7.9-12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.commands.transfers import DistributionStrategy, Rank
from vega_mesa.protocol.rewards.lottery import draw_order
from vega_mesa.protocol.rewards.scoring import Score, TeamScore

CAP_ROUNDS = 10
Multiplier = Callable[[str], Decimal]


class Entity(NamedTuple):
    """A party or a team that competes."""

    name: str
    score: Decimal


class Rules(NamedTuple):
    """How a game divides. ``seed``: of the lottery, the epoch's end in nanoseconds."""

    strategy: DistributionStrategy
    ranks: tuple[Rank, ...] = ()
    seed: int = 0


@exact
def party_shares(rules: Rules, scores: Sequence[Score], multiplier: Multiplier) -> dict[str, Decimal]:
    """Parts of a reward by party; who is not eligible has none."""
    entities = [Entity(score.party, score.score) for score in scores if score.is_eligible]
    return _shares(rules, entities, multiplier)


@exact
def team_shares(rules: Rules, teams: Sequence[TeamScore], multiplier: Multiplier) -> dict[str, Decimal]:
    """Parts of a reward by member: teams share as parties do, and members by their multipliers."""
    by_team = _shares(rules, [Entity(team.team, team.score) for team in teams], _one)
    shares: dict[str, Decimal] = {}
    for team in teams:
        part = by_team.get(team.team)
        if not part:
            continue
        weights = {m.party: multiplier(m.party) for m in team.members if m.is_eligible and m.score}
        total = sum(weights.values(), ZERO)
        if total:
            for party, weight in weights.items():
                shares[party] = divide(weight * part, total)
    return cap_at_one(shares)


def _shares(rules: Rules, entities: Sequence[Entity], multiplier: Multiplier) -> dict[str, Decimal]:
    adjusted = _lift(entities)
    if rules.strategy is DistributionStrategy.PRO_RATA:
        weights = {entity.name: multiplier(entity.name) * entity.score for entity in adjusted}
    elif rules.strategy is DistributionStrategy.RANK:
        weights = _by_rank(rules.ranks, sorted(adjusted, key=_best_first), multiplier)
    elif rules.strategy is DistributionStrategy.RANK_LOTTERY:
        drawn = draw_order({entity.name: entity.score for entity in adjusted}, rules.seed)
        by_name = {entity.name: entity for entity in adjusted}
        weights = _by_rank(rules.ranks, [by_name[name] for name in drawn], multiplier)
    else:
        weights = {}
    weights = {name: weight for name, weight in weights.items() if weight}
    total = sum(weights.values(), ZERO)
    if not total:
        return {}
    return cap_at_one({name: divide(weight, total) for name, weight in weights.items()})


def _lift(entities: Sequence[Entity]) -> list[Entity]:
    """Raise all scores by the lowest one's debt, and drop who has nothing then."""
    lowest = min((entity.score for entity in entities), default=ZERO)
    if lowest >= 0:
        return list(entities)
    lifted = [Entity(entity.name, entity.score - lowest) for entity in entities]
    return [entity for entity in lifted if entity.score]


def _by_rank(ranks: Sequence[Rank], ordered: Sequence[Entity], multiplier: Multiplier) -> dict[str, Decimal]:
    """Weights by place; who scored the same as the one before has the same part."""
    weights: dict[str, Decimal] = {}
    ratio = 0
    previous: Decimal | None = None
    for place, entity in enumerate(ordered, 1):
        if entity.score != previous:
            ratio = 0
            for rank in ranks:
                if rank.start_rank > place:
                    break
                ratio = rank.share_ratio
        previous = entity.score
        if not ratio:
            break
        weights[entity.name] = ratio * multiplier(entity.name)
    return weights


def cap_at_one(shares: dict[str, Decimal]) -> dict[str, Decimal]:
    """Take what rounding adds beyond 1 from the largest share."""
    excess = sum(shares.values(), ZERO) - ONE
    if excess > 0:
        largest = max(shares, key=shares.__getitem__)
        shares[largest] -= excess
    return shares


@exact
def amounts(balance: int, shares: Mapping[str, Decimal]) -> dict[str, int]:
    """What each gets, cut to whole units."""
    return {name: truncate(balance * share) for name, share in shares.items()}


@exact
def capped_amounts(balance: int, shares: Mapping[str, Decimal], caps: Mapping[str, Decimal]) -> dict[str, int]:
    """What each gets when nobody gets more than his cap; what is left is divided again, ten times at most."""
    paid = dict.fromkeys(shares, 0)
    rest = balance
    for _ in range(CAP_ROUNDS):
        left = rest
        for name, share in shares.items():
            cap = caps.get(name)
            if cap is None:
                continue
            new = truncate(min(paid[name] + rest * share, cap))
            left -= new - paid[name]
            paid[name] = new
        done = left == rest
        rest = left
        if rest < 1 or done:
            break
    return paid


def _best_first(entity: Entity) -> tuple[Decimal, str]:
    return -entity.score, entity.name


def _one(name: str) -> Decimal:  # noqa: ARG001 - teams have no multiplier
    return ONE
