"""Orders of a spot market: who may trade what, what is locked, what moves (05 §3.2, 3.3)."""

import pickle

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.trading import OrderSubmission, UpdateMarginMode
from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus, PeggedReference, TimeInForce

ID = "BTC/USD"
NOT_COVERED = "party does not have sufficient balance to cover the trade and fees"


def test_a_resting_buy_locks_its_value_and_a_sell_its_size(spot):
    spot.fund("buyer", usd=2_000).fund("seller", btc=5)
    spot.place("buyer", BUY, 3, 90)
    spot.place("seller", SELL, 2, 110)
    assert (spot.held("buyer", "USD"), spot.general("buyer", "USD")) == (270, 1_730)
    assert (spot.held("seller", "BTC"), spot.general("seller", "BTC")) == (2, 3)


def test_a_new_buy_needs_its_value_and_the_fees_it_would_pay_as_aggressor(spot):
    spot.fund("poor", usd=1069)
    assert spot.place("poor", BUY, 10, 100).error == NOT_COVERED  # 1000 + 10 + 20 + 40
    assert not spot.orders  # no event tells
    spot.fund("poor", usd=1)
    assert not spot.place("poor", BUY, 10, 100).error


def test_the_opening_auction_asks_for_no_fees(make):
    stage = make().fund("poor", usd=1_000)
    assert not stage.place("poor", BUY, 10, 100).error
    assert stage.held("poor", "USD") == 1_000


def test_a_party_needs_an_account_of_what_it_pays_with(spot):
    spot.fund("buyer", usd=100)
    assert spot.place("buyer", SELL, 1, 110).error == "party has insufficient balance in asset"
    assert spot.orders[-1].reason == "INSUFFICIENT_ASSET_BALANCE"
    assert spot.orders[-1].status is OrderStatus.REJECTED


def test_an_aggressive_seller_pays_its_fees_out_of_the_proceeds(spot):
    spot.fund("buyer", usd=2_000).fund("seller", btc=10)
    spot.place("buyer", BUY, 10, 100)
    assert len(spot.place("seller", SELL, 10, 100).trades) == 1
    assert (spot.general("seller", "USD"), spot.general("seller", "BTC")) == (930, 0)
    assert (spot.general("buyer", "USD"), spot.general("buyer", "BTC")) == (1_010, 10)  # the maker fee is the buyer's
    assert spot.held("buyer", "USD") == 0


def test_an_aggressive_buyer_pays_the_resting_price_and_fees_of_each_trade(spot):
    spot.fund("maker", btc=2).fund("taker", usd=1_000)
    spot.place("maker", SELL, 1, 101)
    spot.place("maker", SELL, 1, 102)
    spot.place("taker", BUY, 2, 105)
    # each component is rounded up trade by trade: 2 + 3 + 5 for 101, 2 + 3 + 5 for 102
    assert spot.general("taker", "USD") == 1_000 - 101 - 102 - 10 - 10
    assert spot.held("taker", "USD") == 0


def test_what_is_left_of_an_order_is_locked_before_it_is_paid(spot):
    spot.fund("maker", usd=1_000).fund("seller", btc=10)
    spot.place("maker", BUY, 4, 100)
    spot.place("seller", SELL, 10, 100)
    assert (spot.held("seller", "BTC"), spot.general("seller", "BTC")) == (6, 0)


def test_a_market_buy_is_stopped_only_by_the_price_of_its_trades(spot):
    spot.fund("maker", btc=20).fund("poor", usd=1_000)
    spot.place("maker", SELL, 20, 101)
    assert spot.take("poor", BUY, 10).error == "insufficient funds for order"
    assert spot.orders[-1].reason == "INTERNAL_ERROR"
    assert not spot.take("poor", BUY, 9).error


def test_a_market_sell_needs_its_whole_size(spot):
    spot.fund("poor", btc=5)
    assert spot.take("poor", SELL, 6).error == NOT_COVERED


def test_fees_are_divided_by_the_position_factor_in_the_check_of_trades(make):
    stage = make(places=(0, 2), decimals=(2, 0)).open(price=100).fund("maker", btc=100).fund("poor", usd=100)
    stage.place("maker", SELL, 100, 100)  # one whole BTC
    outcome = stage.take("poor", BUY, 100)
    assert not outcome.error  # value 100; fees of 7 count as less than 1
    assert stage.general("poor", "USD") == 0  # and are paid as far as the account reaches: not at all
    assert stage.general("poor", "BTC") == 100


def test_a_post_only_order_that_would_trade_is_stopped(spot):
    spot.fund("maker", btc=2).fund("taker", usd=1_000)
    spot.place("maker", SELL, 1, 101)
    outcome = spot.place("taker", BUY, 1, 101, post_only=True)
    assert outcome.error == "OrderError: post only order would trade"
    assert spot.orders[-1].status is OrderStatus.STOPPED


