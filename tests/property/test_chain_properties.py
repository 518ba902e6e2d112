"""What holds after any sequence of commands, on a real exchange with a market in it."""

from decimal import Decimal
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vega_mesa.agent import VegaAgent
from vega_mesa.agents import MarketManager, OpeningAuctionPair
from vega_mesa.chain.commands import known
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.state_hash import state_hash
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.errors import InvariantBroken, VegaMesaError
from vega_mesa.model import VegaModel
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.bridging import (
    EthereumDeposit,
    EthereumMintToken,
    OracleDataSubmission,
    WithdrawSubmission,
)
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
    StopOrdersCancellation,
    StopOrderSetup,
    StopOrdersSubmission,
    UpdateMarginMode,
)
from vega_mesa.protocol.markets.states import TradingMode
from vega_mesa.protocol.matching.order import OrderType, PeggedReference, Side, TimeInForce

PARTIES = ("alice", "bob", "carol")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


class Trader(VegaAgent):
    def initialise(self):
        self.fund(self.find_market().asset, {"alice": 1_000_000, "bob": 20_000, "carol": 500}[self.key])


class Stage(VegaModel):
    def __init__(self, **terms):
        super().__init__(rng=1, num_steps=1000, collect="nothing", **terms)
        MarketManager(self)
        OpeningAuctionPair(self, price=60_000.0)
        for key in PARTIES:
            Trader(self, key=key)


@cache
def stage():
    """A snapshot, its log, and the ids in it: a market in continuous trading, three parties with unequal means."""
    model = Stage()
    for _ in range(3):
        model.step()
    assert model.market.trading_mode is TradingMode.CONTINUOUS
    token = model.exchange.assets.get(model.market.asset).details.source.contract_address
    return model.chain.snapshot(), model.chain.finished_log(), model.market.id, model.market.asset, token


def fresh():
    """The stage as a chain that can be replayed from genesis."""
    data, log, *_ = stage()
    chain = NullChain.restore(data)
    chain.log = TransactionLog(chain.genesis, list(log.entries), complete=True)
    return chain


# -- what parties may send -------------------------------------------------------------------------------------------

PRICES = st.integers(590_000, 610_000) | st.sampled_from((0, 1, 10**9))
SIZES = st.integers(1, 300) | st.sampled_from((0, 10**6, 2**63, 2**64))
INSTANTS = st.sampled_from((0, 1)) | st.integers(0, 30).map(lambda s: 1_704_067_200 * 10**9 + (100 + s) * 10**9)
REFERENCES = st.sampled_from(list(PeggedReference))


@st.composite
def submissions(draw):
    pegged = draw(st.none() | st.builds(PeggedOrderDetails, reference=REFERENCES, offset=st.integers(0, 200)))
    return OrderSubmission(
        market_id=draw(MARKETS),
        side=draw(st.sampled_from(list(Side))),
        size=draw(SIZES),
        price=draw(PRICES) if pegged is None else 0,
        type=draw(st.sampled_from((OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET, OrderType.NETWORK))),
        time_in_force=draw(st.sampled_from(list(TimeInForce))),
        expires_at=draw(INSTANTS),
        post_only=draw(st.booleans()),
        reduce_only=draw(st.booleans()),
        pegged_order=pegged,
        iceberg_opts=draw(
            st.none() | st.builds(IcebergOptions, peak_size=st.integers(0, 50), minimum_visible_size=st.integers(0, 50))
        ),
    )


@st.composite
def plain_orders(draw):
    """Orders that mostly do something."""
    return OrderSubmission(
        market_id=MARKET,
        side=draw(st.sampled_from((Side.BUY, Side.SELL))),
        size=draw(st.integers(1, 300)),
        price=draw(st.integers(598_000, 602_000)),
        time_in_force=draw(st.sampled_from((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK))),
    )


