"""What agents do and see, on a real market: refusals are answers, mistakes are raised, numbers are people's."""

from decimal import Decimal

import pytest

from vega_mesa.agent import VegaAgent
from vega_mesa.agents import MarketManager, OpeningAuctionPair
from vega_mesa.errors import (
    ConfigError,
    InvalidAmount,
    InvalidCommand,
    InvalidTime,
    UnknownAsset,
    UnknownMarket,
    UsageError,
)
from vega_mesa.model import VegaModel
from vega_mesa.units import MarketUnits


class Trader(VegaAgent):
    def initialise(self):
        self.fund("USDT", {"poor": 10, "rich": 1_000_000}.get(self.key, 100_000))


class Stage(VegaModel):
    def __init__(self, kind="builtin", **terms):
        super().__init__(rng=1, num_steps=1000, **terms)
        MarketManager(self, asset_kind=kind)
        OpeningAuctionPair(self, price=1000.0, size=1.0)
        for key in ("alice", "bob", "poor", "rich"):
            Trader(self, key=key)


@pytest.fixture
def model():
    model = Stage()
    while not (model.step_count and model.agent("alice").is_continuous()):
        model.step()
    return model


@pytest.fixture
def alice(model):
    return model.agent("alice")


@pytest.fixture
def bob(model):
    return model.agent("bob")


# -- orders ----------------------------------------------------------------------------------------------------------


def test_a_limit_order_rests_and_is_seen(alice, bob):
    receipt = alice.submit_order("BTC/USDT", side="buy", size=0.5, price=999.5)
    assert receipt and receipt.accepted and receipt.error is None and receipt.status == "ACTIVE"
    assert receipt.remaining == 0.5 and receipt.filled == 0 and receipt.average_price is None
    assert bob.best_bid() == 999.5 and bob.best_bid("BTC/USDT") == 999.5
    assert bob.depth("buy")[0] == (999.5, 0.5, 1)
    assert [order.id for order in alice.orders()] == [receipt.order_id]
    assert bob.best_ask() is None and bob.mid_price() is None and bob.spread() is None


def test_a_market_order_trades_and_moves_positions(alice, bob):
    alice.submit_order(None, "sell", 0.5, 1001.0)
    alice.submit_order(None, "sell", 0.5, 1002.0)
    receipt = bob.buy(0.8)
    assert receipt.filled == 0.8 and receipt.average_price == pytest.approx((0.5 * 1001 + 0.3 * 1002) / 0.8)
    assert receipt.status == "FILLED" and len(receipt.trades) == 2
    assert (alice.position(), bob.position()) == (-0.8, 0.8)
    assert bob.last_price() == 1002.0
    assert bob.margin() > 0 and bob.general() == bob.balance("USDT") < 100_000


def test_a_receipt_shows_the_order_as_it_stands_when_asked(alice, bob):
    receipt = alice.submit_order(None, "sell", 1, 1001)
    bob.buy(0.25)
    assert receipt.remaining == 0.75 and receipt.filled == 0


def test_what_the_protocol_refuses_is_an_answer(model, alice, bob):
    bob.submit_order(None, "sell", 1, 1001)
    poor = model.agent("poor")
    refused = poor.submit_order(None, "buy", 100, 1000)
    assert not refused and refused.error and "margin" in refused.error
    crossing = alice.submit_order(None, "buy", 0.1, 1002, post_only=True)
    assert crossing.error == "post only order would trade"
    assert crossing.transaction.error == "OrderError: post only order would trade"
    assert crossing.status in ("STOPPED", "REJECTED", "REFUSED")
    assert alice.cancel_order("0" * 64).error == "unable to find the order in the market"
    assert alice.sell(1).error is None  # nobody buys: stopped, not refused


