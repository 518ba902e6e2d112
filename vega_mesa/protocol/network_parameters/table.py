"""Every network parameter of Vega: name, type, default, bounds (0054-NETP).

The bounds of a row are words: ``>=1s`` compares with a constant, ``<market.auction.maximumDuration`` with another
parameter, ``>=network.transactions.minBlockCapacity*2`` with a multiple of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ParameterType(StrEnum):
    """What the text of a parameter means."""

    DURATION = "duration"
    DECIMAL = "decimal"
    UINT = "uint"
    INT = "int"
    STRING = "string"
    JSON = "json"


DURATION, DECIMAL, UINT = ParameterType.DURATION, ParameterType.DECIMAL, ParameterType.UINT
INT, STRING, JSON = ParameterType.INT, ParameterType.STRING, ParameterType.JSON


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row: ``default`` is text as governance would write it, ``bounds`` the words of the module docstring."""

    name: str
    type: ParameterType
    default: str
    bounds: tuple[str, ...]


LONG_BLOCK: Final = (
    '{"threshold_and_duration": [{"threshold":"10s","duration":"1m"},{"threshold":"1m","duration":"5m"},'
    '{"threshold":"10m","duration":"1h"},{"threshold":"1h","duration":"1h"},{"threshold":"6h","duration":"3h"},'
    '{"threshold":"24h","duration":"6h"}]}'
)
EVM_SOURCES: Final = (
    '{"configs":[{"network_id":"100","chain_id":"100","confirmations":3,"name":"Gnosis Chain", "block_interval": 3}, '
    '{"network_id":"42161","chain_id":"42161","confirmations":3,"name":"Arbitrum One", "block_interval": 50}]}'
)
ETHEREUM: Final = (
    '{"network_id": "XXX", "chain_id": "XXX", "collateral_bridge_contract": { "address": "0xXXX" }, '
    '"confirmations": 3, "staking_bridge_contract": { "address": "0xXXX", "deployment_block_height": 0}, '
    '"token_vesting_contract": { "address": "0xXXX", "deployment_block_height": 0 }, '
    '"multisig_control_contract": { "address": "0xXXX", "deployment_block_height": 0 }}'
)
EVM_BRIDGES: Final = (
    '{"configs": [{"network_id": "XXX", "chain_id": "XXX", "collateral_bridge_contract": { "address": "0xXXX" }, '
    '"confirmations": 3, "multisig_control_contract": {"address": "0xXXX", "deployment_block_height": 0}}]}'
)

# family: minClose, maxClose, minEnact, maxEnact, requiredParticipation, requiredMajority, minProposerBalance,
# minVoterBalance. The families' spelling is the network's own.
SLOW: Final = ("120h", "8760h", "120h", "8760h", "0.01", "0.66", "10000000000000000000000", "1000000000000000000")
USUAL: Final = ("48h", "8760h", "48h", "8760h", "0.00001", "0.66", "1", "1")
GOVERNANCE_FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "market": USUAL,
    "asset": USUAL,
    "updateAsset": USUAL,
    "updateMarket": USUAL,
    "updateNetParam": USUAL,
    "freeform": USUAL,
    "transfer": USUAL,
    "referralProgram": SLOW,
    "VolumeDiscountProgram": SLOW,
    "VolumeRebateProgram": SLOW,
    "AutomatedPurchaseConfig": SLOW,
}
_FAMILY_FIELDS: Final = (
    ("minClose", DURATION, ">=1s <=8760h"),
    ("maxClose", DURATION, ">=1s <=8760h"),
    ("minEnact", DURATION, ">=1s <=8760h"),
    ("maxEnact", DURATION, ">=1s <=8760h"),
    ("requiredParticipation", DECIMAL, ">=0 <=1"),
    ("requiredMajority", DECIMAL, ">=0 <=1"),
    ("minProposerBalance", UINT, f">=1 <{2**256 - 1}"),
    ("minVoterBalance", UINT, f">=1 <{2**256 - 1}"),
)

