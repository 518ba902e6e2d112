"""Where a transfer with a dispatch strategy goes, and how much of it (0056-REWA, 0057-TRAN; 06 §7.6)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from vega_mesa.protocol.arithmetic import ONE, divide, exact, power, truncate
from vega_mesa.protocol.commands.transfers import DispatchMetric, DispatchStrategy, RecurringTransfer
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.rewards.games import Game, Games
from vega_mesa.protocol.rewards.scoring import MarketBonuses, Scoring
from vega_mesa.protocol.transfers.fees import Quanta


class Dispatch:
    """Finds the accounts that a recurring transfer fills at the end of an epoch."""

    def __init__(self, games: Games, scoring: Scoring, bonuses: MarketBonuses, quanta: Quanta) -> None:
        self.games = games
        self.scoring = scoring
        self.bonuses = bonuses
        self.quanta = quanta

    @exact
    def portions(self, game: Game, asset: str, amount: int, funder: str) -> Iterator[tuple[str, int]]:
        """Slots of reward accounts, and what each is to get; nothing when nobody would receive it.

        A market that gets its bonus must be told to :meth:`paid` before the next portion is asked for.
        """
        strategy = game.strategy
        if strategy.metric is DispatchMetric.MARKET_VALUE:
            shares = self.bonuses.shares(strategy, asset, funder)
            return iter([(id, part) for id, share in shares if (part := truncate(amount * share))])
        return iter([(game.id, amount)] if self.scoring.is_contested(game) else [])

    def paid(self, game: Game, asset: str, funder: str, slot: str) -> None:
        """A portion has been transferred."""
        if game.strategy.metric is DispatchMetric.MARKET_VALUE:
            self.bonuses.mark(game.strategy, asset, funder, slot)

    @exact
    def scaled_to_volume(self, strategy: DispatchStrategy, amount: int) -> int:
        """A part of the amount while the markets trade less than the strategy's target."""
        target = strategy.target_notional_volume
        if not target:
            return amount
        trackers = self.scoring.trackers(strategy)
        volume = self.scoring.activity.notional_volume(trackers, strategy.window_length)
        return truncate(min(divide(volume, target), ONE) * amount) if volume else 0

    def check(self, strategy: DispatchStrategy) -> None:
        """Refuse a party's strategy about assets or markets that there are not.

        Raises:
            Refused: with the network's text.
        """
        self.check_asset(strategy)
        asset = strategy.asset_for_metric
        if asset and not all(self.scoring.activity.is_tracked(asset, market) for market in strategy.markets):
            raise Refused("could not transfer funds, invalid market for dispatch asset")

    def check_asset(self, strategy: DispatchStrategy) -> None:
        """Refuse a strategy about an asset that there is not; governance may name any markets.

        Raises:
            Refused: with the network's text.
        """
        asset = strategy.asset_for_metric
        if not asset:
            return
        try:
            self.quanta.quantum(asset)
        except Refused as refusal:
            raise Refused(f"could not transfer funds, invalid asset for metric: {refusal.text}") from refusal


def is_due(kind: RecurringTransfer, epoch: int) -> bool:
    """Whether a recurring transfer that has started pays at the end of this epoch."""
    strategy = kind.dispatch_strategy
    interval = None if strategy is None else strategy.transfer_interval
    if not interval:
        return True
    place = epoch - kind.start_epoch + 1
    return place >= interval and place % interval == 0


@exact
def decayed(amount: int, kind: RecurringTransfer, epoch: int) -> int:
    """The amount after the factor has acted once for each epoch since the first."""
    return truncate(amount * power(kind.factor, Decimal(epoch - kind.start_epoch)))
