from decimal import Decimal
from types import SimpleNamespace as Thing

import pytest

from tests.conformance.failures import Mismatch
from vega_mesa.protocol.matching.order import (
    Iceberg,
    Order,
    OrderStatus,
    OrderType,
    Peg,
    PeggedReference,
    Side,
    TimeInForce,
)

SECOND = 10**9


# -- positions -------------------------------------------------------------------------------------------------------


def test_margin_levels_are_those_of_the_last_event(world):
    for maintenance in (5, 6):
        world.tell(
            "margin levels",
            Thing(market="m", party="p", maintenance=maintenance, search=7, initial=8, release=9, order_margin=1,
                  isolated=True, margin_factor=Decimal("0.9")),
        )  # fmt: skip
    text = "the parties should have the following margin levels:"
    header = "| party | market id | maintenance | search | order | margin mode | margin factor |"
    assert world.holds(text, header, "| p | m | 6 | 7 | 1 | isolated margin | 9e-1 |")
    for wrong in (
        "| p | m | 5 |  |  |  |  |", "| p | m | 6 | 8 |  |  |  |", "| p | m | 6 |  | 0 |  |  |",
        "| p | m | 6 |  |  | cross margin |  |", "| p | m | 6 |  |  |  | 0.8 |", "| q | m | 6 |  |  |  |  |",
    ):  # fmt: skip
        assert not world.holds(text, header, wrong)


def record(**more):
    return Thing(
        **({"open_volume": 2, "unrealised": Decimal(5), "realised": Decimal(-3), "status": "S", "taker_fees": 4} | more)
    )


def test_profit_and_loss(world):
    world.records = {"p": {"m": record()}, "two": {"m": record(), "n": record(open_volume=1)}}
    text = "the parties should have the following profit and loss:"
    header = "| party | volume | unrealised pnl | realised pnl | market id | status | taker fees |"
    assert world.holds(text, header, "| p | 2 | 5 | -3 |  | S | 4 |", "| nobody | 0 | 0 | 0 |  |  |  |")
    assert world.holds(text, header, "| two | 1 | 5 | -3 | n |  |  |")
    for wrong in (
        "| p | 1 | 5 | -3 |  |  |  |", "| p | 2 | 4 | -3 |  |  |  |", "| p | 2 | 5 | 3 |  |  |  |",
        "| p | 2 | 5 | -3 |  | T |  |", "| p | 2 | 5 | -3 |  |  | 5 |",
        "| two | 2 | 5 | -3 |  |  |  |",  # several records
        "| two | 2 | 5 | -3 | m | S |  |",  # a status needs the only record
        "| nobody | 0 | 0 | 1 |  |  |  |", "| nobody | 0 | 0 | 0 | m |  |  |",
    ):  # fmt: skip
        assert not world.holds(text, header, wrong)


# -- orders ----------------------------------------------------------------------------------------------------------


def an_order(id="o", **changes):
    order = Order(id, "m", "p", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 5, 1000, 10, reference="r")
    for name, value in changes.items():
        setattr(order, name, value)
    return Thing(order=order)


STATES = "the orders should have the following states:"
STATE = "| party | market id | side | volume | price | remaining | status | reference |"


def test_order_states_search_all_events_unless_a_reference_is_given(world):
    world.tell("orders", an_order(), an_order(remaining=3))
    assert world.holds(STATES, STATE, "| p | m | buy | 5 | 10 | 5 | STATUS_ACTIVE |  |")
    assert not world.holds(STATES, STATE, "| p | m | buy | 5 | 10 | 5 | STATUS_ACTIVE | r |")
    assert world.holds(STATES, STATE, "| p | m | buy | 5 | 10 | 3 | STATUS_ACTIVE | r |")
    for wrong in (
        "| q | m | buy | 5 | 10 | 3 | STATUS_ACTIVE |  |", "| p | n | buy | 5 | 10 | 3 | STATUS_ACTIVE |  |",
        "| p | m | sell | 5 | 10 | 3 | STATUS_ACTIVE |  |", "| p | m | buy | 4 | 10 | 3 | STATUS_ACTIVE |  |",
        "| p | m | buy | 5 | 11 | 3 | STATUS_ACTIVE |  |", "| p | m | buy | 5 | 10 | 2 | STATUS_ACTIVE |  |",
        "| p | m | buy | 5 | 10 | 3 | STATUS_FILLED |  |", "| p | m | buy | 5 | 10 | 3 | STATUS_CANCELLED |  |",
    ):  # fmt: skip
        assert not world.holds(STATES, STATE, wrong)


