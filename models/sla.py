"""Providers that are equal but for one thing: how often they are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from vega_mesa.agents import MarketManager
from vega_mesa.model import AgentMaker
from vega_mesa.models.liquidity_provision import LiquidityProvision
from vega_mesa.models.terms import change_terms
from vega_mesa.units import decimal

BOND_PENALTY: Final = "market.liquidity.sla.nonPerformanceBondPenaltyMax"


class Sla(LiquidityProvision):
    """What does it cost a liquidity provider to break its commitment?

    Providers commit the same, quote the same and ask for the same fee. The first is always there, the last is away most
    often. Whoever is on the book for less than the least time in an epoch keeps no fees and loses a part of its bond;
    whoever is there for longer than that, but not always, keeps a part of its fees (0044-LIME).

    Args:
        rng: seed.
        num_steps: length of the run.
        providers: how many.
        inactivity: share of the steps in which the last provider is away; those between in equal steps.
        min_time_fraction: of an epoch, that a provider must be there.
        competition_factor: how much of its fees a provider loses for being there no longer than it must.
        bond_penalty: the largest part of a bond that an epoch can cost; None for the network's.
        half_spread: of every provider, as a fraction of the price.
        fee: liquidity fee factor that every provider asks for.
        capital: what each provider brings.
        commitment: its part that each provider commits.
        noise_traders: how many send market orders at random.
        noise_size: of their orders, on average.
        informed_traders: how many see the outside price to come.
        limit_order_traders: how many leave limit orders at random.
        initial_price: of the outside price.
        volatility: of the outside price in a step, as a fraction.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 300,
        providers: int = 4,
        inactivity: float = 0.6,
        min_time_fraction: float = 0.75,
        competition_factor: float = 0.8,
        bond_penalty: float | None = None,
        half_spread: float = 0.0005,
        fee: float = 0.001,
        capital: float = 200_000.0,
        commitment: float = 100_000.0,
        noise_traders: int = 4,
        noise_size: float = 0.2,
        informed_traders: int = 0,
        limit_order_traders: int = 0,
        initial_price: float = 60_000.0,
        volatility: float = 0.0003,
        market: Path | None = None,
        blocks_per_step: int = 1,
        block_duration: float = 1.0,
        transactions_per_block: int = 1,
        ordering: Literal["arrival", "shuffle", "vega"] = "arrival",
        network_parameters: Mapping[str, str] | None = None,
        extra_agents: AgentMaker | Iterable[AgentMaker] = (),
    ) -> None:
        penalty = {} if bond_penalty is None else {BOND_PENALTY: str(bond_penalty)}
        super().__init__(
            rng=rng,
            num_steps=num_steps,
            providers=providers,
            tightest=half_spread,
            widest=half_spread,
            inactivity=inactivity,
            cheapest_fee=fee,
            dearest_fee=fee,
            capital=capital,
            commitment=commitment,
            noise_traders=noise_traders,
            noise_size=noise_size,
            informed_traders=informed_traders,
            limit_order_traders=limit_order_traders,
            initial_price=initial_price,
            volatility=volatility,
            market=market,
            blocks_per_step=blocks_per_step,
            block_duration=block_duration,
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            network_parameters={**penalty, **(network_parameters or {})},
            extra_agents=extra_agents,
        )
        manager = next(agent for agent in self._keys.values() if isinstance(agent, MarketManager))
        terms = replace(
            manager.change.definition.liquidity_sla,
            commitment_min_time_fraction=decimal(min_time_fraction, "min_time_fraction"),
            sla_competition_factor=decimal(competition_factor, "competition_factor"),
        )
        change_terms(manager, liquidity_sla=terms)
