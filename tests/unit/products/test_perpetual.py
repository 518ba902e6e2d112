"""A perpetual in its market: when periods begin, which prices count, who pays whom (05 §1.3, 1.4, 1.7 to 1.11)."""

import pickle
from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.commands.trading import OrderSubmission
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.data_sources.specification import TIME_TRIGGER
from vega_mesa.protocol.events.funding import FundingPeriodDataPointAdded, FundingPeriodUpdated
from vega_mesa.protocol.events.trading import FundingPaid
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets import auctions, lifecycle, marking
from vega_mesa.protocol.markets.definition import (
    CompositePriceConfiguration,
    MarketDefinition,
    PerpetualProduct,
    SimpleRiskModel,
)
from vega_mesa.protocol.markets.states import SECOND, MarketState
from vega_mesa.protocol.matching.order import BUY, SELL
from vega_mesa.protocol.network_parameters import NetworkParameters

START = 1_700_000_000
PRICE = DataSourceSpec(
    id="price", signers=("oracle",), filters=(Filter(property="price", type="TYPE_INTEGER", decimals=0),)
)
CUE = DataSourceSpec(id="cue", signers=("oracle",), filters=(Filter(property="cue", type="TYPE_TIMESTAMP"),))
PRODUCT = PerpetualProduct(
    settlement_asset="USD",
    quote_name="ETH",
    settlement_data=PRICE,
    settlement_property="price",
    schedule=CUE,
    schedule_property="cue",
)
ID = "ETH-PERP"


class Stage:
    """A market with one trade at 1000 behind it: ``long`` bought one from ``short`` as the opening auction ended."""

    def __init__(self, **terms):
        self.exchange = Exchange(START * SECOND, NetworkParameters(defaults=False), permissive_assets=True)
        self.periods, self.points, self.payments = [], [], []
        self.orders = 0
        bus = self.exchange.bus
        bus.subscribe(FundingPeriodUpdated, self.periods.append)
        bus.subscribe(FundingPeriodDataPointAdded, self.points.append)
        bus.subscribe(FundingPaid, self.payments.append)
        self.exchange.collateral.enable_asset("USD")
        for party in ("long", "short", "maker"):
            self.exchange.collateral.deposit(party, "USD", 100_000)
        self.definition = MarketDefinition(
            name=ID,
            product=replace(PRODUCT, **terms),
            risk_model=SimpleRiskModel(long=Decimal("0.1"), short=Decimal("0.1")),
            opening_auction_duration=1,
        )
        self.market = self.exchange.submit_market(ID, self.definition)
        self.exchange.start_opening_auction(ID)
        self.order("maker", BUY, 900)
        self.order("maker", SELL, 1100)
        self.order("long", BUY, 1000)
        self.order("short", SELL, 1000)
        self.tick(2)
        assert self.market.state is MarketState.ACTIVE
        self.perpetual = self.market.product
        self.opened = START + 2

    def order(self, party, side, price, size=1):
        self.orders += 1
        command = OrderSubmission(market_id=ID, side=side, size=size, price=price)
        outcome = self.exchange.execute(party, command, f"{self.orders:064x}")
        assert not outcome.error, outcome.error

    def tick(self, seconds):
        self.exchange.set_time(self.exchange.now + seconds * SECOND)

    def block(self):
        """A block's end and the next block's begin, one second later."""
        self.exchange.end_markets_block()
        self.tick(1)

    def send(self, when=None, **values):
        metadata = {} if when is None else {"eth-block-time": str(when)}
        properties = {name: str(value) for name, value in values.items()}
        self.exchange.data_sources.submit(("oracle",), properties, metadata)

    def period(self):
        """The last period that ended: payment, rate, averages."""
        ended = [event for event in self.periods if event.end is not None][-1]
        return ended.funding_payment, ended.funding_rate, ended.internal_twap, ended.external_twap

    def account(self, type, party=""):
        return self.exchange.collateral.balance(type, "USD", party, "" if type is AccountType.GENERAL else ID)


