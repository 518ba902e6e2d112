"""Assets: what money is made of, and how one becomes enabled (0040-ASSF, 0027-ASSP)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.network import AssetUpdated
from vega_mesa.protocol.refusal import Refused


class AssetStatus(StrEnum):
    """Where an asset stands on its way into the network."""

    PROPOSED = "STATUS_PROPOSED"
    PENDING_LISTING = "STATUS_PENDING_LISTING"
    ENABLED = "STATUS_ENABLED"
    REJECTED = "STATUS_REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinSource:
    """An asset that exists in the network alone; anybody may mint so much of it at once (asset decimals)."""

    max_faucet_amount_mint: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ERC20Source:
    """A token on a bridged chain; amounts in asset decimals, 0 means no limit."""

    contract_address: str
    chain_id: str = "1"
    lifetime_limit: int = 0
    withdraw_threshold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetDetails:
    """What a proposal says of an asset. ``quantum``: what counts as a small amount, asset decimals."""

    name: str
    symbol: str
    decimals: int
    quantum: Decimal = Decimal(1)
    source: BuiltinSource | ERC20Source = BuiltinSource()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """An asset and its status. ``staged``: an update that waits for the bridge."""

    id: str
    details: AssetDetails
    status: AssetStatus
    staged: AssetDetails | None = None


UNREGISTERED_QUANTUM: Final = Decimal(5000)


class Assets:
    """All assets, also pending and rejected ones.

    Args:
        permissive: answer for unknown assets too (0 decimals, a quantum of 5000), as engines wired without a network
            are used to; False refuses with ``unknown asset``.
    """

    def __init__(self, bus: EventBus, collateral: Collateral, *, permissive: bool = False) -> None:
        self.bus = bus
        self.collateral = collateral
        self.permissive = permissive
        self.by_id: dict[str, Asset] = {}
        self.awaiting_bridge: list[str] = []
        """Assets whose listing or new limits the validators have yet to sign; the bridge empties it."""
        self._quanta: dict[str, Decimal] = {}  # registered without a network

    # -- reading ---------------------------------------------------------------------------------------------------

    def get(self, id: str) -> Asset:
        """The asset.

        Raises:
            Refused: ``asset does not exist``.
        """
        asset = self.by_id.get(id)
        if asset is None:
            raise Refused("asset does not exist")
        return asset

    def is_enabled(self, id: str) -> bool:
        """Whether money of this asset can exist."""
        asset = self.by_id.get(id)
        return asset is not None and asset.status is AssetStatus.ENABLED

    def decimals(self, id: str) -> int:
        """Decimals of the asset."""
        asset = self.by_id.get(id)
        if asset is None:
            self._unknown()
            return 0
        return asset.details.decimals

    def quantum(self, id: str) -> Decimal:
        """The quantum that transfers and vesting use (markets use the collateral engine's)."""
        asset = self.by_id.get(id)
        if asset is None:
            self._unknown()
            return UNREGISTERED_QUANTUM
        return self._quanta.get(id, asset.details.quantum)

    def enabled(self) -> list[Asset]:
        """The enabled assets, in the order in which they were first proposed."""
        return [asset for asset in self.by_id.values() if asset.status is AssetStatus.ENABLED]

    def _unknown(self) -> None:
        if not self.permissive:
            raise Refused("unknown asset")

    # -- without governance ----------------------------------------------------------------------------------------

    def register(self, id: str, details: AssetDetails) -> Asset:
        """Enable an asset at once: at genesis.

        Raises:
            Refused: it exists, or its details are invalid.
        """
        check_details(details)
        if id in self.by_id:
            raise Refused("asset already enabled")
        return self._enable(Asset(id=id, details=details, status=AssetStatus.ENABLED))

    def register_bare(self, id: str, decimals: int, quantum: Decimal | None) -> None:
        """Say an asset's decimals and quantum where there is no network; again overwrites.

        Without a quantum transfers and vesting work with 5000 and markets with 1, a quantum of 0 reads as 1.
        """
        market_quantum = Decimal(1) if quantum is None else quantum
        details = AssetDetails(name=id, symbol=id, decimals=decimals, quantum=market_quantum)
        self._quanta[id] = UNREGISTERED_QUANTUM if quantum is None else quantum or Decimal(1)
        self.by_id[id] = Asset(id=id, details=details, status=AssetStatus.ENABLED)
        if id in self.collateral.quanta:
            self.collateral.set_quantum(id, market_quantum)
        else:
            self.collateral.enable_asset(id, market_quantum)

    # -- the way of a proposal -------------------------------------------------------------------------------------

    def check_new(self, details: AssetDetails) -> None:
        """Refuse invalid details, and a token whose address is in use."""
        check_details(details)
        source = details.source
        if isinstance(source, ERC20Source) and self._token_in_use(source):
            raise Refused("erc20 address already in use")

    def propose(self, id: str, details: AssetDetails) -> Asset:
        """Take a proposed asset: pending until its vote ends.

        Raises:
            Refused: see :meth:`check_new`.
        """
        self.check_new(details)
        return self._set(Asset(id=id, details=details, status=AssetStatus.PROPOSED))

    def reject(self, id: str) -> None:
        """A proposal was declined, failed or rejected."""
        asset = self.by_id.get(id)
        if asset is not None and asset.status is not AssetStatus.ENABLED:
            self._set(replace(asset, status=AssetStatus.REJECTED))

    def enact(self, id: str) -> Asset:
        """The vote passed: a built-in asset is enabled, a token waits for its listing on the bridge."""
        asset = replace(self.get(id), status=AssetStatus.PENDING_LISTING)
        self._set(asset)
        if isinstance(asset.details.source, BuiltinSource):
            return self.enable(id)
        self.awaiting_bridge.append(id)
        return asset

    def enable(self, id: str) -> Asset:
        """The asset can be used from now on.

        Raises:
            Refused: unknown, or enabled already.
        """
        asset = self.get(id)
        if asset.status is AssetStatus.ENABLED:
            raise Refused("asset already enabled")
        return self._enable(replace(asset, status=AssetStatus.ENABLED))

    def check_update(self, id: str, details: AssetDetails) -> None:
        """Refuse an update that changes more than quantum and limits of a token."""
        asset = self.get(id)
        check_details(details)
        if not isinstance(asset.details.source, ERC20Source):
            raise Refused("expected an ERC20 asset but was not")
        if not isinstance(details.source, ERC20Source):
            raise Refused("updating asset with different type of asset")

    def stage_update(self, id: str, quantum: Decimal, lifetime_limit: int, withdraw_threshold: int) -> Asset:
        """An update was voted: it waits for the bridge to take the new limits."""
        asset = self.get(id)
        source = asset.details.source
        if not isinstance(source, ERC20Source):
            raise Refused("expected an ERC20 asset but was not")
        self.awaiting_bridge.append(id)
        limits = replace(source, lifetime_limit=lifetime_limit, withdraw_threshold=withdraw_threshold)
        return self._set(replace(asset, staged=replace(asset.details, quantum=quantum, source=limits)))

    def apply_update(self, id: str) -> Asset:
        """The bridge confirmed the new limits: the staged update takes effect."""
        asset = self.get(id)
        if asset.staged is None:
            return asset
        if asset.status is AssetStatus.ENABLED:
            self.collateral.set_quantum(id, asset.staged.quantum)
        return self._set(replace(asset, details=asset.staged, staged=None))

    def _token_in_use(self, source: ERC20Source) -> bool:
        address = source.contract_address.lower()
        for other in self.by_id.values():
            token = other.details.source
            if not isinstance(token, ERC20Source) or token.contract_address.lower() != address:
                continue
            if other.status is AssetStatus.PROPOSED:
                return True  # an open proposal, on any chain
            if other.status is not AssetStatus.REJECTED and token.chain_id == source.chain_id:
                return True
        return False

    def _enable(self, asset: Asset) -> Asset:
        self.collateral.enable_asset(asset.id, asset.details.quantum)
        return self._set(asset)

    def _set(self, asset: Asset) -> Asset:
        self.by_id[asset.id] = asset
        self.bus.send(
            AssetUpdated,
            asset=asset.id,
            name=asset.details.name,
            symbol=asset.details.symbol,
            decimals=asset.details.decimals,
            quantum=asset.details.quantum,
            status=asset.status,
        )
        return asset


def check_details(details: AssetDetails) -> None:
    """Refuse an asset without name, symbol or quantum.

    Raises:
        Refused: with the network's text.
    """
    if not details.name:
        raise Refused("invalid asset, name must not be empty")
    if not details.symbol:
        raise Refused("invalid asset, symbol must not be empty")
    if details.quantum <= 0:
        raise Refused("invalid asset, quantum must not be zero")
