"""Reads a model for the panels; keeps the trades that it sees from the moment it is first looked at."""

from __future__ import annotations

from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary, ref

from vega_mesa.experiments.standing import groups
from vega_mesa.model import VegaModel
from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.matching.order import BUY, SELL, Side
from vega_mesa.units import MarketUnits, to_datetime
from vega_mesa.viz.reading import Fill, History, Level, Reading

MOST_LEVELS = 200
NOTHING = History()


def reading_of(model: VegaModel) -> Reading:
    """The model as it is now; the same object until its next step or transaction."""
    observer = _observers.get(model)
    if observer is None:
        observer = _observers[model] = Observer(model)
    return observer.reading()


class Observer:
    """What the page remembers of one model."""

    def __init__(self, model: VegaModel) -> None:
        self._model = ref(model)
        self._fills: list[Fill] = []
        model.exchange.bus.subscribe(TradeHappened, self._on_trade)
        self._moment = (-1, -1)
        self._reading: Reading | None = None

    def reading(self) -> Reading:
        """See :func:`reading_of`."""
        model = self._model()
        assert model is not None
        moment = (model.step_count, len(model.chain.log))
        if self._reading is None or self._moment != moment:
            self._moment = moment
            market = model.market
            self._reading = _before(model) if market is None else self._read(model, market)
        return self._reading

    def _read(self, model: VegaModel, market: TradingMarket) -> Reading:
        units = model.units_of(market)
        auction = market.auction
        mark = market.mark_price
        return Reading(
            market=market.definition.name,
            asset=model.exchange.assets.get(market.asset).details.symbol,
            state=words(market.state, "STATE_"),
            mode=words(market.trading_mode, "TRADING_MODE_"),
            trigger=words(auction.trigger, "AUCTION_TRIGGER_") if auction.in_auction else "",
            time=_time(model),
            block=model.chain.height,
            mark=units.shown_price(mark) if mark else None,
            best_bid=_price(units, market.book.best_bid()),
            best_ask=_price(units, market.book.best_ask()),
            open_interest=units.shown_size(market.open_interest),
            insurance=units.shown_amount(model.exchange.insurance_pool(market.id, market.asset)),
            conserved=not model.imbalance(),
            history=_history(model),
            fills=self._fills,
            bids=_levels(market, units, BUY),
            asks=_levels(market, units, SELL),
            groups=groups(model),
        )

    def _on_trade(self, event: TradeHappened) -> None:
        model, trade = self._model(), event.trade
        if model is None or model.market is None or model.market.id != trade.market:
            return
        units = model.units_of(model.market)
        bought = trade.aggressor is BUY
        price, size = units.shown_price(trade.price), units.shown_size(trade.size)
        self._fills.append(Fill(model.step_count + 1, price, size, bought, trade.buyer, trade.seller))


_observers: WeakKeyDictionary[VegaModel, Observer] = WeakKeyDictionary()


def words(value: Any, prefix: str) -> str:
    """A name of the protocol as people say it: ``TRADING_MODE_OPENING_AUCTION`` is "opening auction"."""
    return str(value).removeprefix(prefix).replace("_", " ").lower()


def _before(model: VegaModel) -> Reading:
    """What there is to see before there is a market."""
    return Reading(
        market="No market yet", asset="", state="not proposed", mode="no trading", trigger="", time=_time(model),
        block=model.chain.height, mark=None, best_bid=None, best_ask=None, open_interest=0.0, insurance=0.0,
        conserved=not model.imbalance(), history=NOTHING, fills=[], bids=[], asks=[], groups=[],
    )  # fmt: skip


def _time(model: VegaModel) -> str:
    return to_datetime(model.chain.now).strftime("%Y-%m-%d %H:%M:%S")


def _price(units: MarketUnits, price: int) -> float | None:
    return units.shown_price(price) if price else None


def _levels(market: TradingMarket, units: MarketUnits, side: Side) -> list[Level]:
    total, found = 0.0, []
    for price, volume, _ in islice(market.book.levels(side), MOST_LEVELS):
        total += units.shown_size(volume)
        found.append(Level(units.shown_price(price), total))
    return found


def _history(model: VegaModel) -> History:
    columns = model.datacollector.model_vars
    if not columns:
        return NOTHING
    return History(
        steps=list(range(1, len(columns["mark_price"]) + 1)),
        mark=columns["mark_price"],
        best_bid=columns["best_bid"],
        best_ask=columns["best_ask"],
        volume=columns["volume"],
        insurance=columns["insurance_pool"],
        mode=[words(mode or "", "TRADING_MODE_") for mode in columns["trading_mode"]],
    )
