"""One interface for agents, whatever they trade on: a null chain of their own, or a network that others serve.

A service opens the chain of a model and gives its agents their keys. The chain of a served network is a replica: it
follows the network's log and executes it too, so that agents read prices, orders and balances as they always do, and
sends what they submit, signed, to the network.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final, Protocol

from vega_mesa.chain.commands import check, decode, encode
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.transaction import Transaction
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.chain.validation import validate
from vega_mesa.errors import InvalidCommand, MissingExtra, StoreError, UsageError, VegaMesaError
from vega_mesa.server.keys import EXTRA, Wallet

WAIT: Final = 20.0  # seconds that one question for a new block may take
ANSWER: Final = 15.0  # seconds for an answer, over what the question itself waits
PATIENCE: Final = 300.0  # seconds without a block after which the network counts as stopped
_SPAM: Final = 429
_WRONG_NONCE: Final = 409


class Service(Protocol):
    """What a model's agents trade through."""

    def open_chain(self, genesis: Genesis, *, catch_up: bool = True) -> NullChain:
        """The chain of a model that would like to start from ``genesis``.

        Args:
            catch_up: with all that has happened on it already; else that comes with ``wait_for_total_catchup``, so
                that whoever begins to listen before hears all of it.
        """

    def party(self, name: str) -> str:
        """The party of the agent with this name."""

    def submit(self, party: str, command: Any) -> Transaction:
        """Send a command of one of the parties; what the protocol refuses is the transaction's ``error``."""


class NullService:
    """A chain of the model's own: parties are called as the agents are."""

    def __init__(self) -> None:
        self.chain: NullChain | None = None

    def open_chain(self, genesis: Genesis, *, catch_up: bool = True) -> NullChain:  # noqa: ARG002 - nothing has happened
        """A new null chain."""
        self.chain = NullChain(genesis)
        return self.chain

    def party(self, name: str) -> str:
        """The name."""
        return name

    def submit(self, party: str, command: Any) -> Transaction:
        """See :meth:`NullChain.submit`."""
        assert self.chain is not None, "open_chain comes first"
        return self.chain.submit(party, command)


class NetworkService:
    """A served network.

    Args:
        address: of the server, e.g. ``http://127.0.0.1:8000``.
        secret: from which the agents' keys follow, with their names; by default a new one, and so new keys.

    Raises:
        UsageError: not an address.
    """

    def __init__(self, address: str, *, secret: bytes | None = None) -> None:
        try:
            import httpx
        except ImportError as missing:
            raise MissingExtra(EXTRA) from missing
        self.address = address.rstrip("/")
        try:
            self._http = httpx.Client(base_url=self.address, timeout=ANSWER, trust_env=False)
            known = self._http.base_url.scheme in ("http", "https") and self._http.base_url.host
        except httpx.InvalidURL:
            known = ""
        if not known:
            raise UsageError(f"{address!r} is not an address, expected e.g. http://127.0.0.1:8000")
        self._errors = (httpx.HTTPError, ValueError)  # the latter: what answers does not speak JSON
        self._secret = secrets.token_bytes(32) if secret is None else secret
        self._wallets: dict[str, Wallet] = {}
        self.chain: NetworkChain | None = None

    def open_chain(
        self,
        genesis: Genesis | None = None,  # noqa: ARG002 - the network has its own
        *,
        catch_up: bool = True,
    ) -> NetworkChain:
        """A replica of the network."""
        self.chain = NetworkChain(self, catch_up=catch_up)
        return self.chain

    def genesis(self) -> Genesis:
        """What the network started with.

        Raises:
            StoreError: no answer, or not that of a network.
        """
        found = self.get("/genesis")
        try:
            return Genesis.from_json(found)
        except (VegaMesaError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"{self.address} is not a network that vega-mesa serves") from error

    def party(self, name: str, secret: bytes | None = None) -> str:
        """The public key that follows from a name and a secret, by default the service's own."""
        wallet = Wallet.named(self._secret if secret is None else secret, name)
        self._wallets[wallet.party] = wallet
        return wallet.party

    def submit(self, party: str, command: Any) -> Transaction:
        """See :meth:`NetworkChain.submit`."""
        assert self.chain is not None, "open_chain comes first"
        return self.chain.submit(party, command)

    def wallet(self, party: str) -> Wallet:
        """The key of a party.

        Raises:
            InvalidCommand: it is not ours.
        """
        wallet = self._wallets.get(party)
        if wallet is None:
            raise InvalidCommand(f"no key of party {party!r} here")
        return wallet

    def get(self, path: str, **parameters: Any) -> Any:
        """The answer to a question.

        Raises:
            StoreError: there is none.
        """
        try:
            patience = {"timeout": ANSWER + parameters["wait"]} if parameters.get("wait") else {}
            answer = self._http.get(path, params=parameters, **patience)
            answer.raise_for_status()
            return answer.json()
        except self._errors as error:
            raise StoreError(f"{self.address}{path}: {error}") from error

    def post(self, path: str, body: Any, **parameters: Any) -> tuple[int, Any]:
        """Status and content of the answer, 4xx too.

        Raises:
            StoreError: there is none, or the server failed.
        """
        try:
            answer = self._http.post(path, json=body, params=parameters)
            if answer.status_code >= 500:
                raise StoreError(f"{self.address}{path}: the server failed with {answer.status_code}")
            return answer.status_code, answer.json()
        except self._errors as error:
            raise StoreError(f"{self.address}{path}: {error}") from error

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


