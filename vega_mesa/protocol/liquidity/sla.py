"""How well providers keep their commitments, and what it costs them (0042-LIQF, 0044-LIME).

Measured on the state at the end of a block: time between two ends of blocks belongs to whatever held at the earlier.
"""

from __future__ import annotations

from decimal import Decimal

from vega_mesa.protocol.arithmetic import ONE, ZERO, Factor, divide, exact
from vega_mesa.protocol.liquidity.market_view import MarketView
from vega_mesa.protocol.markets.definition import LiquiditySLAParameters
from vega_mesa.protocol.matching.order import BUY, OrderStatus

_ACTIVE = OrderStatus.ACTIVE


class PenaltyMemory:
    """The raw fee penalties of the last epochs, in a ring."""

    __slots__ = ("slots", "position")

    def __init__(self, size: int) -> None:
        self.slots: list[Decimal | None] = [None] * size
        self.position = 0

    def add(self, penalty: Decimal) -> None:
        """Remember a penalty in the place of the oldest."""
        if self.slots:
            self.slots[self.position] = penalty
            self.position = (self.position + 1) % len(self.slots)

    def resize(self, size: int) -> None:
        """Grow at the end and write there next, or keep the highest places and write at the first."""
        old = len(self.slots)
        if size > old:
            self.slots.extend([None] * (size - old))
            self.position = old
        elif size < old:
            self.slots = self.slots[old - size :]
            self.position = 0

    def filled(self) -> list[Decimal]:
        """What is remembered, by place."""
        return [penalty for penalty in self.slots if penalty is not None]

    @exact
    def mean(self) -> Decimal | None:
        """Mean of what is remembered, or None."""
        filled = self.filled()
        return divide(sum(filled, ZERO), len(filled)) if filled else None


class Performance:
    """What is measured of one provider in the present epoch, and the results of the last. Times in nanoseconds."""

    __slots__ = (
        "meets_since", "met_for", "memory", "last_fraction", "last_fee_penalty", "last_bond_penalty", "required",
        "notional_buys", "notional_sells",
    )  # fmt: skip

    def __init__(self, memory: int) -> None:
        self.meets_since: int | None = None
        self.met_for = 0
        self.memory = PenaltyMemory(memory)
        self.last_fraction = ZERO
        self.last_fee_penalty = ZERO
        self.last_bond_penalty = ZERO
        # of the last evaluation, asset decimals, as numerator and denominator
        self.required = self.notional_buys = self.notional_sells = (0, 1)

    def observe(self, meets: bool, now: int) -> None:
        """Note at the end of a block whether the commitment is met."""
        if meets:
            if self.meets_since is None:
                self.meets_since = now
        elif self.meets_since is not None:
            self.met_for += now - self.meets_since
            self.meets_since = None

    def fraction(self, now: int, epoch_start: int) -> Decimal:
        """Share of the epoch so far in which the commitment was met."""
        if now <= epoch_start:
            return ZERO
        met = self.met_for + (now - self.meets_since if self.meets_since is not None else 0)
        return min(ONE, divide(met, now - epoch_start))


class Penalties:
    """What a provider loses at the end of an epoch: fractions of its fees and of its bond."""

    __slots__ = ("fee", "bond")

    def __init__(self, fee: Decimal = ZERO, bond: Decimal = ZERO) -> None:
        self.fee = fee
        self.bond = bond


