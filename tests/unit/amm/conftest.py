"""The market maker of the worked numbers, bare and in a market: base 100, bounds 85 and 150, commitment 100,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from vega_mesa.protocol.amm.engine import CurveInputs, MarketMakers
from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.amm.pool import Pool, PoolTerms, pool_party
from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)
from vega_mesa.protocol.commands.trading import OrderSubmission, PeggedOrderDetails
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.amm import AMMUpdated
from vega_mesa.protocol.events.ledger import LedgerMoved
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets.definition import (
    FutureProduct,
    MarginScalingFactors,
    MarketDefinition,
    PerpetualProduct,
    SimpleRiskModel,
)
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.states import SECOND
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.matching.order import Order, OrderType, Side, TimeInForce
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.positions import Positions

LONG_RISK = Decimal("0.29246205101739886")
SHORT_RISK = Decimal("0.3998894579895296")
INPUTS = CurveInputs(
    long_risk=LONG_RISK,
    short_risk=SHORT_RISK,
    initial_margin=Decimal("1.5"),
    slippage=Decimal(1),
    allowed_empty_levels=100,
)
PRICE = DataSourceSpec(id="a" * 64, signers=("oracle",), filters=(Filter(property="price", type="TYPE_INTEGER"),))
CUE = DataSourceSpec(signers=("oracle",), filters=(Filter(property="cue", type="TYPE_TIMESTAMP"),))
END = DataSourceSpec(signers=("oracle",), filters=(Filter(property="end", type="TYPE_BOOLEAN"),))


def parameters(base: int | None = 100, lower: int | None = 85, upper: int | None = 150, **more: Any) -> Any:
    """The parameters of the worked numbers, or others."""
    return ConcentratedLiquidityParameters(base=base, lower_bound=lower, upper_bound=upper, **more)


def terms(commitment: int = 100_000, wanted: ConcentratedLiquidityParameters | None = None) -> PoolTerms:
    """Terms of a market maker."""
    return PoolTerms(
        commitment=commitment,
        proposed_fee=Decimal("0.03"),
        parameters=wanted or parameters(leverage_at_lower_bound=Decimal(4), leverage_at_upper_bound=Decimal(4)),
        slippage_tolerance=Decimal("0.05"),
    )


class Bench:
    """Market makers without a market around them."""

    def __init__(self, decimals: int = 0, position_decimals: int = 0) -> None:
        bus = EventBus()
        self.collateral = Collateral(bus)
        self.collateral.enable_asset("USD")
        self.positions = Positions("M", bus)
        self.makers = MarketMakers(
            "M",
            "USD",
            self.collateral,
            self.positions,
            Scale(decimals),
            Scale(position_decimals),
            None,
            AMMParameters(),
        )

    def pool(self, wanted: PoolTerms | None = None, owner: str = "owner") -> Pool:
        """A listed market maker."""
        wanted = wanted or terms()
        pool = self.makers.new_pool(
            "1", owner, wanted, self.makers.build_curves(wanted, wanted.parameters.base or 0, INPUTS)
        )
        self.makers.confirm(pool)
        return pool

    def hold(self, pool: Pool, size: int) -> Pool:
        """Give a market maker a position."""
        self.positions.open(pool.party).size = size
        return pool

    def trade(
        self, side: Side, size: int, outer: int, inner: int | None = None, price: int = 0
    ) -> list[tuple[int, int]]:
        """What an order trades in an interval of prices, as sizes and prices."""
        kind = OrderType.LIMIT if price else OrderType.MARKET
        order = Order("o", "M", "taker", side, kind, TimeInForce.IOC, size, price, price)
        source = self.makers.liquidity
        source.begin(1)
        made = source.trade(order, size, inner, outer)
        source.finish()
        return [(one.size, one.price) for one in made]


@pytest.fixture
def bench() -> Bench:
    """Market makers in a market without decimals."""
    return Bench()


class Floor:
    """A futures market with market makers; every call is one transaction."""

    def __init__(self, *, perpetual: bool = False, **more: Any) -> None:
        self.exchange = Exchange(0, NetworkParameters(defaults=False), permissive_assets=True)
        self.exchange.assets.register_bare("USD", more.pop("asset_decimals", 0), Decimal(1))
        self.events: list[Any] = []
        self.transfers: list[Any] = []
        self.exchange.bus.subscribe(AMMUpdated, self.events.append)
        self.exchange.bus.subscribe(LedgerMoved, self._note)
        self._transactions = 0
        for name, text in (
            ("network.markPriceUpdateMaximumFrequency", "0s"),
            ("limits.markets.maxPeggedOrders", "10"),
            ("market.liquidity.stakeToCcyVolume", "1"),
        ):
            self.exchange.set_parameter(name, text)
        product: Any = {
            "settlement_asset": "USD", "quote_name": "USD", "settlement_data": PRICE, "settlement_property": "price",
        }  # fmt: skip
        product |= more.pop("product", {})
        settled = (
            PerpetualProduct(schedule=CUE, schedule_property="cue", **product)
            if perpetual
            else FutureProduct(termination=END, termination_property="end", **product)
        )
        opening = more.pop("opening_auction_duration", 0)
        self.definition = MarketDefinition(
            name="amm",
            product=settled,
            risk_model=SimpleRiskModel(long=LONG_RISK, short=SHORT_RISK),
            margin_scaling=MarginScalingFactors(search=Decimal("1.2"), initial=Decimal("1.5"), release=Decimal("1.7")),
            linear_slippage_factor=Decimal(1),
            opening_auction_duration=opening,
            **more,
        )
        self.exchange.set_time(SECOND)
        market = self.exchange.submit_market("M", self.definition)
        assert isinstance(market, FuturesMarket)
        self.market = market
        self.exchange.start_opening_auction("M")

    def _note(self, event: Any) -> None:
        self.transfers.extend((entry.type, entry.amount) for entry in event.entries)

    def fund(self, amount: int, *parties: str) -> None:
        """Give each party an amount."""
        for party in parties:
            self.exchange.collateral.deposit(party, "USD", amount)

    def send(self, party: str, command: object) -> Outcome:
        """One transaction."""
        self._transactions += 1
        return self.exchange.execute(party, command, hash_text(str(self._transactions)))

    def order(self, party: str, side: Side, size: int, price: int, **fields: Any) -> Outcome:
        """A limit order."""
        return self.send(party, OrderSubmission(market_id="M", side=side, size=size, price=price, **fields))

    def peg(self, party: str, side: Side, size: int, reference: Any, offset: int) -> Outcome:
        """A pegged order."""
        return self.order(party, side, size, 0, pegged_order=PeggedOrderDetails(reference=reference, offset=offset))

    def submit(self, owner: str = "owner", amount: int = 100_000, wanted: Any = None, **fields: Any) -> Outcome:
        """A new market maker."""
        wanted = wanted or parameters(leverage_at_lower_bound=Decimal(4), leverage_at_upper_bound=Decimal(4))
        fields = {"slippage_tolerance": Decimal("0.1"), "proposed_fee": Decimal("0.03")} | fields
        return self.send(
            owner,
            SubmitAMM(market_id="M", commitment_amount=amount, concentrated_liquidity_parameters=wanted, **fields),
        )

    def amend(self, owner: str = "owner", **fields: Any) -> Outcome:
        """A change of a market maker."""
        return self.send(owner, AmendAMM(market_id="M", **{"slippage_tolerance": Decimal("0.1")} | fields))

    def cancel(self, owner: str = "owner", method: AMMCancelMethod = AMMCancelMethod.IMMEDIATE) -> Outcome:
        """The end of a market maker."""
        return self.send(owner, CancelAMM(market_id="M", method=method))

    def block(self, seconds: int = 1) -> None:
        """End the block and begin the next one."""
        self.exchange.end_block()
        self.exchange.set_time(self.exchange.now + seconds * SECOND)

    def quotes(self) -> tuple[int, int]:
        """Best bid and best ask."""
        return self.market.book.best_bid(), self.market.book.best_ask()

    def position(self, owner: str = "owner") -> int:
        """Open volume of an owner's market maker."""
        return self.market.open_volume(pool_party("M", owner))

    def funds(self, owner: str = "owner") -> tuple[int, int]:
        """General and margin account of an owner's market maker."""
        party, collateral = pool_party("M", owner), self.exchange.collateral
        return (
            collateral.balance(AccountType.GENERAL, "USD", party),
            collateral.balance(AccountType.MARGIN, "USD", party, "M"),
        )

    def general(self, party: str) -> int:
        """General account of a party."""
        return self.exchange.collateral.balance(AccountType.GENERAL, "USD", party)

    def statuses(self) -> list[str]:
        """What was told of market makers so far."""
        return [event.status.removeprefix("STATUS_") for event in self.events]


