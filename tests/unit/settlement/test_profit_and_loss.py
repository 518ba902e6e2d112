"""Profit and loss from events (03 §4.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.trading import (
    DistressedOrdersClosed,
    DistressedPositionsUpdated,
    DistressSettled,
    FundingPaid,
    LossSocialised,
    MarketSettled,
    TradeHappened,
)
from vega_mesa.protocol.fees.fee import Fee
from vega_mesa.protocol.matching.order import NETWORK, Side, Trade, TradeType
from vega_mesa.protocol.profit_and_loss import PositionStatus, ProfitAndLoss
from vega_mesa.protocol.settlement.takeover import confiscate, settle_distressed

MARKET = "BTC/DEC26"


@pytest.fixture
def pnl(desk):
    return ProfitAndLoss(desk.bus)


def figures(pnl, party):
    record = pnl.record(MARKET, party)
    return record.open_volume, record.unrealised, record.realised


def bad_trade(desk, party, size, price, seller_is_party):
    """The network takes a position over: the trade event, positions, settlement record, money."""
    buyer, seller = (NETWORK, party) if seller_is_party else (party, NETWORK)
    aggressor = Side.BUY if seller_is_party else Side.SELL
    trade = Trade(MARKET, price, price, size, aggressor, buyer, seller, "b", "s", 0, TradeType.NETWORK_CLOSE_OUT_BAD)
    desk.bus.send(TradeHappened, trade=trade)


def close_out(desk, party, price):
    size = desk.positions.close_out(party, price)
    bad_trade(desk, party, abs(size), price, size > 0)
    settle_distressed(desk.settlement, desk.collateral, "USD", [party], price, desk.isolated)
    confiscate(desk.collateral, MARKET, "USD", [party], desk.isolated)


def test_no_record_before_the_first_mark_that_names_the_party(desk, pnl):
    desk.trade("a", "b", 1, 100)
    assert pnl.record(MARKET, "a") is None
    desk.mark(100)
    assert figures(pnl, "a") == (1, 0, 0)
    assert pnl.record(MARKET, "c") is None
    assert pnl.record("other market", "a") is None
    assert set(pnl.of("a")) == {MARKET}
    assert [r.party for r in pnl.records(MARKET)] == ["a", "b"]


def test_unchanged_positions_follow_the_mark(desk, pnl):
    desk.trade("a", "b", 2, 100)
    desk.mark(100)
    desk.mark(130)
    desk.mark(120)
    assert figures(pnl, "a") == (2, 40, 0)
    assert figures(pnl, "b") == (-2, -40, 0)


def test_closing_realises_and_flipping_starts_anew_at_the_trade_price(desk, pnl):
    desk.trade("a", "b", 10, 100)
    desk.mark(100)
    desk.trade("c", "a", 4, 110)
    desk.trade("c", "a", 10, 120)
    desk.mark(125)
    assert figures(pnl, "a") == (-4, -20, 4 * 10 + 6 * 20)
    assert pnl.record(MARKET, "a").average_entry_price == 120


def test_average_and_profit_are_rounded_half_away_from_zero_but_kept_exact(make_desk):
    desk = make_desk(1)
    pnl = ProfitAndLoss(desk.bus)
    desk.trade("a", "b", 10, 100)
    desk.trade("a", "b", 20, 101)
    desk.mark(101)
    record = pnl.record(MARKET, "a")
    assert record.average == Decimal("100.6666666666666667")
    assert record.average_entry_price == 101
    assert record.unrealised == 1
    assert record.unrealised_exact == Decimal("0.9999999999999999")
    desk.trade("c", "a", 15, 102)
    desk.mark(102)
    record = pnl.record(MARKET, "a")
    assert record.realised == 2
    assert record.realised_exact == 2  # 1.99999999999999995 at 16 digits


def test_closed_out_party_network_position_disposal(desk, pnl):
    """0012-POSR network position disposal: short 10 from 1000, 180 of funds, marked at 1010: -100 - 80 = -180."""
    desk.fund("atRiskParty", 175, 5)
    desk.trade("aux1", "atRiskParty", 10, 1000)
    desk.settle(1000)
    desk.settle(1010)
    close_out(desk, "atRiskParty", 1010)
    assert figures(pnl, "atRiskParty") == (0, 0, -180)
    assert pnl.record(MARKET, "atRiskParty").status is PositionStatus.CLOSED_OUT
    assert figures(pnl, NETWORK) == (-10, 0, 0)
    desk.put(1000, AccountType.INSURANCE)
    desk.settle(1012)
    assert figures(pnl, NETWORK) == (-10, -20, 0)
    assert figures(pnl, "atRiskParty") == (0, 0, -180)


def test_a_loss_beyond_all_funds_with_and_without_insurance(make_desk):
    """Short 2 at 100, funds 20, marked at 170. Insurance pays 120: -140 and no event. Without: -140 + 120 = -20."""
    for insurance, realised in ((10000, -140), (0, -20)):
        desk = make_desk()
        pnl = ProfitAndLoss(desk.bus)
        desk.fund("l", 20)
        desk.put(insurance, AccountType.INSURANCE)
        desk.trade("w", "l", 2, 100)
        desk.settle(100)
        desk.settle(170)
        close_out(desk, "l", 170)
        assert figures(pnl, "l") == (0, 0, realised)
        assert pnl.record(MARKET, "w").realised == (0 if insurance else -120)


def test_pnl_of_loss_socialisation_is_5000_and_2970(desk, pnl):
    """The figures of the P&L underflow scenario: -8000 with 5000 of funds, winner of 8000 short of 2970."""
    desk.fund("aux1", 80)
    desk.fund("party1", 5000)
    desk.trade("aux2", "aux1", 1, 100)
    desk.trade("party2", "party1", 100, 100)
    desk.settle(100)
    desk.trade("party2", "party3", 100, 180)
    desk.settle(180)
    close_out(desk, "party1", 180)
    assert figures(pnl, "party1") == (0, 0, -5000)
    assert figures(pnl, "party2") == (200, 8000, -2970)
    assert figures(pnl, "party3") == (-100, 0, 0)
    assert figures(pnl, "aux2") == (1, 80, -30)


def test_network_trades_use_position_factor_1_until_the_next_mark(make_desk):
    desk = make_desk(1)
    pnl = ProfitAndLoss(desk.bus)
    desk.fund("l", 0)
    desk.trade("l", "w", 10, 100)
    desk.put(1000, AccountType.INSURANCE)
    desk.settle(100)
    close_out(desk, "l", 100)
    bad_trade(desk, "w", 4, 90, seller_is_party=False)
    assert pnl.record(MARKET, NETWORK).realised == -40
    assert pnl.record(MARKET, NETWORK).unrealised == -60
    desk.mark(90)
    assert pnl.record(MARKET, NETWORK).unrealised == -6


def test_market_settled_realises_and_leaves_the_volume(desk, pnl):
    desk.trade("a", "b", 2, 100)
    desk.mark(110)
    desk.bus.send(MarketSettled, market=MARKET, price=42, position_factor=Decimal(1))
    assert figures(pnl, "a") == (2, 0, -116)
    assert figures(pnl, "b") == (-2, 0, 116)


def test_funding_and_socialised_losses_are_realised(desk, pnl):
    fields = {"market": MARKET, "party": "a"}
    desk.bus.send(FundingPaid, amount=9, **fields)
    desk.trade("a", "b", 2, 100)
    desk.mark(100)
    desk.bus.send(FundingPaid, amount=-7, **fields)
    desk.bus.send(LossSocialised, asset="USD", amount=-2, loss_type="TYPE_FUNDING_PAYMENT", **fields)
    record = pnl.record(MARKET, "a")
    assert (record.realised, record.realised_exact) == (-9, -9)
    assert (record.funding_payments, record.funding_payments_since) == (-7, -7)


def test_statuses_stay_until_another_event(desk, pnl):
    def status():
        return pnl.record(MARKET, "a").status

    desk.trade("a", "b", 2, 100)
    desk.mark(100)
    assert status() is PositionStatus.UNSPECIFIED
    desk.bus.send(DistressedOrdersClosed, market=MARKET, parties=("a",))
    desk.trade("a", "b", 2, 100)
    desk.mark(101)
    assert status() is PositionStatus.ORDERS_CLOSED
    desk.bus.send(DistressedPositionsUpdated, market=MARKET, distressed=("a",), safe=("b",))
    assert status() is PositionStatus.DISTRESSED
    desk.bus.send(DistressedPositionsUpdated, market=MARKET, distressed=(), safe=("a",))
    assert status() is PositionStatus.UNSPECIFIED
    desk.bus.send(DistressSettled, market=MARKET, party="a", margin=5, price=101)
    assert status() is PositionStatus.CLOSED_OUT


# -- fees ------------------------------------------------------------------------------------------------------------


def trade_with_fees(desk, buyer, seller, aggressor, buyer_fee, seller_fee=None, size=1, price=100):
    trade = Trade(MARKET, price, price, size, aggressor, buyer, seller, "b", "s", 0)
    trade.buyer_fee, trade.seller_fee = buyer_fee, seller_fee
    desk.bus.send(TradeHappened, trade=trade)
    desk.trade(buyer, seller, size, price)


def fees(pnl, party):
    record = pnl.record(MARKET, party)
    return (
        (record.taker_fees, record.maker_fees, record.other_fees),
        (record.taker_fees_since, record.maker_fees_since, record.other_fees_since),
    )


def test_fees_before_the_markets_first_mark_are_ignored_and_the_opening_trade_leaves_no_since(desk, pnl):
    fee = Fee(maker=5, infrastructure=2, liquidity=3, buy_back=4, treasury=6, high_volume_maker=7)
    trade_with_fees(desk, "a", "b", Side.BUY, fee)
    desk.mark(100)
    assert fees(pnl, "a") == ((0, 0, 0), (0, 0, 0))
    trade_with_fees(desk, "c", "b", Side.BUY, fee)
    desk.mark(100)
    assert fees(pnl, "c") == ((5, 0, 22), (0, 0, 0))
    assert fees(pnl, "b") == ((0, 5, 0), (0, 5, 0))
    trade_with_fees(desk, "c", "b", Side.BUY, fee)
    desk.mark(100)
    assert fees(pnl, "c") == ((10, 0, 44), (5, 0, 22))


def test_without_an_aggressor_each_side_receives_the_others_maker_fee(desk, pnl):
    desk.trade("a", "b", 1, 100)
    desk.mark(100)
    trade_with_fees(desk, "a", "b", Side.UNSPECIFIED, Fee(maker=5, liquidity=1), Fee(maker=7, infrastructure=2))
    assert fees(pnl, "a")[0] == (5, 7, 1)
    assert fees(pnl, "b")[0] == (7, 5, 2)


def test_flipping_resets_the_counters_since_the_opening(desk, pnl):
    desk.trade("a", "b", 1, 100)
    desk.mark(100)
    trade_with_fees(desk, "a", "b", Side.BUY, Fee(maker=5))
    desk.mark(100)
    assert fees(pnl, "a")[1] == (5, 0, 0)
    desk.trade("b", "a", 5, 100)
    desk.mark(100)
    assert fees(pnl, "a") == ((5, 0, 0), (0, 0, 0))


def test_without_trades_there_are_no_fee_counters_and_no_trade_events(desk):
    pnl = ProfitAndLoss(desk.bus, trades=False)
    assert TradeHappened not in desk.bus.wanted
    desk.trade("a", "b", 1, 100)
    desk.mark(103)
    assert figures(pnl, "a") == (1, 3, 0)
