"""Components of fees, discounts, rewards and rebates (0029-FEES, 0083-RFPR, 0084-VDPR, 0095-HVMR)."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.fees import NO_FEE, ComponentFactors, Fee, FeeEngine
from vega_mesa.protocol.markets.definition import FeeFactors
from vega_mesa.protocol.matching.order import BUY, SELL, Side, Trade
from vega_mesa.protocol.refusal import Refused


class Programmes:
    """Stands for all three programmes, with fixed answers."""

    in_force = True

    def __init__(self, discounts=None, rewards=None, rebates=None):
        self.discounts, self.rewards, self.rebates = discounts or {}, rewards or {}, rebates or {}

    def discount(self, party):
        return self.discounts.get(party)

    def reward(self, party):
        return self.rewards.get(party)

    def rebate(self, party):
        return self.rebates.get(party)


def same(factor: str) -> ComponentFactors:
    return ComponentFactors(Factor(factor), Factor(factor), Factor(factor))


def trade(size: int, price: int, aggressor: Side = BUY, buyer: str = "buyer", seller: str = "seller") -> Trade:
    return Trade("m", price, price, size, aggressor, buyer, seller, "b", "s", 1)


def engine(maker="0", infrastructure="0", liquidity="0", buy_back="0", treasury="0", decimals=0, **programmes):
    factors = FeeFactors(
        maker=Decimal(maker),
        infrastructure=Decimal(infrastructure),
        buy_back=Decimal(buy_back),
        treasury=Decimal(treasury),
    )
    made = FeeEngine("m", factors, decimals, **programmes)
    made.set_liquidity_fee_factor(Decimal(liquidity))
    return made


def test_each_component_is_rounded_up():
    t = trade(3, 1001)
    bill = engine("0.0005", "0.002", "0.001").continuous([t])
    assert t.buyer_fee == Fee(2, 7, 4)
    assert t.seller_fee == NO_FEE
    assert bill.taker == "buyer"
    assert bill.total == 13


def test_position_decimals_divide_the_value():
    """300 @ 1002 with 2 position decimals is worth 3006; ceil(3006 * 0.005) = 16."""
    t = trade(300, 1002, SELL)
    engine("0.005", decimals=2).continuous([t])
    assert t.seller_fee.maker == 16
    t = trade(3, 1002)
    engine("0.005", decimals=-2).continuous([t])
    assert t.buyer_fee.maker == 1503


def test_payments_in_continuous_trading_come_in_order():
    bill = engine("0.01", "0.02", "0.03", "0.04", "0.05").continuous(
        [trade(1, 100, seller="s1"), trade(2, 100, seller="s2")]
    )
    assert bill.payments == [
        ("TRANSFER_TYPE_MAKER_FEE_PAY", "buyer", 1),
        ("TRANSFER_TYPE_BUY_BACK_FEE_PAY", "buyer", 4),
        ("TRANSFER_TYPE_TREASURY_FEE_PAY", "buyer", 5),
        ("TRANSFER_TYPE_MAKER_FEE_PAY", "buyer", 2),
        ("TRANSFER_TYPE_BUY_BACK_FEE_PAY", "buyer", 8),
        ("TRANSFER_TYPE_TREASURY_FEE_PAY", "buyer", 10),
        ("TRANSFER_TYPE_INFRASTRUCTURE_FEE_PAY", "buyer", 6),
        ("TRANSFER_TYPE_LIQUIDITY_FEE_PAY", "buyer", 9),
        ("TRANSFER_TYPE_MAKER_FEE_RECEIVE", "s1", 1),
        ("TRANSFER_TYPE_MAKER_FEE_RECEIVE", "s2", 2),
    ]
    assert bill.total == 45


def test_referral_discount_is_taken_before_the_volume_discount_and_each_is_cut_down():
    """features/verified/0029-FEES-multiple_discounts: of 100 each, 77 maker, 80 infrastructure, 77 liquidity remain."""
    made = engine(
        "0.001", "0.001", "0.001",
        referrals=Programmes(discounts={"buyer": ComponentFactors(Factor("0.12"), Factor("0.11"), Factor("0.13"))}),
        volume_discounts=Programmes(
            discounts={"buyer": ComponentFactors(Factor("0.13"), Factor("0.11"), Factor("0.12"))}
        ),
    )  # fmt: skip
    t = trade(1, 100_000)
    bill = made.continuous([t])
    assert t.buyer_fee == Fee(77, 80, 77, referrer_discounts=(12, 11, 13), volume_discounts=(11, 9, 10))
    assert bill.total == 234
    assert made.statistics.referee_discounts == {"buyer": 36}
    assert made.statistics.volume_discounts == {"buyer": 30}


def test_the_referrers_reward_is_cut_out_of_what_is_left_and_is_not_part_of_the_fee():
    """features/referrals/0083-RFPR-benefit_factors: of 98 each, 0.021 is 2 each: 96/96/96 and 6."""
    made = engine(
        "0.01", "0.01", "0.01", referrals=Programmes(rewards={"buyer": ("referrer", same("0.021"))})
    )  # fmt: skip
    t = trade(1, 9800)
    bill = made.continuous([t])
    assert (t.buyer_fee.maker, t.buyer_fee.infrastructure, t.buyer_fee.liquidity) == (96, 96, 96)
    assert ("TRANSFER_TYPE_FEE_REFERRER_REWARD_PAY", "buyer", 6) in bill.payments
    assert bill.payments[-1] == ("TRANSFER_TYPE_FEE_REFERRER_REWARD_DISTRIBUTE", "referrer", 6)
    assert bill.total == 288  # rewards are outside the sufficiency check
    assert made.statistics.rewards_received == {"referrer": 6}
    assert made.statistics.rewards_generated == {"referrer": {"buyer": 6}}


def test_a_makers_rebate_is_financed_by_buy_back_and_treasury():
    """The truncations lose up to two units, which nobody pays."""
    made = engine(buy_back="0.002", treasury="0.001", volume_rebates=Programmes(rebates={"seller": Factor("0.001")}))
    t = trade(1, 20_999)
    bill = made.continuous([t])
    # B 42, T 21, H 20.999: k = 1 - 20.999/63
    assert (t.buyer_fee.buy_back, t.buyer_fee.treasury, t.buyer_fee.high_volume_maker) == (28, 14, 20)
    assert ("TRANSFER_TYPE_HIGH_MAKER_FEE_REBATE_PAY", "buyer", 20) in bill.payments
    assert bill.payments[-1] == ("TRANSFER_TYPE_HIGH_MAKER_FEE_REBATE_RECEIVE", "seller", 20)


@pytest.mark.parametrize(("rebate", "expected"), [("0.001", (28, 14, 21)), ("0.003", (0, 0, 63)), ("0", (42, 21, 0))])
def test_rebates_by_tier(rebate, expected):
    """features/fees/0029-FEES-high_volume_maker, first row: (28, 14, 21) on a value of 21000."""
    made = engine(buy_back="0.002", treasury="0.001", volume_rebates=Programmes(rebates={"seller": Factor(rebate)}))
    t = trade(1, 21_000)
    made.continuous([t])
    assert (t.buyer_fee.buy_back, t.buyer_fee.treasury, t.buyer_fee.high_volume_maker) == expected


def test_auction_fees_are_halved_and_rounded_up_for_both_sides_without_maker_fee():
    t = trade(1, 1001, Side.UNSPECIFIED)
    bill = engine("0.005", "0.001", "0.002", "0.001", "0.003").auction([t])
    # infrastructure 2 -> 1, liquidity 3 -> 2, buy-back 2 -> 1, treasury 4 -> 2
    assert t.buyer_fee == t.seller_fee == Fee(0, 1, 2, 1, 2)
    assert [party for _, party, _ in bill.payments] == ["seller"] * 4 + ["buyer"] * 4
    assert bill.totals == {"seller": 3, "buyer": 3}  # infrastructure and liquidity only


def test_auction_rewards_follow_the_payments_buyer_first():
    made = engine(
        "0", "0.1", "0.1",
        referrals=Programmes(rewards={"buyer": ("r1", same("0.1")), "seller": ("r2", same("0.2"))}),
    )  # fmt: skip
    bill = made.auction([trade(1, 1000)])
    assert bill.payments[8:] == [
        ("TRANSFER_TYPE_FEE_REFERRER_REWARD_PAY", "buyer", 10),
        ("TRANSFER_TYPE_FEE_REFERRER_REWARD_DISTRIBUTE", "r1", 10),
        ("TRANSFER_TYPE_FEE_REFERRER_REWARD_PAY", "seller", 20),
        ("TRANSFER_TYPE_FEE_REFERRER_REWARD_DISTRIBUTE", "r2", 20),
    ]


def test_a_batch_auction_charges_the_later_batch():
    made = engine("0.01", "0.01")
    one, other = trade(1, 100), trade(1, 100)
    other.seller_auction_batch = 2
    made.batch_auction([one, other])
    assert one.buyer_fee == one.seller_fee == Fee(0, 1)
    assert other.seller_fee == Fee(1, 1)
    assert other.buyer_fee == NO_FEE


def test_close_out_fees_are_summed_before_the_makers_receive():
    made = engine("0.01", "0.02", "0.03", "0.04")
    trades = [trade(1, 100, SELL, buyer="m1", seller="network"), trade(2, 100, SELL, buyer="m2", seller="network")]
    bill = made.close_out(trades)
    assert bill.payments == [
        ("TRANSFER_TYPE_MAKER_FEE_PAY", "network", 3),
        ("TRANSFER_TYPE_INFRASTRUCTURE_FEE_PAY", "network", 6),
        ("TRANSFER_TYPE_LIQUIDITY_FEE_PAY", "network", 9),
        ("TRANSFER_TYPE_BUY_BACK_FEE_PAY", "network", 12),
        ("TRANSFER_TYPE_TREASURY_FEE_PAY", "network", 0),
        ("TRANSFER_TYPE_MAKER_FEE_RECEIVE", "m1", 1),
        ("TRANSFER_TYPE_MAKER_FEE_RECEIVE", "m2", 2),
    ]
    assert trades[0].seller_fee == Fee(1, 2, 3, 4)
    assert made.statistics.maker_received == {"m1": 1, "m2": 2}
    assert made.statistics.totals == {}  # close-outs do not count towards transfer discounts


def test_a_resumed_market_charges_the_buyers_and_keeps_the_fees_of_trades_empty():
    trades = [trade(1, 100, Side.UNSPECIFIED, buyer="b1"), trade(1, 100, Side.UNSPECIFIED, buyer="b2")]
    bill = engine("0.01", "0.02").continuous(trades)
    assert trades[0].buyer_fee is None
    assert [p for p in bill.payments if "MAKER_FEE_PAY" in p[0]] == [
        ("TRANSFER_TYPE_MAKER_FEE_PAY", "b1", 1),
        ("TRANSFER_TYPE_MAKER_FEE_PAY", "b2", 1),
    ]
    assert ("TRANSFER_TYPE_INFRASTRUCTURE_FEE_PAY", "b2", 4) in bill.payments
    assert (bill.taker, bill.total) == ("b2", 6)


def test_statistics_are_written_when_fees_are_computed():
    made = engine("0.01", "0.02")
    made.continuous([trade(1, 100)])
    made.estimate_continuous("buyer", BUY, 1, 100)
    assert made.statistics.totals == {"buyer": 6, "seller": 1, "": 1}
    assert made.statistics.maker_received == {"seller": 1, "": 1}
    assert made.statistics.maker_generated == {"buyer": {"seller": 1, "": 1}}


def test_estimates_for_spot_orders():
    made = engine("0.01", "0.02", "0.03")
    assert made.estimate_continuous("p", BUY, 1, 1001) == 11 + 21 + 31
    assert made.estimate_auction("p", SELL, 1, 1001) == 11 + 16
    assert made.estimate_continuous("p", BUY, 1, 0) == 0


def test_refusals():
    with pytest.raises(Refused, match="empty trades slice sent to fees"):
        engine().continuous([])
    with pytest.raises(Refused, match="fee factors must be positive"):
        engine("-0.1")


def test_a_fee_pickles():
    fee = Fee(1, 2, 3, 4, 5, 6, (7, 8, 9), (10, 11, 12))
    assert pickle.loads(pickle.dumps(fee, 5)) == fee


factor = st.integers(0, 1000).map(lambda n: Factor(Decimal(n) / 1000))
triple = st.builds(ComponentFactors, factor, factor, factor)


@given(
    sizes=st.lists(st.integers(1, 10**6), min_size=1, max_size=4),
    price=st.integers(1, 10**9),
    fees=st.tuples(*[st.integers(0, 1000)] * 5),
    referral=triple, volume=triple, reward=triple, rebate=st.integers(0, 2000), decimals=st.integers(-2, 6),
)  # fmt: skip
def test_what_is_paid_is_what_is_received_and_never_more_than_the_plain_fee(
    sizes, price, fees, referral, volume, reward, rebate, decimals
):
    shares = [Decimal(n) / 10_000 for n in fees]
    capped = min(Decimal(rebate) / 10_000, shares[3] + shares[4])
    made = engine(
        *map(str, shares), decimals=decimals,
        referrals=Programmes({"buyer": referral}, {"buyer": ("referrer", reward)}),
        volume_discounts=Programmes({"buyer": volume}),
        volume_rebates=Programmes(rebates={"seller": Factor(capped)}),
    )  # fmt: skip
    plain = engine(*map(str, shares), decimals=decimals)
    trades = [trade(size, price) for size in sizes]
    bill = made.continuous(trades)

    def total(*kinds):
        return sum(amount for type, _, amount in bill.payments if type.removeprefix("TRANSFER_TYPE_") in kinds)

    rewards = total("FEE_REFERRER_REWARD_PAY")
    assert total("MAKER_FEE_PAY") == total("MAKER_FEE_RECEIVE")
    assert total("HIGH_MAKER_FEE_REBATE_PAY") == total("HIGH_MAKER_FEE_REBATE_RECEIVE")
    assert rewards == total("FEE_REFERRER_REWARD_DISTRIBUTE")
    paid = sum(amount for type, _, amount in bill.payments if type.endswith("_PAY"))
    assert paid == bill.total + rewards
    assert all(amount >= 0 for _, _, amount in bill.payments)
    discounts = sum(sum(t.buyer_fee.values()[6:]) for t in trades)
    full = plain.continuous([trade(size, price) for size in sizes]).total
    assert full - 3 * len(trades) <= paid + discounts <= full
