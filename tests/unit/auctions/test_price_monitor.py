"""Price monitoring against worked numbers (03 §12.1, 12.4) and the rules of 03 §6.9."""

import pickle
from decimal import Decimal

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.auctions.price_monitor import NO_MAXIMUM, PriceMonitor, sort_triggers
from vega_mesa.protocol.markets import definition
from vega_mesa.protocol.markets.definition import PriceMonitoringTrigger
from vega_mesa.protocol.risk.models import build

SECOND = 10**9
START = 1_575_072_000 * SECOND


def trigger(horizon, probability, extension=1):
    return PriceMonitoringTrigger(horizon=horizon, probability=Decimal(probability), auction_extension=extension)


def log_normal(sigma=2.0, risk_aversion=0.001):
    return build(
        definition.LogNormalRiskModel(risk_aversion=risk_aversion, tau=0.00011407711613050422, mu=0.0, sigma=sigma)
    )


def simple(up=100, down=100):
    return build(
        definition.SimpleRiskModel(
            long=Decimal("0.1"), short=Decimal("0.1"), max_move_up=Decimal(up), min_move_down=Decimal(down)
        )
    )


def started(triggers, model, price, time=START):
    """A monitor whose history starts with a price and whose factors have been calculated."""
    monitor = PriceMonitor(triggers, model)
    monitor.on_time(time)
    monitor.reset(price)
    assert monitor.recalculate_factors()
    return monitor


def bounds(monitor):
    return [(entry.low, entry.high) for entry in monitor.ranges()]


# --- bounds


def test_log_normal_bounds():
    monitor = started([trigger(60, "0.95"), trigger(600, "0.99")], log_normal(), 100000)
    assert bounds(monitor) == [(99461, 100541), (97776, 102267)]
    long = started([trigger(100000, "0.99")], log_normal(1.5), 1000)
    assert bounds(long) == [(802, 1238)]


def test_factors_are_rounded_to_sixteen_digits_before_bounds_are():
    # moves of exactly 100 around 15800: 15701 to 15899, not 15700 to 15900 (0019-MCAL-128)
    monitor = started([trigger(5, "0.95")], simple(), 15800)
    assert bounds(monitor) == [(15701, 15899)]
    assert bounds(started([trigger(5, "0.95")], simple(), 16000)) == [(15900, 16100)]


def test_a_price_exactly_on_a_bound_is_inside():
    monitor = started([trigger(5, "0.95")], simple(), 16000)
    assert monitor.check(15900) is None
    assert monitor.check(16100) is None
    assert monitor.check(16101) is not None


def test_market_data_adds_one_to_the_lower_bound_when_assets_are_finer():
    # 5206-price-bound-rounding: asset 18, market 6 decimals
    monitor = started([trigger(5, "0.95")], log_normal(1.5), 977142640 * 10**12)
    (bound,) = monitor.market_bounds(Scale(12))
    assert (bound.low, bound.high, bound.reference) == (975999651, 978286619, 977142640)
    assert bound.active
    exact = started([trigger(5, "0.95")], simple(), 16000)
    assert exact.market_bounds(Scale(0))[0].low == 15900
    tens = started([trigger(5, "0.95")], simple(), 16000)
    assert (tens.market_bounds(Scale(1))[0].low, tens.market_bounds(Scale(1))[0].high) == (1591, 1610)
    assert tens.market_bounds(Scale(-1))[0].low == 159000


def test_default_factors_hold_until_the_first_calculation_and_after_an_update():
    monitor = PriceMonitor([trigger(60, "0.95")], log_normal())
    monitor.on_time(START)
    monitor.reset(1000)
    assert bounds(monitor) == [(900, 1100)]
    assert monitor.recalculate_factors()
    assert bounds(monitor) != [(900, 1100)]
    monitor.update([trigger(60, "0.95")], log_normal())
    assert bounds(monitor) == [(900, 1100)]


def test_no_factors_without_a_price():
    monitor = PriceMonitor([trigger(60, "0.95")], log_normal())
    assert not monitor.recalculate_factors()
    assert not PriceMonitor([], log_normal()).recalculate_factors()
    assert monitor.ranges() == []
    assert monitor.check(5) is None
    assert started([], log_normal(), 10).recalculate_factors()


def test_valid_range_is_the_tightest():
    monitor = started([trigger(60, "0.95"), trigger(600, "0.99")], log_normal(), 100000)
    assert monitor.valid_range() == (99461, 100541)
    low, high = monitor.exact_valid_range()
    assert 99460 < low < 99461
    assert 100541 < high < 100542
    assert PriceMonitor([], log_normal()).valid_range() == (0, NO_MAXIMUM)


