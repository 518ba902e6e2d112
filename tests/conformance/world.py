"""The world of one scenario: an exchange, what it announced, and what the steps remember.

This module is the only one that calls the exchange; the steps speak to :class:`World`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from tests.conformance.checks import Reconciliation
from tests.conformance.configurations import Configurations
from tests.conformance.failures import NotBuiltYet, StepFailed
from tests.conformance.network import Network
from tests.conformance.protocol import protocol
from tests.conformance.recorder import Recorder
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.governance import UpdateMarketState
from vega_mesa.protocol.epochs import START as EPOCH_STARTS
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events.ledger import AccountUpdated
from vega_mesa.protocol.events.network import EpochEvent
from vega_mesa.protocol.markets.definition import MarketDefinition, SpotProduct
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.matching.order import Side
from vega_mesa.protocol.profit_and_loss import ProfitAndLoss
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakeTable

SECOND: Final = 10**9
START: Final = 1_575_072_000 * SECOND  # 2019-11-30T00:00:00Z
PROPOSER: Final = "proposerID"
PRE_ENABLED: Final = ("VEGA", "USDT", "USDC")
UNCOUNTED: Final = "VOTE"
SUCCESSOR_WINDOW: Final = "market.liquidity.successorLaunchWindowLength"


class World:
    """A fresh exchange at the start time, and the memory of a scenario.

    Args:
        configurations: what earlier steps stored under names; changed by this scenario.
        perps: futures on the default oracles become perpetuals.
    """

    records_activity = True
    """Whether the exchange records what rewards are computed from before there are any."""

    def __init__(self, configurations: Configurations, *, perps: bool = False) -> None:
        exchange_class = protocol("exchange", "Exchange")
        parameters_class = protocol("network_parameters", "NetworkParameters")
        self.stake = StakeTable()
        self.exchange = exchange_class(
            START,
            parameters_class(defaults=False),
            stake=self.stake,
            permissive_assets=True,
            record_activity=self.records_activity,
        )
        self.exchange.bus.subscribe(EpochEvent, self._remember_stakes)
        self._listen()
        self.network = Network(self.exchange, self.next_id)
        self.configurations = configurations
        self.perps = perps
        self.block_duration = SECOND
        self.net_deposits = 0
        self.decimals: dict[str, int] = {}
        self.definitions: dict[str, MarketDefinition] = {}
        self.market_list: list[str] = []
        self.aliases: dict[str, str] = {}
        self.batch: Any = None
        self.has_long_blocks = False
        self.strict_assets = False
        self.block_variance = 0.0
        self._commands = 0
        for asset in PRE_ENABLED:
            self.exchange.collateral.enable_asset(asset)

    def _listen(self) -> None:
        """Record what the steps read."""
        self.recorder = Recorder(self.exchange.bus)
        self.reconciliation = Reconciliation(self)
        self.profits = ProfitAndLoss(self.exchange.bus)

    def _remember_stakes(self, event: EpochEvent) -> None:
        """The table of stakes keeps a copy for each epoch that starts."""
        if event.action == EPOCH_STARTS:
            self.stake.on_epoch_start(Epoch(sequence=event.sequence, start=event.start, expiry=event.expiry))

    # -- time ------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The network's time, nanoseconds."""
        return int(self.exchange.now)

    def tick(self, now: int | None = None) -> None:
        """Set the time (or set it again)."""
        self.exchange.set_time(self.now if now is None else now)

    def end_block(self, *, epoch: bool = True) -> None:
        """Let the epoch service and the markets end their block."""
        if epoch:
            self.exchange.epochs.block_end()
        self.exchange.end_markets_block()

    def move_block(self) -> None:
        """One whole block: its end, then the clock."""
        exchange = self.exchange
        exchange.end_block()
        exchange.set_time(exchange.now + self.block_duration)

    def begin_block_after(self, previous_block: int) -> None:
        """Tell the markets how long the previous block took, nanoseconds."""
        if not self.has_long_blocks:
            raise StepFailed("no long block duration table was given")
        self.exchange.check_long_block(previous_block)

    def epoch(self) -> int | None:
        """The sequence of the latest epoch event, if there is one."""
        events = self.recorder.since_clear("epochs")
        return int(events[-1].sequence) if events else None

    # -- parameters, assets ----------------------------------------------------------------------------------------

    def set_parameters(self, values: Mapping[str, str]) -> None:
        """Set network parameters; the successor window goes with each table that does not name it."""
        parameters = self.exchange.network_parameters
        parameters.set(SUCCESSOR_WINDOW, "1h")  # stored before each step, dispatched with the first table
        for name, text in values.items():
            parameters.set(name, text)
        self.exchange.dispatch_parameters()

    def set_long_blocks(self, rows: Sequence[tuple[str, str]]) -> None:
        """Set the table of auctions after long blocks: thresholds and durations."""
        self.has_long_blocks = True
        table = [{"threshold": threshold, "duration": duration} for threshold, duration in rows]
        self.exchange.set_parameter("auction.LongBlock", json.dumps({"threshold_and_duration": table}))

    def parameter(self, name: str) -> Any:
        """The value of a network parameter."""
        return self.exchange.network_parameters.get(name)

    def is_enabled(self, asset: str) -> bool:
        """The exchange knows the asset."""
        return asset in self.exchange.collateral.quanta

    def register_asset(self, asset: str, decimals: int, quantum: Decimal | None) -> None:
        """Enable an asset that is not enabled."""
        if self.is_enabled(asset):
            raise StepFailed(f"asset {asset} is already enabled")
        self.decimals[asset] = decimals
        self.exchange.assets.register_bare(asset, decimals, quantum)

    def update_asset(self, asset: str, decimals: int, quantum: Decimal | None) -> None:
        """Change decimals and quantum of an enabled asset."""
        if not self.is_enabled(asset):
            raise StepFailed(f"asset {asset} is not enabled")
        self.decimals[asset] = decimals
        self.exchange.assets.register_bare(asset, decimals, quantum)

    def enable_for_markets(self, assets: Sequence[str]) -> None:
        """Enable the settlement assets of markets where that has not happened."""
        unknown = [asset for asset in assets if asset not in self.decimals]
        if self.strict_assets and unknown:
            raise StepFailed("unknown asset")
        for asset in (*assets, UNCOUNTED):
            if not self.is_enabled(asset):
                self.exchange.collateral.enable_asset(asset)

    # -- money -----------------------------------------------------------------------------------------------------

    def deposit(self, party: str, asset: str, amount: int) -> str:
        """Credit a general account; returns the refusal."""
        try:
            self.exchange.collateral.deposit(party, asset, amount)
        except Refused as refusal:
            return refusal.text
        self.net_deposits += amount
        return ""

    def withdraw(self, party: str, asset: str, amount: int) -> str:
        """Debit a general account; returns the refusal."""
        try:
            self.exchange.collateral.withdraw(party, asset, amount)
        except Refused as refusal:
            return refusal.text
        self.net_deposits -= amount
        return ""

    def fund_insurance_pools(self, amount: int) -> None:
        """Put an amount from outside into the pool of each market of the list."""
        collateral = self.exchange.collateral
        for market in self.market_list:
            asset = self.first_asset(market)
            pool = collateral.open(AccountType.INSURANCE, asset, market=market)
            outside = collateral.open(AccountType.EXTERNAL, asset)
            collateral.transfer("TRANSFER_TYPE_DEPOSIT", amount, outside, pool)
            self.net_deposits += amount

    def open_treasury(self, asset: str) -> None:
        """Open the network treasury of an asset."""
        self.exchange.collateral.open(AccountType.NETWORK_TREASURY, asset)

    # -- markets ---------------------------------------------------------------------------------------------------

    def first_asset(self, market: str) -> str:
        """The settlement asset of a market, or the quote asset of a spot market."""
        product = self.definition(market).product
        return product.quote_asset if isinstance(product, SpotProduct) else product.settlement_asset

    def definition(self, market: str) -> MarketDefinition:
        """What a market of this scenario was last defined as."""
        if market not in self.definitions:
            raise StepFailed(f"no market {market} was defined")
        return self.definitions[market]

    def submit_market(self, market: str, definition: MarketDefinition) -> None:
        """Create a market."""
        self.definitions[market] = definition
        self.exchange.submit_market(market, definition, PROPOSER)

    def start_opening_auction(self, market: str) -> None:
        """Let a proposed market begin."""
        self.exchange.start_opening_auction(market)

    def update_market(self, market: str, definition: MarketDefinition) -> None:
        """Change a market as upstream's steps do: they edit the object that the market holds.

        What the market held and what it is given are then the same, and nothing looks changed to it.
        """
        self.definitions[market] = definition
        running = self.exchange.markets.get(market)
        if running is not None:
            running.definition = definition
        self.exchange.update_market(market, definition)

    def update_market_state(self, market: str, kind: str, price: int | None) -> str:
        """Terminate, suspend or resume a market; returns the refusal."""
        try:
            self.exchange.update_market_state(UpdateMarketState(market_id=market, update_type=kind, price=price))
        except Refused as refusal:
            return refusal.text
        return ""

    def enact_successor(self, market: str) -> None:
        """Let a market succeed its parent."""
        self.exchange.succeed_market(market)

    def market(self, market: str) -> Any:
        """A running market; closed ones are gone."""
        found = self.exchange.markets.get(market)
        if found is None:
            raise StepFailed(f"unknown market {market}")
        return found

    def market_data(self, market: str) -> Any:
        """The figures of a running market."""
        return self.market(market).market_data()

    def market_state(self, market: str) -> str:
        """Where a running market stands in its life."""
        return str(self.market(market).state)

    def mark_price_type(self, market: str) -> str:
        """How the mark price of a market is put together."""
        event = self.recorder.latest("markets", market=market)
        if event is None:
            raise StepFailed(f"no event of market {market}")
        return str(event.mark_price_type)

    def average_fill_price(self, market: str, side: Side, volume: int) -> int | None:
        """What a volume would cost on average on that side of the book, asset decimals; None if there is not enough."""
        price, error = self.market(market).book.average_fill_price(side, volume)
        return None if error else int(price)

    def profit_and_loss(self, party: str) -> dict[str, Any]:
        """The party's records by market."""
        return dict(self.profits.of(party))

    # -- commands --------------------------------------------------------------------------------------------------

    def next_id(self) -> str:
        """A root for the ids of the next command."""
        self._commands += 1
        return hash_text(f"conformance {self._commands}")

    def execute(self, party: str, command: object, id_root: str | None = None) -> Any:
        """Carry out a party's command."""
        try:
            return self.exchange.execute(party, command, self.next_id() if id_root is None else id_root)
        except InvalidCommand as error:
            raise NotBuiltYet(str(error)) from error

    # -- data ------------------------------------------------------------------------------------------------------

    def broadcast(self, signers: Sequence[str], properties: Mapping[str, str], seconds: int) -> None:
        """Send one oracle message."""
        self.exchange.data_sources.submit(
            tuple(signers), dict(properties), {"eth-block-time": str(seconds)}, now=self.now
        )

    # -- accounts --------------------------------------------------------------------------------------------------

    def account(self, type: AccountType, asset: str, owner: str = "", market: str = "") -> AccountUpdated:
        """The latest event of an account that must exist."""
        found = self.recorder.account(type, asset, owner, market)
        if found is None:
            raise StepFailed(f"no {type.name} account of {owner or '*'} in {asset} {market}".rstrip())
        return found

    def market_account(self, type: AccountType, market: str, owner: str = "") -> AccountUpdated:
        """The latest event of an account of a market, in the first asset that has one."""
        for (kind, _, holder, where), event in self.recorder.accounts.items():
            if kind == type and where == market and holder == owner:
                return event
        raise StepFailed(f"no {type.name} account of {owner or '*'} in market {market}")

    def resolve(self, party: str) -> str:
        """The party behind an alias, or the name itself."""
        return self.aliases.get(party, party)

    def alias(self, name: str) -> str:
        """The party behind an alias that must exist."""
        if name not in self.aliases:
            raise StepFailed(f"unknown AMM alias {name}")
        return self.aliases[name]
