"""What market data says about the providers of a market."""

from __future__ import annotations

from dataclasses import dataclass

from vega_mesa.protocol.arithmetic import ZERO, divide, format_decimal, round_half_away
from vega_mesa.protocol.liquidity.engine import LiquidityEngine

_VIRTUAL_STAKE_PLACES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProviderFeeShare:
    """One provider's part in the liquidity fees; decimals as text."""

    party: str
    equity_like_share: str
    average_entry_valuation: str
    average_score: str
    virtual_stake: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityProviderSLA:
    """How well one provider keeps its commitment; decimals as text."""

    party: str
    current_epoch_fraction_of_time_on_book: str
    last_epoch_fraction_of_time_on_book: str
    last_epoch_fee_penalty: str
    last_epoch_bond_penalty: str
    hysteresis_period_fee_penalties: tuple[str, ...]
    required_liquidity: str
    notional_volume_buys: str
    notional_volume_sells: str


def fee_shares(engine: LiquidityEngine) -> tuple[LiquidityProviderFeeShare, ...]:
    """Shares of all providers and pools, ascending by party."""
    scores = {**engine.scores.averages, **engine.pools.scores()}
    return tuple(
        LiquidityProviderFeeShare(
            party=party,
            equity_like_share=format_decimal(entry.share),
            average_entry_valuation=format_decimal(entry.average),
            average_score=format_decimal(scores.get(party, ZERO)),
            virtual_stake=format(round_half_away(entry.virtual_stake, _VIRTUAL_STAKE_PLACES), "f"),
        )
        for party, entry in sorted(engine.shares.by_party.items())
    )


def service_levels(engine: LiquidityEngine, now: int) -> tuple[LiquidityProviderSLA, ...]:
    """Measurement of all providers, descending by party."""
    level = engine.service_level
    result = []
    for party in sorted(level.by_party, reverse=True):
        performance = level.by_party[party]
        result.append(
            LiquidityProviderSLA(
                party=party,
                current_epoch_fraction_of_time_on_book=format_decimal(performance.fraction(now, level.epoch_start)),
                last_epoch_fraction_of_time_on_book=format_decimal(performance.last_fraction),
                last_epoch_fee_penalty=format_decimal(performance.last_fee_penalty),
                last_epoch_bond_penalty=format_decimal(performance.last_bond_penalty),
                hysteresis_period_fee_penalties=tuple(map(format_decimal, performance.memory.filled())),
                required_liquidity=format_decimal(divide(*performance.required)),
                notional_volume_buys=format_decimal(divide(*performance.notional_buys)),
                notional_volume_sells=format_decimal(divide(*performance.notional_sells)),
            )
        )
    return tuple(result)
