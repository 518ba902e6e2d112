"""The fee of one side of one trade, and the bill of everything that is to be paid for some trades (0029-FEES)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# One request for money: Vega's transfer type, the party that pays (or receives, for the types that say so), the amount.
Payment = tuple[str, str, int]
Three = tuple[int, int, int]  # of maker, infrastructure and liquidity fee
NOTHING: Final[Three] = (0, 0, 0)

MAKER_PAY: Final = "TRANSFER_TYPE_MAKER_FEE_PAY"
MAKER_RECEIVE: Final = "TRANSFER_TYPE_MAKER_FEE_RECEIVE"
REBATE_PAY: Final = "TRANSFER_TYPE_HIGH_MAKER_FEE_REBATE_PAY"
REBATE_RECEIVE: Final = "TRANSFER_TYPE_HIGH_MAKER_FEE_REBATE_RECEIVE"
BUY_BACK_PAY: Final = "TRANSFER_TYPE_BUY_BACK_FEE_PAY"
TREASURY_PAY: Final = "TRANSFER_TYPE_TREASURY_FEE_PAY"
INFRASTRUCTURE_PAY: Final = "TRANSFER_TYPE_INFRASTRUCTURE_FEE_PAY"
LIQUIDITY_PAY: Final = "TRANSFER_TYPE_LIQUIDITY_FEE_PAY"
REWARD_PAY: Final = "TRANSFER_TYPE_FEE_REFERRER_REWARD_PAY"
REWARD_DISTRIBUTE: Final = "TRANSFER_TYPE_FEE_REFERRER_REWARD_DISTRIBUTE"


class Fee:
    """What one side of one trade is charged, asset decimals, after discounts and the referrer's reward.

    The discounts are what was taken off the first three; the referrer's reward is charged too, but is not part of the
    shown fee.
    """

    __slots__ = (
        "maker", "infrastructure", "liquidity", "buy_back", "treasury", "high_volume_maker", "referrer_discounts",
        "volume_discounts",
    )  # fmt: skip

    def __init__(
        self,
        maker: int = 0,
        infrastructure: int = 0,
        liquidity: int = 0,
        buy_back: int = 0,
        treasury: int = 0,
        high_volume_maker: int = 0,
        referrer_discounts: Three = NOTHING,
        volume_discounts: Three = NOTHING,
    ) -> None:
        self.maker = maker
        self.infrastructure = infrastructure
        self.liquidity = liquidity
        self.buy_back = buy_back
        self.treasury = treasury
        self.high_volume_maker = high_volume_maker
        self.referrer_discounts = referrer_discounts
        self.volume_discounts = volume_discounts

    @property
    def maker_referrer_discount(self) -> int:
        """Taken off the maker fee for having a referrer."""
        return self.referrer_discounts[0]

    @property
    def infrastructure_referrer_discount(self) -> int:
        """Taken off the infrastructure fee for having a referrer."""
        return self.referrer_discounts[1]

    @property
    def liquidity_referrer_discount(self) -> int:
        """Taken off the liquidity fee for having a referrer."""
        return self.referrer_discounts[2]

    @property
    def maker_volume_discount(self) -> int:
        """Taken off the maker fee for the volume traded."""
        return self.volume_discounts[0]

    @property
    def infrastructure_volume_discount(self) -> int:
        """Taken off the infrastructure fee for the volume traded."""
        return self.volume_discounts[1]

    @property
    def liquidity_volume_discount(self) -> int:
        """Taken off the liquidity fee for the volume traded."""
        return self.volume_discounts[2]

    @property
    def total(self) -> int:
        """Everything that is charged as a fee, the high-volume maker rebate included."""
        return (
            self.maker + self.infrastructure + self.liquidity + self.buy_back + self.treasury + self.high_volume_maker
        )

    def values(self) -> tuple[int, ...]:
        """All amounts, each discount for itself."""
        return (
            self.maker, self.infrastructure, self.liquidity, self.buy_back, self.treasury, self.high_volume_maker,
            *self.referrer_discounts, *self.volume_discounts,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fee) and self.values() == other.values()

    def __hash__(self) -> int:
        return hash(self.values())

    def __reduce__(self) -> tuple[object, ...]:
        v = self.values()
        return Fee, (*v[:6], v[6:9], v[9:12])

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={getattr(self, name)}" for name in self.__slots__ if getattr(self, name) not in (0, NOTHING)
        )
        return f"Fee({shown})"


NO_FEE: Final = Fee()  # the side that pays nothing; never changed


Charge = tuple[str, str, Fee]  # of one trade: taker, maker, and what the taker pays


class FeeBill:
    """What some trades cost: every payment in the protocol's order, nothing moved yet.

    Attributes:
        taker: the party whose funds are checked (the aggressor of the last trade; "" in auctions).
        total: fees of all trades without referrer rewards: what :attr:`taker` must be able to pay.
        charges: of continuous trading without referrer rewards, where one party pays everything; else None.
    """

    __slots__ = ("taker", "total", "charges", "_payments", "_totals")

    def __init__(
        self,
        payments: list[Payment] | None,
        taker: str,
        total: int,
        totals: dict[str, int] | None = None,
        charges: list[Charge] | None = None,
    ) -> None:
        self.taker = taker
        self.total = total
        self.charges = charges
        self._payments = payments
        self._totals = totals

    @property
    def payments(self) -> list[Payment]:
        """``(transfer type, party, amount)`` in the order of execution; listed when they are asked for."""
        if self._payments is None:
            self._payments = list_payments(self.charges or [])
        return self._payments

    @property
    def totals(self) -> dict[str, int]:
        """What each party must be able to pay on a spot market, and what its holding account locks there."""
        return {self.taker: self.total} if self._totals is None else self._totals

    def __repr__(self) -> str:
        return f"<FeeBill {self.taker} {self.total}, {len(self.payments)} payments>"


def list_payments(charges: Sequence[Charge], rewards: int = 0, referrer: str = "") -> list[Payment]:
    """The payments of continuous trading in the protocol's order: takers first, sums after the trades, then receipts.

    Args:
        rewards: what the referrer earns with all of these trades.
    """
    payments: list[Payment] = []
    receipts: list[Payment] = []
    infrastructure = liquidity = 0
    taker = ""
    for taker, maker, fee in charges:
        infrastructure += fee.infrastructure
        liquidity += fee.liquidity
        payments.append((MAKER_PAY, taker, fee.maker))
        receipts.append((MAKER_RECEIVE, maker, fee.maker))
        if fee.high_volume_maker:
            payments.append((REBATE_PAY, taker, fee.high_volume_maker))
            receipts.append((REBATE_RECEIVE, maker, fee.high_volume_maker))
        payments.append((BUY_BACK_PAY, taker, fee.buy_back))
        payments.append((TREASURY_PAY, taker, fee.treasury))
    payments.append((INFRASTRUCTURE_PAY, taker, infrastructure))
    payments.append((LIQUIDITY_PAY, taker, liquidity))
    if rewards:
        payments.append((REWARD_PAY, taker, rewards))
    payments.extend(receipts)
    if rewards and referrer:
        payments.append((REWARD_DISTRIBUTE, referrer, rewards))
    return payments