_ROWS: Final = (
    # auctions
    ("auction.LongBlock", JSON, LONG_BLOCK, ""),
    ("market.auction.minimumDuration", DURATION, "30m", ">=1s <=24h <market.auction.maximumDuration"),
    ("market.auction.maximumDuration", DURATION, "168h", ">=1s <=720h >market.auction.minimumDuration"),
    # price monitoring
    ("market.monitor.price.defaultParameters", JSON, '{"triggers": []}', ""),
    # mark price
    ("network.markPriceUpdateMaximumFrequency", DURATION, "5s", ">=0s <=1h"),
    ("network.internalCompositePriceUpdateFrequency", DURATION, "5s", ">=0s <=1h"),
    # margin
    (
        "market.margin.scalingFactors",
        JSON,
        '{"search_level": 1.1, "initial_margin": 1.2, "collateral_release": 1.4}',
        "",
    ),
    # fees
    ("market.fee.factors.makerFee", DECIMAL, "0.00025", ">=0 <=1"),
    ("market.fee.factors.infrastructureFee", DECIMAL, "0.0005", ">=0 <=1"),
    ("market.fee.factors.buybackFee", DECIMAL, "0", ">=0 <=1"),
    ("market.fee.factors.treasuryFee", DECIMAL, "0", ">=0 <=1"),
    # liquidity
    ("market.liquidity.targetstake.triggering.ratio", DECIMAL, "0", ">=0 <=1"),
    ("market.liquidity.probabilityOfTrading.tau.scaling", DECIMAL, "1", ">=0.0001 <=1000"),
    ("market.liquidity.minimum.probabilityOfTrading.lpOrders", DECIMAL, "1e-8", ">=1e-12 <=0.1"),
    ("market.stake.target.timeWindow", DURATION, "1h", ">=1s <=720h"),
    ("market.stake.target.scalingFactor", DECIMAL, "10", ">0 <=100"),
    ("market.value.windowLength", DURATION, "168h", ">=1m <=720h"),
    ("market.liquidityProvision.shapes.maxSize", INT, "5", ">=1 <=1000"),
    ("market.liquidityProvision.minLpStakeQuantumMultiple", DECIMAL, "1", ">0 <1e10"),
    ("market.liquidity.bondPenaltyParameter", DECIMAL, "0.1", ">=0 <=1000"),
    ("market.liquidity.earlyExitPenalty", DECIMAL, "0.05", ">=0 <=1000"),
    ("market.liquidity.maximumLiquidityFeeFactorLevel", DECIMAL, "1", ">=0 <=1"),
    ("market.liquidity.sla.nonPerformanceBondPenaltyMax", DECIMAL, "0.05", ">=0 <=1"),
    ("market.liquidity.sla.nonPerformanceBondPenaltySlope", DECIMAL, "1", ">=0 <=1000"),
    ("market.liquidity.stakeToCcyVolume", DECIMAL, "1", ">=0 <=100"),
    ("market.liquidity.providersFeeCalculationTimeStep", DURATION, "1m", ">=1s <=255h <=validators.epoch.length"),
    ("market.liquidity.equityLikeShareFeeFraction", DECIMAL, "1", ">=0 <=1"),
    # AMM
    ("market.amm.minCommitmentQuantum", UINT, "100", ">=0"),
    ("market.liquidity.maxAmmCalculationLevels", UINT, "100", ">=1"),
    # orders
    ("spam.order.minimumMarginQuantumMultiple", DECIMAL, "0.01", ">=0"),
    ("spam.order.minimumHoldingQuantumMultiple", DECIMAL, "0.01", ">=0"),
    # ordering
    ("market.aggressiveOrderBlockDelay", UINT, "1", ">=0"),
    # successor
    ("market.liquidity.successorLaunchWindowLength", DURATION, "168h", ">=1s <=720h"),
    # state variables
    ("network.floatingPointUpdates.delay", DURATION, "5m", ">=10s <=1h"),
    # staking
    ("validators.delegation.minAmount", DECIMAL, "1", ">0"),
    ("reward.staking.delegation.payoutFraction", DECIMAL, "1.0", ">=0 <=1"),
    ("reward.staking.delegation.payoutDelay", DURATION, "24h", ">=0s"),
    ("reward.staking.delegation.maxPayoutPerParticipant", DECIMAL, "0", ">=0"),
    ("reward.staking.delegation.delegatorShare", DECIMAL, "0.883", ">=0 <=1"),
    ("reward.staking.delegation.minimumValidatorStake", DECIMAL, "0", ">=0"),
    ("reward.staking.delegation.competitionLevel", DECIMAL, "1.1", ">=1"),
    ("reward.staking.delegation.maxPayoutPerEpoch", DECIMAL, "7000000000000000000000", ">=0"),
    ("reward.staking.delegation.minValidators", INT, "5", ">=1 <=500"),
    ("reward.staking.delegation.optimalStakeMultiplier", DECIMAL, "3.0", ">=1"),
    ("validators.epoch.length", DURATION, "24h", ">=1s <=255h"),
    ("validators.vote.required", DECIMAL, "0.67", ">0 <=1"),
    ("network.validators.tendermint.number", UINT, "30", ">=1 <=500 >=network.validators.multisig.numberOfSigners"),
    ("network.validators.incumbentBonus", DECIMAL, "1", ">=0"),
    ("network.validators.multisig.numberOfSigners", UINT, "13", ">=1 <=500 <=network.validators.tendermint.number"),
    ("network.validators.ersatz.rewardFactor", DECIMAL, "0.5", ">=0 <=1"),
    ("network.validators.ersatz.multipleOfTendermintValidators", DECIMAL, "0.5", ">=0"),
    ("network.validators.minimumEthereumEventsForNewValidator", UINT, "3", ">=0"),
    ("validator.performance.scaling.factor", DECIMAL, "0", ">=0 <=1"),
    # rewards
    ("rewards.marketCreationQuantumMultiple", DECIMAL, "10000000", ">=1 <1e20"),
    ("rewards.team.minEpochsInTeam", INT, "5", ">=0 <=500"),
    ("reward.asset", STRING, "VOTE", ""),
    ("rewards.updateFrequency", DURATION, "10m", ">=1s"),
    # vesting
    ("rewards.vesting.baseRate", DECIMAL, "0.25", ">0 <=1"),
    ("rewards.vesting.minimumTransfer", DECIMAL, "10", ">0"),
    ("rewards.vesting.benefitTiers", JSON, '{"tiers": []}', ""),
    # streak
    ("rewards.activityStreak.inactivityLimit", UINT, "3", ">=1 <=100"),
    ("rewards.activityStreak.benefitTiers", JSON, '{"tiers": []}', ""),
    ("rewards.activityStreak.minQuantumOpenVolume", UINT, "500", ""),
    ("rewards.activityStreak.minQuantumTradeVolume", UINT, "2500", ""),
    # transfers
    ("transfer.fee.factor", DECIMAL, "0.001", ">=0 <=1"),
    ("transfer.minTransferQuantumMultiple", DECIMAL, "0.1", ">=0"),
    ("transfer.fee.maxQuantumAmount", DECIMAL, "1", ">=0"),
    ("transfer.feeDiscountDecayFraction", DECIMAL, "0.8", ">=0 <=1"),
    ("transfer.feeDiscountMinimumTrackedAmount", DECIMAL, "0.01", ">=0"),
    # referral
    ("referralProgram.maxReferralTiers", UINT, "10", ">=0 <=100"),
    ("referralProgram.maxReferralRewardFactor", DECIMAL, "0.5", ">=0 <=1"),
    ("referralProgram.maxReferralDiscountFactor", DECIMAL, "0.5", ">=0 <=1"),
    ("referralProgram.maxPartyNotionalVolumeByQuantumPerEpoch", UINT, "250000", ">=0"),
    ("referralProgram.minStakedVegaTokens", UINT, "0", ">=0"),
    ("referralProgram.maxReferralRewardProportion", DECIMAL, "0.5", ">=0 <=1"),
    # discount
    ("volumeDiscountProgram.maxVolumeDiscountFactor", DECIMAL, "0.9", ">=0 <=1"),
    ("volumeDiscountProgram.maxBenefitTiers", UINT, "10", ">=0 <=10"),
    # rebate
    ("volumeRebateProgram.maxBenefitTiers", UINT, "10", ">=0 <=10"),
    # governance
    ("governance.proposal.updateMarket.requiredParticipationLP", DECIMAL, "0.00001", ">=0 <=1"),
    ("governance.proposal.updateMarket.requiredMajorityLP", DECIMAL, "0.66", ">=0 <=1"),
    ("governance.proposal.updateMarket.minProposerEquityLikeShare", DECIMAL, "0.66", ">=0 <=1"),
    ("governance.proposal.transfer.maxAmount", DECIMAL, "7000", ">=1"),
    ("governance.proposal.transfer.maxFraction", DECIMAL, "1", ">0 <=1"),
    # gates
    ("limits.markets.proposeSpotEnabled", INT, "1", ">=0 <=1"),
    ("limits.markets.proposePerpetualEnabled", INT, "0", ">=0 <=1"),
    ("limits.markets.ammPoolEnabled", INT, "0", ">=0 <=1"),
    ("ethereum.oracles.enabled", INT, "0", ">=0 <=1"),
    ("limits.markets.proposeEnabledFrom", STRING, "", ""),
    ("limits.assets.proposeEnabledFrom", STRING, "", ""),
    ("limits.markets.maxPeggedOrders", UINT, "1500", ">=0 <=10000"),
    # spam
    ("spam.protection.max.votes", INT, "3", ">=1"),
    ("spam.protection.voting.min.tokens", DECIMAL, "100000000000000000000", ">=1"),
    ("spam.protection.max.proposals", INT, "3", ">=1"),
    ("spam.protection.proposal.min.tokens", DECIMAL, "100000000000000000000000", ">=1"),
    ("spam.protection.max.delegations", INT, "390", ">=1"),
    ("spam.protection.delegation.min.tokens", DECIMAL, "1000000000000000000", ">=1"),
    ("spam.protection.minimumWithdrawalQuantumMultiple", DECIMAL, "10", ">0 <1e6"),
    ("spam.protection.minMultisigUpdates", DECIMAL, "100000000000000000000", ">=1"),
    ("spam.protection.maxMultisigUpdates", INT, "4", ">=0"),
    ("spam.protection.max.createReferralSet", INT, "3", ">=0"),
    ("spam.protection.max.updateReferralSet", INT, "3", ">=0"),
    ("spam.protection.max.applyReferralCode", INT, "5", ">=0"),
    ("spam.protection.balanceSnapshotFrequency", DURATION, "5s", ">=0s <=1h"),
    ("spam.protection.applyReferral.min.funds", UINT, "10", ">=0"),
    ("spam.protection.referralSet.min.funds", UINT, "10", ">=0"),
    ("spam.protection.max.updatePartyProfile", INT, "10", ">=0"),
    ("spam.protection.updatePartyProfile.min.funds", UINT, "10", ">=0"),
    ("spam.protection.maxUserTransfersPerEpoch", INT, "20", ">=0"),
    ("spam.pow.numberOfPastBlocks", UINT, "100", ">=5 <=500"),
    ("spam.pow.difficulty", UINT, "15", ">=0 <=256"),
    ("spam.pow.hashFunction", STRING, "sha3_24_rounds", ""),
    ("spam.pow.numberOfTxPerBlock", UINT, "2", ">=1"),
    ("spam.pow.increaseDifficulty", UINT, "0", ">=0 <=1"),
    ("spam.protection.max.batchSize", UINT, "15", ">=2 <=200"),
    ("spam.protection.max.stopOrdersPerMarket", UINT, "4", ">=0 <=100"),
    # gas
    (
        "network.transactions.maxgasperblock",
        UINT,
        "500000",
        ">=100 <=10000000 >=network.transactions.minBlockCapacity*2",
    ),
    ("network.transaction.defaultgas", UINT, "1", ">=1 <=99"),
    ("network.transactions.minBlockCapacity", UINT, "32", ">=1 <=10000 <=network.transactions.maxgasperblock*0.5"),
    # checkpoint
    ("network.checkpoint.timeElapsedBetweenCheckpoints", DURATION, "1m", ">0s"),
    ("snapshot.interval.length", UINT, "1000", ">=1"),
    # bridge
    ("blockchains.ethereumRpcAndEvmCompatDataSourcesConfig", JSON, EVM_SOURCES, ""),
    ("blockchains.ethereumConfig", JSON, ETHEREUM, ""),
    ("blockchains.evmBridgeConfigs", JSON, EVM_BRIDGES, ""),
)


