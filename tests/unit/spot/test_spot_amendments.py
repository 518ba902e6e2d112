"""Amending orders of a spot market: what is asked for, what is locked (05 §3.5)."""

from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus, TimeInForce

NOT_COVERED = "party does not have sufficient balance to cover the trade and fees"
NEW_SIZE = "party does not have sufficient balance to cover the new size"


def test_a_buy_needs_only_what_it_has_not_locked(spot):
    spot.fund("maker", usd=1_070)
    order = spot.place("maker", BUY, 10, 100).order
    assert spot.amend("maker", order, price=108).error == NOT_COVERED
    assert not spot.amend("maker", order, price=107).error
    assert spot.held("maker", "USD") == 1_070


def test_a_buy_that_shrinks_as_its_price_grows_needs_nothing(spot):
    spot.fund("maker", usd=1_070)
    order = spot.place("maker", BUY, 10, 100).order
    assert not spot.amend("maker", order, price=109, size_delta=-5).error
    assert spot.held("maker", "USD") == 545


def test_a_sell_needs_the_base_asset_that_is_added(spot):
    spot.fund("maker", btc=10)
    order = spot.place("maker", SELL, 8, 110).order
    assert spot.amend("maker", order, size_delta=3).error == NEW_SIZE
    assert not spot.amend("maker", order, size_delta=2).error
    assert spot.held("maker", "BTC") == 10


def test_an_amendment_that_changes_nothing_counts(spot):
    spot.fund("maker", usd=1_070)
    order = spot.place("maker", BUY, 10, 100).order
    assert not spot.amend("maker", order, time_in_force=TimeInForce.GTC).error
    assert (order.version, spot.held("maker", "USD")) == (2, 1_000)


def test_amending_to_nothing_cancels(spot):
    spot.fund("maker", usd=1_070)
    order = spot.place("maker", BUY, 10, 100).order
    assert not spot.amend("maker", order, size_delta=-10).error
    assert order.status is OrderStatus.CANCELLED
    assert spot.held("maker", "USD") == 0


def test_an_expiry_moved_into_the_past_releases(spot):
    spot.fund("maker", usd=1_070)
    order = spot.place("maker", BUY, 10, 100).order
    spot.tick(5)
    past = spot.exchange.now - 10**9
    assert not spot.amend("maker", order, time_in_force=TimeInForce.GTT, expires_at=past).error
    assert spot.orders[-1].status is OrderStatus.EXPIRED
    assert spot.general("maker", "USD") == 1_070


def test_an_order_amended_to_good_till_cancelled_no_longer_expires(spot):
    spot.fund("maker", usd=1_070)
    expiry = spot.exchange.now + 10**9
    order = spot.place("maker", BUY, 10, 100, time_in_force=TimeInForce.GTT, expires_at=expiry).order
    spot.amend("maker", order, time_in_force=TimeInForce.GTC)
    spot.tick(5)
    assert order.status is OrderStatus.ACTIVE
    assert spot.held("maker", "USD") == 1_000


def test_an_amended_order_trades_with_the_funds_that_backed_it(spot):
    spot.fund("maker", btc=5).fund("taker", usd=1_100)
    spot.place("maker", SELL, 5, 101)
    order = spot.place("taker", BUY, 10, 100).order
    outcome = spot.amend("taker", order, price=101)
    assert [trade.size for trade in outcome.trades] == [5]
    assert spot.held("taker", "USD") == 5 * 101
    assert spot.general("taker", "BTC") == 5


def test_an_amendment_that_fails_to_enter_the_book_leaves_the_order_without_funds(spot):
    spot.fund("maker", btc=5).fund("taker", usd=1_100)
    spot.place("maker", SELL, 5, 101)
    order = spot.place("taker", BUY, 10, 100, post_only=True).order
    assert spot.amend("taker", order, price=101).error == "couldn't insert order in book"
    assert order.status is OrderStatus.ACTIVE
    assert spot.held("taker", "USD") == 0
    # whoever meets it trades all the same
    spot.fund("seller", btc=10)
    spot.place("seller", SELL, 10, 100)
    assert spot.general("taker", "BTC") == 10


def test_the_price_of_an_amendment_must_be_on_the_tick(make):
    stage = make(tick_size=5).open().fund("maker", usd=1_070)
    order = stage.place("maker", BUY, 10, 100).order
    assert stage.amend("maker", order, price=101).error == "OrderError: price not in tick size"


def test_a_price_that_breaches_a_bound_starts_an_auction_and_the_order_rests(spot):
    spot.fund("maker", btc=5).fund("taker", usd=10_000)
    spot.place("maker", SELL, 5, 150)
    order = spot.place("taker", BUY, 10, 100).order
    assert not spot.amend("taker", order, price=150).error
    assert spot.market.auction.in_auction
    assert spot.held("taker", "USD") == 1_500 + 15 + 30