def test_a_trade_with_oneself_does_not_happen(spot):
    spot.fund("both", usd=1_000, btc=5)
    spot.place("both", SELL, 1, 101)
    outcome = spot.place("both", BUY, 1, 101)
    assert not outcome.trades
    assert outcome.order.reason == "SELF_TRADING"
    assert spot.held("both", "USD") == 0


def test_rounding_crumbs_are_released_when_an_order_is_done(make):
    stage = make(places=(0, 1), decimals=(1, 0)).open(price=100).fund("maker", usd=100).fund("seller", btc=10)
    stage.place("maker", BUY, 3, 101)  # floor(3 * 101 / 10) = 30
    assert stage.held("maker", "USD") == 30
    for _ in range(3):
        stage.place("seller", SELL, 1, 101)  # floor(10.1) each
    assert stage.held("maker", "USD") == 0
    assert stage.general("maker", "USD") == 100 - 30 + 3  # three maker fees of 1


def test_an_iceberg_locks_for_its_hidden_volume_too(spot):
    spot.fund("maker", usd=2_000)
    spot.place("maker", BUY, 10, 90, peak=2)
    assert spot.held("maker", "USD") == 900


def test_cancelling_releases_what_was_locked(spot):
    spot.fund("maker", usd=2_000, btc=3)
    first = spot.place("maker", BUY, 10, 90).order
    spot.place("maker", SELL, 3, 120)
    assert not spot.cancel("maker", first).error
    assert spot.held("maker", "USD") == 0
    assert not spot.cancel("maker", None).error
    assert (spot.held("maker", "BTC"), spot.general("maker", "BTC")) == (0, 3)


def test_an_order_expires_and_its_funds_come_back(spot):
    spot.fund("maker", usd=1_000)
    expiry = spot.exchange.now + 10**9
    spot.place("maker", BUY, 1, 90, time_in_force=TimeInForce.GTT, expires_at=expiry)
    spot.tick(2)
    assert (spot.held("maker", "USD"), spot.general("maker", "USD")) == (0, 1_000)


def test_only_listed_parties_may_sell(make):
    stage = make(allowed_sellers=("closer",)).open().fund("other", usd=500, btc=5)
    assert stage.place("other", SELL, 1, 110).error == "sell order not allowed"
    assert stage.orders[-1].reason == "SELL_ORDER_NOT_ALLOWED"
    assert not stage.place("other", BUY, 1, 90).error


def test_there_is_no_margin_mode(spot):
    assert spot.execute("opener", UpdateMarginMode(market_id=spot.market.id, isolated=True)).error


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_peg_without_a_reference_is_refused_and_nothing_tells(spot, side):
    spot.fund("maker", usd=1_000, btc=10)
    reference = PeggedReference.BEST_BID if side is BUY else PeggedReference.BEST_ASK
    assert spot.place("maker", side, 1, peg=(reference, 1)).error == "unable to reprice"
    assert not spot.orders


def test_a_peg_moves_with_its_reference_and_locks_anew(spot):
    spot.fund("maker", usd=1_000).fund("other", usd=1_000)
    touch = spot.place("other", BUY, 1, 95).order
    spot.place("maker", BUY, 2, peg=(PeggedReference.BEST_BID, 5))
    assert spot.held("maker", "USD") == 180
    spot.amend("other", touch, price=97)
    assert spot.held("maker", "USD") == 184


def test_a_peg_that_its_party_can_no_longer_pay_for_is_stopped(spot):
    spot.fund("maker", usd=180).fund("other", usd=1_000)
    touch = spot.place("other", BUY, 1, 95).order
    peg = spot.place("maker", BUY, 2, peg=(PeggedReference.BEST_BID, 5)).order
    spot.amend("other", touch, price=97)
    assert spot.market.find_order(peg.id) is None
    assert spot.orders[-1].status is OrderStatus.STOPPED
    assert (spot.held("maker", "USD"), spot.general("maker", "USD")) == (0, 180)


def test_a_restored_market_goes_on_alike(spot):
    spot.fund("maker", usd=2_000, btc=3).fund("seller", btc=10)
    spot.place("maker", BUY, 10, 90, peak=2)
    spot.place("maker", SELL, 1, 120)
    spot.place("maker", SELL, 1, peg=(PeggedReference.MID, 1))
    twin = pickle.loads(pickle.dumps(spot.exchange, 5))  # our own copy
    command = OrderSubmission(market_id=ID, side=SELL, size=4, price=90)
    for exchange in (spot.exchange, twin):
        exchange.execute("seller", command, "f" * 64)
        exchange.end_block()
        exchange.set_time(exchange.now + 10**9)
    balances = [
        {key: account.balance for key, account in exchange.collateral.accounts.items()}
        for exchange in (spot.exchange, twin)
    ]
    assert balances[0] == balances[1]


def test_the_market_has_fee_accounts_and_no_insurance_pool(spot):
    accounts = {account.type for account in spot.exchange.collateral.accounts.values() if account.market}
    assert accounts == {
        AccountType.FEES_LIQUIDITY,
        AccountType.FEES_MAKER,
        AccountType.LIQUIDITY_FEES_BONUS_DISTRIBUTION,
    }
