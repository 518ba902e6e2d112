"""Where the rows go: an embedded DuckDB database, or a PostgreSQL server for those who share a network."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from vega_mesa.datanode.tables import SCHEMA, TIME, Column, Kind, Rows, columns_of
from vega_mesa.errors import MissingExtra, StoreError

if TYPE_CHECKING:
    import pandas as pd

EXTRA: Final = 'pip install "vega_mesa[datanode]"'


class Store(Protocol):
    """A database that holds the tables of :data:`vega_mesa.datanode.tables.SCHEMA`.

    Attributes:
        sequence: the database's own column that tells in which order rows came.
    """

    sequence: str

    def write(self, rows: Rows) -> None:
        """Add rows to their tables, all or none."""

    def height(self) -> int:
        """The last block written, 0 before the first."""

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """The rows of a query; ``?`` stands for a parameter.

        Raises:
            StoreError: the database does not understand the query.
        """

    def export(self, folder: Path) -> list[Path]:
        """Write every table as a Parquet file of its name; returns the files."""

    def close(self) -> None:
        """Let go of the database."""


# -- DuckDB ----------------------------------------------------------------------------------------------------------

_DUCKDB_TYPES: Final = {
    Kind.TEXT: "VARCHAR", Kind.NUMBER: "BIGINT", Kind.AMOUNT: "HUGEINT", Kind.TIME: "BIGINT", Kind.FLAG: "BOOLEAN",
}  # fmt: skip


class DuckDBStore:
    """An embedded database, in memory or in one file.

    Args:
        path: the file; None for memory.
    """

    sequence = "rowid"

    def __init__(self, path: Path | None = None) -> None:
        try:
            import duckdb
        except ImportError as missing:
            raise MissingExtra(EXTRA) from missing
        self._errors = duckdb.Error
        try:
            self.connection = duckdb.connect(":memory:" if path is None else str(path))
            for table, columns in SCHEMA.items():
                names = ", ".join(f'"{c.name}" {_DUCKDB_TYPES[c.kind]}' for c in (TIME, *columns))
                self.connection.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({names})')
        except duckdb.Error as error:
            raise StoreError(f"{path}: {error}") from error

    def write(self, rows: Rows) -> None:
        """Add rows to their tables, all or none."""
        import pyarrow as pa

        connection = self.connection
        connection.execute("SET threads = 1")  # more of them cost more than they save on batches as small as ours
        connection.begin()
        for table, added in rows.items():
            if added:
                batch = pa.table({c.name: _array(pa, c, values) for c, values in columns_of(table, added)})
                connection.register("incoming", batch)
                connection.execute(f'INSERT INTO "{table}" SELECT * FROM incoming')  # noqa: S608 - a name of our own
                connection.unregister("incoming")
        connection.commit()
        connection.execute("RESET threads")

    def height(self) -> int:
        """The last block written, 0 before the first."""
        found = self.connection.execute("SELECT max(height) FROM blocks").fetchall()[0][0]
        return 0 if found is None else int(found)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """The rows of a query; amounts beyond 64 bits come as whole Python numbers."""
        try:
            relation: Any = self.connection.sql(sql, params=list(parameters))
        except self._errors as error:
            raise StoreError(str(error)) from error
        import pandas as pd

        return pd.DataFrame() if relation is None else _frame(relation.to_arrow_table())

    def export(self, folder: Path) -> list[Path]:
        """Write every table as a Parquet file of its name."""
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / f"{table}.parquet" for table in SCHEMA]
        for (table, columns), file in zip(SCHEMA.items(), files, strict=True):
            exact = (  # Parquet has no whole numbers of 128 bits, but decimals
                f'CAST("{c.name}" AS DECIMAL(38, 0)) AS "{c.name}"' if c.kind is Kind.AMOUNT else f'"{c.name}"'
                for c in (TIME, *columns)
            )
            name = str(file).replace("'", "''")
            query = f'SELECT {", ".join(exact)} FROM "{table}" ORDER BY time, rowid'  # noqa: S608 - names of our own
            self.connection.execute(f"COPY ({query}) TO '{name}' (FORMAT parquet)")
        return files

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()


def _frame(table: Any) -> pd.DataFrame:
    """An Arrow table for pandas: whole numbers stay whole, however large."""
    import pyarrow as pa

    frame: pd.DataFrame = table.to_pandas()
    for field in table.schema:
        if pa.types.is_decimal(field.type) and field.type.scale == 0:
            try:
                frame[field.name] = table.column(field.name).cast(pa.int64()).to_pandas()
            except pa.ArrowInvalid:
                frame[field.name] = [None if value is None else int(value) for value in frame[field.name]]
    return frame


LARGEST: Final = 10**38 - 1  # an amount beyond it is kept as this one: no money has so many digits


def _array(pa: Any, column: Column, values: Sequence[Any]) -> Any:
    """A column as an Arrow array; amounts are 64 bits wide where they fit, else decimals of 38 digits."""
    if column.kind is Kind.TEXT:
        return pa.array(values, pa.string())
    if column.kind is Kind.FLAG:
        return pa.array(values, pa.bool_())
    if column.kind is Kind.AMOUNT:
        try:
            return pa.array(values, pa.int64())
        except (OverflowError, pa.ArrowInvalid):
            return pa.array([max(-LARGEST, min(LARGEST, value)) for value in values], pa.decimal128(38, 0))
    return pa.array(values, pa.int64())


def _whole(value: object) -> object:
    """A server's numeric without decimals as a whole number."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value


