import dataclasses
import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.assets import AssetDetails, BuiltinSource, ERC20Source
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.commands.transfers import GovernanceTransfer
from vega_mesa.protocol.data_sources import TIME_TRIGGER, Condition, DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.events.governance import ProposalUpdated, VoteCast
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.governance import parse_market, parse_market_update
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.markets.definition import PerpetualProduct, SpotProduct
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.programmes.referral import ReferralBenefitTier, ReferralProgram, StakingTier
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram, VolumeDiscountTier
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram, VolumeRebateTier
from vega_mesa.protocol.refusal import Refused

KEY = "ab" * 32
ONE, TWO = "01" * 32, "02" * 32
YES, NO = terms.VoteValue.YES, terms.VoteValue.NO
FEE = terms.UpdateNetworkParameter(key="market.fee.factors.makerFee", value="0.1")
TRANSFER = GovernanceTransfer(
    source_type=AccountType.NETWORK_TREASURY,
    destination_type=AccountType.GENERAL,
    destination=KEY,
    asset="DAI",
    amount=1,
    fraction_of_balance=Decimal(1),
)
TOKEN = AssetDetails(name="Dai", symbol="DAI", decimals=18, source=ERC20Source(contract_address="0xDAI"))


def submit(network, change, id=ONE, party="alice", closing=10, enactment=20, **more):
    enact = 0 if isinstance(change, terms.NewFreeform) else network.seconds + enactment
    submission = terms.ProposalSubmission(change=change, closing=network.seconds + closing, enactment=enact, **more)
    return network.governance.submit(party, submission, id, network.now)


def vote(network, party="alice", value=YES, id=ONE):
    network.governance.vote(party, terms.VoteSubmission(proposal_id=id, value=value), network.now)


def refused(function, *arguments, **keywords):
    with pytest.raises(Refused) as refusal:
        function(*arguments, **keywords)
    return refusal.value.text


def outcome(network, id=ONE):
    proposal = network.governance.proposals.get(id)
    if proposal is None:  # refused: told, not kept
        return str(network.told[id].state), network.told[id].reason
    return str(proposal.state), proposal.reason.text


@pytest.fixture
def market(future_proposal):
    return parse_market(future_proposal, signers=(KEY,))


# -- times ---------------------------------------------------------------------------------------------------------


def test_closing_and_enactment_are_strictly_after_their_second(network):
    submit(network, FEE, closing=10, enactment=20)
    vote(network)
    network.tick(10)
    assert outcome(network) == ("STATE_OPEN", "")
    network.tick(1)
    assert outcome(network) == ("STATE_PASSED", "")
    network.tick(9)
    assert outcome(network) == ("STATE_PASSED", "")
    network.tick(1)
    assert outcome(network) == ("STATE_ENACTED", "")
    assert network.parameters.decimal("market.fee.factors.makerFee") == Decimal("0.1")
    assert ("dispatch_parameters",) in network.exchange.calls


def test_a_fraction_of_a_second_does_not_close(network):
    submit(network, FEE)
    vote(network)
    network.now += SECOND - 1
    network.tick(10)
    assert outcome(network)[0] == "STATE_OPEN"


def test_closing_and_enactment_can_happen_in_one_tick(network):
    submit(network, FEE)
    vote(network)
    network.tick(21)
    assert outcome(network) == ("STATE_ENACTED", "")


def test_the_bounds_of_times_are_accepted_and_beyond_is_refused_with_both_times(network):
    network.parameters.set("governance.proposal.updateNetParam.minClose", "10s")
    submit(network, FEE, closing=10)
    text = refused(submit, network, FEE, id=TWO, closing=9)
    assert text == (
        "proposal closing time too soon, expected > 2023-11-14 22:13:30 +0000 UTC, got 2023-11-14 22:13:29 +0000 UTC"
    )
    assert outcome(network, TWO) == ("STATE_REJECTED", "PROPOSAL_ERROR_CLOSE_TIME_TOO_SOON")
    year = 8760 * 3600
    assert "closing time too late" in refused(submit, network, FEE, "03", closing=year + 1, enactment=year + 1)
    assert "enactment time too late" in refused(submit, network, FEE, "04", enactment=year + 1)
    network.parameters.set("governance.proposal.updateNetParam.minEnact", "30s")
    assert "enactment time too soon" in refused(submit, network, FEE, "05", enactment=29)


def test_transfers_read_their_enactment_limits_from_assets(network):
    network.parameters.set("governance.proposal.transfer.minClose", "1s")
    change = terms.NewGovernanceTransfer(transfer=TRANSFER)
    submit(network, change, closing=10, enactment=20)  # the minimum of its own family is 48 h
    vote(network)
    network.tick(21)
    assert [call[0] for call in network.exchange.calls] == ["check_transfer", "check_transfer", "enact_transfer"]


