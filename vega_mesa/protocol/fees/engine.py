"""Fees of trades: how much of each kind, who pays, who receives (0029-FEES, 0083-RFPR, 0084-VDPR, 0095-HVMR).

The engine computes and books statistics; it moves nothing. :class:`vega_mesa.protocol.fees.FeeCollector` pays the bill
that it returns. Without a programme in force a fee is a handful of integer products::

    fee = ceil(size * price / 10**position_decimals * factor)
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import ONE, Factor
from vega_mesa.protocol.fees.fee import (
    BUY_BACK_PAY,
    INFRASTRUCTURE_PAY,
    LIQUIDITY_PAY,
    MAKER_PAY,
    MAKER_RECEIVE,
    NO_FEE,
    REBATE_PAY,
    REBATE_RECEIVE,
    REWARD_DISTRIBUTE,
    REWARD_PAY,
    TREASURY_PAY,
    Charge,
    Fee,
    FeeBill,
    Payment,
    Three,
    list_payments,
)
from vega_mesa.protocol.fees.lookups import ComponentFactors, NoProgramme, Referrals, VolumeDiscounts, VolumeRebates
from vega_mesa.protocol.fees.statistics import FeeStatistics
from vega_mesa.protocol.markets.definition import FeeFactors
from vega_mesa.protocol.matching.order import BUY, SELL, Side, Trade
from vega_mesa.protocol.refusal import Refused

_DIVISION: Final = 10**16  # a rebate's share of buy-back and treasury fees is divided to 16 places
Reward = tuple[str, int]  # referrer, amount


class FeeEngine:
    """The fees of one market.

    Args:
        market: its id.
        factors: the market's own factors, in force until the network parameters replace them.
        position_decimals: of the market; may be negative.
        referrals, volume_discounts, volume_rebates: the network's programmes, if any.
    """

    def __init__(
        self,
        market: str,
        factors: FeeFactors,
        position_decimals: int,
        referrals: Referrals | None = None,
        volume_discounts: VolumeDiscounts | None = None,
        volume_rebates: VolumeRebates | None = None,
    ) -> None:
        self.market = market
        self.statistics = FeeStatistics()
        self.position_decimals = position_decimals
        none = NoProgramme()
        self.referrals: Referrals = referrals or none
        self.volume_discounts: VolumeDiscounts = volume_discounts or none
        self.volume_rebates: VolumeRebates = volume_rebates or none
        self._numerators: tuple[int, ...] = ()
        self._sum = 0
        self._scale = 1
        self.maker = self.infrastructure = self.liquidity = self.buy_back = self.treasury = Factor(0)
        self.set_maker_fee(factors.maker)
        self.set_infrastructure_fee(factors.infrastructure)
        self.set_buyback_fee(factors.buy_back)
        self.set_treasury_fee(factors.treasury)

    # -- factors ---------------------------------------------------------------------------------------------------

    def set_maker_fee(self, factor: Decimal) -> None:
        """``market.fee.factors.makerFee``, for future trades."""
        self.maker = _positive(factor)
        self._refresh()

    def set_infrastructure_fee(self, factor: Decimal) -> None:
        """``market.fee.factors.infrastructureFee``, for future trades."""
        self.infrastructure = _positive(factor)
        self._refresh()

    def set_buyback_fee(self, factor: Decimal) -> None:
        """``market.fee.factors.buybackFee``, for future trades."""
        self.buy_back = _positive(factor)
        self._refresh()

    def set_treasury_fee(self, factor: Decimal) -> None:
        """``market.fee.factors.treasuryFee``, for future trades."""
        self.treasury = _positive(factor)
        self._refresh()

    def set_liquidity_fee_factor(self, factor: Decimal) -> None:
        """The liquidity fee factor that the providers' bids led to (0042-LIQF)."""
        self.liquidity = _positive(factor)
        self._refresh()

    def _refresh(self) -> None:
        """Keep the factors as integers over one scale, which includes the position factor."""
        factors = (self.maker, self.infrastructure, self.liquidity, self.buy_back, self.treasury)
        scale = max(factor.scale for factor in factors)
        up, down = 10 ** max(0, -self.position_decimals), 10 ** max(0, self.position_decimals)
        self._numerators = tuple(factor.numerator * (scale // factor.scale) * up for factor in factors)
        self._sum = sum(self._numerators)
        self._scale = scale * down

    # -- bills -----------------------------------------------------------------------------------------------------

    def continuous(self, trades: Sequence[Trade]) -> FeeBill:
        """Charge the aggressor of each trade, and set the trades' fees.

        Trades without an aggressor (a governance suspension was resumed) charge the buyer and keep empty fees; what is
        summed over the trades is then charged to the buyer of the last one.

        Raises:
            Refused: there are no trades.

        Spec: 0029-FEES-001
        """
        if not trades:
            raise Refused("empty trades slice sent to fees")
        charges: list[Charge] = []
        total = rewards = 0
        reward: Reward | None = None
        taker = ""
        plain = not (self.referrals.in_force or self.volume_discounts.in_force or self.volume_rebates.in_force)
        sole = True  # one party pays for all trades
        for trade in trades:
            aggressor = trade.aggressor
            if aggressor is SELL:
                taker, maker = trade.seller, trade.buyer
            else:
                taker, maker = trade.buyer, trade.seller
            if plain:
                fee = self._plain(trade.size * trade.price)
            else:
                fee, reward = self._discounted(trade.size * trade.price, taker, maker)
                if reward is not None:
                    rewards += reward[1]
            if aggressor is BUY:
                trade.buyer_fee, trade.seller_fee = fee, NO_FEE
            elif aggressor is SELL:
                trade.buyer_fee, trade.seller_fee = NO_FEE, fee
            charge = (taker, maker, fee)
            charged = fee.total
            if charged:
                self.statistics.add_continuous(taker, charged, (charge,))
                total += charged
            if charges and charges[-1][0] != taker:
                sole = False
            charges.append(charge)
        if sole and not rewards:
            return FeeBill(None, taker, total, None, charges)
        return FeeBill(list_payments(charges, rewards, reward[0] if reward is not None else ""), taker, total)

    def of_one_order(self, trades: Sequence[Trade]) -> FeeBill:
        """Charge the aggressor of trades that one order made: as :meth:`continuous`, in one pass without programmes."""
        if self.referrals.in_force or self.volume_discounts.in_force or self.volume_rebates.in_force:
            return self.continuous(trades)
        maker_factor, infrastructure_factor, liquidity_factor, buy_back_factor, treasury_factor = self._numerators
        scale = self._scale
        first = trades[0]
        buying = first.aggressor is BUY
        taker = first.buyer if buying else first.seller
        charges: list[Charge] = []
        total = 0
        for trade in trades:
            negative = -trade.size * trade.price  # floor division of a negative rounds the fee up
            maker = -(negative * maker_factor // scale)
            infrastructure = -(negative * infrastructure_factor // scale)
            liquidity = -(negative * liquidity_factor // scale)
            buy_back = -(negative * buy_back_factor // scale) if buy_back_factor else 0
            treasury = -(negative * treasury_factor // scale) if treasury_factor else 0
            fee = Fee(maker, infrastructure, liquidity, buy_back, treasury)
            total += maker + infrastructure + liquidity + buy_back + treasury
            if buying:
                trade.buyer_fee = fee
                trade.seller_fee = NO_FEE
                charges.append((taker, trade.seller, fee))
            else:
                trade.buyer_fee = NO_FEE
                trade.seller_fee = fee
                charges.append((taker, trade.buyer, fee))
        if total:
            self.statistics.add_continuous(taker, total, charges)
        return FeeBill(None, taker, total, None, charges)

    def at_most(self, notional: int, trades: int) -> int:
        """What trades can cost their taker at the most; ``notional`` is the sum of size times price.

        Discounts lower it, a referrer's reward comes out of it, a maker's rebate out of buy-back and treasury fee.
        """
        return notional * self._sum // self._scale + len(self._numerators) * trades

    def auction(self, trades: Sequence[Trade]) -> FeeBill:
        """Charge both sides half of infrastructure, liquidity, buy-back and treasury fee, each half rounded up.

        Raises:
            Refused: there are no trades.

        Spec: 0029-FEES-006
        """
        if not trades:
            raise Refused("empty trades slice sent to fees")
        payments: list[Payment] = []
        totals: dict[str, int] = {}
        for trade in trades:
            halves = self._halves(trade.size * trade.price)
            buyer_fee, buyer_reward = self._apply(trade.buyer, halves)
            seller_fee, seller_reward = self._apply(trade.seller, halves)
            trade.buyer_fee, trade.seller_fee = buyer_fee, seller_fee
            for party, fee in ((trade.seller, seller_fee), (trade.buyer, buyer_fee)):
                payments.append((INFRASTRUCTURE_PAY, party, fee.infrastructure))
                payments.append((LIQUIDITY_PAY, party, fee.liquidity))
                payments.append((BUY_BACK_PAY, party, fee.buy_back))
                payments.append((TREASURY_PAY, party, fee.treasury))
                totals[party] = totals.get(party, 0) + fee.infrastructure + fee.liquidity
            for party, reward in ((trade.buyer, buyer_reward), (trade.seller, seller_reward)):
                if reward is not None:
                    payments.append((REWARD_PAY, party, reward[1]))
                    payments.append((REWARD_DISTRIBUTE, reward[0], reward[1]))
        return FeeBill(payments, "", 0, totals)

    def batch_auction(self, trades: Sequence[Trade]) -> FeeBill:
        """Charge a frequent batch auction: both sides of one batch share, else the later batch is the taker."""
        payments: list[Payment] = []
        totals: dict[str, int] = {}
        for trade in trades:
            if trade.buyer_auction_batch == trade.seller_auction_batch:
                bill = self.auction((trade,))
            else:
                trade.aggressor = BUY if trade.buyer_auction_batch > trade.seller_auction_batch else SELL
                bill = self.continuous((trade,))
            payments.extend(bill.payments)
            for party, amount in bill.totals.items():
                totals[party] = totals.get(party, 0) + amount
        return FeeBill(payments, "", 0, totals)

    def close_out(self, trades: Sequence[Trade]) -> FeeBill:
        """Charge the network, which sells or buys back what it took over; to be paid by the insurance pool.

        Raises:
            Refused: there are no trades.
        """
        if not trades:
            raise Refused("empty trades slice sent to fees")
        receipts: list[Payment] = []
        sums = Fee()
        taker = ""
        for trade in trades:
            if trade.aggressor is SELL:
                taker, maker = trade.seller, trade.buyer
            else:
                taker, maker = trade.buyer, trade.seller
            fee, _ = self._discounted(trade.size * trade.price, taker, maker)
            if trade.aggressor is SELL:
                trade.seller_fee = fee
            else:
                trade.buyer_fee = fee
            if fee.maker:
                self.statistics.add_maker_fee(taker, maker, fee.maker)
            sums.maker += fee.maker
            sums.infrastructure += fee.infrastructure
            sums.liquidity += fee.liquidity
            sums.buy_back += fee.buy_back
            sums.treasury += fee.treasury
            sums.high_volume_maker += fee.high_volume_maker
            receipts.append((MAKER_RECEIVE, maker, fee.maker))
            if fee.high_volume_maker:
                receipts.append((REBATE_RECEIVE, maker, fee.high_volume_maker))
        payments: list[Payment] = [
            (MAKER_PAY, taker, sums.maker),
            (INFRASTRUCTURE_PAY, taker, sums.infrastructure),
            (LIQUIDITY_PAY, taker, sums.liquidity),
            (BUY_BACK_PAY, taker, sums.buy_back),
            (TREASURY_PAY, taker, sums.treasury),
        ]
        if sums.high_volume_maker:
            payments.append((REBATE_PAY, taker, sums.high_volume_maker))
        return FeeBill(payments + receipts, taker, sums.total, {taker: sums.total})

    # -- estimates (spot) ------------------------------------------------------------------------------------------

    def estimate_continuous(self, party: str, side: Side, size: int, price: int) -> int:
        """Total fee of an order as if it traded in full at its price (asset decimals); counts in the statistics."""
        if not size or not price:
            return 0
        return self.continuous((self._imagined(party, side, size, price),)).total

    def estimate_auction(self, party: str, side: Side, size: int, price: int) -> int:
        """The party's infrastructure and liquidity half of a trade in an auction; counts in the statistics."""
        if not size or not price:
            return 0
        return self.auction((self._imagined(party, side, size, price),)).totals.get(party, 0)

    def _imagined(self, party: str, side: Side, size: int, price: int) -> Trade:
        buyer, seller = (party, "") if side is BUY else ("", party)
        return Trade(self.market, price, price, size, side, buyer, seller, "", "", 0)

    # -- components ------------------------------------------------------------------------------------------------

    def _plain(self, notional: int) -> Fee:
        """The components without any programme; ``notional`` is size times price, not yet divided."""
        maker, infrastructure, liquidity, buy_back, treasury = self._numerators
        negative, scale = -notional, self._scale  # floor division of a negative rounds the fee up
        return Fee(
            -(negative * maker // scale),
            -(negative * infrastructure // scale),
            -(negative * liquidity // scale),
            -(negative * buy_back // scale) if buy_back else 0,
            -(negative * treasury // scale) if treasury else 0,
        )

    def _halves(self, notional: int) -> Fee:
        whole = self._plain(notional)
        return Fee(
            0,
            (whole.infrastructure + 1) // 2,
            (whole.liquidity + 1) // 2,
            (whole.buy_back + 1) // 2,
            (whole.treasury + 1) // 2,
        )

    def _discounted(self, notional: int, taker: str, maker: str) -> tuple[Fee, Reward | None]:
        """The components after the maker's rebate, the taker's discounts and its referrer's reward."""
        plain = self._plain(notional)
        rebate = self.volume_rebates.rebate(maker) if self.volume_rebates.in_force else None
        if rebate is not None and rebate.numerator:
            self._take_rebate(plain, notional, rebate)
        return self._apply(taker, plain)

    def _take_rebate(self, fee: Fee, notional: int, rebate: Factor) -> None:
        """Finance the maker's rebate out of buy-back and treasury fee; truncation loses up to two units."""
        places = self.position_decimals
        numerator = notional * rebate.numerator * 10 ** max(0, -places)
        denominator = rebate.scale * 10 ** max(0, places)
        fee.high_volume_maker = numerator // denominator
        both = fee.buy_back + fee.treasury
        if both:
            share = (2 * numerator * _DIVISION + denominator * both) // (2 * denominator * both)
            kept = max(0, _DIVISION - share)
            fee.buy_back = fee.buy_back * kept // _DIVISION
            fee.treasury = fee.treasury * kept // _DIVISION

    def _apply(self, taker: str, fee: Fee) -> tuple[Fee, Reward | None]:
        """Take discounts and reward off maker, infrastructure and liquidity fee, in that order, each cut down."""
        amounts = (fee.maker, fee.infrastructure, fee.liquidity)
        referral = self.referrals.discount(taker) if self.referrals.in_force else None
        volume = self.volume_discounts.discount(taker) if self.volume_discounts.in_force else None
        amounts, first = _take(amounts, referral)
        amounts, second = _take(amounts, volume)
        if referral or volume:
            self.statistics.add_discounts(taker, sum(first), sum(second))
        earned = self.referrals.reward(taker) if self.referrals.in_force else None
        reward: Reward | None = None
        if earned is not None and not earned[1].is_zero:
            amounts, parts = _take(amounts, earned[1])
            reward = (earned[0], sum(parts))
            self.statistics.add_reward(earned[0], taker, reward[1])
        result = Fee(*amounts, fee.buy_back, fee.treasury, fee.high_volume_maker, first, second)
        return result, reward

    def buyer_fee_multiplier(self) -> Decimal:
        """``1 +`` infrastructure, buy-back, treasury and liquidity factor: what an automated purchase plans with."""
        return (
            ONE + self.infrastructure.decimal + self.buy_back.decimal + self.treasury.decimal + self.liquidity.decimal
        )


def _take(amounts: Three, factors: ComponentFactors | None) -> tuple[Three, Three]:
    """Split each amount in what stays and ``floor(amount * factor)``."""
    if factors is None:
        return amounts, (0, 0, 0)
    maker, infrastructure, liquidity = amounts
    parts = (
        factors.maker.floor_of(maker),
        factors.infrastructure.floor_of(infrastructure),
        factors.liquidity.floor_of(liquidity),
    )
    return (maker - parts[0], infrastructure - parts[1], liquidity - parts[2]), parts


def _positive(value: Decimal) -> Factor:
    if value < 0:
        raise Refused("fee factors must be positive")
    return Factor(value)
