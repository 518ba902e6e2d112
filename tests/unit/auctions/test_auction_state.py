"""The bookkeeping of auctions (03 §8.1)."""

import pickle

from vega_mesa.protocol.auctions.auction_state import AuctionState
from vega_mesa.protocol.markets.states import AuctionTrigger, TradingMode

SECOND = 10**9
BEGIN = 1_000 * SECOND


def entered(start, *arguments, minimum=0):
    state = AuctionState(minimum)
    getattr(state, start)(BEGIN, *arguments)
    state.entered()
    return state


def test_outside_auctions_everything_is_zero():
    state = AuctionState()
    assert state.mode is TradingMode.CONTINUOUS
    assert (state.begin, state.end, state.in_auction) == (0, 0, False)
    assert not state.has_passed(BEGIN)


def test_a_flagged_auction_is_no_auction_yet():
    state = AuctionState()
    state.start_price(BEGIN, 10)
    assert state.start_flagged
    assert not state.in_auction
    notice = state.entered()
    assert state.in_auction
    assert state.margin_in_auction
    assert not state.start_flagged
    assert (notice.leave, notice.opening, notice.start, notice.end) == (False, False, BEGIN, BEGIN + 10 * SECOND)
    assert notice.trigger is AuctionTrigger.PRICE


def test_the_end_second_is_still_auction():
    state = entered("start_opening", 10)
    assert not state.has_passed(BEGIN + 10 * SECOND)
    assert state.has_passed(BEGIN + 10 * SECOND + 1)


def test_modes():
    assert entered("start_opening", 10).mode is TradingMode.OPENING_AUCTION
    assert entered("start_price", 10).mode is TradingMode.MONITORING_AUCTION
    assert entered("start_long_block", 10).mode is TradingMode.LONG_BLOCK_AUCTION
    assert entered("start_suspension").mode is TradingMode.SUSPENDED_VIA_GOVERNANCE
    assert entered("start_automated_purchase", 10).mode is TradingMode.PROTOCOL_AUTOMATED_PURCHASE_AUCTION


def test_a_suspension_has_no_end():
    state = entered("start_suspension")
    assert state.end == 0
    assert state.remaining_seconds(BEGIN) == 0
    assert not state.has_passed(BEGIN + 10**6 * SECOND)


def test_opening_and_price_auctions_last_at_least_the_minimum():
    assert entered("start_opening", 1, minimum=60).duration == 60
    assert entered("start_opening", 100, minimum=60).duration == 100
    assert entered("start_price", 6, minimum=60).duration == 60
    assert entered("start_long_block", 6, minimum=60).duration == 6


def test_a_longer_minimum_lengthens_a_running_auction_and_never_shortens_one():
    state = entered("start_opening", 10)
    assert state.set_minimum_duration(5) is None
    assert state.duration == 10
    notice = state.set_minimum_duration(30)
    assert notice is not None
    assert notice.end == state.end == BEGIN + 30 * SECOND
    assert entered("start_suspension").set_minimum_duration(30) is None
    assert AuctionState().set_minimum_duration(30) is None


def test_an_extension_moves_the_end_and_takes_readiness_back():
    state = entered("start_long_block", 10)
    state.ready_to_leave()
    assert not state.margin_in_auction
    assert state.in_auction
    state.extend(AuctionTrigger.PRICE, 5)
    assert not state.ready
    assert state.margin_in_auction
    assert state.end == BEGIN + 15 * SECOND
    assert state.is_price
    assert state.is_long_block
    assert state.mode is TradingMode.LONG_BLOCK_AUCTION


def test_only_the_first_extension_in_a_markets_life_is_announced():
    state = entered("start_price", 10)
    assert state.take_extension_notice() is None
    state.extend(AuctionTrigger.PRICE, 5)
    notice = state.take_extension_notice()
    assert notice is not None
    assert (notice.end, notice.extension_trigger) == (BEGIN + 15 * SECOND, AuctionTrigger.PRICE)
    state.extend(AuctionTrigger.PRICE, 5)
    assert state.take_extension_notice() is None
    state.left(BEGIN + 30 * SECOND)
    state.start_price(BEGIN + 40 * SECOND, 10)
    state.entered()
    state.extend(AuctionTrigger.PRICE, 5)
    assert state.take_extension_notice() is None


def test_a_suspension_of_a_running_auction_is_lifted_again():
    state = entered("start_price", 10)
    state.extend(AuctionTrigger.GOVERNANCE_SUSPENSION, 60)
    assert state.mode is TradingMode.SUSPENDED_VIA_GOVERNANCE
    state.drop_extension()
    assert state.mode is TradingMode.MONITORING_AUCTION
    assert state.duration == 70


def test_leaving_forgets_everything_but_the_minimum():
    state = entered("start_opening", 10, minimum=3)
    state.ready_to_leave()
    notice = state.left(BEGIN + 11 * SECOND)
    assert (notice.leave, notice.opening, notice.start, notice.end) == (True, True, BEGIN, BEGIN + 11 * SECOND)
    assert notice.trigger is AuctionTrigger.OPENING
    assert not state.in_auction
    assert not state.ready
    assert (state.begin, state.end, state.minimum_duration) == (0, 0, 3)
    assert state.trigger is AuctionTrigger.UNSPECIFIED


def test_remaining_seconds_are_whole():
    state = entered("start_price", 10)
    assert state.remaining_seconds(BEGIN + SECOND + 1) == 8
    assert state.remaining_seconds(BEGIN + 11 * SECOND) == 0


def test_it_pickles():
    state = pickle.loads(pickle.dumps(entered("start_price", 10), 5))
    assert state.in_auction
    assert state.trigger is AuctionTrigger.PRICE
