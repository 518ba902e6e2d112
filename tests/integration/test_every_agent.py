"""Every agent keeps to the rules that every agent keeps: those of the package's list, found by themselves."""

import inspect

import pytest

from vega_mesa import agents
from vega_mesa.agent import VegaAgent
from vega_mesa.agents.control.quotes import FixedSpread
from vega_mesa.agents.market_presets import BITCOIN_FUTURE, BITCOIN_SPOT
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.model import VegaModel
from vega_mesa.testing import Stage, check_agent

ETHER = BITCOIN_FUTURE | {"instrument": BITCOIN_FUTURE["instrument"] | {"code": "ETH/USDC"}}


class TwoVenues(Stage):
    """The stage, and a second market on the same price."""

    def __init__(self, *, makers=(), **terms):
        super().__init__(**terms)
        agents.MarketManager(self, asset_kind="builtin", asset="USDC", terms=ETHER, prices=self.prices)
        agents.OpeningAuctionPair(self, market="ETH/USDC", price=self.prices.price(0))
        agents.BackgroundMarket(self, prices=self.prices, market="ETH/USDC")
        for maker in makers:
            maker(self)


class SpotVenue(VegaModel):
    """A spot market on which two agree on a price."""

    def __init__(self, *, makers=(), **terms):
        super().__init__(**terms)
        self.prices = RecordedPrices([1_000.0])
        agents.MarketManager(self, asset_kind="builtin", terms=BITCOIN_SPOT)
        agents.OpeningAuctionPair(self, price=1_000.0, key="buyer")
        agents.KeyFunder(self, keys=["buyer-seller"], asset="BTC", amount=10.0)
        for maker in makers:
            maker(self)


ARGUMENTS = {  # of who needs some, or has more than one way
    "AutomatedMarketMakerUser-following": {"follows": 0.01, "width": 0.02, "leverage": 2},
    "AutomatedPurchaseManager-spot": {"every": 3, "amount": 5_000.0},
    "FuzzingAgent-spot": {},
    "FuzzingAgent-junk": {"sense": 0.0, "junk": 1.0},
    "HedgedMarketMaker": {"hedge": "ETH/USDC"},
    "KeyFunder": {"keys": ("a", "b"), "top_up": 1_000.0},
    "NetworkParameterManager-late": {"changes": {2: {"market.fee.factors.makerFee": "0.001"}}},
    "OpeningAuctionPair": {"price": 60_000.0},
    "PolicyMarketMaker": {"policy": FixedSpread(30.0)},
    "RewardFunder-ranks": {"metric": "average_notional", "ranks": ((1, 10), (2, 1))},
    "TechnicalTrader-candles": {"indicator": "candles", "candle": 2},
}
OF_EVERY_STAGE = {"MarketManager"}  # it makes the market of every run here, and has tests of its own
KINDS = {
    name: kind
    for name in agents.__all__
    if isinstance(kind := getattr(agents, name), type) and issubclass(kind, VegaAgent) and name not in OF_EVERY_STAGE
}


@pytest.mark.parametrize("name", sorted({*KINDS, *ARGUMENTS}))
def test_it_keeps_the_rules(name):
    kind = KINDS[name.partition("-")[0]]
    arguments = ARGUMENTS.get(name, {})
    prices = inspect.signature(kind).parameters.get("prices")
    needed = ["prices"] if prices is not None and prices.default is prices.empty else []

    def maker(model):
        kind(model, **arguments, **dict.fromkeys(needed, model.prices))

    maker.__name__ = name
    check_agent(maker, model=SpotVenue if name.endswith("-spot") else TwoVenues if "hedge" in arguments else Stage)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_its_arguments_are_named_and_its_source_is_told(kind):
    parameters = list(inspect.signature(kind).parameters.values())
    assert [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY] == ["model"]
    assert parameters[-1].name == "key"
    assert kind.__doc__ and len(kind.__doc__.splitlines()[0]) < 120
    known = {name for base in kind.__mro__ if base.__doc__ for name in _described(base.__doc__)}
    usual = {"model", "market", "funds", "key", "commitment", "commitment_fee", "prices"}
    assert not {p.name for p in parameters} - known - usual


def _described(docstring):
    for line in docstring.partition("Args:")[2].splitlines():
        names, colon, _ = line.strip().partition(":")
        if colon:
            yield from (name.strip() for name in names.split(","))
