"""Rules of orders and margins that sit between two others: each was misread once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.trading import UpdateMarginMode
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, OrdersExpired, OrderUpdated
from vega_mesa.protocol.markets import margining
from vega_mesa.protocol.markets.definition import PriceMonitoringTrigger, SimpleRiskModel
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus, TimeInForce


def isolate(desk, party: str, factor: str = "0.5") -> None:
    assert desk.send(party, UpdateMarginMode(market_id="M", isolated=True, margin_factor=Decimal(factor))).accepted


def order_margin(desk, party: str) -> int:
    return desk.exchange.collateral.balance(AccountType.ORDER_MARGIN, "USD", party, "M")


# -- amendments in isolated margin -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("funds", "accepted"), [(950, False), (1100, True)])
def test_an_amended_order_that_trades_dearer_than_its_margin_is_paid_for_by_the_general_account_alone(
    desk, funds, accepted
):
    """0019-MCAL-204: 450 of order margin and 500 of general account do not add up to the 550 that the trade asks."""
    desk.fund(funds, "a")
    isolate(desk, "a")
    order = desk.order("a", BUY, 1, 900).order
    assert (order_margin(desk, "a"), desk.balance("a")[1]) == (450, funds - 450)
    desk.order("maker-s", SELL, 1, 1100)
    outcome = desk.amend("a", order.id, price=1100)
    assert outcome.error == (None if accepted else "margin check failed")
    assert desk.open_volume("a") == (1 if accepted else 0)
    if not accepted:
        assert order.status is OrderStatus.STOPPED
        assert (order_margin(desk, "a"), desk.balance("a")) == (0, (0, funds))


def test_an_amended_order_that_traded_before_counts_only_what_it_trades_now(desk):
    desk.fund(10**6, "a")
    isolate(desk, "a")
    order = desk.order("a", BUY, 10, 900).order
    desk.order("maker-s", SELL, 4, 900)
    desk.order("a", SELL, 10, 1100)
    desk.order("maker-s", SELL, 2, 1000)
    assert desk.amend("a", order.id, price=1000).accepted
    assert desk.open_volume("a") == 6
    assert order_margin(desk, "a") == 2200  # half of 4 x 1100: the position takes up only 6 of the 10 that are sold


# -- orders at the edge of an auction --------------------------------------------------------------------------------


@pytest.fixture
def bounded(make_desk):
    """A market at 1000 that goes into an auction when a price leaves 900 to 1100."""
    model = SimpleRiskModel(
        long=Decimal("0.1"), short=Decimal("0.1"), max_move_up=Decimal(100), min_move_down=Decimal(-100)
    )
    trigger = PriceMonitoringTrigger(horizon=60, probability=Decimal("0.95"), auction_extension=5)
    desk = make_desk(risk_model=model, price_monitoring=(trigger,))
    desk.trade(1000)
    desk.block()
    desk.block()
    return desk


def test_an_order_that_starts_an_auction_is_margined_in_isolated_margin_too(bounded):
    bounded.fund(10**6, "a")
    isolate(bounded, "a")
    bounded.order("maker-s", SELL, 1, 1500)
    outcome = bounded.order("a", BUY, 1, 1500)
    assert bounded.market.auction.in_auction
    assert outcome.order.status is OrderStatus.ACTIVE
    assert order_margin(bounded, "a") == 750


def test_an_order_that_starts_an_auction_and_cannot_be_margined_there_is_rejected(bounded):
    bounded.fund(700, "a")
    isolate(bounded, "a")
    bounded.order("maker-s", SELL, 1, 1500)
    outcome = bounded.order("a", BUY, 1, 1500)
    assert bounded.market.auction.in_auction
    assert outcome.error == "margin check failed"
    assert not bounded.market.book.orders_of("a")
    assert bounded.market.positions.by_party["a"].buy == 0


def test_an_amended_order_that_starts_an_auction_is_margined_in_isolated_margin_too(bounded):
    bounded.fund(10**6, "a")
    isolate(bounded, "a")
    order = bounded.order("a", BUY, 1, 900).order
    bounded.order("maker-s", SELL, 1, 1500)
    assert bounded.amend("a", order.id, price=1500).accepted
    assert bounded.market.auction.in_auction
    assert order_margin(bounded, "a") == 750


def test_a_reduce_only_order_that_starts_an_auction_does_not_rest(bounded):
    bounded.fund(10**6, "a", "b")
    bounded.order("b", SELL, 2, 1000)
    bounded.order("a", BUY, 2, 1000)
    bounded.order("b", BUY, 5, 500)
    outcome = bounded.order("a", SELL, 5, 500, reduce_only=True)
    assert bounded.market.auction.in_auction
    assert (outcome.order.status, outcome.order.remaining) == (OrderStatus.STOPPED, 5)
    assert not bounded.market.book.orders_of("a")
    assert bounded.market.positions.by_party["a"].sell == 0


def test_a_reduce_only_order_leaves_an_auction_level_as_it_was(bounded):
    bounded.fund(10**6, "a", "b")
    bounded.order("b", SELL, 2, 1000)
    bounded.order("a", BUY, 2, 1000)
    bounded.order("b", BUY, 1, 1500)
    bounded.order("maker-s", SELL, 1, 1500)  # an auction
    bounded.order("b", SELL, 3, 1600)
    assert bounded.order("a", SELL, 9, 1600, reduce_only=True).order.status is OrderStatus.STOPPED
    assert bounded.market.book.volume_at_or_better(SELL, 1600) == 4


def test_a_good_for_auction_order_stopped_with_its_party_is_not_cancelled_again(bounded):
    """The uncrossing leaves the party short of maintenance: its orders are stopped before the leftovers are listed."""
    bounded.fund(2000, "a")
    bounded.fund(10**9, "b")
    isolate(bounded, "a", "0.11")
    bounded.order("b", BUY, 1, 700)
    bounded.order("maker-s", SELL, 1, 700)  # an auction
    bounded.order("a", BUY, 10, 700)
    left = bounded.order("a", BUY, 1, 600, time_in_force=TimeInForce.GFA).order
    bounded.order("b", SELL, 9, 700)
    bounded.block(10)
    assert not bounded.market.auction.in_auction
    assert left.status is OrderStatus.STOPPED
    position = bounded.market.positions.by_party.get("a")
    assert position is None or position.buy == 0


# -- what expires ----------------------------------------------------------------------------------------------------


def test_an_order_stopped_by_a_failed_amendment_does_not_expire_later(desk):
    desk.fund(600, "a")
    isolate(desk, "a")
    order = desk.order("a", BUY, 1, 900, time_in_force=TimeInForce.GTT, expires_at=desk.exchange.now + 2 * SECOND).order
    later = desk.exchange.now + 9 * SECOND
    assert desk.amend("a", order.id, size_delta=9, time_in_force=TimeInForce.GTT, expires_at=later).error
    events = desk.listen(OrdersExpired)
    desk.block(10)
    assert not events


def test_an_order_that_an_amendment_expires_gives_its_order_margin_back(desk):
    desk.fund(10**6, "a")
    isolate(desk, "a")
    now = desk.exchange.now
    order = desk.order("a", BUY, 1, 900, time_in_force=TimeInForce.GTT, expires_at=now + 9 * SECOND).order
    desk.order("a", BUY, 1, 800)
    desk.block(5)
    assert desk.amend("a", order.id, time_in_force=TimeInForce.GTT, expires_at=now + SECOND).order.status is (
        OrderStatus.EXPIRED
    )
    assert order_margin(desk, "a") == 400


def test_an_amendment_to_another_size_and_back_counts_what_remains(desk):
    """Only a batch of tests sends both; a remaining volume stops at 0, so that it may come out larger than it was."""
    desk.fund(10**6, "a")
    order = desk.order("a", SELL, 7, 1100).order
    desk.order("maker-b", BUY, 6, 1100)
    assert desk.amend("a", order.id, size=1, size_delta=6).accepted
    assert (order.size, order.remaining) == (7, 6)
    assert desk.market.positions.by_party["a"].sell == 6


# -- margin calls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heard", [False, True])
def test_a_release_of_nothing_counts_as_a_margin_update(make_desk, heard):
    """Where the initial and the release level coincide; close-outs in isolated margin depend on there being any."""
    desk = make_desk(position_decimal_places=2)
    desk.trade(1000)
    desk.block()
    desk.fund(10**6, "b")
    desk.order("b", SELL, 2, 1100)
    assert desk.balance("b")[0] == 2  # maintenance 2, times 1.2 or 1.4 is 2 again
    if heard:
        desk.listen(MarginLevelsUpdated)
    call = margining.evaluate(desk.market, [desk.market.positions.by_party["b"]])
    assert call.moves == 1
    assert desk.balance("b")[0] == 2


# -- flips in isolated margin ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("aggressive", [True, False])
def test_an_isolated_position_that_flips_is_margined_for_what_it_opens(desk, aggressive):
    desk.fund(10**6, "a")
    isolate(desk, "a")
    desk.order("maker-b", BUY, 3, 1000)
    desk.order("a", SELL, 3, 1000)
    assert desk.balance("a") == (1500, 10**6 - 1500)
    first, second = ("maker-s", "a") if aggressive else ("a", "maker-s")
    desk.order(first, SELL if aggressive else BUY, 5, 1000)
    desk.order(second, BUY if aggressive else SELL, 5, 1000)
    assert desk.open_volume("a") == 2
    assert desk.balance("a") == (1000, 10**6 - 1000)
    assert order_margin(desk, "a") == 0


def test_an_order_whose_amendment_cannot_be_margined_in_an_auction_is_stopped_as_it_was(bounded):
    bounded.fund(800, "a")
    isolate(bounded, "a")
    bounded.order("maker-s", SELL, 1, 1500)
    bounded.order("maker-b", BUY, 1, 1500)
    assert bounded.market.auction.in_auction
    bounded.order("maker-b", BUY, 5, 400)
    order = bounded.order("a", BUY, 1, 500).order
    events = bounded.listen(OrderUpdated)
    assert bounded.amend("a", order.id, price=550, size_delta=3).error
    stopped = events[-1].order
    assert (stopped.status, stopped.size, stopped.original_price) == (OrderStatus.STOPPED, 1, 500)
    assert bounded.market.positions.by_party["a"].buy == 0
    assert (order_margin(bounded, "a"), bounded.balance("a")) == (0, (0, 800))


@pytest.mark.parametrize("heard", [False, True])
def test_the_release_of_who_has_left_counts_as_a_margin_update(desk, heard):
    """Else a close-out in isolated margin would be put off when all who settled besides have closed their positions."""
    desk.fund(10**6, "b")
    desk.order("b", SELL, 1, 1100)
    position = desk.market.positions.by_party["b"]
    desk.market.positions.unregister(desk.market.book.orders_of("b")[0])
    if heard:
        desk.listen(MarginLevelsUpdated)
    assert margining.evaluate(desk.market, [position]).moves == 1
    assert desk.balance("b") == (0, 10**6)


def test_an_amendment_overflows_the_volume_of_its_own_side_only(desk):
    desk.fund(10**30, "a")
    desk.order("a", BUY, 2**62, 1)
    small = desk.order("a", SELL, 1, 2000).order
    assert desk.amend("a", small.id, size_delta=2**62 + 5).accepted
    assert desk.amend("a", small.id, size_delta=2**62).error == "cannot register position without causing overflow"