@pytest.mark.parametrize(
    ("arguments", "mistake"),
    [
        ({"size": 0.0001, "price": 1000}, InvalidAmount),
        ({"size": 1, "price": 1000.05}, InvalidAmount),
        ({"size": -1, "price": 1000}, InvalidAmount),
        ({"size": 0, "price": 1000}, InvalidAmount),
        ({"size": 1, "price": -5}, InvalidAmount),
        ({"size": 1, "price": 0}, InvalidCommand),
        ({"size": float("nan"), "price": 1000}, InvalidAmount),
        ({"size": "much", "price": 1000}, InvalidAmount),
        ({"size": 1, "price": 1000, "side": "hold"}, InvalidCommand),
        ({"size": 1, "price": 1000, "time_in_force": "FOREVER"}, InvalidCommand),
        ({"size": 1, "price": 1000, "expires": "soon"}, InvalidTime),
        ({"size": 1, "price": 1000, "time_in_force": "IOC", "expires": 5}, InvalidCommand),
        ({"size": 1, "peg": ("mid", 0)}, InvalidCommand),
        ({"size": 1, "peg": "mid"}, InvalidCommand),
        ({"size": 1, "price": 1000, "iceberg": (2, 3)}, InvalidCommand),
        ({"size": 1, "price": 1000, "market": "ETH/USDT"}, UnknownMarket),
        ({"size": 1, "price": 1000, "reference": 7}, InvalidCommand),
    ],
    ids=str,
)
def test_mistakes_are_raised_and_change_nothing(model, alice, arguments, mistake):
    before = model.chain.state_hash()
    with pytest.raises(mistake) as raised:
        alice.submit_order(**({"market": None, "side": "buy"} | arguments))
    assert isinstance(raised.value, UsageError)
    assert model.chain.state_hash() == before


def test_numbers_may_be_written_as_people_like(alice):
    for size, price in ((0.1, 900), (Decimal("0.1"), Decimal(900)), ("0.1", "900.0"), (0.1 + 0.2, 900.1 + 0.2)):
        assert alice.submit_order(None, "buy", size, price)


def test_rounding_helps(alice):
    assert alice.round_price(1000.26) == 1000.3
    assert (alice.round_price(1000.26, "down"), alice.round_price(1000.21, "up")) == (1000.2, 1000.3)
    assert alice.round_size(0.12345) == 0.123
    assert alice.round_price(0.0) == 0.1  # at least a tick
    with pytest.raises(InvalidAmount):
        alice.round_price(float("nan"))


def test_amending_and_cancelling(alice):
    order = alice.submit_order(None, "buy", 1, 990)
    assert alice.amend_order(order.order_id, price=991, size_change=-0.25)
    assert alice.depth("buy")[0] == (991.0, 0.75, 1)
    assert alice.amend_order(order.order_id, size=2, price=992)
    assert alice.depth("buy")[0] == (992.0, 2.0, 1)
    with pytest.raises(InvalidCommand, match="does not amend anything"):
        alice.amend_order(order.order_id)
    assert alice.cancel_order(order.order_id)
    alice.submit_order(None, "buy", 1, 990)
    alice.submit_order(None, "sell", 1, 1010)
    assert alice.cancel_orders().accepted and not alice.orders()
    alice.submit_order(None, "buy", 1, 990)
    assert alice.cancel_all_orders().accepted and not alice.orders()


def test_orders_expire_are_pegged_and_hide(model, alice, bob):
    alice.submit_order(None, "buy", 1, 990)
    alice.submit_order(None, "sell", 1, 1010)
    assert bob.submit_order(None, "buy", 1, 995, expires=2.0)
    assert bob.submit_order(None, "sell", 1, peg=("best_ask", 1.0))
    assert [level.price for level in bob.depth("sell")] == [1010.0, 1011.0]
    assert bob.submit_order(None, "buy", 1, 994, iceberg=(0.2, 0.1))
    assert {level.price: level.volume for level in bob.depth("buy")}[994.0] in (0.2, 1.0)
    for _ in range(4):
        model.step()
    assert bob.best_bid() == 994.0


def test_a_batch_cancels_amends_and_submits_at_once(model, alice):
    first = alice.submit_order(None, "buy", 1, 990)
    second = alice.submit_order(None, "buy", 1, 991)
    before = len(model.chain.log)
    batch = alice.submit_batch(
        cancel=[first.order_id],
        amend=[alice.amendment(second.order_id, price=992)],
        submit=[alice.order(None, "sell", 1, 1010), alice.order(None, "sell", 1, 1011)],
    )
    assert batch.accepted and len(model.chain.log) == before + 1
    assert [level.price for level in alice.depth("buy")] == [992.0]
    assert [level.price for level in alice.depth("sell")] == [1010.0, 1011.0]
    alice.submit_batch(cancel=[""])
    assert not alice.orders()


