"""What is recorded of a market by party and epoch (0056-REWA)."""

from __future__ import annotations

import pickle
from decimal import Decimal
from types import SimpleNamespace

import pytest

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.fees.fee import NO_FEE, Fee
from vega_mesa.protocol.market_activity import MarketActivity, MarketTracker
from vega_mesa.protocol.market_activity.party import SCALE
from vega_mesa.protocol.matching.order import BUY, NETWORK, Trade, TradeType

SECOND = 10**9


def market(id="market", asset="dollar", decimals=0, position_decimals=0, mark=None, proposer="proposer"):
    return SimpleNamespace(
        id=id,
        asset=asset,
        asset_decimals=decimals,
        position_scale=Scale(position_decimals),
        proposer=proposer,
        mark_price=mark,
        positions=SimpleNamespace(by_party={}),
    )


def trade(buyer, seller, size, price, second=0, fee=None):
    made = Trade("market", price, price, size, BUY, buyer, seller, "b", "s", second * SECOND)
    made.buyer_fee, made.seller_fee = fee, NO_FEE if fee else None
    return made


class Book:
    """A tracker with a clock in seconds; the epoch begins at 0."""

    def __init__(self, **terms):
        self.market = market(**terms)
        self.tracker = MarketTracker(self.market, has_positions=True)
        self.start = 0

    def trade(self, second, *trades):
        return self.tracker.on_trades(trades, second * SECOND, self.start * SECOND)

    def end(self, second):
        self.tracker.close_epoch(second * SECOND, self.start * SECOND)
        self.start = second
        return self.tracker.history[-1]


def test_average_notional_of_the_worked_example():
    """06 §6.12: positions from before, trades at 0 and 5 seconds, the epoch ends at 12 with a mark of 999."""
    book = Book(mark=1000)
    book.start = -12
    book.trade(-12, trade("aux1", "aux2", 10, 1000))
    book.end(0)
    book.trade(0, trade("party1", "party2", 5, 1001))
    book.trade(5, trade("aux1", "aux2", 5, 999))
    book.market.mark_price = 999
    epoch = book.end(12)
    assert epoch.notionals == {"aux1": 12907, "aux2": 12907, "party1": 4995, "party2": 4995}
    assert epoch.positions["party1"] == 5 * SCALE


def test_average_is_not_reset_but_drops_out_with_the_next_change():
    book = Book(mark=100)
    book.trade(0, trade("a", "b", 4, 100))
    assert book.end(10).positions["a"] == 4 * SCALE
    book.trade(15, trade("b", "a", 4, 100))
    assert book.end(20).positions["a"] == 2 * SCALE
    assert book.end(30).positions["a"] == 0, "the epoch after is still recorded, with 0"
    assert "a" not in book.end(40).positions


def test_value_is_revalued_at_the_mark_only_at_the_end():
    book = Book(mark=None)
    book.trade(0, trade("a", "b", 3, 100))
    assert book.end(10).notionals["a"] == 300
    book.market.mark_price = 200
    assert book.end(20).notionals["a"] == 600


def test_returns_need_a_payment_that_is_not_zero():
    """A zero amount leaves no entry: the epoch is absent, not 0; amounts that cancel out leave 0."""
    book = Book(mark=100, decimals=1)
    book.trade(0, trade("a", "b", 2, 100), trade("c", "d", 2, 100))
    book.tracker.on_gains([("a", 0), ("c", 5)], [("b", 0), ("d", 40), ("c", 5)], funding=False)
    epoch = book.end(10)
    assert epoch.returns == {"c": Decimal(0), "d": Decimal(2)}


def test_gains_of_strangers_and_of_the_network_are_ignored():
    book = Book(mark=100)
    book.trade(0, trade("a", NETWORK, 1, 100))
    book.tracker.on_gains([("stranger", 5), (NETWORK, 5)], [], funding=False)
    epoch = book.end(10)
    assert epoch.returns == {}
    assert epoch.positions.keys() == {"a"}
    assert epoch.notionals.keys() == {"a", NETWORK}, "the network's value is tracked all the same"


