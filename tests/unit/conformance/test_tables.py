from decimal import Decimal

import pytest

from tests.conformance import cells
from tests.conformance.failures import BadTable
from tests.conformance.tables import Headers
from vega_mesa.protocol.matching.order import PeggedReference, Side, TimeInForce

HEADERS = Headers("party, volume:u64, price:uint?", "error, size:i64=-2, factor:dec, when:list of dur, peg:peg, note")


def row_of(headers, **cells_given):
    return headers.read((tuple(cells_given), tuple(cells_given.values())))[0]


def a_row(**more):
    return row_of(HEADERS, party="p", volume="1", price="2", **more)


def test_unknown_header_fails():
    with pytest.raises(BadTable, match="unknown column 'nonsense'"):
        a_row(nonsense="1")


def test_missing_required_header_fails():
    with pytest.raises(BadTable, match="missing column 'volume'"):
        HEADERS.read((("party", "price"), ("p", "1")))


@pytest.mark.parametrize("table", [None, (), (("party", "volume", "price"),)])
def test_a_table_needs_a_header_and_a_row(table):
    with pytest.raises(BadTable, match="needs a table"):
        HEADERS.read(table)


def test_one_row_tables_refuse_two():
    with pytest.raises(BadTable, match="one row"):
        Headers("a", one_row=True).read((("a",), ("1",), ("2",)))


def test_of_two_equal_headers_the_last_wins():
    table = (("party", "volume", "price", "volume"), ("p", "1", "3", "2"))
    assert HEADERS.read(table)[0]["volume"] == 2


def test_blank_takes_the_default_and_a_blank_number_without_one_is_absent():
    row = a_row(size="", factor="")
    assert row["size"] == -2
    assert row["factor"] is None
    assert row.get("factor", 7) == 7
    assert row["when"] == ()
    assert row["note"] == ""
    assert row["peg"] is PeggedReference.UNSPECIFIED
    assert not row.has("size")
    assert row.has_header("size")


def test_a_blank_required_number_fails_when_it_is_read():
    row = row_of(HEADERS, party="p", volume="", price="")
    assert row["price"] is None  # blank or 0 is nothing there
    with pytest.raises(BadTable, match="column 'volume'"):
        row["volume"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("u64", "18446744073709551615", 2**64 - 1),
        ("i64", "-5", -5),
        ("uint", "123456789012345678901234567890", 123456789012345678901234567890),
        ("uint", "-5", 2**256 - 5),
        ("uint?", "0", None),
        ("uint?", "7", 7),
        ("dec", "1e-3", Decimal("0.001")),
        ("f64", "1E-4", 1e-4),
        ("f64dec", "0.000001", Decimal("0.000001")),
        ("bool", "true", True),
        ("time", "2019-11-30T00:00:00Z", 1575072000 * 10**9),
        ("dur", "9m50s", 590 * 10**9),
        ("dur", "24h0m0s", 86400 * 10**9),
        ("dur", "1.5h", 5400 * 10**9),
        ("dur", "-2s", -2 * 10**9),
        ("dur", "0", 0),
        ("sec", "-10", -10),
        ("side", "buy", Side.BUY),
        ("tif", "TIF_GTT", TimeInForce.GTT),
        ("peg", "BID", PeggedReference.BEST_BID),
        ("peg", "anything", PeggedReference.UNSPECIFIED),
        ("list", "a, b", ("a", " b")),
        ("list of dec", "0.5,1", (Decimal("0.5"), Decimal(1))),
        ("list of dur", "1s,0s", (10**9, 0)),
    ],
)
def test_cells_are_read_as_upstream_reads_them(kind, text, value):
    assert cells.PARSERS[kind](text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("u64", "-1"), ("u64", ""), ("u64", "1.0"), ("u64", "18446744073709551616"), ("u64", "+1"), ("u64", "1_000"),
        ("i64", ""), ("dec", ""), ("dec", "1,0"), ("bool", "True"), ("bool", ""), ("time", "2019-11-30"),
        ("dur", "10"), ("dur", "1s2"), ("dur", ""), ("side", "Buy"), ("tif", "GTC"), ("otype", "LIMIT"),
        ("uint", "1e3"),
    ],
)  # fmt: skip
def test_cells_are_strict(kind, text):
    with pytest.raises(BadTable):
        cells.PARSERS[kind](text)


def test_numbers_of_the_engine_that_do_not_parse_count_as_zero():
    assert cells.lenient_u64("x") == 0
    assert cells.lenient_u64("12") == 12
