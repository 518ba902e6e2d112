import sys
from pathlib import Path
from types import SimpleNamespace as Thing

import pytest

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from tests.conformance.failures import StepFailed  # noqa: E402
from tests.conformance.recorder import TOPICS, Recorder, Store  # noqa: E402
from tests.conformance.runner import REGISTRY  # noqa: E402
from tests.conformance.world import World  # noqa: E402
from vega_mesa.protocol.events import EventBus  # noqa: E402

SECOND = 10**9


class ToldWorld:
    """A recorder that is told things, and a market with fixed figures."""

    account = World.account
    market_account = World.market_account
    alias = World.alias
    resolve = World.resolve

    def __init__(self):
        self.bus = EventBus()
        self.recorder = Recorder(self.bus)
        for topic in TOPICS:
            self.recorder.stores.setdefault(topic, Store())
        self.aliases = {"pool": "sub"}
        self.records = {}
        self.network = Thing()
        self.data = Thing(
            mark_price=100, best_bid_price=99, best_bid_volume=5, open_interest=7, target_stake="12", market="m",
            trading_mode="TRADING_MODE_CONTINUOUS", auction_trigger="AUCTION_TRIGGER_UNSPECIFIED",
            auction_start=10 * SECOND, auction_end=15 * SECOND, timestamp=20 * SECOND,
            price_bounds=(bound(60, 90, 110, 100), bound(60, 1, 2, 3), bound(3600, 80, 120, 100)),
            liquidity_provider_fee_shares=(share("lp1", "0.75", "6000"), share("lp2", "0.25", "1")),
            product_data=Thing(internal_twap="5", external_twap=None, funding_payment="-1", funding_rate="0.1",
                               internal_composite_price="7", internal_composite_price_type="LAST"),
        )  # fmt: skip

    def tell(self, topic, *events):
        self.recorder.stores[topic].events.extend(events)

    def market_data(self, market):
        if market != "m":
            raise StepFailed("unknown market")
        return self.data

    def market_state(self, market):
        return "STATE_ACTIVE"

    def profit_and_loss(self, party):
        return self.records.get(party, {})

    def average_fill_price(self, market, side, volume):
        return 1002 if volume <= 20 else None

    def run(self, text, *rows):
        table = [tuple(cell.strip() for cell in row.strip().strip("|").split("|")) for row in rows]
        REGISTRY.run(text, table or None, self)

    def holds(self, text, *rows):
        """Whether an assertion passes; an exception that no step raises on purpose is an error of the test."""
        try:
            self.run(text, *rows)
        except StepFailed:
            return False
        return True


def bound(horizon, low, high, reference):
    return Thing(low=low, high=high, reference=reference, trigger=Thing(horizon=horizon))


def share(party, equity, valuation):
    return Thing(party=party, equity_like_share=equity, average_entry_valuation=valuation, average_score="0.5",
                 virtual_stake="9.0000000000000000")  # fmt: skip


@pytest.fixture
def world():
    return ToldWorld()
