"""A simulated Ethereum and the bridge to it (0030-ETHM, 0031-ETHB)."""

from __future__ import annotations

from vega_mesa.protocol.assets import AssetDetails, Assets
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.bridging import FaucetMint, WithdrawSubmission
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.staking import StakingAccounts


class Bridge:
    """Token contracts, the collateral and staking bridges, and what the network has heard of them.

    Args:
        validators: how many sign for the bridge.
        block_interval: of Ethereum, nanoseconds.
    """

    def __init__(
        self,
        bus: EventBus,
        collateral: Collateral,
        assets: Assets,
        parameters: NetworkParameters,
        staking: StakingAccounts | None = None,
        *,
        validators: int = 1,
        block_interval: int = 12_000_000_000,
    ) -> None: ...

    def deploy_token(self, address: str, name: str, symbol: str, decimals: int) -> None:
        """Create a token contract."""
        raise NotImplementedError

    def mint_token(self, address: str, wallet: str, amount: int) -> None:
        """Create tokens in a wallet."""
        raise NotImplementedError

    def faucet(self, party: str, mint: FaucetMint, id: str, now: int) -> None:
        """Mint a built-in asset: a deposit that the next tick credits."""
        raise NotImplementedError

    def list_asset(self, asset: str, now: int) -> None:
        """List an asset that waits for it on the bridge; enabled after the confirmations."""
        raise NotImplementedError

    def deposit(self, wallet: str, asset: str, amount: int, party: str, id: str, now: int) -> None:
        """Deposit tokens of a wallet; credited to the party after the confirmations."""
        raise NotImplementedError

    def withdraw(self, party: str, submission: WithdrawSubmission, id: str, now: int) -> None:
        """Take money out of the network."""
        raise NotImplementedError

    def claim(self, withdrawal: str, now: int) -> None:
        """Present a signed withdrawal to the bridge's contract, which pays the wallet."""
        raise NotImplementedError

    def stake(self, wallet: str, amount: int, party: str, id: str, now: int) -> None:
        """Associate governance tokens of a wallet with a party."""
        raise NotImplementedError

    def unstake(self, wallet: str, amount: int, party: str, id: str, now: int) -> None:
        """Remove governance tokens from the staking bridge."""
        raise NotImplementedError

    def token_matches(self, details: AssetDetails) -> bool:
        """Whether the token contract says what a proposal says (what nodes check)."""
        raise NotImplementedError

    def tick(self, now: int) -> None:
        """Confirm what Ethereum has confirmed by now and apply it in order."""
        return None