MARKET = "market"  # replaced by the market's id, as ORDER is by one of the party's orders and ASSET by the asset
ORDER = "order"
ASSET = "asset"
MARKETS = st.sampled_from((MARKET, MARKET, MARKET, MARKET, "unknown", ""))
ORDERS = st.sampled_from((ORDER, ORDER, ORDER, "unknown", ""))
FACTORS = st.sampled_from((Decimal("0.001"), Decimal("0.5"), Decimal(1), Decimal(2), Decimal("-0.1"), Decimal(0)))
CANCELLATIONS = st.builds(OrderCancellation, market_id=MARKETS, order_id=ORDERS)
AMENDMENTS = st.builds(
    OrderAmendment,
    market_id=MARKETS,
    order_id=ORDERS,
    price=st.none() | PRICES,
    size=st.none() | SIZES,
    size_delta=st.integers(-50, 50),
    time_in_force=st.sampled_from(list(TimeInForce)),
    expires_at=st.none() | INSTANTS,
    pegged_offset=st.none() | st.integers(0, 100),
    pegged_reference=REFERENCES,
)
SETUPS = st.builds(
    StopOrderSetup,
    order_submission=submissions(),
    price=st.none() | PRICES,
    trailing_percent_offset=st.none() | FACTORS,
    expires_at=st.none() | INSTANTS,
    size_override_percentage=st.none() | FACTORS,
)
COMMANDS = st.one_of(
    plain_orders(),
    plain_orders(),
    plain_orders(),
    submissions(),
    AMENDMENTS,
    CANCELLATIONS,
    st.builds(StopOrdersSubmission, falls_below=st.none() | SETUPS, rises_above=st.none() | SETUPS),
    st.builds(StopOrdersCancellation, market_id=MARKETS),
    st.builds(UpdateMarginMode, market_id=MARKETS, isolated=st.booleans(), margin_factor=FACTORS),
    st.builds(LiquidityProvisionSubmission, market_id=MARKETS, commitment_amount=st.integers(0, 10**11), fee=FACTORS),
    st.builds(LiquidityProvisionAmendment, market_id=MARKETS, commitment_amount=st.none() | st.integers(0, 10**11)),
    st.builds(LiquidityProvisionCancellation, market_id=MARKETS),
    st.builds(
        BatchMarketInstructions,
        cancellations=st.lists(CANCELLATIONS, max_size=2).map(tuple),
        amendments=st.lists(AMENDMENTS, max_size=2).map(tuple),
        submissions=st.lists(plain_orders() | submissions(), max_size=3).map(tuple),
    ),
    st.builds(WithdrawSubmission, asset=st.just(ASSET), amount=st.integers(0, 10**10), receiver=st.just("wallet")),
    st.builds(EthereumMintToken, address=st.just("token"), amount=st.integers(0, 10**10)),
    st.builds(EthereumDeposit, asset=st.just(ASSET), amount=st.integers(0, 10**10)),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(PARTIES), COMMANDS) | st.integers(1, 4), min_size=1, max_size=25
)  # a command of a party, or so many blocks


def fill(value, chain, party):
    """Put the stage's ids in the place of their stand-ins."""
    _, _, market, asset, token = stage()
    if isinstance(value, tuple):
        return tuple(fill(item, chain, party) for item in value)
    if isinstance(value, str):
        if value == ORDER and market in chain.exchange.markets:
            orders = chain.exchange.markets[market].book.orders_of(party)
            return orders[-1].id if orders else "none"
        return {MARKET: market, ASSET: asset, "token": token}.get(value, value)
    if hasattr(value, "__dataclass_fields__"):
        parts = {name: fill(getattr(value, name), chain, party) for name in value.__dataclass_fields__}
        return type(value)(**parts)
    return value


def play(chain, steps, after=lambda: None):
    for step in steps:
        if isinstance(step, int):
            for _ in range(step):
                chain.next_block()
        else:
            party, command = step
            try:
                chain.submit(party, fill(command, chain, party))
            except InvariantBroken:
                raise
            except VegaMesaError:
                pass
        after()


def substance(chain):
    """All that counts: money, orders, positions, commitments, votes. Not: that a party is known, an empty account."""
    exchange = chain.exchange
    markets = {}
    for market in exchange.markets.values():
        book = [(order.id, order.price, order.true_remaining) for order in market.book.orders.values()]
        positions = {
            p.party: (p.size, p.buy, p.sell) for p in market.positions.by_party.values() if p.size or p.buy or p.sell
        }
        provisions = state_hash(market.liquidity.commitments.provisions)
        markets[market.id] = (market.state, market.trading_mode, book, positions, provisions, market.mark_price)
    balances = {key: account.balance for key, account in exchange.collateral.accounts.items() if account.balance}
    bridge, governance = exchange.bridge, exchange.governance
    return markets, balances, list(bridge.deposits), list(bridge.withdrawals), list(governance.proposals)


# -- what holds ------------------------------------------------------------------------------------------------------


def assert_money_adds_up(chain):
    collateral = chain.exchange.collateral
    assert collateral.imbalance() == {}
    for account in collateral.accounts.values():
        assert account.balance >= 0 or account.type is AccountType.EXTERNAL, account
    credited = {}
    for deposit in chain.exchange.bridge.deposits.values():
        if deposit.status.value == "STATUS_FINALIZED":
            credited[deposit.asset] = credited.get(deposit.asset, 0) + deposit.amount
    for withdrawal in chain.exchange.bridge.withdrawals.values():
        if withdrawal.status.value != "STATUS_REJECTED":
            credited[withdrawal.asset] = credited.get(withdrawal.asset, 0) - withdrawal.amount
    inside = {}
    for account in collateral.accounts.values():
        if account.type is not AccountType.EXTERNAL:
            inside[account.asset] = inside.get(account.asset, 0) + account.balance
    assert {asset: total for asset, total in inside.items() if total} == {a: t for a, t in credited.items() if t}


