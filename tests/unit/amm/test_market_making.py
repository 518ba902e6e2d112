"""Market makers in a market: submitted, amended, cancelled, moved by oracles, closed out (05 §4)."""

import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.amm.pool import pool_party
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.amm import AMMCancelMethod
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, PeggedReference, TimeInForce

KEY = pool_party("M", "owner")


# -- submission ------------------------------------------------------------------------------------------------------


def test_submission_moves_the_commitment_and_quotes(floor):
    assert not floor.submit().error
    assert floor.quotes() == (99, 101)
    assert floor.funds() == (100_000, 0)
    assert floor.general("owner") == 10**9 - 100_000
    assert ("TRANSFER_TYPE_AMM_LOW", 100_000) in floor.transfers
    event = floor.events[-1]
    assert (event.status, event.status_reason) == ("STATUS_ACTIVE", "STATUS_REASON_UNSPECIFIED")
    assert event.amm_party == KEY
    assert event.lower_curve.theoretical_position == Decimal("581.4482333198499375")
    assert floor.exchange.incentives.profiles.owns("owner", KEY)


@pytest.mark.parametrize(
    ("bounds", "error"),
    [
        (
            (100, 100, 150),
            "base (100) as factored by market and asset decimals must be greater than lower bound (100)",
        ),
        (
            (100, 85, 100),
            "upper bound (100) as factored by market and asset decimals must be greater than base (100)",
        ),
    ],
)
def test_bounds_must_enclose_the_base(floor, wanted, bounds, error):
    assert floor.submit(wanted=wanted(*bounds)).error == error
    assert floor.events == []


def test_bounds_without_a_base_must_not_cross(floor, wanted):
    refused = floor.submit(wanted=wanted(0, 150, 85, data_source_id="a" * 64)).error
    assert refused == "upper bound (85) as factored by market and asset decimals must be greater than lower (150)"


@pytest.mark.parametrize("bounds", [(120, 85, 150), (100, 85, 150), (100, 120, None)])
def test_bounds_stay_below_the_cap_of_a_capped_future(make_floor, wanted, bounds):
    floor = make_floor(product={"max_price": 120})
    error = floor.submit(wanted=wanted(*bounds)).error
    lower_first = "base (100) as factored by market and asset decimals must be greater than lower bound (120)"
    assert error == ("an AMM bound is outside of the price cap" if bounds[1] == 85 else lower_first)


def test_one_market_maker_for_each_owner(floor):
    floor.submit()
    assert floor.submit().error == "party already own a pool for market M"
    assert not floor.submit("other").error


def test_a_commitment_must_be_large_enough_and_there(floor):
    floor.exchange.set_parameter("market.amm.minCommitmentQuantum", "1000")
    assert floor.submit(amount=999).error == "commitment amount too low"
    assert floor.submit(amount=2 * 10**9).error == "not enough collateral in general account"
    assert floor.events == []


def test_markets_that_do_not_trade_and_networks_without_market_makers_refuse(floor):
    floor.exchange.set_parameter("limits.markets.ammPoolEnabled", "0")
    assert floor.submit().error == "amm pool disabled"
    floor.exchange.set_parameter("limits.markets.ammPoolEnabled", "1")
    assert floor.amend().error == "no pool matching party"
    assert floor.cancel().error == "no pool matching party"


# -- rebasing --------------------------------------------------------------------------------------------------------


def test_a_newcomer_sells_its_way_down_to_its_base(floor, wanted):
    floor.submit(wanted=wanted(100, 85, 150))
    floor.submit("other", wanted=wanted(95, 85, 150))
    assert floor.position("other") == -floor.position() != 0
    assert floor.statuses()[-1] == "ACTIVE"
    bid, ask = floor.quotes()
    assert bid < ask