@pytest.mark.parametrize(
    ("submission", "text"),
    [
        (
            terms.ProposalSubmission(change=terms.NewFreeform(), closing=10, enactment=20),
            "proposal_submission.terms.enactment_timestamp (is not supported)",
        ),
        (
            terms.ProposalSubmission(change=FEE, closing=30, enactment=20),
            "proposal_submission.terms.closing_timestamp (cannot be after enactment time)",
        ),
        (
            terms.ProposalSubmission(change=FEE, closing=0, enactment=0, title="", reference="r" * 101),
            (
                "proposal_submission.rationale.title (is required), "
                "proposal_submission.reference (must be less than 100 characters), "
                "proposal_submission.terms.closing_timestamp (must be positive), "
                "proposal_submission.terms.enactment_timestamp (must be positive)"
            ),
        ),
        (
            terms.ProposalSubmission(change=terms.NewAsset(details=TOKEN), closing=10, enactment=20, validation=10),
            "proposal_submission.terms.validation_timestamp (cannot be after or equal to closing time)",
        ),
        (
            terms.ProposalSubmission(change=FEE, closing=10, enactment=20, validation=5),
            "proposal_submission.terms.validation_timestamp (is not supported)",
        ),
        (
            terms.ProposalSubmission(
                change=terms.UpdateMarketState(market_id=TWO, update_type="MARKET_STATE_UPDATE_TYPE_UNSPECIFIED"),
                closing=1,
                enactment=1,
            ),
            "proposal_submission.terms.change.update_market_state.changes.update_type (is not a valid value)",
        ),
        (
            terms.ProposalSubmission(
                change=terms.UpdateNetworkParameter(key="blockchains.ethereumConfig", value="{}"),
                closing=1,
                enactment=1,
            ),
            (
                "proposal_submission.terms.change.update_network_parameter.changes.key "
                "(network parameter update disabled for blockchains.ethereumConfig)"
            ),
        ),
    ],
)
def test_a_proposal_that_is_not_well_formed_leaves_no_trace(network, submission, text):
    assert refused(network.governance.submit, "alice", submission, ONE, network.now) == text
    assert network.governance.proposals == {}


# -- votes ---------------------------------------------------------------------------------------------------------


def test_majority_and_participation_are_inclusive(network):
    network.parameters.set("governance.proposal.updateNetParam.requiredMajority", "0.6")
    network.parameters.set("governance.proposal.updateNetParam.requiredParticipation", "1")
    submit(network, FEE)
    vote(network, "alice", YES)  # 60 of 100
    vote(network, "bob", NO)
    network.tick(11)
    assert outcome(network) == ("STATE_PASSED", "")


@pytest.mark.parametrize(
    ("votes", "state", "reason"),
    [
        ({"alice": NO, "bob": YES}, "STATE_DECLINED", "PROPOSAL_ERROR_MAJORITY_THRESHOLD_NOT_REACHED"),
        ({"bob": YES}, "STATE_DECLINED", "PROPOSAL_ERROR_PARTICIPATION_THRESHOLD_NOT_REACHED"),
        ({}, "STATE_DECLINED", "PROPOSAL_ERROR_PARTICIPATION_THRESHOLD_NOT_REACHED"),
        ({"alice": YES}, "STATE_PASSED", ""),
    ],
)
def test_outcomes(network, votes, state, reason):
    network.parameters.set("governance.proposal.updateNetParam.requiredParticipation", "0.5")
    submit(network, FEE)
    for party, value in votes.items():
        vote(network, party, value)
    network.tick(11)
    assert outcome(network) == (state, reason)


def test_nobody_is_too_few_even_when_nobody_is_required(network):
    network.parameters.set("governance.proposal.updateNetParam.requiredParticipation", "0")
    submit(network, FEE)
    network.tick(11)
    assert outcome(network)[1] == "PROPOSAL_ERROR_PARTICIPATION_THRESHOLD_NOT_REACHED"


def test_the_last_vote_counts_with_the_tokens_of_the_close(network):
    votes = []
    network.bus.subscribe(VoteCast, votes.append)
    submit(network, FEE)
    vote(network, "alice", NO)
    vote(network, "bob", YES)
    vote(network, "alice", YES)
    network.stake.withdraw("bob", 40)
    network.stake.deposit("carol", 40)
    network.tick(11)
    assert outcome(network)[0] == "STATE_PASSED"
    final = [(event.party, event.value, event.tokens, event.weight) for event in votes[3:]]
    assert final == [("alice", "VALUE_YES", 60, 1), ("bob", "VALUE_YES", 0, 0)]
    assert list(network.governance.proposals[ONE].invalid_votes) == ["bob"]


def test_requirements_are_those_of_the_submission_and_voters_balances_of_the_vote(network):
    submit(network, FEE)
    network.parameters.set("governance.proposal.updateNetParam.requiredMajority", "1")
    network.parameters.set("governance.proposal.updateNetParam.minVoterBalance", "41")
    assert refused(vote, network, "bob", NO) == "vote requires more tokens than the party has"
    network.parameters.set("governance.proposal.updateNetParam.minVoterBalance", "40")
    vote(network, "bob", NO)
    network.stake.deposit("alice", 40)
    vote(network, "alice", YES)
    network.tick(11)
    assert outcome(network)[0] == "STATE_PASSED"  # 100 of 140 are more than 66 %


def test_errors_of_votes(network):
    assert refused(vote, network) == "proposal does not exist"
    submit(network, FEE)
    assert refused(vote, network, "stranger") == "party not found"
    vote(network)
    network.tick(11)
    assert refused(vote, network) == "proposal is not open for votes"
    network.tick(10)
    assert refused(vote, network) == "proposal does not exist"


def test_a_proposer_needs_tokens(network):
    network.parameters.set("governance.proposal.updateNetParam.minProposerBalance", "61")
    text = "proposer have insufficient governance token, expected >= 61 got 60"
    assert refused(submit, network, FEE) == text
    assert outcome(network) == ("STATE_REJECTED", "PROPOSAL_ERROR_INSUFFICIENT_TOKENS")
    assert network.told[ONE].error_details == text
    assert refused(submit, network, FEE, id=TWO, party="stranger") == "party not found"
    network.stake.deposit("alice", 1)
    submit(network, FEE)
    assert refused(submit, network, FEE) == "proposal with given ID already exists"


