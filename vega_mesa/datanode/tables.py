"""What the data node keeps: the tables, their columns, and the rows that an event comes to.

Most tables are the fields of one event as they are. Orders, trades, ledger movements and positions are written out by
hand, because their events carry objects or several rows. Amounts and prices are whole numbers: amounts in asset
decimals, prices of orders and trades in market decimals, sizes in position decimals; times are nanoseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from operator import itemgetter
from typing import Any, Final

from vega_mesa.protocol.events import Event, EventBus, Fields
from vega_mesa.protocol.events.bridging import DepositUpdated, WithdrawalUpdated
from vega_mesa.protocol.events.funding import FundingPeriodUpdated
from vega_mesa.protocol.events.governance import ProposalUpdated, VoteCast
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.liquidity import LiquidityProvisionUpdated
from vega_mesa.protocol.events.network import AssetUpdated, EpochEvent, NetworkParameterUpdated, OracleDataReceived
from vega_mesa.protocol.events.rewards import RewardPaid
from vega_mesa.protocol.events.trading import (
    AuctionUpdated,
    CommandRefused,
    DistressSettled,
    FundingPaid,
    LossSocialised,
    MarginLevelsUpdated,
    MarketSettled,
    MarketUpdated,
    StopOrderUpdated,
    TradeHappened,
)
from vega_mesa.protocol.events.transfers import TransferUpdated

Row = tuple[Any, ...]
Rows = dict[str, list[Any]]
"""Rows of several tables, each table's one after the other in one flat list: see :func:`columns_of`."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"  # fits 64 bits
    AMOUNT = "amount"  # a whole number of any size that money has (up to 38 digits)
    TIME = "time"  # nanoseconds since 1970
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it holds."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the event that fills it, and how an event's fields become rows (columns after ``time``)."""

    name: str
    event: type[Event]
    columns: tuple[Column, ...]
    rows: Callable[[Fields], Iterable[Row]]


def _columns(text: str) -> tuple[Column, ...]:
    """``"market:text price:amount"`` as columns."""
    pairs = (item.split(":") for item in text.split())
    return tuple(Column(name, Kind(kind)) for name, kind in pairs)


# -- tables that are the fields of an event --------------------------------------------------------------------------

