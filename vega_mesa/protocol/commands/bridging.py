"""What moves money between the network and the simulated Ethereum, and the faucet. Amounts in asset decimals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawSubmission:
    """Take money out of the general account (0030-ETHM). ``receiver``: the wallet on Ethereum, for a token."""

    asset: str
    amount: int
    receiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaucetMint:
    """Mint a built-in asset to the sender; at most the asset's faucet maximum at a time."""

    asset: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumDeployToken:
    """A transaction on Ethereum: create a token contract at an address."""

    address: str
    name: str
    symbol: str
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumMintToken:
    """A transaction on Ethereum: create tokens in a wallet (the sender's own when empty)."""

    address: str
    amount: int
    wallet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumListAsset:
    """A transaction on Ethereum: list an asset, whose signatures are complete, on the bridge."""

    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumSetAssetLimits:
    """A transaction on Ethereum: take the limits of a voted asset update to the bridge."""

    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumDeposit:
    """A transaction on Ethereum: deposit tokens of the sender's wallet to a party (the sender when empty)."""

    asset: str
    amount: int
    wallet: str = ""  # the sender's own when empty
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumClaimWithdrawal:
    """A transaction on Ethereum: present a withdrawal with the validators' signatures to the bridge."""

    withdrawal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumStopBridge:
    """A transaction on Ethereum: stop (or resume) the bridge."""

    resume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleDataSubmission:
    """Data signed by the sender's key (and perhaps others): (name, value) pairs."""

    properties: tuple[tuple[str, str], ...]
    signers: tuple[str, ...] = ()  # the sender when empty


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumCallResult:
    """The validators' answer to the contract call of a data source: (name, value) pairs."""

    spec_id: str
    properties: tuple[tuple[str, str], ...]
    block_time: int = 0  # unix seconds of the Ethereum block; 0: now
