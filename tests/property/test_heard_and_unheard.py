"""What is done at once while nobody listens comes to the same as the steps that listeners are told of."""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.errors import VegaMesaError
from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.amm import AMMCancelMethod, CancelAMM, ConcentratedLiquidityParameters, SubmitAMM
from vega_mesa.protocol.commands.bridging import OracleDataSubmission
from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.commands.liquidity import (
    LiquidityProvisionAmendment,
    LiquidityProvisionCancellation,
    LiquidityProvisionSubmission,
)
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    IcebergOptions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
    PeggedOrderDetails,
    StopOrderSetup,
    StopOrdersSubmission,
    UpdateMarginMode,
)
from vega_mesa.protocol.data_sources import DataSourceSpec, Filter
from vega_mesa.protocol.events.amm import AMMUpdated
from vega_mesa.protocol.events.bus import Event
from vega_mesa.protocol.events.ledger import AccountUpdated, LedgerMoved
from vega_mesa.protocol.events.network import EpochEvent
from vega_mesa.protocol.events.settlement import PositionsMarked
from vega_mesa.protocol.events.trading import (
    AuctionUpdated,
    DistressedOrdersClosed,
    DistressSettled,
    LossSocialised,
    MarginLevelsUpdated,
    OrdersExpired,
    OrderUpdated,
    PositionSettled,
    PositionUpdated,
    StopOrderUpdated,
    TradeHappened,
)
from vega_mesa.protocol.exchange import Exchange
from vega_mesa.protocol.markets import silent_marking
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    FutureProduct,
    LiquidationStrategy,
    LiquidityFeeSettings,
    LogNormalRiskModel,
    MarketDefinition,
    PerpetualProduct,
    PriceMonitoringTrigger,
    SimpleRiskModel,
)
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, PeggedReference, TimeInForce
from vega_mesa.protocol.refusal import Refused

EVERYTHING = frozenset(Event.__subclasses__())
ALL_BUT_MARGINS = EVERYTHING - {MarginLevelsUpdated}  # margins are moved without working all levels out
ALL_BUT_STEPS = ALL_BUT_MARGINS - {  # marks are made at once
    LedgerMoved,
    AccountUpdated,
    OrderUpdated,
    PositionUpdated,
    PositionSettled,
    PositionsMarked,
}
HEARD = {
    "everything": EVERYTHING,
    "all but margins": ALL_BUT_MARGINS,
    "all but steps": ALL_BUT_STEPS,
    "trades": frozenset((TradeHappened,)),
    "nothing": frozenset(),
}
MARKET, ORACLE = "a" * 64, "oracle"
PARTIES = [f"{number:064x}" for number in range(1, 13)]
SECOND = 10**9
PARAMETERS = {
    "limits.markets.ammPoolEnabled": "1",
    "limits.markets.maxPeggedOrders": "1500",
    "market.auction.minimumDuration": "1s",
    "market.liquidity.providersFeeCalculationTimeStep": "5s",
    "spam.protection.max.stopOrdersPerMarket": "4",
    "validators.epoch.length": "17s",
}

# -- the markets -----------------------------------------------------------------------------------------------------


def _price(name, type="TYPE_INTEGER"):
    return DataSourceSpec(signers=(ORACLE,), filters=(Filter(property=name, type=type),))


def _future(**terms):
    return FutureProduct(
        settlement_asset="dollar",
        quote_name="dollar",
        settlement_data=_price("price"),
        settlement_property="price",
        termination=_price("end", "TYPE_BOOLEAN"),
        termination_property="end",
        **terms,
    )


