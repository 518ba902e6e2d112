"""Profit and loss as parties see it, computed from events only (03 §4.2).

A read-model: no part of the state. It follows the volume-weighted entry price of each party with decimals, apart from
the integer average of the position engine, and knows volume only as of the last mark-to-market. Parties whose position
did not change cost nothing at a mark: their unrealised profit is worked out when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, round_half_away
from vega_mesa.protocol.events.bus import EventBus
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import (
    DistressedOrdersClosed,
    DistressedPositionsUpdated,
    DistressSettled,
    FundingPaid,
    LossSocialised,
    MarketSettled,
    TradeHappened,
)
from vega_mesa.protocol.matching.order import BUY, NETWORK, SELL, Trade, TradeType


class PositionStatus(StrEnum):
    """What last befell a position; trading again does not clear it."""

    UNSPECIFIED = "POSITION_STATUS_UNSPECIFIED"
    ORDERS_CLOSED = "POSITION_STATUS_ORDERS_CLOSED"
    CLOSED_OUT = "POSITION_STATUS_CLOSED_OUT"
    DISTRESSED = "POSITION_STATUS_DISTRESSED"


class SideFee(Protocol):
    """The fee fields of one side of a trade, asset decimals (:class:`vega_mesa.protocol.fees.fee.Fee`)."""

    maker: int
    infrastructure: int
    liquidity: int
    treasury: int
    buy_back: int
    high_volume_maker: int


class PartyRecord:
    """One party's profit and loss in one market, asset decimals; values as of the moment of asking.

    Attributes:
        market, party: whose.
        open_volume: signed, position decimals, as of the last mark-to-market.
        average: exact average entry price.
        realised, realised_exact: whole units, and with decimals.
        unrealised, unrealised_exact: the same.
        taker_fees, maker_fees, other_fees, funding_payments: totals. Maker fees are those received.
        taker_fees_since, maker_fees_since, other_fees_since, funding_payments_since: since the position was opened.
        status: see :class:`PositionStatus`.
        named: whether a mark-to-market has named the party; before that nobody is shown the record.
        marks_seen: how many of the market's marks the unrealised profit has seen.
    """

    __slots__ = (
        "market", "party", "open_volume", "average", "realised", "realised_exact", "unrealised", "unrealised_exact",
        "taker_fees", "maker_fees", "other_fees", "funding_payments", "taker_fees_since", "maker_fees_since",
        "other_fees_since", "funding_payments_since", "status", "named", "marks_seen",
    )  # fmt: skip

    def __init__(self, market: str, party: str) -> None:
        self.market = market
        self.party = party
        self.open_volume = 0
        self.average = ZERO
        self.realised = ZERO
        self.realised_exact = ZERO
        self.unrealised = ZERO
        self.unrealised_exact = ZERO
        self.taker_fees = self.maker_fees = self.other_fees = self.funding_payments = 0
        self.taker_fees_since = self.maker_fees_since = self.other_fees_since = self.funding_payments_since = 0
        self.status = PositionStatus.UNSPECIFIED
        self.named = False
        self.marks_seen = 0

    @property
    def average_entry_price(self) -> int:
        """The average entry price in whole units, halves away from zero."""
        return int(round_half_away(self.average))

    def trade(self, volume: int, price: int, factor: Decimal) -> None:
        """Close and open volume with one trade of signed size at a price."""
        held = self.open_volume
        if held == 0 or held * (held + volume) < 0:
            self.reset_since()
        closed = 0
        if held * volume < 0:
            closed = held if abs(volume) > abs(held) else -volume
        opened = volume + closed
        if closed:
            self.realised_exact += divide((price - self.average) * closed, factor)
            held -= closed
        if held + opened == 0:
            self.average = ZERO
        elif opened:
            self.average = divide(self.average * held + price * opened, held + opened)
        self.open_volume = held + opened
        self.realised = round_half_away(self.realised_exact)

    def mark(self, price: int, factor: Decimal) -> None:
        """Value the open volume at a price."""
        if self.open_volume == 0:
            self.unrealised = self.unrealised_exact = ZERO
            return
        self.unrealised_exact = divide(self.open_volume * (price - self.average), factor)
        self.unrealised = round_half_away(self.unrealised_exact)

    def realise(self, amount: int) -> None:
        """Add a signed amount to the realised profit."""
        self.realised += amount
        self.realised_exact += amount

    def close_out(self, funds: int) -> None:
        """The network took the position over, and the funds that the party still had."""
        self.realised += self.unrealised - funds
        self.realised_exact += self.unrealised_exact - funds
        self.unrealised = self.unrealised_exact = ZERO
        self.open_volume = 0
        self.average = ZERO
        self.status = PositionStatus.CLOSED_OUT

    def reset_since(self) -> None:
        """The position starts anew: so do the counters since its opening."""
        self.taker_fees_since = self.maker_fees_since = self.other_fees_since = self.funding_payments_since = 0

    def pay(self, fee: SideFee) -> None:
        """Count the fees of the party's side of a trade."""
        other = fee.infrastructure + fee.liquidity + fee.treasury + fee.buy_back + fee.high_volume_maker
        self.taker_fees += fee.maker
        self.taker_fees_since += fee.maker
        self.other_fees += other
        self.other_fees_since += other

    def receive(self, fee: SideFee) -> None:
        """Count the maker fee that the other side of a trade pays."""
        self.maker_fees += fee.maker
        self.maker_fees_since += fee.maker

    def __repr__(self) -> str:
        return f"<PartyRecord {self.party} {self.open_volume} realised {self.realised} unrealised {self.unrealised}>"


