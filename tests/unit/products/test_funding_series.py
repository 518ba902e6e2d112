"""Auction intervals, time-weighted averages and the funding formula (05 §1.5 to 1.7, §8)."""

import pickle
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.errors import InvariantBroken
from vega_mesa.protocol.data_sources import DataSourceSpec
from vega_mesa.protocol.markets.definition import PerpetualProduct
from vega_mesa.protocol.products.funding import ALREADY_EXISTS, TOO_OLD, AuctionIntervals, PriceSeries, funding
from vega_mesa.protocol.refusal import Refused

TERMS = PerpetualProduct(
    settlement_asset="USD",
    quote_name="ETH",
    settlement_data=DataSourceSpec(),
    settlement_property="price",
    schedule=DataSourceSpec(),
    schedule_property="cue",
)
SECOND = 10**9


def terms(**changes):
    return replace(TERMS, **{name: Decimal(value) for name, value in changes.items()})


def auctions(*closed, entered=None):
    intervals = AuctionIntervals()
    for begin, end in closed:
        intervals.enter(begin)
        intervals.leave(end)
    intervals.entered = entered
    return intervals


def series(start, *points, intervals=None):
    prices = PriceSeries(start, intervals or AuctionIntervals())
    for time, price in points:
        prices.add(time, price)
    return prices


# -- auctions --------------------------------------------------------------------------------------------------------


def test_an_auction_entered_when_the_last_one_ended_goes_on():
    intervals = auctions((10, 20))
    intervals.enter(20)
    assert (intervals.entered, intervals.closed) == (10, [])


def test_an_auction_left_at_its_entry_has_not_been():
    intervals = auctions((10, 10))
    assert intervals.closed == []
    assert intervals.length(0, 100) == 0


def test_entering_or_leaving_twice_is_a_defect():
    intervals = auctions(entered=5)
    with pytest.raises(InvariantBroken):
        intervals.enter(6)
    intervals.leave(7)
    with pytest.raises(InvariantBroken):
        intervals.leave(8)


def test_a_new_period_keeps_only_a_running_auction():
    intervals = auctions((10, 20), entered=30)
    intervals.begin_period()
    assert (intervals.closed, intervals.entered) == ([], 30)


@pytest.mark.parametrize(
    ("begin", "end", "length"), [(0, 5, 0), (0, 15, 5), (12, 18, 6), (0, 40, 20), (15, 40, 15), (35, 60, 25)]
)
def test_time_in_auction(begin, end, length):
    assert auctions((10, 20), entered=30).length(begin, end) == length


def test_a_window_that_begins_after_a_closed_auction_counts_as_begun_in_it():
    intervals = auctions((10, 20))
    assert [intervals.counts_at(time) for time in (5, 10, 15, 20, 21)] == [False, False, False, False, True]
    assert auctions(entered=30).counts_at(30)
    assert not auctions(entered=30).counts_at(29)


# -- points ----------------------------------------------------------------------------------------------------------


def test_the_first_arrival_at_a_time_wins():
    prices = series(0, (10, 100))
    with pytest.raises(Refused, match=ALREADY_EXISTS):
        prices.add(10, 200)
    assert prices.prices == [100]


def test_one_point_from_before_the_period_the_newest():
    prices = series(100, (50, 1))
    with pytest.raises(Refused, match=TOO_OLD):
        prices.add(40, 2)
    assert prices.add(60, 3) == 3
    assert prices.add(100, 4) == 4
    assert (prices.times, prices.prices) == ([100], [4])
    with pytest.raises(Refused, match=TOO_OLD):
        prices.add(60, 5)


def test_an_earlier_point_becomes_the_first():
    prices = series(100, (120, 1))
    assert prices.add(110, 2) == 2
    assert prices.add(90, 3) == 3
    assert prices.times == [90, 110, 120]


def test_a_point_reports_the_average_before_its_own_effect():
    prices = series(0, (0, 100))
    assert prices.add(10, 200) == 100
    assert prices.add(20, 0) == 150


def test_a_late_point_changes_what_follows():
    prices = series(0, (0, 100), (20, 100))
    assert prices.twap(40) == 100
    prices.add(10, 200)
    assert prices.twap(40) == (100 * 10 + 200 * 10 + 100 * 20) // 40


def test_a_new_period_keeps_the_newest_point_up_to_its_start_and_all_later_ones():
    prices = series(0, (1, 10), (5, 20), (9, 30))
    prices.begin_period(5)
    assert (prices.times, prices.start) == ([5, 9], 5)
    prices.begin_period(8)
    assert prices.times == [5, 9]
    assert prices.twap(8) == 20


# -- averages --------------------------------------------------------------------------------------------------------


def test_the_window_begins_with_the_first_price():
    prices = series(10, (20, 100), (30, 200))
    assert [prices.twap(time) for time in (15, 20, 30, 40)] == [0, 100, 100, 150]
    assert series(10).twap(20) == 0


def test_a_price_from_before_counts_from_the_start():
    prices = series(100, (50, 10), (110, 30))
    assert prices.twap(100) == 10
    assert prices.twap(120) == 20


def test_auctions_do_not_count():
    """Of ten seconds, five at 10 and five at 20, four of the first are in auction."""
    intervals = auctions((1, 5))
    assert series(0, (0, 10), (5, 20), intervals=intervals).twap(10) == (10 + 100) // 6