def test_stop_orders(model, alice, bob):
    bob.submit_order(None, "sell", 1, 1001)
    bob.submit_order(None, "buy", 2, 980)
    alice.buy(1)
    leg = alice.stop(alice.order(None, "sell", 1, time_in_force="IOC", reduce_only=True), price=985)
    assert alice.submit_stop_order(falls_below=leg).accepted
    model.agent("rich").submit_order(None, "sell", 1, 980)  # trades at 980
    for _ in range(2):
        model.step()
    assert alice.position() == 0
    for arguments in ({}, {"price": 985, "trailing": 0.1}):
        with pytest.raises(InvalidCommand):
            alice.stop(alice.order(None, "sell", 1, reduce_only=True), **arguments)
    with pytest.raises(InvalidCommand):
        alice.submit_stop_order()
    assert alice.cancel_stop_orders().error is None


def test_margin_modes(alice, bob):
    bob.submit_order(None, "sell", 1, 1001)
    assert alice.use_isolated_margin(0.5).accepted
    alice.buy(1)
    assert alice.margin() == pytest.approx(500.5, rel=0.05)
    assert alice.use_cross_margin().accepted
    with pytest.raises(InvalidCommand, match="between 0"):
        alice.use_isolated_margin(2)


# -- liquidity, money, governance ------------------------------------------------------------------------------------


def test_liquidity_is_committed_amended_and_given_up(model, alice):
    assert alice.commit_liquidity(5000, 0.001).accepted
    assert alice.bond() == 5000 and alice.liquidity_commitment() == 5000
    assert alice.commit_liquidity(5000, 0.001).error
    assert alice.amend_liquidity(fee=0.002).accepted
    assert alice.cancel_liquidity().accepted
    with pytest.raises(InvalidAmount):
        alice.commit_liquidity(-1, 0.001)


def test_profit_is_what_one_owns_less_what_one_brought(model, alice, bob):
    alice.submit_order(None, "sell", 10, 1000)
    bob.buy(10)
    model.agent("rich").submit_order(None, "sell", 0.1, 1050)
    bob.buy(0.1)
    model.chain.forward(7)  # the mark price follows every 5 seconds
    assert alice.mark_price() == 1050
    assert alice.profit() == pytest.approx(-500, abs=5) and bob.profit() == pytest.approx(500, abs=20)
    assert alice.equity() == pytest.approx(100_000 + alice.profit())
    withdrawn = alice.withdraw("USDT", 1000)
    assert withdrawn.accepted and alice.profit() == pytest.approx(-500, abs=5)
    alice.mint("USDT", 77)
    model.step()
    assert alice.profit() == pytest.approx(-500, abs=5)
    refused = alice.withdraw("USDT", 10**9)
    assert refused.error == "not enough funds to withdraw"


def test_tokens_cross_the_bridge_in_both_directions():
    model = Stage("token")
    model.step()
    alice = model.agent("alice")
    assert alice.balance("USDT") == 100_000
    token = model.exchange.bridge.token_of(model.market.asset)
    assert token.balance("alice") == 0
    withdrawal = alice.withdraw("USDT", 400)
    assert alice.claim_withdrawal(withdrawal.id).error == "withdrawal not ready"
    model.step()
    assert alice.claim_withdrawal(withdrawal.id).accepted
    assert token.balance("alice") == 400 * 10**6
    assert alice.deposit("USDT", 300).accepted
    assert alice.deposit("USDT", 300).error == "ERC20: transfer amount exceeds balance"
    model.chain.forward("2m")
    assert alice.balance("USDT") == 99_900 and alice.profit() == 0


def test_assets_are_named_by_id_or_symbol(model, alice):
    assert alice.balance("USDT") == alice.balance(model.market.asset) == 100_000
    with pytest.raises(UnknownAsset, match="USDT"):
        alice.balance("EUR")
    for amount in (-1, "x", 1e-9):
        with pytest.raises(InvalidAmount):
            alice.mint("USDT", amount)


