"""Liquidity, updates and the end of a spot market (05 §3.8, 04 §1.4, 1.8)."""

from dataclasses import replace
from decimal import Decimal

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionCancellation, LiquidityProvisionSubmission
from vega_mesa.protocol.markets.definition import LiquiditySLAParameters
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.matching.order import BUY, SELL, OrderStatus

ID = "BTC/USD"
TERMINATE = "MARKET_STATE_UPDATE_TYPE_TERMINATE"


def commit(stage, party, amount):
    return stage.execute(
        party, LiquidityProvisionSubmission(market_id=ID, commitment_amount=amount, fee=Decimal("0.1"))
    )


def test_a_commitment_is_bonded_in_the_quote_asset_and_needs_no_margin_account(make):
    stage = make().fund("provider", usd=1_000, btc=5)
    stage.exchange.set_parameter("market.liquidity.maximumLiquidityFeeFactorLevel", "1")
    assert not commit(stage, "provider", 600).error
    accounts = {account.type for account in stage.exchange.collateral.of("provider")}
    assert accounts == {AccountType.GENERAL, AccountType.BOND, AccountType.LP_LIQUIDITY_FEES}
    stage.exchange.end_block()
    assert stage.market.market_data().target_stake == "6000"  # supplied stake times the scaling factor


def test_cancelling_a_commitment_takes_its_share_at_once(make):
    stage = make().fund("provider", usd=1_000)
    stage.exchange.set_parameter("market.liquidity.maximumLiquidityFeeFactorLevel", "1")
    commit(stage, "provider", 600)
    stage.open()
    assert stage.market.liquidity.equity_like_share("provider") == 1
    assert not stage.execute("provider", LiquidityProvisionCancellation(market_id=ID)).error
    assert stage.market.liquidity.equity_like_share("provider") == 0
    assert stage.execute("nobody", LiquidityProvisionCancellation(market_id=ID)).error == (
        "party has no existing liquidity provision"
    )


def test_closing_releases_everything(make):
    stage = make().fund("provider", usd=1_000).fund("maker", usd=500, btc=5)
    stage.exchange.set_parameter("market.liquidity.maximumLiquidityFeeFactorLevel", "1")
    commit(stage, "provider", 600)
    stage.open()
    buy, sell = stage.place("maker", BUY, 5, 90).order, stage.place("maker", SELL, 5, 120).order
    stage.exchange.update_market_state(UpdateMarketState(market_id=ID, update_type=TERMINATE, price=None))
    assert stage.market.state is MarketState.CLOSED
    assert {buy.status, sell.status} == {OrderStatus.STOPPED}
    assert (stage.general("maker", "USD"), stage.general("maker", "BTC")) == (500, 5)
    assert stage.general("provider", "USD") == 1_000
    assert not [a for a in stage.exchange.collateral.accounts.values() if a.market == ID and a.balance]
    stage.tick()
    assert ID not in stage.exchange.markets


def test_a_closed_market_needs_no_price(spot):
    change = UpdateMarketState(market_id=ID, update_type=TERMINATE, price=100)
    error = ""
    try:
        spot.exchange.update_market_state(change)
    except Exception as refusal:  # noqa: BLE001 - its text is looked at
        error = str(refusal)
    assert error == "settlement price is not needed for governance initiated spot market termination"


def test_a_market_closed_in_its_opening_auction_is_cancelled(make):
    stage = make().fund("maker", usd=500)
    stage.place("maker", BUY, 5, 90)
    stage.exchange.update_market_state(UpdateMarketState(market_id=ID, update_type=TERMINATE, price=None))
    assert stage.market.state is MarketState.CANCELLED
    assert stage.general("maker", "USD") == 500


def test_a_new_tick_size_cancels_pegs_that_do_not_fit(spot):
    from vega_mesa.protocol.matching.order import PeggedReference

    spot.fund("maker", usd=1_000)
    spot.place("maker", BUY, 1, 95)
    peg = spot.place("maker", BUY, 1, peg=(PeggedReference.BEST_BID, 3)).order
    spot.exchange.update_market(ID, replace(spot.definition, tick_size=2))
    assert peg.status is OrderStatus.CANCELLED
    assert spot.held("maker", "USD") == 95


def test_service_levels_change_at_once_in_the_opening_auction_only(make):
    wide = LiquiditySLAParameters(price_range=Decimal(1))
    stage = make()
    stage.exchange.update_market(ID, replace(stage.definition, liquidity_sla=wide))
    assert stage.market.liquidity.service_level.parameters.price_range == 1
    stage = make().open()
    before = stage.market.liquidity.service_level.parameters.price_range
    stage.exchange.update_market(ID, replace(stage.definition, liquidity_sla=wide))
    assert stage.market.liquidity.service_level.parameters.price_range == before