def test_bounds_are_listed_by_horizon_then_probability():
    monitor = started([trigger(10, "0.99"), trigger(5, "0.95"), trigger(5, "0.90")], simple(), 16000)
    listed = [(b.trigger.horizon, str(b.trigger.probability)) for b in monitor.market_bounds(Scale(0))]
    assert listed == [(5, "0.90"), (5, "0.95"), (10, "0.99")]


# --- sorting


def test_triggers_are_sorted_with_an_inconsistent_comparison():
    # a shorter horizon comes first only with at least the same probability
    given = [trigger(10, "0.99"), trigger(5, "0.95")]
    assert sort_triggers(given) == given
    assert sort_triggers([trigger(10, "0.95"), trigger(5, "0.95")]) == [trigger(5, "0.95"), trigger(10, "0.95")]


def test_insertion_stops_at_the_first_neighbour_that_is_not_greater():
    # 5 s is "less" than 7 s, but then meets 10 s with a higher probability and stops
    mixed = [trigger(10, "0.9"), trigger(7, "0.8"), trigger(5, "0.85")]
    assert [t.horizon for t in sort_triggers(mixed)] == [10, 5, 7]


# --- checks outside auctions


def test_one_trigger_is_used_up_per_check():
    first, second = trigger(60, "0.95", 240), trigger(600, "0.99", 360)
    monitor = started([first, second], log_normal(), 100000)
    assert monitor.check(150000) == first
    assert [b.active for b in monitor.market_bounds(Scale(0))] == [False, True]
    assert monitor.check(150000) == second
    assert monitor.check(150000) is None


def test_a_non_persistent_breach_reactivates_every_bound():
    monitor = started([trigger(60, "0.95"), trigger(600, "0.99")], log_normal(), 100000)
    monitor.check(150000)
    assert monitor.check(150000, persistent=False) is not None
    assert [b.active for b in monitor.market_bounds(Scale(0))] == [True, True]


def test_zero_never_violates_and_is_not_recorded():
    monitor = started([trigger(60, "0.95")], log_normal(), 100000)
    assert monitor.check(0, record=True) is None
    monitor.on_time(START + SECOND)
    assert monitor.ranges()[0].reference == 100000


def test_order_prices_are_not_recorded():
    monitor = started([trigger(60, "0.95")], log_normal(), 100000)
    monitor.check(100100)
    monitor.on_time(START + SECOND)
    assert monitor.ranges()[0].reference == 100000


# --- history


def test_prices_of_one_time_become_their_mean():
    # 2004 uncrossed, 2000 accepted as mark price: 2002 (end-long-auction-with-trigger-change)
    monitor = started([trigger(60, "0.95", 5)], log_normal(risk_aversion=0.000001), 2004)
    assert monitor.check(2000, record=True) is None
    assert monitor.ranges()[0].reference == 2004
    monitor.on_time(START + SECOND)
    assert monitor.ranges()[0].reference == 2002
    assert bounds(monitor) == [(1992, 2012)]


def test_a_mean_need_not_be_an_integer():
    monitor = started([trigger(60, "0.95")], log_normal(), 1000)
    monitor.record(1001)
    monitor.record(1001)
    monitor.on_time(START + SECOND)
    assert monitor.ranges()[0].reference == Decimal("1000.6666666666666667")
    assert monitor.market_bounds(Scale(0))[0].reference == 1000


def test_bounds_move_with_the_mean_but_keep_factors_until_they_are_recalculated():
    # post-auction-reference-price-with-oracle: factors of 14000, mean of 14000 and 14050
    monitor = started([trigger(5, "0.95")], simple(), 14000)
    monitor.check(14050, record=True)
    monitor.on_time(START + SECOND)
    assert bounds(monitor) == [(13925, 14125)]


def test_reference_is_the_newest_entry_at_least_a_horizon_old():
    monitor = started([trigger(10, "0.99"), trigger(20, "0.95")], simple(), 1000)
    for seconds, price in ((1, 1010), (5, 1020), (12, 1030)):
        monitor.on_time(START + seconds * SECOND)
        monitor.record(price)
    monitor.on_time(START + 15 * SECOND)
    assert [entry.reference for entry in monitor.ranges()] == [1020, 1000]
    monitor.on_time(START + 16 * SECOND)
    assert [entry.reference for entry in monitor.ranges()] == [1020, 1000]
    monitor.on_time(START + 22 * SECOND)
    assert [entry.reference for entry in monitor.ranges()] == [1030, 1020]


def test_the_last_trigger_sets_the_length_of_the_history():
    # sorted as given, so 5 s is the length although 60 s looks back further
    monitor = started([trigger(60, "0.99"), trigger(5, "0.95")], simple(), 1000)
    monitor.on_time(START + 3 * SECOND)
    monitor.record(1050)
    monitor.on_time(START + 7 * SECOND)
    assert [entry.reference for entry in monitor.ranges()] == [1050, 1050]


