"""Vega's market proposals, the JSON that stood on mainnet, as the terms of a market (0028-GOVE, 0016-PFUT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vega_mesa.protocol.commands.governance import NewMarket, UpdateMarket


def parse_market(
    proposal: Mapping[str, Any] | str,
    *,
    signers: Sequence[str] = (),
    assets: Mapping[str, str] | None = None,
) -> NewMarket:
    """Read a market proposal: camelCase or snake_case protobuf JSON, numbers as numbers or text.

    Args:
        proposal: the object, its text, or the whole ``proposalSubmission`` around it.
        signers: public keys put in place of signers that are null.
        assets: ids put in place of asset ids: by the id in the file, or by field (``settlementAsset``, ``baseAsset``,
            ``quoteAsset``) where the file says null.

    Raises:
        ConfigError: a field is missing or out of its range; names the field by its path.
        Unsupported: a valid field that cannot be built yet.
    """
    raise NotImplementedError


def parse_market_update(
    market_id: str,
    proposal: Mapping[str, Any] | str,
    *,
    signers: Sequence[str] = (),
    assets: Mapping[str, str] | None = None,
) -> UpdateMarket:
    """Read a market update; as :func:`parse_market` (fields that an update has not are ignored)."""
    raise NotImplementedError
