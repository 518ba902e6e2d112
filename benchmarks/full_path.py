"""The whole way of an order on the standard stream: command, validation, margin, book, fees, ledger, positions.

Every 50 operations a block ends: all parties are marked to market. Trades and volume must be those of bare matching,
nothing may be refused, and the money must add up. Run alone with ``python -m benchmarks.full_path``.
"""

from __future__ import annotations

from decimal import Decimal
from statistics import median
from typing import Final

from benchmarks.matching import MatchingBenchmark, timed
from benchmarks.standard_stream import ADD, CANCEL, OPERATIONS, Row, standard_stream
from vega_mesa.chain.genesis import Genesis
from vega_mesa.chain.null_chain import NullChain
from vega_mesa.protocol.assets import AssetDetails
from vega_mesa.protocol.commands.trading import OrderCancellation, OrderSubmission
from vega_mesa.protocol.data_sources import TIMESTAMP, Condition, DataSourceSpec, Filter
from vega_mesa.protocol.markets.definition import (
    FeeFactors,
    FutureProduct,
    LiquidityFeeSettings,
    MarketDefinition,
    SimpleRiskModel,
)
from vega_mesa.protocol.matching.order import BUY, SELL, OrderType, Side, TimeInForce

FLOOR, TARGET = 1 / 13, 1 / 8.5  # of the reference book's speed
BLOCK: Final = 50  # operations
ASSET, MARKET = "dollar", "m" * 64
FUNDS: Final = 10**10
SIDES = (BUY, SELL)
PARAMETERS = {"network.markPriceUpdateMaximumFrequency": "0s", "limits.markets.maxPeggedOrders": "1500"}


def market() -> MarketDefinition:
    """A future with the factors of the standard measurement, open from the start."""
    never = DataSourceSpec(
        signers=("0x" + "0" * 40,), filters=(Filter(property="price", type="TYPE_INTEGER", conditions=()),)
    )
    end = DataSourceSpec(
        filters=(
            Filter(
                property=TIMESTAMP,
                type="TYPE_TIMESTAMP",
                conditions=(Condition(operator="OPERATOR_GREATER_THAN_OR_EQUAL", value="9999999999"),),
            ),
        ),
    )
    return MarketDefinition(
        name="standard stream",
        product=FutureProduct(
            settlement_asset=ASSET,
            quote_name=ASSET,
            settlement_data=never,
            settlement_property="price",
            termination=end,
            termination_property=TIMESTAMP,
        ),
        risk_model=SimpleRiskModel(long=Decimal("0.0532"), short=Decimal("0.0617")),
        fees=FeeFactors(maker=Decimal("0.0002"), infrastructure=Decimal("0.0005")),
        liquidity_fee_settings=LiquidityFeeSettings(method="METHOD_CONSTANT", constant=Decimal("0.001")),
        linear_slippage_factor=Decimal("0.001"),
    )


Named = tuple[int, int, Side, int, int, str]  # operation, id of the row, side, price, size, party


class FullPathBenchmark:
    """The standard stream through a null chain.

    Args:
        parties: how many trade; half of them rest orders, half take, so that nobody meets an order of their own.
    """

    def __init__(self, parties: int = 200) -> None:
        self.parties = [f"{number:064x}" for number in range(1, parties + 1)]
        prelude, operations = standard_stream()
        self.prelude = [self._named(row) for row in prelude]
        self.operations = [self._named(row) for row in operations]

    def _named(self, row: Row) -> Named:
        """Makers by the id of the order, takers likewise out of the other half."""
        operation, row_id, side, price, size, _ = row
        half = len(self.parties) // 2
        party = self.parties[row_id % half + (0 if operation in {ADD, CANCEL} else half)]
        return operation, row_id, SIDES[side], price, size, party

    def chain(self) -> NullChain:
        """A chain with the market open and every party funded."""
        chain = NullChain(Genesis(network_parameters=PARAMETERS))
        exchange = chain.exchange
        exchange.assets.register(ASSET, AssetDetails(name=ASSET, symbol="USD", decimals=0))
        for party in self.parties:
            exchange.collateral.deposit(party, ASSET, FUNDS)
        exchange.submit_market(MARKET, market())
        exchange.start_opening_auction(MARKET)
        chain.next_block()
        return chain

    @staticmethod
    def replay(chain: NullChain, rows: list[Named], orders: dict[int, str]) -> tuple[int, int]:
        """Send rows, a block every 50; returns the number of trades and their volume."""
        trades = volume = 0
        submit = chain.submit
        for number, (operation, row_id, side, price, size, party) in enumerate(rows, 1):
            if operation == ADD:
                outcome = submit(party, OrderSubmission(market_id=MARKET, side=side, size=size, price=price)).outcome
                orders[row_id] = outcome.id
            elif operation == CANCEL:
                outcome = submit(party, OrderCancellation(market_id=MARKET, order_id=orders.pop(row_id))).outcome
            else:
                outcome = submit(
                    party,
                    OrderSubmission(
                        market_id=MARKET, side=side, size=size, type=OrderType.MARKET,
                        time_in_force=TimeInForce.IOC,
                    ),
                ).outcome  # fmt: skip
                for trade in outcome.trades:
                    trades += 1
                    volume += trade.size
            assert outcome.error is None, outcome.error
            if number % BLOCK == 0:
                chain.next_block()
        return trades, volume

    def run_once(self) -> float:
        """CPU time of one replay, ns per operation; the money is checked."""
        chain, orders = self.chain(), {}
        self.replay(chain, self.prelude, orders)
        nanoseconds = timed(lambda: self.replay(chain, self.operations, orders))
        assert not chain.exchange.imbalance()
        return nanoseconds


def measure(parties: int, rounds: int = 3) -> tuple[float, float]:
    """Median ns per operation of the full path, and the median ratio of its speed to the reference book's."""
    matching, path = MatchingBenchmark(), FullPathBenchmark(parties)
    pairs = [(matching.reference(), path.run_once()) for _ in range(rounds)]
    return median(own for _, own in pairs), median(reference / own for reference, own in pairs)


def main() -> None:
    """Print two lines."""
    for parties in (200, 5_000):
        nanoseconds, ratio = measure(parties)
        print(f"full path, {parties:5,} parties {nanoseconds:8.0f} ns/op   1/{1 / ratio:.1f} of the reference book")


if __name__ == "__main__":
    assert OPERATIONS % BLOCK == 0
    main()