_KINDS: Final = {"str": Kind.TEXT, "bool": Kind.FLAG, "int": Kind.AMOUNT, "Decimal": Kind.TEXT}
_WRITERS: Final[dict[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: str, Kind.NUMBER: int, Kind.AMOUNT: int, Kind.TIME: int, Kind.FLAG: bool,
}  # fmt: skip
_NUMBERS: Final = frozenset(("type", "version", "sequence", "decimals", "reference"))


class FieldRows:
    """Rows that are the fields of an event; what is neither text nor number is written as text."""

    __slots__ = ("_defaults", "_writers")

    def __init__(self, columns: list[Column], defaults: Fields) -> None:
        self._writers = {column.name: _WRITERS[column.kind] for column in columns}
        self._defaults = defaults

    def __call__(self, event: Fields) -> tuple[Row]:
        """The row of an event."""
        values = self._defaults | event
        return (tuple([write(values[name]) for name, write in self._writers.items()]),)


def _plain(name: str, event: type[Event]) -> Table:
    """A table whose columns are the event's own fields."""
    own = [field for field in fields(event) if field.name not in ("seq", "time")]
    columns = []
    for field in own:
        kind = _KINDS.get(str(field.type), Kind.TEXT)
        if kind is Kind.AMOUNT and field.name in _NUMBERS:
            kind = Kind.NUMBER
        columns.append(Column(field.name, kind))
    defaults = {field.name: field.default for field in own if field.default is not MISSING}
    return Table(name, event, tuple(columns), FieldRows(columns, defaults))


# -- tables of their own form ----------------------------------------------------------------------------------------

TRADES: Final = _columns(
    "id:text market:text price:amount size:amount aggressor:text buyer:text seller:text buy_order:text sell_order:text "
    "type:text buyer_fee:amount seller_fee:amount"
)


def _trade(event: Fields) -> tuple[Row]:
    trade = event["trade"]
    buyer_fee, seller_fee = trade.buyer_fee, trade.seller_fee
    return (
        (
            trade.id, trade.market, trade.market_price, trade.size, trade.aggressor._name_, trade.buyer, trade.seller,
            trade.buy_order, trade.sell_order, trade.type._name_, buyer_fee.total if buyer_fee is not None else 0,
            seller_fee.total if seller_fee is not None else 0,
        ),
    )  # fmt: skip


LEDGER: Final = _columns(
    "type:text amount:amount asset:text from_account:text to_account:text from_balance:amount to_balance:amount"
)
_ledger = itemgetter("entries")  # an entry is a row as it is

MARGIN_LEVELS: Final = _columns(
    "market:text party:text asset:text maintenance:amount search:amount initial:amount release:amount "
    "order_margin:amount isolated:flag margin_factor:text"
)


_margin_values = itemgetter(*(column.name for column in MARGIN_LEVELS[:-1]))


def _margin_levels(event: Fields) -> tuple[Row]:
    factor = event["margin_factor"]
    return ((*_margin_values(event), str(factor) if factor else "0"),)


MARKET_DATA: Final = _columns(
    "market:text state:text trading_mode:text mark_price:amount last_traded_price:amount best_bid_price:amount "
    "best_bid_volume:amount best_offer_price:amount best_offer_volume:amount best_static_bid_price:amount "
    "best_static_offer_price:amount mid_price:amount static_mid_price:amount open_interest:amount "
    "indicative_price:amount indicative_volume:amount auction_trigger:text extension_trigger:text "
    "target_stake:amount supplied_stake:amount"
)
"""Written by :func:`vega_mesa.datanode.states.market_figures` when a block ends."""


STOP_ORDERS: Final = _columns(
    "id:text market:text party:text direction:text price:amount trailing_offset:text status:text order_id:text "
    "rejection_reason:text expires_at:time"
)


def _stop_order(event: Fields) -> tuple[Row]:
    order = event["stop_order"]
    trailing = "" if order.trailing_offset is None else str(order.trailing_offset)
    return (
        (
            order.id, order.market, order.party, order.direction.name, order.price or 0, trailing, order.status.name,
            order.order_id, order.rejection_reason, order.expires_at,
        ),
    )  # fmt: skip


ORDERS: Final = _columns(
    "id:text market:text party:text reference:text side:text type:text time_in_force:text price:amount size:amount "
    "remaining:amount reserve:amount status:text reason:text version:number created_at:time expires_at:time"
)
"""Written by :class:`vega_mesa.datanode.states.OrderStates`: three kinds of events tell of orders."""
ACCOUNTS: Final = _columns("account:text type:text asset:text owner:text market:text balance:amount")
"""Written by :class:`vega_mesa.datanode.states.Balances`: every account that moved in a block, as it ended it."""
POSITIONS: Final = _columns("market:text party:text open_volume:amount mark_price:amount traded:amount")
"""Written by :class:`vega_mesa.datanode.states.OpenVolumes`: positions that changed before a mark to market."""

TABLES: Final[tuple[Table, ...]] = (
    Table("trades", TradeHappened, TRADES, _trade),
    Table("ledger", LedgerMoved, LEDGER, _ledger),
    Table("stop_orders", StopOrderUpdated, STOP_ORDERS, _stop_order),
    Table("margin_levels", MarginLevelsUpdated, MARGIN_LEVELS, _margin_levels),
    _plain("auctions", AuctionUpdated),
    _plain("markets", MarketUpdated),
    _plain("settled_markets", MarketSettled),
    _plain("close_outs", DistressSettled),
    _plain("socialised_losses", LossSocialised),
    _plain("funding_payments", FundingPaid),
    _plain("funding_periods", FundingPeriodUpdated),
    _plain("liquidity_provisions", LiquidityProvisionUpdated),
    _plain("proposals", ProposalUpdated),
    _plain("votes", VoteCast),
    _plain("network_parameters", NetworkParameterUpdated),
    _plain("assets", AssetUpdated),
    _plain("deposits", DepositUpdated),
    _plain("withdrawals", WithdrawalUpdated),
    _plain("transfers", TransferUpdated),
    _plain("rewards", RewardPaid),
    _plain("epochs", EpochEvent),
    _plain("oracle_data", OracleDataReceived),
    _plain("refusals", CommandRefused),
)

SCHEMA: Final[dict[str, tuple[Column, ...]]] = {
    "blocks": (Column("height", Kind.NUMBER),),
    "orders": ORDERS,
    "accounts": ACCOUNTS,
    "positions": POSITIONS,
    "market_data": MARKET_DATA,
    **{table.name: table.columns for table in TABLES},
}
"""Every table and its columns; each begins with ``time`` besides."""

TIME: Final = Column("time", Kind.TIME)


def columns_of(table: str, flat: list[Any]) -> list[tuple[Column, list[Any]]]:
    """The columns of rows that lie flat, time first."""
    columns = (TIME, *SCHEMA[table])
    width = len(columns)
    return [(column, flat[place::width]) for place, column in enumerate(columns)]


class Collector:
    """Lays the rows of one table's events flat, each with its time before it.

    Attributes:
        rows: one after the other; whoever takes them clears the list.
    """

    __slots__ = ("_rows_of", "rows", "stop")

    def __init__(self, table: Table, bus: EventBus, rows: list[Any] | None = None) -> None:
        self.rows: list[Any] = [] if rows is None else rows
        self._rows_of = table.rows
        self.stop = bus.tap(table.event, self._add)

    def _add(self, time: int, event: Fields) -> None:
        rows = self.rows
        for row in self._rows_of(event):
            rows.append(time)
            rows += row


def table_named(name: str) -> Table:
    """The table of this name; one that events of one kind fill."""
    return next(table for table in TABLES if table.name == name)