def test_tokens_vote_parameters_in(model, alice):
    manager = model.agent("MarketManager-1")
    assert manager.stake() == 10_000 and alice.stake() == 0
    assert manager.dissociate(1000).accepted and manager.stake() == 9000
    name = "market.fee.factors.makerFee"
    proposal = manager.propose_network_parameter(name, "0.05")
    assert manager.proposal_state(proposal.id) == "STATE_OPEN"
    assert alice.vote(proposal.id).error and manager.vote(proposal.id).accepted
    model.chain.forward(6)
    assert manager.proposal_state(proposal.id) == "STATE_ENACTED"
    assert model.exchange.network_parameters.decimal(name) == Decimal("0.05")
    question = manager.propose_freeform("Is it good?")
    manager.vote(question.id, yes=False)
    model.chain.forward(4)
    assert manager.proposal_state(question.id) == "STATE_DECLINED"
    assert manager.proposal_state("none") is None
    assert alice.propose_freeform("Me too").error


def test_a_market_is_suspended_resumed_and_ended_by_vote(model, alice):
    manager = model.agent("MarketManager-1")
    for update, price, state in (
        ("suspend", None, "STATE_SUSPENDED_VIA_GOVERNANCE"),
        ("resume", None, "STATE_ACTIVE"),
        ("terminate", 1010, "STATE_CLOSED"),
    ):
        proposal = manager.propose_market_state("BTC/USDT", update, price)
        manager.vote(proposal.id)
        model.chain.forward(6)
        assert alice.market_state() == state
    assert not alice.is_trading()
    with pytest.raises(ConfigError, match="suspend"):
        manager.propose_market_state("BTC/USDT", "explode")


def test_new_terms_are_voted_in(model):
    from vega_mesa.agents.market_presets import BITCOIN_FUTURE

    manager = model.agent("MarketManager-1")
    proposal = manager.propose_market_update("BTC/USDT", BITCOIN_FUTURE | {"linearSlippageFactor": "0.01"})
    assert proposal.accepted, proposal.error
    manager.vote(proposal.id)
    model.chain.forward(6)
    assert model.market.definition.linear_slippage_factor == Decimal("0.01")


def test_units_of_a_market():
    units = MarketUnits(price_decimals=1, size_decimals=-1, asset_decimals=6, tick_size=5)
    assert (units.price(100.5), units.size(20), units.amount("0.000001")) == (1005, 2, 1)
    assert (units.shown_price(100_500_000), units.shown_size(2)) == (100.5, 20.0)
    assert units.rounded_price(100.3) == 100.5 and units.rounded_size(27) == 20.0
    with pytest.raises(InvalidAmount):
        units.size(25)


# -- what a person reads ---------------------------------------------------------------------------------------------


def test_receipts_and_orders_speak_peoples_units(model, alice, bob):
    resting = alice.submit_order(None, "sell", 0.5, 1001.5, reference="mine")
    assert repr(resting) == "<OrderReceipt sell 0.5 at 1001.5: ACTIVE>"
    assert repr(bob.buy(0.2)) == "<OrderReceipt buy 0.2: FILLED 0.2 at 1001.5>"
    assert repr(alice.cancel_order("0" * 64)) == "<OrderReceipt unable to find the order in the market>"
    assert alice.open_orders() == [(resting.order_id, "sell", 1001.5, 0.5, 0.3, "GTC", "mine")]
    poor = model.agent("poor").buy(100, 1000)
    assert repr(poor) == f"<OrderReceipt buy 100 at 1000: {poor.error}>"


def test_who_has_too_little_money_is_told_how_to_get_more(model):
    refused = model.agent("poor").buy(100, 1000)
    assert refused.transaction.error == "margin check failed"
    assert refused.error == "margin check failed (a smaller order, or more money: fund)"


def test_mistakes_are_told_in_the_words_of_the_call(alice):
    for call, text in (
        (lambda: alice.submit_order(None, "by", 1, 1000), "side 'by' is not one of buy, sell"),
        (lambda: alice.depth("by"), "side 'by' is not one of buy, sell"),
        (lambda: alice.submit_order(None, "buy", 1, peg=("middle", 1)), "one of mid, best_bid, best_ask"),
        (lambda: alice.submit_order(None, "buy", 1, 9, time_in_force="X"), "one of GTC, GTT, IOC, FOK, GFA, GFN"),
        (lambda: alice.buy(1, 0), r"^price \(is required when the order is of type LIMIT\)"),
        (lambda: alice.submit_amm(100, base=0, lower=1), r"^concentrated_liquidity_parameters.base \(must be positive"),
        (lambda: alice.cancel_amm("soon"), "method 'soon' is not one of immediate, reduce_only"),
    ):
        with pytest.raises(InvalidCommand, match=text):
            call()


