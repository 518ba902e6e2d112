"""However poor the parties: no unit appears, none vanishes, and the settlement account ends at 0."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.matching.order import NETWORK, Order, OrderType, Side, TimeInForce, Trade
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.settlement.collection import Collection, socialise
from vega_mesa.protocol.settlement.final import final_settlement
from vega_mesa.protocol.settlement.funding import funding_flows
from vega_mesa.protocol.settlement.mark_to_market import Settlement
from vega_mesa.protocol.settlement.takeover import confiscate, settle_distressed

MARKET, ASSET = "M", "A"
PARTIES = ("p0", "p1", "p2", "p3", "p4", "p5")
prices = st.integers(1, 1000)
trades = st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.integers(1, 200), prices)
money = st.integers(0, 3000)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), trades),
        st.tuples(st.just("mark"), prices),
        st.tuples(st.just("fund"), st.integers(-300, 300)),
        st.tuples(st.just("close"), st.sampled_from(PARTIES)),
    ),
    max_size=30,
)


class Market:
    """Positions, settlement and money of one market; the position sizes are also kept apart, as a check."""

    def __init__(self, decimals: int, funds: list[tuple[int, int]], insurance: int, isolated: set[str]) -> None:
        self.bus = EventBus()
        self.collateral = Collateral(self.bus)
        self.collateral.enable_asset(ASSET)
        self.collateral.open_market_accounts(MARKET, ASSET)
        self.scale = Scale(decimals)
        self.isolated = dict.fromkeys(sorted(isolated), 1)
        self.positions = Positions(MARKET, self.bus)
        self.settlement = Settlement(MARKET, self.bus, self.scale)
        self.collection = Collection(self.collateral, MARKET, ASSET, self.isolated)
        for party, (margin, general) in zip(PARTIES, funds, strict=True):
            self.put(margin, AccountType.MARGIN, party)
            self.put(general, AccountType.GENERAL, party, "")
        self.put(insurance, AccountType.INSURANCE)

    def put(self, amount: int, type: AccountType, party: str = "", market: str = MARKET) -> None:
        external = self.collateral.open(AccountType.EXTERNAL, ASSET)
        self.collateral.transfer("DEPOSIT", amount, external, self.collateral.open(type, ASSET, party, market))

    def trade(self, buyer: str, seller: str, size: int, price: int) -> None:
        if buyer == seller:
            return
        buy = Order("b", MARKET, buyer, Side.BUY, OrderType.LIMIT, TimeInForce.GTC, size, price)
        sell = Order("s", MARKET, seller, Side.SELL, OrderType.LIMIT, TimeInForce.GTC, size, price)
        self.positions.register(buy)
        self.positions.register(sell)
        trade = Trade(MARKET, price, price, size, Side.BUY, buyer, seller, "b", "s", 0)
        self.positions.trade(trade, buy, sell)
        self.settlement.add_trade(trade)

    def mark(self, price: int) -> None:
        self.positions.mark(price)
        self.collection.mark_to_market(self.settlement.mark_to_market(price, self.positions))
        self.positions.remove_flat()

    def fund(self, payment: int) -> None:
        self.collection.funding(funding_flows(self.positions, payment, self.scale))

    def close(self, party: str) -> None:
        """As the market does it: right after a mark."""
        mark = self.settlement.last_mark
        if mark == 0 or not self.positions.has_record(party):
            return
        self.mark(mark)
        if not self.positions.has_record(party):
            return
        self.positions.close_out(party, mark)
        settle_distressed(self.settlement, self.collateral, ASSET, [party], mark, self.isolated)
        self.positions.remove(party)
        confiscate(self.collateral, MARKET, ASSET, [party], self.isolated)

    def check(self) -> None:
        assert self.collateral.imbalance() == {}
        assert self.collateral.balance(AccountType.SETTLEMENT, ASSET, market=MARKET) == 0
        assert all(a.balance >= 0 for a in self.collateral.accounts.values() if a.type is not AccountType.EXTERNAL)
        sizes = {p.party: p.size for p in self.positions.by_party.values()}
        assert sum(sizes.values()) == 0
        assert self.positions.open_interest == sum(size for size in sizes.values() if size > 0)


@given(
    decimals=st.integers(-1, 3),
    funds=st.lists(st.tuples(money, money), min_size=len(PARTIES), max_size=len(PARTIES)),
    insurance=money,
    isolated=st.sets(st.sampled_from(PARTIES)),
    script=steps,
    last=prices,
)
def test_money_is_conserved_to_the_unit(decimals, funds, insurance, isolated, script, last) -> None:
    market = Market(decimals, funds, insurance, isolated)
    for name, argument in script:
        actions: dict[str, Any] = {"mark": market.mark, "fund": market.fund, "close": market.close}
        if name == "trade":
            market.trade(*argument)
        else:
            actions[name](argument)
        market.check()
        assert set(market.settlement.trades) <= set(market.positions.by_party)
    market.mark(last)
    settled = {party: size for party, size in market.settlement.settled.items() if size}
    assert settled == {p.party: p.size for p in market.positions.by_party.values() if p.size}
    market.collection.final(final_settlement(settled, last, last // 2, market.scale))
    market.check()


@given(
    decimals=st.integers(0, 3),
    script=st.lists(st.one_of(st.tuples(st.just("trade"), trades), st.tuples(st.just("mark"), prices)), max_size=40),
)
def test_the_short_cut_for_untouched_positions_changes_nothing(decimals, script) -> None:
    """Marking with everybody counted as touched gives the same transfer list."""
    rich = [(10**9, 0)] * len(PARTIES)
    short, full = Market(decimals, rich, 10**9, set()), Market(decimals, rich, 10**9, set())
    for name, argument in script:
        if name == "trade":
            short.trade(*argument)
            full.trade(*argument)
            continue
        full.positions.touched = dict(full.positions.by_party)
        results = []
        for market in (short, full):
            market.positions.mark(argument)
            results.append(market.settlement.mark_to_market(argument, market.positions))
        assert (results[0].losses, results[0].wins) == (results[1].losses, results[1].wins)
        assert short.settlement.settled == full.settlement.settled
        assert short.positions.remove_flat() == full.positions.remove_flat()


@given(
    wins=st.lists(st.tuples(st.sampled_from((*PARTIES, NETWORK)), st.integers(0, 10**20)), min_size=1, max_size=8),
    data=st.data(),
)
def test_socialised_wins_add_up_to_what_was_collected(wins, data) -> None:
    expected = sum(win for _, win in wins)
    if expected == 0:
        return
    collected = data.draw(st.integers(0, expected - 1))
    paid, cuts = socialise(wins, collected, expected)
    assert sum(amount for _, amount in paid) == collected
    assert [party for party, _ in paid] == [party for party, _ in wins] == [party for party, _ in cuts]
