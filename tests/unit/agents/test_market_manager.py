import copy
import json

import pytest

from vega_mesa.agent import VegaAgent
from vega_mesa.agents import KeyFunder, MarketManager, OpeningAuctionPair
from vega_mesa.agents.market_presets import BITCOIN_FUTURE, BITCOIN_SPOT
from vega_mesa.agents.price_processes import RecordedPrices
from vega_mesa.chain.genesis import Genesis
from vega_mesa.errors import ConfigError
from vega_mesa.model import VegaModel
from vega_mesa.protocol.assets import BuiltinSource, ERC20Source
from vega_mesa.protocol.markets.states import MarketState, TradingMode


class Stage(VegaModel):
    def __init__(self, *, num_steps=3, network_parameters=None, block_duration=1, **manager):
        super().__init__(
            rng=1, num_steps=num_steps, network_parameters=network_parameters, block_duration=block_duration
        )
        MarketManager(self, **manager)
        OpeningAuctionPair(self, price=100.0)


def terms(**changes):
    proposal = copy.deepcopy(BITCOIN_FUTURE)
    proposal.update(changes)
    return proposal


@pytest.mark.parametrize(("kind", "source"), [("token", ERC20Source), ("builtin", BuiltinSource)])
def test_asset_and_market_come_through_governance(kind, source):
    model = Stage(asset_kind=kind)
    model.initialise()
    governance, market = model.exchange.governance, model.market
    states = [proposal.state.value for proposal in governance.proposals.values()]
    assert states[0] == "STATE_ENACTED" and states[1] in ("STATE_PASSED", "STATE_ENACTED")
    assert isinstance(model.exchange.assets.get(market.asset).details.source, source)
    assert market.state is MarketState.PENDING and market.trading_mode is TradingMode.OPENING_AUCTION
    assert model.find_market("BTC/USDT") is market is model.find_market(market.id)
    assert model.find_asset("USDT") == market.asset
    if source is ERC20Source:
        assert market.asset in model.exchange.bridge.ethereum.collateral.listings


@pytest.mark.parametrize("block_duration", [0.5, 1, 12, 86_400])
def test_blocks_may_be_short_or_long(block_duration):
    model = Stage(block_duration=block_duration, prices=RecordedPrices([100.0, 101.0, 102.0, 103.5]))
    model.run()
    assert model.market.state is MarketState.SETTLED
    assert model.agent("OpeningAuctionPair-1").profit() == pytest.approx(3.5, abs=0.5)  # less fees


class Trader(VegaAgent):
    def __init__(self, model, *, side):
        super().__init__(model)
        self.side = side

    def initialise(self):
        self.fund("USDT", 1_000)

    def step(self):
        if self.is_continuous():
            self.submit_order(None, self.side, 1, 101)


def test_settlement_at_the_price_of_the_last_step_or_of_the_last_trade():
    with_prices = Stage(prices=RecordedPrices([100.0, 110.0, 120.0, 130.0])).run()
    assert with_prices.agent("OpeningAuctionPair-1").profit() == pytest.approx(30.0, abs=0.5)
    without = Stage()
    for side in ("buy", "sell"):
        Trader(without, side=side)
    for _ in range(2):
        without.step()
    assert without.market.mark_price < without.market.last_traded_price  # which is not five seconds old yet
    without.run()
    assert without.agent("OpeningAuctionPair-1").profit() == pytest.approx(1.0, abs=0.5)
    assert without.agent("Trader-1").profit() == pytest.approx(0.0, abs=0.5)


def test_the_oracle_speaks_in_the_decimals_of_its_property():
    proposal = terms()
    filters = proposal["instrument"]["future"]["dataSourceSpecForSettlementData"]["external"]["oracle"]["filters"]
    for decimals, kind in (("2", "TYPE_INTEGER"), (None, "TYPE_DECIMAL")):
        filters[0]["key"] = {"name": "prices.btc.value", "type": kind, "numberDecimalPlaces": decimals}
        if decimals is None:
            del filters[0]["key"]["numberDecimalPlaces"]
        try:
            model = Stage(terms=proposal, prices=RecordedPrices([100.0, 110.0, 120.0, 130.0]))
            model.run()
        except ConfigError as refusal:
            assert kind == "TYPE_DECIMAL" and "TYPE" in str(refusal)  # the network itself takes integers only
            continue
        assert model.agent("OpeningAuctionPair-1").profit() == pytest.approx(30.0, abs=0.5)


def test_an_oracle_of_others_is_replaced_by_a_vote():
    proposal = terms()
    sources = proposal["instrument"]["future"]
    for name in ("dataSourceSpecForSettlementData", "dataSourceSpecForTradingTermination"):
        sources[name]["external"]["oracle"]["signers"] = [{"pubKey": {"key": "ab" * 32}}]
    model = Stage(terms=proposal, prices=RecordedPrices([100.0, 110.0, 120.0, 130.0])).run()
    assert model.market.has_ended
    assert model.agent("OpeningAuctionPair-1").profit() == pytest.approx(30.0, abs=0.5)


def test_files_text_and_objects_say_the_same(tmp_path):
    path = tmp_path / "market.json"
    path.write_text(json.dumps(BITCOIN_FUTURE))
    hashes = {
        Stage(terms=given).run().chain.state_hash()
        for given in (BITCOIN_FUTURE, path, str(path), json.dumps(BITCOIN_FUTURE))
    }
    assert len(hashes) == 1


def test_the_asset_has_the_decimals_that_the_market_needs():
    model = Stage(terms=terms(decimalPlaces="4", positionDecimalPlaces="5"))
    model.initialise()
    assert model.exchange.assets.decimals(model.market.asset) == 9
    with pytest.raises(ConfigError, match="decimal"):
        Stage(asset_decimals=2).initialise()


def test_what_the_network_does_not_allow_is_told_in_its_words():
    slow = {"governance.proposal.asset.minClose": "48h"}
    with pytest.raises(ConfigError, match="closing time too soon"):
        Stage(network_parameters=slow).initialise()


def test_a_field_that_is_missing_or_wrong_is_named():
    without = terms()
    del without["instrument"]["future"]["dataSourceSpecBinding"]
    with pytest.raises(ConfigError, match="dataSourceSpecBinding"):
        Stage(terms=without)
    with pytest.raises(ConfigError, match="linearSlippageFactor"):
        Stage(terms=terms(linearSlippageFactor="much"))


@pytest.mark.parametrize("kind", ["token", "builtin"])
def test_a_spot_market_has_two_assets_and_trades_them(kind):
    model = Stage(terms=BITCOIN_SPOT, asset_kind=kind, num_steps=8)
    funder = KeyFunder(model, keys=["OpeningAuctionPair-2"], asset="BTC", amount=5.0)
    model.initialise()
    assert model.market.state is MarketState.PENDING and model.find_asset("BTC") != model.find_asset("USDT")
    for _ in range(6):
        model.step()
    buyer, seller = model.agent("OpeningAuctionPair-1"), model.agent("OpeningAuctionPair-2")
    assert (buyer.balance("BTC"), seller.balance("BTC")) == (1.0, 4.0)
    assert seller.balance("USDT") == pytest.approx(buyer.balance("USDT") + 200, abs=0.5)
    assert funder.free_money("OpeningAuctionPair-1") == 1.0
    model.run()
    assert model.market.has_ended and model.imbalance() == {}


def test_genesis_comes_with_a_token_to_vote_with():
    assert list(Genesis().assets) == ["VOTE"]
