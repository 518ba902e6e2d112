from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.conformance.configurations import Configurations
from tests.conformance.failures import BadTable, Mismatch, StepFailed
from tests.conformance.runner import REGISTRY
from tests.conformance.world import SECOND, START
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    OrderAmendment,
    OrderSubmission,
    StopOrdersSubmission,
)
from vega_mesa.protocol.markets.definition import (
    CompositePriceType,
    FutureProduct,
    LiquidationStrategy,
    PerpetualProduct,
)
from vega_mesa.protocol.matching.order import Order, OrderType, PeggedReference, Side, TimeInForce


class FakeWorld:
    """Notes what the steps ask for."""

    def __init__(self, *, perps=False):
        self.configurations = Configurations()
        self.perps = perps
        self.now = START
        self.block_duration = SECOND
        self.calls = []
        self.commands = []
        self.answers = {}
        self.definitions = {}
        self.market_list = []
        self.aliases = {}
        self.batch = None
        self.epochs = [0]
        self.auction_end = 0
        self.state = "STATE_PENDING"
        self.order = Order("id", "m", "p", Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 5, reference="r")
        self.recorder = SimpleNamespace(order=lambda party, reference: self.order if reference == "r" else None)

    def tick(self, now=None):
        self.now = self.now if now is None else now
        self.calls.append(("T", (self.now - START) // SECOND))

    def end_block(self, *, epoch=True):
        self.calls += ["EB", "XB"] if epoch else ["XB"]

    def move_block(self):
        self.end_block()
        self.tick(self.now + self.block_duration)

    def epoch(self):
        return None if self.epochs == [] else sum(call == "EB" for call in self.calls) // 3

    def execute(self, party, command, id_root=None):
        self.commands.append((party, command))
        error, trades = self.answers.get(party, ("", 0))
        order = None if error else SimpleNamespace(id=f"id-{len(self.commands)}")
        return SimpleNamespace(error=error or None, order=order, trades=[None] * trades)

    def resolve(self, party):
        return self.aliases.get(party, party)

    def market_data(self, market):
        return SimpleNamespace(auction_end=self.auction_end)

    def market_state(self, market):
        return self.state

    def start_opening_auction(self, market):
        self.calls.append(("open", market))

    def enable_for_markets(self, assets):
        self.calls.append(("enable", tuple(assets)))

    def submit_market(self, market, definition):
        self.definitions[market] = definition

    update_market = submit_market

    def definition(self, market):
        return self.definitions[market]

    def set_parameters(self, values):
        self.calls.append(values)


@pytest.fixture
def world():
    return FakeWorld()


def run(world, text, *rows):
    table = [tuple(cell.strip() for cell in row.strip().strip("|").split("|")) for row in rows]
    REGISTRY.run(text, table or None, world)


# -- time ------------------------------------------------------------------------------------------------------------


def test_moving_blocks_ends_the_block_before_the_clock_moves(world):
    run(world, 'the network moves ahead "2" blocks')
    assert world.calls == ["EB", "XB", ("T", 1), "EB", "XB", ("T", 2)]


def test_time_is_updated_ticks_first_and_ends_no_epoch(world):
    run(world, 'time is updated to "2019-11-30T00:00:05Z"')
    assert world.calls == [("T", 5), "XB"]


def test_moving_with_a_block_duration_ends_no_epoch_and_may_overshoot(world):
    run(world, 'the network moves ahead "5s" with block duration of "2s"')
    assert world.calls == ["XB", ("T", 2), "XB", ("T", 4), "XB", ("T", 6)]


def test_moving_epochs_repeats_blocks_until_the_sequence_changes(world):
    run(world, 'the network moves ahead "2" epochs')
    assert world.calls[-1] == ("T", 6)


def test_moving_epochs_needs_an_epoch_event(world):
    world.epochs = []
    run(world, 'the network moves ahead "0" epochs')
    with pytest.raises(StepFailed):
        run(world, 'the network moves ahead "1" epochs')


def test_the_opening_auction_ends_with_one_tick_of_twice_the_rest(world):
    world.market_list = ["m"]
    world.auction_end = START + 7 * SECOND
    run(world, 'the opening auction period ends for market "m"')
    assert world.calls == [("T", 14)]


def test_a_proposed_market_is_opened_first_and_its_old_end_counts(world):
    world.market_list, world.state = ["m"], "STATE_PROPOSED"
    run(world, 'the opening auction period ends for market "m"')
    assert world.calls == [("open", "m"), ("T", 1)]
    with pytest.raises(StepFailed):
        run(world, 'the opening auction period ends for market "n"')


def test_unix_time_may_be_seconds_or_nanoseconds(world):
    run(world, 'the system unix time is "1575072000"')
    run(world, 'system unix time is "1575072000000000000"')
    with pytest.raises(Mismatch):
        run(world, 'system unix time is "1575072001"')


# -- parameters ------------------------------------------------------------------------------------------------------


def test_parameters_are_written_as_governance_writes_them(world):
    run(
        world,
        "the following network parameters are set:",
        "| name | value |",
        "| market.auction.minimumDuration | 12 |",
        "| network.markPriceUpdateMaximumFrequency | 0s |",
        "| transfer.fee.factor | 0.5 |",
    )
    assert world.calls == [{
        "market.auction.minimumDuration": "12s",
        "network.markPriceUpdateMaximumFrequency": "0s",
        "transfer.fee.factor": "0.5",
    }]  # fmt: skip


@pytest.mark.parametrize(
    "row", ["| spam.protection.voting.min.tokens | 1 |", "| network.markPriceUpdateMaximumFrequency | 2h |"]
)
def test_what_nobody_watches_or_is_out_of_range_fails(world, row):
    with pytest.raises(StepFailed):
        run(world, "the following network parameters are set:", "| name | value |", row)


# -- orders ----------------------------------------------------------------------------------------------------------

ORDER = "| party | market id | side | volume | price | type | tif |"


def one_order(
    world, more_headers, cells, kind="TYPE_LIMIT", tif="TIF_GTC", step="the parties place the following orders:"
):
    run(world, step, f"{ORDER} {more_headers} |", f"| p | m | buy | 3 | 10 | {kind} | {tif} | {cells} |")
    return world.commands[-1][1]


def test_an_order_is_sent_as_written(world):
    order = one_order(world, "reference | only", "ref | post")
    assert order == OrderSubmission(market_id="m", side=Side.BUY, size=3, price=10, reference="ref", post_only=True)
    assert world.configurations.order_ids == {"ref": "id-1"}


def test_expiry_is_relative_and_only_for_limit_orders_till_a_time(world):
    assert one_order(world, "expires in", "-5", tif="TIF_GTT").expires_at == START - 5 * SECOND
    assert one_order(world, "expires in", "5", "TYPE_MARKET", "TIF_GTT").expires_at == 0
    assert one_order(world, "expires in", "5").expires_at == 0
    with pytest.raises(BadTable):
        one_order(world, "expires in", "", tif="TIF_GTT")


def test_a_pegged_reference_makes_the_order_pegged(world):
    peg = one_order(world, "pegged reference | pegged offset", "MID | 4").pegged_order
    assert (peg.reference, peg.offset) == (PeggedReference.MID, 4)


@pytest.mark.parametrize(
    ("expected", "returned", "passes"),
    [("", "", True), ("", "no", False), ("no", "", False), ("no", "no", True), ("no", "No", False)],
)
def test_errors_must_match_character_by_character(world, expected, returned, passes):
    world.answers["p"] = (returned, 0)
    if passes:
        one_order(world, "error", expected)
    else:
        with pytest.raises(Mismatch):
            one_order(world, "error", expected)


def test_the_number_of_trades_is_compared_when_the_order_was_taken(world):
    world.answers["p"] = ("", 2)
    one_order(world, "resulting trades", "2")
    with pytest.raises(Mismatch, match="resulting trades: expected 1, got 2"):
        one_order(world, "resulting trades", "1")
    with pytest.raises(StepFailed):
        one_order(world, "resulting trades | error", "1 | no")


def test_orders_with_ticks_end_a_block_of_no_length_after_each_counted_order(world):
    step = "the parties place the following orders with ticks:"
    one_order(world, "resulting trades", "0", step=step)
    assert world.calls == [("T", 0), "EB", "XB", ("T", 0)]
    world.calls.clear()
    one_order(world, "resulting trades", "", step=step)
    assert world.calls == [("T", 0)]
    world.calls.clear()
    world.answers["p"] = ("no", 0)
    one_order(world, "resulting trades | error", "0 | no", step=step)
    assert world.calls == [("T", 0)]


def test_orders_blocks_apart_move_whole_blocks(world):
    one_order(world, "resulting trades", "0", step='the parties place the following orders "2" blocks apart:')
    assert world.calls == [("T", 0), "EB", "XB", ("T", 1), "EB", "XB", ("T", 2)]


def test_a_trigger_makes_a_stop_order(world):
    stop = one_order(world, "fb price trigger | fb trailing | fb expires in | reference", "9 | 0 | 3 | ref")
    assert isinstance(stop, StopOrdersSubmission)
    assert stop.rises_above is None
    assert (stop.falls_below.price, stop.falls_below.trailing_percent_offset) == (9, None)
    assert stop.falls_below.expires_at == START + 3 * SECOND
    assert stop.falls_below.order_submission.reference == "ref"


def test_two_legs_get_references_of_their_own(world):
    stop = one_order(world, "fb trailing | ra price trigger | reference", "0.1 | 11 | ref")
    assert stop.falls_below.order_submission.reference == "ref-1"
    assert stop.rises_above.order_submission.reference == "ref-2"
    assert stop.falls_below.trailing_percent_offset == Decimal("0.1")


def test_one_leg_with_two_triggers_fails(world):
    with pytest.raises(StepFailed):
        one_order(world, "fb price trigger | fb trailing", "9 | 0.1")


def test_size_overrides(world):
    headers = "fb price trigger | fb size override setting | fb size override percentage"
    leg = one_order(world, headers, "9 | POSITION | 0.5").falls_below
    assert (leg.size_override_setting, leg.size_override_percentage) == (
        "SIZE_OVERRIDE_SETTING_POSITION",
        Decimal("0.5"),
    )
    leg = one_order(world, headers, "9 |  | 0.5").falls_below
    assert (leg.size_override_setting, leg.size_override_percentage) == ("SIZE_OVERRIDE_SETTING_NONE", None)


def test_hacked_orders_may_come_from_an_alias(world):
    world.aliases["a"] = "sub-party"
    step = "the parties place the following hacked orders:"
    for is_amm, party in (("true", "sub-party"), ("false", "a")):
        run(world, step, f"{ORDER} is amm |", f"| a | m | buy | 3 | 10 | TYPE_LIMIT | TIF_GTC | {is_amm} |")
        assert world.commands[-1][0] == party


def test_an_amend_leaves_blank_and_zero_prices_unchanged(world):
    run(
        world,
        "the parties amend the following orders:",
        "| party | reference | price | size delta | tif |",
        "| p | r | 0 | -1 | TIF_GTC |",
    )
    assert world.commands[-1][1] == OrderAmendment(
        market_id="m", order_id="id", size_delta=-1, time_in_force=TimeInForce.GTC
    )
    with pytest.raises(StepFailed, match="no order"):
        run(world, "the parties cancel the following orders:", "| party | reference |", "| p | unknown |")


def test_errors_of_cancelling_all_stop_orders_are_ignored(world):
    world.answers["p"] = ("stop order not found", 0)
    run(world, 'the party "p" cancels all their stop orders for the market "m"')
    run(world, 'the party "p" cancels all their stop orders')
    assert [command.market_id for _, command in world.commands] == ["m", ""]


# -- batches ---------------------------------------------------------------------------------------------------------


def batch(world, party="p"):
    run(
        world,
        f'the party "{party}" adds the following orders to a batch:',
        "| market id | side | volume | price | type | tif | error |",
        "| m | buy | 3 | 10 | TYPE_LIMIT | TIF_GTC | ignored |",
    )


def test_a_batch_must_be_started_by_the_party(world):
    with pytest.raises(StepFailed, match=r"^batch instruction not started$"):
        batch(world)
    run(world, 'the party "q" starts a batch instruction')
    with pytest.raises(StepFailed, match=r"^batch instruction started with different party$"):
        batch(world)


def test_each_addition_ticks_and_unknown_references_have_no_id(world):
    world.configurations.order_ids["known"] = "id-7"
    run(world, 'the party "p" starts a batch instruction')
    batch(world)
    run(
        world,
        'the party "p" adds the following cancels to a batch:',
        "| market id | reference |",
        "| m | known |",
        "| m | x |",
    )
    run(world, 'the party "p" submits their batch instruction')
    assert world.calls == [("T", 0), ("T", 0)]
    (_, command), = world.commands  # fmt: skip
    assert isinstance(command, BatchMarketInstructions)
    assert [cancel.order_id for cancel in command.cancellations] == ["id-7", ""]
    assert len(command.submissions) == 1


def test_a_batch_error_must_be_that_of_the_second_instruction(world):
    for error, passes in (("1 (no)", True), ("0 (no)", False), ("no", False), ("", False)):
        world.answers["p"] = (error, 0)
        run(world, 'the party "p" starts a batch instruction')
        if passes:
            run(world, 'the party "p" submits their batch instruction with error "no"')
        else:
            with pytest.raises(Mismatch):
                run(world, 'the party "p" submits their batch instruction with error "no"')


# -- liquidity, AMM --------------------------------------------------------------------------------------------------

PROVISION = "the parties submit the following liquidity provision:"
PROVISION_HEADER = "| id | party | market id | commitment amount | fee | lp type | error |"


def test_the_first_row_of_an_id_acts_and_ids_go_in_alphabetical_order(world):
    run(
        world, PROVISION, PROVISION_HEADER,
        "| b | p2 | m | 5 | 0.1 | amendment |  |",
        "| a | p1 | m | 4 | 0.1 | submission |  |",
        "| a | p1 | m | 9 | 0.1 | submission |  |",
        "| c | p3 | m | 9 | 0.1 | amendmend |  |",
    )  # fmt: skip
    (p1, first), (p2, second) = world.commands
    assert (p1, type(first), first.commitment_amount) == ("p1", LiquidityProvisionSubmission, 4)
    assert (p2, type(second), second.reference) == ("p2", LiquidityProvisionAmendment, "b")


def test_the_last_expected_error_holds_for_every_id(world):
    world.answers |= {"p1": ("no", 0), "p2": ("no", 0)}
    rows = ("| a | p1 | m | 4 | 0.1 | submission |  |", "| b | p2 | m | 4 | 0.1 | submission | no |")
    run(world, PROVISION, PROVISION_HEADER, *rows)
    world.answers["p1"] = ("", 0)
    with pytest.raises(Mismatch):
        run(world, PROVISION, PROVISION_HEADER, *rows)


# -- markets ---------------------------------------------------------------------------------------------------------

MARKET = {
    "id": "m", "quote name": "ETH", "asset": "USD", "risk model": "default-simple-risk-model", "fees": "default-none",
    "data source config": "default-eth-for-future", "price monitoring": "default-none",
    "margin calculator": "default-margin-calculator", "auction duration": "10", "linear slippage factor": "",
    "quadratic slippage factor": "", "sla params": "default-basic",
}  # fmt: skip


def make_market(world, step="the markets:", **more):
    row = MARKET | {name.replace("_", " "): value for name, value in more.items()}
    run(world, step, " | ".join(row), " | ".join(row.values()) + " |")
    return world.definitions["m"]


def test_the_defaults_of_a_market(world):
    made = make_market(world)
    assert world.calls == [("enable", ("USD",)), ("open", "m")]
    assert made.linear_slippage_factor == Decimal("0.001")
    assert made.quadratic_slippage_factor == 0
    assert made.liquidation_strategy == LiquidationStrategy()
    assert made.mark_price.source_weights == (Decimal(0),) * 4
    assert made.mark_price.source_staleness_tolerance_ns == (1000,) * 4
    assert made.allowed_empty_amm_levels == 100
    assert isinstance(made.product, FutureProduct)
    assert made.product.max_price is None
    assert made.product.settlement_data.filters[0].decimals == 2
    assert made.product.settlement_data.id != made.product.termination.id == "2"


def test_settlement_decimals_given_by_name_reach_every_filter(world):
    run(
        world,
        'the settlement data decimals for the oracle named "default-eth-for-future" is given in "5" decimal places',
    )
    assert make_market(world).product.settlement_data.filters[0].decimals == 5


def test_a_cap_makes_a_capped_future(world):
    product = make_market(world, max_price_cap="100", binary="true", fully_collateralised="true").product
    assert (product.max_price, product.binary, product.fully_collateralised) == (100, True, True)
    assert make_market(world, max_price_cap="100").product.binary is False
    with pytest.raises(BadTable):
        make_market(world, max_price_cap="100", binary="")


def test_a_successor_opens_later(world):
    assert make_market(world, parent_market_id="x").opening_auction_duration == 60
    made = make_market(world, parent_market_id="x", successor_auction="7", insurance_pool_fraction="0.5")
    assert (made.opening_auction_duration, made.parent_market, made.insurance_pool_fraction) == (
        17,
        "x",
        Decimal("0.5"),
    )
    with pytest.raises(StepFailed):
        make_market(world, parent_market_id="x", auction_duration="0")


def test_a_market_that_did_not_pass_stays_proposed(world):
    make_market(world, is_passed="false")
    assert ("open", "m") not in world.calls


def test_the_switch_turns_futures_on_default_oracles_into_perpetuals():
    world = FakeWorld(perps=True)
    made = make_market(world)
    assert isinstance(made.product, PerpetualProduct)
    assert (made.product.settlement_asset, made.product.quote_name) == ("USD", "ETH")
    assert made.product.internal_composite_price is None
    assert made.allowed_empty_amm_levels == 0
    assert isinstance(make_market(FakeWorld()).product, FutureProduct)


@pytest.mark.parametrize("change", [{"risk_model": "nobody"}, {"price_type": "guess"}, {"nonsense": "1"}])
def test_what_a_market_cannot_be_made_of_fails(world, change):
    with pytest.raises(StepFailed):
        make_market(world, **change)


def test_an_update_keeps_what_is_not_given_but_the_price_type_falls_back(world):
    before = make_market(world, price_type="weight", source_weights="1,0,0,0", tick_size="5")
    run(world, "the markets are updated:", "| id | linear slippage factor | tick size |", "| m | 0.5 | 7 |")
    after = world.definitions["m"]
    assert before.mark_price.type is CompositePriceType.WEIGHTED
    assert after.mark_price.type is CompositePriceType.LAST_TRADE
    assert after.mark_price.source_weights == before.mark_price.source_weights
    assert (after.linear_slippage_factor, after.tick_size) == (Decimal("0.5"), 5)
    with pytest.raises(StepFailed):
        run(world, "the markets are updated:", "| id |", "| n |")


def test_named_configurations_are_stored(world):
    run(
        world, 'the price monitoring named "x":', "| horizon | probability | auction extension |", "| 60 | 0.95 | 240 |"
    )
    trigger, = world.configurations.price_monitoring["x"]  # fmt: skip
    assert (trigger.horizon, trigger.probability, trigger.auction_extension) == (60, Decimal("0.95"), 240)
    with pytest.raises(BadTable):
        run(
            world,
            'the fees configuration named "x":',
            "| maker fee | infrastructure fee | liquidity fee method |",
            "| 0 | 0 | X |",
        )


def test_the_halves_of_an_oracle_make_one_product(world):
    for half, name, type in (
        ("settlement data", "price", "TYPE_INTEGER"),
        ("trading termination", "end", "TYPE_BOOLEAN"),
    ):
        run(
            world,
            f'the oracle spec for {half} filtering data from "0x1,0x2" named "x":',
            "| property | type | binding |",
            f"| {name} | {type} | {half} |",
        )
    product = make_market(world, data_source_config="x").product
    assert product.settlement_data.signers == ("0x1", "0x2")
    assert (product.settlement_property, product.termination_property) == ("price", "end")
    assert product.settlement_data.filters[0].decimals == 0


def test_oracle_messages_are_grouped_by_their_time(world):
    sent = []
    world.broadcast = lambda signers, properties, seconds: sent.append((properties, seconds - START // SECOND))
    run(
        world, 'the oracles broadcast data with block time signed with "0x1":', "| name | value | time offset |",
        "| a | 1 | 0s |", "| b | 2 | -1s |", "| c | 3 | 0s |",
    )  # fmt: skip
    assert sent == [({"a": "1", "c": "3"}, 0), ({"b": "2"}, -1)]
    with pytest.raises(StepFailed, match="declared multiple times"):
        run(world, 'the oracles broadcast data signed with "0x1":', "| name | value |", "| a | 1 |", "| a | 2 |")


# -- referrals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "applied", "joined", "team", "passes"),
    [
        ("", "", "", "", True),
        ("no", "no", "", "", False),  # upstream's step fails on an error that was expected
        ("", "", "", "t", True),
        ("closed", "", "closed", "t", True),
        ("closed", "other", "closed", "t", True),
        ("", "other", "", "t", False),
        ("closed", "closed", "", "t", True),  # the error of the code, where joining has none
    ],
)
def test_errors_of_applied_codes(world, error, applied, joined, team, passes):
    world.network = SimpleNamespace(
        apply_referral_code=lambda party, code: applied, join_team=lambda party, name: joined
    )
    table = (
        "| party | code | is_team | team | error |",
        f"| p | c | {'true' if team else 'false'} | {team} | {error} |",
    )
    if passes:
        run(world, "the parties apply the following referral codes:", *table)
    else:
        with pytest.raises(Mismatch):
            run(world, "the parties apply the following referral codes:", *table)
