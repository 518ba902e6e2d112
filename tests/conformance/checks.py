"""What holds after every step and at the end of every scenario: money is only moved, and every movement is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.failures import Mismatch, StepFailed
from vega_mesa.protocol.collateral import AccountType

if TYPE_CHECKING:
    from tests.conformance.world import World

UNCOUNTED_ASSET = "VOTE"


class Reconciliation:
    """Compares, step by step, announced balances with ledger entries and with the accounts themselves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen = 0

    def start_step(self) -> None:
        """Remember where the step begins."""
        self.world.recorder.start_step()
        self.seen = len(self.world.recorder.all("ledger"))

    def finish_step(self) -> None:
        """Fail unless each account moved by exactly its ledger entries, and holds what was announced."""
        self._compare_with_ledger()
        self._compare_with_accounts()

    def _compare_with_ledger(self) -> None:
        recorder = self.world.recorder
        flows: dict[str, int] = {}
        for event in recorder.all("ledger")[self.seen :]:
            for entry in event.entries:
                flows[entry.from_account] = flows.get(entry.from_account, 0) - entry.amount
                flows[entry.to_account] = flows.get(entry.to_account, 0) + entry.amount
        for key, before in recorder.changed.items():
            event = recorder.accounts[key]
            flow = flows.pop(event.account, 0)
            if key[0] != AccountType.EXTERNAL and event.balance and event.balance != before + flow:
                raise Mismatch(f"balance of {event.account} against its ledger entries", before + flow, event.balance)
        for account, flow in flows.items():
            if flow and not account.endswith(chr(48 + AccountType.EXTERNAL)):
                raise StepFailed(f"ledger entries of {flow} for {account}, whose balance was not announced")

    def _compare_with_accounts(self) -> None:
        held = self.world.exchange.collateral.accounts
        for key, event in self.world.recorder.accounts.items():
            account = held.get(key)
            if account is None:
                if event.balance:
                    raise Mismatch(f"announced balance of {event.account}, which is gone", 0, event.balance)
            elif account.balance != event.balance and key[0] != AccountType.EXTERNAL:
                raise Mismatch(f"announced balance of {event.account}", account.balance, event.balance)


def total_of_balances(world: World) -> int:
    """All announced balances added up, whatever their asset, but for the uncounted one and the outside."""
    return sum(
        event.balance
        for (type, asset, _, _), event in world.recorder.accounts.items()
        if type != AccountType.EXTERNAL and asset != UNCOUNTED_ASSET
    )


def check_net_deposits(world: World) -> None:
    """Fail unless the accounts hold what came in and did not go out."""
    total = total_of_balances(world)
    if total != world.net_deposits:
        raise Mismatch("sum of all balances against net deposits", world.net_deposits, total)
