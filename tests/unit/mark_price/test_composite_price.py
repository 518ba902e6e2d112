"""Composite prices against worked numbers (03 §12.4) and the rules of 03 §5.1-5.4."""

import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.mark_price import CompositePrice, book_sample, median
from vega_mesa.protocol.markets.definition import CompositePriceConfiguration, CompositePriceType
from vega_mesa.protocol.matching.order import BUY
from vega_mesa.protocol.risk.models import RiskFactors

SECOND = 10**9
HOUR = 3600 * SECOND
START = 1_575_072_000 * SECOND


def composite(weights="1,0,0,0", tolerances=(5, 5, HOUR, HOUR), kind=CompositePriceType.WEIGHTED, cap=None, **more):
    configuration = CompositePriceConfiguration(
        type=kind,
        source_weights=tuple(Decimal(weight) for weight in weights.split(",")),
        source_staleness_tolerance_ns=tuple(t if t > 1000 else t * SECOND for t in tolerances),
        **{key: Decimal(value) if key.startswith("decay") else value for key, value in more.items()},
    )
    return CompositePrice(configuration, cap)


def at(seconds):
    return START + seconds * SECOND


def four_trades(price):
    for second, (size, trade) in enumerate([(2, 15920), (1, 15940), (3, 15960), (5, 15990)]):
        price.record_trade(trade, size, at(second))
    return price


class Levels:
    """A book of price levels, best first."""

    def __init__(self, bids, asks):
        self.bids = bids
        self.asks = asks

    def best_bid(self):
        return self.bids[0][1] if self.bids else 0

    def best_ask(self):
        return self.asks[0][1] if self.asks else 0

    def vwap(self, side, volume):
        levels = self.bids if side is BUY else self.asks
        if volume == 0:
            return levels[0][1]
        left, value = volume, 0
        for size, price in levels:
            taken = min(left, size)
            value += taken * price
            left -= taken
        return None if left else value // volume


def sample(bids, asks, cash, factors=("0.1", "0.1")):
    return book_sample(
        Levels(bids, asks),
        cash,
        Decimal("1.2"),
        Decimal("0.25"),
        RiskFactors(*(Factor(factor) for factor in factors)),
    )


# --- last trade


def test_last_trade_is_the_last_of_the_interval():
    price = composite(kind=CompositePriceType.LAST_TRADE)
    assert not price.uses_book
    assert price.calculate(at(0), SECOND) is None
    price.record_trade(100, 1, at(1))
    price.record_trade(105, 9, at(1))
    assert price.calculate(at(2), 0) == 105
    assert price.calculate(at(3), 0) is None


def test_last_trade_ignores_book_and_oracles():
    price = composite(kind=CompositePriceType.LAST_TRADE)
    price.record_book(90, at(0))
    price.record_oracle(0, 90, at(0))
    assert price.calculate(at(0), SECOND) is None


# --- trades


@pytest.mark.parametrize(
    ("decay_weight", "decay_power", "expected"),
    [("0", "1", 15964), ("1", "1", 15979), ("0.5", "1", 15969)],  # 0009-MRKP-110, 114, 118
)
def test_decay_weighted_trades(decay_weight, decay_power, expected):
    price = four_trades(composite(decay_weight=decay_weight, decay_power=decay_power))
    assert price.calculate(at(4), 4 * SECOND) == expected


def test_decay_power_keeps_its_integer_part():
    # 0.5 acts as 0: every trade weighs 1 - decay weight
    assert four_trades(composite(decay_weight="0.1", decay_power="0.5")).calculate(at(4), 4 * SECOND) == 15964
    assert four_trades(composite(decay_weight="1", decay_power="1.9")).calculate(at(4), 4 * SECOND) == 15979


def test_power_two_and_three_decay_more_slowly():
    # (15920*2*0 + 15940*7/16 + 15960*3*3/4 + 15990*5*15/16) / (7/16 + 9/4 + 75/16)
    assert four_trades(composite(decay_weight="1", decay_power="2")).calculate(at(4), 4 * SECOND) == 15977


def test_fully_decayed_trades_give_no_price():
    # 0009-MRKP-116: decay weight 1 and power 0
    price = composite(decay_weight="1", decay_power="0")
    price.record_trade(15920, 2, at(3))
    assert price.calculate(at(4), 4 * SECOND) is None


def test_trades_older_than_the_interval_still_count_without_decay():
    # 0009-MRKP-036: (15990 + 16008) / 2, although an auction lay between
    price = composite()
    price.record_trade(15990, 1, at(0))
    price.record_trade(16008, 1, at(20))
    assert price.calculate(at(20), 4 * SECOND) == 15999


