"""Liquidity provision on one market, at the moments that the protocol gives it (0042-LIQF, 0044-LIME, 0041-TSTK).

The market calls, on a futures market::

    a tick          on_tick, top_up_bonds (outside auctions), on_value_window, update_fee_factor
    end of block    on_block_end
    end of epoch    on_epoch_end, update_fee_factor
    start of epoch  on_epoch_start, update_fee_factor
    trades          add_traded_value (each confirmed order), record_open_interest (each trade)
"""

from __future__ import annotations

from decimal import Decimal

from vega_mesa.protocol.arithmetic import ZERO, Factor, Scale, exact, truncate
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.liquidity import LiquidityProvisionAmendment, LiquidityProvisionSubmission
from vega_mesa.protocol.events.liquidity import PaidLiquidityFeesStats
from vega_mesa.protocol.liquidity.bonds import BOND_SLASHING, Bonds
from vega_mesa.protocol.liquidity.commitments import Commitments
from vega_mesa.protocol.liquidity.distribution import FeeDistribution, Receipt, allocation_shares
from vega_mesa.protocol.liquidity.equity_shares import EquityShares
from vega_mesa.protocol.liquidity.fee_factor import fee_factor
from vega_mesa.protocol.liquidity.market_value import MarketValue
from vega_mesa.protocol.liquidity.market_view import MarketView
from vega_mesa.protocol.liquidity.parameters import LiquidityParameters
from vega_mesa.protocol.liquidity.pools import PoolStatistics
from vega_mesa.protocol.liquidity.probability_of_trading import ProbabilityOfTrading
from vega_mesa.protocol.liquidity.provision import Provisions, ProvisionStatus
from vega_mesa.protocol.liquidity.scores import LiquidityScores, Quotes, price_range
from vega_mesa.protocol.liquidity.sla import Penalties, ServiceLevel
from vega_mesa.protocol.liquidity.target_stake import SpotTargetStake, TargetStake
from vega_mesa.protocol.markets.definition import LiquidityFeeSettings, LiquiditySLAParameters, TargetStakeParameters


