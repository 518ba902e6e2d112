"""GraphQL: the same answers for who asks by fields, and news over a WebSocket.

Whole numbers of the protocol are texts. Names are as GraphQL writes them: ``bestBidPrice``.
"""

from collections.abc import AsyncGenerator
from typing import Any, Final

import strawberry
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter
from strawberry.fastapi import GraphQLRouter
from strawberry.tools import merge_types

from vega_mesa.server import views
from vega_mesa.server.network import Rejected, ServedNetwork

DEEPEST: Final = 6
MOST_TOKENS: Final = 1_000
MOST_ALIASES: Final = 10
MOST_ROWS: Final = 1_000


@strawberry.type
class Market:
    """What a market is."""

    id: str
    code: str
    name: str
    asset: str
    product: str
    state: str
    trading_mode: str
    decimal_places: int
    position_decimal_places: int
    asset_decimals: int
    tick_size: str


@strawberry.type
class MarketData:
    """The figures of a market; prices in market decimals."""

    time: str
    market: str
    state: str
    trading_mode: str
    mark_price: str
    last_traded_price: str
    best_bid_price: str
    best_bid_volume: str
    best_offer_price: str
    best_offer_volume: str
    best_static_bid_price: str
    best_static_offer_price: str
    mid_price: str
    static_mid_price: str
    open_interest: str
    indicative_price: str
    indicative_volume: str
    auction_trigger: str
    extension_trigger: str
    target_stake: str
    supplied_stake: str


@strawberry.type
class Level:
    """One price of the book."""

    price: str
    volume: str
    orders: int


@strawberry.type
class Depth:
    """The best prices, best first."""

    buy: list[Level]
    sell: list[Level]


@strawberry.type
class Trade:
    """One execution."""

    time: str
    id: str
    market: str
    price: str
    size: str
    aggressor: str
    buyer: str
    seller: str
    buy_order: str
    sell_order: str
    type: str


@strawberry.type
class Order:
    """An order as it stands."""

    id: str
    market: str
    party: str
    reference: str
    side: str
    type: str
    time_in_force: str
    price: str
    size: str
    remaining: str
    reserve: str
    status: str
    reason: str
    version: int
    created_at: str
    expires_at: str


@strawberry.type
class Position:
    """An open position; prices in asset decimals."""

    market: str
    party: str
    open_volume: str
    potential_buys: str
    potential_sells: str
    average_entry_price: str
    mark_price: str


@strawberry.type
class LiquidityProvision:
    """A commitment, what it earns and how it is kept; amounts in asset decimals, the rest fractions."""

    id: str
    market: str
    party: str
    reference: str
    status: str
    commitment: str
    next_commitment: str
    fee: str
    bond: str
    unpaid_fees: str
    equity_like_share: str
    virtual_stake: str
    average_entry_valuation: str
    liquidity_score: str
    time_on_book: str
    last_time_on_book: str
    last_fee_penalty: str
    last_bond_penalty: str


@strawberry.type
class Account:
    """Money, asset decimals."""

    id: str
    type: str
    asset: str
    owner: str
    market: str
    balance: str


@strawberry.type
class Proposal:
    """A proposal."""

    id: str
    party: str
    state: str
    change: str
    closing: int
    enactment: int
    error: str
    error_details: str


@strawberry.type
class Parameter:
    """A network parameter."""

    name: str
    value: str


@strawberry.type
class Block:
    """A block and its time, ns since 1970."""

    height: int
    time: str


def create_router(network: ServedNetwork) -> GraphQLRouter[None, None]:
    """The GraphQL of a network."""
    schema = strawberry.Schema(
        _query(network),
        subscription=_subscription(network),
        extensions=[
            lambda: QueryDepthLimiter(max_depth=DEEPEST),
            lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
            lambda: MaxAliasesLimiter(max_alias_count=MOST_ALIASES),
        ],
    )
    return GraphQLRouter(schema)


def _market_data(network: ServedNetwork, market: str) -> MarketData:
    found = views.find_market(network.exchange, market)
    return MarketData(time=str(network.chain.now), **views.market_data_view(found))


def _query(network: ServedNetwork) -> type:
    return merge_types("Query", (_network_query(network), _market_query(network), _party_query(network)))


