"""Which of the engines of programmes, rewards, transfers and teams hears of which network parameter (0054-NETP)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from vega_mesa.protocol.activity_streak import StreakTier
from vega_mesa.protocol.incentives import Incentives
from vega_mesa.protocol.vesting import BenefitTier

# What is only kept: the parameter's name, the engine, its attribute.
KEPT: Final[dict[str, tuple[str, str]]] = {
    "transfer.fee.factor": ("transfers.fees", "factor"),
    "transfer.fee.maxQuantumAmount": ("transfers.fees", "max_quantum_amount"),
    "transfer.minTransferQuantumMultiple": ("transfers", "min_quantum_multiple"),
    "transfer.feeDiscountDecayFraction": ("transfers.fees", "decay"),
    "transfer.feeDiscountMinimumTrackedAmount": ("transfers.fees", "min_tracked_amount"),
    "governance.proposal.transfer.maxAmount": ("governance_transfers", "max_amount"),
    "governance.proposal.transfer.maxFraction": ("governance_transfers", "max_fraction"),
    "reward.asset": ("rewards", "reward_asset"),
    "reward.staking.delegation.delegatorShare": ("rewards", "delegator_share"),
    "reward.staking.delegation.maxPayoutPerParticipant": ("rewards", "max_payout_per_participant"),
    "reward.staking.delegation.competitionLevel": ("rewards.validators", "competition_level"),
    "reward.staking.delegation.minValidators": ("rewards.validators", "min_validators"),
    "reward.staking.delegation.minimumValidatorStake": ("rewards.validators", "minimum_stake"),
    "reward.staking.delegation.optimalStakeMultiplier": ("rewards.validators", "optimal_stake_multiplier"),
    "network.validators.incumbentBonus": ("rewards.validators", "incumbent_bonus"),
    "rewards.marketCreationQuantumMultiple": ("bonuses", "quantum_multiple"),
    "rewards.team.minEpochsInTeam": ("teams", "min_epochs_in_team"),
    "rewards.vesting.baseRate": ("vesting", "base_rate"),
    "rewards.vesting.minimumTransfer": ("vesting", "minimum_transfer"),
    "rewards.activityStreak.inactivityLimit": ("streaks", "inactivity_limit"),
    "rewards.activityStreak.minQuantumOpenVolume": ("streaks", "min_open_volume"),
    "rewards.activityStreak.minQuantumTradeVolume": ("streaks", "min_trade_volume"),
    "referralProgram.maxPartyNotionalVolumeByQuantumPerEpoch": ("referrals", "max_party_volume"),
    "referralProgram.maxReferralRewardProportion": ("referrals", "max_reward_proportion"),
    "referralProgram.minStakedVegaTokens": ("referrals", "min_staked_tokens"),
}


def _vesting_tiers(incentives: Incentives, value: dict[str, Any]) -> None:
    incentives.vesting.set_benefit_tiers(
        [
            BenefitTier(int(tier["minimum_quantum_balance"]), Decimal(str(tier["reward_multiplier"])))
            for tier in value.get("tiers") or ()
        ]
    )


def _streak_tiers(incentives: Incentives, value: dict[str, Any]) -> None:
    incentives.streaks.set_benefit_tiers(
        [
            StreakTier(
                int(tier["minimum_activity_streak"]),
                Decimal(str(tier["reward_multiplier"])),
                Decimal(str(tier["vesting_multiplier"])),
            )
            for tier in value.get("tiers") or ()
        ]
    )
    if incentives.streaks.tiers:
        incentives.start_recording()


def _buy_back_fee(incentives: Incentives, value: Decimal) -> None:
    incentives.volume_rebates.set_buyback_fee(value)


def _treasury_fee(incentives: Incentives, value: Decimal) -> None:
    incentives.volume_rebates.set_treasury_fee(value)


ACTED_ON: Final[dict[str, Callable[[Incentives, Any], None]]] = {
    "rewards.vesting.benefitTiers": _vesting_tiers,
    "rewards.activityStreak.benefitTiers": _streak_tiers,
    "market.fee.factors.buybackFee": _buy_back_fee,
    "market.fee.factors.treasuryFee": _treasury_fee,
}


def dispatch(incentives: Incentives, name: str, value: Any) -> None:
    """Tell a parameter's value to the engine that uses it, if it is one of these."""
    kept = KEPT.get(name)
    if kept is not None:
        engine: Any = incentives
        for part in kept[0].split("."):
            engine = getattr(engine, part)
        setattr(engine, kept[1], value)
        if name == "reward.asset":
            incentives.stake_links.asset = value
    acted_on = ACTED_ON.get(name)
    if acted_on is not None:
        acted_on(incentives, value)