def test_a_zero_frequency_disables_the_trades_source():
    assert four_trades(composite()).calculate(at(4), 0) is None


def test_trades_are_cleared_but_their_price_stays_until_it_is_stale():
    price = four_trades(composite(tolerances=(8, 5, HOUR, HOUR)))
    assert price.calculate(at(4), 4 * SECOND) == 15964
    assert price.calculate(at(8), 4 * SECOND) == 15964
    assert price.calculate(at(11), 4 * SECOND) == 15964  # the last trade is 8 s old
    assert price.calculate(at(12), 4 * SECOND) is None


# --- book


def test_book_sample_of_best_prices_when_the_cash_buys_nothing():
    # 0009-MRKP-120 before the update: 100 / (1.2 * 0.35) buys no whole unit
    assert sample([(1, 15000), (10, 14900)], [(2, 15902), (1, 15904)], 100) == 15451


def test_book_sample_walks_the_book():
    # 0009-MRKP-122
    bids = [(20, 15000), (20, 14900)]
    assert sample(bids, [(20, 15940), (20, 100100)], 100_000) == 15470
    assert sample(bids, [(20, 16940), (20, 100100)], 100_000) == 15970
    assert sample([(10, 15000), (20, 14900)], [(20, 15940)], 100_000) == (14966 + 15940) // 2


def test_book_sample_uses_the_short_factor_for_buys_and_the_long_one_for_sells():
    # 1000 / (1.2 * 0.75) / 10 = 111 on the buy side, 1000 / (1.2 * 0.35) / 10 = 238 on the sell side
    bids, asks = [(111, 10), (1000, 0)], [(238, 10)]
    assert sample(bids, asks, 1000, ("0.1", "0.5")) == 10
    assert sample(bids, asks, 1000, ("0.09", "0.5")) is None


def test_no_book_sample_without_both_sides_or_volume():
    assert sample([], [(1, 10)], 0) is None
    assert sample([(1, 10)], [], 0) is None
    assert sample([(1, 15000)], [(20, 15940)], 100_000) is None
    assert sample([(20, 15000)], [(1, 15940)], 100_000) is None


def book_only():
    return composite("0,1,0,0", (6, 4, HOUR, HOUR), cash_amount=100_000)


def test_book_samples_weigh_as_long_as_they_are_the_latest():
    # 0009-MRKP-122: 15470 for one second, 15970 for three
    price = book_only()
    assert price.cash_amount == 100_000
    for second, taken in ((6, 15470), (7, 15970), (8, 15970), (9, 15970), (10, 15970)):
        price.record_book(taken, at(second))
    assert price.calculate(at(10), 4 * SECOND) == 15845


def test_a_later_sample_of_the_same_time_replaces_the_first():
    price = book_only()
    price.record_book(100, at(0))
    price.record_book(110, at(0))
    assert price.calculate(at(0), 4 * SECOND) == 110


def test_book_samples_before_the_interval_do_not_count():
    price = book_only()
    price.record_book(1, at(0))
    price.record_book(100, at(3))
    price.record_book(200, at(5))
    assert price.calculate(at(7), 4 * SECOND) == 150


def test_a_single_sample_weighs_everything():
    price = book_only()
    price.record_book(100, at(3))
    assert price.calculate(at(5), 4 * SECOND) == 100


def test_no_sample_keeps_the_book_price_until_it_is_stale():
    price = book_only()
    price.record_book(15900, at(0))
    assert price.calculate(at(0), 4 * SECOND) == 15900
    price.record_book(None, at(1))
    assert price.calculate(at(4), 4 * SECOND) == 15900
    assert price.calculate(at(5), 4 * SECOND) is None


# --- combination


def test_every_weighted_term_is_truncated_on_its_own():
    # 0009-MRKP-028: 7950 + 7989, not (15900 + 15979) // 2 = 15939.5 up
    price = composite("1,1,0,0", decay_weight="1", decay_power="1")
    four_trades(price)
    price.record_book(15900, at(0))
    assert price.calculate(at(4), 4 * SECOND) == 15939
    odd = composite("0,0,1,1,0", (0, 0, 10, 10, 0))
    odd.record_oracle(0, 101, at(0))
    odd.record_oracle(1, 101, at(0))
    assert odd.calculate(at(0), SECOND) == 100


