"""Reads recorded prices: CSV or Parquet with a timestamp and a close column, under whatever common names."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import pandas as pd

from vega_mesa.errors import InvalidPriceFile

TIME_NAMES: Final = (
    "timestamp", "datetime", "time", "date", "open_time", "opentime", "close_time", "ts", "unix_timestamp", "unix",
    "t", "snapped_at", "day",
)  # fmt: skip
CLOSE_NAMES: Final = (
    "close", "close_price", "closing_price", "adj_close", "adj_close*", "price", "last", "last_price", "mid", "mark",
    "value", "c", "settle", "vwap",
)  # fmt: skip
_Unit = Literal["ns", "us", "ms", "s"]
_UNITS: Final[tuple[tuple[float, _Unit], ...]] = (
    (1e17, "ns"),
    (1e14, "us"),
    (1e11, "ms"),
    (0.0, "s"),
)  # from how large


def read_prices(path: str | Path) -> pd.Series:
    """Read closing prices.

    Args:
        path: ``.csv`` (any usual separator, also compressed) or ``.parquet``.

    Returns:
        Series of float, ascending by its index of UTC timestamps, without gaps, repeats or prices that are not
        positive.

    Raises:
        InvalidPriceFile: the file cannot be read, has no timestamp or close column, or no usable row.
    """
    file = Path(path)
    table = _read_table(file)
    time_column = _column(table, TIME_NAMES, "timestamp", file)
    close_column = _column(table, CLOSE_NAMES, "close", file)
    table = pd.DataFrame(
        {"close": pd.to_numeric(table[close_column], errors="coerce").to_numpy(dtype=float)},
        index=_times(table[time_column], file),
    )
    usable = table.index.notna() & (table["close"] > 0).to_numpy() & (table["close"] < float("inf")).to_numpy()
    table = table[usable]
    table = table[~table.index.duplicated(keep="last")].sort_index()
    series: pd.Series = table["close"]
    if series.empty:
        raise InvalidPriceFile(f"{file}: no row has both a time in {time_column!r} and a price in {close_column!r}")
    return series


def _read_table(file: Path) -> pd.DataFrame:
    try:
        if file.suffix.lower() in (".parquet", ".pq"):
            table = pd.read_parquet(file)
        else:
            table = pd.read_csv(file, sep=None, engine="python")
    except Exception as error:  # pandas and pyarrow raise whatever their parsers raise
        lines = str(error).strip().splitlines()
        raise InvalidPriceFile(
            f"{file}: not a CSV or Parquet file that can be read ({lines[0] if lines else error!r})"
        ) from error
    return table.reset_index() if isinstance(table.index, pd.DatetimeIndex) else table


def _column(table: pd.DataFrame, names: tuple[str, ...], what: str, file: Path) -> str:
    plain = {_plain(column): str(column) for column in reversed(table.columns)}
    for name in names:
        if name in plain:
            return plain[name]
    found = ", ".join(map(str, table.columns)) or "none"
    raise InvalidPriceFile(f"{file}: no {what} column; expected one of {', '.join(names[:6])}..., found: {found}")


def _plain(column: object) -> str:
    return str(column).strip().lower().replace(" ", "_").replace("-", "_")


def _times(column: pd.Series, file: Path) -> pd.DatetimeIndex:
    numbers = pd.to_numeric(column, errors="coerce") if not pd.api.types.is_datetime64_any_dtype(column) else None
    try:
        if numbers is not None and numbers.notna().sum() > len(column) / 2:
            largest = float(numbers.abs().max())
            unit: _Unit = next(unit for least, unit in _UNITS if largest >= least)
            return pd.DatetimeIndex(pd.to_datetime(numbers, unit=unit, utc=True, errors="coerce"))
        return pd.DatetimeIndex(pd.to_datetime(column, utc=True, errors="coerce", format="mixed"))
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidPriceFile(f"{file}: the times in {column.name!r} cannot be read: {error}") from error