# -- kinds ---------------------------------------------------------------------------------------------------------


def test_freeform_is_enacted_as_soon_as_it_passes(network):
    submit(network, terms.NewFreeform())
    vote(network)
    network.tick(11)
    assert outcome(network) == ("STATE_ENACTED", "")


def test_a_parameter_is_validated_at_submission_and_again_at_enactment(network):
    bad = terms.UpdateNetworkParameter(key="market.fee.factors.makerFee", value="2")
    assert refused(submit, network, bad) == "unable to validate market.fee.factors.makerFee: expect <= 1 got 2"
    assert outcome(network)[1] == "PROPOSAL_ERROR_NETWORK_PARAMETER_VALIDATION_FAILED"
    change = terms.UpdateNetworkParameter(key="market.auction.minimumDuration", value="2h")
    submit(network, change, id=TWO)
    vote(network, id=TWO)
    network.parameters.set("market.auction.maximumDuration", "1h")
    network.tick(21)
    assert outcome(network, TWO)[0] == "STATE_FAILED"


def test_the_reward_asset_must_have_accounts(network):
    change = terms.UpdateNetworkParameter(key="reward.asset", value="nothing")
    assert refused(submit, network, change) == "invalid asset nothing"
    submit(network, dataclasses.replace(change, value="usdt"), id=TWO)


def test_a_built_in_asset_is_enabled_by_its_vote(network):
    details = AssetDetails(name="Play", symbol="PLAY", decimals=5, source=BuiltinSource())
    submit(network, terms.NewAsset(details=details))
    assert outcome(network)[0] == "STATE_WAITING_FOR_NODE_VOTE"
    vote(network)
    network.tick(1)
    assert outcome(network)[0] == "STATE_OPEN"
    network.tick(20)
    assert network.assets.is_enabled(ONE)


def test_a_token_s_address_is_looked_at_before_its_chain(network):
    network.governance.changes.bridge_chains = ("1", "42161")
    gnosis = dataclasses.replace(TOKEN, source=ERC20Source(contract_address="0xother", chain_id="100"))
    assert refused(submit, network, terms.NewAsset(details=gnosis)) == (
        "erc20 chain-id does not correspond to a bridge"
    )
    submit(network, terms.NewAsset(details=TOKEN), id=TWO)
    again = dataclasses.replace(TOKEN, source=ERC20Source(contract_address="0xdai", chain_id="100"))
    assert refused(submit, network, terms.NewAsset(details=again), id="03" * 32) == "erc20 address already in use"


class Tokens:
    def __init__(self, matches):
        self.matches = matches

    def token_matches(self, details):
        return self.matches


def test_a_token_waits_for_the_nodes_then_for_its_listing(network):
    network.governance.tokens = Tokens(False)
    submit(network, terms.NewAsset(details=TOKEN))
    network.tick(5)
    assert outcome(network)[0] == "STATE_WAITING_FOR_NODE_VOTE"
    network.governance.tokens.matches = True
    vote(network)
    network.tick(1)
    network.tick(15)
    assert outcome(network)[0] == "STATE_ENACTED"
    assert network.assets.by_id[ONE].status == "STATUS_PENDING_LISTING"
    assert network.assets.awaiting_bridge == [ONE]


def test_a_token_that_nodes_cannot_confirm_in_time_is_rejected(network):
    network.governance.tokens = Tokens(False)
    submit(network, terms.NewAsset(details=TOKEN))
    network.tick(10)
    assert outcome(network) == ("STATE_REJECTED", "PROPOSAL_ERROR_NODE_VALIDATION_FAILED")
    assert network.assets.by_id[ONE].status == "STATUS_REJECTED"


def test_validation_must_be_within_two_days(network):
    day = 86_400
    network.parameters.set("governance.proposal.asset.minClose", "1s")
    late = {"closing": 4 * day, "enactment": 5 * day, "validation": network.seconds + 3 * day}
    text = "proposal validation timestamp must be within 1-172800 seconds from submission time"
    assert refused(submit, network, terms.NewAsset(details=TOKEN), **late) == text
    submit(network, terms.NewAsset(details=TOKEN), id=TWO, closing=4 * day, enactment=5 * day)


def test_a_new_market_goes_through_proposed_and_pending(network, market):
    proposal = submit(network, market)
    assert network.exchange.calls == [("submit_market", ONE, (network.seconds + 10) * SECOND)]
    definition = network.exchange.definitions[ONE]
    assert definition.opening_auction_duration == 10
    assert definition.fees.maker == Decimal("0.00025")
    assert definition.margin_scaling.initial == Decimal("1.2")
    vote(network)
    network.tick(11)
    assert network.exchange.states[ONE] is MarketState.PENDING
    network.tick(10)
    assert proposal.state == "STATE_ENACTED"


def test_a_declined_market_is_rejected(network, market):
    submit(network, market)
    vote(network, "alice", NO)
    network.tick(11)
    assert network.exchange.calls[-1] == ("reject_market", ONE)


def test_a_market_that_execution_refuses_is_rejected(network, market):
    network.exchange.refuses["submit_market"] = "no room"
    assert refused(submit, network, market) == "no room"
    assert outcome(network) == ("STATE_REJECTED", "PROPOSAL_ERROR_COULD_NOT_INSTANTIATE_MARKET")


