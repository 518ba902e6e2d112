"""VegaModel: a Mesa model whose world is a Vega network."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import mesa
from mesa.datacollection import DataCollector

from vega_mesa import compat, reporters
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.errors import ConfigError, UnknownAsset, UnknownMarket, UnknownParty
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.events.trading import MarketUpdated
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.scheduler import RandomActivation
from vega_mesa.tally import Tally
from vega_mesa.units import Duration, MarketUnits, nanoseconds, total

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from vega_mesa.agent import VegaAgent
    from vega_mesa.protocol.exchange import Exchange
    from vega_mesa.protocol.markets.trading_market import TradingMarket

_OWN_ACCOUNTS = (
    AccountType.GENERAL,
    AccountType.HOLDING,
    AccountType.VESTING_REWARDS,
    AccountType.VESTED_REWARDS,
    AccountType.LOCKED_FOR_STAKING,
)
_MARKET_ACCOUNTS = (
    AccountType.MARGIN,
    AccountType.ORDER_MARGIN,
    AccountType.BOND,
    AccountType.LP_LIQUIDITY_FEES,
)
MOST_BLOCKS_FOR_DEPOSITS = 200
FAST_FAMILIES = ("market", "asset", "updateAsset", "updateMarket", "updateNetParam")
AgentMaker = Callable[..., Any] | tuple[Callable[..., Any], Mapping[str, Any]]


class VegaModel(mesa.Model):
    """A network, and agents that trade on it.

    A subclass makes its agents in its constructor. ``step()`` lets every agent act once, in random order, and makes
    ``blocks_per_step`` blocks; the step that reaches ``num_steps`` also ends the run: agents finalise, markets settle.

    Args:
        rng: seed, a whole number; None for a fresh one, which :attr:`seed` then tells.
        num_steps: how many steps the run plans.
        blocks_per_step: blocks between two actions of an agent; the agents act in the first of them.
        block_duration: network time between blocks, seconds (or text such as ``"1h"``).
        transactions_per_block: see :class:`vega_mesa.chain.genesis.Genesis`.
        ordering: of transactions that wait: ``arrival``, ``shuffle`` or ``vega``.
        network_parameters: values by their Vega names, over :attr:`NETWORK_PARAMETERS` of the class.
        extra_agents: agents to add to those of the model: classes, or pairs of a class and its keyword arguments.
        collect: what the data collector gathers after each step: ``all``, the ``market`` alone, or ``nothing``.
    """

    NETWORK_PARAMETERS: ClassVar[Mapping[str, str]] = {
        **{
            f"governance.proposal.{family}.{field}": "1s"
            for family in FAST_FAMILIES
            for field in ("minClose", "minEnact")
        },
        "governance.proposal.freeform.minClose": "1s",
        "market.auction.minimumDuration": "1s",
        "limits.markets.proposePerpetualEnabled": "1",
        "limits.markets.ammPoolEnabled": "1",
        "ethereum.oracles.enabled": "1",
    }
    """Where the network differs from Vega's defaults: votes and opening auctions take seconds, all products are on."""

    MEASURES: ClassVar[Mapping[str, str]] = {"profit": "profit_"}
    """What a plot of a sweep shows: its title, and how the columns of :meth:`summary` begin that it draws."""

    arguments: dict[str, Any]
    """What the constructor was given by name: with :attr:`seed`, all that it takes to begin the same run anew. A fork
    has it too, what was pickled by others has not."""

    def __new__(cls, *_: Any, **arguments: Any) -> Self:
        """Remember what the model is made with."""
        model: Self = super().__new__(cls)
        model.arguments = arguments
        return model

    def __init__(
        self,
        *,
        rng: int | None = None,
        num_steps: int = 100,
        blocks_per_step: int = 1,
        block_duration: Duration = 1,
        transactions_per_block: int = 1,
        ordering: Literal["arrival", "shuffle", "vega"] = "arrival",
        network_parameters: Mapping[str, str] | None = None,
        extra_agents: AgentMaker | Iterable[AgentMaker] = (),
        collect: Literal["all", "market", "nothing"] = "all",
    ) -> None:
        self.seed = compat.seed_of(rng)
        super().__init__(rng=self.seed)
        self.num_steps = _at_least("num_steps", num_steps, 1)
        self.blocks_per_step = _at_least("blocks_per_step", blocks_per_step, 1)
        genesis = Genesis(
            block_duration=nanoseconds(block_duration, "block_duration"),
            transactions_per_block=transactions_per_block,
            ordering=ordering,
            ordering_seed=self.seed,
            network_parameters={**self.NETWORK_PARAMETERS, **(network_parameters or {})},
        )
        self.chain = self.open_chain(genesis)
        self.schedule = RandomActivation(self)
        self.step_count = 0
        self.initialised = self.finished = False
        self._extra_agents = tuple(_makers(extra_agents))
        self._keys: dict[str, VegaAgent] = {}
        self._key_numbers: dict[str, int] = {}
        self._markets: dict[str, TradingMarket] = {}  # also those that the exchange has removed
        self._first: TradingMarket | None = None  # of them, when it was last looked for
        self._by_name: dict[str, TradingMarket] = {}  # what names meant when they were last looked up
        self._units: dict[str, MarketUnits] = {}
        self.tally = Tally()
        self._listen()
        self.datacollector = _collector(collect)
        self._collects = collect != "nothing"

    def open_chain(self, genesis: Genesis) -> NullChain:
        """The network that the agents trade on: one of the model's own, unless a subclass joins another."""
        return NullChain(genesis)

    # -- running ---------------------------------------------------------------------------------------------------

    def initialise(self) -> None:
        """Let the agents prepare, and wait for the money that they bring; done by the first step at the latest."""
        if self.initialised:
            return
        self.initialised = True
        for maker, arguments in self._extra_agents:
            maker(self, **arguments)
        self.schedule.initialise()
        for _ in range(MOST_BLOCKS_FOR_DEPOSITS):
            if not self.tally.on_the_way:
                break
            self.chain.next_block()

    def step(self) -> None:
        """Every agent acts once; then blocks, data. Nothing happens after the end of the run."""
        if self.finished:
            return
        self.initialise()
        self.tally.begin_step()
        self.schedule.step()
        for _ in range(self.blocks_per_step - 1):
            self.chain.next_block()
        self.step_count += 1
        if self.step_count >= self.num_steps or self.is_over():
            self.finalise()
        if self._collects:
            self.datacollector.collect(self)

    def is_over(self) -> bool:
        """Whether the run ends before its planned steps; for a subclass to say."""
        return False

    def finalise(self) -> None:
        """End the run: agents tidy up, the youngest first. Again does nothing."""
        if self.finished:
            return
        self.initialise()
        self.finished = True
        self.running = False
        self.schedule.finalise()
        self.chain.wait_for_total_catchup()

    def run(self, steps: int | None = None) -> Self:
        """Step to the end of the run, and finalise.

        Args:
            steps: how many in all; None for as many as the run plans.
        """
        if steps is not None:
            self.num_steps = _at_least("steps", steps, 1)
        while self.running and self.step_count < self.num_steps:
            self.step()
        self.finalise()
        return self

    def run_model(self) -> None:
        """As :meth:`run`; Mesa's own name for it."""
        self.run()

    def child_generator(self) -> np.random.Generator:
        """A stream of random numbers of its own, seeded by the model's: for a price path that agents do not disturb."""
        return self.rng.spawn(1)[0]  # type: ignore[no-any-return]

    def fork(self) -> Self:
        """An independent copy of the model, agents, random numbers and network: another future for the same past."""
        twin: Self = pickle.loads(pickle.dumps(self, protocol=5))  # noqa: S301 - our own bytes
        twin.arguments = self.arguments
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """All but :attr:`arguments`, which may hold what does not pickle: makers of agents that are made by now."""
        return {name: value for name, value in self.__dict__.items() if name != "arguments"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._listen()  # listeners do not travel
        for agent in compat.agents_of(self) if self.initialised else ():
            if hasattr(agent, "listen"):
                agent.listen()

    def _listen(self) -> None:
        bus = self.chain.exchange.bus
        self.tally.attach(bus)
        bus.subscribe(MarketUpdated, self._on_market_updated)

    def _on_market_updated(self, event: MarketUpdated) -> None:  # noqa: ARG002 - whichever market it was
        self._by_name.clear()  # governance may have given it another name

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def exchange(self) -> Exchange:
        """The exchange, for whoever needs its integers."""
        return self.chain.exchange

    @property
    def market(self) -> TradingMarket | None:
        """The first market that there was and that was not rejected, None before."""
        first = self._first
        if first is None or first.state is MarketState.REJECTED:
            self._look_for_markets()
            found = (market for market in self._markets.values() if market.state is not MarketState.REJECTED)
            first = self._first = next(found, None)
        return first

    def find_market(self, name: str) -> TradingMarket:
        """The market with this id, code or name; a newer one before an older one.

        Raises:
            UnknownMarket: there is and was none.
        """
        self._look_for_markets()
        market = self._markets.get(name) or self._by_name.get(name)
        if market is not None:
            return market
        for market in reversed(self._markets.values()):
            if name in (market.definition.code, market.definition.name):
                self._by_name[name] = market
                return market
        raise UnknownMarket(
            name, [market.definition.code or market.definition.name for market in self._markets.values()]
        )

    def _look_for_markets(self) -> None:
        markets = self.chain.exchange.markets
        if next(reversed(markets), None) not in self._markets:  # the newest: when it is known, all are
            self._markets.update(markets)
            self._by_name.clear()

    def units_of(self, market: TradingMarket) -> MarketUnits:
        """How the market's numbers are written."""
        units = self._units.get(market.id)
        if units is None:
            definition = market.definition
            units = self._units[market.id] = MarketUnits(
                definition.decimal_places,
                definition.position_decimal_places,
                self.chain.exchange.assets.decimals(market.asset),
                definition.tick_size,
            )
        return units

    def find_asset(self, name: str) -> str:
        """The id of the asset with this id or symbol; an enabled one before others.

        Raises:
            UnknownAsset: there is none.
        """
        assets = self.chain.exchange.assets
        if name in assets.by_id:
            return name
        found = [id for id, asset in assets.by_id.items() if asset.details.symbol == name]
        if not found:
            raise UnknownAsset(name, [asset.details.symbol for asset in assets.by_id.values()])
        return next((id for id in found if assets.is_enabled(id)), found[0])

    def agent(self, key: str) -> VegaAgent:
        """The agent with this key.

        Raises:
            UnknownParty: there is none.
        """
        if key not in self._keys:
            raise UnknownParty(key, self._keys)
        return self._keys[key]

    def equity(self, party: str, asset: str) -> int:
        """All that a party owns of an asset, in whichever account, asset decimals."""
        self._look_for_markets()
        balance = self.chain.exchange.collateral.balance
        total = sum(balance(type, asset, party) for type in _OWN_ACCOUNTS)
        for market in self._markets:
            total += sum(balance(type, asset, party, market) for type in _MARKET_ACCOUNTS)
        return total

    def profit_of(self, agents: Iterable[VegaAgent]) -> float:
        """What some agents have earned together, in the first market's asset."""
        decimals = 0 if self.market is None else self.exchange.assets.decimals(self.market.asset)
        return total((agent.profit() for agent in agents), decimals)

    def profit_by_type(self) -> dict[str, float]:
        """Profit of the agents of each type, in the first market's asset."""
        by_type: dict[str, list[VegaAgent]] = {}
        for agent in compat.agents_of(self):
            if hasattr(agent, "profit"):
                by_type.setdefault(type(agent).__name__, []).append(agent)
        return {name: self.profit_of(agents) for name, agents in by_type.items()}

    def imbalance(self) -> dict[str, int]:
        """Assets whose accounts do not add up, asset decimals: empty unless there is a defect."""
        return self.chain.exchange.collateral.imbalance()

    def summary(self) -> dict[str, Any]:
        """How the run stands or ended, in one flat row of plain values."""
        return reporters.summary(self)

    def market_table(self) -> pd.DataFrame:
        """The collected data of the market, one row a step."""
        return compat.market_table(self)

    def agent_table(self) -> pd.DataFrame:
        """The collected data of the agents, one row a step and agent."""
        return compat.agent_table(self)

    # -- agents ----------------------------------------------------------------------------------------------------

    def claim_key(self, agent: VegaAgent, key: str | None) -> str:
        """Give an agent its key: the one it asks for, or its type with the next free number.

        Raises:
            ConfigError: not a text, or taken.
        """
        if key is None:
            stem = type(agent).__name__
            number = self._key_numbers.get(stem, 0) + 1
            while f"{stem}-{number}" in self._keys:
                number += 1
            self._key_numbers[stem] = number
            key = f"{stem}-{number}"
        if type(key) is not str or not key or key in self._keys:
            raise ConfigError("key", key, "a text that no other agent has")
        self._keys[key] = agent
        return key


def _at_least(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < least:
        raise ConfigError(name, value, f"a whole number, {least} or more")
    return int(value.__index__())


def _makers(agents: AgentMaker | Iterable[AgentMaker]) -> Iterable[tuple[Callable[..., Any], Mapping[str, Any]]]:
    """Read ``extra_agents``: one maker or several, each a callable or a pair of one and its keyword arguments."""
    given: Any = (agents,) if callable(agents) or _is_pair(agents) else agents
    for maker in given:
        if _is_pair(maker):
            yield maker[0], dict(maker[1])
        elif callable(maker):
            yield maker, {}
        else:
            raise ConfigError("extra_agents", maker, "agent classes, or pairs of a class and its keyword arguments")


def _is_pair(thing: object) -> bool:
    return isinstance(thing, tuple) and len(thing) == 2 and callable(thing[0]) and isinstance(thing[1], Mapping)


def _collector(collect: str) -> DataCollector:
    if collect not in ("all", "market", "nothing"):
        raise ConfigError("collect", collect, "one of all, market, nothing")
    agents = reporters.AGENT if collect == "all" else {}
    return DataCollector(model_reporters=dict(reporters.MARKET), agent_reporters=dict(agents))
