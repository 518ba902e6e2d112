"""What a closed-out party loses: its settlement record and its money (0012-POSR, 03 §7.2 steps 5 and 7)."""

from __future__ import annotations

from collections.abc import Container, Sequence

from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.events.trading import DistressSettled
from vega_mesa.protocol.settlement.mark_to_market import Settlement


def funds_of(collateral: Collateral, market: str, asset: str, party: str) -> int:
    """Margin, general and bond balance of a party together, asset decimals."""
    return (
        collateral.balance(AccountType.MARGIN, asset, party, market)
        + collateral.balance(AccountType.GENERAL, asset, party)
        + collateral.balance(AccountType.BOND, asset, party, market)
    )


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
    bus = settlement.bus
    if DistressSettled in bus.wanted:
        for party in parties:
            funds = 0 if party in isolated else funds_of(collateral, settlement.market, asset, party)
            bus.send(DistressSettled, market=settlement.market, party=party, margin=funds, price=price)
    for party in parties:
        settlement.take_over(party)


def confiscate(
    collateral: Collateral, market: str, asset: str, parties: Sequence[str], isolated: Container[str]
) -> None:
    """Move everything that the closed-out parties have to the market's insurance pool.

    Bond to margin, general to margin (cross margin only), margin to insurance; then the margin account of a cross
    margin party is closed. Empty accounts leave no ledger entry.
    """
    insurance = collateral.open(AccountType.INSURANCE, asset, market=market)
    for party in parties:
        cross = party not in isolated
        margin = collateral.open(AccountType.MARGIN, asset, party, market)
        bond = collateral.find(AccountType.BOND, asset, party, market)
        general = collateral.find(AccountType.GENERAL, asset, party) if cross else None
        for source in (bond, general):
            if source is not None and source.balance > 0:
                collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", source.balance, source, margin)
        if margin.balance > 0:
            collateral.transfer("TRANSFER_TYPE_MARGIN_CONFISCATED", margin.balance, margin, insurance)
        if cross:
            collateral.close(margin)