def test_the_newest_entry_is_kept_however_old():
    monitor = started([trigger(5, "0.95")], simple(), 1000)
    monitor.on_time(START + 1000 * SECOND)
    monitor.on_time(START + 2000 * SECOND)
    assert monitor.ranges()[0].reference == 1000


def test_an_entry_exactly_as_old_as_the_horizon_counts():
    monitor = started([trigger(5, "0.95")], simple(), 1000)
    monitor.on_time(START + 2 * SECOND)
    monitor.record(1040)
    monitor.on_time(START + 5 * SECOND)
    assert monitor.ranges()[0].reference == 1000
    monitor.on_time(START + 5 * SECOND + 1)
    assert monitor.ranges()[0].reference == 1040


def test_time_does_not_move_back():
    monitor = started([trigger(5, "0.95")], simple(), 1000)
    monitor.on_time(START - SECOND)
    assert monitor.now == START
    monitor.on_time(START)
    assert monitor.ranges()[0].reference == 1000


# --- cached ranges


def test_a_used_bound_stays_listed_until_time_moves():
    monitor = started([trigger(60, "0.95"), trigger(600, "0.99")], log_normal(), 100000)
    monitor.check(150000)
    assert len(monitor.market_bounds(Scale(0))) == 2
    assert monitor.valid_range() == (99461, 100541)  # the cached ranges, used or not
    monitor.on_time(START + SECOND)
    assert len(monitor.market_bounds(Scale(0))) == 1
    assert monitor.valid_range() == (97776, 102267)


def test_new_factors_act_at_once_only_if_a_price_was_recorded_at_this_time():
    monitor = PriceMonitor([trigger(5, "0.95")], simple())
    monitor.on_time(START)
    monitor.reset(16000)
    assert bounds(monitor) == [(14400, 17600)]
    monitor.on_time(START + SECOND)
    assert bounds(monitor) == [(14400, 17600)]
    monitor.recalculate_factors()
    assert bounds(monitor) == [(14400, 17600)]
    monitor.on_time(START + 2 * SECOND)
    assert bounds(monitor) == [(15900, 16100)]


# --- auctions


def test_both_triggers_fire_one_after_the_other():
    # 240 s, extended to 600 s (0032-PRIM-price_monitoring_lognormal)
    monitor = started([trigger(60, "0.95", 240), trigger(600, "0.99", 360)], log_normal(), 100000)
    assert monitor.check(150000).auction_extension == 240
    monitor.on_time(START + 241 * SECOND)
    assert monitor.check_in_auction(150000).auction_extension == 360
    monitor.on_time(START + 601 * SECOND)
    assert monitor.check_in_auction(150000) is None
    assert monitor.ranges()[0].reference == 150000
    assert len(monitor.ranges()) == 2


def test_an_auction_without_indicative_price_keeps_the_newest_price():
    monitor = started([trigger(60, "0.95", 5)], log_normal(), 1000)
    monitor.on_time(START + SECOND)
    monitor.record(1001)
    assert monitor.check(2000) is not None
    monitor.on_time(START + 10 * SECOND)
    assert monitor.check_in_auction(0) is None
    assert monitor.initialised
    assert monitor.ranges()[0].reference == 1001
    assert monitor.ranges()[0].bound.active


def test_an_auction_without_any_price_leaves_the_monitor_uninitialised():
    monitor = PriceMonitor([trigger(60, "0.95")], log_normal())
    assert not monitor.initialised
    monitor.reset(10)
    assert monitor.initialised
    monitor = PriceMonitor([trigger(60, "0.95")], log_normal())
    monitor.check_in_auction(0)
    assert not monitor.initialised


def test_an_update_in_a_price_auction_switches_all_bounds_off_until_it_ends():
    monitor = started([trigger(60, "0.95")], log_normal(), 1000)
    monitor.update([trigger(30, "0.95")], log_normal(), in_price_auction=True)
    assert monitor.ranges() == []
    monitor.on_time(START + 9 * SECOND)
    assert monitor.check_in_auction(5000) is None
    assert len(monitor.ranges()) == 1


def test_an_update_keeps_the_history():
    monitor = started([trigger(60, "0.95")], log_normal(), 1000)
    monitor.on_time(START + SECOND)
    monitor.update([trigger(30, "0.95")], log_normal())
    monitor.recalculate_factors()
    monitor.on_time(START + 2 * SECOND)
    assert bounds(monitor) == [(997, 1003)]


def test_it_pickles():
    monitor = started([trigger(60, "0.95"), trigger(600, "0.99")], log_normal(), 100000)
    monitor.check(150000)
    copy = pickle.loads(pickle.dumps(monitor, 5))
    assert bounds(copy) == bounds(monitor)
    assert copy.check(150000) == trigger(600, "0.99")
