"""The exchange: every engine of the network, and the order in which a block calls them.

A deterministic state machine: :meth:`Exchange.begin_block`, then :meth:`Exchange.execute` for each transaction, then
:meth:`Exchange.end_block`. Its state depends on nothing but these calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol import command_handlers, parameter_dispatch, succession
from vega_mesa.protocol.amm.pool import pool_party
from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.bridge import Bridge
from vega_mesa.protocol.collateral import AccountType, Collateral
from vega_mesa.protocol.commands.governance import (
    NewProtocolAutomatedPurchase,
    ProgramChange,
    TransferChange,
    UpdateMarketState,
)
from vega_mesa.protocol.commands.trading import OrderCancellation, OrderSubmission
from vega_mesa.protocol.data_sources import DataSources
from vega_mesa.protocol.delegation import Delegation
from vega_mesa.protocol.epochs import Epoch, Epochs
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.network import BlockEnded
from vega_mesa.protocol.events.trading import CommandRefused, MarketDataUpdated
from vega_mesa.protocol.governance import Governance
from vega_mesa.protocol.incentives import Incentives
from vega_mesa.protocol.markets import auctions
from vega_mesa.protocol.markets.definition import MarketDefinition, SpotProduct
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.markets.services import MarketServices
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.protocol.markets.trading_market import TradingMarket
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.spot import SpotMarket, check_terms
from vega_mesa.protocol.staking import StakeView, StakingAccounts
from vega_mesa.protocol.validators import Validators

INVALID_MARKET = "OrderError: Invalid Market ID"


class Exchange:
    """A whole network.

    Args:
        start_time: of the genesis, nanoseconds since 1970.
        parameters: network parameters; a mapping is read as the values in which a network differs from the defaults.
        stake: whose governance tokens count for votes, rewards and programmes; by default the staking accounts.
        record_activity: record what rewards and programmes are computed from before there are any.
    """

    def __init__(
        self,
        start_time: int = 0,
        parameters: NetworkParameters | Mapping[str, str] | None = None,
        *,
        stake: StakeView | None = None,
        permissive_assets: bool = False,
        record_activity: bool = False,
    ) -> None:
        self.now = start_time
        self.height = 0
        self.bus = EventBus()
        self.bus.now = start_time
        if not isinstance(parameters, NetworkParameters):
            texts, parameters = parameters, NetworkParameters(bus=self.bus)
            parameters.load(texts or {})
        self.network_parameters = parameters
        self.collateral = Collateral(self.bus)
        self.assets = Assets(self.bus, self.collateral, permissive=permissive_assets)
        self.data_sources = DataSources(self.bus)
        self.epochs = Epochs(self.bus)
        self.staking = StakingAccounts(self.bus, self.collateral)
        self.stake: StakeView = stake if stake is not None else self.staking
        self.validators = Validators(self.bus)
        self.delegation = Delegation(self.bus, self.stake, self.validators)
        self.bridge = Bridge(self.bus, self.collateral, self.assets, self.network_parameters, self.staking)
        self.governance = Governance(self.bus, self.network_parameters, self.assets, self.stake, self, self.bridge)
        self.services = MarketServices(self.bus, self.collateral, self.data_sources, self.assets)
        self.markets: dict[str, TradingMarket] = {}
        self.incentives = self._incentives(record_activity=record_activity)
        self.succession = succession.Succession()
        self.long_block_table: list[tuple[int, int]] = []
        self.dispatch_parameters()

    def _incentives(self, *, record_activity: bool) -> Incentives:
        """Programmes, rewards, transfers and teams, and what markets know of them."""
        incentives = Incentives(
            self.bus,
            self.collateral,
            self.assets,
            self.stake,
            self.staking if self.stake is self.staking else None,
            self.validators,
            self.delegation,
            self.markets,
        )
        services = self.services
        services.referrals = incentives.referrals
        services.volume_discounts = incentives.volume_discounts
        services.volume_rebates = incentives.volume_rebates
        services.activity = incentives.activity
        services.transfers = incentives.transfers
        services.profiles = incentives.profiles
        if record_activity:
            incentives.start_recording()
        return incentives

    # -- blocks ------------------------------------------------------------------------------------------------------

    def begin_block(self, height: int, now: int, previous_duration: int = 0) -> None:
        """A block begins: everything that time makes due, then the long-block check.

        Args:
            now: nanoseconds, not before the previous block.
            previous_duration: how long the block before took in reality, nanoseconds; 0 on a null chain.
        """
        self.height = height
        self.set_time(now)
        if previous_duration:
            self.check_long_block(previous_duration)

    def set_time(self, now: int) -> None:
        """Tell every engine the time, in the protocol's order (01 §5.1)."""
        self.now = self.bus.now = now
        for market in self.markets.values():
            market.now = now
        self.epochs.tick(now, self)
        self.bridge.tick(now)
        self.incentives.tick(now)
        self.delegation.tick(now)
        self.data_sources.tick(now)
        for market in list(self.markets.values()):
            market.recalculate_by_time(now)
        self._tick_markets(now)
        self.governance.tick(now)

    def _tick_markets(self, now: int) -> None:
        """All futures markets in order of creation, then all spot markets."""
        spot_markets = []
        for market in list(self.markets.values()):
            if market.has_ended:
                self._remove(market)
            elif isinstance(market, FuturesMarket):
                if market.id in self.succession.late:
                    continue
                self.succession.before_tick(self, market)
                market.tick(now)
                self.succession.after_tick(self, market)
            else:
                spot_markets.append(market)
        for market in spot_markets:
            market.tick(now)
        if MarketDataUpdated in self.bus.wanted:
            for market in self.markets.values():
                self.bus.send(MarketDataUpdated, data=market.market_data())
        self.succession.settle_races(self)

    def end_block(self) -> None:
        """A block ends: the epoch first, then every market."""
        self.epochs.block_end()
        self.end_markets_block()
        self.bus.send(BlockEnded, height=self.height)

    def end_markets_block(self) -> None:
        """The markets' part of a block's end, in order of creation."""
        for market in list(self.markets.values()):
            market.end_block()

    def check_long_block(self, previous_duration: int) -> None:
        """Put every market into an auction if the block before took too long (0094-PRAC)."""
        seconds = 0
        for threshold, duration in self.long_block_table:
            if threshold <= previous_duration:
                seconds = duration
        if not seconds:
            return
        for market in self.markets.values():
            if market.can_trade and market.state is not MarketState.SUSPENDED_VIA_GOVERNANCE:
                auctions.enter_or_extend_long_block(market, seconds)

    def on_epoch_end(self, epoch: Epoch) -> None:
        """The epoch ended: engines in the protocol's order (06 §0.1)."""
        self.incentives.before_markets_end(epoch)
        for market in self.markets.values():
            market.on_epoch_end(epoch)
        self.incentives.after_markets_end(epoch)

    def on_epoch_start(self, epoch: Epoch) -> None:
        """A new epoch started."""
        self.incentives.before_markets_start(epoch)
        for market in self.markets.values():
            market.on_epoch_start(epoch)
        self.incentives.after_markets_start(epoch)

    # -- transactions ------------------------------------------------------------------------------------------------

    def execute_plain(self, party: str, command: object, ids: IdGenerator) -> Outcome | None:
        """Execute a command at once if it is of the commonest kinds and nothing can be wrong with it.

        Such a command needs no check before. What it comes to is what :meth:`execute` would make of it.

        Returns:
            None, with nothing changed, for all other commands.
        """
        kind = type(command)
        if kind is not OrderSubmission and kind is not OrderCancellation:
            return None
        try:
            market = self.markets[command.market_id]  # type: ignore[attr-defined]  # of either
        except (KeyError, TypeError):  # an id may be anything here
            return None
        if kind is OrderSubmission:
            return market.submit_plain(party, command, ids)  # type: ignore[arg-type]
        return market.cancel_plain(party, command.order_id)  # type: ignore[attr-defined]

    def execute(self, party: str, command: object, ids: IdGenerator | str) -> Outcome:
        """Execute one command.

        Args:
            party: the key that sent it.
            ids: where the ids of whatever it creates come from, or the 64 hex digits that they follow from; unique to
                the transaction.

        Raises:
            InvalidCommand: no such kind of command.
            UsageError: the command names what does not exist here.
        """
        handler = command_handlers.HANDLERS.get(type(command))
        if handler is None:
            raise InvalidCommand(f"{type(command).__name__} is not a command of this network")
        try:
            return handler(self, party, command, IdGenerator(ids) if isinstance(ids, str) else ids)
        except Refused as refusal:
            if CommandRefused in self.bus.wanted:
                self.bus.send(CommandRefused, party=party, command=type(command).__name__, error=refusal.text)
            return Outcome(refusal.text)

    def market(self, market_id: str) -> TradingMarket:
        """The market with this id.

        Raises:
            Refused: ``OrderError: Invalid Market ID``.
        """
        market = self.markets.get(market_id)
        if market is None:
            raise Refused(INVALID_MARKET)
        return market

    def live_pegged_orders(self) -> int:
        """Pegged orders on the books of all markets; parked ones do not count."""
        return sum(len(market.book.pegged_live) for market in self.markets.values())

    # -- assets ------------------------------------------------------------------------------------------------------

    def imbalance(self) -> dict[str, int]:
        """Assets whose balances do not add up; empty unless there is a defect."""
        return self.collateral.imbalance()

    # -- markets, as governance asks for them (vega_mesa.protocol.governance.enactor) --------------------------------

    def market_state(self, market_id: str) -> MarketState | None:
        """The market's state; None when there is no such market (any more)."""
        market = self.markets.get(market_id)
        return None if market is None else market.state

    def market_definition(self, market_id: str) -> MarketDefinition | None:
        """The market's present terms, also of a settled one that may still be succeeded; None when unknown."""
        market = self.markets.get(market_id)
        return market.definition if market is not None else self.succession.definition(market_id)

    def equity_like_share(self, market_id: str, party: str) -> Decimal:
        """The party's equity-like share in the market, its market maker's included; 0 without one."""
        market = self.markets.get(market_id)
        if market is None:
            return Decimal(0)
        shares = market.liquidity.shares.by_party
        keys = (party, pool_party(market_id, party))
        return sum((shares[key].share for key in keys if key in shares), Decimal(0))

    def is_succeeded(self, market_id: str) -> bool:
        """Whether another market has already taken this one's place."""
        return self.succession.is_succeeded(market_id)

    def submit_market(
        self, market_id: str, definition: MarketDefinition, proposer: str = "", opens_at: int = 0
    ) -> TradingMarket:
        """Create a proposed market."""
        is_spot = isinstance(definition.product, SpotProduct)
        kind: type[FuturesMarket | SpotMarket] = SpotMarket if is_spot else FuturesMarket
        market = kind(market_id, definition, self.services, self.now, proposer)
        self.markets[market_id] = market
        self.incentives.activity.add_market(market, has_positions=not is_spot)
        parameter_dispatch.initialise_market(self, market)
        market.announce_market()
        return market

    def start_opening_auction(self, market_id: str) -> None:
        """Open a proposed market."""
        self.market(market_id).start_opening_auction()

    def reject_market(self, market_id: str) -> None:
        """Reject and forget a proposed market, and those that wait to succeed it."""
        market = self.market(market_id)
        market.reject()
        self._remove(market)
        for successor in succession.competitors(self, market_id):
            self.reject_market(successor)

    def succeed_market(self, market_id: str) -> None:
        """Enact a market with a parent (0081-SUCM)."""
        market = self.markets.get(market_id)
        if market is None:
            raise Refused("market does not exist")
        if isinstance(market, FuturesMarket):
            self.succession.enact(self, market)

    def update_market(self, market_id: str, definition: MarketDefinition) -> None:
        """Give a market new terms; its decimals and its asset stay."""
        market = self.market(market_id)
        before = market.definition
        market.update(
            replace(
                definition,
                decimal_places=before.decimal_places,
                position_decimal_places=before.position_decimal_places,
            ),
        )

    def update_market_state(self, change: UpdateMarketState) -> None:
        """Terminate, suspend or resume a market.

        Raises:
            Refused: the market is unknown, or in a state that does not allow it.
        """
        market = self.markets.get(change.market_id)
        if market is None:
            raise Refused("market does not exist")
        terminates = change.update_type == "MARKET_STATE_UPDATE_TYPE_TERMINATE"
        mispriced = terminates and isinstance(market, FuturesMarket) == (change.price is None)  # refused below, first
        terminal = market.has_ended or market.state is MarketState.TRADING_TERMINATED
        if terminal and not mispriced:
            raise Refused("invalid state update request. Market is already in a terminal state")
        suspended = market.state is MarketState.SUSPENDED_VIA_GOVERNANCE
        if terminates:
            market.terminate_by_governance(change.price)
        elif change.update_type == "MARKET_STATE_UPDATE_TYPE_SUSPEND":
            if suspended and isinstance(market, FuturesMarket):
                raise Refused("invalid state update request. Market for suspend is already suspended")
            market.suspend()
        else:
            if not suspended:
                raise Refused("invalid state update request. Market for resume is not suspended")
            market.resume()

    def _remove(self, market: TradingMarket) -> None:
        if isinstance(market, FuturesMarket):
            self.succession.on_removed(self, market)
        self.incentives.activity.remove_market(market.id)
        self.markets.pop(market.id, None)

    # -- network parameters ------------------------------------------------------------------------------------------

    def dispatch_parameters(self) -> None:
        """Hand every parameter that has changed to the engines that use it."""
        for name in self.network_parameters.take_changed():
            parameter_dispatch.dispatch(self, name)

    def set_parameter(self, name: str, text: str) -> None:
        """Validate, store and dispatch one parameter.

        Raises:
            UnknownParameter, ConfigError: see :meth:`NetworkParameters.set`; nothing has changed.
        """
        self.network_parameters.set(name, text)
        self.dispatch_parameters()

    # -- what later governance kinds need ----------------------------------------------------------------------------

    def update_program(self, change: ProgramChange, enactment: int) -> None:
        """Store a programme, in force from the next epoch's start."""
        self.incentives.update_program(change)

    def check_transfer(self, change: TransferChange, proposal_id: str) -> None:
        """Refuse a governance transfer that is not valid now."""
        self.incentives.check_transfer(change)

    def enact_transfer(self, change: TransferChange, proposal_id: str) -> None:
        """Carry out or schedule a governance transfer, or end one."""
        self.incentives.enact_transfer(change, proposal_id, self.now)

    def check_automated_purchase(self, change: NewProtocolAutomatedPurchase) -> None:
        """Refuse an automated purchase that is not valid now."""
        check_terms(change.purchase, self.markets.get(change.purchase.market), self.assets)

    def start_automated_purchase(self, change: NewProtocolAutomatedPurchase, proposal_id: str) -> None:
        """Start an automated purchase on its spot market."""
        market = self.markets.get(change.purchase.market)
        if not isinstance(market, SpotMarket):
            raise Refused("market does not exist")
        market.start_purchase(proposal_id, change.purchase)

    def insurance_pool(self, market_id: str, asset: str) -> int:
        """Balance of a market's insurance pool, also of one that has ended."""
        return self.collateral.balance(AccountType.INSURANCE, asset, market=market_id)
