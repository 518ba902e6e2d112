import pickle
from decimal import Decimal

import pytest

from vega_mesa.protocol.assets import AssetDetails, Assets, AssetStatus, BuiltinSource, ERC20Source
from vega_mesa.protocol.bridge import Bridge
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.commands.bridging import FaucetMint, WithdrawSubmission
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakingAccounts

ADDRESS = "0xToken"
TOKEN = AssetDetails(
    name="Tether",
    symbol="USDT",
    decimals=6,
    quantum=Decimal(100),
    source=ERC20Source(contract_address=ADDRESS, withdraw_threshold=5_000, lifetime_limit=100_000),
)
PLAY = AssetDetails(name="Play", symbol="PLAY", decimals=5, source=BuiltinSource(max_faucet_amount_mint=1_000))
MINUTE = 60 * SECOND


class World:
    def __init__(self, bus, validators=1):
        self.collateral = Collateral(bus)
        self.assets = Assets(bus, self.collateral)
        self.parameters = NetworkParameters()
        self.staking = StakingAccounts(bus, self.collateral)
        self.bridge = Bridge(bus, self.collateral, self.assets, self.parameters, self.staking, validators=validators)
        self.now = 1_000 * SECOND

    def wait(self, duration=MINUTE):
        self.now += duration
        self.bridge.tick(self.now)

    def general(self, asset="usdt", party="party"):
        return self.collateral.balance(AccountType.GENERAL, asset, party)

    def list(self):
        self.bridge.deploy_token(ADDRESS, "Tether", "USDT", 6)
        self.bridge.mint_token(ADDRESS, "wallet", 50_000)
        self.assets.propose("usdt", TOKEN)
        self.assets.enact("usdt")
        self.wait(SECOND)
        self.bridge.list_asset("usdt", self.now)
        self.wait()
        return self


@pytest.fixture
def world(bus):
    return World(bus)


def refused(function, *arguments):
    with pytest.raises(Refused) as refusal:
        function(*arguments)
    return refusal.value.text


def withdrawal(amount, receiver="wallet", asset="usdt"):
    return WithdrawSubmission(asset=asset, amount=amount, receiver=receiver)


# -- assets --------------------------------------------------------------------------------------------------------


def test_a_built_in_asset_is_enabled_at_its_enactment_with_its_accounts(world):
    world.assets.propose("play", PLAY)
    assert not world.assets.is_enabled("play")
    world.assets.enact("play")
    assert world.assets.is_enabled("play")
    assert world.collateral.find(AccountType.NETWORK_TREASURY, "play") is not None


@pytest.mark.parametrize(
    ("details", "text"),
    [
        (AssetDetails(name="", symbol="X", decimals=0), "invalid asset, name must not be empty"),
        (AssetDetails(name="X", symbol="", decimals=0), "invalid asset, symbol must not be empty"),
        (AssetDetails(name="X", symbol="X", decimals=0, quantum=Decimal(0)), "invalid asset, quantum must not be zero"),
    ],
)
def test_an_asset_needs_name_symbol_and_quantum(world, details, text):
    assert refused(world.assets.propose, "x", details) == text


def test_a_token_s_address_serves_one_asset(world):
    world.assets.propose("usdt", TOKEN)
    assert refused(world.assets.propose, "other", TOKEN) == "erc20 address already in use"
    world.assets.reject("usdt")
    world.assets.propose("other", TOKEN)


def test_unknown_assets_in_a_permissive_network(bus):
    assets = Assets(bus, Collateral(bus), permissive=True)
    assert (assets.decimals("any"), assets.quantum("any")) == (0, 5000)
    assets.register_bare("eth", 5, None)
    assert (assets.quantum("eth"), assets.collateral.quanta["eth"]) == (5000, 1)
    assets.register_bare("zero", 5, Decimal(0))
    assert assets.quantum("zero") == 1
    strict = Assets(bus, Collateral(bus))
    assert refused(strict.decimals, "any") == "unknown asset"


def test_an_update_of_a_token_waits_for_the_bridge(world):
    world.list()
    world.assets.stage_update("usdt", Decimal(7), 9, 8)
    assert refused(world.bridge.set_asset_limits, "usdt", world.now).endswith("missing node signatures")
    assert world.assets.quantum("usdt") == 100
    world.wait(SECOND)
    world.bridge.set_asset_limits("usdt", world.now)
    world.wait()
    assert world.assets.quantum("usdt") == world.collateral.quanta["usdt"] == 7
    assert world.assets.get("usdt").details.source.withdraw_threshold == 8