def test_too_much_slippage_is_refused_before_money_moves(floor, wanted):
    floor.submit(wanted=wanted(100, 85, 150))
    refused = floor.submit("other", wanted=wanted(90, 85, 150), slippage_tolerance=Decimal("0.001"))
    assert refused.error == "not enough liquidity for AMM to rebase"
    event = floor.events[-1]
    assert (event.status, event.status_reason) == ("STATUS_REJECTED", "STATUS_REASON_CANNOT_REBASE")
    assert event.lower_curve is None
    assert floor.funds("other") == (0, 0)
    assert floor.general("other") == 10**9


def test_the_rebasing_order_takes_what_the_price_before_required(floor, wanted):
    floor.order("maker", BUY, 10_000, 98)  # the first price at which there is enough
    floor.submit(wanted=wanted(90, 85, 150))
    own = floor.market.amm.pools["owner"]
    assert floor.position() == own.curves[1].position_at(98)
    assert floor.market.last_traded_price == 98


def test_no_rebasing_in_an_auction(make_floor, wanted):
    floor = make_floor(opening_auction_duration=10)
    floor.submit(wanted=wanted(100, 85, 150))
    floor.submit("other", wanted=wanted(95, 85, 150))
    assert floor.position() == floor.position("other") == 0
    price, volume, _ = floor.market.book.indicative()
    assert 95 < price < 100
    assert volume
    floor.block(11)
    assert floor.position() == -floor.position("other") == volume
    bid, ask = floor.quotes()
    assert bid < ask


# -- trading ---------------------------------------------------------------------------------------------------------


def test_market_makers_trade_before_orders_at_the_same_price(floor):
    floor.submit()
    floor.order("maker", SELL, 5, 101)
    outcome = floor.order("taker", BUY, 9, 101)
    assert [(trade.seller, trade.size) for trade in outcome.trades] == [(KEY, 7), ("maker", 2)]
    assert floor.position() == -7


def test_pegged_orders_follow_market_makers(floor):
    floor.submit()
    peg = floor.peg("maker", BUY, 5, PeggedReference.BEST_BID, 2).order
    assert peg.price == 97
    floor.order("taker", SELL, 100, 90)
    assert peg.price < 97


def test_margin_accounts_follow_the_marks(floor):
    floor.submit()
    floor.order("taker", SELL, 100, 90)
    floor.block()
    general, margin = floor.funds()
    assert margin > 0
    assert general < 100_000


def test_closed_out_market_makers_stop_and_leave_everything_to_the_insurance_pool(floor, wanted):
    floor.fund(10**12, "rich", "richer")
    floor.submit(amount=10_000, wanted=wanted(100, None, 150))
    floor.order("taker", BUY, 1000, 150)
    floor.order("rich", BUY, 2000, 600)  # through the wall at 200
    floor.order("richer", SELL, 1, 600)
    floor.block()
    assert floor.statuses()[-1] == "STOPPED"
    assert floor.funds() == (0, 0)
    assert floor.position() == 0
    assert floor.market.open_volume("network") < 0
    assert floor.market.book.off_book is None
    assert not floor.submit(amount=10_000, wanted=wanted(700, 650, 750)).error  # the same owner may start again


def test_without_money_it_stops_at_the_next_block(floor, wanted):
    floor.submit(amount=0, wanted=wanted(0, 85, 150, data_source_id="a" * 64))
    assert floor.statuses() == ["PENDING"]
    floor.block()
    assert floor.statuses() == ["PENDING", "STOPPED"]


# -- amendment -------------------------------------------------------------------------------------------------------


def test_every_amendment_goes_to_the_end_of_the_list(floor):
    floor.submit()
    floor.submit("other")
    floor.amend()
    assert list(floor.market.amm.pools) == ["other", "owner"]
    assert floor.market.liquidity_pools()[0].party == pool_party("M", "other")


def test_a_larger_and_a_smaller_commitment(floor):
    floor.submit()
    floor.amend(commitment_amount=150_000)
    assert floor.funds() == (150_000, 0)
    floor.amend(commitment_amount=60_000)
    assert floor.funds() == (60_000, 0)
    assert floor.transfers[-1] == ("TRANSFER_TYPE_AMM_HIGH", 90_000)
    assert floor.events[-1].commitment_amount == 60_000


