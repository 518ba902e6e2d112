"""Rows that need memory or a look: orders, balances, open volumes, and the figures of a market."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from vega_mesa.datanode.tables import LEDGER, Row
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.events.ledger import AccountOpened, LedgerEntry
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import OrdersCancelled, OrdersExpired
from vega_mesa.protocol.matching.order import UNFINISHED, Order

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.trading_market import TradingMarket

STATUS = 11  # place of the status in a row of orders


class OrderStates:
    """Remembers the last row of each unfinished order: cancels and expiries are told as lists of ids."""

    __slots__ = ("_live",)

    def __init__(self) -> None:
        self._live: dict[str, Row] = {}

    def updated(self, order: Order) -> Row:
        """The row of an order as it stands."""
        iceberg = order.iceberg
        row = (
            order.id, order.market, order.party, order.reference, order.side._name_, order.type._name_,
            order.time_in_force._name_, order.original_price, order.size, order.remaining,
            0 if iceberg is None else iceberg.reserve, order.status._name_, order.reason, order.version,
            order.created_at, order.expires_at,
        )  # fmt: skip
        if order.status in UNFINISHED:
            self._live[order.id] = row
        else:
            self._live.pop(order.id, None)
        return row

    def ended(self, event: OrdersCancelled | OrdersExpired) -> list[Row]:
        """The last rows of orders that were cancelled or have expired."""
        status = "CANCELLED" if isinstance(event, OrdersCancelled) else "EXPIRED"
        last = (self._live.pop(order_id, None) for order_id in event.orders)
        return [(*row[:STATUS], status, *row[STATUS + 1 :]) for row in last if row is not None]


class Balances:
    """What each account held when a block ended.

    Args:
        accounts: those that were there before anybody listened.
    """

    __slots__ = ("_accounts", "_moved")

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._accounts: dict[str, Row] = {}
        self._moved: dict[str, int] = {}
        for account in accounts:
            self._accounts[account.id] = (
                account.id, account.type.name, account.asset, account.owner, account.market,
            )  # fmt: skip
            self._moved[account.id] = account.balance

    def opened(self, event: AccountOpened) -> None:
        """A new account."""
        name = AccountType(event.type).name
        self._accounts[event.account] = (event.account, name, event.asset, event.owner, event.market)
        self._moved[event.account] = 0

    def moved(self, entries: Iterable[LedgerEntry]) -> None:
        """Balances after movements."""
        moved = self._moved
        for entry in entries:
            moved[entry.from_account] = entry.from_balance
            moved[entry.to_account] = entry.to_balance

    def read(self, ledger: list[Any]) -> None:
        """Balances after the movements of a block, as they lie in the rows of the ledger."""
        moved, width = self._moved, len(LEDGER) + 1
        places = (4, 5, 6, 7)  # after the time: from and to account, and what they held then
        for source, destination, left, reached in zip(*(ledger[place::width] for place in places), strict=True):
            moved[source] = left
            moved[destination] = reached

    def take(self) -> list[Row]:
        """Rows of the accounts that moved since the last time."""
        rows = [(*self._accounts[account], balance) for account, balance in self._moved.items()]
        self._moved = {}
        return rows


class OpenVolumes:
    """Open volume of each party, summed up from the trades that a mark to market settles."""

    __slots__ = ("_sizes",)

    def __init__(self) -> None:
        self._sizes: dict[tuple[str, str], int] = {}

    def marked(self, event: PositionsMarked) -> list[Row]:
        """Rows of the positions that changed, with the mark price (asset decimals) and the volume traded since."""
        rows = []
        for party, trades in event.positions:
            if trades:
                key = (event.market, party)
                size = self._sizes[key] = self._sizes.get(key, 0) + sum(size for size, _ in trades)
                rows.append((event.market, party, size, event.price, sum(abs(size) for size, _ in trades)))
        return rows


def market_figures(market: TradingMarket) -> Row:
    """What everybody sees of a market (0021-MDAT); prices in market decimals, 0 for none.

    A choice of :func:`vega_mesa.protocol.markets.market_data.read_market_data`, for less than a tenth of its time.
    """
    book, auction, over = market.book, market.auction, market.price_scale.over
    bid, bid_volume = book.best_bid_and_volume()
    ask, ask_volume = book.best_ask_and_volume()
    indicative, indicative_volume, _ = book.indicative() if auction.in_auction else (0, 0, None)
    return (
        market.id, str(market.state), str(market.trading_mode), over(market.mark_price or 0),
        over(market.last_traded_price), over(bid), bid_volume, over(ask), ask_volume, over(book.best_static_bid()),
        over(book.best_static_ask()), over(book.mid_price()), over(book.static_mid_price()), market.open_interest,
        over(indicative), indicative_volume, str(auction.trigger), str(auction.extension_trigger),
        int(market.liquidity.shown_target_stake(market.now)), market.liquidity.supplied_stake(),
    )  # fmt: skip