def _table() -> dict[str, Parameter]:
    rows = [Parameter(name, type, default, tuple(bounds.split())) for name, type, default, bounds in _ROWS]
    for family, defaults in GOVERNANCE_FAMILIES.items():
        for (field, type, bounds), default in zip(_FAMILY_FIELDS, defaults, strict=True):
            if family != "freeform" or field not in ("minEnact", "maxEnact"):
                name = f"governance.proposal.{family}.{field}"
                rows.append(Parameter(name, type, default, tuple(bounds.split())))
    return {row.name: row for row in sorted(rows, key=_name)}


def _name(row: Parameter) -> str:
    return row.name


PARAMETERS: Final[dict[str, Parameter]] = _table()
"""All 209, by name, in ascending order."""

NOT_UPDATABLE: Final = frozenset(("blockchains.ethereumConfig", "blockchains.evmBridgeConfigs"))
"""Parameters that no proposal may change."""

DEPRECATED: Final = frozenset(
    (
        "market.liquidity.targetstake.triggering.ratio",
        "market.stake.target.scalingFactor",
        "market.stake.target.timeWindow",
        "reward.staking.delegation.maxPayoutPerEpoch",
        "reward.staking.delegation.payoutDelay",
        "reward.staking.delegation.payoutFraction",
    )
)

