"""What a closed-out party loses: its settlement record and its money (0012-POSR, 03 §7.2 steps 5 and 7)."""

from __future__ import annotations

from collections.abc import Container, Sequence

from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.settlement.mark_to_market import Settlement


def settle_distressed(
    settlement: Settlement,
    collateral: Collateral,
    asset: str,
    parties: Sequence[str],
    price: int,
    isolated: Container[str],
) -> None:
    """Report what each party still had, then move the settlement records to the network.

    Args:
        parties: the closed-out parties, in the order of the distressed list.
        price: the current mark price, asset decimals.

    Emits: DistressSettled for each party (funds of isolated parties count as 0).
    """
    raise NotImplementedError


def confiscate(
    collateral: Collateral, market: str, asset: str, parties: Sequence[str], isolated: Container[str]
) -> None:
    """Move everything that the closed-out parties have to the market's insurance pool.

    Bond to margin, general to margin (cross margin only), margin to insurance; then the margin account of a cross
    margin party is closed.
    """
    raise NotImplementedError
