"""The chain by itself, with a stand-in for the exchange."""

import pickle
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from vega_mesa.chain import snapshot
from vega_mesa.chain.genesis import SECOND, START, Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.chain.transaction_log import TransactionLog
from vega_mesa.errors import (
    ConfigError,
    InvalidCommand,
    InvalidSnapshot,
    InvalidTime,
    ReplayDiverged,
    StoreError,
    UnknownMarket,
)
from vega_mesa.protocol.commands.trading import (
    BatchMarketInstructions,
    OrderAmendment,
    OrderCancellation,
    OrderSubmission,
)
from vega_mesa.protocol.matching.order import Side


class Outcome:
    def __init__(self, id, error=None):
        self.id, self.error, self.order, self.trades = id, error, None, []


class Parameters:
    def get(self, name):
        assert name == "market.aggressiveOrderBlockDelay"
        return 1


class Market:
    def __init__(self, reordering):
        self.definition = SimpleNamespace(enable_transaction_reordering=reordering)

    def __reduce__(self):
        return Market, (self.definition.enable_transaction_reordering,)


class StandIn:
    """Counts what it is told."""

    def __init__(self):
        self.network_parameters = Parameters()
        self.markets = {"slow": Market(True), "fast": Market(False)}
        self.done = []
        self.blocks = []

    def begin_block(self, height, now):
        self.blocks.append((height, now))

    def end_block(self):
        self.blocks.append("end")

    def execute_plain(self, party, command, ids):
        return None

    def execute(self, party, command, ids):
        if command.market_id not in self.markets:
            raise UnknownMarket(command.market_id)
        id_root = ids.next()
        self.done.append((party, getattr(command, "reference", None) or type(command).__name__, id_root))
        return Outcome(id_root, "too large" if getattr(command, "size", 0) and command.size > 10 else None)


@pytest.fixture(autouse=True)
def admit_the_stand_in(monkeypatch):
    monkeypatch.setattr(snapshot, "_STATE_PACKAGES", (*snapshot._STATE_PACKAGES, __name__))


def chain(**terms):
    return NullChain(Genesis(**terms), StandIn())


def order(reference="", market="fast", **fields):
    return OrderSubmission(market_id=market, side=Side.BUY, size=1, reference=reference, **({"price": 1} | fields))


def test_a_block_is_open_from_the_start():
    one = chain()
    assert (one.height, one.now) == (1, START)
    assert one.exchange.blocks == [(1, START)]


def test_the_clock_moves_by_whole_blocks_and_only_when_told():
    one = chain(block_duration=2 * SECOND)
    one.submit("a", order())
    assert one.now == START
    assert one.forward(5) == 2
    assert (one.height, one.now) == (3, START + 4 * SECOND)
    assert one.forward("1s") == 0
    assert one.forward(timedelta(minutes=1)) == 30
    assert one.forward("2024-01-01T00:02:00Z") == 28
    assert one.forward(datetime(2024, 1, 1, 0, 2, 1, tzinfo=UTC)) == 0
    assert one.exchange.blocks[1:4] == ["end", (2, START + 2 * SECOND), "end"]


@pytest.mark.parametrize("duration", [-1, "-1s", "2020-01-01T00:00:00Z", "soon"])
def test_the_clock_never_goes_back(duration):
    with pytest.raises(InvalidTime):
        chain().forward(duration)


def test_a_transaction_executes_as_it_arrives():
    one = chain()
    sent = one.submit("a", order("x"))
    assert sent.accepted and not sent.pending and sent.height == 1
    assert len(sent.id) == 64
    refused = one.submit("a", OrderSubmission(market_id="fast", side=Side.BUY, size=11, price=1))
    assert refused.error == "too large" and not refused.accepted


def test_ids_depend_on_chain_party_and_nonce_only():
    ids = [one.submit(party, order()).id for one in (chain(), chain()) for party in "aab"]
    assert ids[:3] == ids[3:]
    assert len(set(ids)) == 3
    assert chain(chain_id="other").submit("a", order()).id not in ids


def test_a_mistake_is_raised_and_leaves_no_trace():
    one, other = chain(), chain()
    for party, command in (
        ("a", order(market="none")),
        ("", order()),
        (7, order()),
        ("a", "order"),
        ("a", order(price=-1.5)),
    ):
        with pytest.raises((UnknownMarket, InvalidCommand)):
            one.submit(party, command)
    assert one.submit("a", order()).id == other.submit("a", order()).id
    assert one.state_hash() == other.state_hash()
    assert len(one.log) == 1


def test_transactions_wait_for_a_full_mempool_or_the_end_of_the_block():
    one = chain(transactions_per_block=3)
    sent = [one.submit("a", order(str(n))) for n in range(4)]
    assert [item.pending for item in sent] == [False, False, False, True]
    one.next_block()
    assert sent[3].height == 1 and one.height == 2
    last = one.submit("a", order())
    one.wait_for_total_catchup()
    assert not last.pending and one.height == 2


def test_a_mistake_that_waited_vanishes():
    one = chain(transactions_per_block=0)
    sent = one.submit("a", order(market="none"))
    one.next_block()
    assert sent.error.startswith("unknown market") and not sent.accepted and not one.exchange.done