WATCHED: Final = frozenset(
    (
        "limits.markets.maxPeggedOrders",
        "market.amm.minCommitmentQuantum",
        "market.auction.maximumDuration",
        "market.auction.minimumDuration",
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
        "market.liquidity.successorLaunchWindowLength",
        "market.liquidityProvision.minLpStakeQuantumMultiple",
        "market.margin.scalingFactors",
        "market.value.windowLength",
        "network.floatingPointUpdates.delay",
        "network.internalCompositePriceUpdateFrequency",
        "network.markPriceUpdateMaximumFrequency",
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
"""Parameters that some engine of the exchange reads while it runs alone, without chain and governance."""

ENGINE_VALUES: Final[dict[str, str]] = {
    "market.auction.maximumDuration": "0s",
    "market.liquidity.maxAmmCalculationLevels": "100",
    "market.liquidity.maximumLiquidityFeeFactorLevel": "1",
    "market.liquidity.minimum.probabilityOfTrading.lpOrders": "1e-8",
    "market.liquidity.probabilityOfTrading.tau.scaling": "1",
    "market.liquidity.providersFeeCalculationTimeStep": "5s",
    "network.internalCompositePriceUpdateFrequency": "5s",
    "network.markPriceUpdateMaximumFrequency": "5s",
    "auction.LongBlock": '{"threshold_and_duration": []}',
}
"""What an engine works with before its parameter is dispatched, where that is not the zero of its type."""
