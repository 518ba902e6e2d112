"""Providers of different quality, and what their capital earns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple

from vega_mesa.agents import (
    InformedTrader,
    LimitOrderTrader,
    LiquidityProvider,
    MarketManager,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms
from vega_mesa.tally import ProviderIncome
from vega_mesa.units import decimal

if TYPE_CHECKING:
    import pandas as pd

KEY: Final = "provider-"
TAKER_FEES: Final = 0.0015  # what an informed trade must gain at least
LABELS: Final = ("step", "provider", "epoch")
_Standing = tuple[float, float | None, float, float, float]


class ProviderSample(NamedTuple):
    """How one provider stands at the end of a step; money in the market's asset.

    ``service_level`` is the part of the last whole epoch in which it kept its commitment (None in the first),
    ``time_on_book`` that of the running one. Fees, penalties and profit count from the start. ``return_on_capital`` is
    profit over all that it brought; ``return_on_bond`` is liquidity fees less penalties over what it first committed.
    """

    step: int
    provider: str
    epoch: int
    equity_like_share: float
    service_level: float | None
    time_on_book: float
    commitment: float
    bond: float
    liquidity_fees: float
    maker_fees: float
    withheld_fees: float
    penalties: float
    profit: float
    return_on_capital: float
    return_on_bond: float


class LiquidityProvision(VegaModel):
    """What does the market maker earn on its capital when a network parameter is X?

    Providers commit the same capital and differ in quality: the first quotes nearest to the middle, is always there and
    asks for the smallest fee; the last quotes widest, is away most often and asks for the largest. Noise traders take
    whatever quote is best, informed traders those that the price to come proves wrong. Epochs last a minute here, so
    that a run of ten minutes judges everybody ten times.

    Args:
        rng: seed.
        num_steps: length of the run.
        providers: how many.
        tightest: half spread of the first provider, as a fraction of the price.
        widest: half spread of the last; those between grow in proportion.
        inactivity: share of the steps in which the last provider is away; those between in equal steps.
        cheapest_fee: liquidity fee factor that the first provider asks for.
        dearest_fee: that of the last; those between in equal steps.
        capital: what each provider brings.
        commitment: its part that each provider commits.
        reserve: what the quotes hold beyond what the commitment wants, in multiples of the commitment.
        orders: ``limit`` quotes around the outside price, or ``pegged`` to the middle of the book.
        target_stake_scaling: scaling factor of the target stake.
        noise_traders: how many send market orders at random.
        noise_size: of their orders, on average.
        informed_traders: how many see the outside price to come.
        informed_size: of their orders.
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

    NETWORK_PARAMETERS: ClassVar[Mapping[str, str]] = {
        **VegaModel.NETWORK_PARAMETERS,
        "validators.epoch.length": "58s",
        "market.liquidity.providersFeeCalculationTimeStep": "10s",
        "market.value.windowLength": "1m",
        "market.liquidity.sla.nonPerformanceBondPenaltyMax": "0.5",
    }
    MEASURES: ClassVar[Mapping[str, str]] = {
        "return on capital, %": "return_on_capital_",
        "liquidity fees": "liquidity_fees_",
        "penalties": "penalties_",
        "commitment kept, %": "service_level_",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 600,
        providers: int = 4,
        tightest: float = 0.0005,
        widest: float = 0.002,
        inactivity: float = 0.3,
        cheapest_fee: float = 0.0005,
        dearest_fee: float = 0.002,
        capital: float = 200_000.0,
        commitment: float = 100_000.0,
        reserve: float = 1.0,
        orders: Literal["limit", "pegged"] = "limit",
        target_stake_scaling: float = 10.0,
        noise_traders: int = 5,
        noise_size: float = 0.2,
        informed_traders: int = 1,
        informed_size: float = 0.5,
        limit_order_traders: int = 3,
        initial_price: float = 60_000.0,
        volatility: float = 0.0005,
        market: Path | None = None,
        blocks_per_step: int = 1,
        block_duration: float = 1.0,
        transactions_per_block: int = 1,
        ordering: Literal["arrival", "shuffle", "vega"] = "arrival",
        network_parameters: Mapping[str, str] | None = None,
        extra_agents: AgentMaker | Iterable[AgentMaker] = (),
    ) -> None:
        super().__init__(
            rng=rng,
            num_steps=num_steps,
            blocks_per_step=blocks_per_step,
            block_duration=block_duration,
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            network_parameters=network_parameters,
            extra_agents=extra_agents,
        )
        if providers < 1:
            raise ConfigError("providers", providers, "1 or more")
        self.capital, self.commitment = capital, commitment
        self._last: dict[str, _Standing] = {}
        self._first_epoch = 0
        self.income: ProviderIncome | None = None  # once there is a market
        self.samples: list[ProviderSample] = []
        self.prices = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        manager = MarketManager(self, terms=market_terms(market), prices=self.prices)
        _scale_target_stake(manager, target_stake_scaling)
        OpeningAuctionPair(self, price=initial_price)
        for number in range(providers):
            place = number / max(1, providers - 1)  # 0 for the best, 1 for the worst
            self._make_provider(
                number + 1,
                fee=round(cheapest_fee + place * (dearest_fee - cheapest_fee), 9),
                half_spread=tightest * (widest / tightest) ** place,
                inactivity=place * inactivity,
                reserve=reserve,
                orders=orders,
            )
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5, size=noise_size)
        for _ in range(informed_traders):
            InformedTrader(self, prices=self.prices, size=informed_size, foresight=20, edge=TAKER_FEES)
        for _ in range(limit_order_traders):
            LimitOrderTrader(self, prices=self.prices, distance=widest, life=20 * blocks_per_step * block_duration)

    def _make_provider(
        self,
        number: int,
        *,
        fee: float,
        half_spread: float,
        inactivity: float,
        reserve: float,
        orders: Literal["limit", "pegged"],
    ) -> None:
        LiquidityProvider(
            self,
            commitment=self.commitment,
            commitment_fee=fee,
            half_spread=half_spread,
            reserve=reserve,
            inactivity=inactivity,
            orders=orders,
            prices=self.prices,
            funds=self.capital,
            key=f"{KEY}{number}",
        )

    # -- running ---------------------------------------------------------------------------------------------------

    @property
    def providers(self) -> list[LiquidityProvider]:
        """The providers, the best first."""
        return [agent for agent in self._keys.values() if isinstance(agent, LiquidityProvider)]

    def step(self) -> None:
        """A step, and how each provider stands after it."""
        if self.finished:
            return
        super().step()
        self._sample()

    def initialise(self) -> None:
        """Agents prepare; from then on the providers' income is counted."""
        super().initialise()
        self._count_income()

    def finalise(self) -> None:
        """The end: the market settles. Shares and bonds stay on record as they were before."""
        if not self.finished:
            self.initialise()
            self._last = {provider.key: self._standing(provider) for provider in self.providers}
        super().finalise()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if self.income is not None:
            self.income.attach(self.exchange.bus)

    def _count_income(self) -> None:
        if self.income is None and self.market is not None:
            self.income = ProviderIncome(self.market.id, self.market.asset)
            self.income.attach(self.exchange.bus)
            self._first_epoch = self.exchange.epochs.sequence
            for provider in self.providers:
                self.income.follow(provider.key)

    # -- results ---------------------------------------------------------------------------------------------------

    def provider_table(self) -> pd.DataFrame:
        """How the providers stood after each step: the columns of :class:`ProviderSample`, by step and provider."""
        import pandas as pd

        table = pd.DataFrame(self.samples, columns=ProviderSample._fields)
        return table.set_index(["step", "provider"])

    def summary(self) -> dict[str, Any]:
        """As of every model, and how each provider ended: ``return_on_capital_provider-1``...; levels on average."""
        row = super().summary()
        last = {sample.provider: sample for sample in self.samples[-len(self.providers) :]}
        for key, sample in last.items():
            row |= {f"{name}_{key}": value for name, value in sample._asdict().items() if name not in LABELS}
            row[f"service_level_{key}"] = self._mean_service_level(key)
        return row

    def _mean_service_level(self, key: str) -> float | None:
        """Mean over the epochs that the provider finished."""
        levels = {sample.epoch: sample.service_level for sample in self.samples if sample.provider == key}
        known = [level for level in levels.values() if level is not None]
        return sum(known) / len(known) if known else None

    def _sample(self) -> None:
        if self.income is None or self.market is None:
            return
        for provider in self.providers:
            self.samples.append(self._taken(provider))

    def _standing(self, provider: LiquidityProvider) -> _Standing:
        """What the end of the market takes away: share, levels, commitment and bond."""
        performance = None
        if self.market is not None and self.exchange.epochs.sequence > self._first_epoch:
            performance = self.market.liquidity.service_level.by_party.get(provider.key)
        level = None if performance is None else float(performance.last_fraction)
        share, commitment = provider.equity_like_share(), provider.liquidity_commitment()
        return share, level, provider.time_on_book(), commitment, provider.bond()

    def _taken(self, provider: LiquidityProvider) -> ProviderSample:
        income, market, key = self.income, self.market, provider.key
        assert income is not None and market is not None
        shown = self.units_of(market).shown_amount
        share, level, time_on_book, commitment, bond = self._last[key] if self.finished else self._standing(provider)
        fees, penalties, profit = shown(income.liquidity_fees[key]), shown(income.penalties[key]), provider.profit()
        return ProviderSample(
            step=self.step_count,
            provider=key,
            epoch=self.exchange.epochs.sequence,
            equity_like_share=share,
            service_level=level,
            time_on_book=time_on_book,
            commitment=commitment,
            bond=bond,
            liquidity_fees=fees,
            maker_fees=shown(income.maker_fees[key]),
            withheld_fees=shown(income.withheld[key]),
            penalties=penalties,
            profit=profit,
            return_on_capital=profit / self.capital if self.capital else 0.0,
            return_on_bond=(fees - penalties) / self.commitment if self.commitment else 0.0,
        )


def _scale_target_stake(manager: MarketManager, factor: float) -> None:
    definition = manager.change.definition
    target = replace(definition.target_stake, scaling_factor=decimal(factor, "target_stake_scaling"))
    manager.change = replace(manager.change, definition=replace(definition, target_stake=target))
