"""Who scores what in a game: scope, requirements, metric, teams (0056-REWA; 06 §6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.collateral import SYSTEM, Collateral
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DispatchStrategy,
    DistributionStrategy,
    EntityScope,
    IndividualScope,
)
from vega_mesa.protocol.market_activity import MarketActivity, MarketTracker
from vega_mesa.protocol.market_activity.metrics import values
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.rewards.games import Game
from vega_mesa.protocol.staking import StakeView
from vega_mesa.protocol.teams import Teams

RANKED = (DistributionStrategy.RANK, DistributionStrategy.RANK_LOTTERY)


class Score(NamedTuple):
    """One party's score; who is not eligible has 0."""

    party: str
    score: Decimal
    is_eligible: bool


class TeamScore(NamedTuple):
    """One team's score and its members."""

    team: str
    score: Decimal
    members: tuple[Score, ...]


class PoolKeys(Protocol):
    """Which keys belong to automated market makers."""

    def pool_keys(self, market_ids: Iterable[str], /) -> list[str]:
        """The keys that are live in these markets."""


class Scoring:
    """Scores games at the end of an epoch, each once."""

    def __init__(
        self,
        activity: MarketActivity,
        teams: Teams,
        stake: StakeView,
        collateral: Collateral,
        pools: PoolKeys | None = None,
    ) -> None:
        self.activity = activity
        self.teams = teams
        self.stake = stake
        self.collateral = collateral
        self.pools = pools
        self.owners: tuple[str, ...] = ()  # of any account, at the epoch's start
        self._seen_accounts: tuple[int, object] = (0, None)
        self._parties: dict[str, tuple[Score, ...]] = {}
        self._teams: dict[str, tuple[TeamScore, ...]] = {}

    def forget(self) -> None:
        """Another epoch ended: all scores are to be computed anew."""
        self._parties.clear()
        self._teams.clear()

    def on_epoch_start(self) -> None:
        """Note who owns accounts."""
        accounts = self.collateral.accounts
        seen = (len(accounts), next(reversed(accounts), None))
        if seen != self._seen_accounts:
            self._seen_accounts = seen
            self.owners = tuple(sorted({key[2] for key in accounts if key[2] != SYSTEM}))

    # -- games -----------------------------------------------------------------------------------------------------

    def parties(self, game: Game) -> tuple[Score, ...]:
        """Everybody in the scope of a game for individuals, ascending by party."""
        scores = self._parties.get(game.id)
        if scores is None:
            scores = self._parties[game.id] = tuple(self._score(game, self._scope(game.strategy)))
        return scores

    def team_scores(self, game: Game) -> tuple[TeamScore, ...]:
        """The teams whose score is not 0, ascending by id."""
        scores = self._teams.get(game.id)
        if scores is None:
            scores = self._teams[game.id] = tuple(self._score_teams(game))
        return scores

    def is_contested(self, game: Game) -> bool:
        """Whether a reward would find a receiver, so that a transfer is worth making."""
        strategy = game.strategy
        if strategy.metric is DispatchMetric.VALIDATOR_RANKING:
            return True
        if strategy.entity_scope is EntityScope.TEAMS:
            return bool(self.team_scores(game))
        ranked = strategy.distribution_strategy in RANKED
        return any(score.score or (ranked and score.is_eligible) for score in self.parties(game))

    # -- parties ---------------------------------------------------------------------------------------------------

    def trackers(self, strategy: DispatchStrategy) -> list[MarketTracker]:
        """The markets in scope."""
        return self.activity.in_scope(strategy.asset_for_metric, strategy.markets)

    def _scope(self, strategy: DispatchStrategy) -> list[str]:
        scope = strategy.individual_scope
        if scope is IndividualScope.IN_TEAM:
            found: Iterable[str] = self._in_teams()
        elif scope is IndividualScope.NOT_IN_TEAM:
            in_teams = self._in_teams()
            found = [party for party in self._active(strategy) if party not in in_teams]
        elif scope is IndividualScope.AMM:
            ids = [tracker.id for tracker in self.trackers(strategy)]
            found = self.pools.pool_keys(ids) if self.pools is not None else ()
        else:
            found = self._active(strategy)
        keys = strategy.eligible_keys
        return sorted(party for party in found if not keys or party in keys)

    def _in_teams(self) -> dict[str, None]:
        teams = self.teams.qualified()
        return {party: None for members in teams.values() for party in members}

    def _active(self, strategy: DispatchStrategy) -> Iterable[str]:
        """Who has done anything that counts."""
        needs_position = strategy.notional_time_weighted_average_position_requirement
        if strategy.metric is DispatchMetric.ELIGIBLE_ENTITIES and not needs_position:
            return self.stake.parties() if strategy.staking_requirement else self.owners
        return {party: None for tracker in self.trackers(strategy) for party in tracker.parties}

    @exact
    def _score(self, game: Game, parties: Iterable[str]) -> list[Score]:
        strategy = game.strategy
        trackers = self.trackers(strategy)
        exposure = self._exposure(strategy, trackers)
        if strategy.metric is DispatchMetric.ELIGIBLE_ENTITIES:
            return [self._entry(game, party, exposure) for party in parties]
        found = values(strategy.metric, trackers, strategy.window_length)
        scores = []
        for party in parties:
            value = found.get(party)
            if value is None or not self._qualifies(strategy, party, exposure):
                scores.append(Score(party, ZERO, is_eligible=False))
            else:
                scores.append(Score(party, value, is_eligible=True))
        return scores

    def _entry(self, game: Game, party: str, exposure: Mapping[str, int]) -> Score:
        if self._qualifies(game.strategy, party, exposure):
            game.entries.add(party)
            if game.entries.is_eligible(party, game.strategy.window_length):
                return Score(party, ONE, is_eligible=True)
        return Score(party, ZERO, is_eligible=False)

    @staticmethod
    def _exposure(strategy: DispatchStrategy, trackers: Sequence[MarketTracker]) -> dict[str, int]:
        """Time-weighted value of the epoch that just ended, where a game requires one."""
        exposure: dict[str, int] = {}
        if strategy.notional_time_weighted_average_position_requirement:
            for tracker in trackers:
                for epoch in tracker.window(1):
                    for party, value in epoch.notionals.items():
                        exposure[party] = exposure.get(party, 0) + value
        return exposure

    def _qualifies(self, strategy: DispatchStrategy, party: str, exposure: Mapping[str, int]) -> bool:
        stake = strategy.staking_requirement
        if stake:
            try:
                if self.stake.available(party) < stake:
                    return False
            except Refused:
                return False
        required = strategy.notional_time_weighted_average_position_requirement
        return not required or exposure.get(party, 0) >= required

    # -- teams -----------------------------------------------------------------------------------------------------

    @exact
    def _score_teams(self, game: Game) -> list[TeamScore]:
        strategy = game.strategy
        teams = self.teams.qualified(strategy.teams)
        scored = {score.party: score for score in self._score(game, sorted(_all(teams)))}
        result = []
        for team, members in teams.items():
            scores = tuple(scored[party] for party in members)
            value = team_score(scores, strategy.n_top_performers or ONE)
            if value:
                result.append(TeamScore(team, value, scores))
        return result


