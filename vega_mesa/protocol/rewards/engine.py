"""Paying rewards at the end of an epoch (0056-REWA, 0058-REWS; 06 §6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Protocol

from vega_mesa.protocol.arithmetic import ONE, ZERO, divide, exact, truncate
from vega_mesa.protocol.collateral import SYSTEM, Account, AccountType, Collateral
from vega_mesa.protocol.commands.transfers import DispatchMetric, DispatchStrategy, EntityScope
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.rewards import RewardPaid
from vega_mesa.protocol.rewards.distribution import (
    Rules,
    amounts,
    cap_at_one,
    capped_amounts,
    party_shares,
    team_shares,
)
from vega_mesa.protocol.rewards.games import Games
from vega_mesa.protocol.rewards.scoring import Scoring
from vega_mesa.protocol.rewards.staking import staking_amounts
from vega_mesa.protocol.validators import ValidatorData, Validators, ValidatorScore
from vega_mesa.protocol.vesting import Vesting

PAYOUT: Final = "TRANSFER_TYPE_REWARD_PAYOUT"
STAKING: Final = (AccountType.GLOBAL_REWARD, AccountType.FEES_INFRASTRUCTURE)
DISPATCHED: Final = (
    AccountType.REWARD_MAKER_RECEIVED_FEES,
    AccountType.REWARD_MAKER_PAID_FEES,
    AccountType.REWARD_LP_RECEIVED_FEES,
    AccountType.REWARD_MARKET_PROPOSERS,
    AccountType.REWARD_AVERAGE_NOTIONAL,
    AccountType.REWARD_RELATIVE_RETURN,
    AccountType.REWARD_RETURN_VOLATILITY,
    AccountType.REWARD_VALIDATOR_RANKING,
    AccountType.REWARD_REALISED_RETURN,
    AccountType.REWARD_ELIGIBLE_ENTITIES,
)


class StreakMultipliers(Protocol):
    """How activity multiplies rewards."""

    def reward_multiplier(self, party: str, /) -> Decimal:
        """The party's multiplier."""


class StakeRewards:
    """What was staked in the epoch that ends."""

    __slots__ = ("validators", "scores")

    def __init__(self, validators: list[ValidatorData], scores: list[ValidatorScore]) -> None:
        self.validators = validators
        self.scores = scores


