"""The network over HTTP: REST with an OpenAPI description, GraphQL at /graphql, /health and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, Final, Literal

from vega_mesa.errors import InvariantBroken, MissingExtra, VegaMesaError
from vega_mesa.server import views
from vega_mesa.server.keys import EXTRA
from vega_mesa.server.middleware import BodyLimit, Measured, PlainJSON
from vega_mesa.server.network import Rejected, ServedNetwork

try:
    from fastapi import APIRouter, FastAPI, Path, Query, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import Response
    from pydantic import BaseModel, ConfigDict, Field
except ImportError as missing:
    raise MissingExtra(EXTRA) from missing

LARGEST_NUMBER: Final = 2**53 - 1
MOST_ROWS: Final = 1_000
_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))

Id = Annotated[str, Path(max_length=128)]
OptionalId = Annotated[str | None, Query(max_length=128)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Moment = Annotated[int | None, Query(ge=0, lt=2**63, description="nanoseconds since 1970")]
MISTAKES: Final[dict[int | str, dict[str, Any]]] = {
    code: {"description": text, "content": {"application/json": {"schema": {"type": "object"}}}}
    for code, text in (
        (400, "not understood"), (401, "not signed by the party"), (403, "not the party's to do"),
        (404, "no such thing"), (409, "not the party's next nonce"), (413, "too large"), (422, "a mistake"),
        (429, "too much: Vega's spam rules"),
    )
}  # fmt: skip


class SignedCommand(BaseModel):
    """A command and who signed it."""

    model_config = ConfigDict(extra="forbid")

    party: str = Field(pattern="^[0-9a-f]{64}$", description="public key, ed25519, hexadecimal")
    nonce: int = Field(ge=0, le=LARGEST_NUMBER, description="how many commands of the party the network has taken")
    command: dict[str, Any] = Field(
        description='one name and its fields, as Vega writes them: {"orderSubmission": {"marketId": ...}}',
        examples=[{"orderCancellation": {"marketId": ""}}],
    )
    signature: str = Field(
        pattern="^[0-9a-f]{128}$",
        description="of the canonical JSON (sorted names, no spaces, ASCII) of chain_id, nonce and command",
    )


def create_app(network: ServedNetwork, *, clock: bool = True) -> FastAPI:
    """The application of a network.

    Args:
        clock: make blocks by the clock; False when somebody else calls ``network.next_block``.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(network.run()) if clock else None
        yield
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    app = FastAPI(
        title="vega-mesa", version=_version(), lifespan=lifespan, default_response_class=PlainJSON, responses=MISTAKES,
        description="A Vega network. Prices in market decimals, sizes in position decimals, amounts in asset decimals.",
    )  # fmt: skip
    app.add_middleware(BodyLimit)
    _add_mistakes(app)
    _add_measuring(app, network)
    for router in (_following(network), _markets(network), _parties(network), _history(network), _acting(network)):
        app.include_router(router)
    from vega_mesa.server.graphql import create_router

    app.include_router(create_router(network), prefix="/graphql")
    return app


def _version() -> str:
    from vega_mesa import __version__

    return __version__


