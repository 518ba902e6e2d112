"""Running totals that the exchange itself has no use for: what was deposited, withdrawn and traded, and who earned."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from vega_mesa.protocol.collateral import AccountType, account_id
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.bridging import DepositUpdated, WithdrawalUpdated
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.events.trading import CommandRefused, TradeHappened
from vega_mesa.protocol.fees.fee import MAKER_RECEIVE, NO_FEE, REBATE_RECEIVE
from vega_mesa.protocol.liquidity.bonds import BOND_SLASHING, SLA_PENALTY
from vega_mesa.protocol.liquidity.distribution import BONUS, FEE_PENALTY, NET_DISTRIBUTE, UNPAID_COLLECT

NOTHING_THERE: Final = "nothing to trade with"  # of an order that ended without a trade
_ORDERS: Final = frozenset(("OrderSubmission", "OrderAmendment", "BatchMarketInstructions", "StopOrdersSubmission"))
_IDS_AND_NUMBERS: Final = re.compile(r"\b[0-9a-f]{64}\b|\b\d+(\.\d+)?\b")
FEE_COMPONENTS: Final = ("maker", "infrastructure", "liquidity", "buy_back", "treasury", "high_volume_maker")


class Tally:
    """Counts events of one exchange. Amounts in asset decimals, volumes in position decimals."""

    def __init__(self) -> None:
        self.deposits: dict[tuple[str, str], int] = {}  # by party and asset, less withdrawals
        self.volume: dict[str, int] = {}  # by market, since genesis
        self.trades: dict[str, int] = {}  # how many, by market
        self.fees: dict[str, list[int]] = {}  # charged by market and component since genesis
        self.refused_orders: Counter[str] = Counter()  # how many, by reason; those too that found nothing to trade with
        self.on_the_way: set[str] = set()  # deposits that are not credited yet
        self._volume_before: dict[str, int] = {}
        self._refused_before = 0
        self._withdrawn: set[str] = set()

    def attach(self, bus: EventBus) -> None:
        """Listen to an exchange from now on."""
        bus.subscribe(DepositUpdated, self._on_deposit)
        bus.subscribe(WithdrawalUpdated, self._on_withdrawal)
        bus.subscribe(TradeHappened, self._on_trade)
        bus.subscribe(CommandRefused, self._on_refusal)

    def begin_step(self) -> None:
        """A step of the model begins; :meth:`step_volume` and :meth:`step_refused_orders` count from here."""
        self._volume_before = self.volume.copy()
        self._refused_before = self.refused_orders.total()

    def step_volume(self, market: str) -> int:
        """What was traded on a market since the step began."""
        return self.volume.get(market, 0) - self._volume_before.get(market, 0)

    def step_refused_orders(self) -> int:
        """How many orders came to nothing since the step began."""
        return self.refused_orders.total() - self._refused_before

    def count_refused_order(self, reason: str) -> None:
        """An order came to nothing."""
        self.refused_orders[_IDS_AND_NUMBERS.sub("…", reason)] += 1

    def _on_refusal(self, event: CommandRefused) -> None:
        if event.command in _ORDERS:
            self.count_refused_order(event.error)

    def deposited(self, party: str, asset: str) -> int:
        """What a party has put in so far, less what it took out."""
        return self.deposits.get((party, asset), 0)

    def _on_deposit(self, event: DepositUpdated) -> None:
        if event.status == "STATUS_OPEN":
            self.on_the_way.add(event.deposit)
            return
        self.on_the_way.discard(event.deposit)
        if event.status == "STATUS_FINALIZED":
            self._add(event.party, event.asset, event.amount)

    def _on_withdrawal(self, event: WithdrawalUpdated) -> None:
        if event.status != "STATUS_REJECTED" and event.withdrawal not in self._withdrawn:
            self._withdrawn.add(event.withdrawal)  # the money leaves at once, whatever the bridge still has to do
            self._add(event.party, event.asset, -event.amount)

    def _add(self, party: str, asset: str, amount: int) -> None:
        self.deposits[party, asset] = self.deposits.get((party, asset), 0) + amount

    def _on_trade(self, event: TradeHappened) -> None:
        trade = event.trade
        self.volume[trade.market] = self.volume.get(trade.market, 0) + trade.size
        self.trades[trade.market] = self.trades.get(trade.market, 0) + 1
        if trade.buyer_fee is not NO_FEE:
            self._add_fee(trade.market, trade.buyer_fee)
        if trade.seller_fee is not NO_FEE:
            self._add_fee(trade.market, trade.seller_fee)

    def _add_fee(self, market: str, fee: Any) -> None:
        if fee is None:
            return
        totals = self.fees.get(market)
        if totals is None:
            totals = self.fees[market] = [0] * len(FEE_COMPONENTS)
        totals[0] += fee.maker
        totals[1] += fee.infrastructure
        totals[2] += fee.liquidity
        totals[3] += fee.buy_back
        totals[4] += fee.treasury
        totals[5] += fee.high_volume_maker


class ProviderIncome:
    """What the liquidity providers of one market earned and lost, by party, asset decimals.

    It reads the ledger, so entries are made for it: for models that study providers.

    Attributes:
        liquidity_fees: paid out, performance bonus included.
        maker_fees: and rebates, for orders that were taken; of all markets in the asset.
        withheld: fees that were earned, but kept back for failing the commitment.
        penalties: taken from the bond, or from the margin account when the bond was empty.
    """

    def __init__(self, market: str, asset: str) -> None:
        self.market = market
        self.asset = asset
        self.liquidity_fees: dict[str, int] = {}
        self.maker_fees: dict[str, int] = {}
        self.withheld: dict[str, int] = {}
        self.penalties: dict[str, int] = {}
        self._parties: dict[str, str] = {}  # by the id of an account

    def follow(self, party: str) -> None:
        """Keep account of a party from now on."""
        for totals in (self.liquidity_fees, self.maker_fees, self.withheld, self.penalties):
            totals.setdefault(party, 0)
        self._parties[account_id(AccountType.GENERAL, self.asset, party)] = party
        for type in (AccountType.BOND, AccountType.MARGIN, AccountType.LP_LIQUIDITY_FEES):
            self._parties[account_id(type, self.asset, party, self.market)] = party

    def attach(self, bus: EventBus) -> None:
        """Listen to an exchange from now on."""
        bus.subscribe(LedgerMoved, self._on_moved)

    def _on_moved(self, event: LedgerMoved) -> None:
        for entry in event.entries:
            received, lost = self._totals(entry.type)
            if received is not None:
                party = self._parties.get(entry.to_account)
                if party is not None:
                    received[party] += entry.amount
            elif lost is not None:
                party = self._parties.get(entry.from_account)
                if party is not None:
                    lost[party] += entry.amount

    def _totals(self, type: str) -> tuple[dict[str, int] | None, dict[str, int] | None]:
        """Where a movement counts: for who receives, or for who gives."""
        if type in (NET_DISTRIBUTE, BONUS):
            return self.liquidity_fees, None
        if type in (MAKER_RECEIVE, REBATE_RECEIVE):
            return self.maker_fees, None
        if type in (UNPAID_COLLECT, FEE_PENALTY):
            return None, self.withheld
        return None, self.penalties if type in (SLA_PENALTY, BOND_SLASHING) else None