def _network_query(network: ServedNetwork) -> type:
    exchange = network.exchange

    @strawberry.type
    class NetworkQuery:
        """Blocks and what is voted on."""

        @strawberry.field
        def block(self) -> Block:
            """The open block."""
            return Block(height=network.chain.height, time=str(network.chain.now))

        @strawberry.field
        def proposals(self) -> list[Proposal]:
            """Every proposal."""
            wanted = Proposal.__annotations__
            return [Proposal(**{name: row[name] for name in wanted}) for row in views.proposal_views(exchange)]

        @strawberry.field
        def parameters(self) -> list[Parameter]:
            """Every network parameter."""
            return [Parameter(name=name, value=value) for name, value in exchange.network_parameters.all().items()]

    return NetworkQuery


def _market_query(network: ServedNetwork) -> type:
    exchange = network.exchange

    @strawberry.type
    class MarketQuery:
        """Markets and what trades there."""

        @strawberry.field
        def markets(self) -> list[Market]:
            """Every market that has not ended."""
            return [Market(**views.market_view(exchange, market)) for market in exchange.markets.values()]

        @strawberry.field
        def market_data(self, market: str) -> MarketData:
            """Its figures now."""
            return _market_data(network, market)

        @strawberry.field
        def depth(self, market: str, levels: int = 20) -> Depth:
            """Its book."""
            found = views.depth_view(views.find_market(exchange, market), _limited(levels))
            return Depth(**{side: [Level(**level) for level in part] for side, part in found.items()})

        @strawberry.field
        def trades(self, market: str | None = None, party: str | None = None, limit: int = 100) -> list[Trade]:
            """The last trades of closed blocks, the newest last."""
            rows = network.node.trades(market, party, last=_limited(limit)).to_dict("records")
            return [Trade(**{name: str(row[name]) for name in Trade.__annotations__}) for row in rows]

    return MarketQuery


def _party_query(network: ServedNetwork) -> type:
    exchange = network.exchange

    @strawberry.type
    class PartyQuery:
        """What parties have."""

        @strawberry.field
        def orders(self, party: str | None = None, market: str | None = None, limit: int = 100) -> list[Order]:
            """Resting orders."""
            return [Order(**order) for order in views.live_orders(exchange, party, market, _limited(limit))]

        @strawberry.field
        def positions(self, party: str | None = None, market: str | None = None, limit: int = 100) -> list[Position]:
            """Open positions."""
            return [Position(**row) for row in views.positions_view(exchange, party, market, _limited(limit))]

        @strawberry.field
        def accounts(self, party: str | None = None, asset: str | None = None, limit: int = 100) -> list[Account]:
            """Accounts."""
            return [Account(**row) for row in views.accounts_view(exchange, party, asset, _limited(limit))]

        @strawberry.field
        def liquidity_provisions(
            self, party: str | None = None, market: str | None = None, limit: int = 100
        ) -> list[LiquidityProvision]:
            """Liquidity commitments."""
            rows = views.provisions_view(exchange, party, market, _limited(limit))
            return [LiquidityProvision(**row) for row in rows]

    return PartyQuery


def _subscription(network: ServedNetwork) -> type:
    async def news(topic: str, market: str | None) -> AsyncGenerator[dict[str, Any], None]:
        with network.listening(topic) as queue:
            while True:
                told = await queue.get()
                if market is None or told["market"] == market:
                    yield told

    @strawberry.type
    class Subscription:
        """What is told as it happens."""

        @strawberry.subscription
        async def trades(self, market: str | None = None) -> AsyncGenerator[Trade, None]:
            """Every trade."""
            async for told in news("trades", market):
                yield Trade(**told)

        @strawberry.subscription
        async def market_data(self, market: str | None = None) -> AsyncGenerator[MarketData, None]:
            """The figures of markets at the end of every block."""
            async for told in news("market_data", market):
                yield MarketData(**told)

        @strawberry.subscription
        async def blocks(self) -> AsyncGenerator[Block, None]:
            """Every block that is complete."""
            async for told in news("blocks", None):
                yield Block(**told)

    return Subscription


def _limited(number: int) -> int:
    if not 1 <= number <= MOST_ROWS:
        raise Rejected(422, f"1 to {MOST_ROWS} rows")
    return number
