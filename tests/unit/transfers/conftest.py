"""The engines of transfers and rewards around one market that is told what happens."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from vega_mesa.protocol.arithmetic import Scale
from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.commands.transfers import DispatchMetric, DispatchStrategy, RecurringTransfer, Transfer
from vega_mesa.protocol.delegation import Delegation
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.transfers import TransferUpdated
from vega_mesa.protocol.fees.fee import Fee
from vega_mesa.protocol.incentives import Incentives
from vega_mesa.protocol.matching.order import BUY, Trade
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeTable
from vega_mesa.protocol.validators import Validators

SECOND = 10**9
ANN, BOB, CID = "a" * 64, "b" * 64, "c" * 64
NETWORK_KEY = "0" * 64


class World:
    """Epochs of ten seconds; the market ``m`` trades dollars."""

    def __init__(self):
        self.bus = EventBus()
        self.collateral = Collateral(self.bus)
        self.assets = Assets(self.bus, self.collateral)
        self.stake = StakeTable()
        validators = Validators()
        delegation = Delegation(self.bus, self.stake, validators)
        self.incentives = Incentives(
            self.bus, self.collateral, self.assets, self.stake, None, validators, delegation, {}
        )
        self.transfers = self.incentives.transfers
        self.assets.register_bare("dollar", 0, Decimal(5000))
        self.market = SimpleNamespace(
            id="m", asset="dollar", asset_decimals=0, position_scale=Scale(0), proposer=CID, mark_price=100
        )
        self.incentives.start_recording()
        self.incentives.activity.add_market(self.market)
        self.statuses = []
        self.bus.subscribe(TransferUpdated, self.statuses.append)
        for party in (ANN, BOB, CID):
            self.collateral.deposit(party, "dollar", 100_000)
        self.epoch = -1
        self.now = 0
        self.start()
        self._ids = 0

    def start(self):
        self.epoch += 1
        epoch = Epoch(sequence=self.epoch, start=self.now, expiry=self.now)
        self.incentives.before_markets_start(epoch)
        self.incentives.after_markets_start(epoch)

    def end(self):
        """Ten seconds later the epoch ends and the next begins."""
        began, self.now = self.now, self.now + 10 * SECOND
        epoch = Epoch(sequence=self.epoch, start=began, expiry=began, end=self.now)
        self.incentives.before_markets_end(epoch)
        self.incentives.after_markets_end(epoch)
        self.start()

    def tick(self, seconds):
        self.now += seconds * SECOND
        self.incentives.tick(self.now)

    def send(self, party=ANN, id=None, **terms):
        """Submit a transfer; returns the refusal."""
        self._ids += 1
        terms = {"asset": "dollar", "amount": 1000, "to": BOB} | terms
        try:
            self.transfers.submit(id or f"t{self._ids}", party, Transfer(**terms), self.now)
        except Refused as refusal:
            return refusal.text
        return ""

    def reward(self, metric=DispatchMetric.MAKER_FEES_PAID, to=AccountType.REWARD_MAKER_PAID_FEES, **terms):
        """Submit a recurring transfer that feeds a game."""
        transfer = {key: terms.pop(key) for key in ("id", "party", "amount") if key in terms}
        kind = {"start_epoch": self.epoch or 1} | {
            key: terms.pop(key) for key in ("start_epoch", "end_epoch", "factor") if key in terms
        }
        strategy = DispatchStrategy(metric=metric, **({"asset_for_metric": "dollar"} | terms))
        recurring = RecurringTransfer(**kind, dispatch_strategy=strategy)
        return self.send(**({"to": NETWORK_KEY, "to_account_type": to, "kind": recurring} | transfer))

    def trade(self, buyer, seller, size=1, price=100, fee=0):
        """An aggressive buyer who pays a maker fee."""
        made = Trade("m", price, price, size, BUY, buyer, seller, "b", "s", self.now)
        made.buyer_fee = Fee(fee)
        self.incentives.activity.on_trades(self.market, [made], self.now, buyer)

    def general(self, party):
        return self.collateral.balance(AccountType.GENERAL, "dollar", party)

    def vesting(self, party):
        return self.collateral.balance(AccountType.VESTING_REWARDS, "dollar", party)

    def balance(self, type, slot=""):
        return self.collateral.balance(type, "dollar", market=slot)

    def status(self):
        """How the last transfer stands, and why."""
        return self.statuses[-1].status, self.statuses[-1].reason


@pytest.fixture
def world():
    made = World()
    yield made
    assert not made.collateral.imbalance()
