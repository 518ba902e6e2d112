"""Each kind of change: whether it is valid, what follows its acceptance, and its enactment (0028-GOVE)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, ParamSpec

from vega_mesa.protocol.assets import Assets, ERC20Source
from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.governance.enactor import Enactor
from vega_mesa.protocol.governance.market_building import build_new, build_update, started_purchase
from vega_mesa.protocol.governance.market_validation import MarketRules
from vega_mesa.protocol.governance.program_rules import check_program
from vega_mesa.protocol.governance.proposals import Proposal, ProposalError, ProposalRefused
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.markets.definition import FutureProduct, MarketDefinition
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused

P = ParamSpec("P")
Reason = ProposalError
NO_STATE_UPDATE: Final = (
    MarketState.CANCELLED,
    MarketState.CLOSED,
    MarketState.TRADING_TERMINATED,
    MarketState.SETTLED,
    MarketState.PROPOSED,
)


class Changes:
    """Validates and carries out changes; keeps nothing of its own."""

    __slots__ = ("assets", "bridge_chains", "enactor", "parameters", "rules")

    def __init__(self, parameters: NetworkParameters, assets: Assets, enactor: Enactor) -> None:
        self.parameters = parameters
        self.assets = assets
        self.enactor = enactor
        self.rules = MarketRules(parameters, assets, enactor)
        self.bridge_chains: tuple[str, ...] = ()
        """Chain ids that have a bridge; empty: any chain is taken."""

    # -- submission ------------------------------------------------------------------------------------------------

    def validate(self, proposal: Proposal, now: int) -> None:
        """Refuse a change that could not be enacted as things stand.

        Raises:
            ProposalRefused: the reason and the network's text.
        """
        change = proposal.change
        match change:
            case terms.NewMarket():
                definition = self.new_market(proposal, change)
                self.rules.check_new(definition, proposal.closing, proposal.enactment, now // SECOND)
            case terms.UpdateMarket():
                self._updated_market(proposal, change, now)
            case terms.UpdateMarketState():
                self._check_state_update(change)
            case terms.NewAsset():
                self._check_new_asset(change)
            case terms.UpdateAsset():
                self._check_asset_update(change)
            case terms.UpdateNetworkParameter():
                self._check_parameter(change)
            case terms.NewFreeform():
                pass
            case terms.NewGovernanceTransfer():
                reason = Reason.GOVERNANCE_TRANSFER_PROPOSAL_INVALID
                _with_reason(reason, self.enactor.check_transfer, change, proposal.id)
            case terms.CancelGovernanceTransfer():
                reason = Reason.GOVERNANCE_CANCEL_TRANSFER_PROPOSAL_INVALID
                _with_reason(reason, self.enactor.check_transfer, change, proposal.id)
            case terms.NewProtocolAutomatedPurchase():
                reason = Reason.INVALID_PROTOCOL_AUTOMATED_PURCHASE
                _with_reason(reason, self.enactor.check_automated_purchase, change)
            case _:
                check_program(change, proposal.enactment, self.parameters)

    def accept(self, proposal: Proposal) -> None:
        """What follows when a proposal is taken: a proposed market, a pending asset.

        Raises:
            ProposalRefused: the market cannot be built, or the asset not be taken.
        """
        change = proposal.change
        if isinstance(change, terms.NewMarket):
            definition = self.new_market(proposal, change)
            opens_at = proposal.closing * SECOND
            reason = Reason.COULD_NOT_INSTANTIATE_MARKET
            _with_reason(reason, self.enactor.submit_market, proposal.id, definition, proposal.party, opens_at)
        elif isinstance(change, terms.NewAsset):
            _with_reason(Reason.INVALID_ASSET_DETAILS, self.assets.propose, proposal.id, change.details)

    def discard(self, proposal: Proposal) -> None:
        """What follows when a proposal that was taken is declined, rejected or fails."""
        if isinstance(proposal.change, terms.NewMarket):
            if self.enactor.market_state(proposal.id) is not None:
                self.enactor.reject_market(proposal.id)
        elif isinstance(proposal.change, terms.NewAsset):
            self.assets.reject(proposal.id)

    def new_market(self, proposal: Proposal, change: terms.NewMarket) -> MarketDefinition:
        """The market that a proposal would open."""
        return build_new(change, proposal.closing, proposal.enactment, self.parameters)

    # -- enactment -------------------------------------------------------------------------------------------------

    def enact(self, proposal: Proposal, now: int) -> None:
        """Validate again where the world may have moved on, and carry out.

        Raises:
            Refused: the proposal fails.
        """
        change = proposal.change
        match change:
            case terms.NewMarket():
                if change.definition.parent_market is not None:
                    self.enactor.succeed_market(proposal.id)
            case terms.UpdateMarket():
                if self.enactor.market_state(change.market_id) is None:
                    text = f'market "{change.market_id}" doesn\'t exist anymore'
                    raise ProposalRefused(Reason.INVALID_MARKET, text)
                moment = min(now, proposal.enactment * SECOND)  # a funding schedule may start with the enactment
                self.enactor.update_market(change.market_id, self._updated_market(proposal, change, moment))
            case terms.UpdateMarketState():
                self.enactor.update_market_state(change)
            case terms.NewAsset():
                self.assets.enact(proposal.id)
            case terms.UpdateAsset():
                limits = (change.quantum, change.lifetime_limit, change.withdraw_threshold)
                self.assets.stage_update(change.asset_id, *limits)
            case terms.UpdateNetworkParameter():
                self._check_parameter(change)
                self.parameters.set(change.key, change.value)
                self.enactor.dispatch_parameters()
            case terms.NewFreeform():
                pass
            case terms.NewProtocolAutomatedPurchase():
                self.enactor.start_automated_purchase(started_purchase(change, proposal.enactment), proposal.id)
            case terms.NewGovernanceTransfer() | terms.CancelGovernanceTransfer():
                self._enact_transfer(change, proposal.id)
            case _:
                self.enactor.update_program(change, proposal.enactment)

    def _enact_transfer(self, change: terms.TransferChange, id: str) -> None:
        if isinstance(change, terms.CancelGovernanceTransfer):
            reason = Reason.GOVERNANCE_CANCEL_TRANSFER_PROPOSAL_INVALID
            _with_reason(reason, self.enactor.enact_transfer, change, id)
            return
        _with_reason(Reason.GOVERNANCE_TRANSFER_PROPOSAL_FAILED, self.enactor.check_transfer, change, id)
        try:
            self.enactor.enact_transfer(change, id)
        except Refused:
            return  # only logged: a transfer that passed its check leaves the proposal enacted

    # -- checks ----------------------------------------------------------------------------------------------------

    def _updated_market(self, proposal: Proposal, change: terms.UpdateMarket, now: int) -> MarketDefinition:
        old = self.enactor.market_definition(change.market_id)
        if old is None:
            raise ProposalRefused(Reason.INVALID_MARKET, "market does not exist")
        new = build_update(change, old, proposal.enactment, self.parameters)
        self.rules.check_update(old, new, proposal.enactment, now // SECOND)
        return new

    def _check_state_update(self, change: terms.UpdateMarketState) -> None:
        reason = Reason.INVALID_MARKET_STATE_UPDATE
        state = self.enactor.market_state(change.market_id)
        if state is None:
            raise ProposalRefused(reason, "market does not exist")
        if state in NO_STATE_UPDATE:
            raise ProposalRefused(reason, "market state does not allow for state update")
        definition = self.enactor.market_definition(change.market_id)
        product = None if definition is None else definition.product
        if change.price is None or not isinstance(product, FutureProduct) or product.max_price is None:
            return
        if change.price > product.max_price or (product.binary and change.price not in (0, product.max_price)):
            raise ProposalRefused(reason, "the settlement data is invalid")

    def _check_new_asset(self, change: terms.NewAsset) -> None:
        _with_reason(Reason.INVALID_ASSET_DETAILS, self.assets.check_new, change.details)
        source = change.details.source
        if isinstance(source, ERC20Source) and self.bridge_chains and source.chain_id not in self.bridge_chains:
            text = "erc20 chain-id does not correspond to a bridge"
            raise ProposalRefused(Reason.INVALID_ASSET, text)

    def _check_asset_update(self, change: terms.UpdateAsset) -> None:
        try:
            details = self.assets.get(change.asset_id).details
            self.assets.check_update(change.asset_id, replace(details, quantum=change.quantum))
        except Refused as refused:
            raise ProposalRefused(Reason.INVALID_ASSET, refused.text) from None

    def _check_parameter(self, change: terms.UpdateNetworkParameter) -> None:
        if not change.key:
            raise ProposalRefused(Reason.NETWORK_PARAMETER_INVALID_KEY, "empty network parameter key")
        if not change.value:
            raise ProposalRefused(Reason.NETWORK_PARAMETER_INVALID_VALUE, "empty network parameter value")
        reason = Reason.NETWORK_PARAMETER_VALIDATION_FAILED
        _with_reason(reason, self.parameters.validate, change.key, change.value)
        if change.key == "reward.asset" and change.value not in self.assets.collateral.quanta:
            known = change.value in self.assets.by_id
            text = "asset does not exists in collateral" if known else "invalid asset"
            raise ProposalRefused(reason, f"{text} {change.value}")


def _with_reason(reason: ProposalError, check: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        check(*args, **kwargs)
    except ProposalRefused:
        raise
    except Refused as refused:
        raise ProposalRefused(reason, refused.text) from None
