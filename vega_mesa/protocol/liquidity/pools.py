"""Automated market makers as providers of liquidity: average stakes and scores (0042-LIQF, 0090-VAMM)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from vega_mesa.protocol.arithmetic import ZERO, Factor, divide, exact, truncate
from vega_mesa.protocol.liquidity.equity_shares import EquityShares
from vega_mesa.protocol.liquidity.market_view import LiquidityPool
from vega_mesa.protocol.liquidity.scores import Quotes


class PoolAverages:
    """Running averages of one pool in an epoch."""

    __slots__ = ("stake", "score", "samples")

    def __init__(self, samples: int = 0) -> None:
        self.stake = ZERO
        self.score = ZERO
        self.samples = samples

    @exact
    def add(self, stake: Decimal, score: Decimal) -> None:
        """Count a sample."""
        count = self.samples
        self.stake = divide(self.stake * count + stake, count + 1)
        self.score = divide(self.score * count + score, count + 1)
        self.samples = count + 1


class PoolStatistics:
    """The averages of all pools of a market; ``ticks`` counts the samples of the epoch."""

    __slots__ = ("by_party", "ticks", "last_scores")

    def __init__(self) -> None:
        self.by_party: dict[str, PoolAverages] = {}
        self.last_scores: dict[str, Decimal] = {}
        self.ticks = 0

    def sample(
        self, pools: Sequence[LiquidityPool], quotes: Quotes, low: int, high: int, stake_to_ccy_volume: Factor
    ) -> None:
        """Look at every pool within the price range; pools that are gone count as zeros."""
        live = set()
        for pool in pools:
            live.add(pool.party)
            buys, sells = pool.shape(low, high)
            smaller = min(sum(price * size for price, size in buys), sum(price * size for price, size in sells))
            factor = stake_to_ccy_volume
            stake = divide(smaller * factor.scale, factor.numerator) if factor else ZERO
            score = quotes.score(buys, sells) if quotes.complete else self.last_scores.get(pool.party, ZERO)
            self.last_scores[pool.party] = score
            averages = self.by_party.get(pool.party)
            if averages is None:
                # ticks before the pool existed count as zeros, one is forgiven
                averages = self.by_party[pool.party] = PoolAverages(max(0, self.ticks - 1))
            averages.add(stake, score)
        for party, averages in self.by_party.items():
            if party not in live:
                averages.add(ZERO, ZERO)
        self.ticks += 1

    def begin_epoch(self, pools: Sequence[LiquidityPool], shares: EquityShares) -> None:
        """Give every pool its average stake, and start to average anew."""
        self.ticks = 0
        if not self.by_party:
            return
        live = {pool.party for pool in pools}
        for party in sorted(self.by_party):
            averages = self.by_party[party]
            if party not in live and not averages.stake:
                del self.by_party[party]
                self.last_scores.pop(party, None)
                shares.set_stake(party, 0)
                continue
            shares.set_stake(party, truncate(averages.stake))
            averages.samples = 0

    def scores(self) -> dict[str, Decimal]:
        """Average score of every pool."""
        return {party: averages.score for party, averages in self.by_party.items()}
