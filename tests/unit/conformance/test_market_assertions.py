from types import SimpleNamespace as Thing

import pytest

from tests.conformance.failures import BadTable
from tests.conformance.runner import REGISTRY
from vega_mesa.protocol.collateral import AccountType, account_id
from vega_mesa.protocol.events.ledger import AccountUpdated, LedgerEntry, LedgerMoved
from vega_mesa.protocol.fees.fee import Fee
from vega_mesa.protocol.matching.order import (
    Side,
    Trade,
)

SECOND = 10**9


# -- market data -----------------------------------------------------------------------------------------------------

DATA = 'the market data for the market "m" should be:'


@pytest.mark.parametrize(
    ("rows", "passes"),
    [
        (("| mark price | best bid volume | open interest |", "| 100 | 5 | 7 |"), True),
        (("| mark price |", "| 101 |"), False),
        (("| best bid price |", "| 98 |"), False),
        (("| target stake |", "| 12.0 |"), False),  # text, not value
        (("| mark price | open interest |", "| 100 |  |", "| 999 | 7 |"), True),  # the first cell of a column counts
        (("| mark price | open interest |", "| 100 |  |", "|  | 8 |"), False),
        (("| trading mode |", "| TRADING_MODE_OPENING_AUCTION |"), False),
        (("| timestamp |", "| 1 |", "| 20000000000 |"), True),  # of a moment the last
        (("| auction end |", "| 5 |"), True),  # seconds after the start
        (("| auction end |", "| 15000000000 |"), True),
        (("| auction end |", "| 6 |"), False),
        (("| horizon | min bound | max bound |", "| 60 | 90 | 110 |"), True),  # the first with that horizon
        (("| horizon | min bound | max bound |", "| 60 | 1 | 2 |"), False),
        (("| horizon | min bound | max bound | ref price |", "| 60 | 90 | 110 | 0 |"), True),
        (("| horizon | min bound | max bound | ref price |", "| 60 | 90 | 110 | 99 |"), False),
        (("| horizon | min bound | max bound |", "| 60 | 0 | 0 |", "|  | 0 | 0 |"), True),  # one lacks it: none counts
        (("| horizon | min bound | max bound |", "| 61 | 90 | 110 |"), False),
        (("| party | equity share | average entry valuation |", "| lp2 | 0.25 | 1 |"), True),
        (("| party | equity share | average entry valuation |", "| lp2 | 0.26 | 1 |"), False),
        (("| party | equity share | average entry valuation |", "| lp2 | 0.26 |  |"), True),
        (("| party | equity share | average entry valuation |", "| lp3 | 0.25 | 1 |"), False),
    ],
)
def test_market_data(world, rows, passes):
    assert world.holds(DATA, *rows) is passes


def test_market_data_of_an_unknown_market_fail(world):
    assert not world.holds('the market data for the market "n" should be:', "| mark price |", "| 100 |")


def test_only_cells_that_count_are_changed_by_mutations():
    definition, _ = REGISTRY.find(DATA)
    rows = definition.headers.read(
        (("mark price", "horizon", "min bound", "timestamp"), ("1", "60", "2", "3"), ("5", "", "6", "7"))
    )
    assert definition.compared_cells(rows) == [(0, "mark price"), (1, "timestamp")]


def test_fee_shares_are_compared_as_text_and_any_may_fit(world):
    text = 'the liquidity provider fee shares for the market "m" should be:'
    header = "| party | equity like share | average entry valuation | virtual stake |"
    assert world.holds(text, header, "| lp1 | 0.75 | 6000 | 9.0000000000000000 |")
    assert not world.holds(text, header, "| lp1 | 0.75 | 6000 | 9 |")
    assert not world.holds(text, header, "| lp1 | 0.25 | 6000 |  |")


def test_bounds_ignore_the_horizon(world):
    text = 'the price monitoring bounds for the market "m" should be:'
    assert world.holds(text, "| min bound | max bound |", "| 80 | 120 |", "| 1 | 2 |")
    assert not world.holds(text, "| min bound | max bound |", "| 80 | 110 |")


def test_the_last_state_comes_from_the_event(world):
    text = 'the last market state should be "STATE_SETTLED" for the market "m"'
    assert not world.holds(text)
    world.tell("markets", Thing(market="m", state="STATE_ACTIVE"), Thing(market="m", state="STATE_SETTLED"))
    assert world.holds(text)