def test_a_market_without_triggers_gets_the_network_s(network, market):
    triggers = '{"triggers": [{"horizon": 60, "probability": "0.95", "auction_extension": 90}]}'
    network.parameters.set("market.monitor.price.defaultParameters", triggers)
    submit(network, dataclasses.replace(market, default_price_monitoring=True))
    assert [trigger.auction_extension for trigger in network.exchange.definitions[ONE].price_monitoring] == [90]


@pytest.mark.parametrize(
    ("changes", "reason", "text"),
    [
        ({"decimal_places": 5}, "TOO_MANY_MARKET_DECIMAL_PLACES", "market decimal + position decimals must be"),
        ({"parent_market": "none"}, "INVALID_SUCCESSOR_MARKET", "market to succeed does not exist"),
        (
            {"linear_slippage_factor": Decimal("1E+7")},
            "LINEAR_SLIPPAGE_FACTOR_OUT_OF_RANGE",
            "proposal slippage factor has incorrect value, expected value in [0,1000000], got 10000000",
        ),
    ],
)
def test_terms_of_a_new_market(network, market, changes, reason, text):
    change = dataclasses.replace(market, definition=dataclasses.replace(market.definition, **changes))
    assert refused(submit, network, change).startswith(text)
    assert outcome(network)[1] == "PROPOSAL_ERROR_" + reason


def product_of(market, **changes):
    definition = market.definition
    product = dataclasses.replace(definition.product, **changes)
    return dataclasses.replace(market, definition=dataclasses.replace(definition, product=product))


def test_product_of_a_new_market(network, market):
    future = market.definition.product
    wrong = [
        (product_of(market, settlement_asset="none"), "asset does not exist"),
        (product_of(market, settlement_property="other"), "invalid oracle spec binding for settlement data: "),
        (product_of(market, termination_property="other"), "invalid oracle spec binding for trading termination: "),
        (product_of(market, max_price=0), "invalid capped future configuration: "),
        (product_of(market, max_price=101), "invalid capped future configuration: "),  # the tick is 2
        (
            product_of(market, settlement_data=dataclasses.replace(future.settlement_data, signers=(), filters=())),
            "settlement with internal data source is not allwed",
        ),
    ]
    for number, (change, text) in enumerate(wrong):
        assert refused(submit, network, change, id=f"{number:064x}").startswith(text)
    submit(network, product_of(market, max_price=100), id="aa" * 32)


def test_a_future_settles_with_integers_alone(network, market):
    """The network compares the property's name, not its type, with the text of the type."""
    source = market.definition.product.settlement_data
    for number, (name, error) in enumerate((("price", True), ("TYPE_DECIMAL", False))):
        key = dataclasses.replace(source.filters[0], property=name, type="TYPE_DECIMAL", decimals=None)
        data = dataclasses.replace(source, filters=(key,))
        change = product_of(market, settlement_data=data, settlement_property=name)
        if not error:
            submit(network, change, id=f"{number:064x}")
            continue
        assert refused(submit, network, change, id=f"{number:064x}") == (
            "invalid oracle spec binding for settlement data: "
            'bound type "TYPE_INTEGER" doesn\'t match filtered property type "TYPE_DECIMAL"'
        )


def test_opening_auctions_have_bounds(network, market):
    network.parameters.set("market.auction.minimumDuration", "1h")
    text = "proposal opening auction duration is too short, expected > 1h0m0s, got 10s"
    assert refused(submit, network, market) == text


def test_a_risk_model_has_ranges(network, market):
    model = dataclasses.replace(market.definition.risk_model, sigma=51.0)
    change = dataclasses.replace(market, definition=dataclasses.replace(market.definition, risk_model=model))
    assert refused(submit, network, change) == "invalid risk parameter"


def test_perpetuals_and_spot_have_their_gates(network, market):
    network.parameters.set("limits.markets.proposeSpotEnabled", "0")
    spot = dataclasses.replace(market.definition, product=SpotProduct(base_asset="usdt", quote_asset="usdt"))
    refused(submit, network, dataclasses.replace(market, definition=spot))
    assert outcome(network)[1] == "PROPOSAL_ERROR_SPOT_PRODUCT_DISABLED"


# -- updates of markets --------------------------------------------------------------------------------------------


@pytest.fixture
def active(network, market):
    submit(network, market, id=TWO)
    vote(network, id=TWO)
    network.tick(21)
    network.exchange.states[TWO] = MarketState.ACTIVE
    return network


@pytest.fixture
def update(future_proposal):
    future_proposal["tickSize"] = "5"
    future_proposal["decimalPlaces"] = "3"
    return parse_market_update(TWO, future_proposal, signers=(KEY,))


def test_an_update_keeps_what_it_must_not_change(active, update):
    submit(active, update)
    vote(active)
    active.tick(21)
    assert outcome(active) == ("STATE_ENACTED", "")
    definition = active.exchange.definitions[TWO]
    assert (definition.tick_size, definition.decimal_places, definition.opening_auction_duration) == (5, 1, 10)


def test_an_update_without_triggers_gets_the_network_s(active, future_proposal):
    triggers = '{"triggers": [{"horizon": 60, "probability": "0.95", "auction_extension": 90}]}'
    active.parameters.set("market.monitor.price.defaultParameters", triggers)
    del future_proposal["priceMonitoringParameters"]
    submit(active, parse_market_update(TWO, future_proposal, signers=(KEY,)))
    vote(active)
    active.tick(21)
    assert [trigger.auction_extension for trigger in active.exchange.definitions[TWO].price_monitoring] == [90]