def test_what_is_not_given_stays_but_trigger_and_slippage(floor):
    floor.submit(minimum_price_change_trigger=Decimal("0.5"))
    floor.amend(proposed_fee=Decimal(0))
    event = floor.events[-1]
    assert (event.base, event.lower_bound, event.upper_bound) == (100, 85, 150)
    assert (event.proposed_fee, event.minimum_price_change_trigger) == (Decimal("0.03"), Decimal(0))


def test_a_bound_that_carries_a_position_cannot_go(floor, wanted):
    floor.submit()
    floor.order("taker", SELL, 100, 90)
    error = "cannot remove lower bound when AMM is long"
    assert floor.amend(concentrated_liquidity_parameters=wanted(100, None, 150)).error == error
    floor.order("taker", BUY, 150, 130)
    error = "cannot remove upper bound when AMM is short"
    assert floor.amend(concentrated_liquidity_parameters=wanted(100, 85, None)).error == error


def test_a_position_must_fit_the_new_bounds(floor, wanted):
    floor.submit()
    floor.order("taker", SELL, 500, 85)
    refused = floor.amend(commitment_amount=10_000)
    assert refused.error == "AMM's current position is outside of amended bounds - reduce position first"
    assert floor.statuses() == ["ACTIVE"]


def test_a_failing_rebase_restores_the_old_market_maker_at_the_end_of_the_list(floor, wanted):
    floor.submit()
    floor.submit("other")
    held = floor.general("owner"), floor.funds()
    refused = floor.amend(
        commitment_amount=120_000,
        concentrated_liquidity_parameters=wanted(90, 85, 150),
        slippage_tolerance=Decimal("0.0001"),
    )
    assert refused.error == "not enough liquidity for AMM to rebase"
    assert (floor.general("owner"), floor.funds()) == held
    assert list(floor.market.amm.pools) == ["other", "owner"]
    assert floor.events[-1].base == 100
    assert len(floor.events) == 4  # taken off, and put back


# -- cancellation ----------------------------------------------------------------------------------------------------


def test_an_immediate_end_leaves_the_margin_behind_and_the_position_to_the_network(floor):
    floor.submit()
    floor.order("taker", SELL, 100, 90)
    floor.block()
    general, margin = floor.funds()
    insurance = floor.market.insurance.balance
    before = floor.general("owner")
    floor.cancel()
    assert floor.general("owner") == before + general
    assert floor.market.insurance.balance == insurance + margin
    assert floor.statuses()[-1] == "CANCELLED"
    assert floor.position() == 0
    assert floor.market.open_volume("network") == 100
    assert floor.market.book.off_book is None


def test_reduce_only_ends_at_the_mark_to_market_after_the_position(floor):
    floor.submit()
    floor.order("taker", SELL, 100, 90)
    floor.block()
    floor.cancel(method=AMMCancelMethod.REDUCE_ONLY)
    assert floor.market.book.best_bid() == 50
    floor.order("taker", BUY, 100, 150)
    assert floor.statuses()[-1] == "REDUCE_ONLY"
    floor.block()
    assert floor.statuses()[-1] == "CANCELLED"
    assert floor.funds() == (0, 0)


def test_an_amendment_undoes_reduce_only(floor):
    floor.submit()
    floor.cancel(method=AMMCancelMethod.REDUCE_ONLY)
    assert floor.quotes() == (50, 200)
    floor.amend()
    assert floor.statuses() == ["ACTIVE", "REDUCE_ONLY", "REDUCE_ONLY", "ACTIVE"]
    assert floor.quotes() == (99, 101)


def test_settlement_returns_everything(floor):
    floor.submit()
    floor.order("taker", SELL, 100, 90)
    floor.block()
    sources = floor.exchange.data_sources
    sources.submit(("oracle",), {"end": "true"})
    sources.submit(("oracle",), {"price": "90"})
    assert floor.statuses()[-1] == "STOPPED"
    assert floor.funds() == (0, 0)
    assert floor.transfers[-1][0] != "TRANSFER_TYPE_AMM_LOW"
    assert floor.exchange.collateral.balance(AccountType.SETTLEMENT, "USD", market="M") == 0