# -- periods ---------------------------------------------------------------------------------------------------------


def test_the_first_period_begins_when_the_opening_auction_is_left():
    stage = Stage()
    assert (stage.perpetual.started_at, stage.perpetual.sequence) == (stage.opened * SECOND, 0)
    [first] = stage.periods
    assert (first.start, first.end, first.internal_twap, first.external_twap) == (
        stage.opened * SECOND, None, None, None,
    )  # fmt: skip
    assert stage.perpetual.internal.prices == [1000]


def test_before_that_prices_and_cues_are_ignored():
    exchange = Exchange(START * SECOND, NetworkParameters(defaults=False), permissive_assets=True)
    exchange.collateral.enable_asset("USD")
    market = exchange.submit_market(
        ID, MarketDefinition(name=ID, product=PRODUCT, risk_model=SimpleRiskModel(long=Decimal(1), short=Decimal(1)))
    )
    exchange.data_sources.submit(("oracle",), {"price": "5"})
    exchange.data_sources.submit(("oracle",), {"cue": str(START)})
    assert not market.product.external
    assert market.product.sequence == 0


def test_no_payment_without_a_price_of_each_series():
    stage = Stage()
    stage.send(cue=stage.opened + 1)
    assert stage.period() == (None, None, "1000", None)
    assert stage.payments == []
    assert stage.perpetual.sequence == 1


def test_no_payment_when_the_first_price_comes_after_the_cue():
    stage = Stage()
    stage.tick(5)
    stage.send(when=stage.opened + 4, price=900)
    stage.send(cue=stage.opened + 3)
    assert stage.period() == (None, None, "1000", "0")


def test_no_payment_in_a_period_of_no_length():
    stage = Stage()
    stage.send(when=stage.opened - 1, price=900)
    stage.send(cue=stage.opened)
    assert stage.period() == (None, None, "1000", "900")
    assert stage.perpetual.sequence == 1


def test_the_next_period_begins_at_the_cue_not_at_the_time_of_the_block():
    stage = Stage()
    stage.send(price=900)
    stage.tick(10)
    stage.send(cue=stage.opened + 4)
    assert stage.perpetual.started_at == (stage.opened + 4) * SECOND
    began = stage.periods[-1]
    assert (began.sequence, began.end, began.internal_twap, began.external_twap) == (1, None, "1000", "900")


def test_carried_prices_are_announced_external_first_and_newest_first():
    stage = Stage()
    for second, price in ((0, 900), (3, 910), (5, 920), (6, 930)):
        stage.send(when=stage.opened + second, price=price)
    stage.points.clear()
    stage.send(cue=stage.opened + 5)
    assert [(point.source, point.price) for point in stage.points] == [
        ("SOURCE_EXTERNAL", 930), ("SOURCE_EXTERNAL", 920), ("SOURCE_INTERNAL", 1000),
    ]  # fmt: skip


def test_a_price_and_a_cue_in_one_message_the_price_comes_first():
    stage = Stage()
    stage.tick(1)
    stage.send(price=900, cue=stage.opened + 1)
    assert stage.period() == ("100", "0.1111111111111111", "1000", "900")


