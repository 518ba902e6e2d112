"""The party that makes a market exist, and at the end settles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.actions.governance import MarketTerms, read_market
from vega_mesa.agent import VegaAgent
from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError, Unsupported
from vega_mesa.protocol.assets import BuiltinSource
from vega_mesa.protocol.commands.governance import NewMarket
from vega_mesa.protocol.markets.definition import FutureProduct, PerpetualProduct, SpotProduct
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.refusal import Refused
from vega_mesa.units import decimal, from_integer, round_to, to_decimal

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

PATIENCE: Final = 500  # blocks to wait for something that governance or the bridge must do
NO_ASSETS: Final = {"settlementAsset": "-", "baseAsset": "-base", "quoteAsset": "-quote"}  # until there are some
TOKEN_ADDRESS: Final = "0x" + "d" * 38 + "{:02x}"


class MarketManager(VegaAgent):
    """Votes an asset and a market in before the run; signs the oracle data that settles the market after it.

    Make it before the agents that trade: they find the market when they initialise.

    Args:
        terms: of the market: a definition, Vega's proposal JSON, or a file of it. Asset ids in it become the id of the
            new asset, oracle signers that it leaves open become this agent's key.
        prices: what the oracle reports at the end: the price of the run's last step. Without it, the mark price.
        asset: symbol of the settlement asset.
        asset_decimals: of the asset; None for as many as the market needs, at least 6.
        asset_kind: ``token`` on the simulated Ethereum, listed on its bridge, or ``builtin``.
        opening_auction: how many blocks the opening auction lasts at least.
        voting: how many blocks there are to vote.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        terms: MarketTerms = BITCOIN_FUTURE,
        prices: PriceProcess | None = None,
        asset: str = "USDT",
        asset_decimals: int | None = None,
        asset_kind: Literal["token", "builtin"] = "token",
        opening_auction: int = 2,
        voting: int = 2,
        key: str | None = None,
    ) -> None:
        super().__init__(model, key=key)
        self.change = read_market(terms, signers=(self.key,), assets=NO_ASSETS)
        definition = self.change.definition
        if isinstance(definition.product, SpotProduct):
            raise Unsupported("instrument.spot", "a spot market", "a future or perpetual: spot has two assets")
        self.prices = prices
        self.asset = asset
        needed = definition.decimal_places + definition.position_decimal_places
        self.asset_decimals = max(6, needed) if asset_decimals is None else asset_decimals
        self.asset_kind = asset_kind
        self.opening_auction = opening_auction
        self.voting = voting
        self.market_id = ""

    # -- before ----------------------------------------------------------------------------------------------------

    def initialise(self) -> None:
        """Stake, vote the asset in, list it, vote the market in: until its opening auction has begun."""
        self._stake()
        asset_id = self._make_asset()
        product = self.change.definition.product
        assert isinstance(product, FutureProduct | PerpetualProduct)
        definition = replace(self.change.definition, product=replace(product, settlement_asset=asset_id))
        self.market_id = self._make_market(replace(self.change, definition=definition))

    def _stake(self) -> None:
        token = self.governance_asset()
        source = self.model.exchange.assets.get(token).details.source
        if not isinstance(source, BuiltinSource):
            raise Unsupported("reward.asset", token, "a built-in asset: the manager mints what it votes with")
        amount = to_decimal(source.max_faucet_amount_mint, self.model.exchange.assets.decimals(token))
        self._done(self.mint(token, amount), "minting the governance token")
        self._wait_until(lambda: self.balance(token) > 0, "the governance token to arrive")
        self._done(self.associate(self.balance(token)), "associating the governance token")

    def _make_asset(self) -> str:
        token = ""
        if self.asset_kind == "token":
            number = len(self.model.exchange.bridge.ethereum.tokens)
            token = TOKEN_ADDRESS.format(number)
            self._done(self.deploy_token(token, self.asset, self.asset, self.asset_decimals), "deploying a token")
        proposal = self.propose_asset(
            self.asset,
            self.asset_decimals,
            token=token,
            closes_in=self._blocks(self.voting + 2),
            enacts_in=self._blocks(self.voting + 3),
        )
        self._pass(proposal, "STATE_ENACTED")
        if token:
            self._wait_until(lambda: self._works(self.list_asset(proposal.id)), "signatures for the bridge")
        self._wait_until(lambda: self.model.exchange.assets.is_enabled(proposal.id), "the asset to be enabled")
        return proposal.id

    def _make_market(self, change: NewMarket) -> str:
        proposal = self.propose_market(
            change,
            closes_in=self._blocks(self.voting),
            enacts_in=self._blocks(self.voting + self.opening_auction),
        )
        self._pass(proposal, "STATE_PASSED")
        return proposal.id

    def _pass(self, proposal: Transaction, state: str) -> None:
        self._done(proposal, "a proposal")
        reached = ("STATE_ENACTED", state)
        self._wait_until(lambda: self._works(self.vote(proposal.id)), "a vote to be taken")
        self._wait_until(lambda: self.proposal_state(proposal.id) in reached, f"a proposal to reach {state}")

    # -- after -----------------------------------------------------------------------------------------------------

    def finalise(self) -> None:
        """End trading and report the price that settles the market; by a vote where no oracle may end it."""
        market = self.model.exchange.markets.get(self.market_id)
        if market is None or market.state not in TRADABLE:
            return
        price = self.settlement_price()
        product = market.definition.product
        if isinstance(product, FutureProduct) and self._can_report(product, price):
            self._report(product.termination_property, "true")
            self.model.chain.next_block()
            if self.market_id not in self.model.exchange.markets:
                return  # it never opened: the end of trading was its end
            self._report(product.settlement_property, _oracle_text(product, price))
            self.model.chain.next_block()
        else:
            self._terminate_by_vote(price)

    def settlement_price(self) -> float:
        """What the oracle reports."""
        if self.prices is not None:
            price = self.prices.price(self.model.step_count)
        else:
            price = self.mark_price(self.market_id) or self.last_price(self.market_id) or 1.0
        product = self.change.definition.product
        if not isinstance(product, FutureProduct) or product.max_price is None:
            return self.round_price(price, market=self.market_id)
        cap = from_integer(product.max_price, self.change.definition.decimal_places)
        if product.binary:
            return cap if 2 * price >= cap else 0.0
        return min(cap, self.round_price(price, market=self.market_id))

    def _can_report(self, product: FutureProduct, price: float) -> bool:
        """Whether the market listens to this agent, and would take the price (a filter may want more than 0)."""
        sources = self.model.exchange.data_sources
        try:
            sources.check_submission((self.key,), {product.termination_property: "true"})
            sources.check_submission((self.key,), {product.settlement_property: _oracle_text(product, price)})
        except Refused:
            return False
        return True

    def _report(self, name: str, value: str) -> None:
        self._done(self.submit_oracle_data({name: value}), f"oracle data {name}")

    def _terminate_by_vote(self, price: float) -> None:
        proposal = self.propose_market_state(
            self.market_id,
            "terminate",
            price,
            closes_in=self._blocks(self.voting),
            enacts_in=self._blocks(self.voting + 1),
        )
        self._pass(proposal, "STATE_ENACTED")

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _blocks(self, number: int) -> float:
        """So many blocks in seconds; at least so many seconds, since proposals count in whole ones."""
        return number * max(1.0, self.model.chain.genesis.block_duration / 1e9)

    def _wait_until(self, condition: Callable[[], bool], what: str) -> None:
        for _ in range(PATIENCE):
            if condition():
                return
            self.model.chain.next_block()
        raise ConfigError("network_parameters", what, f"values that let it happen within {PATIENCE} blocks")

    def _works(self, transaction: Transaction) -> bool:
        self.model.chain.wait_for_total_catchup()  # where transactions wait to be ordered
        return transaction.error is None

    def _done(self, transaction: Transaction, what: str) -> None:
        if not self._works(transaction):
            raise ConfigError("network_parameters", f"{what}: {transaction.error}", "values that allow it")


def _oracle_text(product: FutureProduct, price: float) -> str:
    """A price as the settlement data's property says it."""
    for filter in product.settlement_data.filters:
        if filter.property == product.settlement_property and filter.type == "TYPE_INTEGER":
            return str(round_to(price, filter.decimals or 0))
    return format(decimal(price), "f")
