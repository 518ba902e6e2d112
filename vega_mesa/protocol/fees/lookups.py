"""What the fee engine asks the programmes: who gets which discount, reward or rebate."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from vega_mesa.protocol.arithmetic import Factor


class ComponentFactors(NamedTuple):
    """One factor for each of the three fees that discounts and rewards apply to."""

    maker: Factor
    infrastructure: Factor
    liquidity: Factor

    @property
    def is_zero(self) -> bool:
        """All three are 0."""
        return not (self.maker.numerator or self.infrastructure.numerator or self.liquidity.numerator)


class Referrals(Protocol):
    """Referral discounts and rewards (0083-RFPR)."""

    in_force: bool  # False only when every answer would be None

    def discount(self, party: str, /) -> ComponentFactors | None:
        """Discount of a taker, or None."""

    def reward(self, party: str, /) -> tuple[str, ComponentFactors] | None:
        """The taker's referrer and its applied reward factors, or None when there is none or all are 0."""


class VolumeDiscounts(Protocol):
    """Volume discounts (0084-VDPR)."""

    in_force: bool

    def discount(self, party: str, /) -> ComponentFactors | None:
        """Discount of a taker, or None."""


class VolumeRebates(Protocol):
    """High-volume maker rebates (0095-HVMR)."""

    in_force: bool

    def rebate(self, party: str, /) -> Factor | None:
        """Rebate factor of a maker, capped with the present network parameters, or None."""


class NoProgramme:
    """Stands for any of the three programmes when there is none."""

    in_force = False

    def discount(self, _party: str) -> ComponentFactors | None:
        """Nobody has a discount."""
        return None

    def reward(self, _party: str) -> tuple[str, ComponentFactors] | None:
        """Nobody has a referrer."""
        return None

    def rebate(self, _party: str) -> Factor | None:
        """Nobody gets a rebate."""
        return None
