"""One network parameter that changes while the agents trade on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from vega_mesa.agents import (
    ExponentialShapeMarketMaker,
    LimitOrderTrader,
    MarketManager,
    MomentumTrader,
    OpeningAuctionPair,
    RandomMarketOrderTrader,
)
from vega_mesa.agents.network_parameter_manager import NetworkParameterManager
from vega_mesa.agents.price_processes import OrnsteinUhlenbeck
from vega_mesa.agents.price_sensitive_traders import PriceSensitiveLimitOrderTrader
from vega_mesa.errors import ConfigError, UnknownParameter
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms
from vega_mesa.protocol.network_parameters import PARAMETERS
from vega_mesa.reporters import fees_by_component, spread, volume


class StepFigures(NamedTuple):
    """What happened in one step; volume in lots, the rest in the market's asset."""

    changed: bool  # whether the new value was in force when the step ended
    volume: float
    trades: int
    spread: float | None
    fees: float
    maker_fees: float


class ParameterExperiment(VegaModel):
    """What changes when the network votes a parameter to another value in the middle of a run?

    The same agents trade before and after, so each run is its own control. The vote takes place in the middle of the
    run; a few steps between the proposal and its enactment still count as before.

    Args:
        rng: seed.
        num_steps: length of the run.
        parameter: the network parameter, by its Vega name.
        before: its value in the first half; None for the network's own.
        after: its value in the second half.
        noise_traders: how many send market orders at random.
        price_sensitive_traders: how many trade only when the price is good enough for them.
        limit_order_traders: how many leave limit orders at random.
        momentum_traders: how many follow the trend.
        half_spread: of the maker's innermost price, as a fraction.
        initial_price: of the outside price, and its mean.
        volatility: of the outside price in a step, as a fraction.
        market: a Vega market proposal (a JSON file) to trade; None for a bitcoin future.
        blocks_per_step: blocks between two actions of an agent.
        block_duration: seconds.
        transactions_per_block: how many wait to be ordered; 1 executes each as it arrives, 0 waits for the block's end.
        ordering: of those that wait: by arrival, by a seeded shuffle, or as a Vega network orders them.
        network_parameters: values by their Vega names, where they are not the model's.
        extra_agents: more agents, see :class:`vega_mesa.model.VegaModel`.
    """

    MEASURES: ClassVar[Mapping[str, str]] = {
        "volume a step": "volume_",
        "spread": "spread_",
        "fees for a lot": "fees_for_a_lot_",
        "profit": "profit_",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 200,
        parameter: str = "market.fee.factors.makerFee",
        before: str | None = "0.0002",
        after: str = "0.002",
        noise_traders: int = 4,
        price_sensitive_traders: int = 2,
        limit_order_traders: int = 4,
        momentum_traders: int = 2,
        half_spread: float = 0.0005,
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
        if parameter not in PARAMETERS:
            raise UnknownParameter("network parameter", parameter, "e.g. market.fee.factors.makerFee")
        first = {} if before is None else {parameter: str(before)}
        super().__init__(
            rng=rng,
            num_steps=num_steps,
            blocks_per_step=blocks_per_step,
            block_duration=block_duration,
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            network_parameters={**first, **(network_parameters or {})},
            extra_agents=extra_agents,
        )
        self.parameter = parameter
        self.value_before = self.exchange.network_parameters.text(parameter)
        if self.value_before == after:
            raise ConfigError("after", after, "another value than before")
        self.figures: list[StepFigures] = []
        self._charged = self._made = 0.0
        self._trades = 0
        self.prices = OrnsteinUhlenbeck(initial_price, initial_price, 0.02, volatility, self.child_generator())
        MarketManager(self, terms=market_terms(market), prices=self.prices)
        self.manager = NetworkParameterManager(self, changes={num_steps // 2: {parameter: str(after)}})
        OpeningAuctionPair(self, price=initial_price)
        ExponentialShapeMarketMaker(self, prices=self.prices, half_spread=half_spread, commitment=100_000)
        for _ in range(noise_traders):
            RandomMarketOrderTrader(self, buy_intensity=0.5, sell_intensity=0.5)
        for _ in range(price_sensitive_traders):
            PriceSensitiveLimitOrderTrader(self, prices=self.prices)
        for _ in range(limit_order_traders):
            LimitOrderTrader(self, prices=self.prices, life=20 * blocks_per_step * block_duration)
        for _ in range(momentum_traders):
            MomentumTrader(self)

    @property
    def is_changed(self) -> bool:
        """Whether the new value is in force."""
        return self.exchange.network_parameters.text(self.parameter) != self.value_before

    def step(self) -> None:
        """A step, and its figures; the last step, in which the market settles, does not count."""
        super().step()
        if not self.finished and self.market is not None:
            charged = fees_by_component(self)
            total, made, trades = sum(charged.values()), charged["maker"], self.tally.trades.get(self.market.id, 0)
            self.figures.append(
                StepFigures(
                    changed=self.is_changed,
                    volume=volume(self),
                    trades=trades - self._trades,
                    spread=spread(self),
                    fees=total - self._charged,
                    maker_fees=made - self._made,
                )
            )
            self._charged, self._made, self._trades = total, made, trades

    def summary(self) -> dict[str, Any]:
        """As of every model, and means of the figures before and after: ``volume_before``, ``volume_after``..."""
        row = super().summary() | {"refused": self.manager.refused.get(self.parameter, "")}
        for when, changed in (("before", False), ("after", True)):
            steps = [figures for figures in self.figures if figures.changed is changed]
            traded = sum(figures.volume for figures in steps)
            spreads = [figures.spread for figures in steps if figures.spread is not None]
            row |= {
                f"steps_{when}": len(steps),
                f"volume_{when}": traded / len(steps) if steps else None,
                f"trades_{when}": sum(figures.trades for figures in steps) / len(steps) if steps else None,
                f"spread_{when}": sum(spreads) / len(spreads) if spreads else None,
                f"fees_for_a_lot_{when}": sum(figures.fees for figures in steps) / traded if traded else None,
                f"maker_fees_for_a_lot_{when}": sum(f.maker_fees for f in steps) / traded if traded else None,
            }
        return row
