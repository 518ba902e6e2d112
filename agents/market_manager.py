"""The party that makes a market exist, and at the end settles it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.actions.governance import MarketTerms, read_market
from vega_mesa.agents.market_presets import BITCOIN_FUTURE
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.proposer import Proposer
from vega_mesa.protocol.commands.governance import NewMarket
from vega_mesa.protocol.markets.definition import FutureProduct, SpotProduct
from vega_mesa.protocol.markets.states import TRADABLE
from vega_mesa.protocol.refusal import Refused
from vega_mesa.units import decimal, from_integer, round_to

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

NO_ASSETS: Final = {"settlementAsset": "-", "baseAsset": "-base", "quoteAsset": "-quote"}  # until there are some
TOKEN_ADDRESS: Final = "0x" + "d" * 38 + "{:02x}"


class MarketManager(Proposer):
    """Votes an asset and a market in before the run; signs the oracle data that settles the market after it.

    Make it before the agents that trade: they find the market when they initialise.

    Args:
        terms: of the market: a definition, Vega's proposal JSON, or a file of it. Asset ids in it become the id of the
            new asset, oracle signers that it leaves open become this agent's key.
        prices: what the oracle reports at the end: the price of the run's last step. Without it, the price of the last
            trade: the mark price may be some seconds old, and would leave out what happened since.
        asset: symbol of the settlement asset; on a spot market, of the quote asset.
        base_asset: symbol of a spot market's base asset.
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
        base_asset: str = "BTC",
        asset_decimals: int | None = None,
        asset_kind: Literal["token", "builtin"] = "token",
        opening_auction: int = 2,
        voting: int = 2,
        key: str | None = None,
    ) -> None:
        super().__init__(model, voting=voting, key=key)
        self.change = read_market(terms, signers=(self.key,), assets=NO_ASSETS)
        definition = self.change.definition
        self.prices = prices
        self.asset = asset
        self.base_asset = base_asset
        needed = definition.decimal_places + definition.position_decimal_places
        self.asset_decimals = max(6, needed) if asset_decimals is None else asset_decimals
        self.asset_kind = asset_kind
        self.opening_auction = opening_auction
        self.market_id = ""

    # -- before ----------------------------------------------------------------------------------------------------

    def initialise(self) -> None:
        """Stake, vote the assets in, list them, vote the market in: until its opening auction has begun."""
        self.stake_tokens()
        asset_id = self._make_asset()
        product = self.change.definition.product
        if isinstance(product, SpotProduct):
            decimals = max(6, self.change.definition.position_decimal_places)
            base_id = self._vote_asset_in(self.base_asset, decimals)
            definition = replace(
                self.change.definition, product=replace(product, base_asset=base_id, quote_asset=asset_id)
            )
        else:
            definition = replace(self.change.definition, product=replace(product, settlement_asset=asset_id))
        self.market_id = self._make_market(replace(self.change, definition=definition))

    def _make_asset(self) -> str:
        return self._vote_asset_in(self.asset, self.asset_decimals)

    def _vote_asset_in(self, symbol: str, decimals: int) -> str:
        token = ""
        if self.asset_kind == "token":
            number = len(self.model.exchange.bridge.ethereum.tokens)
            token = TOKEN_ADDRESS.format(number)
            self.done(self.deploy_token(token, symbol, symbol, decimals), "deploying a token")
        proposal = self.propose_asset(
            symbol,
            decimals,
            token=token,
            closes_in=self.blocks(self.voting + 2),
            enacts_in=self.blocks(self.voting + 3),
        )
        self.pass_vote(proposal)
        self.await_state(proposal.id)
        if token:
            self.wait_until(lambda: self.works(self.list_asset(proposal.id)), "signatures for the bridge")
        self.wait_until(lambda: self.model.exchange.assets.is_enabled(proposal.id), "the asset to be enabled")
        return proposal.id

    def _make_market(self, change: NewMarket) -> str:
        proposal = self.propose_market(
            change,
            closes_in=self.blocks(self.voting),
            enacts_in=self.blocks(self.voting + self.opening_auction),
        )
        self.pass_vote(proposal)
        self.await_state(proposal.id, "STATE_PASSED")
        return proposal.id

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
            price = self.last_price(self.market_id) or self.mark_price(self.market_id) or 1.0
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
        self.done(self.submit_oracle_data({name: value}), f"oracle data {name}")

    def _terminate_by_vote(self, price: float) -> None:
        has_settlement = not isinstance(self.change.definition.product, SpotProduct)
        proposal = self.propose_market_state(
            self.market_id,
            "terminate",
            price if has_settlement else None,
            closes_in=self.blocks(self.voting),
            enacts_in=self.blocks(self.voting + 1),
        )
        self.pass_vote(proposal)
        self.await_state(proposal.id)


def _oracle_text(product: FutureProduct, price: float) -> str:
    """A price as the settlement data's property says it."""
    for filter in product.settlement_data.filters:
        if filter.property == product.settlement_property and filter.type == "TYPE_INTEGER":
            return str(round_to(price, filter.decimals or 0))
    return format(decimal(price), "f")
