"""One test for each point under "Matching and orders" where a careful reader of the specs still goes wrong."""

from __future__ import annotations

from vega_mesa.protocol.commands.trading import OrderSubmission, StopOrderSetup, StopOrdersSubmission
from vega_mesa.protocol.events.trading import OrdersCancelled, OrdersExpired, OrderUpdated
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus, OrderType, PeggedReference, TimeInForce

BID, ASK = PeggedReference.BEST_BID, PeggedReference.BEST_ASK


def test_margins_never_look_at_the_book(desk):
    desk.fund(10**6, "a")
    desk.quote(1, 10**6)  # nobody would take a position near the mark
    desk.order("maker-s", SELL, 10, 1000)
    desk.order("a", BUY, 10, 1000)
    desk.block()
    assert desk.balance("a")[0] == 1200  # 10 x 1000 x 0.1, times 1.2: no exit price, no slippage


def test_the_limit_of_pegged_orders_counts_live_ones_at_submission_only(desk):
    desk.fund(10**6, "a")
    desk.exchange.set_parameter("limits.markets.maxPeggedOrders", "2")
    for _ in range(4):  # nothing to peg to: parked, and parked ones do not count
        assert desk.peg("a", BUY, 1, BID, 1).accepted
    desk.quote(990, 1010)
    assert len(desk.market.book.pegged_live) == 4  # all of them came back, above the limit
    assert desk.peg("a", BUY, 1, BID, 1).error == "OrderError: too many pegged orders"


def test_every_peg_on_a_moved_reference_goes_to_the_back_even_at_the_same_price(desk):
    desk.fund(10**6, "a", "b")
    desk.quote(990, 1010)
    peg = desk.peg("a", BUY, 1, PeggedReference.MID, 10).order
    assert peg.price == 990
    desk.order("b", BUY, 1, 990)
    desk.order("wall-ask", SELL, 1, 1009)  # the mid for buys stays 1000: (990 + 1009 + 1) // 2
    assert peg.price == 990
    queue = desk.market.book.orders_best_first(BUY)
    assert [order.party for order in queue] == ["wall-bid", "b", "a"]


def test_unparking_follows_the_parked_list(desk):
    desk.fund(10**6, "a")
    first = desk.peg("a", BUY, 1, BID, 1).order
    second = desk.peg("a", BUY, 2, BID, 1).order
    desk.quote(990, 1010)
    assert list(desk.market.book.pegged_live) == [first.id, second.id]


def test_stop_orders_see_the_last_trade_of_a_transaction_only(desk):
    desk.fund(10**6, "a")
    desk.order("maker-s", SELL, 5, 1000)
    desk.order("a", BUY, 5, 1000)  # a position to close
    sell = OrderSubmission(
        market_id="M", side=SELL, size=5, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, reduce_only=True
    )
    desk.send("a", StopOrdersSubmission(rises_above=StopOrderSetup(order_submission=sell, price=1050)))
    desk.fund(10**9, "c", "d")
    desk.order("d", BUY, 1, 940)
    desk.order("d", BUY, 1, 1060)
    desk.order("c", SELL, 2, 940)  # sweeps 1060, then 940: only 940 is shown
    assert desk.market.last_traded_price == 940
    assert len(desk.market.stop_orders) == 1


def test_stop_orders_are_not_looked_at_after_a_cancel(desk):
    desk.fund(10**6, "a")
    desk.order("maker-s", SELL, 5, 1000)
    desk.order("a", BUY, 5, 1000)
    sell = OrderSubmission(
        market_id="M", side=SELL, size=5, type=OrderType.MARKET, time_in_force=TimeInForce.IOC, reduce_only=True
    )
    desk.send("a", StopOrdersSubmission(falls_below=StopOrderSetup(order_submission=sell, price=900)))
    resting = desk.order("maker-s", SELL, 1, 2000).id
    desk.market.last_traded_price = 800  # as a network disposal or a rebase would leave it
    desk.cancel("maker-s", resting)
    assert len(desk.market.stop_orders) == 1
    desk.order("maker-s", SELL, 1, 2000)
    assert len(desk.market.stop_orders) == 0