class NetworkChain(NullChain):
    """A replica of a served network's chain, which moves when the network does.

    Args:
        catch_up: execute all that has happened so far; else the replica stands at genesis until somebody calls
            :meth:`follow`, or :meth:`take` with :meth:`news`.

    Attributes:
        on_block: called after each block that the replica has begun.
    """

    def __init__(self, service: NetworkService, *, catch_up: bool = True) -> None:
        super().__init__(service.genesis())
        self.service = service
        self.on_block: Callable[[], None] = _nothing
        self._mine: dict[tuple[str, int], Transaction] = {}  # executed since the running submission began
        self._sent: dict[str, int] = {}  # next nonces of our parties
        self._turn = 0
        if catch_up:
            self.wait_for_total_catchup()

    def follow(self, height: int = 0, wait: float = 0.0) -> None:
        """Execute what the network has executed; waits for a block after ``height``, at most so many seconds."""
        while not self.take(self.news(height, wait)):
            pass

    def news(self, height: int = 0, wait: float = 0.0) -> dict[str, Any]:
        """What the network has executed and this replica has not; changes nothing. Waits as :meth:`follow` does.

        Raises:
            StoreError: no answer.
        """
        since = len(self.log)
        return {**self.service.get("/feed", since=since, height=height, wait=wait), "since": since}

    def take(self, news: dict[str, Any]) -> bool:
        """Execute news, without what has come in another way since they were asked for.

        Returns:
            Whether they were all that there was.
        """
        for height, party, nonce, command in news["entries"][len(self.log) - news["since"] :]:
            self._advance(height)
            transaction = Transaction(self.sender(party), nonce, decode(command))
            self._execute(transaction)
            self.nonces[party] = nonce + 1
            if party in self._sent:
                self._mine[party, nonce] = transaction
        self._advance(news["height"])
        return bool(news["complete"])

    def fork(self) -> NullChain:  # type: ignore[override]  # what nobody serves moves by itself
        """An independent null chain in the same state: what is done to it, the network never hears of."""
        twin = NullChain.restore(self.snapshot())
        twin.log = TransactionLog(self.genesis, self.log.entries.copy(), self.log.complete)
        return twin

    def _advance(self, height: int) -> None:
        while self.height < height:
            super().next_block()
            self.on_block()

    def submit(self, party: str, command: Any) -> Transaction:
        """Sign a command and send it.

        Raises:
            VegaMesaError: the command is a mistake, here or in the network's eyes; no answer from the network.
        """
        check(command)
        validate(command)
        wallet = self.service.wallet(party)
        nonce = max(self._sent.get(party, 0), self.nonces.get(party, 0))
        self._sent[party] = nonce
        since = len(self.log)
        body = encode(command)
        status: int = 0
        answer: Any = None
        for _ in range(2):
            envelope = wallet.envelope(self.genesis.chain_id, nonce, body)
            status, answer = self.service.post("/transactions", envelope, since=since)
            if status != _WRONG_NONCE or "nonce" not in answer:
                break
            nonce = answer["nonce"]  # somebody else with the same key was faster
        transaction = Transaction(self.sender(party), nonce, command)
        if status == _SPAM:
            transaction.mistake, transaction.height = answer["detail"], self.height
            return transaction
        if status >= 400:
            raise InvalidCommand(str(answer.get("detail", answer)))
        self._sent[party] = nonce + 1
        self._mine.clear()
        if not self.take({**answer["news"], "since": since}):
            self.follow()
        return self._mine.get((party, nonce), transaction)

    def next_block(self) -> None:
        """Wait for the network's next block.

        Raises:
            StoreError: there has been none for long.
        """
        waited = 0.0
        while self.height <= self._turn:
            self.follow(self._turn, WAIT)
            waited += WAIT
            if waited > PATIENCE:
                raise StoreError(f"{self.service.address}: no block since {self._turn}")
        self._turn = self.height

    def wait_for_total_catchup(self) -> None:
        """Follow the network to where it is now; waiting commands execute when its open block ends."""
        self.follow()
        self._turn = self._turn or self.height

    def forward(self, duration: Any) -> int:  # noqa: ARG002 - as the null chain takes it
        """Nobody but the network moves its clock.

        Raises:
            UsageError: always.
        """
        raise UsageError("the clock of a served network cannot be moved")


def _nothing() -> None:
    """Nobody wants to know."""