def test_orders_that_come_to_nothing_are_counted_by_reason(model, alice, bob):
    model.tally.begin_step()
    alice.submit_order(None, "sell", 0.1, 1000.5)
    alice.submit_order(None, "sell", 5, 1500)
    assert bob.buy(1).error == "non-persistent order trades out of price bounds"
    assert not bob.submit_order(None, "sell", 1, 1400).trades
    model.agent("poor").buy(100, 1000)
    alice.submit_order(None, "buy", 0.1, 999, time_in_force="IOC")  # above the bids, below the asks
    alice.cancel_order("0" * 64)  # no order
    model.agent("poor").submit_batch(
        cancel=["0" * 64], submit=[alice.order(None, "buy", 100, 1000), alice.order(None, "buy", 0.001, 1)]
    )
    reasons = model.tally.refused_orders
    assert reasons["OrderError: non-persistent order trades out of price bounds"] == 1
    assert (reasons["margin check failed"], reasons["nothing to trade with"]) == (2, 1)
    assert model.summary()["refused_orders"] == reasons.total() == 4 == model.tally.step_refused_orders()
    model.step()
    assert model.market_table()["refused_orders"].iloc[-1] == 0


def test_money_comes_in_the_markets_asset_unless_told_otherwise(model, alice):
    before = alice.balance("USDT")
    for bring in (lambda: alice.fund(50), lambda: alice.fund("USDT", 50), lambda: alice.fund(Decimal("0.5"))):
        assert bring().error is None
    model.step()
    assert alice.balance("USDT") == before + 100.5
    with pytest.raises(InvalidAmount, match="how much"):
        alice.fund("USDT")


def test_an_auction_tells_what_it_would_trade():
    model = Stage()
    model.initialise()
    alice, bob = model.agent("alice"), model.agent("bob")
    assert (alice.indicative_price(), alice.indicative_volume()) == (None, 0)
    alice.buy(0.5, 1001)
    bob.sell(0.25, 999)
    assert 999 <= alice.indicative_price() <= 1001
    assert alice.indicative_volume() == 0.25
    while not alice.is_continuous():
        model.step()
    assert (alice.indicative_price(), alice.indicative_volume()) == (None, 0)


def test_spread_and_profits_have_no_dust(model, alice, bob):
    alice.buy(1, 999.7)
    alice.sell(1, 1000.1)
    assert (alice.spread(), alice.mid_price()) == (0.4, 999.9)
    assert model.market_table().shape[0] and 1000.1 - 999.7 != 0.4
    for _ in range(3):
        bob.buy(0.1)
    for value in model.profit_by_type().values():
        assert value == round(value, 6)


def test_an_automated_market_maker_quotes_for_its_owner():
    model = Stage(network_parameters={"market.amm.minCommitmentQuantum": "1"})
    alice, bob = model.agent("alice"), model.agent("bob")
    while not (model.step_count and alice.is_continuous()):
        model.step()
    assert not alice.has_amm()
    assert alice.submit_amm(10_000, base=1000, lower=900, upper=1100, fee=0.001).error is None
    assert alice.has_amm() and alice.general() == 90_000
    assert not bob.buy(0.1).trades  # so it is on Vega: with no ask on the book, buying takes a limit
    bought = bob.buy(0.1, 1005)
    assert bought.filled == 0.1 and 999 < bought.average_price < 1101
    assert bob.find_market().open_volume(alice.amm_key()) < 0
    assert alice.amend_amm(20_000, fee=0.002).error is None
    assert alice.general() == pytest.approx(80_000, abs=1)
    assert alice.amend_amm(base=1010, lower=950, upper=1100).error is None
    assert alice.cancel_amm("reduce_only").error is None
    assert alice.cancel_amm().error is None
    assert not alice.has_amm()
    assert alice.cancel_amm().error