def assert_book_is_sound(chain):
    for market in chain.exchange.markets.values():
        bid, ask = market.book.best_bid(), market.book.best_ask()
        if market.trading_mode is TradingMode.CONTINUOUS and bid and ask:
            assert bid < ask
        longs = sum(max(0, position.size) for position in market.positions.by_party.values())
        shorts = sum(max(0, -position.size) for position in market.positions.by_party.values())
        assert longs == shorts


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(STEPS)
def test_money_adds_up_and_the_book_is_never_crossed(steps):
    chain = fresh()

    def check():
        assert_money_adds_up(chain)
        assert_book_is_sound(chain)

    play(chain, steps, check)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(STEPS)
def test_a_replay_of_the_log_reaches_the_same_state(steps):
    chain = fresh()
    play(chain, steps)
    log = chain.finished_log()
    assert NullChain.replay(log).state_hash() == log.state_hash


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(STEPS, STEPS)
def test_a_restored_chain_continues_as_the_one_that_went_on(before, after):
    chain = fresh()
    play(chain, before)
    twin = NullChain.restore(chain.snapshot())
    assert twin.state_hash() == chain.state_hash()
    play(chain, after)
    play(twin, after)
    assert twin.state_hash() == chain.state_hash()


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(STEPS)
def test_listening_and_reading_change_nothing(steps):
    from vega_mesa.protocol.events import bridging, fees, ledger, liquidity, network, trading
    from vega_mesa.protocol.events.bus import Event

    quiet, watched = fresh(), fresh()
    kinds = [
        kind
        for module in (bridging, fees, ledger, liquidity, network, trading)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event)
    ]
    heard = []
    watched.exchange.bus.subscribe(kinds, heard.append)

    def read():
        for market in watched.exchange.markets.values():
            market.market_data()
            market.book.indicative()
            list(market.book.levels(Side.BUY))

    play(quiet, steps)
    play(watched, steps, read)
    assert watched.state_hash() == quiet.state_hash()


# -- mistakes --------------------------------------------------------------------------------------------------------

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**300), 2**300),
    st.floats(),
    st.text(max_size=6),
    st.decimals(),
    st.binary(max_size=4),
    st.lists(st.integers(), max_size=2),
    st.sampled_from([Side.BUY, TimeInForce.GTT, object(), int, ...]),
)


@st.composite
def malformed(draw):
    """A command with a field or several that may hold anything."""
    kind = draw(st.sampled_from(sorted(known().values(), key=lambda kind: kind.__name__)))
    fields = {name: draw(JUNK) for name in kind.__dataclass_fields__}
    if draw(st.booleans()):
        good = {"market_id": MARKET, "asset": ASSET, "side": Side.BUY, "size": 1, "amount": 1}
        fields.update({name: value for name, value in good.items() if name in fields})
    return kind(**fields)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(st.lists(st.tuples(st.sampled_from((*PARTIES, "nobody")), malformed() | JUNK), min_size=1, max_size=5))
def test_a_malformed_command_raises_only_our_errors_and_changes_nothing(attempts):
    chain = fresh()
    before, hashed = substance(chain), chain.state_hash()
    for party, command in attempts:
        try:
            sent = chain.submit(party, fill(command, chain, party))
        except InvariantBroken:
            raise
        except VegaMesaError:
            assert chain.state_hash() == hashed
        else:
            if sent.error:
                assert substance(chain) == before, sent.error
            before, hashed = substance(chain), chain.state_hash()


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(STEPS, st.sampled_from(PARTIES), COMMANDS)
def test_a_refused_command_changes_nothing(steps, party, command):
    chain = fresh()
    play(chain, steps)
    before, hashed = substance(chain), chain.state_hash()
    try:
        sent = chain.submit(party, fill(command, chain, party))
    except VegaMesaError:
        assert chain.state_hash() == hashed
    else:
        if sent.error and not isinstance(command, BatchMarketInstructions):
            assert substance(chain) == before, sent.error


def test_oracle_data_that_nobody_listens_to_is_refused():
    chain = fresh()
    before = chain.state_hash()
    sent = chain.submit("alice", OracleDataSubmission(properties=(("termination", "true"),)))
    assert sent.error
    assert chain.state_hash() == before