def test_a_notice_makes_cancelled(world):
    world.tell("orders", an_order())
    world.recorder._cancel(Thing(market="m", party="p", orders=("o",)))
    assert world.holds(STATES, STATE, "| p | m | buy | 5 | 10 | 5 | STATUS_CANCELLED | r |")
    status = "the orders should have the following status:"
    assert world.holds(status, "| party | reference | status |", "| p | r | STATUS_CANCELLED |")
    assert not world.holds(status, "| party | reference | status |", "| p | r | STATUS_ACTIVE |")


def test_pegged_and_iceberg_states(world):
    peg = Peg(PeggedReference.MID, 4)
    world.tell("orders", an_order("a", peg=peg), an_order("b", iceberg=Iceberg(2, 1, 3), remaining=2))
    pegged = "the pegged orders should have the following states:"
    header = "| party | market id | side | volume | reference | offset | price | status |"
    assert world.holds(pegged, header, "| p | m | buy | 5 | MID | 4 | 10 | STATUS_ACTIVE |")
    for wrong in (
        "| p | m | buy | 5 | BID | 4 | 10 | STATUS_ACTIVE |",
        "| p | m | buy | 5 | MID | 5 | 10 | STATUS_ACTIVE |",
        "| p | m | buy | 5 | MID | 4 | 9 | STATUS_ACTIVE |",
        "| p | m | buy | 5 | MID | 4 | 10 | STATUS_PARKED |",
    ):
        assert not world.holds(pegged, header, wrong)
    iceberg = "the iceberg orders should have the following states:"
    header = "| party | market id | side | visible volume | price | status | reserved volume |"
    assert world.holds(iceberg, header, "| p | m | buy | 2 | 10 | STATUS_ACTIVE | 3 |")
    for wrong in ("| p | m | buy | 3 | 10 | STATUS_ACTIVE | 3 |", "| p | m | buy | 2 | 10 | STATUS_ACTIVE | 2 |"):
        assert not world.holds(iceberg, header, wrong)


def test_book_volumes_count_what_is_active_and_visible(world):
    world.tell(
        "orders", an_order("a", remaining=2), an_order("b"), an_order("b", status=OrderStatus.FILLED),
        an_order("c"), an_order("d"), an_order("e", status=OrderStatus.PARKED, original_price=0),
    )  # fmt: skip
    world.tell("cancelled orders", Thing(market="m", party="p", orders=("c",)))
    world.recorder.clear()
    world.tell("expired orders", Thing(market="m", orders=("d",)))
    text = 'the order book should have the following volumes for market "m":'
    assert world.holds(text, "| volume | price | side |", "| 2 | 10 | buy |", "| 0 | 10 | sell |", "| 0 | 11 | buy |")
    assert not world.holds(text, "| volume | price | side |", "| 7 | 10 | buy |")


def test_rejections_are_counted_over_all_rows(world):
    world.tell(
        "orders", *(an_order(str(i), status=OrderStatus.REJECTED, reason="MARGIN_CHECK_FAILED") for i in range(2))
    )
    text, header = "the following orders should be rejected:", "| party | market id | reason |"
    row = "| p | m | ORDER_ERROR_MARGIN_CHECK_FAILED |"
    assert world.holds(text, header, row, row)
    assert not world.holds(text, header, "| p | m | ORDER_ERROR_NONE |")


def test_the_average_fill_price(world):
    header = "| market | volume | side | fill price | ref price | mark price | equivalent linear slippage factor |"
    text = "the average fill price is:"
    assert world.holds(text, header, "| m | 20 | sell | 1002 | 1000 | 100 | 0.002 |")
    for wrong in ("| m | 20 | sell | 1001 |  |  |  |", "| m | 20 | sell |  | 1000 |  | 0.003 |",
                  "| m | 20 | sell |  |  | 101 |  |", "| m | 21 | sell | 1002 |  |  |  |"):  # fmt: skip
        assert not world.holds(text, header, wrong)
    assert world.holds(text, header, "| m | 20 | sell |  | 2000 |  | 0 |")


# -- AMM -------------------------------------------------------------------------------------------------------------


def pool(**changes):
    fields = {"party": "p", "market": "m", "status": "STATUS_ACTIVE", "commitment_amount": 100, "status_reason": "",
              "base": 10, "lower_bound": 8, "upper_bound": None, "leverage_at_lower_bound": None,
              "leverage_at_upper_bound": None}  # fmt: skip
    return Thing(**(fields | changes))


