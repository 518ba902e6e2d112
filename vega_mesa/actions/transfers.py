"""Money from one party to another, or to the network: now, later, or every epoch (0057-TRAN)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Literal

from vega_mesa.actions.bridging import Bridging
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.transfers import (
    CancelTransfer,
    DispatchStrategy,
    OneOffTransfer,
    RecurringTransfer,
    Transfer,
)
from vega_mesa.units import Duration, Number, decimal, instant, nanoseconds

NETWORK: Final = "network"
NETWORK_KEY: Final = "0" * 64
_KEY: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
Source = Literal["general", "vested_rewards", "locked_for_staking"]


class Transferring(Bridging):
    """Transfers money. A fee comes on top: a part of the amount, at most so many quantums (``transfer.fee...``)."""

    def transfer(
        self,
        to: str,
        amount: Number,
        asset: str | None = None,
        *,
        from_account: Source = "general",
        to_account: str = "general",
        deliver: Duration | datetime | None = None,
        reference: str = "",
    ) -> Transaction:
        """Transfer once.

        Args:
            to: key of an agent, any key of 64 hexadecimal digits, or ``network``.
            asset: None for that of the model's first market.
            from_account: which of the agent's accounts.
            to_account: ``general``; of the network ``global_reward``, ``network_treasury``, ``buy_back_fees``...
            deliver: when it arrives: from now, or an instant; None for at once.

        Raises:
            UnknownAsset, UnknownParty, InvalidAmount, InvalidCommand, InvalidTime: a mistake; nothing was sent.
        """
        when = 0 if deliver is None else self._moment(deliver)
        kind = OneOffTransfer(deliver_on=when)
        return self._transfer(to, amount, asset, from_account, to_account, kind, reference)

    def transfer_every_epoch(
        self,
        to: str,
        amount: Number,
        asset: str | None = None,
        *,
        start: int | None = None,
        end: int | None = None,
        factor: Number = 1,
        reward: DispatchStrategy | None = None,
        from_account: Source = "general",
        to_account: str = "general",
        reference: str = "",
    ) -> Transaction:
        """Transfer at the end of every epoch, until the money runs out; arguments as :meth:`transfer`.

        Args:
            start: number of the first epoch; None for the running one.
            end: number of the last; None for no end.
            factor: what the amount is multiplied with from epoch to epoch.
            reward: who competes for it, where it goes to one of the network's reward accounts.
        """
        first = self.model.exchange.epochs.sequence if start is None else start
        kind = RecurringTransfer(
            start_epoch=max(1, first), end_epoch=end, factor=decimal(factor, "factor"), dispatch_strategy=reward
        )
        return self._transfer(to, amount, asset, from_account, to_account, kind, reference)

    def cancel_transfer(self, transfer_id: str) -> Transaction:
        """End one of the agent's recurring transfers."""
        return self.send(CancelTransfer(transfer_id=transfer_id))

    def _transfer(
        self,
        to: str,
        amount: Number,
        asset: str | None,
        from_account: str,
        to_account: str,
        kind: OneOffTransfer | RecurringTransfer,
        reference: str,
    ) -> Transaction:
        id = self.find_market().asset if asset is None else self.model.find_asset(asset)
        return self.send(
            Transfer(
                asset=id,
                amount=self.asset_amount(id, amount),
                to=self._receiver(to),
                from_account_type=_account(from_account),
                to_account_type=_account(to_account),
                kind=kind,
                reference=reference,
            )
        )

    def _receiver(self, to: str) -> str:
        """The key that an agent, the network or a stranger goes by."""
        if to == NETWORK:
            return NETWORK_KEY
        return to if _KEY.fullmatch(to) else self.model.agent(to).key

    def _moment(self, when: Duration | datetime) -> int:
        """Network time, ns, of an instant or of so long from now."""
        if isinstance(when, datetime) or (isinstance(when, str) and when[4:5] == "-"):
            return instant(when)
        return self.model.chain.now + nanoseconds(when, "deliver")


def _account(name: str) -> AccountType:
    found = AccountType.__members__.get(str(name).upper(), AccountType.UNSPECIFIED)
    if found is AccountType.UNSPECIFIED:
        names = ", ".join(type.name.lower() for type in AccountType if type is not found)
        raise InvalidCommand(f"account {name!r} is not one of {names}")
    return found