def perpetual_of(definition):
    condition = Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="0")
    cue = Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP", conditions=(condition,))
    product = PerpetualProduct(
        settlement_asset="usdt",
        quote_name="USDT",
        settlement_data=definition.product.settlement_data,
        settlement_property="price",
        schedule=DataSourceSpec(filters=(cue,), time_trigger=TimeTrigger(initial=None, every=28_800)),
        schedule_property=TIME_TRIGGER,
    )
    return dataclasses.replace(definition, product=product)


def test_a_funding_schedule_that_starts_with_the_enactment_is_not_in_the_past_then(active):
    """Enactment is strictly after its second, the schedule is checked again there."""
    definition = perpetual_of(active.exchange.definitions[TWO])
    active.exchange.definitions[TWO] = definition
    submit(active, terms.UpdateMarket(market_id=TWO, definition=definition))
    vote(active)
    active.tick(25)
    assert outcome(active) == ("STATE_ENACTED", "")
    schedule = active.exchange.definitions[TWO].product.schedule
    assert schedule.time_trigger.initial == active.governance.proposals[ONE].enactment


def test_a_funding_schedule_that_started_before_the_enactment_fails_the_update(active):
    definition = perpetual_of(active.exchange.definitions[TWO])
    active.exchange.definitions[TWO] = definition
    trigger = TimeTrigger(initial=active.seconds + 15, every=28_800)
    schedule = dataclasses.replace(definition.product.schedule, time_trigger=trigger)
    product = dataclasses.replace(definition.product, schedule=schedule)
    submit(active, terms.UpdateMarket(market_id=TWO, definition=dataclasses.replace(definition, product=product)))
    vote(active)
    active.tick(21)
    assert outcome(active)[0] == "STATE_FAILED"
    assert active.governance.proposals[ONE].error_details == "time trigger starts in the past"


def test_a_funding_schedule_is_a_time_trigger(network, market):
    definition = perpetual_of(market.definition)
    product = dataclasses.replace(definition.product, schedule_property="price")
    change = terms.NewMarket(definition=dataclasses.replace(definition, product=product))
    assert refused(submit, network, change) == "time trigger only supported for now"
    submit(network, terms.NewMarket(definition=definition), id=TWO)


def test_of_an_update_of_a_spot_market_only_risk_and_liquidity_are_looked_at(active):
    definition = active.exchange.definitions[TWO]
    spot = dataclasses.replace(definition, product=SpotProduct(base_asset="none", quote_asset="usdt"))
    active.exchange.definitions[TWO] = spot
    active.parameters.set("limits.markets.proposeSpotEnabled", "0")
    risky = dataclasses.replace(spot.risk_model, sigma=51.0)
    change = terms.UpdateMarket(market_id=TWO, definition=dataclasses.replace(spot, risk_model=risky))
    assert refused(submit, active, change) == "invalid risk parameter"
    submit(active, terms.UpdateMarket(market_id=TWO, definition=spot), id="03" * 32)
    change = terms.UpdateMarket(market_id=TWO, definition=definition)
    assert refused(submit, active, change, id="04" * 32) == "cannot update a market to a different product type"


def test_an_update_of_an_unknown_or_unborn_market(network, market, update):
    assert refused(submit, network, update) == "market does not exist"
    submit(network, market, id=TWO)
    assert refused(submit, network, update, id="03" * 32) == "original market proposal is still open"


def test_a_share_of_liquidity_serves_instead_of_tokens(active, update):
    active.exchange.shares[TWO, "provider"] = Decimal("0.7")
    assert refused(submit, active, update, party="poor") == "party not found"
    submit(active, update, id="03" * 32, party="provider")


def test_liquidity_providers_decide_when_too_few_tokens_vote(active, update):
    active.parameters.set("governance.proposal.updateMarket.requiredParticipation", "0.9")
    active.parameters.set("governance.proposal.updateMarket.requiredParticipationLP", "0.5")
    active.parameters.set("governance.proposal.updateMarket.minVoterBalance", "50")
    active.stake.deposit("provider", 1)
    active.exchange.shares[TWO, "provider"] = Decimal("0.5")
    submit(active, update)
    assert refused(vote, active, "bob") == "vote requires tokens or equity-like share"
    vote(active, "provider")
    vote(active, "alice", NO)
    active.tick(11)
    assert outcome(active) == ("STATE_PASSED", "")


@pytest.mark.parametrize(
    ("shares", "votes", "result"),
    [
        ({"alice": "0.4", "bob": "0.2"}, {"alice": YES, "bob": NO}, ("STATE_PASSED", "")),  # of 0.6, not of all
        ({"alice": "0.4", "bob": "0.3"}, {"alice": YES, "bob": NO}, ("STATE_DECLINED", "MAJORITY_THRESHOLD")),
        ({"alice": "0.4"}, {"alice": YES}, ("STATE_DECLINED", "PARTICIPATION_THRESHOLD")),
        ({"alice": "0.5"}, {"alice": YES}, ("STATE_PASSED", "")),
        ({"alice": "0"}, {"alice": YES}, ("STATE_DECLINED", "PARTICIPATION_THRESHOLD")),
    ],
)
def test_shares_of_liquidity_are_counted_as_they_stand_at_the_close(active, update, shares, votes, result):
    active.stake.deposit("whale", 10**6)  # too few tokens will vote
    active.parameters.set("governance.proposal.updateMarket.requiredParticipation", "0.9")
    active.parameters.set("governance.proposal.updateMarket.requiredParticipationLP", "0.5")
    submit(active, update)
    for party, value in votes.items():
        active.exchange.shares[TWO, party] = Decimal(1)
        vote(active, party, value)
    for party, share in shares.items():
        active.exchange.shares[TWO, party] = Decimal(share)
    active.tick(11)
    state, reason = outcome(active)
    assert (state, reason.removeprefix("PROPOSAL_ERROR_").removesuffix("_NOT_REACHED")) == result