def team_score(members: Sequence[Score], n_top_performers: Decimal) -> Decimal:
    """Mean score of a part of all members, taken from the best of the eligible ones."""
    best = sorted((member.score for member in members if member.is_eligible), reverse=True)
    if not best:
        return ZERO
    count = min(max(truncate(n_top_performers * len(members)), 1), len(best))
    return divide(sum(best[:count], ZERO), count)


def _all(teams: Mapping[str, Sequence[str]]) -> dict[str, None]:
    return {party: None for members in teams.values() for party in members}


class MarketBonuses:
    """Which markets earn their proposers a bonus (06 §6.7.8)."""

    def __init__(self, activity: MarketActivity, collateral: Collateral) -> None:
        self.activity = activity
        self.collateral = collateral
        self.quantum_multiple = ZERO  # rewards.marketCreationQuantumMultiple

    @exact
    def shares(self, strategy: DispatchStrategy, asset: str, funder: str) -> list[tuple[str, Decimal]]:
        """The markets that have traded enough and were not paid yet from this funder, each with an equal share."""
        key = (asset, _scope_text(strategy), funder)
        found = []
        for tracker in self.activity.in_scope(strategy.asset_for_metric, strategy.markets):
            enough = self.quantum_multiple * self.collateral.quanta[tracker.asset]
            if tracker.value_traded <= enough or key in tracker.bonuses:
                continue
            if strategy.eligible_keys and tracker.proposer not in strategy.eligible_keys:
                continue
            found.append(tracker.id)
        if not found:
            return []
        share = divide(ONE, len(found))
        excess = max(ZERO, share * len(found) - ONE)
        return [(id, share - excess if place == 0 else share) for place, id in enumerate(sorted(found))]

    def mark(self, strategy: DispatchStrategy, asset: str, funder: str, market_id: str) -> None:
        """Remember a bonus; a strategy without metric asset is never remembered, as on the network."""
        tracker = self.activity.trackers.get(market_id)
        if tracker is not None and strategy.asset_for_metric:
            tracker.bonuses[(asset, _scope_text(strategy), funder)] = None


def _scope_text(strategy: DispatchStrategy) -> str:
    return "_".join(strategy.markets) or "all"
