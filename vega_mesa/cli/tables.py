"""The Parquet files of a run: trades, market data, accounts and ledger.

Prices, sizes and amounts are floats in people's units; amounts of the ledger and balances come exactly too, as whole
numbers of the asset's smallest unit. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from vega_mesa.datanode.tables import Collector, columns_of, table_named
from vega_mesa.errors import StoreError
from vega_mesa.protocol.collateral import AccountType, Key
from vega_mesa.units import from_integer

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

FILES: Final = ("trades.parquet", "market_data.parquet", "accounts.parquet", "ledger.parquet")
TIME: Final = pa.timestamp("ns", tz="UTC")
EXACT: Final = pa.decimal256(76, 0)  # 256-bit amounts, as the protocol counts

TRADES: Final = pa.schema(
    [
        ("time", TIME), ("market", pa.string()), ("price", pa.float64()), ("size", pa.float64()),
        ("aggressor", pa.string()), ("buyer", pa.string()), ("seller", pa.string()), ("type", pa.string()),
        ("id", pa.string()),
    ]
)  # fmt: skip
ACCOUNTS: Final = pa.schema(
    [
        ("step", pa.int64()), ("time", TIME), ("asset", pa.string()), ("type", pa.string()), ("party", pa.string()),
        ("market", pa.string()), ("balance", pa.float64()), ("balance_exact", EXACT),
    ]
)  # fmt: skip
LEDGER: Final = pa.schema(
    [
        ("time", TIME), ("type", pa.string()), ("asset", pa.string()), ("amount", pa.float64()),
        ("amount_exact", EXACT), ("from_account", pa.string()), ("to_account", pa.string()),
        ("from_balance_exact", EXACT), ("to_balance_exact", EXACT),
    ]
)  # fmt: skip


def prepare(folder: Path) -> None:
    """Make the folder before the run, so that a run is not lost for want of it.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"--out: cannot make the folder {str(folder)!r}: {error.strerror}") from None


class Record:
    """What a run leaves behind. Accounts are noted in the steps in which their balances changed."""

    def __init__(self, model: VegaModel) -> None:
        self.model = model
        bus = model.exchange.bus
        self._collected = {name: Collector(table_named(name), bus) for name in ("trades", "ledger")}
        self._accounts: list[tuple[Any, ...]] = []
        self._last: dict[Key, int] = {}

    def sample(self) -> None:
        """Note the balances that changed since the last time; an account that is closed ends with 0."""
        step, now, last = self.model.step_count, self.model.chain.now, self._last
        accounts = self.model.exchange.collateral.accounts
        for key, account in accounts.items():
            balance = account.balance
            if last.get(key) != balance:
                last[key] = balance
                self._accounts.append((step, now, *key, balance))
        for key in [key for key, balance in last.items() if balance and key not in accounts]:
            last[key] = 0
            self._accounts.append((step, now, *key, 0))

    def write(self, folder: Path) -> None:
        """Write all four files."""
        rows: dict[str, tuple[pa.Schema, Iterable[Sequence[Any]]]] = {
            "trades.parquet": (TRADES, self._trades()),
            "accounts.parquet": (ACCOUNTS, self._balances()),
            "ledger.parquet": (LEDGER, self._ledger()),
        }
        for name, (schema, values) in rows.items():
            columns = list(zip(*values, strict=True)) or [()] * len(schema)
            arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
            pq.write_table(pa.Table.from_arrays(arrays, schema=schema), folder / name)
        self.model.market_table().to_parquet(folder / "market_data.parquet")

    def _rows(self, name: str) -> Iterable[dict[str, Any]]:
        """The rows of a table of the data node, by column."""
        columns = {column.name: values for column, values in columns_of(name, self._collected[name].rows)}
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))

    def _trades(self) -> Iterable[Sequence[Any]]:
        for trade in self._rows("trades"):
            market = self.model.find_market(trade["market"])
            definition = market.definition
            yield (
                trade["time"], definition.code or definition.name,
                from_integer(trade["price"], definition.decimal_places),
                self.model.units_of(market).shown_size(trade["size"]), trade["aggressor"].lower(), trade["buyer"],
                trade["seller"], trade["type"].lower(), trade["id"],
            )  # fmt: skip

    def _balances(self) -> Iterable[Sequence[Any]]:
        for step, now, kind, asset, party, market, balance in self._accounts:
            symbol, one = self._asset(asset)
            name = AccountType(kind).name.lower()
            yield step, now, symbol, name, party, market, balance / one, Decimal(balance)

    def _ledger(self) -> Iterable[Sequence[Any]]:
        for entry in self._rows("ledger"):
            symbol, one = self._asset(entry["asset"])
            yield (
                entry["time"], entry["type"].removeprefix("TRANSFER_TYPE_").lower(), symbol, entry["amount"] / one,
                Decimal(entry["amount"]), entry["from_account"], entry["to_account"], Decimal(entry["from_balance"]),
                Decimal(entry["to_balance"]),
            )  # fmt: skip

    def _asset(self, asset: str) -> tuple[str, int]:
        details = self.model.exchange.assets.get(asset).details
        return details.symbol, 10**details.decimals