PERPETUAL = PerpetualProduct(
    settlement_asset="dollar",
    quote_name="dollar",
    settlement_data=_price("price"),
    settlement_property="price",
    schedule=_price("cue", "TYPE_TIMESTAMP"),
    schedule_property="cue",
    margin_funding_factor=Decimal("0.3"),
    interest_rate=Decimal("0.1"),
    clamp_lower_bound=Decimal("-0.05"),
    clamp_upper_bound=Decimal("0.05"),
)
STEPS = SimpleRiskModel(
    long=Decimal("0.053"),
    short=Decimal("0.0617"),
    max_move_up=Decimal(4500),
    min_move_down=Decimal(-4000),
    probability_of_trading=Decimal("0.2"),
)
CURVE = LogNormalRiskModel(
    risk_aversion=0.001,
    tau=0.000114,
    mu=0.0,
    sigma=10.0,
    risk_factor_override_long=Decimal("0.06"),
    risk_factor_override_short=Decimal("0.07"),
)
TRIGGERS = (
    PriceMonitoringTrigger(horizon=20, probability=Decimal("0.99"), auction_extension=2),
    PriceMonitoringTrigger(horizon=60, probability=Decimal("0.95"), auction_extension=3),
)
ODD_AMOUNTS = MarketDefinition(
    name="odd amounts",
    decimal_places=1,
    position_decimal_places=2,
    product=_future(),
    risk_model=replace(STEPS, max_move_up=Decimal(0), min_move_down=Decimal(0)),
    fees=FeeFactors(
        maker=Decimal("0.0002"),
        infrastructure=Decimal("0.0005"),
        buy_back=Decimal("0.0001"),
        treasury=Decimal("0.0003"),
    ),
    liquidity_fee_settings=LiquidityFeeSettings(method="METHOD_CONSTANT", constant=Decimal("0.001")),
    linear_slippage_factor=Decimal("0.001"),
)
DEFINITIONS = {
    definition.name: definition
    for definition in (
        ODD_AMOUNTS,
        replace(
            ODD_AMOUNTS,
            name="whole units, on a tick, monitored",
            decimal_places=2,
            position_decimal_places=0,
            tick_size=2,
            risk_model=replace(STEPS, max_move_up=Decimal(450), min_move_down=Decimal(-400)),
            price_monitoring=TRIGGERS,
        ),
        replace(
            ODD_AMOUNTS,
            name="prices below the asset's unit, slow disposal",
            decimal_places=4,
            position_decimal_places=1,
            quadratic_slippage_factor=Decimal("0.0001"),
            liquidation_strategy=LiquidationStrategy(
                disposal_time_step=2,
                disposal_fraction=Decimal("0.4"),
                full_disposal_size=20,
                max_fraction_consumed=Decimal("0.5"),
                disposal_slippage_range=Decimal("0.1"),
            ),
        ),
        replace(ODD_AMOUNTS, name="log-normal, monitored", risk_model=CURVE, price_monitoring=TRIGGERS),
        replace(ODD_AMOUNTS, name="capped", product=_future(max_price=1300)),
        replace(ODD_AMOUNTS, name="fully collateralised", product=_future(max_price=1300, fully_collateralised=True)),
        replace(ODD_AMOUNTS, name="perpetual", product=PERPETUAL, risk_model=CURVE, price_monitoring=TRIGGERS),
    )
}

# -- a chain and who listens to it -----------------------------------------------------------------------------------


class Lane:
    """A chain on which some events are heard. It is restored from snapshots at moments of its own."""

    def __init__(self, definition, seed, heard):
        draw = random.Random(seed)
        frequency = draw.choice(("0s", "0s", "3s"))
        self.heard = heard
        self.events = []
        self.restores = random.Random(f"{seed} {sorted(kind.__name__ for kind in heard)}")
        parameters = PARAMETERS | {"network.markPriceUpdateMaximumFrequency": frequency}
        genesis = Genesis(network_parameters=parameters)
        exchange = Exchange(genesis.time, parameters)
        self.attach(NullChain(genesis, exchange))
        exchange.assets.register("dollar", AssetDetails(name="dollar", symbol="USD", decimals=3))
        for party in PARTIES:
            exchange.collateral.deposit(party, "dollar", draw.choice((30_000, 400_000, 10**9, 10**9)))
        exchange.submit_market(MARKET, definition)
        exchange.start_opening_auction(MARKET)
        self.chain.next_block()

    def attach(self, chain):
        self.chain = chain
        if self.heard:
            chain.exchange.bus.subscribe(self.heard, self.events.append)

    def next_block(self):
        self.chain.next_block()
        if self.restores.random() < 0.02:
            self.attach(NullChain.restore(self.chain.snapshot()))

    @property
    def market(self):
        return self.chain.exchange.markets[MARKET]

    def told(self, kinds):
        """The events of some kinds, without their numbers."""
        return [
            (type(event).__name__, [getattr(event, name) for name in event.__slots__ if name != "seq"], event.time)
            for event in self.events
            if type(event) in kinds
        ]


