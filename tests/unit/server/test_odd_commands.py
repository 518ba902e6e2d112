"""Commands of every kind, rightly signed and oddly filled: taken, refused or turned away, never a defect."""

import dataclasses
import enum
import random
import types
import typing
from decimal import Decimal

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("nacl")

from vega_mesa.chain.commands import known
from vega_mesa.chain.shapes import camel, record_of
from vega_mesa.models import MODELS
from vega_mesa.protocol.commands.bridging import EthereumDeposit, EthereumMintToken, FaucetMint
from vega_mesa.protocol.commands.staking import AssociateTokens
from vega_mesa.server.keys import Wallet
from vega_mesa.server.network import Rejected, ServedNetwork
from vega_mesa.server.serve import FOR_ANYBODY

COMMANDS = 2_000
DECIMALS = [
    Decimal(text) for text in ("0", "1", "-1", "0.1", "1e-7", "0.95", "100", "1e20", "1e-30", "NaN", "Infinity")
]
NUMBERS = [0, 1, -1, 2, 5, 100, 600_000, 10**6, 10**9, 2**31, 2**63 - 1, 2**64, 10**18, 10**29]


class Maker:
    """Fills the fields of a command by their annotations."""

    def __init__(self, network, party, draw):
        self.network, self.draw = network, draw
        market = network.model.market
        self.market = market
        self.words = [market.id, market.asset, "VOTE", party, "", "x", "0" * 64, "MarketManager-1", "1h", "5"]

    def value(self, kind, depth=0):
        draw, origin, inner = self.draw, typing.get_origin(kind), typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            return self.value(draw.choice(inner), depth)
        if origin is tuple:
            if inner[-1] is Ellipsis:
                return tuple(self.value(inner[0], depth + 1) for _ in range(draw.randint(0, 3)))
            return tuple(self.value(item, depth + 1) for item in inner)
        if dataclasses.is_dataclass(kind):
            return self.command(kind, depth + 1)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return draw.choice(list(kind))
        now = self.network.chain.now
        words = [
            *self.words,
            *list(self.network.exchange.governance.proposals)[-3:],
            *list(self.market.book.orders)[:2],
        ]
        choices = {
            bool: (True, False), int: (*NUMBERS, now, now // 10**9 + 5, now + 10**10), Decimal: DECIMALS, str: words,
        }  # fmt: skip
        return draw.choice(choices.get(kind, (None,)))

    def command(self, kind, depth=0):
        hints = typing.get_type_hints(kind)
        filled = {}
        for field in dataclasses.fields(kind):
            has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
            if not has_default or self.draw.random() < 0.5:
                filled[field.name] = self.value(hints[field.name], depth)
        return kind(**filled)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_odd_commands_never_break_the_network(seed):
    draw = random.Random(seed)
    network = ServedNetwork(MODELS["ideal_market_maker"](rng=1, network_parameters=FOR_ANYBODY))
    for _ in range(5):
        network.next_block()
    wallet, chain = Wallet(draw.randbytes(32)), network.chain

    def send(command):
        nonce = chain.nonces.get(wallet.party, 0)
        body = {camel(type(command).__name__): record_of(type(command)).encode(command)}
        return network.submit(wallet.party, nonce, body, wallet.sign(chain.genesis.chain_id, nonce, body))

    asset = network.model.market.asset
    token = network.exchange.assets.get(asset).details.source.contract_address
    assert send(EthereumMintToken(address=token, amount=10**13)).accepted
    assert send(EthereumDeposit(asset=asset, amount=10**13)).accepted
    assert send(FaucetMint(asset="VOTE", amount=10**8)).accepted
    for _ in range(40):
        network.next_block()
    assert send(AssociateTokens(amount=10**7)).accepted

    maker, names = Maker(network, wallet.party, draw), sorted(known())
    met = {"taken": 0, "refused": 0, "turned away": 0}
    for number in range(COMMANDS):
        try:
            command = maker.command(known()[draw.choice(names)])
            transaction = send(command)
            met["refused" if transaction.error else "taken"] += 1
        except Rejected:
            met["turned away"] += 1
        except TypeError:  # not even a command: a field that this test cannot fill
            continue
        if number % 50 == 0:
            network.next_block()
    network.node.flush()
    assert all(count > 20 for count in met.values()), met
    assert not network.model.imbalance()
    network.close()