@pytest.fixture
def make_floor() -> Iterator[Callable[..., Floor]]:
    """Makes markets; money must add up on each of them at the end."""
    floors: list[Floor] = []

    def make(**more: Any) -> Floor:
        floors.append(Floor(**more))
        floors[-1].fund(10**9, "owner", "other", "taker", "maker")
        return floors[-1]

    yield make
    for floor in floors:
        assert floor.exchange.imbalance() == {}


@pytest.fixture
def floor(make_floor: Callable[..., Floor]) -> Floor:
    """A market with walls at 50 and 200, marked at 100."""
    floor = make_floor()
    floor.order("maker", Side.BUY, 1, 100)
    floor.order("taker", Side.SELL, 1, 100)
    floor.order("maker", Side.BUY, 1000, 50)
    floor.order("maker", Side.SELL, 1000, 200)
    floor.block()
    return floor


@pytest.fixture
def make_terms() -> Callable[..., PoolTerms]:
    """Terms with bounds of their own and without leverage."""

    def make(commitment: int = 100_000, lower: int | None = 85, upper: int | None = 150, base: int = 100) -> PoolTerms:
        return terms(commitment, parameters(base, lower, upper))

    return make


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    """Market makers in a market with decimals."""
    return Bench


@pytest.fixture
def wanted() -> Callable[..., Any]:
    """Makes parameters."""
    return parameters