class _MarketRecords:
    """The records of one market and its last mark."""

    __slots__ = ("records", "price", "factor", "marks", "settled")

    def __init__(self) -> None:
        self.records: dict[str, PartyRecord] = {}
        self.price = 0
        self.factor = ONE
        self.marks = 0
        self.settled = False


class ProfitAndLoss:
    """Profit and loss of every party in every market, fed by the bus.

    Args:
        trades: False leaves trades out: cheaper, but without fees and without the network's own record.
    """

    def __init__(self, bus: EventBus, *, trades: bool = True) -> None:
        self._markets: dict[str, _MarketRecords] = {}
        bus.subscribe(PositionsMarked, self._on_marked)
        bus.subscribe(LossSocialised, self._on_loss_socialised)
        bus.subscribe(DistressSettled, self._on_distress_settled)
        bus.subscribe(DistressedOrdersClosed, self._on_orders_closed)
        bus.subscribe(DistressedPositionsUpdated, self._on_distressed)
        bus.subscribe(MarketSettled, self._on_market_settled)
        bus.subscribe(FundingPaid, self._on_funding_paid)
        if trades:
            bus.subscribe(TradeHappened, self._on_trade)

    # -- reading ---------------------------------------------------------------------------------------------------

    def record(self, market: str, party: str) -> PartyRecord | None:
        """The party's record; None before the first mark-to-market that names it."""
        return self._find(market, party)

    def of(self, party: str) -> dict[str, PartyRecord]:
        """The party's records by market."""
        found = {market: self._find(market, party) for market in self._markets}
        return {market: record for market, record in found.items() if record is not None}

    def records(self, market: str) -> Iterable[PartyRecord]:
        """Every record of a market."""
        known = self._markets.get(market)
        parties = () if known is None else tuple(known.records)
        return (record for record in (self._find(market, party) for party in parties) if record is not None)

    def _find(self, market: str, party: str) -> PartyRecord | None:
        known = self._markets.get(market)
        record = None if known is None else known.records.get(party)
        if known is None or record is None or not record.named:
            return None
        if record.marks_seen != known.marks:
            _refresh(known, record)
        return record

    # -- events ----------------------------------------------------------------------------------------------------

    @exact
    def _on_marked(self, event: PositionsMarked) -> None:
        market = self._markets.get(event.market)
        if market is None:
            market = self._markets[event.market] = _MarketRecords()
        market.price = event.price
        market.factor = event.position_factor
        market.marks += 1
        for party, trades in event.positions:
            record = _open(market, event.market, party)
            record.named = True
            for volume, price in trades:
                record.trade(volume, price, event.position_factor)

    @exact
    def _on_trade(self, event: TradeHappened) -> None:
        market = self._markets.get(event.trade.market)
        if market is None:
            return
        trade: Trade = event.trade
        buyer = _open(market, trade.market, trade.buyer)
        seller = _open(market, trade.market, trade.seller)
        _charge(trade, buyer, seller)
        if trade.type is TradeType.NETWORK_CLOSE_OUT_BAD:
            network, party, volume = (buyer, seller, trade.size)
            if trade.seller == NETWORK:
                network, party, volume = (seller, buyer, -trade.size)
            party.reset_since()
            factor = market.factor if market.settled else ONE
            network.named = True
            network.trade(volume, trade.price, factor)
            network.mark(trade.price, factor)
            network.marks_seen = market.marks

    @exact
    def _on_loss_socialised(self, event: LossSocialised) -> None:
        record = self._find(event.market, event.party)
        if record is not None:
            record.realise(event.amount)

    @exact
    def _on_distress_settled(self, event: DistressSettled) -> None:
        record = self._find(event.market, event.party)
        if record is not None:
            record.close_out(event.margin)

    @exact
    def _on_market_settled(self, event: MarketSettled) -> None:
        market = self._markets.get(event.market)
        if market is None:
            return
        market.settled = True
        market.factor = event.position_factor
        for record in market.records.values():
            gain = divide(record.open_volume * (event.price - record.average), event.position_factor)
            record.realised_exact += gain
            record.realised += round_half_away(gain)
            record.unrealised = record.unrealised_exact = ZERO
            record.marks_seen = market.marks

    @exact
    def _on_funding_paid(self, event: FundingPaid) -> None:
        record = self._find(event.market, event.party)
        if record is not None:
            record.realise(event.amount)
            record.funding_payments += event.amount
            record.funding_payments_since += event.amount

    def _on_orders_closed(self, event: DistressedOrdersClosed) -> None:
        self._set_status(event.market, event.parties, PositionStatus.ORDERS_CLOSED)

    def _on_distressed(self, event: DistressedPositionsUpdated) -> None:
        self._set_status(event.market, event.distressed, PositionStatus.DISTRESSED)
        self._set_status(event.market, event.safe, PositionStatus.UNSPECIFIED)

    def _set_status(self, market: str, parties: Iterable[str], status: PositionStatus) -> None:
        for party in parties:
            record = self._find(market, party)
            if record is not None:
                record.status = status


@exact
def _refresh(market: _MarketRecords, record: PartyRecord) -> None:
    """Bring a record's unrealised profit up to the market's last mark."""
    record.marks_seen = market.marks
    record.mark(market.price, market.factor)


def _open(market: _MarketRecords, name: str, party: str) -> PartyRecord:
    record = market.records.get(party)
    if record is None:
        record = market.records[party] = PartyRecord(name, party)
    return record


def _charge(trade: Trade, buyer: PartyRecord, seller: PartyRecord) -> None:
    """Count a trade's fees: each side pays its own; a side that is no aggressor receives the other's maker fee."""
    paid: Final = ((trade.buyer_fee, buyer, seller, SELL), (trade.seller_fee, seller, buyer, BUY))
    for fee, payer, receiver, receiver_side in paid:
        if fee is None:
            continue
        charged: SideFee = fee  # type: ignore[assignment]
        payer.pay(charged)
        if trade.aggressor is not receiver_side:
            receiver.receive(charged)