def test_product_data_compare_blank_averages_as_empty(world):
    text = 'the product data for the market "m" should be:'
    assert world.holds(text, "| internal twap | external twap | funding payment |", "| 5 |  |  |")
    assert not world.holds(text, "| internal twap | external twap |", "| 5 | 0 |")
    assert not world.holds(text, "| internal twap | external twap | funding rate |", "| 5 |  | 0.2 |")


# -- trades and transfers --------------------------------------------------------------------------------------------

TRADES = "the following trades should be executed:"


def a_trade(price=10, size=2, buyer="b", seller="s", aggressor=Side.BUY):
    trade = Trade("m", price * 100, price, size, aggressor, buyer, seller, "o1", "o2", 0)
    trade.buyer_fee = Fee(maker=3, infrastructure=2, liquidity=1, buy_back=4, treasury=5, high_volume_maker=9)
    return Thing(trade=trade)


@pytest.mark.parametrize(
    ("more", "cells", "passes"),
    [
        ("aggressor side", "buy", True),
        ("aggressor side", "sell", False),
        ("buyer fee", "15", True),  # without the high-volume rebate
        ("buyer fee", "24", False),
        ("buyer maker fee | buyer treasury fee", "3 | 5", True),
        ("buyer maker fee | buyer treasury fee", "3 | 6", False),
        ("seller fee", "0", True),
        ("buyer high volume maker fee", "9", True),
        ("buyer maker fee volume discount", "1", False),
    ],
)
def test_trades_are_compared_cell_by_cell(world, more, cells, passes):
    world.tell("trades", a_trade(price=11), a_trade())
    assert world.holds(TRADES, f"| buyer | seller | price | size | {more} |", f"| b | s | 10 | 2 | {cells} |") is passes


def test_one_trade_may_satisfy_several_rows_and_clearing_takes_it_away(world):
    world.tell("trades", a_trade())
    rows = ("| buyer | seller | price | size |", "| b | s | 10 | 2 |", "| b | s | 10 | 2 |")
    assert world.holds(TRADES, *rows)
    world.run("clear trade events")
    assert not world.holds(TRADES, *rows)


def test_aliases_count_only_where_a_row_says_so(world):
    world.tell("trades", a_trade(buyer="sub"))
    header = "| buyer | seller | price | size | is amm |"
    assert world.holds(TRADES, header, "| pool | s | 10 | 2 | true |")
    assert not world.holds(TRADES, header, "| pool | s | 10 | 2 | false |")


def test_an_auction_ends_with_all_trades_at_one_price(world):
    world.tell("trades", a_trade(size=2), a_trade(size=3))
    text = 'the auction ends with a traded volume of "{}" at a price of "{}"'
    assert world.holds(text.format(5, 10))
    assert not world.holds(text.format(4, 10))
    world.tell("trades", a_trade(price=11, size=0))
    assert not world.holds(text.format(5, 10))


def test_network_trades_fit_on_either_side(world):
    world.tell("trades", a_trade())
    header = "| party | aggressor side | volume |"
    text = "the following network trades should be executed:"
    assert world.holds(text, header, "| s | buy | 2 |", "| b | buy | 2 |")
    assert not world.holds(text, header, "| s | sell | 2 |")
    assert not world.holds(text, header, "| s | buy | 3 |")


TRANSFERS = "the following transfers should happen:"
HEADER = "| from | from account | to | to account | market id | amount | asset | type |"


def test_transfers_are_found_by_account_ids(world):
    margin = account_id(AccountType.MARGIN, "USD", "p", "m")
    general = account_id(AccountType.GENERAL, "USD", "p")
    treasury = account_id(AccountType.NETWORK_TREASURY, "USD")
    entries = tuple(
        LedgerEntry(kind, amount, "USD", source, target, 0, 0)
        for kind, amount, source, target in (
            ("TRANSFER_TYPE_MARGIN_LOW", 5, general, margin),
            ("TRANSFER_TYPE_TREASURY_FEE_PAY", 6, general, treasury),
        )
    )
    row = "| p | ACCOUNT_TYPE_GENERAL | p | ACCOUNT_TYPE_MARGIN | m | {} | USD | {} |"
    fee = "| p | ACCOUNT_TYPE_GENERAL | market | ACCOUNT_TYPE_NETWORK_TREASURY | m | 6 | USD |  |"
    world.bus.send(LedgerMoved, entries=entries)
    assert not world.holds(TRANSFERS, HEADER, row.format(5, "TRANSFER_TYPE_LOSS"))
    assert not world.holds(TRANSFERS, HEADER, row.format(6, ""))
    assert not world.holds(TRANSFERS, HEADER, "| q" + row.format(5, "")[3:])
    with pytest.raises(BadTable):
        world.run(TRANSFERS, HEADER, "| p | ACCOUNT_TYPE_X | p | ACCOUNT_TYPE_MARGIN | m | 5 | USD |  |")
    assert world.holds(TRANSFERS, HEADER, row.format(5, ""), row.format(5, "TRANSFER_TYPE_MARGIN_LOW"), fee)
    assert not world.holds(TRANSFERS, HEADER, fee)  # a success has emptied the list