def _add_mistakes(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def not_valid(_: Request, mistake: Exception) -> Response:
        assert isinstance(mistake, RequestValidationError)
        found = [{"loc": [str(part) for part in error["loc"]], "msg": error["msg"]} for error in mistake.errors()]
        return PlainJSON({"detail": found}, 422)

    @app.exception_handler(Rejected)
    async def rejected(_: Request, mistake: Exception) -> Response:
        assert isinstance(mistake, Rejected)
        return PlainJSON({"detail": str(mistake), **mistake.more}, mistake.status)

    @app.exception_handler(LookupError)
    async def unknown(_: Request, mistake: Exception) -> Response:
        if not isinstance(mistake.args[0] if mistake.args else None, str) or type(mistake) is not LookupError:
            raise mistake
        return PlainJSON({"detail": str(mistake)}, 404)

    @app.exception_handler(VegaMesaError)
    async def wrong(_: Request, mistake: Exception) -> Response:
        if isinstance(mistake, InvariantBroken):
            raise mistake
        return PlainJSON({"detail": str(mistake)}, 422)


def _add_measuring(app: FastAPI, network: ServedNetwork) -> None:
    import prometheus_client as prometheus

    registry = prometheus.CollectorRegistry()
    requests = prometheus.Histogram(
        "vega_mesa_request_seconds", "Time of an answer", ["method", "route", "status"], registry=registry
    )
    figures: dict[str, tuple[str, Callable[[], float]]] = {
        "vega_mesa_block_height": ("The open block", lambda: network.chain.height),
        "vega_mesa_log_entries": ("Transactions executed", lambda: len(network.chain.log)),
        "vega_mesa_signed_transactions": ("Signed commands taken", lambda: network.transactions),
        "vega_mesa_rejected_transactions": ("Signed commands turned away", lambda: network.rejections),
        "vega_mesa_accounts": ("Accounts", lambda: len(network.exchange.collateral.accounts)),
        "vega_mesa_unbalanced_assets": ("Assets that do not add up", lambda: len(network.model.imbalance())),
    }
    for name, (text, value) in figures.items():
        prometheus.Gauge(name, text, registry=registry).set_function(value)

    def observe(method: str, route: str, status: int, seconds: float) -> None:
        requests.labels(method if method in _METHODS else "other", route, status).observe(seconds)

    app.add_middleware(Measured, observe=observe)

    @app.get("/metrics", tags=["server"], response_class=Response)
    async def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(prometheus.generate_latest(registry), media_type="text/plain; version=0.0.4")

    @app.get("/health", tags=["server"])
    async def health() -> Any:
        """Whether blocks are made and the money adds up."""
        ok = network.failure is None and not network.model.imbalance()
        text = {"status": "ok" if ok else "failed", "height": network.chain.height, "failure": network.failure}
        return PlainJSON(text, 200 if ok else 503)


def _following(network: ServedNetwork) -> APIRouter:
    router = APIRouter(tags=["network"])
    hashes: dict[str, Any] = {}

    @router.get("/genesis")
    async def genesis() -> Any:
        """What the network started with: its chain id, times and parameters."""
        return network.chain.genesis.to_json()

    @router.get("/feed")
    async def feed(
        since: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
        height: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
        wait: Annotated[float, Query(ge=0, le=30, description="seconds, for a block after this height")] = 0,
    ) -> Any:
        """The log of transactions from a place on: with the genesis, the whole state."""
        if wait:
            await network.block_after(height, wait)
        return network.feed(since)

    @router.get("/state")
    async def state() -> Any:
        """A number for the state, to compare a replica by."""
        at = {"height": network.chain.height, "entries": len(network.chain.log)}
        if hashes.get("at") != at:
            hashes.update(at=at, value=network.chain.state_hash())
        return {**at, "state_hash": hashes["value"]}

    @router.get("/blocks")
    async def blocks(limit: Limit = 100) -> Any:
        """The open block and the last closed ones, the newest last."""
        closed = _rows(network.node.table("blocks", last=limit))
        return {"height": network.chain.height, "time": str(network.chain.now), "closed": closed}

    @router.get("/parameters")
    async def parameters() -> Any:
        """Every network parameter."""
        return network.exchange.network_parameters.all()

    @router.get("/proposals")
    async def proposals() -> Any:
        """Every proposal and its votes."""
        return views.proposal_views(network.exchange)

    @router.get("/assets")
    async def assets() -> Any:
        """Every asset."""
        return views.asset_views(network.exchange)

    return router


def _markets(network: ServedNetwork) -> APIRouter:
    router = APIRouter(tags=["markets"])
    exchange = network.exchange

    @router.get("/markets")
    async def markets() -> Any:
        """Every market that has not ended."""
        return [views.market_view(exchange, market) for market in exchange.markets.values()]

    @router.get("/markets/{market}")
    async def market(market: Id) -> Any:
        """One market."""
        return views.market_view(exchange, views.find_market(exchange, market))

    @router.get("/markets/{market}/data")
    async def market_data(market: Id) -> Any:
        """Its figures now."""
        found = views.find_market(exchange, market)
        return views.market_data_view(found) | {"price_bounds": views.price_bounds(found)}

    @router.get("/markets/{market}/depth")
    async def depth(market: Id, levels: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 20) -> Any:
        """Its book."""
        return views.depth_view(views.find_market(exchange, market), levels)

    @router.get("/markets/{market}/margin")
    async def margin(
        market: Id,
        side: Literal["buy", "sell"],
        size: Annotated[int, Query(ge=1, lt=2**62)],
        price: Annotated[int, Query(ge=0, lt=2**128, description="market decimals; 0 for a market order")] = 0,
        party: OptionalId = None,
    ) -> Any:
        """What margin a party's position with one more order would take."""
        return views.margin_estimate(exchange, market, side, size, price, party)

    @router.get("/markets/{market}/candles")
    async def candles(
        market: Id, interval: Annotated[float, Query(ge=1, le=10**7, description="seconds")] = 60, limit: Limit = 500
    ) -> Any:
        """Prices and volume by intervals in which something traded."""
        views.find_market(exchange, market)
        return _rows(network.node.candles(market, interval).tail(limit))

    return router


def _parties(network: ServedNetwork) -> APIRouter:
    router = APIRouter(tags=["parties"])
    exchange = network.exchange

    @router.get("/orders")
    async def orders(party: OptionalId = None, market: OptionalId = None, limit: Limit = 100) -> Any:
        """Resting orders."""
        return views.live_orders(exchange, party, market, limit)

    @router.get("/positions")
    async def positions(party: OptionalId = None, market: OptionalId = None, limit: Limit = 100) -> Any:
        """Open positions."""
        return views.positions_view(exchange, party, market, limit)

    @router.get("/accounts")
    async def accounts(party: OptionalId = None, asset: OptionalId = None, limit: Limit = 100) -> Any:
        """Accounts and what they hold."""
        return views.accounts_view(exchange, party, asset, limit)

    @router.get("/liquidity_provisions")
    async def provisions(party: OptionalId = None, market: OptionalId = None, limit: Limit = 100) -> Any:
        """Liquidity commitments, the shares that they earn and how they are kept."""
        return views.provisions_view(exchange, party, market, limit)

    return router


def _history(network: ServedNetwork) -> APIRouter:
    router = APIRouter(tags=["history"])

    @router.get("/trades")
    async def trades(
        market: OptionalId = None,
        party: OptionalId = None,
        since: Moment = None,
        until: Moment = None,
        limit: Limit = 100,
    ) -> Any:
        """The last trades of closed blocks, the newest last; of a party: those that it bought or sold in."""
        return _rows(network.node.trades(market, party, since=since, until=until, last=limit))

    @router.get("/history/{table}")
    async def history(table: Id, since: Moment = None, until: Moment = None, limit: Limit = 100) -> Any:
        """The last rows of any table of the data node: ledger, orders, margin_levels, votes..."""
        return _rows(network.node.table(table, since=since, until=until, last=limit))

    return router


def _acting(network: ServedNetwork) -> APIRouter:
    router = APIRouter(tags=["transactions"])

    @router.get("/parties/{party}/nonce")
    async def nonce(party: Id) -> Any:
        """The next nonce of a party, and the chain that it signs for."""
        return {"chain_id": network.chain.genesis.chain_id, "nonce": network.chain.nonces.get(party, 0)}

    @router.post("/transactions")
    async def submit(
        signed: SignedCommand,
        since: Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER, description="tell the log from here on")] = None,
    ) -> Any:
        """Execute a signed command. What the protocol refuses is taken too, and told as ``error``."""
        transaction = network.submit(signed.party, signed.nonce, signed.command, signed.signature)
        outcome = transaction.outcome
        answer = {
            "id": transaction.id,
            "height": transaction.height,
            "error": transaction.error,
            "order": None if transaction.order is None else views.order_view(transaction.order),
            "trades": [{"id": t.id, "price": str(t.market_price), "size": str(t.size)} for t in transaction.trades],
            "created": "" if outcome is None else outcome.id,
        }
        return answer if since is None else answer | {"news": network.feed(since)}

    return router


def _rows(frame: Any) -> list[dict[str, Any]]:
    """A table as plain values; large whole numbers as texts."""
    found: list[dict[str, Any]] = frame.to_dict("records")
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: object) -> object:
    return value if isinstance(value, bool | str) or value is None else str(value)