def test_a_blank_column_of_a_pool_says_that_there_is_no_value(world):
    world.tell("amms", pool(), pool(commitment_amount=200))
    text = "the AMM pool status should be:"
    assert world.holds(
        text,
        "| party | market id | amount | status | base | lower bound |",
        "| p | m | 200 | STATUS_ACTIVE | 10 | 8 |",
    )
    assert not world.holds(
        text, "| party | market id | amount | status | base |", "| p | m | 200 | STATUS_ACTIVE | 10 |"
    )
    header = "| party | market id | amount | status | base | lower bound | upper bound |"
    assert world.holds(text, header, "| p | m | 200 | STATUS_ACTIVE | 10 | 8 |  |")
    assert not world.holds(text, header, "| p | m | 200 | STATUS_ACTIVE | 10 | 8 | 12 |")
    assert not world.holds(text, header, "| p | m | 100 | STATUS_ACTIVE | 10 | 8 |  |")
    events = "the following AMM pool events should be emitted:"
    assert world.holds(events, header, "| p | m | 100 | STATUS_ACTIVE | 10 | 8 |  |")
    assert not world.holds(events, header, "| p | m | 300 | STATUS_ACTIVE | 10 | 8 |  |")


def test_an_expected_error_of_an_amm_that_does_not_come_passes(world):
    answers = iter(("", "other", "no"))
    world.execute = lambda party, command: Thing(error=next(answers))
    text = "the parties cancel the following AMM:"
    rows = ("| party | market id | method | error |", "| p | m | METHOD_IMMEDIATE | no |")
    assert world.holds(text, *rows)
    assert not world.holds(text, *rows)
    assert world.holds(text, *rows)


# -- liquidity, funding, network -------------------------------------------------------------------------------------


def test_the_last_event_of_a_provision_counts(world):
    world.tell(
        "liquidity provisions",
        *(Thing(reference="lp1", party="p", market="m", commitment_amount=amount, status="STATUS_ACTIVE", version=i)
          for i, amount in enumerate((5, 6), 1)),
    )  # fmt: skip
    text, header = (
        "the liquidity provisions should have the following states:",
        "| id | party | market | commitment amount | status |",
    )
    assert world.holds(text, header, "| lp1 | p | m | 6 | STATUS_ACTIVE |")
    assert not world.holds(text, header, "| lp1 | p | m | 5 | STATUS_ACTIVE |")
    assert not world.holds(text, header, "| lp1 | p | m | 6 | STATUS_PENDING |")
    events, header = (
        "the following LP events should be emitted:",
        "| party | id | version | commitment amount | final |",
    )
    assert world.holds(events, header, "| p | lp1 | 1 | 5 | false |", "| p | lp1 | 2 |  | true |")
    assert not world.holds(events, header, "| p | lp1 | 1 | 5 | true |")


def test_funding_events(world):
    world.tell(
        "funding periods",
        Thing(
            internal_twap=None, external_twap=None, funding_payment=None, funding_rate=None, start=5 * SECOND, end=None
        ),
        Thing(
            internal_twap="1",
            external_twap="2",
            funding_payment="-3",
            funding_rate="0.5",
            start=5 * SECOND,
            end=9 * SECOND,
        ),
    )
    text = "the following funding period events should be emitted:"
    header = "| internal twap | external twap | funding payment | start | end |"
    assert world.holds(text, header, "|  |  |  | 5 |  |", "| 1 | 2 | -3 | 5000000000 | 9 |")
    for wrong in ("| 1 |  |  |  |  |", "| 1 | 2 | 3 |  |  |", "| 1 | 2 |  | 6 |  |", "| 1 | 2 |  |  | 8 |"):
        assert not world.holds(text, header, wrong)
    world.tell("funding payments", Thing(party="p", market="m", amount=-7))
    payments = "the following funding payment events should be emitted:"
    assert world.holds(payments, "| party | market | amount |", "| p | m | -7 |")
    assert not world.holds(payments, "| party | market | amount |", "| p | m | 7 |")


