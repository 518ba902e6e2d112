"""What a network starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from vega_mesa.chain.shapes import record_of
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.assets import AssetDetails, BuiltinSource

SECOND: Final = 1_000_000_000  # nanoseconds
START: Final = 1_704_067_200 * SECOND  # 2024-01-01T00:00:00Z
ORDERINGS: Final = ("arrival", "shuffle", "vega")
_FIELDS: Final = (
    "chain_id", "time", "block_duration", "transactions_per_block", "ordering", "ordering_seed", "network_parameters",
    "assets",
)  # fmt: skip
VOTE: Final = AssetDetails(
    name="Vote", symbol="VOTE", decimals=5, source=BuiltinSource(max_faucet_amount_mint=10_000 * 10**5)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """The terms of a null chain; with the log of its transactions it is the whole run.

    Args:
        chain_id: goes into every id, so that two networks never share one.
        time: network time of the first block, ns since 1970.
        block_duration: network time between blocks, ns.
        transactions_per_block: how many transactions wait before they are ordered and executed. With 1, the default,
            each executes as it arrives. With 0 they wait for the end of the block. The clock moves only when it is
            told to, whatever waits.
        ordering: how waiting transactions are ordered: by ``arrival``, by a seeded ``shuffle``, or as ``vega`` orders
            those of a trading network (0093-TRTO: cancellations, post-only orders, what was delayed, the rest).
        ordering_seed: of the shuffle.
        network_parameters: values by their Vega names, where they are not the defaults.
        assets: enabled from the start, by id. The default is the governance token VOTE, built in.

    Attributes:
        executes_at_once: nothing waits: each transaction executes as it arrives.
    """

    chain_id: str = "vega-mesa"
    time: int = START
    block_duration: int = SECOND
    transactions_per_block: int = 1
    ordering: str = "arrival"
    ordering_seed: int = 0
    network_parameters: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, AssetDetails] = field(default_factory=lambda: {"VOTE": VOTE})
    executes_at_once: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "executes_at_once", self.transactions_per_block == 1 and self.ordering != "vega")
        if self.block_duration <= 0:
            raise ConfigError("block_duration", self.block_duration, "a positive number of nanoseconds")
        if self.transactions_per_block < 0:
            raise ConfigError("transactions_per_block", self.transactions_per_block, "0 or more")
        for name, value in self.network_parameters.items():
            if type(value) is not str:
                raise ConfigError(f"network_parameters[{name!r}]", value, "a text, as governance writes it")
        if self.ordering not in ORDERINGS:
            raise ConfigError("ordering", self.ordering, f"one of {', '.join(ORDERINGS)}")

    def to_json(self) -> dict[str, Any]:
        """As an object of the transaction log."""
        assets = {id: record_of(AssetDetails).encode(details) for id, details in self.assets.items()}
        values = {name: getattr(self, name) for name in _FIELDS}
        return values | {"network_parameters": dict(self.network_parameters), "assets": assets}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote."""
        unknown = sorted(set(data) - set(_FIELDS))
        if unknown:
            raise ConfigError("genesis", unknown[0], f"one of {', '.join(_FIELDS)}")
        record = record_of(AssetDetails)
        assets = {id: record.decode(details, f"assets.{id}") for id, details in data["assets"].items()}
        return cls(**{**data, "assets": assets})
