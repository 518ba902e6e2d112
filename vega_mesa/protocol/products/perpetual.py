"""Perpetual futures: funding payments keep their price near an index (0053-PERP; 05 §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from vega_mesa.protocol.arithmetic import EXACT, Factor, format_decimal
from vega_mesa.protocol.data_sources.binding import settlement_binding
from vega_mesa.protocol.data_sources.engine import data_time
from vega_mesa.protocol.data_sources.matching import read_value
from vega_mesa.protocol.events.bus import EventBus
from vega_mesa.protocol.events.funding import EXTERNAL, INTERNAL, FundingPeriodDataPointAdded, FundingPeriodUpdated
from vega_mesa.protocol.mark_price import CompositePrice
from vega_mesa.protocol.markets import marking, pegging
from vega_mesa.protocol.markets.definition import FutureProduct, PerpetualProduct
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.products.funding import AuctionIntervals, Funding, PriceSeries, funding
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.settlement.funding import funding_flows

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

SETTLEMENT, SCHEDULE = "settlement", "schedule"
INTERNAL_SOURCE: Final = "internal-price-source-"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerpetualData:
    """The figures of a perpetual now. Averages and payment in asset decimals, composite price in market decimals.

    Without an internal composite price of its own the market's mark price stands in for it.
    """

    funding_rate: str
    funding_payment: str
    internal_twap: str
    external_twap: str
    sequence: int
    start_time: int
    underlying_index_price: str
    internal_composite_price: int
    next_internal_composite_price_calculation: int
    internal_composite_price_type: str


class Perpetual:
    """A perpetual: two price series, and a payment between longs and shorts at every cue.

    Attributes:
        sequence: number of the funding period, from 0.
        started_at: when it began, nanoseconds in whole seconds; 0 until the opening auction is left.
        internal, external: the price series of the market and of the index.
        internal_price: the market's own composite price when one is configured, asset decimals; None before the first.
        next_calculation: when that is calculated next, nanoseconds; 0: at the next block's end.
    """

    def __init__(self, terms: PerpetualProduct) -> None:
        self.terms = terms
        self.sequence = 0
        self.started_at = 0
        self.auctions = AuctionIntervals()
        self.internal = PriceSeries(0, self.auctions)
        self.external = PriceSeries(0, self.auctions)
        self.terminated = False
        self.composite: CompositePrice | None = None
        self.internal_price: int | None = None
        self.next_calculation = 0
        self.composite_frequency = 5 * SECOND
        self.subscriptions: list[int] = []
        self._bus: EventBus | None = None  # its clock is the market's
        self._increment: Factor | None = None
        self._increment_at = -1  # the time that the increment was calculated for
        self._configure_composite()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_increment": None, "_increment_at": -1}

    def _configure_composite(self) -> None:
        configuration = self.terms.internal_composite_price
        if configuration is None:
            self.composite, self.internal_price = None, None
        elif self.composite is None:
            self.composite = CompositePrice(configuration)
        else:
            self.composite.update(configuration)

    # -- oracles -----------------------------------------------------------------------------------------------------

    def bind(self, market: FuturesMarket) -> None:
        """Listen for prices of the index, for the cues of funding, and to the oracles of the internal price."""
        self._bus = market.bus
        sources, terms = market.services.data_sources, self.terms
        self.subscriptions = [
            sources.subscribe(terms.settlement_data, market, SETTLEMENT, market.now),
            sources.subscribe(terms.schedule, market, SCHEDULE, market.now),
        ]
        composite = terms.internal_composite_price
        for index, source in enumerate(composite.sources if composite else ()):
            key = f"{INTERNAL_SOURCE}{index}"
            self.subscriptions.append(sources.subscribe(source.spec, market, key, market.now))

    def unbind(self, market: FuturesMarket) -> None:
        """Listen no more."""
        for subscription in self.subscriptions:
            market.services.data_sources.unsubscribe(subscription)
        self.subscriptions = []

    def update(self, market: FuturesMarket, terms: FutureProduct | PerpetualProduct) -> None:
        """Take new terms and listen to their oracles; the running funding period goes on."""
        assert isinstance(terms, PerpetualProduct)
        self.terms = terms
        self._configure_composite()
        self.unbind(market)
        self.bind(market)
        self._changed()

    def on_data(
        self, market: FuturesMarket, key: str, properties: Mapping[str, str], metadata: Mapping[str, str]
    ) -> None:
        """Take a price of the index, a cue, or a price for the internal composite price."""
        if key == SETTLEMENT:
            self._take_index_price(market, properties, metadata)
        elif key == SCHEDULE:
            seconds = read_value("TYPE_TIMESTAMP", properties[self.terms.schedule_property])
            assert isinstance(seconds, int)
            self._end_period(market, seconds * SECOND)
        elif key.startswith(INTERNAL_SOURCE):
            self._take_internal_source(market, int(key[len(INTERNAL_SOURCE) :]), properties)

    def _take_index_price(
        self, market: FuturesMarket, properties: Mapping[str, str], metadata: Mapping[str, str]
    ) -> None:
        if not self.started_at:
            return
        name = self.terms.settlement_property
        price = settlement_binding(self.terms.settlement_data, name).to_asset(properties[name], market.asset_decimals)
        time = data_time(metadata)
        if time and self._add_point(market, self.external, EXTERNAL, time, price):
            market.on_source_price(self.terms.settlement_data, price)

    def _take_internal_source(self, market: FuturesMarket, index: int, properties: Mapping[str, str]) -> None:
        configuration = self.terms.internal_composite_price
        if configuration is None or self.composite is None:
            return
        source = configuration.sources[index]
        price = settlement_binding(source.spec, source.property).to_asset(
            properties[source.property], market.asset_decimals
        )
        self.composite.record_oracle(index, price, market.now)
        market.on_source_price(source.spec, price)

    def _add_point(self, market: FuturesMarket, series: PriceSeries, source: str, time: int, price: int) -> bool:
        """Add a price to a series; False when it is too old or not the first of its time."""
        try:
            average = series.add(time, price)
        except Refused:
            return False
        self._changed()
        self._announce_point(market, source, time, price, average)
        return True

    def _announce_point(self, market: FuturesMarket, source: str, time: int, price: int, average: int) -> None:
        market.bus.send(
            FundingPeriodDataPointAdded,
            market=market.id,
            sequence=self.sequence,
            source=source,
            price=price,
            timestamp=time,
            twap=average,
        )

    # -- funding periods ---------------------------------------------------------------------------------------------

    def funding(self, time: int) -> Funding | None:
        """What the running period comes to at a time; None without a price of each series by then."""
        if not self.started_at or not self.internal.has_started(time) or not self.external.has_started(time):
            return None
        return funding(
            self.terms,
            self.internal.twap(time),
            self.external.twap(time),
            time - self.started_at,
            self.auctions.length(self.started_at, time),
        )

    def _start_first_period(self, market: FuturesMarket) -> None:
        """The opening auction is over: prices that the market had before count from here."""
        self.started_at = start = _whole_seconds(market.now)
        early = self.internal
        self.internal = PriceSeries(start, self.auctions)
        self.external = PriceSeries(start, self.auctions)
        for time, price in zip(early.times, early.prices, strict=True):
            self.internal.add(time, price)
        self._changed()
        self._announce_period(market)

    def _end_period(self, market: FuturesMarket, time: int) -> None:
        """A cue: pay for the period that ends at ``time``, then begin the next one there (05 §1.7)."""
        if not self.started_at:
            return
        found = self.funding(time) if time != self.started_at else None
        if found is not None:
            self._pay(market, found.payment)
        self._announce_period(market, end=time, found=found)
        if self.terminated:
            return
        self.sequence += 1
        self.started_at = time
        self.auctions.begin_period()
        self.internal.begin_period(time)
        self.external.begin_period(time)
        self._changed()
        self._announce_period(market)
        self._announce_carried(market, self.external, EXTERNAL)
        self._announce_carried(market, self.internal, INTERNAL)

    def _pay(self, market: FuturesMarket, payment: int) -> None:
        """Move the payment between the positions held now, then see to everybody's margin (05 §1.9)."""
        if payment == 0 or not market.positions.by_party:
            return
        flows = funding_flows(market.positions, payment, market.position_scale)
        market.collection.funding(flows)
        market.services.on_funding(market, flows)
        parties = [party for party, _ in [*flows.losses, *flows.wins]]
        marking.see_to_margins(market, parties, market.block_ids("funding"))
        pegging.check_references(market)

    def _announce_period(self, market: FuturesMarket, end: int | None = None, found: Funding | None = None) -> None:
        """Tell that a period begins, or ends, with the averages at that time."""
        time = self.started_at if end is None else end
        internal = str(self.internal.twap(time)) if self.internal else None
        external = str(self.external.twap(time)) if self.external else None
        market.bus.send(
            FundingPeriodUpdated,
            market=market.id,
            sequence=self.sequence,
            start=self.started_at,
            end=end,
            internal_twap=internal,
            external_twap=external,
            funding_payment=None if found is None else str(found.payment),
            funding_rate=None if found is None else format_decimal(found.rate),
        )

    def _announce_carried(self, market: FuturesMarket, series: PriceSeries, source: str) -> None:
        if FundingPeriodDataPointAdded in market.bus.wanted:
            for time, price in zip(reversed(series.times), reversed(series.prices), strict=True):
                self._announce_point(market, source, time, price, series.twap(time))

    # -- margins -----------------------------------------------------------------------------------------------------

    adds_to_margins: ClassVar[bool] = True

    def margin_increment(self) -> Factor | None:
        """What a unit of long volume adds to a maintenance margin now: a part of the payment due so far (05 §1.8)."""
        if not self.started_at or not self.terms.margin_funding_factor or self._bus is None:
            return None
        now = _whole_seconds(self._bus.now)
        if now != self._increment_at:
            found = self.funding(now)
            burden = Decimal(0 if found is None else found.payment)
            self._increment = Factor(EXACT.multiply(self.terms.margin_funding_factor, burden)) if burden else None
            self._increment_at = now
        return self._increment

    def _changed(self) -> None:
        self._increment_at = -1

    # -- internal prices ---------------------------------------------------------------------------------------------

    def composite_prices(self) -> list[CompositePrice]:
        """The internal composite price, if there is one beside the mark price."""
        return [] if self.composite is None else [self.composite]

    def set_composite_price_frequency(self, market: FuturesMarket, frequency: int) -> None:
        """Change how often the internal price is calculated.

        The next time moves by the difference to the frequency of the *mark* price, as on the network.
        """
        if self.next_calculation:
            self.next_calculation += frequency - market.mark_price_frequency
        self.composite_frequency = frequency

    def on_block_end(self, market: FuturesMarket) -> None:
        """Calculate the internal composite price when it is due, before any mark-to-market."""
        if self.composite is None:
            return
        due = self.next_calculation <= market.now and not market.auction.in_auction
        if self.next_calculation and not due:
            return
        before = self.internal_price
        self._calculate_internal_price(market, self.composite)
        self.next_calculation = market.now + self.composite_frequency
        if before is None or before != self.internal_price or market.settlement.has_trades:
            self._submit_internal(market, self.internal_price)

    def _calculate_internal_price(self, market: FuturesMarket, composite: CompositePrice) -> None:
        candidate = composite.calculate(market.now, self.composite_frequency)
        marking.sample_book(market, composite)
        if candidate:
            self.internal_price = candidate

    def on_mark_price(self, market: FuturesMarket) -> None:
        """A new mark price, before its mark-to-market: a point of the internal series if that has no other price."""
        if self.composite is None:
            self._submit_internal(market, market.mark_price)

    def on_final_mark_price(self, market: FuturesMarket) -> None:
        """The mark price of the mark-to-market that ends trading."""
        if self.composite is not None:
            self._calculate_internal_price(market, self.composite)
            self._submit_internal(market, self.internal_price)
        else:
            self._submit_internal(market, market.mark_price)

    def after_auction_mark(self, market: FuturesMarket) -> None:
        """An auction has been left and the mark price calculated: one point, whether it is new or not.

        The internal price takes the book as it is now, where the mark price took the last traded price.
        """
        if self.composite is None:
            self._submit_internal(market, market.mark_price)
            return
        marking.sample_book(market, self.composite)
        self._calculate_internal_price(market, self.composite)
        if not self.internal_price:
            self.internal_price = market.last_traded_price or None
        self._submit_internal(market, self.internal_price)

    def _submit_internal(self, market: FuturesMarket, price: int | None) -> None:
        if price and not self.terminated:
            self._add_point(market, self.internal, INTERNAL, _whole_seconds(market.now), price)

    # -- auctions, the end -------------------------------------------------------------------------------------------

    def on_auction_entered(self, market: FuturesMarket) -> None:
        """Time in auctions does not count, but for the opening auction, before which there is no period."""
        if not market.auction.is_opening:
            self._auction_changed(market, entered=True)

    def on_auction_left(self, market: FuturesMarket, *, opening: bool) -> None:
        """The first funding period begins when the opening auction is left."""
        if opening:
            self._start_first_period(market)
        else:
            self._auction_changed(market, entered=False)

    def _auction_changed(self, market: FuturesMarket, *, entered: bool) -> None:
        time = _whole_seconds(market.now)
        if entered:
            self.auctions.enter(time)
        else:
            self.auctions.leave(time)
        self.internal.auction_changed(time)
        self.external.auction_changed(time)
        self._changed()

    def on_trading_terminated(self, market: FuturesMarket) -> None:
        """Trading has ended for good: the last payment, and no period after it (05 §1.10)."""
        self.terminated = True
        self.unbind(market)
        self._end_period(market, _whole_seconds(market.now))

    def check_settlement_price(self, market: FuturesMarket, price: int) -> None:
        """Perpetuals have no cap: any price will do."""

    # -- figures -----------------------------------------------------------------------------------------------------

    def product_data(self, market: FuturesMarket) -> PerpetualData | None:
        """The figures now; None before the first period and until each series has a price."""
        if not self.started_at or not self.internal or not self.external:
            return None
        now = _whole_seconds(market.now)
        internal, external = self.internal.twap(now), self.external.twap(now)
        in_auction = self.auctions.length(self.started_at, now)
        found = funding(self.terms, internal, external, now - self.started_at, in_auction)
        own = self.composite is not None
        price = self.internal_price if own else market.mark_price
        mark_price = self.terms.internal_composite_price or market.definition.mark_price
        return PerpetualData(
            funding_rate=format_decimal(found.rate),
            funding_payment=str(found.payment),
            internal_twap=str(internal),
            external_twap=str(external),
            sequence=self.sequence,
            start_time=self.started_at,
            underlying_index_price=str(self.external.latest),
            internal_composite_price=market.price_scale.over(price or 0),
            next_internal_composite_price_calculation=self.next_calculation if own else market.next_mark_to_market,
            internal_composite_price_type=str(mark_price.type),
        )


def _whole_seconds(time: int) -> int:
    return time - time % SECOND
