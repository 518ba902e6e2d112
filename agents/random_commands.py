"""Random commands of every kind: some that make sense, some that only look as if they did, some that are junk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.chain.shapes import (
    Atom,
    Choice,
    Double,
    Exact,
    Free,
    Integer,
    Maybe,
    Named,
    OneOf,
    Record,
    Row,
    Several,
    Shape,
    Table,
    Word,
    record_of,
)
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.command_handlers import HANDLERS
from vega_mesa.protocol.commands.trading import (
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    StopOrderSetup,
    StopOrdersSubmission,
)
from vega_mesa.protocol.matching.order import OrderType, Side, TimeInForce

if TYPE_CHECKING:
    from vega_mesa.agent import VegaAgent

KINDS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in HANDLERS}
"""Every class that is a command of the network, by its name."""
SECOND: Final = 1_000_000_000
_INTEGERS: Final = (0, 1, -1, 2, 10, 10**6, 10**12, 2**32, 2**63, 2**64, 2**128, 2**256 - 1)
_DECIMALS: Final = tuple(map(Decimal, ("0", "0.001", "0.01", "0.1", "0.5", "1", "1.5", "10", "-0.1", "1e18", "1e-18")))
_JUNK: Final[tuple[Any, ...]] = (
    None, True, "", "junk", "\ud800", -1, 2**300, 1.5, float("nan"), Decimal("NaN"), b"", [], {}, (),
)  # fmt: skip
_ORDERS: Final = (
    OrderSubmission, OrderSubmission, OrderSubmission, OrderAmendment, OrderCancellation, StopOrdersSubmission,
)  # fmt: skip
_PRICES: Final = ("price", "base", "lower_bound", "upper_bound")
_SIZES: Final = ("size", "peak_size", "minimum_visible_size")
_AMOUNTS: Final = ("amount", "commitment_amount", "minimum_size", "maximum_size")
_INSTANTS: Final = ("expires_at", "deliver_on")
_SECONDS: Final = ("closing", "enactment", "validation", "block_time", "expiry", "ends_at")
_NAMES: Final = {
    "market_id": "markets", "market": "markets", "markets": "markets", "source": "markets", "parent_market": "markets",
    "order_id": "orders", "stop_order_id": "orders",
    "asset": "assets", "asset_id": "assets", "asset_for_metric": "assets", "from_asset": "assets",
    "settlement_asset": "assets", "base_asset": "assets", "quote_asset": "assets",
    "proposal_id": "ids", "transfer_id": "ids", "withdrawal_id": "ids", "id": "ids", "spec_id": "ids", "teams": "ids",
    "data_source_id": "ids",
    "to": "parties", "destination": "parties", "party": "parties", "wallet": "parties", "receiver": "parties",
    "signers": "parties", "eligible_keys": "parties", "allow_list": "parties", "allowed_sellers": "parties",
    "address": "tokens", "contract_address": "tokens", "node_id": "validators", "key": "parameters",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What exists on a network, so that commands may name it: ids and keys, the price level, and the time (ns).

    ``prices`` and ``sizes`` are pairs of least and most, in the protocol's integers.
    """

    markets: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    validators: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    prices: tuple[int, int] = (1, 1_000_000)
    sizes: tuple[int, int] = (1, 1_000)
    now: int = 0


