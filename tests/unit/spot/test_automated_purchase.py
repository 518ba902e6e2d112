"""The network trades by programme: snapshots, auctions, the order's funds (04 §9, 05 §3.9)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.governance import NewProtocolAutomatedPurchase
from vega_mesa.protocol.data_sources import TIME_TRIGGER, DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.events.trading import AutomatedPurchaseAnnounced
from vega_mesa.protocol.markets.definition import CompositePriceSource
from vega_mesa.protocol.markets.states import TradingMode
from vega_mesa.protocol.matching.order import BUY, SELL
from vega_mesa.protocol.refusal import Refused

ID = "BTC/USD"
OPENED = 1_700_000_002
PRICE = DataSourceSpec(signers=("oracle",), filters=(Filter(property="price", type="TYPE_INTEGER", decimals=0),))


def schedule(initial, every=1_000):
    return DataSourceSpec(
        filters=(Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP"),),
        time_trigger=TimeTrigger(initial=initial, every=every),
    )


TERMS = AutomatedPurchaseTerms(
    market=ID,
    from_asset="BTC",
    from_account=AccountType.BUY_BACK_FEES,
    to_account=AccountType.NETWORK_TREASURY,
    price=CompositePriceSource(spec=PRICE, property="price"),
    offset_factor=Decimal("1.01"),
    auction_schedule=schedule(OPENED + 5),
    snapshot_schedule=schedule(OPENED + 2),
    auction_duration=10,
    minimum_size=10,
    maximum_size=20,
)


class Programme:
    """A market with a programme, and money in the network's buy-back accounts."""

    def __init__(self, stage, balance=50, price=100, **changes):
        self.stage = stage.open()
        self.terms = replace(TERMS, **changes)
        self.collateral = stage.exchange.collateral
        stage.fund("treasurer", **{self.terms.from_asset.lower(): balance})
        source = self.account(AccountType.BUY_BACK_FEES, self.terms.from_asset)
        purse = self.account(AccountType.GENERAL, self.terms.from_asset, "treasurer")
        self.collateral.transfer("TRANSFER_TYPE_TRANSFER_FUNDS_SEND", balance, purse, source)
        self.announced = []
        stage.exchange.bus.subscribe(AutomatedPurchaseAnnounced, lambda event: self.announced.append(event.amount))
        self.change = NewProtocolAutomatedPurchase(purchase=self.terms)
        stage.exchange.check_automated_purchase(self.change)
        stage.exchange.start_automated_purchase(self.change, "programme")
        if price:
            stage.exchange.data_sources.submit(("oracle",), {"price": str(price)})

    def account(self, type, asset, owner=""):
        return self.collateral.open(type, asset, owner)

    def balance(self, type, asset):
        return self.collateral.balance(type, asset)

    def state(self):
        return self.stage.market.market_data().active_automated_purchase

    def tick(self, seconds):
        for _ in range(seconds):
            self.stage.tick()


def test_a_snapshot_is_taken_strictly_after_its_time_and_capped(make):
    programme = Programme(make())
    programme.tick(2)
    assert not programme.announced
    programme.tick(1)
    assert programme.announced == [20]


def test_too_little_is_not_announced(make):
    programme = Programme(make(), balance=9)
    programme.tick(3)
    assert not programme.announced
    assert programme.stage.exchange.data_sources.refusals == ["insufficient balance to earmark"]


def test_the_network_sells_into_an_auction_of_its_own(make):
    programme = Programme(make())
    stage = programme.stage.fund("buyer", usd=10_000)
    programme.tick(6)
    assert stage.market.trading_mode is TradingMode.PROTOCOL_AUTOMATED_PURCHASE_AUCTION
    assert stage.market.auction.duration == 10
    order = stage.market.find_order(programme.state().order_id)
    assert (order.party, order.side, order.size, order.price, order.reference) == (
        "network",
        SELL,
        20,
        101,
        "programme",
    )
    assert programme.balance(AccountType.BUY_BACK_FEES, "BTC") == 30
    stage.place("buyer", BUY, 20, 101)
    programme.tick(11)
    assert stage.market.trading_mode is TradingMode.CONTINUOUS
    assert stage.general("buyer", "BTC") == 20
    # 2020 less half of infrastructure (41 / 2) and half of the liquidity fee (81 / 2), each rounded up
    assert stage.treasury() == 2_020 - 21 - 41
    assert programme.state().order_id == ""
    assert not stage.exchange.services.earmarks[programme.account(AccountType.BUY_BACK_FEES, "BTC").id]