def test_a_time_trigger_fires_strictly_after_it_is_due():
    schedule = DataSourceSpec(
        id="schedule",
        filters=(Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP"),),
        time_trigger=TimeTrigger(initial=START + 10, every=5),
    )
    stage = Stage(schedule=schedule, schedule_property=TIME_TRIGGER)
    stage.send(price=900)
    ends = []
    for _ in range(15):
        stage.tick(1)
        ends = [event.end // SECOND - START for event in stage.periods if event.end is not None]
    assert ends == [11, 16]


# -- payments --------------------------------------------------------------------------------------------------------


def test_longs_pay_when_the_market_is_above_the_index():
    stage = Stage()
    stage.send(price=900)
    stage.tick(4)
    before = {party: stage.account(AccountType.MARGIN, party) + stage.account(AccountType.GENERAL, party)
              for party in ("long", "short")}  # fmt: skip
    stage.send(cue=stage.opened + 4)
    assert stage.period() == ("100", "0.1111111111111111", "1000", "900")
    assert [(event.party, event.amount) for event in stage.payments if event.amount] == [("long", -100), ("short", 100)]
    for party, change in (("long", -100), ("short", 100)):
        after = stage.account(AccountType.MARGIN, party) + stage.account(AccountType.GENERAL, party)
        assert after - before[party] == change


def test_margin_grows_by_a_part_of_the_payment_due():
    """05 §1.8: the increment burdens longs only, and is asked anew as time and prices move."""
    stage = Stage(margin_funding_factor=Decimal("0.5"))
    assert stage.perpetual.margin_increment() is None
    stage.send(price=900)
    stage.tick(2)
    increment = stage.perpetual.margin_increment()
    assert increment == Factor(50)
    assert stage.perpetual.margin_increment() is increment
    margin, positions = stage.market.margin, stage.market.positions.by_party
    alone = margin.maintenance(positions["long"], 1000)
    assert margin.maintenance(positions["long"], 1000, funding_increment=increment) == alone + 50
    assert margin.maintenance(positions["short"], 1000, funding_increment=increment) == alone
    stage.send(price=1000)
    stage.tick(2)
    assert stage.perpetual.margin_increment() == Factor(25)


# -- internal prices -------------------------------------------------------------------------------------------------


def test_a_mark_price_is_a_point_only_if_new_or_traded():
    stage = Stage()
    for _ in range(7):
        stage.block()
    assert stage.perpetual.internal.prices == [1000]
    stage.order("long", BUY, 1100)
    for _ in range(7):
        stage.block()
    assert stage.perpetual.internal.prices == [1000, 1100]


def test_a_composite_price_has_its_own_frequency():
    stage = Stage(internal_composite_price=CompositePriceConfiguration())
    stage.exchange.set_parameter("network.internalCompositePriceUpdateFrequency", "2s")
    assert stage.perpetual.internal_price == 1000
    stage.block()
    assert stage.perpetual.next_calculation == (stage.opened + 2) * SECOND
    stage.order("long", BUY, 1100)
    stage.block()
    assert stage.perpetual.internal_price == 1000
    stage.block()
    assert stage.perpetual.internal_price == 1100
    assert stage.perpetual.internal.times[-1] == (stage.opened + 2) * SECOND
    assert stage.market.mark_price == 1000


def test_a_new_frequency_moves_the_next_time_by_its_difference_to_the_mark_prices():
    stage = Stage(internal_composite_price=CompositePriceConfiguration())
    stage.block()
    due = stage.perpetual.next_calculation
    stage.exchange.set_parameter("network.internalCompositePriceUpdateFrequency", "20s")
    stage.exchange.set_parameter("network.internalCompositePriceUpdateFrequency", "30s")
    assert stage.perpetual.next_calculation == due + (20 - 5 + 30 - 5) * SECOND


# -- auctions --------------------------------------------------------------------------------------------------------


def test_time_in_auction_does_not_count():
    """A suspension from the second to the fourth of six seconds: a third of the payment is not due."""
    stage = Stage()
    stage.send(price=940)
    stage.tick(2)
    lifecycle.suspend(stage.market)
    stage.tick(2)
    lifecycle.resume(stage.market)
    assert stage.perpetual.auctions.closed == [((stage.opened + 2) * SECOND, (stage.opened + 4) * SECOND)]
    stage.tick(2)
    stage.send(cue=stage.opened + 6)
    assert stage.period()[0] == "40"  # 60 * (1 - 0.3333333333333333) = 40.000000000000002


def test_a_long_block_auction_is_noted_and_a_cue_in_it_is_paid():
    stage = Stage()
    stage.send(price=900)
    stage.tick(2)
    auctions.enter_or_extend_long_block(stage.market, 100)
    stage.tick(2)
    stage.send(cue=stage.opened + 4)
    assert stage.period()[0] == "50"
    assert stage.market.auction.in_auction
    assert stage.perpetual.auctions.entered == (stage.opened + 2) * SECOND


# -- the end ---------------------------------------------------------------------------------------------------------


def test_closing_pays_a_last_time_and_begins_no_period():
    stage = Stage()
    stage.send(price=900)
    stage.tick(3)
    close(stage, 1000)
    assert stage.period() == ("100", "0.1111111111111111", "1000", "900")
    assert stage.periods[-1].end == (stage.opened + 3) * SECOND
    assert stage.market.state is MarketState.CLOSED
    assert stage.account(AccountType.GENERAL, "long") == 100_000 - 100
    assert stage.account(AccountType.GENERAL, "short") == 100_000 + 100
    stage.send(price=800, cue=stage.opened + 3)
    assert stage.periods[-1].end == (stage.opened + 3) * SECOND


def test_closing_settles_at_the_voted_price():
    stage = Stage()
    stage.tick(3)
    close(stage, 1200)
    assert stage.account(AccountType.GENERAL, "long") == 100_000 + 200
    assert stage.account(AccountType.GENERAL, "short") == 100_000 - 200
    assert stage.payments == []


def test_a_closed_market_is_not_marked_any_more(monkeypatch):
    """A mark price that price monitoring does not like would put it into an auction, and so back to life."""
    stage = Stage()
    close(stage, 1000)
    monkeypatch.setattr(marking, "mark_if_due", lambda *_: pytest.fail("marked"))
    stage.exchange.end_block()
    assert stage.market.state is MarketState.CLOSED


def close(stage, price):
    kind = "MARKET_STATE_UPDATE_TYPE_TERMINATE"
    stage.exchange.update_market_state(UpdateMarketState(market_id=ID, update_type=kind, price=price))


# -- changes, figures, snapshots -------------------------------------------------------------------------------------


def test_an_update_keeps_series_and_period():
    stage = Stage()
    stage.send(price=900)
    stage.tick(2)
    product = replace(PRODUCT, funding_rate_scaling_factor=Decimal(2))
    stage.exchange.update_market(ID, replace(stage.definition, product=product))
    assert stage.perpetual.external.prices == [900]
    stage.send(cue=stage.opened + 2)
    assert stage.period()[0] == "200"
    stage.send(price=950)
    assert stage.perpetual.external.prices[-1] == 950


def test_figures_are_live():
    stage = Stage(internal_composite_price=CompositePriceConfiguration())
    assert stage.market.market_data().product_data is None
    stage.send(price=900)
    stage.tick(2)
    data = stage.market.market_data().product_data
    assert (data.funding_payment, data.funding_rate, data.internal_twap, data.external_twap) == (
        "100", "0.1111111111111111", "1000", "900",
    )  # fmt: skip
    assert (data.sequence, data.start_time, data.underlying_index_price) == (0, stage.opened * SECOND, "900")
    assert data.internal_composite_price == 1000
    assert data.internal_composite_price_type == "COMPOSITE_PRICE_TYPE_LAST_TRADE"


@pytest.mark.parametrize("own", [None, CompositePriceConfiguration()])
def test_a_saved_market_goes_on(own):
    stage = Stage(internal_composite_price=own, margin_funding_factor=Decimal(1))
    stage.send(price=900)
    stage.tick(2)
    stage.perpetual.margin_increment()
    copy = pickle.loads(pickle.dumps(stage.exchange))
    twin = copy.markets[ID].product
    copy.set_time(copy.now + 2 * SECOND)
    stage.tick(2)
    assert twin.margin_increment() == stage.perpetual.margin_increment() == Factor(100)
    copy.data_sources.submit(("oracle",), {"price": "800"})
    assert twin.external.prices == [900, 800]
    assert stage.perpetual.external.prices == [900]