def vocabulary_of(agent: VegaAgent, market: str | None = None) -> Vocabulary:
    """What exists on an agent's network, and what is its own on a market."""
    exchange = agent.model.exchange
    found = None if market is None else exchange.markets.get(market)
    incentives = exchange.incentives
    ids = [
        *list(exchange.governance.proposals)[-20:],
        *list(exchange.bridge.withdrawals)[-5:],
        *list(incentives.referrals.sets)[-5:],
        *list(incentives.teams.by_id)[-5:],
    ]
    tokens = tuple(exchange.bridge.ethereum.tokens)
    orders: tuple[str, ...] = ()
    prices, sizes = (1, 1_000_000), (1, 1_000)
    if found is not None:
        orders = tuple(order.id for order in found.orders_of(agent.key)[-10:])
        level = found.mark_price or found.last_traded_price or found.book.best_bid() or found.book.best_ask()
        if level:
            level = found.price_scale.over(level)
            prices = (max(1, level * 97 // 100), max(2, level * 103 // 100))
    return Vocabulary(
        markets=tuple(exchange.markets) if market is None else (market,),
        orders=orders,
        assets=tuple(exchange.assets.by_id),
        ids=tuple(ids),
        parties=tuple(other.key for other in agent.model.agents if hasattr(other, "key"))[-20:],
        tokens=tokens,
        validators=tuple(exchange.validators.keys),
        parameters=tuple(exchange.network_parameters.all()),
        prices=prices,
        sizes=sizes,
        now=agent.model.chain.now,
    )


class RandomCommands:
    """Draws commands from a vocabulary.

    Args:
        random: where the draws come from.
        kinds: names of the commands to draw, see :data:`KINDS`; None for all.
        sense: part of the draws that are plain orders, amendments, cancellations and stop orders near the price.
        junk: part of the draws in which some field, or the command itself, may be anything.
    """

    def __init__(
        self, random: Random, *, kinds: Iterable[str] | None = None, sense: float = 0.3, junk: float = 0.1
    ) -> None:
        chosen = sorted(KINDS) if kinds is None else list(kinds)
        if unknown := [name for name in chosen if name not in KINDS]:
            raise ConfigError("kinds", unknown[0], f"one of {', '.join(sorted(KINDS))}")
        self.random = random
        self.kinds = tuple(chosen)
        self.sensible = tuple(kind for kind in _ORDERS if kind.__name__ in self.kinds)
        self.sense = sense
        self.junk = junk
        self._wild = False

    def draw(self, words: Vocabulary) -> Any:
        """A command, or what is none."""
        chance = self.random.random()
        if chance < self.sense and self.sensible and words.markets:
            return self._sensible(words)
        self._wild = chance > 1 - self.junk
        if self._wild and self.random.random() < 0.1:
            return self.random.choice(_JUNK)
        kind = KINDS[self.random.choice(self.kinds)]
        return self._record(record_of(kind), words)

    def _sensible(self, words: Vocabulary) -> Any:
        random = self.random
        kind = random.choice(self.sensible)
        market, price, size = random.choice(words.markets), random.randint(*words.prices), random.randint(*words.sizes)
        side = random.choice((Side.BUY, Side.SELL))
        if kind is StopOrdersSubmission:
            return self._stop_order(market, side, size, price)
        if kind is OrderSubmission or not words.orders:
            life = random.choice((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK))
            return OrderSubmission(market_id=market, side=side, size=size, price=price, time_in_force=life)
        order = random.choice(words.orders)
        if kind is OrderAmendment:
            return OrderAmendment(market_id=market, order_id=order, price=price, size_delta=random.randint(-size, size))
        return OrderCancellation(market_id=market, order_id=order)

    def _stop_order(self, market: str, side: Side, size: int, price: int) -> StopOrdersSubmission:
        """A stop loss, a take profit, or both; on a position that there may be."""
        order = OrderSubmission(
            market_id=market, side=side, size=size, type=OrderType.MARKET, time_in_force=TimeInForce.IOC,
            reduce_only=True,
        )  # fmt: skip
        legs = [StopOrderSetup(order_submission=order, price=price), None]
        self.random.shuffle(legs)
        if self.random.random() < 0.3:
            trailing = StopOrderSetup(order_submission=order, trailing_percent_offset=Decimal("0.05"))
            legs = [trailing if leg is None else leg for leg in legs]
        return StopOrdersSubmission(falls_below=legs[0], rises_above=legs[1])

    # -- by shape --------------------------------------------------------------------------------------------------

    def _record(self, record: Record, words: Vocabulary) -> Any:
        values = {}
        for field in record.fields:
            if not field.required and self.random.random() < 0.5:
                continue
            values[field.name] = self._value(field.shape, field.name, words)
        return record.kind(**values)

    def _value(self, shape: Shape, name: str, words: Vocabulary) -> Any:
        random = self.random
        if self._wild and random.random() < 0.1:
            return random.choice(_JUNK)
        match shape:
            case Maybe():
                return None if random.random() < 0.4 else self._value(shape.inner, name, words)
            case Word():
                return random.choice(list(shape.kind))
            case Choice():
                return random.choice(shape.values)
            case Atom():
                return random.random() < 0.5 if shape.kind is bool else self._text(name, words)
            case Integer():
                return self._integer(name, words)
            case Exact():
                return random.choice(_DECIMALS)
            case Double():
                return random.choice((0.0, 1e-6, 0.5, 1.0, 10.0, -1.0))
            case Several():
                return tuple(self._value(shape.item, name, words) for _ in range(random.randint(0, 3)))
            case _:
                return self._composite(shape, name, words)

    def _composite(self, shape: Shape, name: str, words: Vocabulary) -> Any:
        random = self.random
        match shape:
            case Record():
                return self._record(shape, words)
            case OneOf():
                choices = [*shape.records.values(), *shape.others]
                return self._value(random.choice(choices), name, words)
            case Named():
                return shape.kind(*(self._value(item, name, words) for item in shape.items))
            case Row():
                return tuple(self._value(item, name, words) for item in shape.items)
            case Table():
                return {self._text(name, words): self._value(shape.value, name, words) for _ in range(2)}
            case Free():
                return random.choice(_JUNK[:4])
            case _:
                return None

    def _text(self, name: str, words: Vocabulary) -> str:
        random = self.random
        known = getattr(words, _NAMES[name]) if name in _NAMES else ()
        chance = random.random()
        if known and chance < 0.9:
            return str(random.choice(known))
        if chance < 0.95:
            return random.choice(("", "1", "true", "0.5", "1s", "a" * 64, "0" * 64))
        return "".join(random.choice("abcdef0123456789") for _ in range(random.choice((1, 8, 64))))

    def _integer(self, name: str, words: Vocabulary) -> int:
        random = self.random
        if random.random() < 0.1:
            return random.choice(_INTEGERS)
        if name in _PRICES:
            return random.randint(*words.prices)
        if name in _SIZES:
            return random.randint(*words.sizes)
        if name in _AMOUNTS:
            return int(10 ** random.uniform(0, 13))
        if name in _INSTANTS:
            return words.now + random.randint(-5, 30) * SECOND
        if name in _SECONDS:
            return words.now // SECOND + random.randint(-2, 20)
        return random.randint(0, 20)
