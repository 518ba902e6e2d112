"""Equity-like shares: early and lasting commitments weigh more (0042-LIQF)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact

# Growth multiplies again and again. A hundred digits are more than any comparison or division can see.
_DIGITS: Final = Context(prec=100, rounding=ROUND_HALF_UP)


class EquityShare:
    """One provider's stake, virtual stake, average entry valuation and (cached) share."""

    __slots__ = ("stake", "virtual_stake", "average", "share")

    def __init__(
        self, stake: Decimal = ZERO, virtual_stake: Decimal = ZERO, average: Decimal = ZERO, share: Decimal = ZERO
    ) -> None:
        self.stake = stake
        self.virtual_stake = virtual_stake
        self.average = average
        self.share = share

    def copy(self) -> EquityShare:
        """An independent copy."""
        return EquityShare(self.stake, self.virtual_stake, self.average, self.share)


class EquityShares:
    """All shares of a market; ``total`` is the sum of the virtual stakes."""

    __slots__ = ("by_party", "total")

    def __init__(self) -> None:
        self.by_party: dict[str, EquityShare] = {}
        self.total = ZERO

    @exact
    def set_stake(self, party: str, stake: int) -> None:
        """Change a provider's stake. An entry valuation is the total *after* the stake was added."""
        entry = self.by_party.get(party)
        new = Decimal(stake)
        old = ZERO if entry is None else entry.stake
        if new == old:
            return
        if new == ZERO:
            self.remove(party)
        elif new > old:
            entry = self.by_party.setdefault(party, EquityShare())
            delta = new - old
            self.total += delta
            entry.average = divide(entry.average * old, new) + divide(self.total * delta, new)
            entry.virtual_stake += delta
            entry.stake = new
        elif entry is not None:
            virtual = entry.virtual_stake * divide(new, old)
            self.total += virtual - entry.virtual_stake
            entry.virtual_stake = virtual
            entry.stake = new
            entry.share = self._share(entry)

    @exact
    def remove(self, party: str) -> None:
        """Forget a provider."""
        entry = self.by_party.pop(party, None)
        if entry is not None:
            self.total -= entry.virtual_stake

    @exact
    def grow(self, growth: Decimal) -> bool:
        """Let virtual stakes follow the market's growth, never below the stake; returns whether any has changed."""
        factor = ONE + growth
        self.total = ZERO
        changed = False
        for entry in self.by_party.values():
            before = entry.virtual_stake
            entry.virtual_stake = max(entry.stake, _DIGITS.plus(before * factor))
            changed = changed or entry.virtual_stake != before
            self.total += entry.virtual_stake
        return changed

    def refresh(self) -> None:
        """Bring the cached shares of all providers up to date."""
        for entry in self.by_party.values():
            entry.share = self._share(entry)

    def _share(self, entry: EquityShare) -> Decimal:
        return divide(entry.virtual_stake, self.total) if self.total else ZERO

    def shares(self) -> dict[str, Decimal]:
        """Cached share of every provider."""
        return {party: entry.share for party, entry in self.by_party.items()}

    # -- successor markets -----------------------------------------------------------------------------------------

    def copy(self) -> EquityShares:
        """An independent copy, to be put back if a succession does not happen."""
        copied = EquityShares()
        copied.by_party = {party: entry.copy() for party, entry in self.by_party.items()}
        copied.total = self.total
        return copied

    @exact
    def inherit(self, parent: EquityShares) -> None:
        """Take a parent market's figures for parties that also committed here, then apply their own commitments."""
        for party in sorted(self.by_party):
            theirs = parent.by_party.get(party)
            if theirs is None:
                continue
            commitment = int(self.by_party[party].stake)
            self.total += theirs.virtual_stake - self.by_party[party].virtual_stake
            self.by_party[party] = theirs.copy()
            self.set_stake(party, commitment)
            entry = self.by_party[party]
            if entry.virtual_stake < entry.stake:  # what rounding took off when the commitment here is smaller
                self.total += entry.stake - entry.virtual_stake
                entry.virtual_stake = entry.stake
        self.refresh()
