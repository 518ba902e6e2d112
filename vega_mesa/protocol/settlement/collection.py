"""Moving what settlement asks for: losses in, wins out, and who bears what is missing (03 §2.3, §5.6.7-10, §5.7)."""

from __future__ import annotations

from collections.abc import Container, Sequence
from operator import itemgetter
from typing import NamedTuple

from vega_mesa.errors import InvariantBroken
from vega_mesa.protocol.arithmetic import DIVISION_PLACES
from vega_mesa.protocol.collateral import Account, AccountType, Collateral
from vega_mesa.protocol.events.trading import FundingPaid, LossSocialised
from vega_mesa.protocol.matching.order import NETWORK
from vega_mesa.protocol.settlement.final import FinalSettlement
from vega_mesa.protocol.settlement.funding import FundingFlows
from vega_mesa.protocol.settlement.mark_to_market import MarkToMarket, PartyAmount

CLEAR_ACCOUNT = "TRANSFER_TYPE_CLEAR_ACCOUNT"
RATIO_ONE = 10**DIVISION_PLACES
_amount = itemgetter(1)


class Kind(NamedTuple):
    """How one kind of settlement moves money: names of its transfers and events, and what counts as funds."""

    loss: str
    win: str
    event: str
    uses_bond: bool
    general_counts_for_all: bool  # a loss is uncovered only beyond the general account, isolated margin or not


MARK_TO_MARKET = Kind("TRANSFER_TYPE_MTM_LOSS", "TRANSFER_TYPE_MTM_WIN", "TYPE_SETTLEMENT", True, False)
FUNDING = Kind(
    "TRANSFER_TYPE_PERPETUALS_FUNDING_LOSS",
    "TRANSFER_TYPE_PERPETUALS_FUNDING_WIN",
    "TYPE_FUNDING_PAYMENT",
    True,
    False,
)
FINAL = Kind("TRANSFER_TYPE_LOSS", "TRANSFER_TYPE_WIN", "TYPE_UNSPECIFIED", False, True)


