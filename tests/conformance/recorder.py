"""What the exchange announced: one list an event class, and a mark from which it counts as not cleared."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import vega_mesa.protocol.events as event_package
from tests.conformance.failures import NotBuiltYet
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.bus import Event, EventBus
from vega_mesa.protocol.events.ledger import AccountUpdated, LedgerEntry, LedgerMoved
from vega_mesa.protocol.events.trading import OrdersCancelled
from vega_mesa.protocol.matching.order import Order, OrderStatus

# What the steps call an event, and the names that its class may bear in vega_mesa.protocol.events.
TOPICS: Final[dict[str, tuple[str, ...]]] = {
    "orders": ("OrderUpdated",),
    "cancelled orders": ("OrdersCancelled",),
    "expired orders": ("OrdersExpired",),
    "stop orders": ("StopOrderUpdated",),
    "trades": ("TradeHappened",),
    "ledger": ("LedgerMoved",),
    "margin levels": ("MarginLevelsUpdated",),
    "markets": ("MarketUpdated",),
    "auctions": ("AuctionUpdated",),
    "liquidity provisions": ("LiquidityProvisionUpdated",),
    "automated purchases": ("AutomatedPurchaseAnnounced",),
    "amms": ("AMMUpdated",),
    "epochs": ("EpochEvent",),
    "funding periods": ("FundingPeriodUpdated",),
    "funding payments": ("FundingPaid",),
    "loss socialisation": ("LossSocialised",),
    "distressed orders": ("DistressedOrdersClosed",),
    "settled distress": ("DistressSettled",),
    "delegations": ("DelegationBalanceUpdated",),
    "validator scores": ("ValidatorScored",),
    "reward payouts": ("RewardPaid",),
    "activity streaks": ("ActivityStreakUpdated",),
    "referral stats": ("ReferralSetStatsUpdated",),
}


@cache
def event_classes() -> dict[str, type[Event]]:
    """Every event class of the protocol by its name."""
    modules = [
        importlib.import_module(f"{event_package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(event_package.__path__)
    ]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Event) and value is not Event
    }


@cache
def topic_classes(topic: str) -> tuple[type[Event], ...]:
    """The classes of a topic that exist."""
    return tuple(event_classes()[name] for name in TOPICS[topic] if name in event_classes())


class Store:
    """Events of one topic in order; ``clearable`` hides what came before the last clear."""

    __slots__ = ("events", "start")

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.start = 0

    def clear(self) -> None:
        """Hide everything so far from the clearable view."""
        self.start = len(self.events)

    @property
    def clearable(self) -> list[Any]:
        """The events since the last clear."""
        return self.events[self.start :] if self.start else self.events


class Recorder:
    """Listens to everything that an assertion reads."""

    def __init__(self, bus: EventBus) -> None:
        self.stores: dict[str, Store] = {}
        for topic in TOPICS:
            classes = topic_classes(topic)
            if classes:
                store = self.stores[topic] = Store()
                bus.subscribe(classes, store.events.append)
        self.accounts: dict[tuple[int, str, str, str], AccountUpdated] = {}
        self.changed: dict[tuple[int, str, str, str], int] = {}  # in this step: the balance before it
        self._cancelled: set[tuple[str, str, str]] = set()
        self._before_step = 0
        self.in_last_step = 0
        bus.subscribe(AccountUpdated, self._account)
        bus.subscribe(OrdersCancelled, self._cancel)

    # -- stores ----------------------------------------------------------------------------------------------------

    def store(self, topic: str) -> Store:
        """The store of a topic, if the exchange knows such an event."""
        if topic not in self.stores:
            raise NotBuiltYet(f"the exchange has no event for {topic} ({' or '.join(TOPICS[topic])})")
        return self.stores[topic]

    def since_clear(self, topic: str) -> list[Any]:
        """The events of a topic since the last clear."""
        return self.store(topic).clearable

    def all(self, topic: str) -> list[Any]:
        """The events of a topic in the whole scenario."""
        return self.store(topic).events

    def latest(self, topic: str, **fields: object) -> Any | None:
        """The last event since the clear whose fields have these values."""
        return _last(self.since_clear(topic), lambda event: _has(event, fields))

    def clear(self, topic: str | None = None) -> None:
        """Empty the clearable view of one topic, or of all."""
        for name, store in self.stores.items():
            if topic is None or name == topic:
                store.clear()

    def count(self, *, clearable: bool = False) -> int:
        """How many events there were, over all topics."""
        return sum(len(store.clearable if clearable else store.events) for store in self.stores.values())

    def start_step(self) -> None:
        """Remember where a step begins."""
        self.changed.clear()
        count = self.count()
        self.in_last_step, self._before_step = count - self._before_step, count

    # -- accounts --------------------------------------------------------------------------------------------------

    def _account(self, event: AccountUpdated) -> None:
        key = (event.type, event.asset, event.owner, event.market)
        if key not in self.changed:
            before = self.accounts.get(key)
            self.changed[key] = 0 if before is None else before.balance
        self.accounts[key] = event

    def account(self, type: AccountType, asset: str, owner: str = "", market: str = "") -> AccountUpdated | None:
        """The latest event of an account."""
        return self.accounts.get((type, asset, owner, market))

    def ledger_entries(self, *, clearable: bool = True) -> Iterator[LedgerEntry]:
        """Single movements of money."""
        store = self.store("ledger")
        moved: Sequence[LedgerMoved] = store.clearable if clearable else store.events
        return (entry for event in moved for entry in event.entries)

    # -- orders ----------------------------------------------------------------------------------------------------

    def orders(self) -> list[Order]:
        """Order events since the clear; at the end one copy, expired, of each order in an expiry notice."""
        orders = [event.order for event in self.since_clear("orders")]
        notices = self.since_clear("expired orders")
        if notices:
            by_id = {order.id: order for order in orders}
            for id in (id for notice in notices for id in notice.orders):
                if id in by_id:
                    expired = by_id[id].copy()
                    expired.status = OrderStatus.EXPIRED
                    orders.append(expired)
        return orders

    def order(self, party: str, reference: str) -> Order | None:
        """The latest order event of a party's reference, status as it is reported."""
        order = _last(self.orders(), lambda order: order.party == party and order.reference == reference)
        if order is not None and self.is_cancelled(order):
            order = order.copy()
            order.status = OrderStatus.CANCELLED
        return order

    def is_cancelled(self, order: Order) -> bool:
        """A notice of cancelled orders names it (also one that was cleared)."""
        return (order.market, order.party, order.id) in self._cancelled

    def _cancel(self, notice: OrdersCancelled) -> None:
        self._cancelled.update((notice.market, notice.party, id) for id in notice.orders)

    def stop_order(self, party: str, reference: str) -> Any | None:
        """The latest stop-order event of a party's reference."""
        return _last(
            (event.stop_order for event in self.since_clear("stop orders")),
            lambda stop: stop.party == party and stop.submission.reference == reference,
        )


def _last(items: Any, test: Callable[[Any], bool]) -> Any | None:
    return next((item for item in reversed(list(items)) if test(item)), None)


def _has(event: Any, fields: dict[str, object]) -> bool:
    return all(getattr(event, name) == value for name, value in fields.items())
