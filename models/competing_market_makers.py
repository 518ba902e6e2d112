"""Makers with different spreads, and one that solves its problem, on one book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from vega_mesa.agents import InformedTrader, MarketManager, OpeningAuctionPair, PolicyMarketMaker
from vega_mesa.agents.control import FixedSpread
from vega_mesa.agents.control.gueant_lehalle_fernandez_tapia import AsymptoticQuotes, InventoryRisk
from vega_mesa.agents.price_processes import GeometricRandomWalk
from vega_mesa.agents.price_sensitive_traders import PriceSensitiveLimitOrderTrader
from vega_mesa.errors import ConfigError
from vega_mesa.model import AgentMaker, VegaModel
from vega_mesa.models.terms import market_terms
from vega_mesa.protocol.events.trading import TradeHappened

KEY: Final = "maker-"
OPTIMAL: Final = "maker-optimal"
DECAY: Final = 3000.0  # of the order flow, by the distance as a fraction of the price


class CompetingMarketMakers(VegaModel):
    """Which spread wins when market makers compete for the same orders?

    Makers quote the same size around the same outside price and differ in their spread: whoever is nearest is first.
    One more leans its quotes against its inventory, by the closed form of O. Guéant, C.-A. Lehalle, J. Fernandez-Tapia,
    Dealing with the inventory risk, Mathematics and Financial Economics 7 (2013) 477-507, as if it were alone. Traders
    take a quote if it is near enough; informed ones if the price to come proves it wrong.

    Args:
        rng: seed.
        num_steps: length of the run.
        makers: how many with a fixed spread.
        tightest: half spread of the first, as a fraction of the price.
        widest: half spread of the last; those between grow in proportion.
        with_optimal: whether the one that leans takes part.
        risk_aversion: of that one, 1 / money.
        quote_size: of every quote.
        intensity: orders in a step to each side, on average.
        order_size: of each.
        informed_traders: how many see the outside price to come.
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

    MEASURES: ClassVar[Mapping[str, str]] = {
        "profit": f"profit_{KEY}",
        "share of what makers traded, %": f"share_{KEY}",
    }

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 200,
        makers: int = 3,
        tightest: float = 0.0001,
        widest: float = 0.0008,
        with_optimal: bool = True,
        risk_aversion: float = 1e-5,
        quote_size: float = 0.5,
        intensity: float = 3.0,
        order_size: float = 0.3,
        informed_traders: int = 0,
        initial_price: float = 60_000.0,
        volatility: float = 0.0002,
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
        if makers < 1:
            raise ConfigError("makers", makers, "1 or more")
        self.made: dict[str, int] = {}  # volume by maker, position decimals
        self._watch_trades()
        self.prices = GeometricRandomWalk(initial_price, volatility, self.child_generator())
        MarketManager(self, terms=market_terms(market), prices=self.prices)
        OpeningAuctionPair(self, price=initial_price)
        for number in range(makers):
            half_spread = tightest * (widest / tightest) ** (number / max(1, makers - 1))
            policy = FixedSpread(half_spread * initial_price)
            self._add_maker(PolicyMarketMaker, f"{KEY}{number + 1}", policy=policy, size=quote_size)
        if with_optimal:
            risk = InventoryRisk(intensity, DECAY / initial_price, volatility * initial_price, risk_aversion)
            self._add_maker(PolicyMarketMaker, OPTIMAL, policy=AsymptoticQuotes(risk), size=quote_size, lot=1.0)
        for _ in range(2):
            PriceSensitiveLimitOrderTrader(
                self,
                prices=self.prices,
                intensity=intensity / 2,
                decay=DECAY,
                size=order_size,
                size_spread=0.0,
                funds=10_000_000,
            )
        for _ in range(informed_traders):
            InformedTrader(self, prices=self.prices, foresight=5, edge=0.0002)

    def _add_maker(self, kind: type[PolicyMarketMaker], key: str, **terms: Any) -> None:
        kind(self, prices=self.prices, key=key, **terms)
        self.made[key] = 0

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._watch_trades()

    def _watch_trades(self) -> None:
        self.exchange.bus.subscribe(TradeHappened, self._on_trade)

    def _on_trade(self, event: TradeHappened) -> None:
        for party in (event.trade.buyer, event.trade.seller):
            if party in self.made:
                self.made[party] += event.trade.size

    def shares(self) -> dict[str, float]:
        """Each maker's part of all that the makers traded, by key."""
        total = sum(self.made.values())
        return {key: volume / total if total else 0.0 for key, volume in self.made.items()}

    def summary(self) -> dict[str, Any]:
        """As of every model, and each maker's profit and share: ``profit_maker-1``, ``share_maker-1``..."""
        row = super().summary()
        row |= {f"profit_{key}": self.agent(key).profit() for key in self.made}
        return row | {f"share_{key}": share for key, share in self.shares().items()}
