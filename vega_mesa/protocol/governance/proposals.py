"""A proposal and its life (0028-GOVE)."""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

from vega_mesa.protocol.commands import governance as terms
from vega_mesa.protocol.refusal import Refused


class ProposalState(StrEnum):
    """Where a proposal stands."""

    WAITING_FOR_NODE_VOTE = "STATE_WAITING_FOR_NODE_VOTE"
    OPEN = "STATE_OPEN"
    PASSED = "STATE_PASSED"
    ENACTED = "STATE_ENACTED"
    FAILED = "STATE_FAILED"
    DECLINED = "STATE_DECLINED"
    REJECTED = "STATE_REJECTED"


class ProposalError(IntEnum):
    """Why a proposal was rejected, declined or failed; :attr:`text` is the network's name."""

    UNSPECIFIED = 0
    CLOSE_TIME_TOO_SOON = 1
    CLOSE_TIME_TOO_LATE = 2
    ENACT_TIME_TOO_SOON = 3
    ENACT_TIME_TOO_LATE = 4
    INSUFFICIENT_TOKENS = 5
    INVALID_INSTRUMENT_SECURITY = 6
    NO_PRODUCT = 7
    UNSUPPORTED_PRODUCT = 8
    NO_TRADING_MODE = 11
    UNSUPPORTED_TRADING_MODE = 12
    NODE_VALIDATION_FAILED = 13
    MISSING_BUILTIN_ASSET_FIELD = 14
    INVALID_ASSET = 16
    INCOMPATIBLE_TIMESTAMPS = 17
    NO_RISK_PARAMETERS = 18
    NETWORK_PARAMETER_INVALID_KEY = 19
    NETWORK_PARAMETER_INVALID_VALUE = 20
    NETWORK_PARAMETER_VALIDATION_FAILED = 21
    OPENING_AUCTION_DURATION_TOO_SMALL = 22
    OPENING_AUCTION_DURATION_TOO_LARGE = 23
    COULD_NOT_INSTANTIATE_MARKET = 25
    INVALID_FUTURE_PRODUCT = 26
    INVALID_RISK_PARAMETER = 30
    MAJORITY_THRESHOLD_NOT_REACHED = 31
    PARTICIPATION_THRESHOLD_NOT_REACHED = 32
    INVALID_ASSET_DETAILS = 33
    UNKNOWN_TYPE = 34
    UNKNOWN_RISK_PARAMETER_TYPE = 35
    INVALID_FREEFORM = 36
    INSUFFICIENT_EQUITY_LIKE_SHARE = 37
    INVALID_MARKET = 38
    TOO_MANY_MARKET_DECIMAL_PLACES = 39
    TOO_MANY_PRICE_MONITORING_TRIGGERS = 40
    LP_PRICE_RANGE_NONPOSITIVE = 42
    LP_PRICE_RANGE_TOO_LARGE = 43
    LINEAR_SLIPPAGE_FACTOR_OUT_OF_RANGE = 44
    QUADRATIC_SLIPPAGE_FACTOR_OUT_OF_RANGE = 45
    INVALID_SPOT = 46
    SPOT_PRODUCT_DISABLED = 47
    INVALID_SUCCESSOR_MARKET = 48
    GOVERNANCE_TRANSFER_PROPOSAL_FAILED = 49
    GOVERNANCE_TRANSFER_PROPOSAL_INVALID = 50
    GOVERNANCE_CANCEL_TRANSFER_PROPOSAL_INVALID = 51
    INVALID_MARKET_STATE_UPDATE = 52
    INVALID_SLA_PARAMS = 53
    MISSING_SLA_PARAMS = 54
    INVALID_PERPETUAL_PRODUCT = 55
    INVALID_REFERRAL_PROGRAM = 56
    INVALID_VOLUME_DISCOUNT_PROGRAM = 57
    PROPOSAL_IN_BATCH_REJECTED = 58
    PROPOSAL_IN_BATCH_DECLINED = 59
    INVALID_SIZE_DECIMAL_PLACES = 60
    INVALID_VOLUME_REBATE_PROGRAM = 61
    INVALID_PROTOCOL_AUTOMATED_PURCHASE = 62

    @property
    def text(self) -> str:
        """The network's name of it, empty for none."""
        return f"PROPOSAL_ERROR_{self.name}" if self else ""


class ProposalRefused(Refused):
    """A proposal, or one change of it, is not acceptable; with the reason that its event carries."""

    def __init__(self, reason: ProposalError, text: str) -> None:
        self.reason = reason
        super().__init__(text)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.reason, self.text)


class Vote:
    """A party's vote, and what it weighed when the proposal closed."""

    __slots__ = ("equity_like_share", "party", "tokens", "value", "weight")

    def __init__(self, party: str, value: terms.VoteValue) -> None:
        self.party = party
        self.value = value
        self.tokens = 0
        self.weight = Decimal(0)
        self.equity_like_share = Decimal(0)


class Proposal:
    """One proposed change; times in unix seconds. Majorities are those of the moment of submission."""

    __slots__ = (
        "batch",
        "change",
        "closing",
        "enactment",
        "error_details",
        "id",
        "invalid_votes",
        "party",
        "reason",
        "reference",
        "required_majority",
        "required_majority_lp",
        "required_participation",
        "required_participation_lp",
        "state",
        "submitted_at",
        "validation",
        "votes",
    )

    def __init__(
        self,
        id: str,
        party: str,
        change: terms.Change,
        *,
        closing: int,
        enactment: int,
        validation: int,
        submitted_at: int,
        reference: str = "",
        batch: str = "",
    ) -> None:
        self.id = id
        self.party = party
        self.change = change
        self.closing = closing
        self.enactment = enactment
        self.validation = validation
        self.submitted_at = submitted_at  # nanoseconds
        self.reference = reference
        self.batch = batch
        self.state = ProposalState.OPEN
        self.reason = ProposalError.UNSPECIFIED
        self.error_details = ""
        self.required_majority = Decimal(0)
        self.required_participation = Decimal(0)
        self.required_majority_lp = Decimal(0)
        self.required_participation_lp = Decimal(0)
        self.votes: dict[str, Vote] = {}
        self.invalid_votes: dict[str, Vote] = {}

    @property
    def is_open(self) -> bool:
        """Whether votes are taken."""
        return self.state in (ProposalState.OPEN, ProposalState.WAITING_FOR_NODE_VOTE)

    def __repr__(self) -> str:
        return f"<Proposal {self.id[:8]} {type(self.change).__name__} {self.state}>"


# The family of governance.proposal.* that a change reads (0028-GOVE).
FAMILIES: Final[dict[type, str]] = {
    terms.NewMarket: "market",
    terms.UpdateMarket: "updateMarket",
    terms.UpdateMarketState: "updateMarket",
    terms.NewAsset: "asset",
    terms.UpdateAsset: "updateAsset",
    terms.UpdateNetworkParameter: "updateNetParam",
    terms.NewFreeform: "freeform",
    terms.NewGovernanceTransfer: "transfer",
    terms.CancelGovernanceTransfer: "transfer",
    terms.UpdateReferralProgram: "referralProgram",
    terms.UpdateVolumeDiscountProgram: "VolumeDiscountProgram",
    terms.UpdateVolumeRebateProgram: "VolumeRebateProgram",
    terms.NewProtocolAutomatedPurchase: "AutomatedPurchaseConfig",
}
