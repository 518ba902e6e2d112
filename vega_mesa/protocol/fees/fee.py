"""The fee of one side of one trade, and the bill of everything that is to be paid for some trades (0029-FEES)."""

from __future__ import annotations

from typing import Final

# One request for money: Vega's transfer type, the party that pays (or receives, for the types that say so), the amount.
Payment = tuple[str, str, int]

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

    The discounts are what was taken off; the referrer's reward is charged too, but is not part of the shown fee.
    """

    __slots__ = (
        "maker", "infrastructure", "liquidity", "buy_back", "treasury", "high_volume_maker",
        "maker_referrer_discount", "infrastructure_referrer_discount", "liquidity_referrer_discount",
        "maker_volume_discount", "infrastructure_volume_discount", "liquidity_volume_discount",
    )  # fmt: skip

    def __init__(
        self,
        maker: int = 0,
        infrastructure: int = 0,
        liquidity: int = 0,
        buy_back: int = 0,
        treasury: int = 0,
        high_volume_maker: int = 0,
        referrer_discounts: tuple[int, int, int] = (0, 0, 0),
        volume_discounts: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        self.maker = maker
        self.infrastructure = infrastructure
        self.liquidity = liquidity
        self.buy_back = buy_back
        self.treasury = treasury
        self.high_volume_maker = high_volume_maker
        self.maker_referrer_discount, self.infrastructure_referrer_discount, self.liquidity_referrer_discount = (
            referrer_discounts
        )
        self.maker_volume_discount, self.infrastructure_volume_discount, self.liquidity_volume_discount = (
            volume_discounts
        )

    @property
    def total(self) -> int:
        """Everything that is charged as a fee, the high-volume maker rebate included."""
        return (
            self.maker + self.infrastructure + self.liquidity + self.buy_back + self.treasury + self.high_volume_maker
        )

    def values(self) -> tuple[int, ...]:
        """All amounts, in the order of ``__slots__``."""
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fee) and self.values() == other.values()

    def __hash__(self) -> int:
        return hash(self.values())

    def __reduce__(self) -> tuple[object, ...]:
        v = self.values()
        return Fee, (*v[:6], v[6:9], v[9:12])

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)}" for name in self.__slots__ if getattr(self, name))
        return f"Fee({shown})"


NO_FEE: Final = Fee()  # the side that pays nothing; never changed


class FeeBill:
    """What some trades cost: every payment in the protocol's order, nothing moved yet.

    Attributes:
        payments: ``(transfer type, party, amount)`` in the order of execution.
        taker: the party whose funds are checked (the aggressor of the last trade; "" in auctions).
        total: fees of all trades without referrer rewards: what :attr:`taker` must be able to pay.
        totals: what each party must be able to pay on a spot market, and what its holding account locks there.
    """

    __slots__ = ("payments", "taker", "total", "totals")

    def __init__(self, payments: list[Payment], taker: str, total: int, totals: dict[str, int]) -> None:
        self.payments = payments
        self.taker = taker
        self.total = total
        self.totals = totals

    def __repr__(self) -> str:
        return f"<FeeBill {self.taker} {self.total}, {len(self.payments)} payments>"