def test_the_shuffle_is_seeded():
    def run(seed):
        one = chain(transactions_per_block=0, ordering="shuffle", ordering_seed=seed)
        for n in range(20):
            one.submit(f"p{n}", order(str(n)))
        one.next_block()
        return [reference for _, reference, _ in one.exchange.done]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert sorted(run(1), key=int) == [str(n) for n in range(20)]


def test_trading_order_of_a_block():
    one = chain(transactions_per_block=0, ordering="vega")
    one.submit("a", order("aggressive fast"))
    one.submit("a", order("aggressive slow", market="slow"))
    one.submit("a", order("post-only", market="slow", post_only=True))
    one.submit("a", OrderAmendment(market_id="slow", order_id="x", price=1))
    one.submit("a", OrderCancellation(market_id="fast", order_id="y"))
    one.submit("a", OrderCancellation(market_id="slow", order_id="z"))
    one.next_block()
    first = [reference for _, reference, _ in one.exchange.done]
    assert first == ["OrderCancellation", "post-only", "aggressive fast", "OrderCancellation"]
    one.submit("a", order("rest"))
    one.submit("a", order("second post-only", post_only=True))
    one.next_block()
    second = [reference for _, reference, _ in one.exchange.done[4:]]
    assert second == ["second post-only", "aggressive slow", "OrderAmendment", "rest"]


def test_batches_are_grouped_by_what_they_hold():
    from vega_mesa.chain.mempool import _is_cancellation, _is_delayed, _is_post_only

    exchange = StandIn()
    cancel, passive, taker = (
        OrderCancellation(market_id="slow"),
        order(market="slow", post_only=True),
        order(market="slow"),
    )
    assert _is_cancellation(BatchMarketInstructions(cancellations=(cancel,)), exchange)
    assert _is_post_only(BatchMarketInstructions(cancellations=(cancel,), submissions=(passive,)), exchange)
    mixed = BatchMarketInstructions(cancellations=(cancel,), submissions=(passive, taker))
    assert _is_delayed(mixed, exchange) and not _is_post_only(mixed, exchange)
    assert _is_cancellation(OrderCancellation(), exchange)


@pytest.mark.parametrize("terms", [{"block_duration": 0}, {"ordering": "random"}, {"transactions_per_block": -1}])
def test_terms_out_of_range_are_named(terms):
    with pytest.raises(ConfigError, match=next(iter(terms))):
        Genesis(**terms)


def test_a_snapshot_continues_as_the_run():
    one = chain(transactions_per_block=2)
    for n in range(5):
        one.submit("a", order(str(n)))
    twin = NullChain.restore(one.snapshot())
    fork = one.fork()
    assert one.state_hash() == twin.state_hash() == fork.state_hash()
    for each in (one, twin, fork):
        each.submit("b", order("after"))
        each.next_block()
    assert one.state_hash() == twin.state_hash() == fork.state_hash()
    assert fork.log.entries == one.log.entries
    one.next_block()
    assert one.state_hash() != fork.state_hash()
    with pytest.raises(StoreError):
        NullChain.replay(twin.finished_log())


def test_snapshots_of_strangers_run_no_code():
    class Evil:
        def __reduce__(self):
            return print, ("boo",)

    for payload in (Evil(), NullChain, snapshot.dump, SimpleNamespace(a=1)):
        with pytest.raises((InvalidSnapshot, pickle.PicklingError, AttributeError)):
            NullChain.restore(snapshot.dump(payload))
    for data in (b"", b"junk", "text", chain().snapshot()[:-1], snapshot.MAGIC, snapshot.dump([1])):
        with pytest.raises(InvalidSnapshot):
            NullChain.restore(data)


def test_a_log_is_replayed_to_the_same_state(tmp_path):
    one = chain(transactions_per_block=3, ordering="shuffle", ordering_seed=5, network_parameters={"a": "b"})
    for n in range(10):
        one.submit(f"p{n % 3}", order(str(n)) if n % 4 else order(market="none"))
        if n % 3 == 0:
            one.next_block()
    one.next_block()
    one.finished_log().write(tmp_path / "log.jsonl")
    log = TransactionLog.read(tmp_path / "log.jsonl")
    assert log.genesis == one.genesis
    again = NullChain.replay(log, StandIn())
    assert again.state_hash() == one.state_hash() == log.state_hash
    assert again.log.entries == one.log.entries
    log.entries.pop()
    with pytest.raises(ReplayDiverged):
        NullChain.replay(log, StandIn())


def test_a_broken_log_names_its_line(tmp_path):
    path = tmp_path / "log.jsonl"
    one = chain()
    one.submit("a", order())
    one.finished_log().write(path)
    good = path.read_text().splitlines()
    for lines, message in (
        (good[:-1], "incomplete"),
        ([good[0], '{"height": 1}', good[2]], "line 2"),
        ([good[0], "{", good[2]], "line 2"),
        ([good[0], good[1].replace("orderSubmission", "noSuch"), good[2]], "line 2.*noSuch"),
        (['{"format": "else"}', *good[1:]], "not a transaction log"),
        ([], "incomplete"),
    ):
        path.write_text("\n".join(lines))
        with pytest.raises(StoreError, match=message):
            TransactionLog.read(path)
    with pytest.raises(StoreError):
        TransactionLog.read(tmp_path / "none")
