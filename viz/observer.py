"""Reads a model for the panels; keeps the trades and the blocks that it sees from the moment it is first looked at.

It asks the exchange and hears its events, never the agents or what a model collects: a replica of a served network has
neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from weakref import WeakKeyDictionary, ref

from vega_mesa.model import VegaModel
from vega_mesa.protocol.events.network import BlockEnded
from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.matching.order import BUY, SELL, Side
from vega_mesa.units import MarketUnits, to_datetime
from vega_mesa.viz.desk import lock_of
from vega_mesa.viz.reading import Fill, Level, Reading, Sample

MOST_LEVELS: Final = 200
MOST_KEPT: Final = 100_000  # trades, and blocks, of a market; the oldest tenth goes when there are more


@dataclass(slots=True)
class Tape:
    """What one market has shown."""

    fills: list[Fill] = field(default_factory=list)
    history: list[Sample] = field(default_factory=list)


def reading_of(model: VegaModel, market: TradingMarket | None = None) -> Reading:
    """A market of the model as it is now, the first if none is given; the same object until a block or a command."""
    with lock_of(model):
        return observer_of(model).reading(model, model.market if market is None else market)


def observer_of(model: VegaModel) -> Observer:
    """What is remembered of a model, from the first call on."""
    observer = _observers.get(model)
    if observer is None:
        observer = _observers[model] = Observer(model)
    return observer


class Observer:
    """What the page remembers of one model."""

    def __init__(self, model: VegaModel) -> None:
        self._model = ref(model)
        self.tapes: dict[str, Tape] = {}
        self._moment: tuple[int, ...] = ()
        self._readings: dict[str, Reading] = {}
        model.exchange.bus.subscribe(TradeHappened, self._on_trade)
        model.exchange.bus.subscribe(BlockEnded, self._on_block)

    def reading(self, model: VegaModel, market: TradingMarket | None) -> Reading:
        """See :func:`reading_of`."""
        moment = (model.step_count, model.chain.height, len(model.chain.log))
        if self._moment != moment:
            self._moment = moment
            self._readings.clear()
        id = "" if market is None else market.id
        if id not in self._readings:
            self._readings[id] = _before(model) if market is None else self._read(model, market)
        return self._readings[id]

    def tape(self, market: str) -> Tape:
        """Of a market, empty for one that has shown nothing yet."""
        return self.tapes.setdefault(market, Tape())

    def _read(self, model: VegaModel, market: TradingMarket) -> Reading:
        units, tape = model.units_of(market), self.tape(market.id)
        auction, book = market.auction, market.book
        price, volume, _ = book.indicative()
        return Reading(
            market=market.definition.name,
            asset=model.exchange.assets.get(market.asset).details.symbol,
            state=words(market.state, "STATE_"),
            mode=words(market.trading_mode, "TRADING_MODE_"),
            trigger=words(auction.trigger, "AUCTION_TRIGGER_") if auction.in_auction else "",
            time=_time(model),
            block=model.chain.height,
            mark=_price(units, market.mark_price),
            best_bid=_price(units, book.best_bid()),
            best_ask=_price(units, book.best_ask()),
            bounds=bounds(market),
            indicative=(units.shown_price(price), units.shown_size(volume)) if volume else None,
            open_interest=0.0 if market.has_ended else units.shown_size(market.open_interest),
            insurance=units.shown_amount(model.exchange.insurance_pool(market.id, market.asset)),
            conserved=not model.imbalance(),
            now=_sample(model, market),
            history=tape.history,
            fills=tape.fills,
            bids=_levels(market, units, BUY),
            asks=_levels(market, units, SELL),
        )

    def _on_block(self, event: BlockEnded) -> None:  # noqa: ARG002 - the chain knows its height
        model = self._model()
        if model is None:
            return
        for market in model.exchange.markets.values():
            history = self.tape(market.id).history
            _forget(history)
            history.append(_sample(model, market))

    def _on_trade(self, event: TradeHappened) -> None:
        model, trade = self._model(), event.trade
        if model is None:
            return
        units = model.units_of(model.find_market(trade.market))
        side = {BUY: "buy", SELL: "sell"}.get(trade.aggressor, "")
        price, size = units.shown_price(trade.price), units.shown_size(trade.size)
        fills = self.tape(trade.market).fills
        _forget(fills)
        fills.append(Fill(model.chain.height, event.time, price, size, side, trade.buyer, trade.seller))


_observers: WeakKeyDictionary[VegaModel, Observer] = WeakKeyDictionary()


def words(value: Any, prefix: str) -> str:
    """A name of the protocol as people say it: ``TRADING_MODE_OPENING_AUCTION`` is "opening auction"."""
    return str(value).removeprefix(prefix).replace("_", " ").lower()


def bounds(market: TradingMarket) -> tuple[float, float] | None:
    """The tightest prices beyond which an auction begins, None while nothing is watched."""
    active = [bound for bound in market.price_monitor.market_bounds(market.price_scale) if bound.active]
    if not active or not market.can_trade:
        return None
    scale = 10**market.definition.decimal_places
    return max(bound.low for bound in active) / scale, min(bound.high for bound in active) / scale


def _sample(model: VegaModel, market: TradingMarket) -> Sample:
    units, book = model.units_of(market), market.book
    low, high = bounds(market) or (None, None)
    return Sample(
        block=model.chain.height,
        time=model.chain.now,
        mark=_price(units, market.mark_price),
        best_bid=_price(units, book.best_bid()),
        best_ask=_price(units, book.best_ask()),
        low=low,
        high=high,
        insurance=units.shown_amount(model.exchange.insurance_pool(market.id, market.asset)),
        mode=words(market.trading_mode, "TRADING_MODE_"),
    )


def _before(model: VegaModel) -> Reading:
    """What there is to see before there is a market."""
    return Reading(time=_time(model), block=model.chain.height, conserved=not model.imbalance())


def _time(model: VegaModel) -> str:
    return to_datetime(model.chain.now).strftime("%Y-%m-%d %H:%M:%S")


def _price(units: MarketUnits, price: int | None) -> float | None:
    return units.shown_price(price) if price else None


def _forget(kept: list[Any]) -> None:
    if len(kept) >= MOST_KEPT:
        del kept[: MOST_KEPT // 10]


def _levels(market: TradingMarket, units: MarketUnits, side: Side) -> list[Level]:
    total, found = 0.0, []
    for price, volume, _ in islice(market.book.levels(side), MOST_LEVELS):
        total += units.shown_size(volume)
        found.append(Level(units.shown_price(price), total))
    return found
