"""Auctions of a spot market: fees locked, assets exchanged, what is given back (05 §3.4)."""

from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.markets.auctions import enter_or_extend_long_block
from vega_mesa.protocol.markets.states import MarketState, TradingMode
from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus, PeggedReference, TimeInForce

# Half of infrastructure (2 %) and liquidity fee (4 %) of a buy of 10 at 100: 10 + 20.


def test_entering_locks_the_buyers_half_of_the_fees(auction):
    assert auction.held("maker", "USD") == 1_030
    assert auction.market.holdings.of(auction.resting).fee == 30


def test_who_cannot_pay_the_fees_of_the_auction_is_cancelled(make):
    stage = make().open().fund("maker", usd=1_070)
    order = stage.place("maker", BUY, 10, 100).order
    stage.exchange.collateral.withdraw("maker", "USD", 41)
    stage.breach()
    assert order.status is OrderStatus.CANCELLED
    assert (stage.held("maker", "USD"), stage.general("maker", "USD")) == (0, 1_029)


def test_a_new_buy_in_an_auction_locks_its_fee_and_a_sell_does_not(auction):
    auction.fund("buyer", usd=1_030).fund("seller", btc=10)
    auction.place("buyer", BUY, 10, 100)
    auction.place("seller", SELL, 10, 200)
    assert auction.held("buyer", "USD") == 1_030
    assert (auction.held("seller", "BTC"), auction.held("seller", "USD")) == (10, 0)
    assert auction.market.holdings.of(auction.resting).quantity == 1_000


def test_an_amended_sell_in_an_auction_locks_a_fee_in_the_base_asset(auction):
    auction.fund("seller", btc=50)
    order = auction.place("seller", SELL, 10, 200).order
    assert not auction.amend("seller", order, price=100).error
    assert auction.held("seller", "BTC") == 10 + 30


def test_after_a_price_auction_both_sides_pay_half_and_locks_are_released(auction):
    auction.fund("seller", btc=10)
    auction.place("seller", SELL, 4, 100)
    auction.tick(12)
    assert auction.market.trading_mode is TradingMode.CONTINUOUS
    # four at 100: infrastructure 4 and liquidity 8 from each side
    assert auction.general("seller", "USD") == 400 - 12
    assert auction.held("maker", "USD") == 600  # six are left, without a fee
    assert auction.general("maker", "USD") == 10_000 - 400 - 12 - 600
    assert not auction.market.holdings.of(auction.resting).fee


def test_a_better_uncrossing_price_stays_locked_until_the_order_is_done(make):
    stage = make().fund("buyer", usd=1_000).fund("seller", btc=5)
    stage.place("buyer", BUY, 5, 110)
    stage.place("seller", SELL, 3, 90)
    stage.tick(2)
    assert stage.trades[0].price == 100
    assert stage.held("buyer", "USD") == 550 - 300
    stage.place("seller", SELL, 2, 110)
    assert stage.held("buyer", "USD") == 0


def test_many_small_trades_give_back_more_than_the_fee_that_was_locked(auction):
    """The rest comes out of whatever the party has in its holding account."""
    auction.fund("small", usd=1_000).fund("seller", btc=40)
    other = auction.place("small", BUY, 1, 90).order
    order = auction.place("small", BUY, 8, 10).order
    lock = auction.market.holdings.of(order)
    held = auction.held("small", "USD")
    assert (lock.quantity, lock.fee) == (80, 1 + 2)
    for _ in range(4):
        auction.market.holdings.release_for_trade(order, 10, 1)
    assert (lock.quantity, lock.fee) == (40, 0)
    assert auction.held("small", "USD") == held - 44
    assert auction.market.holdings.of(other).quantity == 90


def test_nobody_pays_after_a_long_block(make):
    stage = make().open().fund("maker", usd=10_000).fund("seller", btc=10)
    stage.place("maker", BUY, 10, 100)
    enter_or_extend_long_block(stage.market, 5)
    assert stage.held("maker", "USD") == 1_030
    stage.place("seller", SELL, 4, 100)
    stage.tick(6)
    assert stage.general("seller", "USD") == 400
    assert stage.trades[-1].seller_fee.liquidity == 8  # shown, not paid
    assert stage.held("maker", "USD") == 600


def test_a_resumed_suspension_charges_the_buyer(spot):
    spot.fund("maker", usd=10_000).fund("seller", btc=10)
    spot.exchange.update_market_state(
        UpdateMarketState(market_id=spot.market.id, update_type="MARKET_STATE_UPDATE_TYPE_SUSPEND", price=None)
    )
    assert spot.market.trading_mode is TradingMode.SUSPENDED_VIA_GOVERNANCE
    spot.place("maker", BUY, 10, 100)
    spot.place("seller", SELL, 10, 100)
    spot.exchange.update_market_state(
        UpdateMarketState(market_id=spot.market.id, update_type="MARKET_STATE_UPDATE_TYPE_RESUME", price=None)
    )
    assert spot.market.state is MarketState.ACTIVE
    assert spot.general("seller", "USD") == 1_000 + 10
    assert spot.general("maker", "USD") == 10_000 - 1_000 - 70
    assert spot.held("maker", "USD") == 0


def test_good_for_normal_orders_go_and_pegs_are_parked_when_an_auction_starts(make):
    stage = make().open().fund("maker", usd=10_000)
    stage.place("maker", BUY, 1, 100)
    good = stage.place("maker", BUY, 1, 95, time_in_force=TimeInForce.GFN).order
    peg = stage.place("maker", BUY, 1, peg=(PeggedReference.BEST_BID, 2)).order
    stage.breach()
    assert good.status is OrderStatus.CANCELLED
    assert peg.status is OrderStatus.PARKED
    assert stage.held("maker", "USD") == 100 + 1 + 2


def test_a_pegged_order_sent_in_an_auction_is_parked_without_funds(auction):
    auction.fund("poor", usd=1)
    outcome = auction.place("poor", BUY, 5, peg=(PeggedReference.BEST_BID, 2))
    assert outcome.order.status is OrderStatus.PARKED
    assert auction.held("poor", "USD") == 0


def test_a_self_trade_happens_in_an_auction(make):
    stage = make().fund("both", usd=500, btc=5)
    stage.place("both", BUY, 5, 100)
    stage.place("both", SELL, 5, 100)
    stage.tick(2)
    assert len(stage.trades) == 1
    assert (stage.general("both", "USD"), stage.general("both", "BTC")) == (500, 5)


def test_an_opening_auction_that_lasts_too_long_cancels_the_market(make):
    stage = make().fund("buyer", usd=500)
    stage.exchange.set_parameter("market.auction.minimumDuration", "1s")
    stage.exchange.set_parameter("market.auction.maximumDuration", "10s")
    order = stage.place("buyer", BUY, 5, 100).order
    stage.tick(11)
    assert stage.market.state is MarketState.CANCELLED
    assert order.status is OrderStatus.CANCELLED
    assert (stage.held("buyer", "USD"), stage.general("buyer", "USD")) == (0, 500)


def test_the_mark_price_is_the_last_traded_price_at_the_end_of_a_block(spot):
    spot.exchange.set_parameter("network.markPriceUpdateMaximumFrequency", "0s")
    spot.fund("maker", btc=5).fund("taker", usd=1_000)
    spot.place("maker", SELL, 1, 104)
    spot.place("taker", BUY, 1, 104)
    assert (spot.market.mark_price, spot.market.last_traded_price) == (100, 104)
    spot.tick(5)
    assert spot.market.mark_price == 104
    assert spot.market.market_data().open_interest == 0
