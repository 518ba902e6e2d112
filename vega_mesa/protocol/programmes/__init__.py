"""Fee programmes of the network: referrals, volume discounts, high-volume maker rebates."""

from vega_mesa.protocol.programmes.lifecycle import MakerFees, TakerVolumes
from vega_mesa.protocol.programmes.referral import (
    ReferralBenefitTier,
    ReferralProgram,
    Referrals,
    ReferralSet,
    StakingTier,
)
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram, VolumeDiscounts, VolumeDiscountTier
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram, VolumeRebates, VolumeRebateTier

__all__ = [
    "MakerFees", "ReferralBenefitTier", "ReferralProgram", "ReferralSet", "Referrals", "StakingTier", "TakerVolumes",
    "VolumeDiscountProgram", "VolumeDiscountTier", "VolumeDiscounts", "VolumeRebateProgram", "VolumeRebateTier",
    "VolumeRebates",
]  # fmt: skip
