"""What an agent can see: the market, its orders, its money. People's units; reading changes nothing."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from vega_mesa.actions.acting import Acting
from vega_mesa.errors import InvalidCommand, UnknownMarket
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.markets.states import TRADABLE, TradingMode
from vega_mesa.protocol.matching.order import Order, Side, TimeInForce
from vega_mesa.units import MarketUnits, Rounding, from_integer

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.trading_market import TradingMarket

Word = TypeVar("Word", bound=Enum)


class Level(NamedTuple):
    """One price of the book."""

    price: float
    volume: float
    orders: int


class OpenOrder(NamedTuple):
    """A resting order."""

    id: str
    side: str
    price: float
    size: float
    remaining: float
    time_in_force: str
    reference: str


def word(kind: type[Word], name: object, what: str) -> Word:
    """The member of an enumeration that a word of the caller's names.

    Raises:
        InvalidCommand: none; says what there is, as agents write it.
    """
    if isinstance(name, kind):
        return name
    member = kind.__members__.get(name.upper()) if isinstance(name, str) else None
    if member is None or member.name == "UNSPECIFIED":
        names = ", ".join(known for known in kind.__members__ if known != "UNSPECIFIED")
        raise InvalidCommand(f"{what} {name!r} is not one of {names if kind is TimeInForce else names.lower()}")
    return member


class Observing(Acting):
    """Looks at the state directly. A market is named by id, code or name; None is the first there is."""

    # -- the market ------------------------------------------------------------------------------------------------

    def find_market(self, market: str | None = None) -> TradingMarket:
        """The market itself, in the protocol's integers.

        Raises:
            UnknownMarket: there is none.
        """
        if market is not None:
            return self.model.find_market(market)
        first = self.model.market
        if first is None:
            raise UnknownMarket(market)
        return first

    def units(self, market: str | None = None) -> MarketUnits:
        """How the market's numbers are written."""
        return self.model.units_of(self.find_market(market))

    def market_state(self, market: str | None = None) -> str:
        """E.g. ``STATE_ACTIVE``."""
        return str(self.find_market(market).state.value)

    def trading_mode(self, market: str | None = None) -> str:
        """E.g. ``TRADING_MODE_CONTINUOUS``."""
        return str(self.find_market(market).trading_mode.value)

    def is_trading(self, market: str | None = None) -> bool:
        """Whether the market exists and takes orders, be it in an auction."""
        try:
            return self.find_market(market).state in TRADABLE
        except UnknownMarket:
            return False

    def is_continuous(self, market: str | None = None) -> bool:
        """Whether it takes orders and trades them as they come."""
        return self.is_trading(market) and self.find_market(market).trading_mode is TradingMode.CONTINUOUS

    def best_bid(self, market: str | None = None) -> float | None:
        """The highest price bid, None without bids."""
        return self._price(market, self.find_market(market).book.best_bid())

    def best_ask(self, market: str | None = None) -> float | None:
        """The lowest price asked, None without asks."""
        return self._price(market, self.find_market(market).book.best_ask())

    def mid_price(self, market: str | None = None) -> float | None:
        """Half way between best bid and best ask, None unless there are both."""
        found, bid, ask = self._touch(market)
        return self.model.units_of(found).shown_price(bid + ask) / 2 if bid and ask else None

    def spread(self, market: str | None = None) -> float | None:
        """Best ask less best bid, None unless there are both."""
        found, bid, ask = self._touch(market)
        return self.model.units_of(found).shown_price(ask - bid) if bid and ask else None

    def mark_price(self, market: str | None = None) -> float | None:
        """The price that positions are valued at, None before the opening auction has ended.

        It does not move with every trade, but every ``network.markPriceUpdateMaximumFrequency``: 5 seconds by default.
        """
        return self._price(market, self.find_market(market).mark_price)

    def last_price(self, market: str | None = None) -> float | None:
        """Price of the last trade, None before the first."""
        return self._price(market, self.find_market(market).last_traded_price)

    def indicative_price(self, market: str | None = None) -> float | None:
        """The price at which an auction would end now, None outside auctions or without a crossing."""
        book = self.find_market(market).book
        return self._price(market, book.indicative()[0]) if book.in_auction else None

    def indicative_volume(self, market: str | None = None) -> float:
        """How much would trade if an auction ended now; 0 outside auctions or without a crossing."""
        book = self.find_market(market).book
        return self.units(market).shown_size(book.indicative()[1]) if book.in_auction else 0.0

    def depth(self, side: Literal["buy", "sell"], levels: int = 10, market: str | None = None) -> list[Level]:
        """The best prices of one side, best first."""
        found = self.find_market(market)
        units = self.model.units_of(found)
        pairs = zip(range(levels), found.book.levels(word(Side, side, "side")), strict=False)
        return [
            Level(units.shown_price(price), units.shown_size(volume), orders) for _, (price, volume, orders) in pairs
        ]

    def open_interest(self, market: str | None = None) -> float:
        """Sum of the long positions; nothing once the market has ended."""
        found = self.find_market(market)
        return 0.0 if found.has_ended else self.model.units_of(found).shown_size(found.open_interest)

    def _touch(self, market: str | None) -> tuple[TradingMarket, int | None, int | None]:
        found = self.find_market(market)
        return found, found.book.best_bid(), found.book.best_ask()

    def _price(self, market: str | None, price: int | None) -> float | None:
        return self.units(market).shown_price(price) if price else None

    # -- what is one's own -----------------------------------------------------------------------------------------

    def position(self, market: str | None = None) -> float:
        """Open volume, long positive; nothing on a spot market, and once the market has ended."""
        found = self.find_market(market)
        return 0.0 if found.has_ended else self.model.units_of(found).shown_size(found.open_volume(self.key))

    def orders(self, market: str | None = None) -> list[Order]:
        """The agent's resting orders, by id, in the protocol's integers."""
        return list(self.find_market(market).book.orders_of(self.key))

    def open_orders(self, market: str | None = None) -> list[OpenOrder]:
        """The agent's resting orders in people's units; ``pandas.DataFrame`` takes them as they are."""
        units = self.units(market)
        return [
            OpenOrder(
                order.id, order.side.name.lower(), units.shown_price(order.price), units.shown_size(order.size),
                units.shown_size(order.true_remaining), order.time_in_force.name, order.reference,
            )
            for order in self.orders(market)
        ]  # fmt: skip

    def balance(self, asset: str) -> float:
        """Free money: the general account."""
        id = self.model.find_asset(asset)
        return self._amount(id, self.model.exchange.collateral.balance(AccountType.GENERAL, id, self.key))

    def general(self, market: str | None = None) -> float:
        """Free money in the market's asset."""
        return self.balance(self.find_market(market).asset)

    def margin(self, market: str | None = None) -> float:
        """Money behind positions and orders in the market."""
        return self._market_balance(market, AccountType.MARGIN) + self._market_balance(market, AccountType.ORDER_MARGIN)

    def bond(self, market: str | None = None) -> float:
        """Money behind a liquidity commitment in the market."""
        return self._market_balance(market, AccountType.BOND)

    def equity(self, market: str | None = None) -> float:
        """All that the agent owns of the market's asset, in whichever account."""
        asset = self.find_market(market).asset
        return self._amount(asset, self.model.equity(self.key, asset))

    def profit(self, market: str | None = None) -> float:
        """What it owns of the market's asset, less all that it ever deposited; 0 where there is no market yet.

        A position counts at the mark price, so profits move when the mark price does: see :meth:`mark_price`.
        """
        if market is None and self.model.market is None:
            return 0.0
        asset = self.find_market(market).asset
        return self._amount(asset, self.model.equity(self.key, asset) - self.model.tally.deposited(self.key, asset))

    def _market_balance(self, market: str | None, type: AccountType) -> float:
        found = self.find_market(market)
        balance = self.model.exchange.collateral.balance(type, found.asset, self.key, found.id)
        return self.model.units_of(found).shown_amount(balance)

    def _amount(self, asset: str, amount: int) -> float:
        return from_integer(amount, self.model.exchange.assets.decimals(asset))

    # -- rounding --------------------------------------------------------------------------------------------------

    def round_price(self, price: float, rounding: Rounding = "nearest", market: str | None = None) -> float:
        """A price that the market's tick size allows: the nearest, the next ``down`` or the next ``up``."""
        return self.units(market).rounded_price(price, rounding)

    def round_size(self, size: float, rounding: Rounding = "down", market: str | None = None) -> float:
        """A size that the market knows; by default not more than was asked for."""
        return self.units(market).rounded_size(size, rounding)