def test_weights_of_unusable_sources_do_not_count():
    # 0009-MRKP-130
    price = composite("0,0,1,3,0", (0, 0, 10, 20, 0))
    price.record_oracle(0, 16000, at(5))
    assert price.calculate(at(5), SECOND) == 16000
    price.record_oracle(1, 15900, at(8))
    assert price.calculate(at(8), SECOND) == 15925
    assert price.calculate(at(15), SECOND) == 15925
    assert price.calculate(at(16), SECOND) == 15900
    assert price.calculate(at(29), SECOND) is None


def test_weighted_book_and_trades():
    # 0009-MRKP-030: book (15480 * 3 + 15470) / 4, trades 15940, weights 2 and 1
    price = composite("1,2,0,0", (8, 5, HOUR, HOUR), decay_weight="1", decay_power="1")
    for second in range(3):
        price.record_book(15480, at(second))
    price.record_book(15470, at(3))
    price.record_trade(15940, 1, at(1))
    assert price.calculate(at(4), 4 * SECOND) == 15631


def test_usable_sources_without_weight_give_no_candidate():
    price = composite("0,1,0,0")
    price.record_trade(100, 1, at(0))
    assert price.calculate(at(0), SECOND) is None


def test_median_of_trades_and_book():
    # 0009-MRKP-034
    price = composite(kind=CompositePriceType.MEDIAN, tolerances=(5, 20, 20, HOUR))
    price.record_trade(15920, 1, at(0))
    price.record_book(15955, at(0))
    assert price.calculate(at(4), 4 * SECOND) == 15937


def test_median_counts_its_own_slot():
    # nothing fresh is left, but the median of before is: 0009-MRKP
    price = composite(kind=CompositePriceType.MEDIAN, tolerances=(1, 1, 1, HOUR))
    price.record_oracle(0, 100, at(0))
    assert price.calculate(at(0), SECOND) == 100
    assert price.calculate(at(60), SECOND) == 100
    # two sources and their median 15 (floor of 15.5): still 15
    pair = composite(kind=CompositePriceType.MEDIAN, tolerances=(10, 10, 10, 10))
    pair.record_oracle(0, 10, at(0))
    pair.record_trade(21, 1, at(0))
    assert pair.calculate(at(0), SECOND) == 15


def test_the_median_slot_can_carry_weight():
    price = composite("0,0,0,0,1", (0, 0, 10, 10, 10))
    price.record_oracle(0, 10, at(0))
    price.record_oracle(1, 20, at(0))
    assert price.calculate(at(0), SECOND) == 15


def test_one_tolerance_too_few_makes_the_last_oracle_share_the_median_slot():
    # slots 0 trades, 1 book, 2 first oracle, 3 second oracle and median
    price = composite("0,0,1,1", (0, 0, 10, 10))
    price.record_oracle(1, 500, at(0))
    assert price.calculate(at(0), SECOND) == 500  # nothing to overwrite it
    price.record_oracle(0, 100, at(1))
    assert price.calculate(at(1), SECOND) == 100  # overwritten by the median of the first oracle
    price.record_oracle(5, 100, at(1))  # beyond the slots: ignored


def test_oracle_prices_of_zero_none_or_above_the_cap_are_ignored():
    price = composite("0,0,1,0", (0, 0, 10, 0), cap=1000)
    for ignored in (0, None, 1001):
        price.record_oracle(0, ignored, at(0))
    assert price.calculate(at(0), SECOND) is None
    price.record_oracle(0, 1000, at(0))
    assert price.calculate(at(0), SECOND) == 1000


def test_tolerance_is_inclusive():
    price = composite("0,0,1,0", (0, 0, 10, 0))
    price.record_oracle(0, 7, at(0))
    assert price.calculate(at(10), SECOND) == 7
    assert price.calculate(at(10) + 1, SECOND) is None


def test_an_update_forgets_values_but_not_the_trades_of_the_interval():
    price = composite("0,0,1,0", (0, 0, 10, 0))
    price.record_oracle(0, 7, at(0))
    price.update(price.configuration)
    assert price.calculate(at(0), SECOND) is None
    price.record_trade(42, 1, at(1))
    price.update(CompositePriceConfiguration())
    assert price.calculate(at(2), SECOND) == 42


def test_median_drops_zeros_and_floors():
    assert median([]) is None
    assert median([0, 0]) is None
    assert median([0, 5]) == 5
    assert median([9, 1, 5]) == 5
    assert median([4, 1, 0]) == 2


def test_it_pickles():
    price = four_trades(composite(decay_weight="1", decay_power="1"))
    assert pickle.loads(pickle.dumps(price, 5)).calculate(at(4), 4 * SECOND) == 15979
