from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.durations import format_duration, format_instant, parse_duration
from vega_mesa.protocol.instants import SECOND, parse_instant


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("1h10m", 4200 * SECOND),
        ("1.5h", 5400 * SECOND),
        ("250ms", SECOND // 4),
        ("1us", 1000),
        ("-3s", -3 * SECOND),
        ("168h0m0s", 168 * 3600 * SECOND),
    ],
)
def test_durations_are_read_as_the_network_writes_them(text, nanoseconds):
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "1", "s", "1x", "1h 2m", ".s", "9999999999h", "1hh", "--1s"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="invalid duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(1800 * SECOND, "30m0s"), (3_600 * SECOND, "1h0m0s"), (1_500_000_000, "1.5s"), (0, "0s"), (1500, "1.5µs")],
)
def test_durations_are_printed_as_the_network_prints_them(nanoseconds, text):
    assert format_duration(nanoseconds) == text


@given(st.integers(min_value=-(2**62), max_value=2**62))
def test_a_printed_duration_reads_back(nanoseconds):
    assert parse_duration(format_duration(nanoseconds)) == nanoseconds


@given(st.text())
def test_any_text_is_a_duration_or_a_value_error(text):
    with suppress(ValueError):
        parse_duration(text)


def test_instants():
    assert parse_instant("1970-01-01T00:00:01.5Z") == 1_500_000_000
    assert parse_instant("2019-11-30T00:00:00Z") == 1_575_072_000 * SECOND
    assert parse_instant("2019-11-30T01:00:00+01:00") == 1_575_072_000 * SECOND
    assert format_instant(1_575_072_000 * SECOND + 500_000_000) == "2019-11-30 00:00:00.5 +0000 UTC"
    for text in ("", "2019-11-30", "2019-13-30T00:00:00Z"):
        with pytest.raises(ValueError, match="RFC 3339"):
            parse_instant(text)