def test_a_built_in_asset_cannot_be_updated(world):
    world.assets.register("play", PLAY)
    assert refused(world.assets.check_update, "play", PLAY) == "expected an ERC20 asset but was not"


# -- listing -------------------------------------------------------------------------------------------------------


def test_a_token_is_listed_with_signatures_and_enabled_after_the_confirmations(world):
    world.bridge.deploy_token(ADDRESS, "Tether", "USDT", 6)
    world.assets.propose("usdt", TOKEN)
    world.assets.enact("usdt")
    assert world.assets.get("usdt").status is AssetStatus.PENDING_LISTING
    missing = "chain event for erc20 asset list received with missing node signatures"
    assert refused(world.bridge.list_asset, "usdt", world.now) == missing
    world.wait(SECOND)
    world.bridge.list_asset("usdt", world.now)
    assert refused(world.bridge.list_asset, "usdt", world.now) == "asset already being listed"
    world.wait(42 * SECOND)  # sent at 1001 s, mined at 1008 s, confirmed by three more blocks at 1044 s
    assert not world.assets.is_enabled("usdt")
    world.wait(SECOND)
    assert world.assets.is_enabled("usdt")


def test_two_thirds_of_the_validators_must_sign(bus):
    world = World(bus, validators=3)
    assert world.bridge.required_signatures == 3
    world.bridge.signing = 2
    world.bridge.deploy_token(ADDRESS, "Tether", "USDT", 6)
    world.assets.propose("usdt", TOKEN)
    world.assets.enact("usdt")
    world.wait()
    assert refused(world.bridge.list_asset, "usdt", world.now).endswith("missing node signatures")
    world.bridge.signing = 3
    world.wait()
    world.bridge.list_asset("usdt", world.now)


def test_nodes_compare_the_proposal_with_the_token_s_contract(world):
    assert world.bridge.token_matches(PLAY)
    assert not world.bridge.token_matches(TOKEN)
    world.bridge.deploy_token(ADDRESS.lower(), "Tether", "USDT", 18)
    assert not world.bridge.token_matches(TOKEN)


# -- money in ------------------------------------------------------------------------------------------------------


def test_the_faucet_credits_at_the_next_tick(world):
    world.assets.register("play", PLAY)
    world.bridge.faucet("party", FaucetMint(asset="play", amount=1_000), "01", world.now)
    assert world.general("play") == 0
    world.wait(0)
    assert world.general("play") == 1_000
    too_much = FaucetMint(asset="play", amount=1_001)
    assert refused(world.bridge.faucet, "party", too_much, "02", world.now).startswith(
        "amount request exceed maximal amount of 1000: "
    )
    mint = FaucetMint(asset="play", amount=1)
    assert refused(world.bridge.faucet, "party", mint, "01", world.now) == "chain event already processed"


def test_a_deposit_is_credited_after_the_confirmations(world):
    world.list()
    world.now = 1_200 * SECOND
    world.bridge.deposit("wallet", "usdt", 10_000, "0xparty", "01", world.now)
    world.wait(47 * SECOND)
    assert world.general() == 0
    world.wait(SECOND)  # mined at 1212 s, confirmed at 1248 s
    assert world.general() == 10_000
    assert world.bridge.token_of("usdt").balance("wallet") == 40_000
    assert world.bridge.deposits["01"].status == "STATUS_FINALIZED"
    assert world.collateral.imbalance() == {}


def test_the_contract_reverts_what_it_must(world):
    world.list()
    deposit = world.bridge.deposit
    assert refused(deposit, "wallet", "usdt", 60_000, "p", "01", 0) == "ERC20: transfer amount exceeds balance"
    world.bridge.mint_token(ADDRESS, "wallet", 100_000)
    assert refused(deposit, "wallet", "usdt", 100_001, "p", "01", 0) == "deposit over lifetime limit"
    deposit("wallet", "usdt", 100_000, "p", "01", world.now)
    assert refused(deposit, "wallet", "usdt", 1, "p", "02", 0) == "deposit over lifetime limit"
    world.assets.register("play", PLAY)
    assert refused(deposit, "wallet", "play", 1, "p", "02", 0) == "non ERC20 for ERC20 chain event"


# -- money out -----------------------------------------------------------------------------------------------------


