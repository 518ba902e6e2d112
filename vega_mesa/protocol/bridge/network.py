"""The network's side of the bridge: what it has heard of Ethereum, deposits, withdrawals, signatures (0030-ETHM)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from vega_mesa.protocol.arithmetic import ceil_div, exact, truncate
from vega_mesa.protocol.assets import AssetDetails, Assets, AssetStatus, BuiltinSource, ERC20Source
from vega_mesa.protocol.bridge.ethereum import BLOCK_INTERVAL, SIGNATURES_PER_MILLE, Ethereum, TokenContract
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.bridging import FaucetMint, WithdrawSubmission
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.events.bridging import BundleSigned, DepositUpdated, WithdrawalUpdated
from vega_mesa.protocol.instants import SECOND
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.network_parameters import NetworkParameters
from vega_mesa.protocol.refusal import Refused
from vega_mesa.protocol.staking import StakingAccounts


class Status(StrEnum):
    """Of a deposit or withdrawal."""

    OPEN = "STATUS_OPEN"
    FINALIZED = "STATUS_FINALIZED"
    CANCELLED = "STATUS_CANCELLED"
    REJECTED = "STATUS_REJECTED"


class Action(StrEnum):
    """What happened outside that the network must hear of."""

    DEPOSIT = "deposit"
    WITHDRAWN = "withdrawn"
    LISTED = "listed"
    LIMITS = "limits"
    STAKED = "staked"
    UNSTAKED = "unstaked"
    STOPPED = "stopped"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A deposit; amount in asset decimals, times in nanoseconds."""

    id: str
    party: str
    asset: str
    amount: int
    status: Status = Status.OPEN
    credited_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A withdrawal; ``reference`` is its nonce on the bridge, ``signatures`` what the validators have given."""

    id: str
    party: str
    asset: str
    amount: int
    receiver: str
    created_at: int
    reference: int = 0
    signatures: int = 0
    status: Status = Status.OPEN
    transaction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """Something that the network hears of at ``due``; ``subject``: a deposit, withdrawal, asset or party."""

    due: int
    id: str
    action: Action
    subject: str
    amount: int = 0
    made_at: int = 0


FUNCTIONS: Final = {Action.LISTED: "listAsset", Action.LIMITS: "setAssetLimits", Action.WITHDRAWN: "withdrawAsset"}


class Bridge:
    """Deposits, withdrawals and listings, and the simulated Ethereum behind them.

    Args:
        staking: where associations of the staking bridge arrive; None when tokens are not staked there.
        validators: how many keys the bridge's contract knows; :attr:`signing` of them sign (all at first).
        block_interval: of Ethereum, nanoseconds.
        confirmations: blocks until the network hears of a transaction; None: as ``blockchains.ethereumConfig`` says.
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
        block_interval: int = BLOCK_INTERVAL,
        confirmations: int | None = None,
    ) -> None:
        self.bus = bus
        self.collateral = collateral
        self.assets = assets
        self.parameters = parameters
        self.staking = staking
        self.ethereum = Ethereum(block_interval)
        self.validators = validators
        self.signing = validators
        """How many validators sign; fewer than two thirds and nothing more is listed or paid out."""
        self.deposits: dict[str, Deposit] = {}
        self.withdrawals: dict[str, Withdrawal] = {}
        self.stopped = False
        """Whether the network believes the bridge to be stopped."""
        self._confirmations = confirmations
        self._pending: list[_Pending] = []
        self._unsigned: list[tuple[Action, str]] = []  # what the validators have not signed yet
        self._signatures: dict[tuple[str, str], int] = {}  # function, asset
        self._announced: dict[str, bool] = {}  # assets whose listing is on its way
        self._count = 0

    # -- tokens ----------------------------------------------------------------------------------------------------

    def deploy_token(self, address: str, name: str, symbol: str, decimals: int) -> TokenContract:
        """Create a token contract on Ethereum."""
        return self.ethereum.deploy(address, name, symbol, decimals)

    def mint_token(self, address: str, wallet: str, amount: int) -> None:
        """Create tokens in a wallet."""
        self.ethereum.token(address).mint(wallet, amount)
        self._read_supply()

    def token_of(self, asset: str) -> TokenContract:
        """The token contract behind an asset.

        Raises:
            Refused: unknown asset, not a token, or no contract.
        """
        source = self.assets.get(asset).details.source
        if not isinstance(source, ERC20Source):
            raise Refused("not an erc20 asset")
        return self.ethereum.token(source.contract_address)

    def token_matches(self, details: AssetDetails) -> bool:
        """Whether the token contract says what a proposal says: what nodes check; built-in assets always match."""
        source = details.source
        if not isinstance(source, ERC20Source):
            return True
        token = self.ethereum.tokens.get(source.contract_address.lower())
        stated = (details.name, details.symbol, details.decimals)
        return token is not None and (token.name, token.symbol, token.decimals) == stated

    # -- listing ---------------------------------------------------------------------------------------------------

    def list_at_genesis(self, asset: str) -> None:
        """Put an asset that is enabled from the start on the bridge, without signatures."""
        self._list(asset)

    def list_asset(self, asset: str, now: int) -> None:
        """Send the transaction that lists a voted asset on the bridge; enabled after the confirmations.

        Raises:
            Refused: not waiting for a listing, on its way already, or signatures are missing.
        """
        if self.assets.get(asset).status is not AssetStatus.PENDING_LISTING or asset in self._announced:
            raise Refused("asset already being listed")
        if not self._is_signed(Action.LISTED, asset):
            raise Refused("chain event for erc20 asset list received with missing node signatures")
        self._list(asset)
        self._announced[asset] = True
        self._expect(Action.LISTED, hash_text(f"list {asset}"), asset, now)

    def set_asset_limits(self, asset: str, now: int) -> None:
        """Send the transaction that gives the bridge the limits of a voted update.

        Raises:
            Refused: no update waits, or signatures are missing.
        """
        staged = self.assets.get(asset).staged
        if staged is None or not isinstance(staged.source, ERC20Source):
            raise Refused("no asset update is waiting for the bridge")
        if not self._is_signed(Action.LIMITS, asset):
            raise Refused("chain event for erc20 asset limits updated received with missing node signatures")
        source = staged.source
        self.ethereum.collateral.set_limits(asset, source.lifetime_limit, source.withdraw_threshold)
        self._expect(Action.LIMITS, hash_text(f"limits {asset} {now}"), asset, now)

    def _list(self, asset: str) -> None:
        source = self.assets.get(asset).details.source
        token = self.token_of(asset)
        assert isinstance(source, ERC20Source)
        self.ethereum.collateral.list_asset(asset, token, source.lifetime_limit, source.withdraw_threshold)

    def stop(self, now: int, *, resume: bool = False) -> None:
        """Send the transaction that stops, or resumes, the bridge."""
        self.ethereum.collateral.stopped = not resume
        action = Action.RESUMED if resume else Action.STOPPED
        self._count += 1
        self._expect(action, hash_text(f"{action} {self._count}"), "", now)

    # -- money in --------------------------------------------------------------------------------------------------

    def faucet(self, party: str, mint: FaucetMint, id: str, now: int) -> None:
        """Mint a built-in asset: a deposit that the next tick credits.

        Raises:
            Refused: not a built-in asset, or more than its faucet gives at once.
        """
        source = self.assets.get(mint.asset).details.source
        if not isinstance(source, BuiltinSource) or not self.assets.is_enabled(mint.asset):
            raise Refused("non builtin asset used for builtin asset chain event")
        if mint.amount <= 0:
            raise Refused("amount must be positive")
        if mint.amount > source.max_faucet_amount_mint:
            text = f"amount request exceed maximal amount of {source.max_faucet_amount_mint}: {mint.amount}"
            raise Refused(text)
        self._open_deposit(id, party, mint.asset, mint.amount)
        self._pending.append(_Pending(due=now, id=id, action=Action.DEPOSIT, subject=id, made_at=now))

    def deposit(self, wallet: str, asset: str, amount: int, party: str, id: str, now: int) -> None:
        """Send the transaction that deposits tokens of a wallet; credited to the party after the confirmations.

        Raises:
            Refused: the bridge's contract reverts, or the asset is no enabled token.
        """
        if not isinstance(self.assets.get(asset).details.source, ERC20Source):
            raise Refused("non ERC20 for ERC20 chain event")
        if id in self.deposits:
            raise Refused("chain event already processed")
        self.ethereum.collateral.deposit(wallet, asset, amount)
        self._open_deposit(id, party, asset, amount)
        self._expect(Action.DEPOSIT, id, id, now)

    def _open_deposit(self, id: str, party: str, asset: str, amount: int) -> None:
        if id in self.deposits:
            raise Refused("chain event already processed")
        self._set_deposit(Deposit(id=id, party=party.removeprefix("0x"), asset=asset, amount=amount))

    # -- money out -------------------------------------------------------------------------------------------------

    def withdraw(self, party: str, submission: WithdrawSubmission, id: str, now: int) -> Withdrawal:
        """Take money out of the network: built-in assets at once, tokens into a bundle that validators sign.

        Raises:
            Refused: with the network's text; the rejected withdrawal is told in an event only.

        Emits: WithdrawalUpdated, and the ledger's events.
        """
        if submission.amount <= 0:
            raise Refused("withdraw_submission.amount (must be positive)")
        withdrawal = Withdrawal(
            id=id,
            party=party,
            asset=submission.asset,
            amount=submission.amount,
            receiver=submission.receiver,
            created_at=now,
        )
        try:
            builtin = self._check_withdrawal(submission)
            self.collateral.withdraw(party, submission.asset, submission.amount)
        except Refused:
            self._announce(replace(withdrawal, status=Status.REJECTED))  # told, not kept
            raise
        if builtin:
            return self._set_withdrawal(replace(withdrawal, status=Status.FINALIZED))
        self._count += 1
        self._unsigned.append((Action.WITHDRAWN, id))
        return self._set_withdrawal(replace(withdrawal, reference=self._count + now // SECOND))

    @exact
    def _check_withdrawal(self, submission: WithdrawSubmission) -> bool:
        asset = self.assets.get(submission.asset)
        if isinstance(asset.details.source, BuiltinSource):
            return True
        if self.stopped:
            raise Refused("cannot issue withdrawals when the bridge is stopped")
        if not submission.receiver:
            raise Refused("missing withdraw submission erc20 ext")
        multiple = self.parameters.decimal("spam.protection.minimumWithdrawalQuantumMultiple")
        if submission.amount < truncate(asset.details.quantum * multiple):
            raise Refused("invalid withdrawal, amount under minimum required")
        return False

    def claim(self, id: str, now: int) -> None:
        """Send the transaction that presents a signed withdrawal to the bridge; the wallet is paid at once.

        Raises:
            Refused: unknown, paid already, not signed yet, or the contract reverts.
        """
        withdrawal = self.withdrawals.get(id)
        if withdrawal is None:
            raise Refused("invalid reference for withdrawal chain event")
        if withdrawal.status is not Status.OPEN or withdrawal.transaction:
            raise Refused("invalid withdrawal state")
        if withdrawal.signatures < self.required_signatures:
            raise Refused("withdrawal not ready")
        contract, asset, amount = self.ethereum.collateral, withdrawal.asset, withdrawal.amount
        contract.withdraw(asset, amount, withdrawal.receiver, withdrawal.reference, withdrawal.created_at, now)
        transaction = hash_text(f"withdraw {withdrawal.reference}")
        self.withdrawals[id] = replace(withdrawal, transaction=transaction)
        self._expect(Action.WITHDRAWN, transaction, id, now)

    # -- staking ---------------------------------------------------------------------------------------------------

    def stake(self, wallet: str, amount: int, party: str, id: str, now: int) -> None:
        """Send the transaction that associates governance tokens of a wallet with a party."""
        self._check_staking()
        self.ethereum.staking.stake(self._governance_token(), wallet, amount, party)
        self._expect(Action.STAKED, id, party, now, amount)

    def unstake(self, wallet: str, amount: int, party: str, id: str, now: int) -> None:
        """Send the transaction that takes governance tokens back from the staking bridge."""
        self._check_staking()
        self.ethereum.staking.unstake(self._governance_token(), wallet, amount, party)
        self._expect(Action.UNSTAKED, id, party, now, amount)

    def _check_staking(self) -> None:
        if self.staking is None:
            raise Refused("there is no staking bridge")

    def _governance_token(self) -> TokenContract:
        return self.token_of(self.parameters.string("reward.asset"))

    def _read_supply(self) -> None:
        asset = self.assets.by_id.get(self.parameters.string("reward.asset"))
        if self.staking is None or asset is None or not isinstance(asset.details.source, ERC20Source):
            return
        token = self.ethereum.tokens.get(asset.details.source.contract_address.lower())
        if token is not None:
            self.staking.supply = token.total_supply

    # -- what the network hears ------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        """Sign what waits for signatures, and apply what Ethereum has confirmed, in ascending order of ids.

        Emits: BundleSigned, DepositUpdated, WithdrawalUpdated, AssetUpdated, StakeLinking and the ledger's events.
        """
        if self.assets.awaiting_bridge:
            self._prepare_bundles()
        if self._unsigned:
            self._sign()
        if not self._pending:
            return
        due = sorted((entry for entry in self._pending if entry.due <= now), key=_id_of)
        if due:
            self._pending = [entry for entry in self._pending if entry.due > now]
            for entry in due:
                self._apply(entry, now)
            self._read_supply()

    @property
    def required_signatures(self) -> int:
        """How many signatures the bridge's contract wants."""
        return max(1, ceil_div(self.validators * SIGNATURES_PER_MILLE, 1000))

    @property
    def confirmations(self) -> int:
        """Blocks of Ethereum until the network believes a transaction."""
        if self._confirmations is not None:
            return self._confirmations
        return int(self.parameters.json("blockchains.ethereumConfig")["confirmations"])

    def _prepare_bundles(self) -> None:
        for asset in self.assets.awaiting_bridge:
            staged = self.assets.get(asset).staged is not None
            self._unsigned.append((Action.LIMITS if staged else Action.LISTED, asset))
        self.assets.awaiting_bridge.clear()

    def _sign(self) -> None:
        for action, subject in self._unsigned:
            if action is Action.WITHDRAWN:
                self.withdrawals[subject] = replace(self.withdrawals[subject], signatures=self.signing)
            else:
                self._signatures[FUNCTIONS[action], subject] = self.signing
            if self.signing >= self.required_signatures:
                self.bus.send(BundleSigned, resource=subject, function=FUNCTIONS[action], signatures=self.signing)
        if self.signing >= self.required_signatures:
            self._unsigned.clear()

    def _is_signed(self, action: Action, asset: str) -> bool:
        return self._signatures.get((FUNCTIONS[action], asset), 0) >= self.required_signatures

    def _expect(self, action: Action, id: str, subject: str, now: int, amount: int = 0) -> None:
        due = self.ethereum.confirmed_at(now, self.confirmations)
        self._pending.append(_Pending(due=due, id=id, action=action, subject=subject, amount=amount, made_at=now))

    def _apply(self, entry: _Pending, now: int) -> None:
        match entry.action:
            case Action.DEPOSIT:
                self._credit(self.deposits[entry.subject], now)
            case Action.WITHDRAWN:
                self._set_withdrawal(replace(self.withdrawals[entry.subject], status=Status.FINALIZED))
            case Action.LISTED:
                self.assets.enable(entry.subject)
            case Action.LIMITS:
                self.assets.apply_update(entry.subject)
            case Action.STAKED | Action.UNSTAKED:
                assert self.staking is not None
                added = entry.action is Action.STAKED
                record = self.staking.deposited if added else self.staking.removed
                record(entry.id, entry.subject, entry.amount, entry.made_at)
            case Action.STOPPED | Action.RESUMED:
                self.stopped = entry.action is Action.STOPPED

    def _credit(self, deposit: Deposit, now: int) -> None:
        try:
            self.collateral.deposit(deposit.party, deposit.asset, deposit.amount)
        except Refused:
            self._set_deposit(replace(deposit, status=Status.CANCELLED))
        else:
            self._set_deposit(replace(deposit, status=Status.FINALIZED, credited_at=now))

    def _set_deposit(self, deposit: Deposit) -> None:
        self.deposits[deposit.id] = deposit
        self.bus.send(
            DepositUpdated,
            deposit=deposit.id,
            party=deposit.party,
            asset=deposit.asset,
            amount=deposit.amount,
            status=deposit.status,
            credited_at=deposit.credited_at,
        )

    def _set_withdrawal(self, withdrawal: Withdrawal) -> Withdrawal:
        self.withdrawals[withdrawal.id] = withdrawal
        self._announce(withdrawal)
        return withdrawal

    def _announce(self, withdrawal: Withdrawal) -> None:
        self.bus.send(
            WithdrawalUpdated,
            withdrawal=withdrawal.id,
            party=withdrawal.party,
            asset=withdrawal.asset,
            amount=withdrawal.amount,
            status=withdrawal.status,
            reference=withdrawal.reference,
            receiver=withdrawal.receiver,
            transaction=withdrawal.transaction,
        )


def _id_of(entry: _Pending) -> str:
    return entry.id