class ServiceLevel:
    """Measures all providers of a market against its parameters."""

    def __init__(self, parameters: LiquiditySLAParameters, position_decimals: int) -> None:
        self.by_party: dict[str, Performance] = {}
        self.epoch_start = 0
        self._up: int = 10 ** max(0, -position_decimals)
        self._down: int = 10 ** max(0, position_decimals)
        self.set_parameters(parameters)

    def set_parameters(self, parameters: LiquiditySLAParameters) -> None:
        """Put the market's parameters in force and resize every memory."""
        self.parameters = parameters
        self._range = Factor(parameters.price_range)
        for performance in self.by_party.values():
            performance.memory.resize(parameters.performance_hysteresis_epochs)

    def add(self, party: str) -> None:
        """Start to measure a provider, unless it is measured already."""
        if party not in self.by_party:
            self.by_party[party] = Performance(self.parameters.performance_hysteresis_epochs)

    # -- measuring -------------------------------------------------------------------------------------------------

    def price_range(self, market: MarketView) -> tuple[int, int, int] | None:
        """Lowest and highest price that counts, both over a scale; None when nothing counts (no mid price)."""
        if market.in_auction():
            last, indicative = market.book_last_traded_price(), market.indicative_price()
            low, high = min(last, indicative), max(last, indicative)
        else:
            low = high = market.mid_price()
            if not low:
                return None
        scale, width = self._range.scale, self._range.numerator
        return (scale - width) * low, (scale + width) * high, scale

    def meets(
        self, party: str, commitment: int, market: MarketView, stake_to_ccy_volume: Factor,
        prices: tuple[int, int, int] | None,
    ) -> bool:  # fmt: skip
        """Whether the party's orders within the price range carry the required notional on both sides."""
        buys = sells = 0
        if prices is not None:
            low, high, scale = prices
            for order in market.orders_of(party):
                if order.status is _ACTIVE and low <= order.price * scale <= high:
                    if order.side is BUY:
                        buys += order.true_remaining
                    else:
                        sells += order.true_remaining
        mark = market.mark_price() * self._up
        required = stake_to_ccy_volume.numerator * commitment
        performance = self.by_party[party]
        performance.required = (required, stake_to_ccy_volume.scale)
        performance.notional_buys = (mark * buys, self._down)
        performance.notional_sells = (mark * sells, self._down)
        smaller = min(buys, sells) * mark * stake_to_ccy_volume.scale
        return prices is not None and smaller >= required * self._down

    def measure(self, now: int, market: MarketView, commitments: dict[str, int], stake_to_ccy_volume: Factor) -> None:
        """Observe every provider at the end of a block (not called in the opening auction)."""
        if not self.by_party:
            return
        prices = self.price_range(market)
        for party, performance in self.by_party.items():
            meets = self.meets(party, commitments.get(party, 0), market, stake_to_ccy_volume, prices)
            performance.observe(meets, now)

    def begin_epoch(
        self, now: int, market: MarketView, commitments: dict[str, int], stake_to_ccy_volume: Factor, *, opening: bool
    ) -> None:
        """Measure from now on; who meets the (old) commitment at this instant starts running at once."""
        self.epoch_start = now
        if opening:
            return
        prices = self.price_range(market) if self.by_party else None
        for party, performance in self.by_party.items():
            meets = self.meets(party, commitments.get(party, 0), market, stake_to_ccy_volume, prices)
            performance.meets_since = now if meets else None
            performance.met_for = 0

    # -- penalties -------------------------------------------------------------------------------------------------

    @exact
    def penalties(self, now: int, slope: Decimal, maximum: Decimal) -> dict[str, Penalties]:
        """Penalties of the epoch that ends, ascending by party; remembers the raw fee penalties.

        Args:
            slope, maximum: of the bond penalty (network parameters).
        """
        result = {}
        minimum = self.parameters.commitment_min_time_fraction
        for party in sorted(self.by_party):
            performance = self.by_party[party]
            fraction = performance.fraction(now, self.epoch_start)
            raw = self._raw_fee_penalty(fraction)
            mean = performance.memory.mean()
            fee = raw if mean is None else max(raw, mean)
            bond = ZERO
            if fraction < minimum:
                bond = max(ZERO, min(maximum, slope * (ONE - divide(fraction, minimum))))
            performance.memory.add(raw)
            performance.last_fraction = fraction
            performance.last_fee_penalty = fee
            performance.last_bond_penalty = bond
            result[party] = Penalties(fee, bond)
        return result

    def _raw_fee_penalty(self, fraction: Decimal) -> Decimal:
        minimum = self.parameters.commitment_min_time_fraction
        if fraction < minimum:
            return ONE
        if minimum == ONE:
            return ZERO
        return (ONE - divide(fraction - minimum, ONE - minimum)) * self.parameters.sla_competition_factor