def test_where_enough_tokens_vote_liquidity_has_no_say(active, update):
    active.exchange.shares[TWO, "bob"] = Decimal(1)
    submit(active, update)
    vote(active, "alice", NO)
    vote(active, "bob", YES)
    active.tick(11)
    assert outcome(active)[1] == "PROPOSAL_ERROR_MAJORITY_THRESHOLD_NOT_REACHED"


def test_on_the_state_of_a_market_tokens_alone_vote(active):
    active.parameters.set("governance.proposal.updateMarket.minVoterBalance", "50")
    active.exchange.shares[TWO, "bob"] = Decimal(1)
    submit(active, terms.UpdateMarketState(market_id=TWO, update_type="MARKET_STATE_UPDATE_TYPE_SUSPEND"))
    assert refused(vote, active, "bob") == "vote requires more tokens than the party has"


def test_who_never_staked_cannot_vote_whatever_its_share(active, update):
    active.exchange.shares[TWO, "provider"] = Decimal(1)
    submit(active, update)
    assert refused(vote, active, "provider") == "party not found"


def test_without_a_required_participation_of_providers_an_update_without_votes_passes(active, update):
    active.parameters.set("governance.proposal.updateMarket.requiredParticipationLP", "0")
    submit(active, update)
    active.tick(11)
    assert outcome(active) == ("STATE_PASSED", "")


def test_an_update_fails_when_its_market_has_gone(active, update):
    submit(active, update)
    vote(active)
    active.tick(11)
    del active.exchange.states[TWO]
    active.tick(10)
    assert outcome(active) == ("STATE_FAILED", "PROPOSAL_ERROR_INVALID_MARKET")
    assert active.governance.proposals[ONE].error_details == f'market "{TWO}" doesn\'t exist anymore'


def test_states_of_markets_are_updated(active):
    suspend = terms.UpdateMarketState(market_id=TWO, update_type="MARKET_STATE_UPDATE_TYPE_SUSPEND")
    submit(active, suspend)
    vote(active)
    active.tick(21)
    assert active.exchange.calls[-1] == ("update_market_state", TWO, "MARKET_STATE_UPDATE_TYPE_SUSPEND")
    active.exchange.states[TWO] = MarketState.SETTLED
    assert refused(submit, active, suspend, id="03" * 32) == "market state does not allow for state update"


def test_a_successor_whose_market_is_gone_is_rejected(active, market):
    child = dataclasses.replace(market.definition, parent_market=TWO, insurance_pool_fraction=Decimal("0.5"))
    submit(active, dataclasses.replace(market, definition=child))
    del active.exchange.states[ONE]
    active.tick(1)
    assert outcome(active) == ("STATE_REJECTED", "PROPOSAL_ERROR_INVALID_SUCCESSOR_MARKET")
    active.exchange.succeeded.append(TWO)
    text = "the parent market was already succeeded by a prior proposal, PROPOSAL_ERROR_INVALID_SUCCESSOR_MARKET"
    assert refused(submit, active, dataclasses.replace(market, definition=child), id="03" * 32) == text
    greedy = dataclasses.replace(child, insurance_pool_fraction=Decimal("1.50"))
    text = "insurance pool fraction should be in range 0-1, was 1.5"  # which is looked at first
    assert refused(submit, active, dataclasses.replace(market, definition=greedy), id="04" * 32) == text


def test_a_successor_is_enacted_in_its_parent_s_place(active, market):
    child = dataclasses.replace(market.definition, parent_market=TWO)
    submit(active, dataclasses.replace(market, definition=child))
    vote(active)
    active.tick(21)
    assert active.exchange.calls[-1] == ("succeed_market", ONE)


# -- programmes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(network):
    for family in ("referralProgram", "VolumeDiscountProgram", "VolumeRebateProgram"):
        for name, value in (
            ("minClose", "1s"),
            ("minEnact", "1s"),
            ("minProposerBalance", "1"),
            ("minVoterBalance", "1"),
        ):
            network.parameters.set(f"governance.proposal.{family}.{name}", value)
    return network


END = 2_000_000_000 * SECOND


def referral(factor, ends_at=END, count=1):
    factors = Factors(maker=Decimal(0), infrastructure=Decimal(factor), liquidity=Decimal(0))
    tiers = tuple(
        ReferralBenefitTier(
            minimum_running_notional_taker_volume=volume,
            minimum_epochs=1,
            reward_factors=factors,
            discount_factors=factors,
        )
        for volume in range(1, count + 1)
    )
    program = ReferralProgram(window_length=3, benefit_tiers=tiers, ends_at=ends_at)
    return terms.UpdateReferralProgram(program=program)


def test_a_programme_is_handed_on_at_its_enactment(quick):
    submit(quick, referral("0.5"))
    vote(quick)
    quick.tick(21)
    assert quick.exchange.calls == [("update_program",)]


