"""What was charged on a market in an epoch, written when fees are computed (0029-FEES, 0083-RFPR).

A computation counts even when the order is then refused for lack of funds: that is how the protocol does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Decimal

from vega_mesa.protocol.arithmetic import EXACT, divide, exact
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.fees import FeesStats, PairAmounts, PartyAmount
from vega_mesa.protocol.fees.fee import Charge

Pairs = dict[str, dict[str, int]]
_SIX_PLACES = Decimal("0.000001")


class FeeStatistics:
    """Amounts of the current epoch by party, asset decimals."""

    __slots__ = (
        "rewards_received", "rewards_generated", "referee_discounts", "volume_discounts", "charged", "maker_fees",
        "closeout_maker_fees",
    )  # fmt: skip

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Start the next epoch."""
        self.rewards_received: dict[str, int] = {}  # by referrer
        self.rewards_generated: Pairs = {}  # referrer -> referee
        self.referee_discounts: dict[str, int] = {}
        self.volume_discounts: dict[str, int] = {}
        self.charged: dict[str, int] = {}  # all fees of takers in continuous trading
        self.maker_fees: Pairs = {}  # taker -> maker, in continuous trading
        self.closeout_maker_fees: Pairs = {}  # the same of close-outs, which earn no transfer-fee discounts

    def add_maker_fee(self, taker: str, maker: str, amount: int) -> None:
        """A maker earns a fee in a close-out."""
        earned = self.closeout_maker_fees.setdefault(taker, {})
        earned[maker] = earned.get(maker, 0) + amount

    def add_continuous(self, taker: str, charged: int, charges: Iterable[Charge]) -> None:
        """A taker is charged for trades of continuous trading, and each maker earns its fee."""
        self.charged[taker] = self.charged.get(taker, 0) + charged
        earned = self.maker_fees.get(taker)
        if earned is None:
            earned = self.maker_fees[taker] = {}
        for _, maker, fee in charges:
            earned[maker] = earned.get(maker, 0) + fee.maker

    @property
    def maker_generated(self) -> Pairs:
        """Maker fees by taker and maker."""
        pairs = {taker: dict(earned) for taker, earned in self.maker_fees.items()}
        for taker, earned in self.closeout_maker_fees.items():
            _add(pairs.setdefault(taker, {}), earned)
        return pairs

    @property
    def maker_received(self) -> dict[str, int]:
        """Maker fees by maker."""
        return _by_maker(self.maker_generated)

    @property
    def totals(self) -> dict[str, int]:
        """Fees paid and maker fees received in continuous trading by party: what earns transfer-fee discounts."""
        totals = dict(self.charged)
        _add(totals, _by_maker(self.maker_fees))
        return totals

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


def _add(totals: dict[str, int], amounts: Mapping[str, int]) -> None:
    for party, amount in amounts.items():
        totals[party] = totals.get(party, 0) + amount


def _by_maker(pairs: Pairs) -> dict[str, int]:
    received: dict[str, int] = {}
    for earned in pairs.values():
        _add(received, earned)
    return received


@exact
def _amounts(by_party: Mapping[str, int], quantum: Decimal) -> tuple[PartyAmount, ...]:
    return tuple(
        PartyAmount(party, amount, divide(amount, quantum).quantize(_SIX_PLACES, rounding=ROUND_DOWN, context=EXACT))
        for party, amount in sorted(by_party.items())
    )


def _pairs(by_party: Mapping[str, Mapping[str, int]], quantum: Decimal) -> tuple[PairAmounts, ...]:
    return tuple(PairAmounts(party, _amounts(amounts, quantum)) for party, amounts in sorted(by_party.items()))
