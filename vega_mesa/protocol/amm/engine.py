"""The market makers of one market: their list, their curves and bounds, what is told of them (0090-VAMM; 05 §4).

What also needs the rest of the market (orders, close-outs, pegs) is in :mod:`vega_mesa.protocol.markets.market_making`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.amm.curves import Curve, build_curve, empty_curve
from vega_mesa.protocol.amm.funds import PoolFunds
from vega_mesa.protocol.amm.liquidity import PoolLiquidity
from vega_mesa.protocol.amm.parameters import AMMParameters
from vega_mesa.protocol.amm.pool import Pool, PoolReason, PoolStatus, PoolTerms, pool_party
from vega_mesa.protocol.amm.provider import PoolProvider
from vega_mesa.protocol.arithmetic import Scale, divide, exact
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.amm import ConcentratedLiquidityParameters
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.amm import AMMUpdated, CurveFigures
from vega_mesa.protocol.positions import Positions
from vega_mesa.protocol.refusal import Refused

OUTSIDE_CAP = "an AMM bound is outside of the price cap"
TOO_LOW = "commitment amount too low"
TOO_POOR = "not enough collateral in general account"
NOT_ABOVE_LOWER = "base (%s) as factored by market and asset decimals must be greater than lower bound (%s)"
NOT_BELOW_UPPER = "upper bound (%s) as factored by market and asset decimals must be greater than base (%s)"
BOUNDS_CROSSED = "upper bound (%s) as factored by market and asset decimals must be greater than lower (%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveInputs:
    """What of a market enters the curves: of the moment in which they are built."""

    long_risk: Decimal
    short_risk: Decimal
    initial_margin: Decimal
    slippage: Decimal
    allowed_empty_levels: int


class MarketMakers:
    """The market makers of one market in list order: a new or changed one stands at the end.

    Attributes:
        pools: live market makers by owner, in list order.
        liquidity: the same, as the book sees them.
        providers: the same, as the liquidity engine sees them.
    """

    def __init__(
        self,
        market: str,
        asset: str,
        collateral: Collateral,
        positions: Positions,
        price_scale: Scale,
        position_scale: Scale,
        max_price: int | None,
        parameters: AMMParameters,
    ) -> None:
        self.market = market
        self.bus: EventBus = collateral.bus
        self.positions = positions
        self.price_scale = price_scale
        self.position_scale = position_scale
        self.max_price = max_price
        self.parameters = parameters
        self.tick = max(1, price_scale.times(1))
        self.quantum_of = collateral.quanta
        self.asset = asset
        self.funds = PoolFunds(collateral, asset, market)
        self.pools: dict[str, Pool] = {}
        self.by_party: dict[str, Pool] = {}
        self.liquidity = PoolLiquidity(market, self.tick, price_scale, parameters)
        self.providers: list[PoolProvider] = []

    def __bool__(self) -> bool:
        return bool(self.pools)

    # -- what is asked for --------------------------------------------------------------------------------------------

    def check_bounds(self, parameters: ConcentratedLiquidityParameters, base: int | None = None) -> None:
        """Refuse bounds that do not enclose the base price, or that a capped market cannot reach.

        Args:
            parameters: market decimals; its base counts unless there is a data source.
            base: a base price that counts in any case, market decimals.
        """
        times, cap = self.price_scale.times, self.max_price
        if base is None and parameters.data_source_id is None:
            base = parameters.base
        middle = None if base is None else times(base)
        lower = None if parameters.lower_bound is None else times(parameters.lower_bound)
        upper = None if parameters.upper_bound is None else times(parameters.upper_bound)
        if middle is not None and cap is not None and middle >= cap:
            raise Refused(OUTSIDE_CAP)
        if lower is not None:
            if middle is not None and lower >= middle:
                raise Refused(NOT_ABOVE_LOWER % (middle, lower))
            if cap is not None and lower >= cap:
                raise Refused(OUTSIDE_CAP)
        if upper is not None:
            if middle is not None and middle >= upper:
                raise Refused(NOT_BELOW_UPPER % (upper, middle))
            if cap is not None and upper >= cap:
                raise Refused(OUTSIDE_CAP)
        if lower is not None and upper is not None and lower >= upper:
            raise Refused(BOUNDS_CROSSED % (upper, lower))

    def check_commitment(self, owner: str, party: str, amount: int) -> None:
        """Refuse a commitment that is too small, or that the owner cannot pay."""
        if divide(amount, self.quantum_of[self.asset]) < self.parameters.minimum_commitment_quantum:
            raise Refused(TOO_LOW)
        if self.funds.available(owner, party) < amount:
            raise Refused(TOO_POOR)

    @exact
    def build_curves(self, terms: PoolTerms, base: int, inputs: CurveInputs) -> tuple[Curve, Curve]:
        """The curves of a commitment around a base price (market decimals).

        Raises:
            Refused: ``commitment amount too low``: it holds less than one unit, or leaves too many price steps empty.
        """
        wanted, times = terms.parameters, self.price_scale.times
        middle = times(base)
        sides = (
            (True, wanted.lower_bound, inputs.long_risk, wanted.leverage_at_lower_bound),
            (False, wanted.upper_bound, inputs.short_risk, wanted.leverage_at_upper_bound),
        )
        curves: list[Curve] = []
        for is_lower, bound, risk_factor, leverage in sides:
            if bound is None:
                curves.append(empty_curve(is_lower, middle, self.position_scale))
                continue
            curve = build_curve(
                is_lower=is_lower,
                low=times(bound) if is_lower else middle,
                high=middle if is_lower else times(bound),
                commitment=terms.commitment,
                risk_factor=risk_factor,
                initial_margin=inputs.initial_margin,
                slippage=inputs.slippage,
                leverage=leverage,
                position_scale=self.position_scale,
            )
            if curve is None or curve.whole_position < 1:
                raise Refused(TOO_LOW)
            if curve.high - curve.price_below(curve.high) > self.tick * (inputs.allowed_empty_levels + 1):
                raise Refused(TOO_LOW)
            curves.append(curve)
        return curves[0], curves[1]

    def new_pool(self, id: str, owner: str, terms: PoolTerms, curves: tuple[Curve, Curve] | None) -> Pool:
        """A market maker that is not listed yet."""
        return Pool(id, owner, pool_party(self.market, owner), terms, self.positions, self.tick, curves)

    # -- the list -----------------------------------------------------------------------------------------------------

    def confirm(self, pool: Pool) -> None:
        """Put a market maker at the end of the list, and tell."""
        self.pools[pool.owner] = self.by_party[pool.party] = pool
        self._listed()
        self.announce(pool)

    def take_off(self, pool: Pool) -> None:
        """Take a market maker off the list, and tell."""
        del self.pools[pool.owner], self.by_party[pool.party]
        self._listed()
        self.announce(pool)

    def _listed(self) -> None:
        self.liquidity.pools = list(self.pools.values())
        self.providers = [PoolProvider(pool, self.parameters) for pool in self.liquidity.pools]

    def end(self, pool: Pool, status: PoolStatus) -> None:
        """Take a market maker off the list for good."""
        pool.status = status
        self.take_off(pool)

    def reject(self, pool: Pool, reason: PoolReason) -> None:
        """Tell that a market maker never came to the list."""
        pool.status = PoolStatus.REJECTED
        self.announce(pool, reason)

    def announce(self, pool: Pool, reason: PoolReason = PoolReason.NONE) -> None:
        """Send a market maker as it stands."""
        if AMMUpdated not in self.bus.wanted:
            return
        terms, wanted = pool.terms, pool.terms.parameters
        shown = pool.status is not PoolStatus.REJECTED
        self.bus.send(
            AMMUpdated,
            id=pool.id,
            party=pool.owner,
            market=self.market,
            amm_party=pool.party,
            commitment_amount=terms.commitment,
            base=wanted.base or 0,
            lower_bound=wanted.lower_bound,
            upper_bound=wanted.upper_bound,
            leverage_at_lower_bound=wanted.leverage_at_lower_bound,
            leverage_at_upper_bound=wanted.leverage_at_upper_bound,
            data_source_id=wanted.data_source_id,
            status=str(pool.status),
            status_reason=str(reason),
            proposed_fee=terms.proposed_fee,
            minimum_price_change_trigger=terms.minimum_price_change_trigger,
            lower_curve=_figures(pool.lower) if shown else None,
            upper_curve=_figures(pool.upper) if shown else None,
        )

    def is_broke(self, pool: Pool) -> bool:
        """Whether a market maker has no money left."""
        return self.funds.of(pool.party) == 0


def _figures(curve: Curve | None) -> CurveFigures | None:
    if curve is None:
        return None
    return CurveFigures(virtual_liquidity=curve.virtual_liquidity, theoretical_position=curve.theoretical_position)