class Collection:
    """Collects losses in the market's settlement account and pays the wins out of it.

    Args:
        isolated: the parties in isolated margin mode (the market's mapping of party to margin factor will do).
    """

    def __init__(self, collateral: Collateral, market: str, asset: str, isolated: Container[str]) -> None:
        self.collateral = collateral
        self.market = market
        self.asset = asset
        self.isolated = isolated

    def mark_to_market(self, settlement: MarkToMarket) -> None:
        """Move a mark-to-market's losses, then its wins.

        If a win is the very first entry of the transfer list nobody is paid: that happens only when all losses rounded
        to 0.

        Emits: LossSocialised (losers after the losses, winners before the wins).
        """
        losses = settlement.losses
        expected = self._collect_losses(MARK_TO_MARKET, losses)
        wins = list(filter(_amount, settlement.wins))
        if not wins or (not losses and settlement.wins[0][1]):
            return
        self._pay_wins(MARK_TO_MARKET, wins, expected)
        left = self._system(AccountType.SETTLEMENT).balance
        if left:
            raise InvariantBroken(f"{left} left in the settlement account of {self.market} after mark-to-market")

    def funding(self, flows: FundingFlows) -> None:
        """Move a funding payment; what rounding leaves goes to the market's insurance pool.

        Emits: FundingPaid for every party, then LossSocialised as in a mark-to-market.
        """
        bus = self.collateral.bus
        if FundingPaid in bus.wanted:
            for party, amount in flows.losses:
                bus.send(FundingPaid, market=self.market, party=party, amount=-amount)
            for party, amount in flows.wins:
                bus.send(FundingPaid, market=self.market, party=party, amount=amount)
        expected = self._collect_losses(FUNDING, flows.losses)
        if flows.losses and flows.wins:
            self._pay_wins(FUNDING, flows.wins, expected)
        self._sweep(flows.allowance, self._system(AccountType.INSURANCE))

    def final(self, settlement: FinalSettlement) -> None:
        """Move the final settlement; what rounding leaves goes to the global insurance pool.

        Emits: LossSocialised.
        """
        expected = self._collect_losses(FINAL, settlement.losses)
        if settlement.losses and settlement.wins:
            self._pay_wins(FINAL, settlement.wins, expected)
            self._sweep(settlement.dust, self.collateral.open(AccountType.GLOBAL_INSURANCE, self.asset))

    # -- losses ----------------------------------------------------------------------------------------------------

    def _collect_losses(self, kind: Kind, losses: Sequence[PartyAmount]) -> int:
        """Take each loss from whoever bears it; returns what should have been taken."""
        if not losses:
            return 0
        collateral = self.collateral
        settlement = self._system(AccountType.SETTLEMENT)
        insurance = self._system(AccountType.INSURANCE)
        margins = collateral.of_kind(AccountType.MARGIN, self.asset, self.market)
        uncovered: list[PartyAmount] = []
        expected: int = sum(map(_amount, losses))
        if collateral.is_silent:
            losses = collateral.gather(losses, margins, settlement)
        for party, amount in losses:
            if party == NETWORK:
                collateral.collect(kind.loss, amount, (insurance,), settlement)
                continue
            margin = margins.get(party)
            if margin is not None and margin.balance >= amount:
                collateral.transfer(kind.loss, amount, margin, settlement)
                continue
            missing = self._collect_beyond_margin(kind, party, amount, margin, settlement, insurance)
            if missing > 0:
                uncovered.append((party, missing))
        self._announce(kind, uncovered)
        return expected

    def _collect_beyond_margin(
        self, kind: Kind, party: str, amount: int, margin: Account | None, settlement: Account, insurance: Account
    ) -> int:
        """Take a loss that exceeds the margin account; returns what neither the party nor the insurance covers."""
        collateral = self.collateral
        general = collateral.find(AccountType.GENERAL, self.asset, party)
        searched = None if party in self.isolated else general
        bond = collateral.find(AccountType.BOND, self.asset, party, self.market) if kind.uses_bond else None
        taken = collateral.collect(kind.loss, amount, (margin, searched, bond, insurance), settlement)
        left = amount - taken
        if left:
            for account in (margin, general if kind.general_counts_for_all else searched, bond):
                if account is not None:
                    left -= account.balance
        return left

    # -- wins ------------------------------------------------------------------------------------------------------

    def _pay_wins(self, kind: Kind, wins: Sequence[PartyAmount], expected: int) -> None:
        """Pay each win, cut down first when less was collected than expected."""
        settlement = self._system(AccountType.SETTLEMENT)
        insurance = self._system(AccountType.INSURANCE)
        if settlement.balance < expected:
            wins, cuts = socialise(wins, settlement.balance, expected)
            self._announce(kind, cuts)
        collateral = self.collateral
        if collateral.is_silent and settlement.balance >= sum(map(_amount, wins)):
            margins = collateral.of_kind(AccountType.MARGIN, self.asset, self.market)
            wins = collateral.hand_out(wins, settlement, margins)
        for party, amount in wins:
            if party == NETWORK:
                collateral.collect(kind.win, amount, (settlement,), insurance)
                continue
            margin = collateral.open(AccountType.MARGIN, self.asset, party, self.market)
            if settlement.balance >= amount:
                collateral.transfer(kind.win, amount, settlement, margin)
            else:
                collateral.collect(kind.win, amount, (settlement, insurance), margin)

    def _sweep(self, allowance: int, destination: Account) -> None:
        """Clear what rounding left in the settlement account."""
        settlement = self._system(AccountType.SETTLEMENT)
        if settlement.balance > allowance:
            raise InvariantBroken(
                f"{settlement.balance} left in the settlement account of {self.market}, rounding explains {allowance}"
            )
        if settlement.balance:
            self.collateral.transfer(CLEAR_ACCOUNT, settlement.balance, settlement, destination)

    def _system(self, type: AccountType) -> Account:
        return self.collateral.open(type, self.asset, market=self.market)

    def _announce(self, kind: Kind, losses: Sequence[PartyAmount]) -> None:
        bus = self.collateral.bus
        if losses and LossSocialised in bus.wanted:
            for party, amount in losses:
                bus.send(
                    LossSocialised,
                    market=self.market,
                    party=party,
                    asset=self.asset,
                    amount=amount,
                    loss_type=kind.event,
                )


def socialise(
    wins: Sequence[PartyAmount], collected: int, expected: int
) -> tuple[list[PartyAmount], list[PartyAmount]]:
    """Cut wins down to what was collected (03 §5.7).

    The ratio is rounded to 16 digits and each win floored; what that leaves (or takes too much) goes to the network if
    it is among the winners, otherwise to the last winner.

    Returns:
        The wins to pay, and per winner the signed amount of its loss-socialisation event (negative: got less).
    """
    ratio = (2 * collected * RATIO_ONE + expected) // (2 * expected)
    paid: list[PartyAmount] = []
    cuts: list[PartyAmount] = []
    network = -1
    total = 0
    for place, (party, win) in enumerate(wins):
        share = win * ratio // RATIO_ONE
        total += share
        paid.append((party, share))
        cuts.append((party, share - win))
        if party == NETWORK:
            network = place
    mismatch = collected - total
    if mismatch:
        party, share = paid[network]
        paid[network] = (party, share + mismatch)
        if network < 0:
            cuts[-1] = (party, cuts[-1][1] + mismatch)
    return paid, cuts
