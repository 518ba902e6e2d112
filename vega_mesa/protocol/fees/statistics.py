"""What was charged on a market in an epoch, written when fees are computed (0029-FEES, 0083-RFPR).

A computation counts even when the order is then refused for lack of funds: that is how the protocol does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from vega_mesa.protocol.arithmetic import EXACT, divide, exact
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.fees import FeesStats, PairAmounts, PartyAmount

Pairs = dict[str, dict[str, int]]
_SIX_PLACES = Decimal("0.000001")


class FeeStatistics:
    """Amounts of the current epoch by party, asset decimals."""

    __slots__ = (
        "rewards_received", "rewards_generated", "referee_discounts", "volume_discounts", "maker_received",
        "maker_generated", "totals",
    )  # fmt: skip

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Start the next epoch."""
        self.rewards_received: dict[str, int] = {}  # by referrer
        self.rewards_generated: Pairs = {}  # referrer -> referee
        self.referee_discounts: dict[str, int] = {}
        self.volume_discounts: dict[str, int] = {}
        self.maker_received: dict[str, int] = {}
        self.maker_generated: Pairs = {}  # taker -> maker
        self.totals: dict[str, int] = {}  # fees paid and maker fees received: what earns transfer-fee discounts

    def add_maker_fee(self, taker: str, maker: str, amount: int) -> None:
        """A maker earns a fee from a taker."""
        self.maker_received[maker] = self.maker_received.get(maker, 0) + amount
        generated = self.maker_generated.get(taker)
        if generated is None:
            self.maker_generated[taker] = {maker: amount}
        else:
            generated[maker] = generated.get(maker, 0) + amount

    def add_continuous(self, taker: str, maker: str, maker_fee: int, charged: int) -> None:
        """A taker is charged all its fees, of which the maker earns its part; both count towards transfer discounts."""
        totals = self.totals
        totals[taker] = totals.get(taker, 0) + charged
        totals[maker] = totals.get(maker, 0) + maker_fee
        self.maker_received[maker] = self.maker_received.get(maker, 0) + maker_fee
        generated = self.maker_generated.get(taker)
        if generated is None:
            self.maker_generated[taker] = {maker: maker_fee}
        else:
            generated[maker] = generated.get(maker, 0) + maker_fee

    def add_reward(self, referrer: str, referee: str, amount: int) -> None:
        """A referee's trade earns its referrer a reward."""
        self.rewards_received[referrer] = self.rewards_received.get(referrer, 0) + amount
        generated = self.rewards_generated.setdefault(referrer, {})
        generated[referee] = generated.get(referee, 0) + amount

    def add_discounts(self, party: str, referee: int, volume: int) -> None:
        """A taker's fees were lowered."""
        if referee:
            self.referee_discounts[party] = self.referee_discounts.get(party, 0) + referee
        if volume:
            self.volume_discounts[party] = self.volume_discounts.get(party, 0) + volume

    def send(self, bus: EventBus, market: str, asset: str, quantum: Decimal, epoch: int) -> None:
        """Publish the epoch's figures (also when there are none).

        Emits:
            FeesStats: amounts also in units of the asset's quantum, cut to 6 places.
        """
        if FeesStats not in bus.wanted:
            return
        bus.send(
            FeesStats,
            market=market,
            asset=asset,
            epoch=epoch,
            total_rewards_received=_amounts(self.rewards_received, quantum),
            referrer_rewards_generated=_pairs(self.rewards_generated, quantum),
            referees_discount_applied=_amounts(self.referee_discounts, quantum),
            volume_discount_applied=_amounts(self.volume_discounts, quantum),
            total_maker_fees_received=_amounts(self.maker_received, quantum),
            maker_fees_generated=_pairs(self.maker_generated, quantum),
            total_fees_paid_and_received=_amounts(self.totals, quantum),
        )

    def __getstate__(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for name, value in zip(self.__slots__, state, strict=True):
            setattr(self, name, value)


@exact
def _amounts(by_party: Mapping[str, int], quantum: Decimal) -> tuple[PartyAmount, ...]:
    return tuple(
        PartyAmount(party, amount, divide(amount, quantum).quantize(_SIX_PLACES, rounding=ROUND_DOWN, context=EXACT))
        for party, amount in sorted(by_party.items())
    )


def _pairs(by_party: Mapping[str, Mapping[str, int]], quantum: Decimal) -> tuple[PairAmounts, ...]:
    return tuple(PairAmounts(party, _amounts(amounts, quantum)) for party, amounts in sorted(by_party.items()))