# -- bases that follow a data source ---------------------------------------------------------------------------------


@pytest.fixture
def perpetual(make_floor):
    floor = make_floor(perpetual=True)
    floor.order("maker", BUY, 1, 100)
    floor.order("taker", SELL, 1, 100)
    floor.order("maker", BUY, 1000, 50)
    floor.order("maker", SELL, 1000, 200)
    floor.block()
    return floor


def feed(floor, price):
    floor.block()
    seconds = floor.exchange.now // 10**9
    floor.exchange.data_sources.submit(("oracle",), {"price": str(price)}, {"eth-block-time": str(seconds)})


def test_it_waits_for_the_first_price_and_then_follows(perpetual, wanted):
    floor = perpetual
    trigger = Decimal("0.05")
    floor.submit(wanted=wanted(0, 85, 150, data_source_id="a" * 64), minimum_price_change_trigger=trigger)
    assert floor.statuses() == ["PENDING"]
    assert floor.quotes() == (50, 200)
    assert floor.events[-1].base == 0
    feed(floor, 100)
    assert floor.statuses()[-1] == "ACTIVE"
    assert floor.quotes() == (99, 101)
    feed(floor, 104)  # |100 / 104 - 1| is below the trigger
    assert floor.events[-1].base == 100
    feed(floor, 110)
    assert floor.events[-1].base == 110
    feed(floor, 160)  # out of bounds
    assert floor.events[-1].base == 110


def test_a_new_data_source_inherits_the_base_if_that_lies_within_the_bounds(perpetual, wanted):
    floor = perpetual
    floor.submit()
    floor.amend(concentrated_liquidity_parameters=wanted(120, 85, 150, data_source_id="b" * 64))
    assert (floor.statuses()[-1], floor.events[-1].base) == ("ACTIVE", 100)
    floor.amend(concentrated_liquidity_parameters=wanted(None, 110, 150, data_source_id="c" * 64))
    assert (floor.statuses()[-1], floor.events[-1].base) == ("PENDING", 0)


# -- state -----------------------------------------------------------------------------------------------------------


def test_a_saved_market_goes_on_as_the_original(floor):
    floor.submit()
    floor.submit("other", amount=30_000)
    floor.order("taker", SELL, 60, 90)
    floor.block()
    copy = pickle.loads(pickle.dumps(floor.exchange))
    for exchange in (floor.exchange, copy):
        exchange.end_block()
        exchange.set_time(exchange.now + 10**9)
    books = [exchange.markets["M"].book for exchange in (floor.exchange, copy)]
    assert books[0].best_bid_and_volume() == books[1].best_bid_and_volume()
    assert books[0].best_ask_and_volume() == books[1].best_ask_and_volume()
    makers = copy.markets["M"].amm
    assert copy.markets["M"].book.off_book is makers.liquidity
    assert makers.liquidity.pools[0] is makers.pools["owner"]
    assert makers.providers[0].pool is makers.pools["owner"]
    assert makers.pools["owner"].positions is copy.markets["M"].positions


def test_fill_or_kill_counts_market_makers(floor):
    floor.submit()
    killed = floor.order("taker", BUY, 500, 150, time_in_force=TimeInForce.FOK)
    assert not killed.trades
    filled = floor.order("taker", BUY, 291, 150, time_in_force=TimeInForce.FOK)
    assert [(trade.size, trade.price) for trade in filled.trades] == [(291, 122)]


def test_a_market_order_to_buy_gets_nothing_beyond_the_last_ask(make_floor):
    floor = make_floor()
    floor.submit()
    market_order = {"type": OrderType.MARKET, "time_in_force": TimeInForce.IOC}
    assert not floor.order("taker", BUY, 5, 0, **market_order).trades
    assert floor.order("taker", SELL, 5, 0, **market_order).trades
