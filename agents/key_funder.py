"""The party that gives others money to trade with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vega_mesa.agent import VegaAgent
from vega_mesa.agents.checks import positive
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.bridging import FaucetMint
from vega_mesa.units import from_integer, round_to, to_decimal

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class KeyFunder(VegaAgent):
    """Brings money for keys: of agents that come with none, or of parties outside the model (0013-ACCT, 0030-ETHM).

    A token is minted in the funder's wallet on Ethereum and deposited to each key; of a built-in asset it asks the
    faucet on the key's behalf.

    Args:
        keys: whom to fund.
        amount: of the asset, to each.
        asset: id or symbol; None for that of the model's first market.
        top_up: whenever a key's free money falls below this, bring the amount again; None funds once.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        keys: Iterable[str] = (),
        amount: float = 100_000,
        asset: str | None = None,
        top_up: float | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(model, key=key)
        self.keys = tuple(keys)
        self.amount = positive("amount", amount)
        self.asset = asset
        self.top_up = None if top_up is None else positive("top_up", top_up)
        self.on_the_way: dict[str, int] = {}  # by key, the block in which money was last sent

    def initialise(self) -> None:
        """Fund every key once."""
        for key in self.keys:
            self.give(key)

    def step(self) -> None:
        """Top up whom money has left; a deposit that is still under way counts as there."""
        if self.top_up is None or self.model.tally.on_the_way:
            return
        for key in self.keys:
            if self.model.chain.height > self.on_the_way.get(key, 0) + 1 and self.free_money(key) < self.top_up:
                self.give(key)

    def give(self, key: str) -> None:
        """Bring the amount to a key."""
        id = self._asset()
        assets = self.model.exchange.assets
        source = assets.get(id).details.source
        self.on_the_way[key] = self.model.chain.height
        amount = round_to(self.amount, assets.decimals(id))
        if isinstance(source, BuiltinSource):
            self.model.chain.submit(key, FaucetMint(asset=id, amount=amount))
            return
        self.mint_token(source.contract_address, amount)
        self.model.chain.wait_for_total_catchup()
        self.deposit(id, to_decimal(amount, assets.decimals(id)), party=key)

    def free_money(self, key: str) -> float:
        """The general account of a key."""
        id = self._asset()
        exchange = self.model.exchange
        return from_integer(exchange.collateral.balance(AccountType.GENERAL, id, key), exchange.assets.decimals(id))

    def _asset(self) -> str:
        return self.find_market().asset if self.asset is None else self.model.find_asset(self.asset)