def test_a_window_all_in_auction_averages_zero():
    assert series(0, (0, 10), intervals=auctions(entered=0)).twap(10) == 0


def test_a_price_of_an_auction_applies_when_it_ends():
    intervals = auctions((5, 10))
    assert series(0, (0, 10), (7, 90), intervals=intervals).twap(20) == (10 * 5 + 90 * 10) // 15


def test_what_was_summed_up_before_an_auction_is_summed_again():
    intervals = AuctionIntervals()
    prices = series(0, (0, 10), (8, 50), intervals=intervals)
    assert prices.twap(10) == (80 + 100) // 10
    intervals.enter(4)
    prices.auction_changed(4)
    assert prices.twap(10) == 10
    intervals.leave(6)
    prices.auction_changed(6)
    assert prices.twap(10) == (10 * 6 + 50 * 2) // 8


def test_a_saved_series_goes_on():
    prices = series(0, (0, 10), (8, 50))
    before = prices.twap(9)
    copy = pickle.loads(pickle.dumps(prices))
    assert copy.twap(9) == before
    assert copy.add(20, 1) == prices.add(20, 1)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 10**6)), max_size=12),
    st.lists(st.integers(0, 60), max_size=6),
    st.integers(0, 30),
    st.lists(st.integers(0, 80), min_size=1, max_size=5),
)
def test_the_kept_sums_change_no_average(points, borders, start, questions):
    """Points, auctions and questions in any order give what the formula of 05 §1.5 gives at once."""
    intervals = AuctionIntervals()
    prices = PriceSeries(start, intervals)
    borders = sorted(borders)
    for number, (time, price) in enumerate(points):
        if number < len(borders):
            (intervals.leave if number % 2 else intervals.enter)(borders[number])
            prices.auction_changed(borders[number])
        try:
            prices.add(time, price)
        except Refused:
            continue
        for question in questions:
            assert prices.twap(question) == _formula(prices, intervals, question)


def _formula(prices, intervals, time):
    if not prices.times:
        return 0
    window = max(prices.start, prices.times[0])
    if time <= window:
        return prices.twap(time)
    total = 0
    for place, (begin, price) in enumerate(zip(prices.times, prices.prices, strict=True)):
        end = min(time, prices.times[place + 1]) if place + 1 < len(prices.times) else time
        begin = max(begin, window)
        if begin < end:
            total += price * (end - begin - intervals.length(begin, end))
    length = time - window - intervals.length(window, time)
    return total // length if length else 0


# -- the payment -----------------------------------------------------------------------------------------------------


def test_time_in_auction_reduces_the_payment():
    """05 §8: 1000 · (1 - 60/360) = 833.33; 0053-PERP-028: 5/7 · 1000 and (1 - 121/601) · -375."""
    assert funding(TERMS, 10800, 9800, 360 * SECOND, 60 * SECOND).payment == 833
    assert funding(TERMS, 2000, 1000, 7 * SECOND, 2 * SECOND).payment == 714
    assert funding(TERMS, 625, 1000, 601 * SECOND, 121 * SECOND).payment == -299


def test_rate_of_a_plain_payment():
    found = funding(TERMS, 976, 977, 4 * SECOND, 0)
    assert (found.payment, str(found.rate)) == (-1, "-0.0010235414534289")


def test_the_scaling_factor_scales_payment_and_rate():
    found = funding(terms(funding_rate_scaling_factor="2.5"), 990, 1000, SECOND, 0)
    assert (found.payment, found.rate) == (-25, Decimal("-0.025"))
    assert funding(terms(funding_rate_scaling_factor="0"), 990, 1000, SECOND, 0).payment == 0


def test_bounds_limit_the_rate():
    found = funding(terms(funding_rate_lower_bound="-0.005"), 990, 1000, SECOND, 0)
    assert (found.payment, found.rate) == (-5, Decimal("-0.005"))
    found = funding(terms(funding_rate_upper_bound="0.005"), 1100, 1000, SECOND, 0)
    assert (found.payment, found.rate) == (5, Decimal("0.005"))


def test_without_an_index_the_rate_is_zero():
    """The payment is not limited then, unless zero is outside the bounds."""
    assert funding(TERMS, 10, 0, SECOND, 0)[:2] == (10, 0)
    assert funding(terms(funding_rate_upper_bound="0.1"), 10, 0, SECOND, 0).payment == 10
    assert funding(terms(funding_rate_lower_bound="0.1"), 10, 0, SECOND, 0).payment == 0


def test_interest_is_clamped():
    year = 365 * 24 * 3600 * SECOND
    with_interest = {"interest_rate": "0.1", "clamp_upper_bound": "1", "clamp_lower_bound": "-1"}
    assert funding(terms(**with_interest), 1000, 1000, year, 0).payment == 100
    assert funding(terms(**with_interest), 1200, 1000, year // 2, 0).payment == 50
    assert funding(terms(**{**with_interest, "clamp_upper_bound": "0.05"}), 1000, 1000, year, 0).payment == 50
    assert funding(terms(**{**with_interest, "clamp_lower_bound": "0"}), 1200, 1000, year, 0).payment == 200


def test_payments_are_cut_towards_zero():
    half = {"funding_rate_scaling_factor": "0.5"}
    assert funding(terms(**half), 1003, 1000, SECOND, 0).payment == 1
    assert funding(terms(**half), 997, 1000, SECOND, 0).payment == -1
