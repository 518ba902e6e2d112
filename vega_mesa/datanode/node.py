"""The data node: listens to a network and answers questions about its past (0076-DANO).

with DataNode(model.chain.exchange, db="run.duckdb") as node:
    ...
    node.trades(market="BTC/USDT")
    node.sql("select aggressor, sum(size) from trades group by aggressor")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from vega_mesa.datanode.journal import Journal, read
from vega_mesa.datanode.states import Balances, OpenVolumes, OrderStates, market_figures
from vega_mesa.datanode.store import DuckDBStore, PostgreSQLStore, Store
from vega_mesa.datanode.tables import SCHEMA, TABLES, Collector, Row, Rows
from vega_mesa.errors import ConfigError, StoreError
from vega_mesa.protocol.events import Fields
from vega_mesa.protocol.events.ledger import AccountOpened, LedgerMoved
from vega_mesa.protocol.events.network import BlockEnded
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import OrdersCancelled, OrdersExpired, OrderUpdated

if TYPE_CHECKING:
    import pandas as pd

    from vega_mesa.protocol.exchange import Exchange
    from vega_mesa.protocol.markets.trading_market import TradingMarket

FLUSH_VALUES: Final = 1_000_000  # about 100,000 rows
SECOND: Final = 1_000_000_000
JOURNAL_SUFFIX: Final = ".journal"


class DataNode:
    """Keeps what a network tells, block by block.

    Rows wait in memory (and, with a file, in a journal beside it) until there are enough of them, or until somebody
    asks. A run that is killed leaves the database and the journal: opening the file again puts them together, up to the
    last closed block.

    Args:
        exchange: what to listen to; None to read the database of an earlier run.
        db: a file for DuckDB, the address of a PostgreSQL server (``postgresql://…``), or None for memory.
        tables: the names of the tables to keep; by default all.

    Raises:
        StoreError: the database cannot be opened, or it already holds a run and cannot hold another.
    """

    def __init__(
        self, exchange: Exchange | None = None, *, db: str | Path | None = None, tables: Iterable[str] = SCHEMA
    ) -> None:
        chosen = frozenset(tables)
        for name in chosen - SCHEMA.keys():
            raise ConfigError("tables", name, f"one of {', '.join(SCHEMA)}")
        self.store, journal = _open(db)
        if journal is not None:
            _recover(self.store, journal)
        if exchange is not None and (height := self.store.height()):
            self.store.close()
            raise StoreError(
                f"{_named(db)} already holds a run of {height} blocks: choose another database, or move it"
            )
        self._journal = Journal(journal) if journal is not None else None
        self._block: Rows = {name: [] for name in SCHEMA}  # of the open block
        self._waiting: Rows = {name: [] for name in SCHEMA}  # of closed blocks
        self._count = 0
        self._orders = OrderStates()
        self._balances: Balances | None = None
        self._volumes = OpenVolumes()
        self._markets: Mapping[str, TradingMarket] | None = None
        self._stop_listening: list[Callable[[], None]] = []
        if exchange is not None:
            self._listen(exchange, chosen)

    # -- recording ---------------------------------------------------------------------------------------------------

    def _listen(self, exchange: Exchange, chosen: frozenset[str]) -> None:
        bus, listen = exchange.bus, self._stop_listening.append
        for table in TABLES:
            if table.name in chosen:
                listen(Collector(table, bus, self._block[table.name]).stop)
        if "orders" in chosen:
            listen(bus.tap(OrderUpdated, self._on_order))
            listen(bus.subscribe((OrdersCancelled, OrdersExpired), self._on_orders_ended))
        if "accounts" in chosen:
            self._balances = Balances(exchange.collateral.accounts.values())
            listen(bus.subscribe(AccountOpened, self._balances.opened))
            if "ledger" not in chosen:
                listen(bus.tap(LedgerMoved, self._on_moved))
        if "positions" in chosen:
            listen(bus.subscribe(PositionsMarked, self._on_mark))
        if "market_data" in chosen:
            self._markets = exchange.markets
        listen(bus.subscribe(BlockEnded, self._on_block))

    def _on_order(self, time: int, event: Fields) -> None:
        rows = self._block["orders"]
        rows.append(time)
        rows += self._orders.updated(event["order"])

    def _on_moved(self, time: int, event: Fields) -> None:  # noqa: ARG002 - balances are those of a block's end
        assert self._balances is not None
        self._balances.moved(event["entries"])

    def _on_orders_ended(self, event: OrdersCancelled | OrdersExpired) -> None:
        self._add("orders", event.time, self._orders.ended(event))

    def _on_mark(self, event: PositionsMarked) -> None:
        self._add("positions", event.time, self._volumes.marked(event))

    def _add(self, table: str, time: int, added: Iterable[Row]) -> None:
        rows = self._block[table]
        for row in added:
            rows.append(time)
            rows += row

    def _on_block(self, event: BlockEnded) -> None:
        block, time = self._block, event.time
        block["blocks"] += (time, event.height)
        if self._balances is not None:
            self._balances.read(block["ledger"])
            self._add("accounts", time, self._balances.take())
        if self._markets is not None:
            self._add("market_data", time, map(market_figures, self._markets.values()))
        closed = {name: rows for name, rows in block.items() if rows}
        if self._journal is not None:
            self._journal.append(event.height, closed)
        for name, rows in closed.items():
            self._waiting[name] += rows
            self._count += len(rows)
            rows.clear()
        if self._count >= FLUSH_VALUES:
            self.flush()

    def flush(self) -> None:
        """Hand all closed blocks to the database."""
        if self._count:
            self.store.write(self._waiting)
            self._waiting = {name: [] for name in SCHEMA}
            self._count = 0
        if self._journal is not None:
            self._journal.clear()

    def close(self) -> None:
        """Stop listening, hand over what is closed, and let go of the database."""
        while self._stop_listening:
            self._stop_listening.pop()()
        self.flush()
        if self._journal is not None:
            self._journal.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- questions ---------------------------------------------------------------------------------------------------

    def sql(self, query: str, *parameters: object) -> pd.DataFrame:
        """The rows of a query over the tables; ``?`` stands for a parameter. Closed blocks only.

        Raises:
            StoreError: the database does not understand the query.
        """
        self.flush()
        return self.store.query(query, parameters)

    def table(
        self,
        name: str,
        *,
        since: int | None = None,
        until: int | None = None,
        last: int | None = None,
        either: tuple[str, str, object] | None = None,
        **equal: Any,
    ) -> pd.DataFrame:
        """Rows of a table, in the order in which they happened.

        Args:
            name: of the table, see :data:`vega_mesa.datanode.tables.SCHEMA`.
            since, until: nanoseconds; from the first on, up to but without the second.
            last: the last so many of these rows only.
            either: two columns, and the value that one of them must have.
            equal: columns and the values that they must have; None is passed over.

        Raises:
            ConfigError: no such table or column.
        """
        columns = SCHEMA.get(name)
        if columns is None:
            raise ConfigError("table", name, f"one of {', '.join(SCHEMA)}")
        known = {column.name for column in columns}
        tests, values = [], []
        for column in (*equal, *(either[:2] if either is not None else ())):
            if column not in known:
                raise ConfigError("column", column, f"one of {', '.join(sorted(known))}")
        for column, value in equal.items():
            if value is not None:
                tests.append(f'"{column}" = ?')
                values.append(value)
        if either is not None:
            tests.append(f'("{either[0]}" = ? OR "{either[1]}" = ?)')
            values += [either[2], either[2]]
        for operator, moment in ((">=", since), ("<", until)):
            if moment is not None:
                tests.append(f"time {operator} ?")
                values.append(moment)
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        # Names of tables and columns are our own; values are parameters.
        place = self.store.sequence
        if last is None:
            return self.sql(f'SELECT * FROM "{name}"{where} ORDER BY time, {place}', *values)  # noqa: S608
        query = f'SELECT * FROM "{name}"{where} ORDER BY time DESC, {place} DESC LIMIT ?'  # noqa: S608
        return self.sql(query, *values, last).iloc[::-1].reset_index(drop=True)

    def trades(
        self,
        market: str | None = None,
        party: str | None = None,
        *,
        since: int | None = None,
        until: int | None = None,
        last: int | None = None,
    ) -> pd.DataFrame:
        """Executions, of a party those that it bought or sold in; prices in market decimals."""
        either = None if party is None else ("buyer", "seller", party)
        return self.table("trades", market=market, since=since, until=until, last=last, either=either)

    def orders(self, market: str | None = None, party: str | None = None, **other: Any) -> pd.DataFrame:
        """Orders in every state that they have been in."""
        return self.table("orders", market=market, party=party, **other)

    def ledger(self, *, since: int | None = None, until: int | None = None, **equal: Any) -> pd.DataFrame:
        """Movements of money, asset decimals."""
        return self.table("ledger", since=since, until=until, **equal)

    def market_data(self, market: str | None = None, **other: Any) -> pd.DataFrame:
        """The figures of markets at every block."""
        return self.table("market_data", market=market, **other)

    def candles(self, market: str, interval: float = 60.0) -> pd.DataFrame:
        """Open, high, low, close, volume and number of trades by intervals (seconds) in which something traded."""
        if interval <= 0:
            raise ConfigError("interval", interval, "a positive number of seconds")
        trades = self.trades(market)
        trades = trades[trades["type"] != "NETWORK_CLOSE_OUT_BAD"]
        width = int(interval * SECOND)
        grouped = trades.groupby(trades["time"] // width * width)
        candles = grouped["price"].agg(open="first", high="max", low="min", close="last")
        candles["volume"] = grouped["size"].sum()
        candles["trades"] = grouped["size"].count()
        return candles.rename_axis("time").reset_index()

    def export(self, folder: str | Path) -> list[Path]:
        """Write every table as a Parquet file; returns the files."""
        self.flush()
        return self.store.export(Path(folder))


def _open(db: str | Path | None) -> tuple[Store, Path | None]:
    """The store of an address, and where its journal lies (a server needs none: it takes every flush at once)."""
    if db is None:
        return DuckDBStore(), None
    if isinstance(db, str) and db.startswith(("postgresql://", "postgres://")):
        return PostgreSQLStore(db), None
    path = Path(db)
    return DuckDBStore(path), path.with_name(path.name + JOURNAL_SUFFIX)


def _named(db: str | Path | None) -> str:
    """A database as a message may call it: without who opens it, and with which password."""
    scheme, mark, rest = str(db).partition("://")
    return scheme + mark + rest.partition("?")[0].rpartition("@")[2]


def _recover(store: Store, journal: Path) -> None:
    """Give the database the blocks of a killed run that it has not got."""
    last = store.height()
    for height, rows in read(journal):
        if height > last:
            store.write(rows)
    journal.unlink(missing_ok=True)