def test_a_programme_has_limits(quick):
    assert refused(submit, quick, referral("0.51")) == (
        "tier 1 defines a referral reward infrastructure factor higher than the maximum allowed by the network "
        'parameter "referralProgram.maxReferralRewardFactor": maximum is 0.5, but got 0.51'
    )
    assert outcome(quick)[1] == "PROPOSAL_ERROR_INVALID_REFERRAL_PROGRAM"
    assert refused(submit, quick, referral("0.1", count=11), id=TWO) == (
        "the number of benefit tiers in the proposal is higher than the maximum allowed by the network parameter "
        '"referralProgram.maxReferralTiers": maximum is 10, but got 11'
    )
    tier = VolumeDiscountTier(
        minimum_running_notional_taker_volume=1, discount_factors=Factors(Decimal(0), Decimal(0), Decimal("0.91"))
    )
    change = terms.UpdateVolumeDiscountProgram(
        program=VolumeDiscountProgram(window_length=1, benefit_tiers=(tier, tier), ends_at=END)
    )
    assert refused(submit, quick, change, id="04" * 32) == (
        "tier 1 defines a volume discount liquidity factor higher than the maximum allowed by the network "
        'parameter "volumeDiscountProgram.maxVolumeDiscountFactor": maximum is 0.9, but got 0.91'
    )


def test_discounts_and_rebates_count_their_tiers_in_other_words_than_referrals(quick):
    tier = VolumeDiscountTier(
        minimum_running_notional_taker_volume=1, discount_factors=Factors(Decimal(0), Decimal(0), Decimal(0))
    )
    program = VolumeDiscountProgram(window_length=1, benefit_tiers=(tier,) * 11, ends_at=END)
    assert refused(submit, quick, terms.UpdateVolumeDiscountProgram(program=program)) == (
        "the number of tiers in the proposal is higher than the maximum allowed by the network parameter "
        '"volumeDiscountProgram.maxBenefitTiers": maximum is 10, but got 11'
    )
    rebate = VolumeRebateTier(minimum_party_maker_volume_fraction=Decimal(1), additional_maker_rebate=Decimal(9))
    many = VolumeRebateProgram(window_length=1, benefit_tiers=(rebate,) * 11, ends_at=END)
    assert refused(submit, quick, terms.UpdateVolumeRebateProgram(program=many), id=TWO) == (
        "the number of tiers in the proposal is higher than the maximum allowed by the network parameter "
        '"volumeRebateProgram.maxBenefitTiers": maximum is 10, but got 11'
    )
    few = dataclasses.replace(many, benefit_tiers=(rebate,) * 10)  # the same tier again is nobody's concern
    submit(quick, terms.UpdateVolumeRebateProgram(program=few), id="03" * 32)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ends_at": 0}, "end_of_program_timestamp (is required)"),
        ({"ends_at": -SECOND}, "end_of_program_timestamp (must be positive)"),
        (
            {"ends_at": SECOND},
            "end_of_program_timestamp (must be greater than proposal_submission.terms.enactment_timestamp)",
        ),
        ({"window_length": 0}, "window_length (is required)"),
        ({"window_length": 201}, "window_length (must be at most 200)"),
        ({"benefit_tiers": referral("0.1").program.benefit_tiers * 2}, "benefit_tiers.1 (duplicate benefit tier)"),
        (
            {"benefit_tiers": referral("-0.1").program.benefit_tiers},
            (
                "benefit_tiers.0.referral_discount_factors.infrastructure_discount_factor (must be positive or zero), "
                "benefit_tiers.0.referral_reward_factors.infrastructure_reward_factor (must be positive or zero)"
            ),
        ),
        (
            {"staking_tiers": (StakingTier(minimum_staked_tokens=1, referral_reward_multiplier=Decimal(1)),) * 2},
            "staking_tiers.1 (duplicate staking tier)",
        ),
        (
            {"staking_tiers": (StakingTier(minimum_staked_tokens=0, referral_reward_multiplier=Decimal("0.9")),)},
            (
                "staking_tiers.0.minimum_staked_tokens (must be positive), "
                "staking_tiers.0.referral_reward_multiplier (must be greater than or equal to 1)"
            ),
        ),
    ],
)
def test_a_programme_that_is_not_well_formed_leaves_no_trace(quick, changes, text):
    change = terms.UpdateReferralProgram(program=dataclasses.replace(referral("0.1").program, **changes))
    path = "proposal_submission.terms.change.update_referral_program.changes."
    assert refused(submit, quick, change).replace(path, "") == text
    assert not quick.told


# -- batches -------------------------------------------------------------------------------------------------------


def submit_batch(network, *changes, id=ONE, closing=10, enactment=20):
    items = tuple(terms.BatchChange(change=change, enactment=network.seconds + enactment) for change in changes)
    submission = terms.BatchProposalSubmission(changes=items, closing=network.seconds + closing)
    return network.governance.submit_batch("alice", submission, id, network.now)


TAKER = terms.UpdateNetworkParameter(key="market.fee.factors.infrastructureFee", value="0.2")


def test_changes_of_a_batch_are_enacted_one_tick_later(network):
    members = submit_batch(network, FEE, TAKER)
    assert len({ONE, *(member.id for member in members)}) == 3
    vote(network)
    network.tick(21)
    assert [str(member.state) for member in members] == ["STATE_PASSED"] * 2
    network.tick(0)
    assert [str(member.state) for member in members] == ["STATE_ENACTED"] * 2


def test_a_batch_is_measured_by_the_strictest_of_its_changes(network):
    network.parameters.set("governance.proposal.updateAsset.requiredMajority", "0.9")
    network.parameters.set("governance.proposal.updateAsset.minClose", "1s")
    network.parameters.set("governance.proposal.updateAsset.minEnact", "1s")
    network.assets.propose("03", TOKEN)
    members = submit_batch(network, FEE, terms.UpdateAsset(asset_id="03", quantum=Decimal(2)))
    assert [member.required_majority for member in members] == [Decimal("0.9")] * 2
    vote(network, "alice", YES)
    vote(network, "bob", NO)
    network.tick(11)
    assert {member.reason.text for member in members} == {"PROPOSAL_ERROR_MAJORITY_THRESHOLD_NOT_REACHED"}