# -- what happens on it ----------------------------------------------------------------------------------------------


class Crowd:
    """Parties around a price that wanders. They do the same for the same seed, as long as they are answered the same.

    Errors count as answers.
    """

    def __init__(self, lane, seed):
        self.lane = lane
        self.draw = random.Random(f"{lane.market.definition.name} {seed}")
        self.unit = 10 ** max(0, lane.market.definition.decimal_places - 3)  # of prices: some fall between two units
        self.size = {0: 30, 1: 900, 2: 900}[lane.market.definition.position_decimal_places]
        self.middle = 1000
        self.habits = [chance * self.draw.choice((0.1, 1, 1, 3)) for chance in CHANCES.values()]
        self.step = self.draw.choice((1, 6, 10))  # of prices: on wide steps marks often stay where they are
        self.moves = self.draw.choice(((-9, -2, 0, 0, 2, 9), (-10, *[0] * 9, 10)))
        self.pace = self.draw.choice((0.04, 0.1, 0.3))  # blocks for each operation
        self.live = [("", "0" * 64)]
        self.answers = []

    def act(self, operations=400):
        for _ in range(operations):
            self.middle = max(200, self.middle + self.draw.choice(self.moves))
            (deed,) = self.draw.choices(DEEDS, self.habits)
            try:
                done = deed(self, self.draw.choice(PARTIES))
                if done is not None:
                    self.send(*done)
            except (Refused, VegaMesaError) as error:
                self.answers.append(str(error))
            if self.coin(self.pace):
                self.lane.next_block()
        return self

    def send(self, party, command):
        transaction = self.lane.chain.submit(party, command)
        trades = [(trade.id, trade.price, trade.size) for trade in transaction.trades]
        self.answers.append((transaction.error, trades))
        if transaction.accepted and isinstance(command, OrderSubmission):
            self.live.append((party, transaction.id))

    def coin(self, chance=0.5):
        return self.draw.random() < chance

    # orders

    def side(self):
        return self.draw.choice((BUY, SELL))

    def price(self, side):
        offset = self.draw.randint(-30, 12) // self.step * self.step
        price = (self.middle + offset * (1 if side is BUY else -1)) * self.unit
        price += self.draw.randrange(self.unit)
        return price - price % (1 if self.coin(0.05) else self.lane.market.tick_size)

    def order(self, **more):
        side = self.side()
        plain = {"market_id": MARKET, "side": side, "size": self.draw.randint(1, self.size), "price": self.price(side)}
        return OrderSubmission(**plain | more)

    def plain(self, party):
        return party, self.order()

    def taker(self, party):
        life = {"time_in_force": self.draw.choice((TimeInForce.IOC, TimeInForce.FOK))}
        return party, self.order(**life, **({} if self.coin(0.3) else {"type": OrderType.MARKET, "price": 0}))

    def whole_position(self, party):
        """What leaves a party flat, if it is filled."""
        held = self.lane.market.open_volume(party)
        kind = {"type": OrderType.MARKET, "price": 0, "time_in_force": TimeInForce.IOC}
        return party, self.order(side=SELL if held > 0 else BUY, size=abs(held) or 1, **kind)

    def special(self, party):
        life = self.draw.choice((*TimeInForce, TimeInForce.GTC, TimeInForce.GTT, TimeInForce.GTT))
        order = self.order(time_in_force=life or TimeInForce.GTC)
        more = {"post_only": self.coin(0.2), "reduce_only": self.coin(0.2)}
        if life is TimeInForce.GTT:
            more["expires_at"] = self.lane.chain.now + self.draw.randint(0, 8) * SECOND
        if self.coin(0.4):
            peak = self.draw.randint(1, order.size)
            more["iceberg_opts"] = IcebergOptions(peak_size=peak, minimum_visible_size=self.draw.randint(1, peak))
        return party, self.order(time_in_force=order.time_in_force, size=order.size, **more)

    def peg(self, party):
        details = PeggedOrderDetails(reference=self.draw.choice(list(PeggedReference)), offset=self.draw.randint(0, 9))
        return party, self.order(price=0, pegged_order=details)

    def some_order(self):
        return self.live[-1 - min(int(self.draw.expovariate(0.1)), len(self.live) - 1)]

    def cancellation(self, party):
        party, id = self.some_order()
        return party or PARTIES[0], OrderCancellation(market_id=MARKET, order_id=id)

    def cancel_all(self, party):
        return party, OrderCancellation(market_id=MARKET)

    def amendment(self, party):
        party, id = self.some_order()
        changes = {
            "price": self.price(self.side()),
            "size_delta": self.draw.randint(-self.size // 2, self.size // 2),
            "expires_at": self.lane.chain.now + self.draw.randint(-1, 9) * SECOND,
            "time_in_force": self.draw.choice((TimeInForce.GTC, TimeInForce.GTT)),
            "pegged_offset": self.draw.randint(0, 9),
        }
        chosen = self.draw.sample(list(changes), self.draw.randint(1, 2))
        change = {name: changes[name] for name in chosen}
        return party or PARTIES[0], OrderAmendment(market_id=MARKET, order_id=id, **change)

    def stop_order(self, party):
        def leg(price):
            order = self.order(type=OrderType.MARKET, price=0, time_in_force=TimeInForce.IOC, reduce_only=True)
            expiry = {"expires_at": self.lane.chain.now + 7 * SECOND} if self.coin(0.3) else {}
            return StopOrderSetup(order_submission=order, price=price * self.unit, **expiry)

        falls = leg(self.middle - self.draw.randint(1, 20)) if self.coin() else None
        rises = leg(self.middle + self.draw.randint(1, 20)) if falls is None or self.coin() else None
        return party, StopOrdersSubmission(falls_below=falls, rises_above=rises)

    def batch(self, party):
        orders = tuple(self.draw.choice((self.plain, self.taker, self.special))(party)[1] for _ in range(3))
        ended = tuple(id for owner, id in self.live[-20:] if owner == party)[:2]
        cancellations = tuple(OrderCancellation(market_id=MARKET, order_id=id) for id in ended)
        return party, BatchMarketInstructions(cancellations=cancellations, submissions=orders)

    # money and margins

    def deposit(self, party):
        self.lane.chain.exchange.collateral.deposit(party, "dollar", self.draw.choice((1, 7_000, 90_000)))

    def withdrawal(self, party):
        general = self.lane.chain.exchange.collateral.balance(AccountType.GENERAL, "dollar", party)
        self.lane.chain.exchange.collateral.withdraw(party, "dollar", self.draw.choice((1, general // 2, general)))

    def margin_mode(self, party):
        isolated = self.coin(0.3)
        factor = Decimal(self.draw.randint(2, 9)) / 10 if isolated else Decimal(0)
        return self.draw.choice(PARTIES[:3]), UpdateMarginMode(
            market_id=MARKET, isolated=isolated, margin_factor=factor
        )

    def terms(self, party):
        """Governance changes risk, tick size or margins."""
        market = self.lane.market
        if self.coin():
            levels = [1 + self.draw.randint(1, 3) / 10, 0, 0]
            levels[1] = levels[0] + self.draw.randint(1, 3) / 10
            levels[2] = levels[1] + self.draw.randint(1, 3) / 10
            names = ("search_level", "initial_margin", "collateral_release")
            text = json.dumps(dict(zip(names, levels, strict=True)))
            self.lane.chain.exchange.set_parameter("market.margin.scalingFactors", text)
            return
        slippage = {"linear_slippage_factor": Decimal(self.draw.randint(0, 9)) / 1000}
        model = market.definition.risk_model
        if isinstance(model, SimpleRiskModel):
            model = replace(model, long=Decimal(self.draw.randint(20, 90)) / 1000)
        tick = market.tick_size if self.coin(0.7) else self.draw.choice((1, 2, 5))
        update = replace(market.definition, risk_model=model, tick_size=tick, **slippage)
        self.lane.chain.exchange.update_market(MARKET, update)

    # liquidity

    def liquidity(self, party):
        """A commitment of most of what the party has, so that margin calls have to reach for the bond."""
        general = self.lane.chain.exchange.collateral.balance(AccountType.GENERAL, "dollar", party)
        terms = {"fee": Decimal(self.draw.randint(1, 9)) / 1000, "commitment_amount": general * 3 // 4 + 1}
        kinds = (
            LiquidityProvisionSubmission(market_id=MARKET, **terms),
            LiquidityProvisionAmendment(market_id=MARKET, **terms),
            LiquidityProvisionCancellation(market_id=MARKET),
        )
        return self.draw.choice(PARTIES[3:6]), self.draw.choice(kinds)

    def market_maker(self, party):
        """Rare, and soon over: meanwhile no order is plain."""
        amm = self.lane.market.amm
        if amm is not None and amm.pools:
            return next(iter(amm.pools)), CancelAMM(
                market_id=MARKET, method=self.draw.choice(list(AMMCancelMethod)[1:])
            )
        middle = self.middle * self.unit
        curve = ConcentratedLiquidityParameters(
            base=middle, lower_bound=middle * 9 // 10, upper_bound=middle * 11 // 10
        )
        fees = {"slippage_tolerance": Decimal("0.1"), "proposed_fee": Decimal("0.003")}
        return party, SubmitAMM(
            market_id=MARKET, commitment_amount=100_000, concentrated_liquidity_parameters=curve, **fees
        )

    def oracle(self, party):
        seconds = self.lane.chain.now // SECOND
        known = ("price", str(self.middle * 100)) if self.coin(0.7) else ("cue", str(seconds))
        return ORACLE, OracleDataSubmission(properties=(known,))


CHANCES: dict[Callable, float] = {
    Crowd.plain: 40,
    Crowd.taker: 20,
    Crowd.whole_position: 8,
    Crowd.cancellation: 20,
    Crowd.special: 8,
    Crowd.peg: 1.5,
    Crowd.cancel_all: 1,
    Crowd.amendment: 5,
    Crowd.stop_order: 2,
    Crowd.batch: 2,
    Crowd.deposit: 1.5,
    Crowd.withdrawal: 1.5,
    Crowd.margin_mode: 0.5,
    Crowd.terms: 0.5,
    Crowd.liquidity: 1.5,
    Crowd.market_maker: 0.4,
    Crowd.oracle: 3,
}
DEEDS = list(CHANCES)


def run(definition, seed, heard):
    lane = Lane(definition, seed, HEARD[heard])
    return lane, Crowd(lane, seed).act().answers


def run_the_long_way(definition, seed):
    """Everything is heard, and no order is taken for a plain one."""
    with pytest.MonkeyPatch.context() as patch:
        for way in ("submit_plain", "cancel_plain"):
            patch.setattr(FuturesMarket, way, lambda *_: None)
        return run(definition, seed, "everything")


# -- what has to be the same -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", DEFINITIONS)
def test_neither_state_nor_events_depend_on_who_listens(name, seed):
    told, answers = run_the_long_way(DEFINITIONS[name], seed)
    assert not told.chain.exchange.imbalance()
    state = told.chain.state_hash()
    for heard, kinds in HEARD.items():
        lane, same_answers = run(DEFINITIONS[name], seed, heard)
        assert answers == same_answers, heard
        assert state == lane.chain.state_hash(), heard
        assert state_hash(told.told(kinds)) == state_hash(lane.told(kinds)), heard


def left_and_came_back(heard):
    """A party whose only order is cancelled before an auction ends, and that sends another before the next mark."""
    lane = Lane(ODD_AMOUNTS, 0, HEARD[heard])
    chain, (party, buyer, seller) = lane.chain, PARTIES[:3]
    chain.exchange.set_parameter("network.markPriceUpdateMaximumFrequency", "0s")
    for name in (party, buyer, seller):
        chain.exchange.collateral.deposit(name, "dollar", 10**9)

    def order(name, side, size, price):
        return chain.submit(name, OrderSubmission(market_id=MARKET, side=side, size=size, price=price)).id

    def governance(update):
        kind = f"MARKET_STATE_UPDATE_TYPE_{update}"
        chain.exchange.update_market_state(UpdateMarketState(market_id=MARKET, update_type=kind))

    order(seller, SELL, 900, 1000)
    order(buyer, BUY, 100, 1000)
    chain.next_block()
    chain.next_block()
    only = order(party, BUY, 50, 900)
    order(buyer, BUY, 100, 1000)
    chain.next_block()
    chain.submit(party, OrderCancellation(market_id=MARKET, order_id=only))
    governance("SUSPEND")
    order(buyer, BUY, 100, 1010)
    governance("RESUME")
    order(party, BUY, 50, 900)
    order(buyer, BUY, 100, 1000)
    chain.next_block()
    return lane.market.settlement.settled


def test_whoever_left_during_an_auction_is_new_when_it_comes_back():
    """The mark at an auction's end keeps its position: only what had been settled of it is forgotten."""
    told, untold = left_and_came_back("everything"), left_and_came_back("nothing")
    assert list(told.items()) == list(untold.items())
    assert told[PARTIES[0]] == 0


# -- and that there was something to be seen -------------------------------------------------------------------------


def test_such_streams_go_every_short_way_often(monkeypatch):
    """Otherwise the first test would not compare them; nor the way back from a mark that only seemed calm."""
    count = Counter()

    def counting(way, name_of):
        def take(*given):
            outcome = way(*given)
            count[name_of(outcome)] += 1
            return outcome

        return take

    def settle_calm(market, mark, move, positions, settle=silent_marking._settle_calm):
        others, gained = settle(market, mark, move, positions)
        count["calm"] += len(positions) - len(others)
        return others, gained

    def entered(outcome):
        return "left alone" if outcome is None else "filled" if outcome.trades else "rests"

    monkeypatch.setattr(FuturesMarket, "submit_plain", counting(FuturesMarket.submit_plain, entered))
    monkeypatch.setattr(
        FuturesMarket, "cancel_plain", counting(FuturesMarket.cancel_plain, lambda it: ("out", bool(it)))
    )
    monkeypatch.setattr(silent_marking, "settle", counting(silent_marking.settle, lambda done: ("marked", done)))
    monkeypatch.setattr(silent_marking, "_settle_calm", settle_calm)
    monkeypatch.setattr(silent_marking, "_take_back", counting(silent_marking._take_back, lambda _: "taken back"))
    for definition in DEFINITIONS.values():
        for seed in range(3):
            run(definition, seed, "nothing")
    ways = ("filled", "rests", ("out", True), ("marked", True), ("marked", False), "calm")
    assert min(count[way] for way in ways) > 100, count
    assert count["taken back"] > 10


def test_such_streams_have_nearly_everything_that_can_happen():
    """Money that is short, margins of every kind, auctions, market makers, funding, the ends of orders and epochs."""
    kinds = set()
    for definition in DEFINITIONS.values():
        for seed in range(5):
            lane, _ = run(definition, seed, "everything")
            kinds |= {type(event) for event in lane.events}
            kinds |= {entry.type for event in lane.events if type(event) is LedgerMoved for entry in event.entries}
    transfers = (
        "MTM_LOSS", "MTM_WIN", "MARGIN_LOW", "MARGIN_HIGH", "MARGIN_CONFISCATED", "ORDER_MARGIN_LOW", "BOND_SLASHING",
        "BOND_LOW", "BOND_HIGH", "AMM_LOW", "AMM_RELEASE", "WITHDRAW", "PERPETUALS_FUNDING_LOSS",
    )  # fmt: skip
    assert {f"TRANSFER_TYPE_{name}" for name in transfers} <= kinds
    assert {AuctionUpdated, DistressSettled, DistressedOrdersClosed, EpochEvent} <= kinds
    assert {LossSocialised, OrdersExpired, AMMUpdated, StopOrderUpdated} <= kinds
