"""The order in which waiting transactions are executed.

``vega`` is the order of a trading network (0093-TRTO): governance before the rest in priority, then groups, each in
order of arrival: cancellations, post-only orders, what an earlier block delayed, everything else. On a market with
transaction reordering, whatever can take liquidity waits ``market.aggressiveOrderBlockDelay`` blocks.

Deviation: the limits of bytes and gas of a block do not apply.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from vega_mesa.chain.transaction import Transaction

DELAY_PARAMETER: Final = "market.aggressiveOrderBlockDelay"
_PRIORITY: Final = frozenset(("ProposalSubmission", "BatchProposalSubmission", "VoteSubmission"))
_CANCELLATIONS: Final = frozenset(("OrderCancellation", "StopOrdersCancellation", "CancelAMM"))
_AGGRESSIVE: Final = frozenset(("OrderSubmission", "OrderAmendment", "AmendAMM", "StopOrdersSubmission"))


class Mempool:
    """Transactions that wait, in order of arrival, and those delayed to a later block."""

    def __init__(self, ordering: str, seed: int) -> None:
        self.ordering = ordering
        self.seed = seed
        self.waiting: list[Transaction] = []
        self.delayed: dict[int, list[Transaction]] = {}  # by the height they are due at

    def __len__(self) -> int:
        return len(self.waiting) + sum(map(len, self.delayed.values()))

    def add(self, transaction: Transaction) -> None:
        """Put a transaction at the end."""
        self.waiting.append(transaction)

    def take(self, height: int, exchange: Any) -> list[Transaction]:
        """Take out what this block executes now, in order; what must wait longer stays."""
        candidates, self.waiting = self.waiting, []
        if self.ordering == "shuffle":
            return sorted(candidates, key=self._lot)
        if self.ordering == "vega":
            return self._trading_order(candidates, height, exchange)
        return candidates

    def _lot(self, transaction: Transaction) -> bytes:
        # A lot drawn from the id: no generator whose state would have to travel with snapshots and logs.
        return blake2b(transaction.id.encode(), digest_size=16, key=self.seed.to_bytes(16, "big")).digest()

    def _trading_order(self, candidates: list[Transaction], height: int, exchange: Any) -> list[Transaction]:
        due = [self.delayed.pop(when) for when in sorted(self.delayed) if when <= height]
        cancellations: list[Transaction] = []
        post_only: list[Transaction] = []
        rest: list[Transaction] = []
        for transaction in sorted(candidates, key=_priority):  # a stable sort: arrival decides among equals
            command = transaction.command
            if _is_cancellation(command, exchange):
                cancellations.append(transaction)
            elif _is_post_only(command, exchange):
                post_only.append(transaction)
            elif _is_delayed(command, exchange):
                delay = int(exchange.network_parameters.get(DELAY_PARAMETER))
                self.delayed.setdefault(height + delay, []).append(transaction)
            else:
                rest.append(transaction)
        return [*cancellations, *post_only, *(transaction for group in due for transaction in group), *rest]


def _priority(transaction: Transaction) -> int:
    return 0 if type(transaction.command).__name__ in _PRIORITY else 1


def _reorders(market_id: str, exchange: Any) -> bool:
    market = exchange.markets.get(market_id)
    return market is not None and bool(market.definition.enable_transaction_reordering)


def _market_of(command: Any) -> str:
    if type(command).__name__ == "StopOrdersSubmission":
        setup = command.falls_below or command.rises_above
        return "" if setup is None else str(setup.order_submission.market_id)
    return str(command.market_id)


def _parts(batch: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """A batch's cancellations, its post-only submissions, and all else."""
    post_only = [order for order in batch.submissions if order.post_only]
    other = [order for order in batch.submissions if not order.post_only]
    others = [*batch.update_margin_mode, *batch.amendments, *other, *batch.stop_orders_submission]
    return [*batch.cancellations, *batch.stop_orders_cancellation], post_only, others


def _is_cancellation(command: Any, exchange: Any) -> bool:
    name = type(command).__name__
    if name == "BatchMarketInstructions":
        cancellations, post_only, others = _parts(command)
        return bool(cancellations) and not post_only and not others and _any_reorders(cancellations, exchange)
    if name not in _CANCELLATIONS:
        return False
    # Without a market it cancels everywhere: any market that was ever registered makes it count.
    return bool(exchange.markets) if not command.market_id else _reorders(command.market_id, exchange)


def _is_post_only(command: Any, exchange: Any) -> bool:
    name = type(command).__name__
    if name == "OrderSubmission":
        return bool(command.post_only)
    if name == "BatchMarketInstructions":
        cancellations, post_only, others = _parts(command)
        return bool(post_only) and not others and _any_reorders([*cancellations, *post_only], exchange)
    return False


def _is_delayed(command: Any, exchange: Any) -> bool:
    name = type(command).__name__
    if name == "BatchMarketInstructions":
        cancellations, post_only, others = _parts(command)
        return _any_reorders([*cancellations, *post_only, *others], exchange)
    return name in _AGGRESSIVE and _reorders(_market_of(command), exchange)


def _any_reorders(instructions: list[Any], exchange: Any) -> bool:
    return any(_reorders(_market_of(instruction), exchange) for instruction in instructions)