class LiquidityEngine:
    """Commitments, their measurement, the liquidity fee factor, and the distribution of liquidity fees.

    Args:
        market: id of the market.
        asset: settlement asset; on spot markets the quote asset.
        view: the market, as this engine reads it.
        price_scale: 10 to the power of (asset decimals - market decimals).
        spot: whether this is a spot market (no margin, no top-up, penalties go to the treasury, other target stake).
    """

    def __init__(
        self,
        collateral: Collateral,
        view: MarketView,
        market: str,
        asset: str,
        *,
        sla: LiquiditySLAParameters,
        target_stake: TargetStakeParameters,
        fee_settings: LiquidityFeeSettings,
        position_decimals: int,
        price_scale: Scale,
        spot: bool = False,
    ) -> None:
        self.bus = collateral.bus
        self.view = view
        self.market = market
        self.asset = asset
        self.spot = spot
        self.parameters = LiquidityParameters()
        self.provisions = Provisions(self.bus)
        self.bonds = Bonds(collateral, market, asset, spot=spot)
        self.commitments = Commitments(self.provisions, self.bonds, self.parameters, view)
        self.service_level = ServiceLevel(sla, position_decimals)
        self.shares = EquityShares()
        self.market_value = MarketValue()
        self.scores = LiquidityScores()
        self.pools = PoolStatistics()
        self.distribution = FeeDistribution(collateral, self.bonds)
        self.probability = ProbabilityOfTrading(view.risk_model())
        time_window, scaling_factor = target_stake.time_window, target_stake.scaling_factor
        self.target: TargetStake | SpotTargetStake = (
            SpotTargetStake(time_window, scaling_factor)
            if spot
            else TargetStake(time_window, scaling_factor, position_decimals)
        )
        self.fee_settings = fee_settings
        self.fee_factor = ZERO
        self.price_scale = price_scale
        self.position_factor = (10 ** max(0, -position_decimals), 10 ** max(0, position_decimals))
        self.last_allocation: int | None = None
        self.epoch = 0
        self._queued_sla: LiquiditySLAParameters | None = None
        self._range = Factor(sla.price_range)
        self._fee_inputs: tuple[object, ...] = ()
        self._before_inheritance: tuple[EquityShares, int] | None = None

    # -- network parameters ----------------------------------------------------------------------------------------

    def set_bond_penalty_parameter(self, value: Decimal) -> None:
        """``market.liquidity.bondPenaltyParameter``: at once in the opening auction, else from the next epoch."""
        self._set("bond_penalty_parameter", Factor(value))

    def set_early_exit_penalty(self, value: Decimal) -> None:
        """``market.liquidity.earlyExitPenalty``: at once in the opening auction, else from the next epoch."""
        self._set("early_exit_penalty", value)

    def set_non_performance_bond_penalty_slope(self, value: Decimal) -> None:
        """``market.liquidity.sla.nonPerformanceBondPenaltySlope``: at once in the opening auction, else queued."""
        self._set("sla_penalty_slope", value)

    def set_non_performance_bond_penalty_max(self, value: Decimal, *, at_creation: bool = False) -> None:
        """``market.liquidity.sla.nonPerformanceBondPenaltyMax``: on spot markets always from the next epoch."""
        self._set("sla_penalty_max", value, spot_waits=not at_creation)

    def set_stake_to_ccy_volume(self, value: Decimal, *, at_creation: bool = False) -> None:
        """``market.liquidity.stakeToCcyVolume``: on spot markets always from the next epoch."""
        self._set("stake_to_ccy_volume", Factor(value), spot_waits=not at_creation)

    def set_maximum_liquidity_fee_factor_level(self, value: Decimal) -> None:
        """``market.liquidity.maximumLiquidityFeeFactorLevel``: at once; on spot markets only in the opening auction."""
        at_once = not self.spot or self.view.in_opening_auction()
        self.parameters.set("maximum_liquidity_fee_factor_level", Factor(value), now=at_once)

    def set_providers_fee_calculation_time_step(self, nanoseconds: int) -> None:
        """``market.liquidity.providersFeeCalculationTimeStep``: at once in the opening auction, else queued."""
        self._set("providers_fee_calculation_time_step", nanoseconds)

    def set_equity_like_share_fee_fraction(self, value: Decimal) -> None:
        """``market.liquidity.equityLikeShareFeeFraction``, at once."""
        self.parameters.set("equity_like_share_fee_fraction", value, now=True)

    def set_min_lp_stake_quantum_multiple(self, value: Decimal) -> None:
        """``market.liquidityProvision.minLpStakeQuantumMultiple``, at once."""
        self.parameters.set("min_lp_stake_quantum_multiple", value, now=True)

    def set_probability_of_trading_tau_scaling(self, value: Decimal) -> None:
        """``market.liquidity.probabilityOfTrading.tau.scaling``, for the next recalculation."""
        self.probability.tau_scaling = value

    def set_minimum_probability_of_trading_lp_orders(self, value: Decimal) -> None:
        """``market.liquidity.minimum.probabilityOfTrading.lpOrders``, at once."""
        self.probability.minimum = value

    def set_value_window_length(self, nanoseconds: int) -> None:
        """``market.value.windowLength``, at once."""
        self.market_value.window = nanoseconds

    def _set(self, name: str, value: Decimal | Factor | int, *, spot_waits: bool = False) -> None:
        at_once = self.view.in_opening_auction() and not (self.spot and spot_waits)
        self.parameters.set(name, value, now=at_once)

    # -- market updates --------------------------------------------------------------------------------------------

    def update_sla(self, sla: LiquiditySLAParameters, *, at_once: bool = False) -> None:
        """New market parameters, from the next epoch on (on spot markets at once in the opening auction)."""
        if at_once or (self.spot and self.view.in_opening_auction()):
            self._queued_sla = None
            self._apply_sla(sla)
        else:
            self._queued_sla = sla

    def update_target_stake(self, parameters: TargetStakeParameters) -> None:
        """New window and scaling factor, at once."""
        self.target.update(parameters.time_window, parameters.scaling_factor)

    def update_fee_settings(self, settings: LiquidityFeeSettings) -> None:
        """New method of the fee factor; call :meth:`update_fee_factor` next."""
        self.fee_settings = settings
        self._fee_inputs = ()

    def update_risk_model(self) -> None:
        """The market's risk model changed: old probabilities serve until :meth:`recalculate_probabilities`."""
        self.probability.set_model(self.view.risk_model())

    def _apply_sla(self, sla: LiquiditySLAParameters) -> None:
        self.service_level.set_parameters(sla)
        self._range = Factor(sla.price_range)

    # -- commands --------------------------------------------------------------------------------------------------

    def submit(self, now: int, id: str, party: str, command: LiquidityProvisionSubmission) -> bool:
        """Commit an amount (the caller knows the market and has registered the party with it).

        On futures markets the party's margin account is made first. Returns whether the commitment is in force.

        Raises:
            Refused: see :meth:`Commitments.submit`.
        """
        immediate = self.commitments.submit(now, id, party, command)
        if immediate:
            self.service_level.add(party)
            self.shares.set_stake(party, command.commitment_amount)
            self.shares.refresh()
        return immediate

    def amend(self, now: int, party: str, command: LiquidityProvisionAmendment) -> bool:
        """Change a commitment; returns whether the change is in force. Equity-like shares do not follow here.

        Raises:
            Refused: see :meth:`Commitments.amend`.
        """
        return self.commitments.amend(now, party, command)

    def cancel(self, now: int, party: str) -> bool:
        """Give a commitment up; returns whether it has ended.

        A spot market drops the equity-like share at once whatever the outcome, and must then call
        :meth:`update_fee_factor`, also after a refusal.

        Raises:
            Refused: see :meth:`Commitments.cancel`.
        """
        try:
            ended = self.commitments.cancel(now, party)
        finally:
            if self.spot:
                self.shares.remove(party)
        if ended:
            self.service_level.by_party.pop(party, None)
            self.shares.remove(party)
            self.shares.refresh()
        return ended

    def is_provider(self, party: str) -> bool:
        """Whether the party has a commitment, in force or pending."""
        return party in self.provisions

    # -- bonds -----------------------------------------------------------------------------------------------------

    def top_up_bonds(self) -> None:
        """Refill bonds from general accounts (futures only).

        Called in each tick outside auctions, before an opening auction may be left, in each tick of an auction that is
        not a price auction, when a price auction is about to end, and on leaving any auction.
        """
        if self.provisions.active and not self.spot:
            self.commitments.top_up()

    def penalise_shortfall(self, party: str, shortfall: int) -> int:
        """Slash the bond of a provider whose margin call exceeded its general account by ``shortfall``.

        Not called for margin calls in auctions nor when pegged orders are repriced. Returns what was taken.

        Spec: 0044-LIME-018
        """
        if shortfall <= 0 or party not in self.provisions:
            return 0
        return self.bonds.slash(BOND_SLASHING, party, self.parameters.bond_penalty_parameter.floor_of(shortfall))

    # -- moments ---------------------------------------------------------------------------------------------------

    def on_tick(self, now: int) -> None:
        """Allocate the collected fees when the time step is over; in all other ticks sample scores and pools.

        Spec: 0042-LIQF-037
        """
        last = self.last_allocation
        if last is None or now - last > self.parameters.providers_fee_calculation_time_step:
            self.allocate_fees()
            self.scores.reset()
            self.last_allocation = now
            return
        view = self.view
        pools = () if self.spot else view.liquidity_pools()
        if not self.provisions.active and not pools and not self.pools.by_party:
            if not self.spot and view.best_static_bid() and view.best_static_ask():
                self.pools.ticks += 1
            return
        quotes = Quotes(view, self.probability)
        if not quotes.complete:
            return
        low, high = price_range(quotes.bid, quotes.ask, self._range, self.price_scale)
        self.pools.sample(pools, quotes, low, high, self.parameters.stake_to_ccy_volume)
        if self.provisions.active:
            parties = [provision.party for provision in self.provisions.sorted_active()]
            self.scores.sample(parties, view, quotes, low, high)

    def on_value_window(self, now: int) -> None:
        """Close the market value window when it is over (each tick, after the auction check)."""
        if self.market_value.on_tick(now, self.shares, opening=self.view.in_opening_auction()):
            self.shares.refresh()

    def on_block_end(self, now: int) -> None:
        """Measure the providers, after the block's mark-to-market (spot: after its mark price update)."""
        if isinstance(self.target, SpotTargetStake):
            self.target.record(self.provisions.stake_with_pending(), now)
        if self.service_level.by_party and not self.view.in_opening_auction():
            self.service_level.measure(
                now, self.view, self._commitments_in_force(), self.parameters.stake_to_ccy_volume
            )

    def on_epoch_end(self, now: int) -> list[Receipt]:
        """Penalise and pay the providers.

        Returns:
            ``(transfer type, party, amount)`` of what parties received, for the activity tracker.

        Emits:
            PaidLiquidityFeesStats: if fees were allocated in the epoch.
        """
        receipts = self._settle_epoch(now)
        allocated = self.distribution.allocated
        if allocated:
            self.bus.send(
                PaidLiquidityFeesStats,
                market=self.market,
                asset=self.asset,
                epoch=self.epoch,
                total=sum(allocated.values()),
                by_party=tuple(sorted(allocated.items())),
            )
        return receipts

    def on_epoch_start(self, now: int, epoch: int) -> None:
        """Put queued parameters and commitments in force, and measure from now on."""
        self.epoch = epoch
        self.parameters.apply_queued()
        if self._queued_sla is not None:
            self._apply_sla(self._queued_sla)
            self._queued_sla = None
        self._begin_period(now)

    def on_leave_opening_auction(self, now: int) -> None:
        """After the uncrossing, with the market out of the auction: shares settle, windows and measurement start."""
        self.shares.grow(ZERO)
        self.shares.refresh()
        self.market_value.on_leave_opening_auction(now)
        self._before_inheritance = None
        self._begin_period(now)

    def on_market_close(self, now: int) -> list[Receipt]:
        """Final payments of a market that settles or closes, after its final settlement; see :meth:`stop`.

        A spot market runs penalties and distribution twice, around the allocation.
        """
        receipts = self._settle_epoch(now) if self.spot else []
        self.allocate_fees()
        receipts += self._settle_epoch(now)
        if self.spot:
            self.distribution.sweep_to_treasury()
        return receipts

    def stop(self, now: int) -> None:
        """End all commitments, ascending by party, after the accounts are cleared and the orders removed.

        Emits:
            LiquidityProvisionUpdated: stopped, one for each provider.
        """
        for party in sorted({**self.provisions.active, **self.provisions.pending}):
            provision = self.provisions.active.get(party) or self.provisions.pending[party]
            provision.updated_at = now
            self.provisions.announce(provision, ProvisionStatus.STOPPED)
        self.provisions.pending.clear()
        for party in list(self.provisions.active):
            self.provisions.deactivate(party)
        self.service_level.by_party.clear()

    def clear_bond(self, party: str) -> None:
        """Give a party's bond back when the market's accounts are cleared."""
        self.bonds.clear(party)

    # -- fees ------------------------------------------------------------------------------------------------------

    def update_fee_factor(self, now: int) -> Decimal | None:
        """Recompute the liquidity fee factor; returns it if it changed (then the market updates fees and definition).

        Called at the end of each tick, at the end and (futures) start of an epoch, on leaving any auction, after the
        margin calls of a mark-to-market, on a market update and (spot) after a cancellation.
        """
        pools = () if self.spot else self.view.liquidity_pools()
        marginal = self.fee_settings.method not in ("METHOD_CONSTANT", "METHOD_WEIGHTED_AVERAGE")
        target = self.target_stake(now) if marginal and (self.provisions.active or pools) else 0
        bids = [(pool.commitment, pool.proposed_fee) for pool in pools]
        inputs = (self.provisions.version, target, bids, self.fee_settings)
        if inputs == self._fee_inputs:
            return None
        self._fee_inputs = inputs
        bids = [(provision.commitment, provision.fee) for provision in self.provisions.sorted_active()] + bids
        factor = fee_factor(self.fee_settings, bids, target, spot=self.spot)
        if factor == self.fee_factor:
            return None
        self.fee_factor = factor
        return factor

    def allocate_fees(self) -> None:
        """Divide what the market's liquidity fee account holds among the providers' fee accounts."""
        if not self.distribution.collected():
            return
        shares = self.shares
        newcomers = [
            (party, averages)
            for party, averages in self.pools.by_party.items()
            if averages.stake and party not in shares.by_party
        ]
        if newcomers:
            shares = shares.copy()
            for party, averages in newcomers:
                shares.set_stake(party, truncate(averages.stake))
        shares.refresh()
        scores = {**self.scores.averages, **self.pools.scores()}
        if shares.by_party or scores:
            self.distribution.allocate(
                allocation_shares(shares.shares(), scores, self.parameters.equity_like_share_fee_fraction)
            )

    # -- what the market records -----------------------------------------------------------------------------------

    def add_traded_value(self, notional: int) -> None:
        """Add a confirmed order's trades to the value window; ``notional`` is the sum of size times price."""
        up, down = self.position_factor
        self.market_value.traded += notional * up // down

    def record_open_interest(self, open_interest: int, now: int) -> None:
        """Tell the sum of long positions after a trade, or its highest after several (futures only)."""
        self.target.open_interest.record(open_interest, now)  # type: ignore[union-attr]

    def recalculate_probabilities(self) -> bool:
        """Recalculate the state variable ``probability_of_trading``; False while a best static price is missing."""
        return self.probability.recalculate(self.view.best_static_bid(), self.view.best_static_ask())

    # -- stakes ----------------------------------------------------------------------------------------------------

    def target_stake(self, now: int) -> int:
        """Target stake at the mark price, asset decimals."""
        if isinstance(self.target, SpotTargetStake):
            return self.target.value(now)
        return self.target.value(now, self.view.mark_price(), self.view.risk_factors())

    def shown_target_stake(self, now: int) -> int:
        """Target stake as market data shows it: in auctions what it would be after the uncrossing."""
        view = self.view
        if isinstance(self.target, SpotTargetStake) or not view.in_auction():
            return self.target_stake(now)
        price = view.indicative_price() or view.mark_price()
        return self.target.theoretical(now, price, view.risk_factors(), view.indicative_open_interest())

    def supplied_stake(self) -> int:
        """Commitments in force or, if larger, as queued, asset decimals; pools do not count."""
        return self.provisions.stake_with_pending()

    def equity_like_share(self, party: str) -> Decimal:
        """A provider's cached equity-like share; 0 without one."""
        entry = self.shares.by_party.get(party)
        return ZERO if entry is None else entry.share

    def market_value_proxy(self, now: int) -> int:
        """What market data shows as the market's value: always 0 on futures."""
        return self.market_value.spot_proxy(now, self.supplied_stake()) if self.spot else 0

    @property
    def market_growth(self) -> Decimal:
        """Growth at the last close of the value window."""
        self.market_value.catch_up()
        return self.market_value.growth

    # -- successor markets -----------------------------------------------------------------------------------------

    def inherit(self, parent: LiquidityEngine) -> None:
        """Take over the parent's equity-like shares and traded value; :meth:`undo_inheritance` puts them back."""
        self._before_inheritance = (self.shares.copy(), self.market_value.traded)
        self.shares.inherit(parent.shares)
        self.market_value.traded += parent.market_value.traded

    def undo_inheritance(self) -> None:
        """The successor stayed in its opening auction."""
        if self._before_inheritance is not None:
            self.shares, self.market_value.traded = self._before_inheritance
            self._before_inheritance = None

    # -- parts -----------------------------------------------------------------------------------------------------

    def _commitments_in_force(self) -> dict[str, int]:
        return {party: provision.commitment for party, provision in self.provisions.active.items()}

    def _begin_period(self, now: int) -> None:
        """The steps that an epoch's start and the end of the opening auction share."""
        self.service_level.begin_epoch(
            now,
            self.view,
            self._commitments_in_force(),
            self.parameters.stake_to_ccy_volume,
            opening=self.view.in_opening_auction(),
        )
        self.distribution.allocated.clear()
        if not self.spot:
            self.pools.begin_epoch(self.view.liquidity_pools(), self.shares)
        if self.provisions.pending:
            self.commitments.charge_early_exits(self.target_stake(now))
        changed = self.commitments.apply_pending(now)
        changed.update(self.commitments.synchronise(now))  # what is queued keeps its place, with the bond's amount
        for party, commitment in changed.items():
            if commitment:
                self.service_level.add(party)
            else:
                self.service_level.by_party.pop(party, None)
            self.shares.set_stake(party, commitment)
        if changed:  # the shares of market makers alone stay as they were until fees are allocated
            self.shares.refresh()

    @exact
    def _settle_epoch(self, now: int) -> list[Receipt]:
        """Penalties and payments of the time since the epoch began; nothing in the opening auction."""
        if self.view.in_opening_auction():
            return []
        penalties = self.service_level.penalties(
            now, self.parameters.sla_penalty_slope, self.parameters.sla_penalty_max
        )
        pools = set(self.pools.by_party)
        if not self.spot:
            pools.update(pool.party for pool in self.view.liquidity_pools())
        for party in sorted(pools):
            penalties[party] = Penalties()
        return self.distribution.distribute(penalties, self._commitments_in_force(), has_pools=bool(pools))
