"""The network itself: one open block, signed commands in, blocks by the clock, news for whoever listens."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from vega_mesa.chain.commands import decode, encode
from vega_mesa.chain.transaction import Transaction
from vega_mesa.datanode import DataNode
from vega_mesa.datanode.states import market_figures
from vega_mesa.datanode.tables import MARKET_DATA
from vega_mesa.errors import InvariantBroken, VegaMesaError
from vega_mesa.protocol.commands.bridging import EthereumCallResult, EthereumStopBridge
from vega_mesa.protocol.events.network import BlockEnded
from vega_mesa.protocol.events.trading import TradeHappened
from vega_mesa.protocol.refusal import Refused
from vega_mesa.server.keys import is_signed, message
from vega_mesa.server.spam import SpamRules

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

QUEUE: Final = 1_000  # news that wait for one listener; the oldest is dropped for a newer one
ENTRIES: Final = 5_000  # of the log, in one answer
TOPICS: Final = ("trades", "market_data", "blocks")
_OPERATORS: Final = (EthereumStopBridge, EthereumCallResult)
_DEEPEST: Final = 20
LARGEST_NUMBER: Final = 10**30  # in a command
Json = dict[str, Any]


class Rejected(Exception):
    """A command that did not enter a block: nothing has changed.

    Attributes:
        status: of the answer over HTTP, 4xx.
    """

    def __init__(self, status: int, text: str, **more: Any) -> None:
        super().__init__(text)
        self.status = status
        self.more = more


class ServedNetwork:
    """A model's network, open to others.

    Everything happens on one event loop: a request sees a whole state, and changes it alone.

    Args:
        model: its agents trade on the network in every block; its own run has no end here.
        db: where the data node keeps the history, see :class:`vega_mesa.datanode.DataNode`.
        speed: network time over real time; 1 for real time.
        chain_id: by default a new one, so that no signature of another network counts here.
    """

    def __init__(
        self, model: VegaModel, *, db: str | None = None, speed: float = 1.0, chain_id: str | None = None
    ) -> None:
        self.model = model
        self.chain = chain = model.chain
        chain.rename(chain_id or f"vega-mesa-{secrets.token_hex(6)}")
        self.exchange = chain.exchange
        self.node = DataNode(chain.exchange, db=db)
        self.speed = speed
        self.spam = SpamRules(chain.exchange)
        self.failure: str | None = None
        self.transactions = self.rejections = 0
        self._ended = asyncio.Event()  # of the open block
        self._listeners: dict[str, list[asyncio.Queue[Json]]] = {topic: [] for topic in TOPICS}
        bus = chain.exchange.bus
        bus.subscribe(TradeHappened, self._on_trade)
        bus.subscribe(BlockEnded, self._on_block)
        model.initialise()

    # -- the clock ---------------------------------------------------------------------------------------------------

    def next_block(self) -> None:
        """The model's agents act, then the block closes."""
        model = self.model
        model.tally.begin_step()
        model.schedule.step()
        model.step_count += 1
        ended, self._ended = self._ended, asyncio.Event()
        ended.set()

    async def run(self) -> None:
        """Make blocks as long as the server lives."""
        interval = self.chain.genesis.block_duration / 1e9 / self.speed
        due = time.monotonic() + interval
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            try:
                self.next_block()
            except Exception as defect:
                self.failure = f"block {self.chain.height}: {type(defect).__name__}: {defect}"
                raise
            due = max(due + interval, time.monotonic())  # a slow block does not make the next ones faster

    async def block_after(self, height: int, wait: float) -> None:
        """Wait for a block later than this one, but not longer than so many seconds."""
        deadline = time.monotonic() + wait
        while self.chain.height <= height and (left := deadline - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._ended.wait(), left)
            except TimeoutError:
                return

    def close(self) -> None:
        """Let go of the database."""
        self.node.close()

    # -- commands ----------------------------------------------------------------------------------------------------

    def submit(self, party: str, nonce: int, command: Json, signature: str) -> Transaction:
        """Execute a signed command in the open block.

        Raises:
            Rejected: not signed by the party, a nonce that is not its next one, spam, or a mistake.
        """
        try:
            return self._submit(party, nonce, command, signature)
        except Rejected:
            self.rejections += 1
            raise

    def _submit(self, party: str, nonce: int, command: Json, signature: str) -> Transaction:
        chain = self.chain
        try:
            signed = message(chain.genesis.chain_id, nonce, command)
        except (ValueError, RecursionError):
            raise Rejected(422, "the command cannot be written as JSON") from None
        if not is_signed(party, signature, signed):
            raise Rejected(401, "the signature is not the party's, or not of this chain, nonce and command")
        expected = chain.nonces.get(party, 0)
        if nonce != expected:
            raise Rejected(409, f"the party's next nonce is {expected}, not {nonce}", nonce=expected)
        if _is_deep(command):
            raise Rejected(422, f"the command is nested more than {_DEEPEST} deep")
        try:
            known = decode(command)
            _check_numbers(known)
            _check_authority(party, known)
            self.spam.check(party, known)
            transaction = chain.submit(party, known)
        except Refused as refusal:
            raise Rejected(429, refusal.text) from None
        except InvariantBroken:
            raise
        except VegaMesaError as mistake:
            raise Rejected(422, str(mistake)) from None
        self.spam.count(party, known)
        self.transactions += 1
        return transaction

    # -- for those who follow ----------------------------------------------------------------------------------------

    def feed(self, since: int) -> Json:
        """What was executed, from one place of the log on: with the genesis, all that it takes to follow the state."""
        entries = self.chain.log.entries
        part = entries[since : since + ENTRIES]
        complete = since + len(part) >= len(entries)
        return {
            "entries": [[height, party, nonce, encode(command)] for height, party, nonce, command in part],
            "height": self.chain.height if complete else part[-1][0],
            "complete": complete,
        }

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Queue[Json]]:
        """News of one topic of :data:`TOPICS`, from now on."""
        queue: asyncio.Queue[Json] = asyncio.Queue(QUEUE)
        self._listeners[topic].append(queue)
        try:
            yield queue
        finally:
            self._listeners[topic].remove(queue)

    def _tell(self, topic: str, news: Callable[[], Json]) -> None:
        queues = self._listeners[topic]
        if queues:
            told = news()
            for queue in queues:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(told)

    def _on_trade(self, event: TradeHappened) -> None:
        trade = event.trade
        self._tell(
            "trades",
            lambda: {
                "time": str(event.time), "id": trade.id, "market": trade.market, "price": str(trade.market_price),
                "size": str(trade.size), "aggressor": trade.aggressor.name, "buyer": trade.buyer,
                "seller": trade.seller, "buy_order": trade.buy_order, "sell_order": trade.sell_order,
                "type": trade.type.name,
            },
        )  # fmt: skip

    def _on_block(self, event: BlockEnded) -> None:
        self._tell("blocks", lambda: {"height": event.height, "time": str(event.time)})
        if self._listeners["market_data"]:
            for market in self.exchange.markets.values():
                names = [column.name for column in MARKET_DATA]
                figures = dict(zip(names, map(str, market_figures(market)), strict=True))
                self._tell("market_data", lambda figures=figures: {"time": str(event.time), **figures})  # type: ignore[misc]


def _check_authority(party: str, command: Any) -> None:
    """A party acts for itself: other wallets, other signers and the validators have keys of their own.

    Raises:
        Rejected: it does not.
    """
    if isinstance(command, _OPERATORS):
        raise Rejected(403, f"{type(command).__name__} is for the operators of the network")
    if getattr(command, "wallet", "") not in ("", party):
        raise Rejected(403, "a wallet of somebody else")
    if any(signer != party for signer in getattr(command, "signers", ())):
        raise Rejected(403, "data that somebody else would have to sign")


def _check_numbers(value: object) -> None:
    """No number of a command is so large that sums of it would not fit a database.

    Raises:
        Rejected: one is.
    """
    if isinstance(value, int | Decimal):
        if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            raise Rejected(422, "a number of more than 30 digits")
    elif is_dataclass(value):
        for field in fields(value):
            _check_numbers(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for item in value:
            _check_numbers(item)


def _is_deep(value: object, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_deep(item, depth + 1) for item in inner)