# -- PostgreSQL ------------------------------------------------------------------------------------------------------

_POSTGRES_TYPES: Final = {
    Kind.TEXT: "text", Kind.NUMBER: "bigint", Kind.AMOUNT: "numeric(78)", Kind.TIME: "bigint", Kind.FLAG: "boolean",
}  # fmt: skip


class PostgreSQLStore:
    """A database on a PostgreSQL server.

    Args:
        address: as libpq takes it, e.g. ``postgresql://user@localhost/vega``.
    """

    sequence = "ctid"  # where a row lies: tables only grow, so the order in which they came

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ImportError as missing:
            raise MissingExtra(EXTRA) from missing
        self._errors = psycopg.Error
        try:
            self.connection = psycopg.connect(address)
            with self.connection.cursor() as cursor:
                for table, columns in SCHEMA.items():
                    names = ", ".join(f'"{c.name}" {_POSTGRES_TYPES[c.kind]}' for c in (TIME, *columns))
                    cursor.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({names})')
            self.connection.commit()
        except psycopg.Error as error:
            raise StoreError(f"PostgreSQL: {error}") from error

    def write(self, rows: Rows) -> None:
        """Add rows to their tables, all or none."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for table, added in rows.items():
                if not added:
                    continue
                columns = columns_of(table, added)
                names = ", ".join(f'"{column.name}"' for column, _ in columns)
                with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                    for row in zip(*(values for _, values in columns), strict=True):
                        copy.write_row(row)

    def height(self) -> int:
        """The last block written, 0 before the first."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT max(height) FROM blocks")
            found = cursor.fetchone()
        self.connection.commit()
        return 0 if found is None or found[0] is None else int(found[0])

    def query(self, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """The rows of a query; whole numbers of any size come as Python numbers."""
        import pandas as pd

        try:
            with self.connection.cursor() as cursor:
                cursor.execute(sql.replace("%", "%%").replace("?", "%s"), list(parameters))
                names = [column.name for column in cursor.description or ()]
                rows = cursor.fetchall() if names else []
            self.connection.commit()
        except self._errors as error:
            self.connection.rollback()
            raise StoreError(str(error)) from error
        return pd.DataFrame([[_whole(value) for value in row] for row in rows], columns=names)

    def export(self, folder: Path) -> list[Path]:
        """Write every table as a Parquet file of its name."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for table, columns in SCHEMA.items():
            files.append(folder / f"{table}.parquet")
            frame = self.query(f'SELECT * FROM "{table}"')  # noqa: S608 - a name of our own
            arrays = {c.name: _array(pa, c, frame[c.name].tolist()) for c in (TIME, *columns)}
            pq.write_table(pa.table(arrays), files[-1])
        return files

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()