def test_value_of_the_network_changes_with_its_trades_not_with_a_takeover():
    book = Book(mark=100)
    book.trade(0, trade("a", "b", 1, 100))
    book.tracker.on_close_out("a", 100, 5 * SECOND, 0)
    book.trade(6, trade("c", NETWORK, 1, 100))
    assert book.end(10).notionals[NETWORK] == 0
    assert NETWORK not in book.end(20).notionals


@pytest.mark.parametrize(
    ("trades", "realised"),
    [
        ((("a", "b", 10, 100), ("b", "a", 4, 90)), -40),
        ((("a", "b", 10, 100), ("b", "a", 15, 90)), -100),
        ((("b", "a", 10, 100), ("a", "b", 4, 90)), 40),
        ((("b", "a", 10, 100), ("a", "b", 10, 90)), 100),
        ((("a", "b", 10, 100), ("b", "a", 1, 100)), 0),
    ],
    ids=["reduced long", "flipped long", "reduced short", "closed short", "nothing won is recorded too"],
)
def test_realised_return_of_reducing_trades(trades, realised):
    book = Book(mark=100)
    for buyer, seller, size, price in trades:
        book.trade(1, trade(buyer, seller, size, price))
    assert book.end(10).realised["a"] == realised


def test_opening_trades_realise_nothing_and_a_close_out_realises_at_the_mark():
    book = Book(mark=100, position_decimals=1)
    book.trade(0, trade("a", "b", 10, 100))
    assert book.end(10).realised == {}
    book.tracker.on_close_out("a", 70, 12 * SECOND, 10 * SECOND)
    assert book.end(20).realised == {"a": Decimal(-30)}


def test_funding_is_a_gain_and_realised_unscaled():
    book = Book(mark=100, decimals=2)
    book.trade(0, trade("a", "b", 1, 100))
    book.tracker.on_gains([("a", 300)], [("b", 300)], funding=True)
    epoch = book.end(10)
    assert epoch.realised == {"a": Decimal(-300), "b": Decimal(300)}
    assert epoch.returns == {"a": Decimal(-3), "b": Decimal(3)}


def test_gains_of_assets_with_many_decimals_are_rounded_to_sixteen_places_each():
    book = Book(mark=100, decimals=18)
    book.trade(0, trade("a", "b", 1, 100))
    book.tracker.on_gains([("a", 149), ("a", 150)], [], funding=False)
    assert book.end(10).returns["a"] == Decimal("-0.0000000000000003")


def test_fees_paid_and_received():
    book = Book()
    book.trade(0, trade("a", "b", 1, 100, fee=Fee(5, 4, 3, 2, 1, high_volume_maker=7)))
    book.tracker.on_liquidity_receipt("c", 9)
    epoch = book.end(10)
    assert epoch.maker_paid == {"a": 5}
    assert epoch.maker_received == {"b": 12}, "a rebate counts as maker fee received"
    assert epoch.fees_paid == {"a": 15}, "but not as a fee paid"
    assert epoch.lp_received == {"c": 9}
    assert book.end(20).fees_paid == {}


def test_fees_of_close_outs_are_nobodys():
    """04 §6.7: the insurance pool pays them, and the maker's part earns neither rewards nor rebates."""
    book = Book(mark=100)
    sold = trade(NETWORK, "maker", 5, 100, fee=Fee(5, 2, 1))
    sold.type = TradeType.NETWORK_CLOSE_OUT_GOOD
    book.trade(0, sold)
    epoch = book.end(10)
    assert not epoch.maker_received
    assert not epoch.fees_paid
    assert epoch.notional_volume == 500