def test_what_is_not_sold_goes_back(make):
    programme = Programme(make())
    programme.tick(17)
    assert programme.stage.market.trading_mode is TradingMode.CONTINUOUS
    assert programme.balance(AccountType.BUY_BACK_FEES, "BTC") == 50
    assert programme.stage.held("network", "BTC") == 0


def test_the_network_buys_with_room_for_fees_and_pays_none(make):
    programme = Programme(
        make(),
        balance=3_000,
        from_asset="USD",
        minimum_size=100,
        maximum_size=2_000,
        to_account=AccountType.GLOBAL_REWARD,
    )
    stage = programme.stage.fund("seller", btc=100)
    programme.tick(6)
    order = stage.market.find_order(programme.state().order_id)
    assert (order.side, order.size) == (BUY, 18)  # 2000 / (1.06 * 101)
    infrastructure, liquidity = 19, 37  # halves of ceil(36.36) and ceil(72.72)
    assert programme.balance(AccountType.BUY_BACK_FEES, "USD") == 3_000 - 18 * 101 - infrastructure - liquidity
    stage.place("seller", SELL, 18, 101)
    programme.tick(11)
    assert programme.balance(AccountType.GLOBAL_REWARD, "BTC") == 18
    assert programme.balance(AccountType.BUY_BACK_FEES, "USD") == 3_000 - 18 * 101  # the network's half fails
    assert stage.general("seller", "USD") == 18 * 101 - infrastructure - liquidity


def test_a_running_auction_is_lengthened(make):
    programme = Programme(make())
    programme.tick(4)
    programme.stage.breach()  # a price auction of 10 seconds
    programme.tick(2)
    auction = programme.stage.market.auction
    assert auction.trigger == "AUCTION_TRIGGER_PRICE"
    assert auction.extension_trigger == "AUCTION_TRIGGER_PROTOCOL_AUTOMATED_PURCHASE"
    assert auction.duration == 12
    assert programme.state().order_id


def test_an_auction_that_lasts_long_enough_gets_no_order(make):
    programme = Programme(make(), auction_duration=8)
    programme.tick(4)
    programme.stage.breach()
    programme.tick(2)
    assert programme.stage.market.auction.duration == 10
    assert programme.state().order_id == ""


def test_without_a_price_nothing_happens_and_the_snapshot_is_used_up(make):
    programme = Programme(make(), price=0)
    programme.tick(6)
    assert not programme.stage.market.auction.in_auction
    assert programme.stage.market.purchase.snapshot == 0


def test_an_expired_programme_goes_when_its_order_has_gone(make):
    programme = Programme(make(), expiry=OPENED + 8)
    programme.tick(6)
    programme.tick(4)
    assert programme.stage.market.purchase.stopping
    assert programme.state().order_id
    programme.tick(6)
    assert programme.state() is not None
    programme.tick(2)
    assert programme.state() is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"market": "none"}, "market does not exist"),
        (
            {"from_asset": "EUR"},
            (
                "mismatch between asset for automated purchase and the spot market configuration - "
                "asset is not one of base/quote assets of the market"
            ),
        ),
    ],
)
def test_what_governance_refuses(make, changes, text):
    stage = make().open()
    change = NewProtocolAutomatedPurchase(purchase=replace(TERMS, **changes))
    with pytest.raises(Refused, match=text):
        stage.exchange.check_automated_purchase(change)


def test_the_asset_must_be_known_and_enabled(make):
    exchange = make().open().exchange
    exchange.assets.permissive = False
    change = NewProtocolAutomatedPurchase(purchase=replace(TERMS, from_asset="0a"))
    with pytest.raises(Refused, match="asset does not exist"):
        exchange.check_automated_purchase(change)
    exchange.assets.propose("0a", AssetDetails(name="Play", symbol="PLAY", decimals=5))
    with pytest.raises(Refused, match="asset is not enabled 0a"):
        exchange.check_automated_purchase(change)


def test_only_one_programme_runs_on_a_market_and_only_an_active_one(make):
    stage = make()
    change = NewProtocolAutomatedPurchase(purchase=TERMS)
    with pytest.raises(Refused, match="market for automated purchase must be active"):
        stage.exchange.check_automated_purchase(change)
    programme = Programme(stage)
    with pytest.raises(Refused, match="market already has an active protocol automated purchase program"):
        stage.exchange.check_automated_purchase(programme.change)
