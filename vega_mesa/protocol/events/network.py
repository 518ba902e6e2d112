"""Epochs, network parameters, assets, oracles."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vega_mesa.protocol.events.bus import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEnded(Event):
    """A block is complete: everything that happened in it has been told; ``time`` is the block's."""

    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkParameterUpdated(Event):
    """A parameter has a new value (text as governance writes it)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEvent(Event):
    """An epoch started (``EPOCH_ACTION_START``) or ended (``EPOCH_ACTION_END``); times in nanoseconds.

    ``end`` is 0 in the event of a start.
    """

    sequence: int
    action: str
    start: int
    expiry: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetUpdated(Event):
    """An asset was proposed, is pending its listing, was enabled, rejected or changed."""

    asset: str
    name: str
    symbol: str
    decimals: int
    quantum: Decimal
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleDataReceived(Event):
    """A message matched these data source specs; properties and metadata as (name, value) pairs."""

    signers: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]
    metadata: tuple[tuple[str, str], ...]
    specs: tuple[str, ...]
    error: str = ""
