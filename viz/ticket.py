"""An order ticket: what the page's fields say, as a command; and what would come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from vega_mesa.actions.receipt import OrderReceipt
from vega_mesa.actions.trading import Life, Reference
from vega_mesa.agent import VegaAgent
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.errors import InvalidAmount
from vega_mesa.model import VegaModel
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.commands.trading import OrderSubmission, StopOrderSetup, StopOrdersSubmission
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.matching.order import BUY
from vega_mesa.protocol.spot.market import SpotMarket
from vega_mesa.units import decimal

KINDS: Final = ("limit", "market", "stop", "trailing stop", "OCO", "iceberg", "pegged")
STOPS: Final = ("stop", "trailing stop", "OCO")
PRICED: Final = ("limit", "iceberg")
LIVES: Final = ("GTC", "GTT", "IOC", "FOK", "GFA", "GFN")
REFERENCES: Final = ("best_bid", "mid", "best_ask")
TRIGGERS: Final = ("falls below", "rises above")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The fields, as typed."""

    kind: str = "limit"
    side: Literal["buy", "sell"] = "buy"
    size: str = ""
    price: str = ""
    life: str = "GTC"
    expires: str = ""  # from now; of a good-till-time order
    post_only: bool = False
    reduce_only: bool = False
    peak: str = ""  # of an iceberg: shown at a time,
    minimum: str = ""  # and shown anew below
    reference: str = "mid"  # what a pegged order follows,
    offset: str = ""  # at which distance
    trigger: str = "falls below"  # of a stop order: where it fires,
    trigger_price: str = ""  # at this price,
    trail: str = ""  # or so many per cent away from the best price since
    below: str = ""  # of a pair of which the first to fire cancels the other: a price, or per cent such as "5%"
    above: str = ""

    @property
    def is_priced(self) -> bool:
        """Whether it names a price."""
        return self.kind in PRICED

    @property
    def rests(self) -> bool:
        """Whether it may wait in the book."""
        return self.kind in (*PRICED, "pegged")

    def command(self, agent: VegaAgent, market: str | None = None) -> OrderSubmission | StopOrdersSubmission:
        """The command that the fields ask for, on a market: the first by default.

        Raises:
            UsageError: a field is missing or cannot be read.
        """
        order = self._order(agent, market)
        if self.kind not in STOPS:
            return order
        if self.kind == "OCO":
            return StopOrdersSubmission(
                falls_below=_leg(agent, order, _given("falls below", self.below)),
                rises_above=_leg(agent, order, _given("rises above", self.above)),
            )
        if self.kind == "stop":
            leg = agent.stop(order, price=_given("trigger price", self.trigger_price))
        else:
            leg = _leg(agent, order, _given("trails by", self.trail).rstrip("% ") + "%")
        falls = self.trigger == "falls below"
        return StopOrdersSubmission(falls_below=leg if falls else None, rises_above=None if falls else leg)

    def _order(self, agent: VegaAgent, market: str | None) -> OrderSubmission:
        life = cast(Life, self.life)
        return agent.order(
            market,
            self.side,
            _given("size", self.size),
            _given("price", self.price) if self.is_priced else None,
            time_in_force=life if self.rests else None,
            expires=_given("expiry", self.expires) if life == "GTT" and self.rests else None,
            post_only=self.post_only and self.is_priced,
            reduce_only=self.reduce_only or self.kind in STOPS,
            peg=(cast(Reference, self.reference), _given("offset", self.offset)) if self.kind == "pegged" else None,
            iceberg=(_given("peak", self.peak), _given("minimum", self.minimum)) if self.kind == "iceberg" else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would come of an order if it were sent now; in people's units."""

    error: str = ""
    margin: tuple[float, float] = (0.0, 0.0)  # before and after; on a spot market what orders hold back
    general: tuple[float, float] = (0.0, 0.0)
    fees: float = 0.0
    filled: float = 0.0
    average_price: float | None = None


def preview(model: VegaModel, agent: VegaAgent, command: Any, market: str | None = None) -> Preview:
    """Send the command to a copy of the network, and look."""
    found = agent.find_market(market)
    units = model.units_of(found)
    future = NullChain.restore(model.chain.snapshot())  # of our own, whoever serves the network
    transaction = future.submit(agent.key, command)
    future.wait_for_total_catchup()
    receipt = OrderReceipt(transaction, units)
    before = _balances(model.exchange.collateral, agent.key, found)
    after = _balances(future.exchange.collateral, agent.key, found)
    order = transaction.order
    refusal = order.reason if order is not None and order.status.name in ("REJECTED", "STOPPED") else ""
    shown = units.shown_amount
    spent = shown(sum(before) - sum(after))
    if isinstance(found, SpotMarket) and receipt.average_price is not None:
        paid = receipt.filled * receipt.average_price
        spent -= paid if command.side is BUY else -paid
    return Preview(
        error=transaction.error or str(refusal or ""),
        general=(shown(before[0]), shown(after[0])),
        margin=(shown(sum(before[1:])), shown(sum(after[1:]))),
        fees=round(spent, 8),
        filled=receipt.filled,
        average_price=receipt.average_price,
    )


def _balances(collateral: Collateral, key: str, market: TradingMarket) -> list[int]:
    """What the key has of the market's asset: free, and behind its position and orders."""
    balance = collateral.balance
    general = balance(AccountType.GENERAL, market.asset, key)
    if isinstance(market, SpotMarket):
        return [general, balance(AccountType.HOLDING, market.asset, key)]
    margins = (AccountType.MARGIN, AccountType.ORDER_MARGIN)
    return [general, *(balance(kind, market.asset, key, market.id) for kind in margins)]


def _leg(agent: VegaAgent, order: OrderSubmission, where: str) -> StopOrderSetup:
    """A leg that fires at a price, or trails by so many per cent."""
    if where.endswith("%"):
        return agent.stop(order, trailing=decimal(where.rstrip("% "), "trails by") / 100)
    return agent.stop(order, price=where)


def _given(name: str, text: str) -> str:
    if not text.strip():
        raise InvalidAmount(f"{name}: please enter a number")
    return text.strip()
