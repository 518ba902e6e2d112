"""Submitting, amending and cancelling commitments, and applying them when an epoch starts (0044-LIME, 0038-OLIQ)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.liquidity.bonds import BOND_SLASHING, Bonds
from vega_mesa.protocol.liquidity.market_view import MarketView
from vega_mesa.protocol.liquidity.parameters import LiquidityParameters
from vega_mesa.protocol.liquidity.provision import Provision, Provisions, ProvisionStatus, fee_in_range
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.refusal import Refused

_ACCEPTING: Final = frozenset(
    (
        MarketState.PROPOSED,
        MarketState.PENDING,
        MarketState.ACTIVE,
        MarketState.SUSPENDED,
        MarketState.SUSPENDED_VIA_GOVERNANCE,
    )
)


class Commitments:
    """The commitments of one market and the bonds behind them."""

    __slots__ = ("provisions", "bonds", "parameters", "market")

    def __init__(
        self, provisions: Provisions, bonds: Bonds, parameters: LiquidityParameters, market: MarketView
    ) -> None:
        self.provisions = provisions
        self.bonds = bonds
        self.parameters = parameters
        self.market = market

    # -- commands --------------------------------------------------------------------------------------------------

    def submit(self, now: int, id: str, party: str, command: LiquidityProvisionSubmission) -> bool:
        """Commit an amount; returns whether it is in force at once (only in the opening auction).

        Raises:
            Refused: nothing has moved.

        Emits:
            LiquidityProvisionUpdated: pending, active or rejected.

        Spec: 0044-LIME-001
        """
        bonds = self.bonds
        if not bonds.spot:
            bonds.open_margin(party)
        self._require_open_market()
        self._require_minimum(command.commitment_amount)
        amount = command.commitment_amount
        provision = Provision(id, bonds.market, party, now, amount, command.fee, command.reference)
        if not amount:
            self._reject(provision, "commitment amount is zero")
        if not fee_in_range(command.fee, self.parameters.maximum_liquidity_fee_factor_level):
            self._reject(provision, "invalid liquidity provision fee")
        if party in self.provisions:
            raise Refused("liquidity provision already exists")
        immediate = self.market.in_opening_auction()
        self.provisions.announce(provision, ProvisionStatus.ACTIVE if immediate else ProvisionStatus.PENDING)
        try:
            bonds.open(party)
            bonds.adjust(party, amount)
        except Refused as refused:
            self._reject(provision, refused.text)
        if immediate:
            self.provisions.activate(provision)
        else:
            self.provisions.pending[party] = provision
        return immediate

    def amend(self, now: int, party: str, command: LiquidityProvisionAmendment) -> bool:
        """Change a commitment; returns whether it is in force at once (in the opening auction, or only the fee).

        Raises:
            Refused: nothing has moved.

        Emits:
            LiquidityProvisionUpdated: pending or active.

        Spec: 0044-LIME-033
        """
        self._require_open_market()
        amount, fee = command.commitment_amount, command.fee or ZERO
        if not fee and not amount:
            raise Refused("empty liquidity provision amendment content")
        if not fee_in_range(fee, self.parameters.maximum_liquidity_fee_factor_level):
            raise Refused("invalid liquidity provision fee")
        if amount is not None:
            self._require_minimum(amount)
        if party not in self.provisions:
            raise Refused("party is not a liquidity provider")
        active, pending = self.provisions.active.get(party), self.provisions.pending.get(party)
        present = active or pending
        assert present is not None
        new = amount or present.commitment
        opening = self.market.in_opening_auction()
        if pending is not None and new < pending.commitment:
            self.bonds.release(party, pending.commitment - new)
        elif new > present.commitment:
            if self.bonds.balance(party) + self.bonds.general(party) < new:
                raise Refused("commitment submission rejected, not enough stake")
            self.bonds.adjust(party, new)
        elif opening:
            self.bonds.release(party, present.commitment - new)
        changed = present.amended(now, new, fee or present.fee, command.reference or present.reference)
        if new != present.commitment and not opening:
            self.provisions.pending[party] = changed
            self.provisions.announce(changed, ProvisionStatus.PENDING)
            return False
        self.provisions.activate(changed)
        self.provisions.announce(changed)
        return True

    def cancel(self, now: int, party: str) -> bool:
        """Give a commitment up; returns whether it ended at once (in the opening auction).

        Raises:
            Refused: there is no commitment.

        Emits:
            LiquidityProvisionUpdated: pending with an amount of 0, or cancelled.

        Spec: 0044-LIME-020
        """
        active, pending = self.provisions.active.get(party), self.provisions.pending.get(party)
        present = active or pending
        if present is None:
            raise Refused("party has no existing liquidity provision")
        if pending is not None and pending.commitment:
            self.bonds.release(party, pending.commitment)
        if not self.market.in_opening_auction():
            queued = present.amended(now, 0, ZERO, present.reference)
            self.provisions.pending[party] = queued
            self.provisions.announce(queued, ProvisionStatus.PENDING)
            return False
        if active is not None:
            self.bonds.release(party, active.commitment)
        self.provisions.pending.pop(party, None)
        self.provisions.deactivate(party)
        present.updated_at = now
        self.provisions.announce(present, ProvisionStatus.CANCELLED)
        return True

    # -- start of an epoch -----------------------------------------------------------------------------------------

    @exact
    def charge_early_exits(self, target_stake: int) -> None:
        """Release what leaves: free as far as the present commitments exceed the target, the rest less a penalty.

        Spec: 0044-LIME-020, 0044-LIME-023, 0044-LIME-025
        """
        leaving: dict[str, int] = {}
        for party, queued in self.provisions.pending.items():
            active = self.provisions.active.get(party)
            if active is not None and queued.commitment < active.commitment:
                variation = min(active.commitment - queued.commitment, self.bonds.balance(party))
                if variation:
                    leaving[party] = variation
        if not leaving:
            return
        free = max(0, self.provisions.stake() - target_stake)
        total = sum(leaving.values())
        penalty = self.parameters.early_exit_penalty
        for party in sorted(leaving):
            variation = leaving[party]
            share = divide(variation, total) * free
            if variation <= share:
                self.bonds.release(party, variation)
                continue
            self.bonds.release(party, truncate(share))
            self.bonds.release(party, _unsigned((ONE - penalty) * (variation - share)))
            self.bonds.slash(BOND_SLASHING, party, truncate(penalty * (variation - share)))

    def apply_pending(self, now: int) -> dict[str, int]:
        """Put the queue in force, in its order; returns the new commitment of each party (0: gone)."""
        applied = {}
        for party, queued in self.provisions.pending.items():
            queued.updated_at = now
            applied[party] = queued.commitment
            if queued.commitment:
                self.provisions.activate(queued)
                self.provisions.announce(queued)
            else:
                self.provisions.deactivate(party)
                self.provisions.announce(queued, ProvisionStatus.CANCELLED)
        self.provisions.pending.clear()
        return applied

    def synchronise(self, now: int) -> dict[str, int]:
        """Lower or raise commitments to their bonds; returns the new commitment of each party that changed."""
        changed = {}
        for provision in tuple(self.provisions.sorted_active()):
            party = provision.party
            bond = self.bonds.balance(party)
            if bond == provision.commitment:
                continue
            changed[party] = bond
            if bond:
                self.provisions.resize(provision, bond)
            else:
                provision.updated_at = now
                self.provisions.deactivate(party)
                self.provisions.announce(provision, ProvisionStatus.CANCELLED)
        return changed

    def top_up(self) -> None:
        """Refill bonds from general accounts up to the commitments in force, ascending by party."""
        for provision in self.provisions.sorted_active():
            shortfall = provision.commitment - self.bonds.balance(provision.party)
            if shortfall > 0:
                self.bonds.lock(provision.party, min(shortfall, self.bonds.general(provision.party)))

    # -- parts -----------------------------------------------------------------------------------------------------

    def _require_open_market(self) -> None:
        if self.market.state() not in _ACCEPTING:
            raise Refused("commitment submission not allowed")

    @exact
    def _require_minimum(self, amount: int) -> None:
        quantum = self.bonds.collateral.quanta.get(self.bonds.asset, ONE)
        if amount < quantum * self.parameters.min_lp_stake_quantum_multiple:
            raise Refused("commitment amount is too low")

    def _reject(self, provision: Provision, text: str) -> None:
        self.provisions.announce(provision, ProvisionStatus.REJECTED)
        raise Refused(text)


def _unsigned(value: Decimal) -> int:
    """Truncate into 256 bits without a sign, where a negative number becomes huge."""
    return truncate(value) % 2**256