def test_one_bad_change_rejects_the_batch(network):
    bad = terms.UpdateNetworkParameter(key="nothing", value="1")
    assert refused(submit_batch, network, FEE, bad) == "unknown key"
    assert not network.governance.proposals
    assert [event.reason for event in network.told.values()] == [
        "PROPOSAL_ERROR_PROPOSAL_IN_BATCH_REJECTED",
        "PROPOSAL_ERROR_NETWORK_PARAMETER_VALIDATION_FAILED",
    ]
    network.tick(30)


def test_a_batch_has_at_most_250_changes_and_no_rebates(network):
    text = refused(submit_batch, network, *[FEE] * 251)
    assert text == "batch_proposal_submission.terms.changes (must be at most 250)"
    rebate = terms.UpdateVolumeRebateProgram(program=VolumeRebateProgram(window_length=1))
    text = refused(submit_batch, network, rebate)
    assert text == "batch_proposal_submission.terms.changes.0 (is not supported)"


def test_a_batch_with_a_bad_change_proposes_no_market(network, market):
    bad = terms.UpdateNetworkParameter(key="nothing", value="1")
    assert refused(submit_batch, network, market, bad) == "unknown key"
    assert not network.exchange.calls


def test_a_market_that_execution_refuses_takes_the_batch_along(network, market):
    network.exchange.refuses["submit_market"] = "no room"
    details = AssetDetails(name="Play", symbol="PLAY", decimals=5, source=BuiltinSource())
    assert refused(submit_batch, network, terms.NewAsset(details=details), market) == "no room"
    assert {str(event.state) for event in network.told.values()} == {"STATE_REJECTED"}
    assert [asset.status for asset in network.assets.by_id.values()] == ["STATUS_ENABLED", "STATUS_REJECTED"]


def test_the_markets_of_batches_open_before_anything_is_enacted(network, market):
    submit(network, FEE, id=TWO, closing=2, enactment=5)
    vote(network, id=TWO)
    submit_batch(network, market)
    vote(network)
    network.tick(11)
    assert [call[0] for call in network.exchange.calls] == [
        "submit_market",
        "start_opening_auction",
        "dispatch_parameters",
    ]


def test_a_token_that_nodes_cannot_confirm_rejects_its_batch(network, market):
    network.governance.tokens = Tokens(False)
    members = submit_batch(network, terms.NewAsset(details=TOKEN), market)
    assert {str(member.state) for member in members} == {"STATE_WAITING_FOR_NODE_VOTE"}
    vote(network)
    network.tick(10)
    assert [member.reason.text for member in members] == [
        "PROPOSAL_ERROR_NODE_VALIDATION_FAILED",
        "PROPOSAL_ERROR_PROPOSAL_IN_BATCH_REJECTED",
    ]
    assert network.exchange.calls[-1] == ("reject_market", members[1].id)
    assert refused(vote, network) == "proposal does not exist"


def test_votes_on_a_batch_that_has_closed(network):
    freeform = terms.BatchChange(change=terms.NewFreeform())
    closing = network.seconds + 10
    items = (freeform, terms.BatchChange(change=FEE, enactment=closing + 10))
    submission = terms.BatchProposalSubmission(changes=items, closing=closing)
    members = network.governance.submit_batch("alice", submission, ONE, network.now)
    assert refused(vote, network, id=members[0].id) == "proposal does not exist"
    vote(network)
    network.tick(11)
    assert refused(vote, network) == "proposal is not open for votes"
    assert refused(vote, network, id=members[0].id) == "proposal is not open for votes"
    network.tick(10)
    assert [str(member.state) for member in members] == ["STATE_ENACTED"] * 2
    assert refused(vote, network) == "proposal does not exist"


def test_a_declined_change_takes_the_others_of_its_batch_along(active, update):
    """The liquidity providers' vote lets the update pass, and the parameter not."""
    active.parameters.set("governance.proposal.updateNetParam.requiredParticipation", "0.5")
    active.exchange.shares[TWO, "bob"] = Decimal(1)
    update_member, fee_member = submit_batch(active, update, FEE)
    vote(active, "bob")
    active.tick(11)
    assert [member.reason.text for member in (update_member, fee_member)] == [
        "PROPOSAL_ERROR_PROPOSAL_IN_BATCH_DECLINED",
        "PROPOSAL_ERROR_PARTICIPATION_THRESHOLD_NOT_REACHED",
    ]


# -- the rest ------------------------------------------------------------------------------------------------------


def test_events_follow_a_proposal(network):
    events = []
    network.bus.subscribe(ProposalUpdated, events.append)
    submit(network, FEE, reference="mine")
    vote(network)
    network.tick(21)
    assert [event.state for event in events] == ["STATE_OPEN", "STATE_PASSED", "STATE_ENACTED"]
    assert {(event.change, event.reference) for event in events} == {("UpdateNetworkParameter", "mine")}


def test_governance_survives_a_pickle(network, market):
    submit(network, market)
    vote(network)
    copy = pickle.loads(pickle.dumps(network, 5))
    copy.tick(21)
    assert outcome(copy)[0] == "STATE_ENACTED"
    assert outcome(network)[0] == "STATE_OPEN"