class Rewards:
    """Pays every reward account out to whoever earned it.

    What a payout leaves (rounding, caps, nobody eligible) stays in the account for the next epoch.
    """

    def __init__(
        self,
        bus: EventBus,
        collateral: Collateral,
        games: Games,
        scoring: Scoring,
        validators: Validators,
        streaks: StreakMultipliers,
        vesting: Vesting,
    ) -> None:
        self.bus = bus
        self.collateral = collateral
        self.games = games
        self.scoring = scoring
        self.validators = validators
        self.streaks = streaks
        self.vesting = vesting
        self.reward_asset = ""  # reward.asset
        self.delegator_share = ZERO  # reward.staking.delegation.delegatorShare
        self.max_payout_per_participant = ZERO  # reward.staking.delegation.maxPayoutPerParticipant
        self._funded: dict[AccountType, dict[tuple[str, str], None]] = {}

    def account(self, type: AccountType, asset: str, slot: str = "") -> Account:
        """The reward account of a game (or, for proposers, of a market), made when missing."""
        self._funded.setdefault(type, {})[asset, slot] = None
        return self.collateral.open(type, asset, SYSTEM, slot)

    def on_epoch_end(self, epoch: Epoch, validators: list[ValidatorData]) -> None:
        """Pay all accounts, by type and then by account id; after transfers have filled them.

        Args:
            validators: what each validator had, as the delegation engine closed the epoch.

        Emits: ValidatorScored, LedgerMoved, RewardPaid.
        """
        scores = self.validators.scores(epoch.sequence, validators) if validators else []
        stake = StakeRewards(validators, scores)
        for type in STAKING:
            for asset in sorted(self.collateral.quanta):
                account = self.collateral.find(type, asset)
                if account is not None and account.balance:
                    self._pay_stake(epoch, account, stake)
        for type in DISPATCHED:
            accounts = (self.collateral.find(type, asset, SYSTEM, slot) for asset, slot in self._funded.get(type, ()))
            funded = [account for account in accounts if account is not None and account.balance]
            for account in sorted(funded, key=_id):
                self._pay_game(epoch, account, scores)

    # -- stake -----------------------------------------------------------------------------------------------------

    def _pay_stake(self, epoch: Epoch, account: Account, stake: StakeRewards) -> None:
        is_reward = account.type is AccountType.GLOBAL_REWARD
        if is_reward and account.asset != self.reward_asset:
            return
        if not sum(each.total for each in stake.validators):
            return
        most = truncate(self.max_payout_per_participant) if is_reward else 0
        paid = staking_amounts(account.balance, stake.validators, stake.scores, self.delegator_share, most)
        if is_reward:
            self._pay_out(epoch, account, paid, lock_period=0)
        else:
            self._pay_out(epoch, account, paid, to=AccountType.GENERAL)

    # -- games -----------------------------------------------------------------------------------------------------

    def _pay_game(self, epoch: Epoch, account: Account, scores: list[ValidatorScore]) -> None:
        if account.type is AccountType.REWARD_MARKET_PROPOSERS:
            tracker = self.scoring.activity.trackers.get(account.market)
            if tracker is not None:
                self._pay_out(epoch, account, {tracker.proposer: account.balance}, lock_period=0)
            return
        game = self.games.live(account.market)
        if game is None:
            return
        strategy = game.strategy
        if strategy.metric is DispatchMetric.VALIDATOR_RANKING:
            paid = self._by_ranking(account, scores)
            self._pay_out(epoch, account, paid, lock_period=strategy.lock_period)
            return
        rules = Rules(strategy.distribution_strategy, strategy.rank_table, epoch.end)
        teams: dict[str, str] = {}
        if strategy.entity_scope is EntityScope.TEAMS:
            team_scores = self.scoring.team_scores(game)
            teams = {member.party: team.team for team in team_scores for member in team.members}
            shares = team_shares(rules, team_scores, self._multiplier)
        else:
            shares = party_shares(rules, self.scoring.parties(game), self._multiplier)
        paid = self._amounts(account, strategy, shares)
        self._pay_out(epoch, account, paid, lock_period=strategy.lock_period, teams=teams)

    @exact
    def _multiplier(self, party: str) -> Decimal:
        return self.streaks.reward_multiplier(party) * self.vesting.reward_multiplier(party)

    @exact
    def _amounts(self, account: Account, strategy: DispatchStrategy, shares: Mapping[str, Decimal]) -> dict[str, int]:
        multiple = strategy.cap_reward_fee_multiple
        if not multiple:
            return amounts(account.balance, shares)
        quanta = self.collateral.quanta
        rate = divide(quanta[account.asset], quanta.get(strategy.asset_for_metric, ONE))
        trackers = self.scoring.trackers(strategy)
        fees = self.scoring.activity.fees_paid(trackers, strategy.transfer_interval or 1)
        caps = {party: multiple * truncate(fee * rate) for party, fee in fees.items()}
        return capped_amounts(account.balance, shares, caps)

    @exact
    def _by_ranking(self, account: Account, scores: list[ValidatorScore]) -> dict[str, int]:
        total = sum((score.ranking for score in scores), ZERO)
        if not total:
            return {}
        keys = self.validators.keys
        shares = {keys[score.node]: divide(score.ranking, total) for score in scores if score.ranking}
        return amounts(account.balance, cap_at_one(shares))

    # -- money -----------------------------------------------------------------------------------------------------

    @exact
    def _pay_out(
        self,
        epoch: Epoch,
        account: Account,
        paid: Mapping[str, int],
        *,
        to: AccountType = AccountType.VESTING_REWARDS,
        lock_period: int = 0,
        teams: Mapping[str, str] | None = None,
    ) -> None:
        """Move the amounts, in the order of keys."""
        total = sum(paid.values())
        if not total:
            return
        for party in sorted(paid):
            amount = paid[party]
            if not amount:
                continue
            destination = self.collateral.open(to, account.asset, party)
            self.collateral.transfer(PAYOUT, amount, account, destination)
            if to is AccountType.VESTING_REWARDS:
                self.vesting.add_reward(party, account.asset, amount, lock_period)
            if RewardPaid in self.bus.wanted:
                self.bus.send(
                    RewardPaid,
                    epoch=epoch.sequence,
                    asset=account.asset,
                    party=party,
                    amount=amount,
                    percentage=divide(amount, total) * 100,
                    reward_type=account.type,
                    game=account.market,
                    team=(teams or {}).get(party, ""),
                    lock_period=lock_period,
                )


def _id(account: Account) -> str:
    return account.id
