"""Money in and out: the faucet, the simulated Ethereum and its bridge; data that a key signs (0030-ETHM, 0045-DSRC)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import overload

from vega_mesa.actions.observing import Observing
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import InvalidAmount
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.protocol.commands.bridging import (
    EthereumClaimWithdrawal,
    EthereumDeployToken,
    EthereumDeposit,
    EthereumListAsset,
    EthereumMintToken,
    EthereumSetAssetLimits,
    FaucetMint,
    OracleDataSubmission,
    WithdrawSubmission,
)
from vega_mesa.units import Number, to_integer


class Bridging(Observing):
    """Moves money over the bridge. Assets are named by id or symbol; amounts are people's numbers."""

    def asset_amount(self, asset: str, amount: Number) -> int:
        """An amount in asset decimals.

        Raises:
            UnknownAsset: there is none of this id or symbol.
            InvalidAmount: negative, or finer than the asset's decimals.
        """
        decimals = self.model.exchange.assets.decimals(self.model.find_asset(asset))
        value = to_integer(amount, decimals, "amount")
        if value < 0:
            raise InvalidAmount(f"amount {amount!r} is negative")
        return value

    @overload
    def fund(self, asset: str, amount: Number) -> Transaction: ...
    @overload
    def fund(self, asset: float | Decimal) -> Transaction: ...

    def fund(self, asset: str | Number, amount: Number | None = None) -> Transaction:
        """Bring money onto the network, where it comes from does not matter: an asset's faucet, or fresh tokens that
        the agent's wallet deposits over the bridge, which takes the confirmations of Ethereum.

        ``fund(50_000)`` brings so much of the first market's asset, ``fund("USDT", 50_000)`` of any.
        """
        if amount is None:
            if isinstance(asset, str):
                raise InvalidAmount(f"fund({asset!r}) of what, or how much? fund(50_000) or fund('USDT', 50_000)")
            asset, amount = self.find_market().asset, asset
        id = self.model.find_asset(str(asset))
        source = self.model.exchange.assets.get(id).details.source
        if isinstance(source, BuiltinSource):
            return self.mint(id, amount)
        minted = self.mint_token(source.contract_address, self.asset_amount(id, amount))
        self.model.chain.wait_for_total_catchup()  # the tokens are there before they are deposited
        return minted if minted.error else self.deposit(id, amount)

    def deploy_token(self, address: str, name: str, symbol: str, decimals: int) -> Transaction:
        """Create a token contract on the simulated Ethereum."""
        return self.send(EthereumDeployToken(address=address, name=name, symbol=symbol, decimals=decimals))

    def mint_token(self, address: str, amount: int, wallet: str = "") -> Transaction:
        """Create tokens in a wallet, the agent's by default; the amount in the token's decimals."""
        return self.send(EthereumMintToken(address=address, amount=amount, wallet=wallet))

    def mint(self, asset: str, amount: Number) -> Transaction:
        """Mint a built-in asset to the agent; the next block credits it."""
        return self.send(FaucetMint(asset=self.model.find_asset(asset), amount=self.asset_amount(asset, amount)))

    def deposit(self, asset: str, amount: Number, party: str = "") -> Transaction:
        """Deposit tokens of the agent's wallet, to itself or to a party; credited once Ethereum has confirmed."""
        id = self.model.find_asset(asset)
        return self.send(EthereumDeposit(asset=id, amount=self.asset_amount(asset, amount), party=party))

    def withdraw(self, asset: str, amount: Number, receiver: str = "") -> Transaction:
        """Take money out of the general account; for a token, ``claim_withdrawal`` then pays the receiver's wallet."""
        id = self.model.find_asset(asset)
        return self.send(
            WithdrawSubmission(asset=id, amount=self.asset_amount(asset, amount), receiver=receiver or self.key)
        )

    def claim_withdrawal(self, withdrawal_id: str) -> Transaction:
        """Present a signed withdrawal to the bridge."""
        return self.send(EthereumClaimWithdrawal(withdrawal_id=withdrawal_id))

    def list_asset(self, asset: str) -> Transaction:
        """List a voted token on the bridge."""
        return self.send(EthereumListAsset(asset=self.model.find_asset(asset)))

    def set_asset_limits(self, asset: str) -> Transaction:
        """Take the limits of a voted asset update to the bridge."""
        return self.send(EthereumSetAssetLimits(asset=self.model.find_asset(asset)))

    def submit_oracle_data(self, properties: Mapping[str, str]) -> Transaction:
        """Sign data with the agent's key: whatever listens for it hears it."""
        pairs = tuple((str(name), str(value)) for name, value in properties.items())
        return self.send(OracleDataSubmission(properties=pairs))
