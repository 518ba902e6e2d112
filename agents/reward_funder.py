"""The party that pays for what it wants others to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vega_mesa.agents.funded_trader import FundedTrader
from vega_mesa.agents.party_keys import network_key
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.commands.transfers import (
    DispatchMetric,
    DispatchStrategy,
    DistributionStrategy,
    EntityScope,
    IndividualScope,
    Rank,
)
from vega_mesa.protocol.transfers.strategy_checks import ACCOUNTS
from vega_mesa.units import Number, decimal

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

_ASSETLESS: Final = (DispatchMetric.MARKET_VALUE, DispatchMetric.VALIDATOR_RANKING, DispatchMetric.ELIGIBLE_ENTITIES)


class RewardFunder(FundedTrader):
    """Transfers a reward every epoch to whoever does best by a metric, for as long as its money lasts (0056-REWA).

    Args:
        metric: what is rewarded, ``maker_fees_paid``, ``average_notional``, ``relative_return``...
        amount: an epoch, in the market's asset.
        factor: what the amount is multiplied with from epoch to epoch.
        teams: whether teams compete, not parties; then the best of each team's members count.
        best: part of a team's members whose mean score is the team's.
        ranks: pairs of a place from which on (1 is the best) and so many parts of the reward; empty divides it pro
            rata of the scores.
        window: epochs that the metric looks back.
        lock: epochs before what was won begins to vest.
        strategy: in place of all these but ``amount`` and ``factor``.
        key: 64 hexadecimal digits, as transfers need it.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        metric: str = "maker_fees_paid",
        amount: Number = 1_000,
        factor: Number = 1,
        teams: bool = False,
        best: Number = 1,
        ranks: tuple[tuple[int, int], ...] = (),
        window: int = 1,
        lock: int = 1,
        strategy: DispatchStrategy | None = None,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        super().__init__(model, market=market, funds=funds, key=key or network_key(model, type(self).__name__))
        if metric.upper() not in DispatchMetric.__members__ or metric.upper() == "UNSPECIFIED":
            known = ", ".join(name.lower() for name in DispatchMetric.__members__ if name != "UNSPECIFIED")
            raise ConfigError("metric", metric, f"one of {known}")
        self.metric = DispatchMetric[metric.upper()]
        self.amount = amount
        self.factor = factor
        self.teams = teams
        self.best = best
        self.ranks = ranks
        self.window = window
        self.lock = lock
        self.strategy = strategy
        self.transfer_sent: Transaction | None = None

    def step(self) -> None:
        """Start the transfer, once there is money and the network takes it."""
        sent = self.transfer_sent
        if (sent is not None and not sent.error) or not self.is_trading(self.market):
            return
        strategy = self.strategy or self.make_strategy()
        self.transfer_sent = self.transfer_every_epoch(
            "network",
            self.amount,
            self.find_market(self.market).asset,
            factor=self.factor,
            reward=strategy,
            to_account=ACCOUNTS[strategy.metric].name.lower(),
        )

    def finalise(self) -> None:
        """End the transfer."""
        sent = self.transfer_sent
        if sent is not None and sent.accepted:
            self.cancel_transfer(sent.id)

    def make_strategy(self) -> DispatchStrategy:
        """Who competes, by what, and how the reward is divided."""
        return DispatchStrategy(
            metric=self.metric,
            asset_for_metric="" if self.metric in _ASSETLESS else self.find_market(self.market).asset,
            entity_scope=EntityScope.TEAMS if self.teams else EntityScope.INDIVIDUALS,
            individual_scope=IndividualScope.UNSPECIFIED if self.teams else IndividualScope.ALL,
            n_top_performers=decimal(self.best) if self.teams else None,
            window_length=self.window,
            lock_period=self.lock,
            distribution_strategy=DistributionStrategy.RANK if self.ranks else DistributionStrategy.PRO_RATA,
            rank_table=tuple(Rank(start_rank=start, share_ratio=share) for start, share in self.ranks),
        )