def test_a_transfer_of_an_amm_needs_a_known_alias(world):
    world.bus.send(
        LedgerMoved,
        entries=(LedgerEntry("X", 5, "USD", *(account_id(AccountType.GENERAL, "USD", p) for p in ("p", "sub")), 0, 0),),
    )
    header, row = (
        HEADER.replace("type", "is amm"),
        "| p | ACCOUNT_TYPE_GENERAL | {} | ACCOUNT_TYPE_GENERAL |  | 5 | USD | true |",
    )
    assert not world.holds(TRANSFERS, header, row.format("sub"))
    assert world.holds(TRANSFERS, header, row.format("pool"))


# -- balances --------------------------------------------------------------------------------------------------------


def hold(world, type, balance, owner="p", asset="USD", market=""):
    world.bus.send(
        AccountUpdated, account=account_id(type, asset, owner, market), type=type, asset=asset, owner=owner,
        market=market, balance=balance,
    )  # fmt: skip


def test_balances_of_parties(world):
    hold(world, AccountType.GENERAL, 50)
    hold(world, AccountType.MARGIN, 0, market="m")
    hold(world, AccountType.GENERAL, 9, owner="sub")
    text = "the parties should have the following account balances:"
    header = "| party | asset | market id | margin | general | bond | is amm |"
    assert world.holds(text, header, "| p | USD | m | 0 | 50 |  |  |", "| pool | USD |  |  | 9 |  | true |")
    assert not world.holds(text, header, "| p | USD | m | 1 | 50 |  |  |")
    assert not world.holds(text, header, "| p | USD | m | 0 | 51 |  |  |")
    assert not world.holds(text, header, "| p | USD | m | 0 | 050 |  |  |")  # text
    assert not world.holds(text, header, "| p | USD | m |  |  | 0 |  |")  # no bond account
    assert not world.holds(text, header, "| x | USD |  |  | 9 |  | true |")
    with pytest.raises(BadTable):
        world.run(text, header, "| p | USD |  | 0 |  |  |  |")


def test_balances_of_single_accounts(world):
    hold(world, AccountType.INSURANCE, 5, owner="", market="m")
    hold(world, AccountType.NETWORK_TREASURY, 6, owner="")
    hold(world, AccountType.VESTING_REWARDS, 7)
    for text, right in (
        ('the insurance pool balance should be "{}" for the market "m"', 5),
        ('the network treasury balance should be "{}" for the asset "USD"', 6),
        ('"p" should have vesting account balance of "{}" for asset "USD"', 7),
    ):
        assert world.holds(text.format(right))
        assert not world.holds(text.format(right + 1))
    assert not world.holds('the insurance pool balance should be "0" for the market "n"')
    assert not world.holds('"q" should have vesting account balance of "0" for asset "USD"')
    plural = "parties should have the following vesting account balances:"
    assert world.holds(plural, "| party | asset | balance |", "| p | USD | 7 |", "| q | USD | 0 |")
    assert not world.holds(plural, "| party | asset | balance |", "| q | USD | 1 |")


def test_a_missing_reward_account_holds_nothing(world):
    text = 'the reward account of type "ACCOUNT_TYPE_GLOBAL_REWARD" should have balance of "{}" for asset "USD"'
    assert world.holds(text.format(0))
    assert not world.holds(text.format(1))


def test_only_the_listed_accounts(world):
    hold(world, AccountType.GENERAL, 50)
    hold(world, AccountType.MARGIN, 0, market="m")
    text = '"p" should have only the following accounts:'
    both = ("| ACCOUNT_TYPE_GENERAL | USD | 50 |", "| ACCOUNT_TYPE_MARGIN | USD |  |")
    assert world.holds(text, "| type | asset | amount |", *both)
    assert not world.holds(text, "| type | asset | amount |", both[0])
    assert not world.holds(text, "| type | asset | amount |", both[0], both[1].replace("MARGIN", "BOND"))
    assert not world.holds(text, "| type | asset | amount |", both[0].replace("50", "51"), both[1])
