"""Network parameters."""

from __future__ import annotations

from typing import Final

from tests.conformance import cells
from tests.conformance.cells import SECOND
from tests.conformance.failures import BadTable, StepFailed
from tests.conformance.registry import step
from tests.conformance.tables import Headers, Row
from tests.conformance.world import SUCCESSOR_WINDOW, World

SECONDS: Final = "market.auction.minimumDuration"  # its cells hold seconds
DURATIONS: Final = (
    "market.auction.maximumDuration",
    "network.markPriceUpdateMaximumFrequency",
    "network.internalCompositePriceUpdateFrequency",
)
WATCHED: Final = frozenset(
    (
        SECONDS,
        *DURATIONS,
        SUCCESSOR_WINDOW,
        "limits.markets.maxPeggedOrders",
        "market.amm.minCommitmentQuantum",
        "market.fee.factors.buybackFee",
        "market.fee.factors.infrastructureFee",
        "market.fee.factors.makerFee",
        "market.fee.factors.treasuryFee",
        "market.liquidity.bondPenaltyParameter",
        "market.liquidity.earlyExitPenalty",
        "market.liquidity.equityLikeShareFeeFraction",
        "market.liquidity.maxAmmCalculationLevels",
        "market.liquidity.maximumLiquidityFeeFactorLevel",
        "market.liquidity.minimum.probabilityOfTrading.lpOrders",
        "market.liquidity.probabilityOfTrading.tau.scaling",
        "market.liquidity.providersFeeCalculationTimeStep",
        "market.liquidity.sla.nonPerformanceBondPenaltyMax",
        "market.liquidity.sla.nonPerformanceBondPenaltySlope",
        "market.liquidity.stakeToCcyVolume",
        "market.liquidityProvision.minLpStakeQuantumMultiple",
        "market.margin.scalingFactors",
        "market.value.windowLength",
        "network.floatingPointUpdates.delay",
        "referralProgram.maxPartyNotionalVolumeByQuantumPerEpoch",
        "referralProgram.maxReferralRewardProportion",
        "referralProgram.minStakedVegaTokens",
        "reward.asset",
        "reward.staking.delegation.competitionLevel",
        "reward.staking.delegation.delegatorShare",
        "reward.staking.delegation.maxPayoutPerParticipant",
        "reward.staking.delegation.minValidators",
        "reward.staking.delegation.minimumValidatorStake",
        "reward.staking.delegation.optimalStakeMultiplier",
        "rewards.activityStreak.benefitTiers",
        "rewards.activityStreak.inactivityLimit",
        "rewards.activityStreak.minQuantumOpenVolume",
        "rewards.activityStreak.minQuantumTradeVolume",
        "rewards.team.minEpochsInTeam",
        "rewards.vesting.baseRate",
        "rewards.vesting.benefitTiers",
        "rewards.vesting.minimumTransfer",
        "spam.protection.max.stopOrdersPerMarket",
        "transfer.fee.factor",
        "transfer.fee.maxQuantumAmount",
        "transfer.feeDiscountDecayFraction",
        "transfer.feeDiscountMinimumTrackedAmount",
        "transfer.minTransferQuantumMultiple",
        "validators.delegation.minAmount",
        "validators.epoch.length",
    )
)


@step(r"^the following network parameters are set:$", Headers("name, value"))
def set_parameters(world: World, rows: list[Row]) -> None:
    values: dict[str, str] = {}
    for row in rows:
        name, value = row["name"], row["value"]
        if name not in WATCHED:
            raise StepFailed(f"nothing watches the parameter {name}", row=row)
        values[name] = _written(name, value)
    world.set_parameters(values)


def _written(name: str, value: str) -> str:
    """The value as governance would write it."""
    if name == SECONDS:
        return f"{cells.i64(value)}s"
    if name in DURATIONS and cells.duration(value) > 3600 * SECOND and name != DURATIONS[0]:
        raise BadTable(f"{name} of {value} is above one hour")
    return value
