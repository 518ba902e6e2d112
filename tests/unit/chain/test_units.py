from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa import units
from vega_mesa.errors import InvalidAmount, InvalidTime


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (61_250.5, 1, 612_505),
        (Decimal("0.001"), 4, 10),
        ("0.25", 2, 25),
        (7, 5, 700_000),
        (0.1 + 0.2, 1, 3),
        (1e-18, 18, 1),
        (1200, -2, 12),
        (np.float64(1.5), 1, 15),
        (np.int64(3), 2, 300),
        (-2.5, 1, -25),
    ],
)
def test_a_number_becomes_the_exact_integer(value, decimals, expected):
    assert units.to_integer(value, decimals) == expected


@pytest.mark.parametrize(
    "value",
    [61_250.55, Decimal("0.01"), "0.33", "abc", None, True, float("nan"), float("inf"), "1e999", b"1", [], 10**100],
)
def test_what_the_integers_cannot_hold_is_a_mistake(value):
    with pytest.raises(InvalidAmount):
        units.to_integer(value, 1, "price")


def test_the_error_names_the_field_and_the_nearest_value():
    with pytest.raises(InvalidAmount, match=r"price 61250\.55 is finer than 1 decimals allow.*61250\.6|61250\.5"):
        units.to_integer(61_250.55, 1, "price")


def test_rounding_is_asked_for_by_name():
    assert units.round_to(100.27, 1, 2) == 1002
    assert units.round_to(100.27, 1, 2, "up") == 1004
    assert units.round_to(100.27, 1, 1, "down") == 1002


@given(st.integers(-(10**30), 10**30), st.integers(0, 18))
def test_the_exact_value_goes_there_and_back(value, decimals):
    assert units.to_integer(units.to_decimal(value, decimals), decimals) == value


@given(st.integers(-(2**52), 2**52), st.integers(0, 12))
def test_a_float_goes_there_and_back(value, decimals):
    assert units.to_integer(units.from_integer(value, decimals), decimals) == value


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("1h30m", 5400 * 10**9),
        ("250ms", 250 * 10**6),
        ("1.5s", 1_500_000_000),
        ("-10s", -10 * 10**9),
        ("0", 0),
        (2, 2 * 10**9),
        (0.5, 5 * 10**8),
        (timedelta(days=1, microseconds=3), 86_400 * 10**9 + 3000),
    ],
)
def test_durations(duration, expected):
    assert units.nanoseconds(duration) == expected


@pytest.mark.parametrize("duration", ["", "10", "10 s", "s", "1h-3m", None, [], float("nan"), 1e-12])
def test_what_is_no_duration_is_a_mistake(duration):
    with pytest.raises(InvalidTime):
        units.nanoseconds(duration)


def test_instants():
    assert units.instant("1970-01-01T00:00:10Z") == 10 * 10**9
    assert units.instant(datetime(1970, 1, 1, 1, 0, 10, tzinfo=timezone(timedelta(hours=1)))) == 10 * 10**9
    assert units.to_datetime(10 * 10**9) == datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)
    with pytest.raises(InvalidTime):
        units.instant("yesterday")
