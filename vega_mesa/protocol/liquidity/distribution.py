"""Handing liquidity fees out: to providers' fee accounts, and at the end of an epoch to the providers (0042-LIQF)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, floor, truncate
from vega_mesa.protocol.collateral import Account, AccountType, Collateral
from vega_mesa.protocol.liquidity.bonds import CLEAR_ACCOUNT, SLA_PENALTY, Bonds
from vega_mesa.protocol.liquidity.remainder import receiver
from vega_mesa.protocol.liquidity.sla import Penalties

ALLOCATE: Final = "TRANSFER_TYPE_LIQUIDITY_FEE_ALLOCATE"
NET_DISTRIBUTE: Final = "TRANSFER_TYPE_LIQUIDITY_FEE_NET_DISTRIBUTE"
UNPAID_COLLECT: Final = "TRANSFER_TYPE_LIQUIDITY_FEE_UNPAID_COLLECT"
FEE_PENALTY: Final = "TRANSFER_TYPE_SLA_PENALTY_LP_FEE_APPLY"
BONUS: Final = "TRANSFER_TYPE_SLA_PERFORMANCE_BONUS_DISTRIBUTE"

Receipt = tuple[str, str, int]  # transfer type, party, amount


@exact
def allocation_shares(
    shares: Mapping[str, Decimal], scores: Mapping[str, Decimal], equity_fraction: Decimal
) -> dict[str, Decimal]:
    """How the market's liquidity fees are divided, ascending by party; shares of 0 are left out.

    Args:
        shares: equity-like shares; of providers, and of pools with an average stake.
        scores: average liquidity scores of providers and pools.
        equity_fraction: part that follows equity times score; the rest follows the score alone.
    """
    total = sum(scores.values(), ZERO)
    scaled = {party: divide(score, total) for party, score in scores.items()} if total else dict(scores)
    weighed = dict(shares)
    total = ZERO
    for party, share in shares.items():
        score = scaled.get(party)
        if score is not None:
            weighed[party] = share * score
            total += weighed[party]
    if total:
        weighed = {party: divide(weight, total) for party, weight in weighed.items()}
    if not scaled:
        result = weighed
    elif not weighed:
        result = scaled
    else:
        result = {
            party: weighed.get(party, ZERO) * equity_fraction + scaled.get(party, ZERO) * (ONE - equity_fraction)
            for party in (*weighed, *(party for party in scaled if party not in weighed))
        }
    return {party: result[party] for party in sorted(result) if result[party]}


class FeeDistribution:
    """Moves the liquidity fees of one market; ``allocated`` is what providers were allotted in this epoch."""

    __slots__ = ("collateral", "bonds", "market", "asset", "allocated")

    def __init__(self, collateral: Collateral, bonds: Bonds) -> None:
        self.collateral = collateral
        self.bonds = bonds
        self.market = bonds.market
        self.asset = bonds.asset
        self.allocated: dict[str, int] = {}

    def collected(self) -> int:
        """What the market's liquidity fee account holds."""
        return self.collateral.balance(AccountType.FEES_LIQUIDITY, self.asset, market=self.market)

    @exact
    def allocate(self, shares: Mapping[str, Decimal]) -> None:
        """Move the market's fees to the providers' accounts; what does not divide stays for the next time."""
        account = self.collateral.open(AccountType.FEES_LIQUIDITY, self.asset, market=self.market)
        balance = account.balance
        for party, share in shares.items():
            amount = floor(balance * share)
            self.collateral.collect(ALLOCATE, amount, (account,), self._fees(party))
            self.allocated[party] = self.allocated.get(party, 0) + amount

    @exact
    def distribute(
        self, penalties: Mapping[str, Penalties], commitments: Mapping[str, int], *, has_pools: bool
    ) -> list[Receipt]:
        """Apply bond penalties, pay fees out, and share what was held back among those who performed.

        Args:
            penalties: of every provider (and pool) that takes part.
            commitments: in force, by party.

        Returns:
            What each party received, as requested.

        Spec: 0042-LIQF-054, 0044-LIME-013
        """
        if not penalties:
            return []
        parties = sorted(penalties)
        for party in parties:
            self.bonds.slash(SLA_PENALTY, party, truncate(penalties[party].bond * commitments.get(party, 0)))
        if not has_pools and all(penalty.fee == ONE for penalty in penalties.values()):
            for party in parties:
                account = self._fees(party)
                if account.balance:
                    self.collateral.transfer(FEE_PENALTY, account.balance, account, self.bonds.penalties())
            return []
        weights, receipts = self._pay_out(parties, penalties)
        return receipts + self._pay_bonus(parties, weights)

    def _pay_out(
        self, parties: Sequence[str], penalties: Mapping[str, Penalties]
    ) -> tuple[dict[str, Decimal], list[Receipt]]:
        """Pay each party's fees less its penalty; the penalties collect in the bonus account."""
        bonus = self._bonus()
        earned = {party: self._fees(party).balance for party in parties}
        total = sum(earned.values())
        weights, receipts = {}, []
        for party in parties:
            kept = ONE - penalties[party].fee
            net = truncate(kept * earned[party])
            if net > 0:
                self.collateral.collect(NET_DISTRIBUTE, net, (self._fees(party),), self._general(party))
                receipts.append((NET_DISTRIBUTE, party, net))
            if earned[party] > net:
                self.collateral.collect(UNPAID_COLLECT, earned[party] - net, (self._fees(party),), bonus)
            weights[party] = kept * divide(earned[party], total) if total else ZERO
        return weights, receipts

    def _pay_bonus(self, parties: Sequence[str], weights: Mapping[str, Decimal]) -> list[Receipt]:
        """Share the bonus account by weight; the indivisible rest goes to one of all parties."""
        bonus = self._bonus()
        balance = remainder = bonus.balance
        if not balance:
            return []
        total = sum(weights.values(), ZERO)
        receipts: list[Receipt] = []
        for party in parties:
            weight = divide(weights[party], total) if total else weights[party]
            amount = truncate(weight * balance)
            if amount > 0:
                self.collateral.collect(BONUS, amount, (bonus,), self._general(party))
                receipts.append((BONUS, party, amount))
                remainder -= amount
        if remainder > 0:
            lucky = parties[receiver(remainder, len(parties))]
            self.collateral.collect(BONUS, remainder, (bonus,), self._general(lucky))
            receipts.append((BONUS, lucky, remainder))
        return receipts

    def sweep_to_treasury(self) -> None:
        """Send what a closed spot market has left to the network's treasury."""
        account = self.collateral.open(AccountType.FEES_LIQUIDITY, self.asset, market=self.market)
        if account.balance:
            treasury = self.collateral.open(AccountType.NETWORK_TREASURY, self.asset)
            self.collateral.transfer(CLEAR_ACCOUNT, account.balance, account, treasury)

    def _fees(self, party: str) -> Account:
        return self.collateral.open(AccountType.LP_LIQUIDITY_FEES, self.asset, party, self.market)

    def _general(self, party: str) -> Account:
        return self.collateral.open(AccountType.GENERAL, self.asset, party)

    def _bonus(self) -> Account:
        return self.collateral.open(AccountType.LIQUIDITY_FEES_BONUS_DISTRIBUTION, self.asset, market=self.market)
