"""What a party sends to govern: proposals and votes (0028-GOVE). Times are whole unix seconds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.transfers import GovernanceTransfer
from vega_mesa.protocol.markets.definition import MarketDefinition
from vega_mesa.protocol.programmes.referral import ReferralProgram
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMarket:
    """Open a market. Fees, margin scaling and the opening auction's length come from the network, not from here.

    ``default_price_monitoring``: the proposal gave no triggers, the network's default applies.
    """

    definition: MarketDefinition
    default_price_monitoring: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMarket:
    """Change a market's terms; decimals, settlement asset and cap stay what they are.

    ``default_price_monitoring``: the proposal gave no triggers, the network's default applies.
    ``keep_liquidation_strategy``: the proposal gave none, the market's own stays.
    """

    market_id: str
    definition: MarketDefinition
    default_price_monitoring: bool = False
    keep_liquidation_strategy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMarketState:
    """``MARKET_STATE_UPDATE_TYPE_TERMINATE``, ``…_SUSPEND`` or ``…_RESUME``; a settlement price in market decimals."""

    market_id: str
    update_type: str
    price: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsset:
    """Bring an asset into the network."""

    details: AssetDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAsset:
    """Change the quantum and limits of a token (asset decimals)."""

    asset_id: str
    quantum: Decimal
    lifetime_limit: int = 0
    withdraw_threshold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateNetworkParameter:
    """Set a network parameter."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFreeform:
    """Ask the token holders; nothing else happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGovernanceTransfer:
    """Move money out of an account of the network."""

    transfer: GovernanceTransfer


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelGovernanceTransfer:
    """End a recurring transfer that governance started."""

    transfer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReferralProgram:
    """Replace the referral programme from the epoch after its enactment on; a proposed programme names its end."""

    program: ReferralProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateVolumeDiscountProgram:
    """Replace the volume discount programme likewise."""

    program: VolumeDiscountProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateVolumeRebateProgram:
    """Replace the volume rebate programme likewise; not in a batch."""

    program: VolumeRebateProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProtocolAutomatedPurchase:
    """Let the network buy or sell on a spot market."""

    purchase: AutomatedPurchaseTerms


ProgramChange = UpdateReferralProgram | UpdateVolumeDiscountProgram | UpdateVolumeRebateProgram
TransferChange = NewGovernanceTransfer | CancelGovernanceTransfer
Change = (
    NewMarket
    | UpdateMarket
    | UpdateMarketState
    | NewAsset
    | UpdateAsset
    | UpdateNetworkParameter
    | NewFreeform
    | ProgramChange
    | TransferChange
    | NewProtocolAutomatedPurchase
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSubmission:
    """Propose one change.

    Votes count until ``closing`` and the change happens at ``enactment``, each at the first block strictly later.
    ``validation`` only for a new asset: until when nodes may check its token (0: as late as allowed).
    """

    change: Change
    closing: int
    enactment: int = 0  # none for freeform
    validation: int = 0
    title: str = "proposal"
    description: str = "proposal"
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchChange:
    """One change of a batch with its own enactment."""

    change: Change
    enactment: int = 0
    validation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProposalSubmission:
    """Propose up to 250 changes that pass together or not at all."""

    changes: tuple[BatchChange, ...]
    closing: int
    title: str = "proposal"
    description: str = "proposal"
    reference: str = ""


class VoteValue(StrEnum):
    """For or against."""

    YES = "VALUE_YES"
    NO = "VALUE_NO"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteSubmission:
    """Vote on a proposal; the last vote of a party replaces earlier ones."""

    proposal_id: str
    value: VoteValue = VoteValue.YES
