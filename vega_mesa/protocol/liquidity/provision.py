"""Commitments of liquidity providers, in force and waiting for the next epoch (0044-LIME)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from vega_mesa.protocol.arithmetic import Factor
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.liquidity import LiquidityProvisionUpdated


class ProvisionStatus(StrEnum):
    """Where a commitment stands."""

    PENDING = "STATUS_PENDING"
    ACTIVE = "STATUS_ACTIVE"
    CANCELLED = "STATUS_CANCELLED"
    REJECTED = "STATUS_REJECTED"
    STOPPED = "STATUS_STOPPED"


class Provision:
    """A commitment of one party to one market. Amounts in asset decimals, times in nanoseconds."""

    __slots__ = (
        "id", "market", "party", "created_at", "updated_at", "commitment", "fee", "reference", "version", "status",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        market: str,
        party: str,
        created_at: int,
        commitment: int,
        fee: Decimal,
        reference: str,
        version: int = 1,
        status: ProvisionStatus = ProvisionStatus.PENDING,
    ) -> None:
        self.id = id
        self.market = market
        self.party = party
        self.created_at = created_at
        self.updated_at = created_at
        self.commitment = commitment
        self.fee = fee
        self.reference = reference
        self.version = version
        self.status = status

    def amended(self, now: int, commitment: int, fee: Decimal, reference: str) -> Provision:
        """The next version of this commitment."""
        changed = Provision(
            self.id, self.market, self.party, self.created_at, commitment, fee, reference, self.version + 1
        )
        changed.updated_at = now
        return changed

    def __repr__(self) -> str:
        return f"<Provision {self.reference or self.id} {self.party} {self.commitment} {self.fee} {self.status.name}>"


class Provisions:
    """The two stores of a market: ``active`` by party, and the ``pending`` queue (at most one entry a party)."""

    __slots__ = ("bus", "active", "pending", "version", "_sorted", "_sorted_version")

    def __init__(self, bus: EventBus) -> None:
        self.bus = bus
        self.active: dict[str, Provision] = {}
        self.pending: dict[str, Provision] = {}  # replacing an entry keeps its place
        self.version = 0  # changes whenever an active commitment or fee does
        self._sorted: list[Provision] = []
        self._sorted_version = 0

    def __contains__(self, party: str) -> bool:
        return party in self.active or party in self.pending

    def sorted_active(self) -> list[Provision]:
        """Commitments in force, ascending by party; not to be changed."""
        if self._sorted_version != self.version:
            self._sorted = [self.active[party] for party in sorted(self.active)]
            self._sorted_version = self.version
        return self._sorted

    def activate(self, provision: Provision) -> None:
        """Put a commitment in force."""
        provision.status = ProvisionStatus.ACTIVE
        self.active[provision.party] = provision
        self.version += 1

    def deactivate(self, party: str) -> None:
        """Drop a commitment that was in force, if any."""
        if self.active.pop(party, None) is not None:
            self.version += 1

    def resize(self, provision: Provision, commitment: int) -> None:
        """Change a commitment in force silently."""
        provision.commitment = commitment
        self.version += 1

    def stake(self) -> int:
        """What is committed now, whatever is pending."""
        return sum(provision.commitment for provision in self.active.values())

    def stake_with_pending(self) -> int:
        """What is or will be committed; a queued decrease does not count before it is applied."""
        total = 0
        for party, queued in self.pending.items():
            active = self.active.get(party)
            total += max(queued.commitment, active.commitment) if active else queued.commitment
        return total + sum(p.commitment for party, p in self.active.items() if party not in self.pending)

    def announce(self, provision: Provision, status: ProvisionStatus | None = None) -> None:
        """Send how a commitment stands.

        Emits:
            LiquidityProvisionUpdated
        """
        if status is not None:
            provision.status = status
        self.bus.send(
            LiquidityProvisionUpdated,
            id=provision.id,
            market=provision.market,
            party=provision.party,
            created_at=provision.created_at,
            updated_at=provision.updated_at,
            commitment_amount=provision.commitment,
            fee=provision.fee,
            reference=provision.reference,
            version=provision.version,
            status=str(provision.status),
        )


def fee_in_range(fee: Decimal, maximum: Factor) -> bool:
    """Whether a bid is not negative and not above the network's maximum."""
    return 0 <= fee <= maximum.decimal
