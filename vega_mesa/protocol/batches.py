"""Several instructions in one transaction (0074-BTCH; 02 §7.3): each stands or falls for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vega_mesa.protocol.commands.trading import BatchMarketInstructions, OrderSubmission
from vega_mesa.protocol.events.trading import CommandRefused
from vega_mesa.protocol.matching.identifiers import IdGenerator, batch_id_count, batch_stop_order_ids
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange

Instruction = Callable[[], Outcome | None]
MARGIN_MODE_FAILED = "Update margin mode transaction failed for market %s. Ignoring all transactions for the market"


class Batch:
    """Carries out the instructions of one batch, and remembers how each went.

    Attributes:
        outcomes: of every instruction that was executed, in order of processing.
        errors: ``index (text)`` of every failure; the index runs over cancels, amends, submissions, stop cancels and
            stop submissions, but margin-mode updates and stop cancels use numbers of their own, as the protocol does.
    """

    def __init__(self, exchange: Exchange, party: str, ids: IdGenerator) -> None:
        self.exchange = exchange
        self.party = party
        self.ids = ids
        self.outcomes: list[Outcome] = []
        self.errors: list[str] = []
        self.blocked: set[str] = set()  # markets whose margin-mode update failed
        self.succeeded = 0

    def process(self, batch: BatchMarketInstructions) -> None:
        """Carry everything out: margin modes, cancels, amends, orders, stop cancels, stop orders."""
        for mode in batch.update_margin_mode:
            if not self._run("updateMarginMode", "", mode):
                self.blocked.add(mode.market_id)
        drawn = self.ids.take(batch_id_count(len(batch.submissions), len(batch.stop_orders_submission)))
        index = 0
        for cancellation in batch.cancellations:
            self._run(str(index), cancellation.market_id, cancellation)
            index += 1
        amended: set[str] = set()
        for amendment in batch.amendments:
            if amendment.order_id in amended:
                self.errors.append(f"{index} (order already amended in batch)")
            elif self._run(str(index), amendment.market_id, amendment):
                amended.add(amendment.order_id)
            index += 1
        for number, submission in enumerate(batch.submissions):
            self._run(str(index), submission.market_id, submission, drawn[number])
            index += 1
        for own_index, stop_cancel in enumerate(batch.stop_orders_cancellation):
            self._run(str(own_index), stop_cancel.market_id, stop_cancel)
        pairs = [bool(s.falls_below and s.rises_above) for s in batch.stop_orders_submission]
        last = max(0, len(batch.submissions) - 1)
        stop_ids = batch_stop_order_ids(drawn, last, pairs) if pairs else []
        for stop, own_ids in zip(batch.stop_orders_submission, stop_ids, strict=True):
            setup = stop.falls_below or stop.rises_above
            order: OrderSubmission | None = setup.order_submission if setup else None
            before = len(self.errors)
            self._run(str(index), order.market_id if order else "", stop, own_ids[0])
            del self.errors[before:]  # what goes wrong with a stop order is not told
            index += 1

    def _run(self, label: str, market: str, command: object, root: str | None = None) -> bool:
        from vega_mesa.protocol.command_handlers import HANDLERS

        if market in self.blocked:
            self.errors.append(f"{label} ({MARGIN_MODE_FAILED % market})")
            return False
        ids = self.ids if root is None else IdGenerator(root)
        try:
            outcome = self.exchange.execute_plain(self.party, command, ids)
            if outcome is None:
                outcome = HANDLERS[type(command)](self.exchange, self.party, command, ids)
            self.outcomes.append(outcome)
        except Refused as refusal:
            self.errors.append(f"{label} ({refusal.text})")
            bus = self.exchange.bus
            if CommandRefused in bus.wanted:
                bus.send(CommandRefused, party=self.party, command=type(command).__name__, error=refusal.text)
            return False
        self.succeeded += 1
        return True


def execute(exchange: Exchange, party: str, batch: BatchMarketInstructions, ids: IdGenerator) -> Outcome:
    """Execute a batch.

    Returns:
        An outcome whose error, if any, lists the failures; ``created`` holds the outcomes of what succeeded.

    Raises:
        Refused: the batch is empty, or larger than ``spam.protection.max.batchSize``; nothing was executed.
    """
    count = sum(
        len(part)
        for part in (
            batch.update_margin_mode, batch.cancellations, batch.amendments, batch.submissions,
            batch.stop_orders_cancellation, batch.stop_orders_submission,
        )
    )  # fmt: skip
    if count == 0:
        raise Refused("batch_market_instructions (empty batch market instructions)")
    if exchange.network_parameters.is_set("spam.protection.max.batchSize"):
        largest = exchange.network_parameters.integer("spam.protection.max.batchSize")
        if count > largest:
            raise Refused(f"market batch instructions too big, got({count}), expected({largest})")
    run = Batch(exchange, party, ids)
    run.process(batch)
    trades = [trade for outcome in run.outcomes for trade in outcome.trades]
    return Outcome(", ".join(sorted(run.errors)) or None, trades=trades, created=tuple(run.outcomes))