def test_the_uncrossing_price_is_the_floored_mean_and_not_on_the_tick(make_desk):
    desk = make_desk(opening_auction_duration=10, tick_size=10)
    desk.fund(10**9, "a", "b")
    desk.order("a", BUY, 5, 130)
    desk.order("b", SELL, 5, 100)
    assert desk.market.book.indicative()[:2] == (115, 5)
    desk.block(11)
    assert desk.market.last_traded_price == 115


def test_reduce_only_leftovers_end_stopped(desk):
    desk.fund(10**6, "a")
    desk.order("maker-s", SELL, 10, 1000)
    desk.order("a", BUY, 10, 1000)
    desk.order("maker-b", BUY, 4, 999)
    outcome = desk.order("a", SELL, 20, reduce_only=True)
    assert outcome.accepted
    assert (outcome.order.status, outcome.order.remaining) == (OrderStatus.STOPPED, 16)


def test_fill_or_kill_ignores_hidden_reserve(desk):
    desk.fund(10**6, "a", "b")
    desk.iceberg("a", SELL, 10, 1000, peak=2)
    outcome = desk.order("b", BUY, 3, 1000, time_in_force=TimeInForce.FOK)
    assert outcome.accepted
    assert outcome.order.status is OrderStatus.STOPPED


def test_after_a_self_trade_the_remainder_never_rests_and_no_error_comes(desk):
    desk.fund(10**6, "a", "b")
    desk.order("b", SELL, 2, 1000)
    own = desk.order("a", SELL, 5, 1001).order
    outcome = desk.order("a", BUY, 4, 1001)
    assert outcome.accepted
    assert (outcome.order.status, outcome.order.reason) == (OrderStatus.PARTIALLY_FILLED, "SELF_TRADING")
    assert outcome.order.id not in desk.market.book.orders
    assert own.remaining == 5


def test_margin_comes_before_the_books_validation_and_that_before_post_only(desk):
    desk.fund(10, "poor")
    desk.fund(10**6, "rich")
    good_till_cancelled = {"type": OrderType.MARKET, "time_in_force": TimeInForce.GTC, "post_only": True}
    assert desk.order("poor", BUY, 100, **good_till_cancelled).error == "margin check failed"
    assert desk.order("rich", BUY, 1, **good_till_cancelled).error == "OrderError: Invalid Persistence"


def test_cross_margin_checks_every_amend_also_downwards_and_a_no_op_bumps_the_version(desk):
    desk.fund(1200, "a")
    order = desk.order("a", BUY, 10, 900).order
    assert desk.balance("a") == (1200, 0)
    desk.trade(1150)
    desk.block()  # the mark moves: 9 units now want 1242
    assert desk.amend("a", order.id, size_delta=-1).error == "margin check failed"
    assert order.size == 10
    desk.fund(10**6, "a")
    amended = desk.amend("a", order.id, size_delta=0)
    assert amended.accepted
    assert amended.order.version == 2


def test_missing_orders_have_other_texts_for_amends_than_for_cancels(desk):
    desk.fund(1000, "a")
    assert desk.amend("a", "f" * 64, size_delta=1).error == "OrderError: Invalid Order ID"
    assert desk.cancel("a", "f" * 64).error == "unable to find the order in the market"


def test_cancels_and_expiries_are_lists_of_ids(desk):
    desk.fund(10**6, "a")
    cancelled = desk.order("a", BUY, 1, 900).id
    expiring = desk.order("a", BUY, 1, 900, time_in_force=TimeInForce.GTT, expires_at=desk.exchange.now + SECOND).id
    events = desk.listen(OrdersCancelled, OrdersExpired, OrderUpdated)
    desk.cancel("a", cancelled)
    desk.block(2)
    assert [type(event) for event in events] == [OrdersCancelled, OrdersExpired]
    assert [event.orders for event in events] == [(cancelled,), (expiring,)]


def test_best_volume_has_the_hidden_reserve_and_best_static_volume_has_not(desk):
    desk.fund(10**6, "a")
    desk.iceberg("a", BUY, 100, 900, peak=10)
    data = desk.market.market_data()
    assert (data.best_bid_volume, data.best_static_bid_volume) == (100, 10)
