"""The outside: token contracts, the collateral bridge and the staking bridge on a simulated Ethereum (0031-ETHB).

Amounts are in the tokens' decimals, which are those of their assets; times in nanoseconds. A transaction takes effect
in its contract at once; the network hears of it when its block has enough confirmations.
"""

from __future__ import annotations

from typing import Final

from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.refusal import Refused

BLOCK_INTERVAL: Final = 12 * SECOND
WITHDRAWAL_DELAY: Final = 432_000 * SECOND  # of withdrawals above the threshold
SIGNATURES_PER_MILLE: Final = 667


class TokenContract:
    """An ERC20 token: who holds how much."""

    __slots__ = ("address", "balances", "decimals", "name", "symbol")

    def __init__(self, address: str, name: str, symbol: str, decimals: int) -> None:
        self.address = address
        self.name = name
        self.symbol = symbol
        self.decimals = decimals
        self.balances: dict[str, int] = {}

    @property
    def total_supply(self) -> int:
        """All tokens of this contract."""
        return sum(self.balances.values())

    def balance(self, wallet: str) -> int:
        """What a wallet holds."""
        return self.balances.get(wallet, 0)

    def mint(self, wallet: str, amount: int) -> None:
        """Create tokens."""
        if amount <= 0:
            raise Refused("amount must be positive")
        self.balances[wallet] = self.balance(wallet) + amount

    def transfer(self, source: str, destination: str, amount: int) -> None:
        """Move tokens.

        Raises:
            Refused: the source has too few.
        """
        if amount <= 0 or self.balance(source) < amount:
            raise Refused("ERC20: transfer amount exceeds balance")
        self.balances[source] -= amount
        self.balances[destination] = self.balance(destination) + amount


class Listing:
    """An asset on the bridge, with its limits (0: none)."""

    __slots__ = ("asset", "lifetime_limit", "token", "withdraw_threshold")

    def __init__(self, asset: str, token: TokenContract, lifetime_limit: int, withdraw_threshold: int) -> None:
        self.asset = asset
        self.token = token
        self.lifetime_limit = lifetime_limit
        self.withdraw_threshold = withdraw_threshold


class BridgeContract:
    """The collateral bridge: holds the tokens of all listed assets, pays against signatures."""

    ADDRESS: Final = "collateral-bridge"

    def __init__(self, withdrawal_delay: int = WITHDRAWAL_DELAY) -> None:
        self.withdrawal_delay = withdrawal_delay
        self.listings: dict[str, Listing] = {}
        self.stopped = False
        self._deposited: dict[tuple[str, str], int] = {}  # asset, wallet: over its life
        self._used: dict[int, bool] = {}  # nonces

    def list_asset(self, asset: str, token: TokenContract, lifetime_limit: int, withdraw_threshold: int) -> None:
        """Take an asset."""
        if asset in self.listings:
            raise Refused("asset already listed")
        self.listings[asset] = Listing(asset, token, lifetime_limit, withdraw_threshold)

    def set_limits(self, asset: str, lifetime_limit: int, withdraw_threshold: int) -> None:
        """Change an asset's limits."""
        listing = self._listing(asset)
        listing.lifetime_limit = lifetime_limit
        listing.withdraw_threshold = withdraw_threshold

    def deposit(self, wallet: str, asset: str, amount: int) -> None:
        """Take tokens of a wallet.

        Raises:
            Refused: not listed, stopped, over the lifetime limit, or more than the wallet holds.
        """
        self._check_running()
        listing = self._listing(asset)
        total = self._deposited.get((asset, wallet), 0) + amount
        if listing.lifetime_limit and total > listing.lifetime_limit:
            raise Refused("deposit over lifetime limit")
        listing.token.transfer(wallet, self.ADDRESS, amount)
        self._deposited[asset, wallet] = total

    def withdraw(self, asset: str, amount: int, wallet: str, nonce: int, created_at: int, now: int) -> None:
        """Pay a withdrawal whose signatures are in order.

        Raises:
            Refused: stopped, paid before, above the threshold and too young, or the bridge holds too little.
        """
        self._check_running()
        listing = self._listing(asset)
        if nonce in self._used:
            raise Refused("nonce already used")
        large = listing.withdraw_threshold and amount > listing.withdraw_threshold
        if large and now < created_at + self.withdrawal_delay:
            raise Refused("large withdrawal is not old enough")
        listing.token.transfer(self.ADDRESS, wallet, amount)
        self._used[nonce] = True

    def _check_running(self) -> None:
        if self.stopped:
            raise Refused("bridge is stopped")

    def _listing(self, asset: str) -> Listing:
        if asset not in self.listings:
            raise Refused("asset not listed")
        return self.listings[asset]


class StakingContract:
    """The staking bridge: tokens associated with parties."""

    ADDRESS: Final = "staking-bridge"

    def __init__(self) -> None:
        self._stakes: dict[tuple[str, str], int] = {}  # wallet, party

    def stake(self, token: TokenContract, wallet: str, amount: int, party: str) -> None:
        """Associate tokens with a party."""
        token.transfer(wallet, self.ADDRESS, amount)
        self._stakes[wallet, party] = self.staked(wallet, party) + amount

    def unstake(self, token: TokenContract, wallet: str, amount: int, party: str) -> None:
        """Give associated tokens back to their wallet."""
        if amount <= 0 or self.staked(wallet, party) < amount:
            raise Refused("stake is lower than the amount")
        token.transfer(self.ADDRESS, wallet, amount)
        self._stakes[wallet, party] -= amount

    def staked(self, wallet: str, party: str) -> int:
        """What a wallet has associated with a party."""
        return self._stakes.get((wallet, party), 0)


class Ethereum:
    """The chain: its blocks, its tokens, its two bridges."""

    def __init__(self, block_interval: int = BLOCK_INTERVAL, withdrawal_delay: int = WITHDRAWAL_DELAY) -> None:
        self.block_interval = block_interval
        self.tokens: dict[str, TokenContract] = {}  # by address, lower case
        self.collateral = BridgeContract(withdrawal_delay)
        self.staking = StakingContract()

    def deploy(self, address: str, name: str, symbol: str, decimals: int) -> TokenContract:
        """Create a token contract."""
        key = address.lower()
        if key in self.tokens:
            raise Refused("address already in use")
        self.tokens[key] = TokenContract(address, name, symbol, decimals)
        return self.tokens[key]

    def token(self, address: str) -> TokenContract:
        """The token contract at an address."""
        token = self.tokens.get(address.lower())
        if token is None:
            raise Refused("no token contract at this address")
        return token

    def confirmed_at(self, now: int, confirmations: int) -> int:
        """When a transaction sent now has its confirmations: it is mined in the next block."""
        return (now // self.block_interval + 1 + confirmations) * self.block_interval