def test_a_built_in_asset_is_withdrawn_at_once(world):
    world.assets.register("play", PLAY)
    world.collateral.deposit("party", "play", 10)
    world.bridge.withdraw("party", withdrawal(10, asset="play"), "01", world.now)
    assert world.general("play") == 0
    assert world.bridge.withdrawals["01"].status == "STATUS_FINALIZED"


def test_a_token_s_withdrawal_is_signed_then_claimed(world):
    world.list()
    world.bridge.deposit("wallet", "usdt", 10_000, "party", "01", world.now)
    world.wait()
    world.bridge.withdraw("party", withdrawal(4_000), "02", world.now)
    assert world.general() == 6_000
    assert refused(world.bridge.claim, "02", world.now) == "withdrawal not ready"
    world.wait(SECOND)
    world.bridge.claim("02", world.now)
    assert world.bridge.token_of("usdt").balance("wallet") == 44_000
    assert refused(world.bridge.claim, "02", world.now) == "invalid withdrawal state"
    world.wait()
    assert world.bridge.withdrawals["02"].status == "STATUS_FINALIZED"
    assert world.bridge.withdrawals["02"].reference > world.now // SECOND - 120


def test_above_the_threshold_only_the_contract_makes_one_wait(world):
    world.list()
    world.bridge.deposit("wallet", "usdt", 10_000, "party", "01", world.now)
    world.wait()
    world.bridge.withdraw("party", withdrawal(5_001), "02", world.now)
    world.wait()
    assert refused(world.bridge.claim, "02", world.now) == "large withdrawal is not old enough"
    world.wait(5 * 24 * 60 * MINUTE)
    world.bridge.claim("02", world.now)


def test_errors_of_withdrawals_in_their_order(world):
    world.list()
    withdraw = world.bridge.withdraw
    assert refused(withdraw, "party", withdrawal(1, asset="none"), "01", 0) == "asset does not exist"
    assert (
        refused(withdraw, "party", withdrawal(10_000, receiver=""), "02", 0) == "missing withdraw submission erc20 ext"
    )
    assert refused(withdraw, "party", withdrawal(999), "03", 0) == "invalid withdrawal, amount under minimum required"
    assert refused(withdraw, "party", withdrawal(1_000), "04", 0) == "account does not exists"
    world.collateral.deposit("party", "usdt", 1_000)
    assert refused(withdraw, "party", withdrawal(1_001), "05", 0) == "not enough funds to withdraw"
    assert "05" not in world.bridge.withdrawals  # what is refused leaves no trace but its event
    withdraw("party", withdrawal(1_000), "06", world.now)


def test_a_stopped_bridge_issues_no_withdrawals_once_the_network_knows(world):
    world.list()
    world.collateral.deposit("party", "usdt", 10_000)
    world.bridge.stop(world.now)
    assert refused(world.bridge.deposit, "wallet", "usdt", 1, "p", "01", 0) == "bridge is stopped"
    world.bridge.withdraw("party", withdrawal(1_000), "02", world.now)
    world.wait()
    assert refused(world.bridge.withdraw, "party", withdrawal(1_000), "03", 0) == (
        "cannot issue withdrawals when the bridge is stopped"
    )
    world.bridge.stop(world.now, resume=True)
    world.wait()
    world.bridge.withdraw("party", withdrawal(1_000), "04", world.now)


# -- staking -------------------------------------------------------------------------------------------------------


def test_tokens_are_staked_through_the_bridge(world):
    world.list()
    world.parameters.set("reward.asset", "usdt")
    world.bridge.stake("wallet", 300, "party", "01", world.now)
    assert refused(world.staking.available, "party") == "party not found"
    world.wait()
    assert world.staking.available("party") == 300
    assert world.staking.total_supply() == 50_000
    assert refused(world.bridge.unstake, "wallet", 301, "party", "02", world.now) == "stake is lower than the amount"
    world.bridge.unstake("wallet", 100, "party", "02", world.now)
    world.wait()
    assert world.staking.available("party") == 200
    assert world.bridge.token_of("usdt").balance("wallet") == 49_800


def test_the_bridge_survives_a_pickle(world):
    world.list()
    world.bridge.deposit("wallet", "usdt", 10_000, "party", "01", world.now)
    copy = pickle.loads(pickle.dumps(world, 5))
    copy.wait()
    assert (copy.general(), world.general()) == (10_000, 0)
