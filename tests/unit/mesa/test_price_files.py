import gzip

import pandas as pd
import pytest

from vega_mesa.errors import InvalidPriceFile
from vega_mesa.price_files import read_prices

TIMES = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"], utc=True)


def written(tmp_path, text, name="p.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,open,close\n2024-01-01,1,10\n2024-01-02,1,11\n2024-01-03,1,12\n",
        "Date,Close,Volume\n2024-01-01,10,5\n2024-01-02,11,5\n2024-01-03,12,5\n",
        "close;time\n10;2024-01-01T00:00:00Z\n11;2024-01-02T00:00:00+00:00\n12;2024-01-03\n",
        "unix,price\n1704067200,10\n1704153600,11\n1704240000,12\n",
        "Open Time\tClose\n1704067200000\t10\n1704153600000\t11\n1704240000000\t12\n",
        "timestamp,Adj Close\n1704067200000000000,10\n1704153600000000000,11\n1704240000000000000,12\n",
        "timestamp,close\n2024-01-03,12\n2024-01-01,10\n2024-01-02,99\n2024-01-02,11\n,5\n2024-01-04,\n2024-01-05,-1\nx,7\n",
    ],
    ids=["iso", "capitals", "semicolons", "unix", "milliseconds", "nanoseconds", "untidy"],
)
def test_common_ways_to_write_prices(tmp_path, text):
    series = read_prices(written(tmp_path, text))
    assert series.tolist() == [10.0, 11.0, 12.0]
    assert (series.index == TIMES).all()


def test_parquet_with_a_column_or_an_index_of_times(tmp_path):
    table = pd.DataFrame({"timestamp": TIMES, "close": [10, 11, 12]})
    table.to_parquet(tmp_path / "a.parquet")
    table.set_index("timestamp").to_parquet(tmp_path / "b.parquet")
    for name in ("a", "b"):
        assert read_prices(tmp_path / f"{name}.parquet").tolist() == [10.0, 11.0, 12.0]


def test_compressed(tmp_path):
    with gzip.open(tmp_path / "p.csv.gz", "wt") as file:
        file.write("date,close\n2024-01-01,10\n2024-01-02,11\n")
    assert read_prices(tmp_path / "p.csv.gz").tolist() == [10.0, 11.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no timestamp column.*found: a, b"),
        ("timestamp,volume\n2024-01-01,2\n", "no close column.*found: timestamp, volume"),
        ("timestamp,close\n2024-01-01,x\n", "no row has both"),
        ("timestamp,close\n", "no row has both"),
        ("", "not a CSV"),
    ],
    ids=["no time", "no close", "no number", "no row", "empty"],
)
def test_what_is_missing_is_named(tmp_path, text, message):
    with pytest.raises(InvalidPriceFile, match=message):
        read_prices(written(tmp_path, text))


def test_no_file_and_no_parquet(tmp_path):
    for path in (tmp_path / "none.csv", written(tmp_path, "junk", "x.parquet")):
        with pytest.raises(InvalidPriceFile, match="not a CSV or Parquet"):
            read_prices(path)
