"""What happened in one market, by party and by epoch (0056-REWA; 06 §6.7.2-5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import ZERO, Scale, divide, exact, truncate
from vega_mesa.protocol.fees.fee import NO_FEE
from vega_mesa.protocol.market_activity.party import SCALE, PartyActivity
from vega_mesa.protocol.matching.order import NETWORK, Trade, TradeType

CLOSE_OUT: Final = TradeType.NETWORK_CLOSE_OUT_GOOD
HISTORY: Final = 100  # epochs
EXACT_PLACES: Final = 16
SCALED: Final = Decimal(SCALE)


class TrackedMarket(Protocol):
    """What the tracker reads of a market. Futures markets have more: mark price and positions."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def asset(self) -> str:
        """What fees are paid in: settlement or quote asset."""

    @property
    def asset_decimals(self) -> int:
        """Of that asset."""

    @property
    def position_scale(self) -> Scale:
        """Of sizes."""

    @property
    def proposer(self) -> str:
        """Who proposed it."""

    @property
    def mark_price(self) -> int | None:
        """The mark price, asset decimals."""


class HeldPosition(Protocol):
    """What a party holds; see :class:`vega_mesa.protocol.positions.Position`."""

    size: int
    average_entry_price: int


class ChargedFee(Protocol):
    """The fee of one side of a trade; see :class:`vega_mesa.protocol.fees.Fee`."""

    maker: int
    infrastructure: int
    liquidity: int
    buy_back: int
    treasury: int
    high_volume_maker: int


class EpochActivity:
    """A closed epoch of one market, by party; who has no entry did not take part.

    Attributes:
        maker_paid, maker_received, lp_received: fees, asset decimals.
        fees_paid: taker fees of all kinds.
        positions: time-weighted volume, scaled.
        notionals: time-weighted value.
        returns: gains over time-weighted volume.
        realised: gains of trades and funding payments.
        notional_volume: value of all trades.
    """

    __slots__ = (
        "maker_paid", "maker_received", "lp_received", "fees_paid", "positions", "notionals", "returns", "realised",
        "notional_volume",
    )  # fmt: skip

    def __init__(self) -> None:
        self.maker_paid: dict[str, int] = {}
        self.maker_received: dict[str, int] = {}
        self.lp_received: dict[str, int] = {}
        self.fees_paid: dict[str, int] = {}
        self.positions: dict[str, int] = {}
        self.notionals: dict[str, int] = {}
        self.returns: dict[str, Decimal] = {}
        self.realised: dict[str, Decimal] = {}
        self.notional_volume = 0


