"""Validators and their scores (0061-REWP, 0064-VALW, 0069-VCBS)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.staking import ValidatorScored

LOWEST_PERFORMANCE = Decimal("0.05")
POWER_SCALE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorData:
    """What a validator had in an epoch, asset decimals."""

    node: str
    public_key: str
    self_stake: int
    delegated: int  # by others
    delegators: tuple[tuple[str, int], ...] = ()  # party, amount; ascending by party

    @property
    def total(self) -> int:
        """Own and delegated stake."""
        return self.self_stake + self.delegated


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorScore:
    """The scores of one validator: of its stake against whales, of its work, their product, and its share of all."""

    node: str
    stake_score: Decimal
    performance: Decimal
    validator_score: Decimal
    normalised: Decimal
    ranking: Decimal


class Validators:
    """The nodes that exist, and how they are judged. The four parameters are kept current by the exchange.

    Deviation: there is one set of validators, no ersatz set, and every contract knows every signer.
    """

    def __init__(self, bus: EventBus | None = None) -> None:
        self.bus = bus
        self.keys: dict[str, str] = {}
        """Node id to public key, in the order of registration."""
        self.competition_level = ZERO
        self.min_validators = 0
        self.minimum_stake = ZERO
        self.optimal_stake_multiplier = ZERO
        self.incumbent_bonus = ZERO

    def add(self, node: str, public_key: str = "") -> None:
        """Register a node; its key is its id when none is given."""
        self.keys[node] = public_key or node

    def __contains__(self, node: object) -> bool:
        return node in self.keys

    def performance(self, data: ValidatorData) -> Decimal:
        """1 for who has the minimum stake of its own, else 0: simulated nodes never miss a block."""
        return ONE if data.self_stake >= self.minimum_stake else ZERO

    @exact
    def scores(
        self, epoch: int, data: Sequence[ValidatorData], performances: Mapping[str, Decimal] | None = None
    ) -> list[ValidatorScore]:
        """Score the validators of an epoch.

        Args:
            data: what each had, as the delegation engine closed the epoch.
            performances: by node, where they are not what :meth:`performance` says.

        Returns:
            In the order of ``data``.

        Emits: ValidatorScored for each.

        Spec: 0061-REWP (anti-whaling).
        """
        total = sum(each.total for each in data)
        optimal = self.optimal_stake(total, len(data))
        known = performances or {}
        raw: list[tuple[ValidatorData, Decimal, Decimal]] = []
        for each in data:
            performance = known[each.node] if each.node in known else self.performance(each)
            raw.append((each, self._stake_score(each.total, total, optimal), performance))
        all_scores = sum((score * performance for _, score, performance in raw), ZERO)
        result = []
        for each, score, performance in raw:
            product = score * performance
            ranking = divide(each.total, total) * performance * (ONE + self.incumbent_bonus) if total else ZERO
            result.append(
                ValidatorScore(
                    node=each.node,
                    stake_score=score,
                    performance=performance,
                    validator_score=product,
                    normalised=divide(product, all_scores) if all_scores else ZERO,
                    ranking=ranking,
                )
            )
        self._send(epoch, result)
        return result

    @exact
    def optimal_stake(self, total: int, count: int) -> Decimal:
        """The stake above which more counts less: ``T ÷ max(minValidators, n ÷ competitionLevel)``."""
        by_competition = divide(count, self.competition_level) if self.competition_level else ZERO
        divisor = max(Decimal(self.min_validators), by_competition)
        return divide(total, divisor) if total and divisor else ZERO

    def _stake_score(self, stake: int, total: int, optimal: Decimal) -> Decimal:
        if total == 0:
            return ZERO
        flat = max(ZERO, stake - optimal)
        down = max(ZERO, stake - self.optimal_stake_multiplier * optimal)
        return min(ONE, max(ZERO, divide(stake - flat - down, total)))

    def _send(self, epoch: int, scores: Sequence[ValidatorScore]) -> None:
        if self.bus is None:
            return
        for score in scores:
            self.bus.send(
                ValidatorScored,
                node=score.node,
                epoch=epoch,
                stake_score=score.stake_score,
                performance=score.performance,
                validator_score=score.validator_score,
                normalised_score=score.normalised,
                ranking_score=score.ranking,
            )


@exact
def block_performance(proposed: int, blocks: int, power: int, total_power: int, scaling: Decimal) -> Decimal:
    """How well a node proposed blocks for its power: between 0.05 and 1 (0064-VALW)."""
    if blocks == 0 or power == 0 or total_power == 0:
        return LOWEST_PERFORMANCE
    achieved = divide(proposed + max(Decimal(2), proposed * scaling), blocks)
    return max(LOWEST_PERFORMANCE, min(ONE, divide(achieved, divide(power, total_power))))


@exact
def voting_powers(scores: Mapping[str, Decimal]) -> dict[str, int]:
    """Power in consensus from scores: ``trunc(max(1, score / sum * 10000))``, 10 each when all are 0."""
    total = sum(scores.values(), ZERO)
    if not total:
        return dict.fromkeys(scores, 10)
    return {node: truncate(max(ONE, divide(score, total) * POWER_SCALE)) for node, score in scores.items()}
