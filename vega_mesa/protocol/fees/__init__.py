"""Trading fees: their components, discounts and rebates, and their payment (0029-FEES)."""

from vega_mesa.protocol.fees.engine import FeeEngine
from vega_mesa.protocol.fees.fee import NO_FEE, Fee, FeeBill, Payment
from vega_mesa.protocol.fees.lookups import ComponentFactors, NoProgramme, Referrals, VolumeDiscounts, VolumeRebates
from vega_mesa.protocol.fees.payment import FeeCollector
from vega_mesa.protocol.fees.statistics import FeeStatistics

__all__ = [
    "NO_FEE", "ComponentFactors", "Fee", "FeeBill", "FeeCollector", "FeeEngine", "FeeStatistics", "NoProgramme",
    "Payment", "Referrals", "VolumeDiscounts", "VolumeRebates",
]  # fmt: skip
