"""Actions that move money between parties and bind them into sets and teams."""

import pytest

from vega_mesa.agent import VegaAgent
from vega_mesa.agents import MarketManager
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.errors import InvalidAmount, InvalidCommand, InvalidTime, UnknownAsset, UnknownParty
from vega_mesa.model import VegaModel

FAST = {"validators.epoch.length": "3s", "market.liquidity.providersFeeCalculationTimeStep": "1s"}


class Saver(VegaAgent):
    def initialise(self):
        self.fund("USDT", 1_000)


class Village(VegaModel):
    def __init__(self, **terms):
        super().__init__(rng=1, network_parameters=FAST, **terms)
        MarketManager(self, asset_kind="builtin")
        self.ann, self.ben, self.cas = (Saver(self, key=key) for key in ("ann", "ben", "cas"))


@pytest.fixture
def village():
    model = Village()
    model.step()
    yield model
    assert model.imbalance() == {}
    assert NullChain.replay(model.chain.finished_log()).state_hash() == model.chain.state_hash()


def test_a_transfer_arrives_and_its_fee_comes_on_top(village):
    assert village.ann.transfer("ben", 100).accepted
    assert (village.ann.balance("USDT"), village.ben.balance("USDT")) == (pytest.approx(899.9), 1_100)


def test_a_transfer_may_arrive_later(village):
    village.ann.transfer("ben", 100, "USDT", deliver=2.5)
    assert village.ann.balance("USDT") < 1_000 == village.ben.balance("USDT")
    for _ in range(3):
        village.step()
    assert village.ben.balance("USDT") == 1_100


def test_a_transfer_to_the_network_and_to_a_stranger(village):
    assert village.ann.transfer("network", 10, to_account="network_treasury").accepted
    assert village.ann.transfer("ab" * 32, 10).accepted


def test_transfers_of_every_epoch_go_on_until_they_are_cancelled(village):
    sent = village.ann.transfer_every_epoch("ben", 10, factor="0.5")
    assert sent.accepted
    for _ in range(12):
        village.step()
    received = village.ben.balance("USDT") - 1_000
    assert 15 <= received < 20  # 10 + 5 + 2.5 + ...
    assert village.ben.cancel_transfer(sent.id).error == "cannot cancel other parties recurring transfers"
    assert village.ann.cancel_transfer(sent.id).accepted
    before = village.ben.balance("USDT")
    for _ in range(6):
        village.step()
    assert village.ben.balance("USDT") == before


def test_refusals_are_returned(village):
    assert village.ann.transfer("ben", 1_000_000).error.endswith("not enough funds to transfer")
    assert village.ann.transfer("ben", 10, from_account="vested_rewards").error
    assert village.ann.cancel_transfer("ab" * 32).error == "recurring transfer does not exists"
    assert village.ann.balance("USDT") == 1_000


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        ({"to": "nobody"}, UnknownParty),
        ({"asset": "GOLD"}, UnknownAsset),
        ({"amount": "1e-30"}, InvalidAmount),
        ({"amount": -1}, InvalidAmount),
        ({"amount": 0}, InvalidCommand),
        ({"to_account": "pocket"}, InvalidCommand),
        ({"deliver": "soon"}, InvalidTime),
    ],
)
def test_mistakes_are_raised_and_change_nothing(village, mistake, error):
    before = village.chain.state_hash()
    with pytest.raises(error):
        village.ann.transfer(**{"to": "ben", "amount": 10, **mistake})
    assert village.chain.state_hash() == before


def test_a_referral_set_with_its_team(village):
    created = village.ann.create_referral_set("lions", url="https://lions.example")
    assert created.accepted
    assert village.ann.referral_set() == village.ann.team_id() == created.id
    assert village.ben.apply_referral_code(created.id).accepted
    assert village.ben.referral_set() == village.ben.team_id() == created.id
    assert village.cas.apply_referral_code(created.id, join_team=False).accepted
    assert village.cas.referral_set() == created.id and village.cas.team_id() is None
    assert village.cas.join_team(created.id).accepted and village.cas.team_id() == created.id


def test_what_a_set_or_team_refuses(village):
    code = village.ann.create_referral_set("lions", closed=True, allow=["ben"]).id
    assert "not allowed to join team" in village.cas.join_team(code).error
    assert village.ben.join_team(code).accepted
    assert village.ben.join_team("ab" * 32).error.startswith("couldn't join team: no team matches ID")
    assert village.ben.apply_referral_code("ab" * 32).error.startswith("could not apply the referral code")
    assert village.cas.create_team("lions").error == "the team name is already in use"
    own = village.cas.create_team("bears")
    assert own.accepted and village.cas.team_id() == own.id and village.cas.referral_set() is None
    assert village.cas.update_team(own.id, name="polar bears").accepted
    assert village.exchange.incentives.teams.by_id[own.id].details.name == "polar bears"
