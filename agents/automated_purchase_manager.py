"""The party that lets the network itself buy or sell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from vega_mesa.agents.checks import at_least, positive
from vega_mesa.agents.party_keys import network_key
from vega_mesa.agents.price_processes import PriceProcess
from vega_mesa.agents.proposer import Proposer
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.collateral import AccountType
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.governance import NewProtocolAutomatedPurchase
from vega_mesa.protocol.data_sources import TIME_TRIGGER, Condition, DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.markets.definition import CompositePriceSource, SpotProduct
from vega_mesa.protocol.markets.states import MarketState
from vega_mesa.units import Number, decimal, from_integer, nanoseconds, round_to

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

PROPERTY: Final = "automated-purchase.price"


class AutomatedPurchaseManager(Proposer):
    """Gives money to the network, has the network trade it on a spot market by a schedule, and signs the prices.

    A programme of auctions (0097-PAPU): a snapshot earmarks what the network's account for buying back holds, then the
    market goes into an auction with one order of the network in it, at the oracle's price times an offset. What it gets
    goes to the treasury. Auctions, where an order would move the price: A. Madhavan, Trading mechanisms in securities
    markets, Journal of Finance 47 (1992) 607-641.

    Args:
        market: id, code or name of a spot market; None for the model's first market.
        side: what the network does, ``buy`` the base asset or ``sell`` it.
        amount: of the asset that it pays with, given to the network once.
        most: of that asset, in one auction.
        prices: what the oracle says in every step; without it the market's mark price.
        offset: what that price is multiplied with, above 1 for a buyer that pays up.
        every: seconds between two auctions; a snapshot is taken three times as often.
        duration: of an auction, seconds.
        key: 64 hexadecimal digits, as transfers need it.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        side: Literal["buy", "sell"] = "buy",
        amount: float = 100_000,
        most: float = 10_000,
        prices: PriceProcess | None = None,
        offset: Number = 1,
        every: int = 30,
        duration: int = 5,
        voting: int = 2,
        market: str | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(model, voting=voting, key=key or network_key(model, type(self).__name__))
        if side not in ("buy", "sell"):
            raise ConfigError("side", side, "one of buy, sell")
        self.side: Literal["buy", "sell"] = side
        self.amount = positive("amount", amount)
        self.most = positive("most", most)
        self.prices = prices
        self.offset = decimal(offset, "offset")
        self.every = at_least("every", every, 3)
        self.duration = at_least("duration", duration, 1)
        self.market = market
        self.given: Transaction | None = None
        self.proposal: Transaction | None = None

    def initialise(self) -> None:
        """Stake, make such proposals possible within seconds, bring the money."""
        self.stake_tokens()
        self.make_easy("AutomatedPurchaseConfig")
        if isinstance(self.find_market(self.market).definition.product, SpotProduct):
            self.fund(self.source(), self._with_fee())

    def step(self) -> None:
        """Give, propose, vote, report."""
        if not self.is_trading(self.market):
            return
        market = self.find_market(self.market)
        if market.state is not MarketState.PENDING and isinstance(market.definition.product, SpotProduct):
            if (self.given is None or self.given.error) and self.balance(self.source()) > self.amount:
                self.given = self.transfer("network", self.amount, self.source(), to_account="buy_back_fees")
            if self.proposal is None or self.proposal.error:
                self.proposal = self.start(NewProtocolAutomatedPurchase(purchase=self.terms()))
            self._report()
        super().step()

    def source(self) -> str:
        """Id of the asset that the network pays with."""
        product = self.find_market(self.market).definition.product
        if not isinstance(product, SpotProduct):
            raise ConfigError("market", self.market, "a spot market")
        return product.quote_asset if self.side == "buy" else product.base_asset

    def _with_fee(self) -> float:
        """The amount, and what its transfer costs."""
        fee = float(self.model.exchange.network_parameters.decimal("transfer.fee.factor"))
        decimals = self.model.exchange.assets.decimals(self.source())
        return from_integer(round_to(self.amount * (1 + fee), decimals, rounding="up") + 1, decimals)

    def is_running(self) -> bool:
        """Whether the network's programme is in force."""
        return self.find_market(self.market).automated_purchase_state() is not None

    def terms(self) -> AutomatedPurchaseTerms:
        """The programme as governance knows it."""
        market = self.find_market(self.market)
        decimals = market.definition.decimal_places
        filters = (Filter(property=PROPERTY, type="TYPE_INTEGER", decimals=decimals),)
        price = DataSourceSpec(signers=(self.key,), filters=filters)
        smallest = self.model.exchange.assets.decimals(self.source())
        return AutomatedPurchaseTerms(
            market=market.id,
            from_asset=self.source(),
            from_account=AccountType.BUY_BACK_FEES,
            to_account=AccountType.NETWORK_TREASURY,
            price=CompositePriceSource(spec=price, property=PROPERTY),
            offset_factor=self.offset,
            auction_schedule=_schedule(self.every),
            snapshot_schedule=_schedule(max(1, self.every // 3)),
            auction_duration=self.duration,
            minimum_size=1,
            maximum_size=round_to(self.most, smallest),
            staleness_tolerance_ns=nanoseconds(self.every * 10),
        )

    def _report(self) -> None:
        if self.prices is not None:
            price: float | None = self.prices.price(self.model.step_count)
        else:
            price = self.mark_price(self.market)
        if price is not None and self.is_running():
            decimals = self.find_market(self.market).definition.decimal_places
            self.submit_oracle_data({PROPERTY: str(round_to(price, decimals))})


def _schedule(seconds: int) -> DataSourceSpec:
    condition = Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="0")
    return DataSourceSpec(
        filters=(Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP", conditions=(condition,)),),
        time_trigger=TimeTrigger(initial=None, every=seconds),
    )