def test_volumes_are_cut_trade_by_trade_and_values_order_by_order():
    book = Book(position_decimals=1)
    assert book.trade(0, trade("a", "b", 1, 15), trade("a", "b", 1, 15)) == 3
    assert book.end(10).notional_volume == 2
    assert book.tracker.value_traded == 3


def test_highest_volume_starts_at_what_is_carried_over():
    book = Book(mark=100)
    book.trade(0, trade("a", "b", 5, 100), trade("b", "a", 4, 100))
    book.end(10)
    assert (book.tracker.highest["a"], book.tracker.traded["a"]) == (5, 9)
    book.end(20)
    assert book.tracker.highest == {"a": 1, "b": 1}
    assert book.tracker.traded == {}


def test_a_position_that_was_not_followed_counts_as_held_since_the_epoch_began():
    book = Book(mark=100)
    held = SimpleNamespace(size=-3, average_entry_price=90)
    book.market.positions.by_party = {"a": held}
    book.tracker.adopt_positions(0)
    book.trade(5, trade("a", "b", 3, 100))
    epoch = book.end(10)
    assert epoch.positions["a"] == 3 * SCALE // 2
    assert epoch.realised == {"a": Decimal(-30)}


def test_trackers_survive_pickling():
    book = Book(mark=100)
    book.trade(0, trade("a", "b", 5, 100, fee=Fee(1)))
    copy = pickle.loads(pickle.dumps(book.tracker))
    assert copy.parties["a"].values() == book.tracker.parties["a"].values()


# -- all markets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def activity():
    collateral = Collateral(EventBus())
    collateral.enable_asset("dollar", Decimal(10))
    collateral.enable_asset("euro")
    found = MarketActivity(collateral)
    found.start_recording()
    return found


def epoch(sequence, start, end=0):
    return Epoch(sequence=sequence, start=start * SECOND, expiry=start * SECOND, end=end * SECOND)


def test_taker_notional_is_cut_to_quanta_order_by_order_and_forgotten_at_the_start(activity):
    futures = market(position_decimals=1)
    activity.add_market(futures)
    activity.on_trades(futures, [trade("a", "b", 3, 100), trade("a", "b", 3, 100)], 0, "a")
    activity.on_trades(futures, [trade("a", "b", 3, 100)], 0, "a")
    assert activity.taker_notional("a") == 6 + 3
    activity.on_trades(futures, [trade("a", "b", 300, 100)], 0)
    assert activity.taker_notional("a") == 9, "uncrossing an auction has no taker"
    activity.on_epoch_start(epoch(1, 10))
    assert activity.taker_notionals() == {}


def test_maker_fees_are_cut_to_quanta_by_market_and_epoch(activity):
    dollars, euros = market(), market("other", "euro")
    activity.add_market(dollars)
    activity.add_market(euros, has_positions=False)
    for end in (10, 20):
        activity.on_trades(dollars, [trade("a", "b", 1, 100, fee=Fee(15))], 0, "a")
        activity.on_trades(euros, [trade("a", "b", 1, 100, fee=Fee(15))], 0, "a")
        activity.on_epoch_end(epoch(0, end - 10, end))
    assert activity.maker_fees_received(1) == {"b": 1 + 15}
    assert activity.maker_fees_received(5) == {"b": 2 + 30}


def test_an_ended_market_stays_until_the_next_epoch_starts(activity):
    activity.add_market(market())
    activity.remove_market("market")
    assert activity.is_tracked("dollar", "market")
    activity.on_epoch_start(epoch(1, 10))
    assert not activity.is_tracked("dollar", "market")


def test_scope_is_the_listed_markets_of_the_asset(activity):
    for id, asset in (("one", "dollar"), ("two", "dollar"), ("three", "euro")):
        activity.add_market(market(id, asset))
    ids = [[t.id for t in activity.in_scope(*scope)] for scope in (("dollar",), ("dollar", ("two", "three")), ("",))]
    assert ids == [["one", "two"], ["two"], ["one", "two", "three"]]