def test_staking_and_rewards(world):
    world.tell(
        "delegations", Thing(epoch=2, party="p", node="n", amount=5), Thing(epoch=2, party="p", node="n", amount=6)
    )
    text = "the parties should have the following delegation balances for epoch 2:"
    assert world.holds(text, "| party | node id | amount |", "| p | n | 6 |", "| p | other | 0 |")
    assert not world.holds(text, "| party | node id | amount |", "| p | n | 5 |")
    world.tell(
        "validator scores",
        Thing(epoch=1, node="n", status="tendermint", validator_score=Decimal("0.123455"), normalised_score=Decimal(1)),
    )
    scores = "the validators should have the following val scores for epoch 1:"
    header = "| node id | validator score | normalised score |"
    assert world.holds(scores, header, "| n | 0.12346 | 1.00000 |")
    assert not world.holds(scores, header, "| n | 0.12345 | 1.00000 |")
    world.tell("reward payouts", Thing(epoch=1, asset="VEGA", party="p", amount=9))
    rewards = "the parties receive the following reward for epoch 1:"
    assert world.holds(rewards, "| party | asset | amount |", "| p | VEGA | 9 |", "| q | VEGA | 0 |")
    assert not world.holds(rewards, "| party | asset | amount |", "| p | VEGA | 0 |")
    world.tell(
        "activity streaks",
        Thing(
            epoch=3,
            party="p",
            active_for=1,
            inactive_for=0,
            reward_multiplier=Decimal("2.0"),
            vesting_multiplier=Decimal("1.50"),
        ),
    )
    streaks = 'the activity streaks at epoch "3" should be:'
    header = "| party | active for | inactive for | reward multiplier | vesting multiplier |"
    assert world.holds(streaks, header, "| p | 1 | 0 | 2 | 1.5 |")
    assert not world.holds(streaks, header, "| p | 1 | 0 | 2.0 | 1.5 |")
    assert not world.holds(streaks, header, "| p | 1 | 1 | 2 | 1.5 |")


def test_referral_statistics_are_the_first_of_the_epoch(world):
    def stats(volume, discount):
        factors = Thing(infrastructure=Decimal(discount), maker=Decimal(0), liquidity=Decimal(0))
        return Thing(
            set_id="c", at_epoch=2, running_notional_taker_volume=volume, reward_factors=factors,
            referees=(Thing(party="r", discount_factors=factors),),
        )  # fmt: skip

    world.tell("referral stats", stats(10, "0.1"), stats(20, "0.2"))
    text = 'the referral set stats for code "c" at epoch "2" should have a running volume of {}:'
    kinds = ("infra", "maker", "liquidity")
    header = (
        "| party | " + " | ".join(f"{word} {kind} factor" for word in ("discount", "reward") for kind in kinds) + " |"
    )
    assert world.holds(text.format(10), header, "| r | 0.10 | 0 | 0 | 0.1 | 0 | 0 |")
    assert not world.holds(text.format(20), header, "| r | 0.1 | 0 | 0 | 0.1 | 0 | 0 |")
    assert not world.holds(text.format(10), header, "| r | 0.2 | 0 | 0 | 0.1 | 0 | 0 |")
    assert not world.holds(text.format(10), header, "| r | 0.1 | 0 | 0 | 0.2 | 0 | 0 |")
    assert not world.holds(
        text.format(10), header, "| r | 0.1 | 0 | 0 | 0.1 | 0 | 0 |", "| s | 0.1 | 0 | 0 | 0.1 | 0 | 0 |"
    )


def test_members_are_a_set(world):
    world.network.team_members = lambda team: ["b", "a"]
    assert world.holds('the team "t" has the following members:', "| party |", "| a |", "| b |")
    assert not world.holds('the team "t" has the following members:', "| party |", "| a |")


def test_loss_socialisation(world):
    for party in ("p", "q"):
        world.tell("loss socialisation", Thing(market="m", party=party, amount=-3, loss_type="TYPE_SETTLEMENT"))
    text, header = "the loss socialisation amounts are:", "| market | amount | party | count | type |"
    assert world.holds(text, header, "| m | -3 | p,q | 2 | TYPE_SETTLEMENT |")
    for wrong in (
        "| m | 3 |  |  |  |",
        "| m | -3 |  | 1 |  |",
        "| m | -3 | r |  |  |",
        "| m | -3 | p |  | TYPE_FUNDING_PAYMENT |",
    ):
        assert not world.holds(text, header, wrong)


def test_two_steps_can_never_pass(world):
    for text, header in (
        ('the vesting stats at epoch "1" should be:', "| party | reward bonus multiplier |"),
        ('the volume discount stats at epoch "1" should be:', "| party | running volume | discount factor |"),
    ):
        with pytest.raises(Mismatch):
            world.run(text, header, "| 1 " * (header.count("|") - 1) + "|")


@pytest.mark.parametrize("text", ["debug trades", "debug transfers", 'debug detailed orderbook volumes for market "x"'])
def test_what_only_prints_does_nothing(world, text):
    world.run(text)


def test_events_not_to_be_emitted(world):
    text = "the following events should NOT be emitted:"
    assert world.holds(text, "| type |", "| AuctionEvent |")
    world.tell("auctions", Thing())
    assert not world.holds(text, "| type |", "| AuctionEvent |")
    world.run("clear all events")
    assert world.holds(text, "| type |", "| AuctionEvent |")