class MarketTracker:
    """The figures of one market.

    Args:
        has_positions: False on spot markets, where only fees and volumes count.
    """

    def __init__(self, market: TrackedMarket, *, has_positions: bool) -> None:
        self.market = market
        self.id = market.id
        self.asset = market.asset
        self.proposer = market.proposer
        self.has_positions = has_positions
        self.parties: dict[str, PartyActivity] = {}
        self.history: deque[EpochActivity] = deque(maxlen=HISTORY)
        self.notional_volume = 0  # of the running epoch
        self.value_traded = 0  # ever
        self.bonuses: dict[tuple[str, str, str], None] = {}  # market creation bonuses paid: asset, scope, funder
        self.has_ended = False
        self.highest: dict[str, int] = {}  # of the last closed epoch, by party
        self.traded: dict[str, int] = {}
        self._multiplier = market.position_scale.multiplier
        self._divisor = market.position_scale.divisor
        self._rounding = 10 ** max(0, market.asset_decimals - EXACT_PLACES)

    def adopt_positions(self, since: int) -> None:
        """Take over what is held now, as held since an instant (nanoseconds)."""
        if not self.has_positions:
            return
        positions: Mapping[str, HeldPosition] = self.market.positions.by_party  # type: ignore[attr-defined]
        for name, position in positions.items():
            if position.size:
                price = self.market.mark_price or position.average_entry_price
                self.party(name).adopt(
                    position.size, position.average_entry_price, price, since, self._multiplier, self._divisor
                )
                self.party(name).tracks_position = name != NETWORK

    # -- the running epoch -----------------------------------------------------------------------------------------

    def on_trades(self, trades: Sequence[Trade], now: int, epoch_start: int) -> int:
        """Take the trades of one order, whose fees have been paid.

        Returns:
            What was traded, asset decimals.
        """
        multiplier, divisor = self._multiplier, self._divisor
        has_positions = self.has_positions
        parties = self.parties
        total = rounded = 0
        for trade in trades:
            size, price = trade.size, trade.price
            value = size * price
            total += value
            rounded += value * divisor // multiplier
            buyer = parties.get(trade.buyer) or self.party(trade.buyer)
            seller = parties.get(trade.seller) or self.party(trade.seller)
            if trade.type is not CLOSE_OUT:  # whose fees the insurance pool pays: nobody is credited with them
                fee = trade.buyer_fee
                if fee is not None and fee is not NO_FEE:
                    _charge(fee, buyer, seller)  # type: ignore[arg-type]
                fee = trade.seller_fee
                if fee is not None and fee is not NO_FEE:
                    _charge(fee, seller, buyer)  # type: ignore[arg-type]
            if has_positions:
                self._move(buyer, size, price, now, epoch_start)
                self._move(seller, -size, price, now, epoch_start)
        self.notional_volume += rounded
        value = total * divisor // multiplier
        self.value_traded += value
        return value

    def _move(self, party: PartyActivity, size: int, price: int, now: int, epoch_start: int) -> None:
        """Change a party's position; what it held until now is weighted first, once at each time."""
        if party.time != now or not (party.tracks_position and party.tracks_notional):
            party.weigh(now, epoch_start, self._multiplier, self._divisor)
        if party.party == NETWORK:
            party.trade_for_network(size, price, self._multiplier, self._divisor)
        else:
            party.trade(size, price)

    def on_close_out(self, party: str, price: int, now: int, epoch_start: int) -> None:
        """The network took a party's position over at the mark price."""
        activity = self.party(party)
        activity.weigh(now, epoch_start, self._multiplier, self._divisor)
        self.party(NETWORK).size += activity.size  # which is valued at its next trade only
        activity.close_out(price)

    def on_gains(self, losses: Iterable[tuple[str, int]], wins: Iterable[tuple[str, int]], *, funding: bool) -> None:
        """Positions were marked to market, or funding was paid.

        Gains count in whole units of the asset with 16 digits after the point.
        """
        parties = self.parties
        unit = self._rounding
        for sign, entries in ((-1, losses), (1, wins)):
            for name, amount in entries:
                if not amount:
                    continue
                party = parties.get(name)
                if party is None or not party.tracks_position:
                    continue
                gain = sign * (amount if unit == 1 else (2 * amount + unit) // (2 * unit) * unit)
                marked = party.marked
                party.marked = gain if marked is None else marked + gain
                if funding:
                    party.funding = (party.funding or 0) + sign * amount

    def on_liquidity_receipt(self, party: str, amount: int) -> None:
        """A liquidity provider was paid fees or a bonus."""
        self.party(party).lp_received += amount

    def party(self, name: str) -> PartyActivity:
        """A party's figures, made when missing."""
        party = self.parties.get(name)
        if party is None:
            party = self.parties[name] = PartyActivity(name)
        return party

    # -- the end of an epoch ---------------------------------------------------------------------------------------

    @exact
    def close_epoch(self, now: int, epoch_start: int) -> None:
        """Enter the running epoch in the history and start the next one."""
        epoch = EpochActivity()
        self.history.append(epoch)
        epoch.notional_volume, self.notional_volume = self.notional_volume, 0
        self.highest, self.traded = {}, {}
        for name, party in self.parties.items():
            self._close_fees(epoch, name, party)
            if self.has_positions:
                self._close_position(epoch, name, party, now, epoch_start)

    @staticmethod
    def _close_fees(epoch: EpochActivity, name: str, party: PartyActivity) -> None:
        paid = party.maker_paid + party.other_paid
        if paid:
            epoch.fees_paid[name] = paid
            if party.maker_paid:
                epoch.maker_paid[name] = party.maker_paid
            party.maker_paid = party.other_paid = 0
        if party.maker_received:
            epoch.maker_received[name] = party.maker_received
            party.maker_received = 0
        if party.lp_received:
            epoch.lp_received[name] = party.lp_received
            party.lp_received = 0

    def _close_position(
        self, epoch: EpochActivity, name: str, party: PartyActivity, now: int, epoch_start: int
    ) -> None:
        if party.tracks_position or party.tracks_notional:
            self._close_averages(epoch, name, party, now, epoch_start)
        if party.marked is not None:
            weighted = divide(epoch.positions.get(name, 0), SCALED)
            gain = Decimal(party.marked).scaleb(-self.market.asset_decimals)
            epoch.returns[name] = divide(gain, weighted) if weighted else ZERO
            party.marked = None
        if party.realised is not None or party.funding is not None:
            realised = divide((party.realised or 0) * self._divisor, self._multiplier)
            epoch.realised[name] = realised + (party.funding or 0)
            party.realised = party.funding = None
        if party.highest:
            self.highest[name] = party.highest
            party.highest = abs(party.size)
        if party.traded:
            self.traded[name] = party.traded
            party.traded = 0

    def _close_averages(
        self, epoch: EpochActivity, name: str, party: PartyActivity, now: int, epoch_start: int
    ) -> None:
        tracks_position, tracks_notional = party.tracks_position, party.tracks_notional
        mark, price = self.market.mark_price, party.price
        value = party.value(self._multiplier, self._divisor)
        if mark and price:
            party.notional = truncate(divide(value, price) * mark)
            party.price = mark
        party.weigh(now, epoch_start, self._multiplier, self._divisor)
        if tracks_position:
            epoch.positions[name] = party.position_average
        party.tracks_position = tracks_position and bool(party.position_average or party.size)
        if tracks_notional:
            epoch.notionals[name] = party.notional_average
        party.tracks_notional = tracks_notional and bool(party.notional_average or party.notional)

    # -- reading ---------------------------------------------------------------------------------------------------

    def window(self, epochs: int) -> list[EpochActivity]:
        """The last closed epochs, oldest first."""
        return list(islice(self.history, max(0, len(self.history) - epochs), None))


def _charge(fee: ChargedFee, payer: PartyActivity, other: PartyActivity) -> None:
    """Count what one side of a trade was charged, and what the other side got of it."""
    maker, rebate = fee.maker, fee.high_volume_maker
    payer.maker_paid += maker
    payer.other_paid += fee.infrastructure + fee.liquidity + fee.buy_back + fee.treasury
    if maker or rebate:
        other.maker_received += maker + rebate
