"""Proposals and votes (0028-GOVE)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vega_mesa.actions.staking import Staking
from vega_mesa.chain.transaction import Transaction
from vega_mesa.errors import ConfigError
from vega_mesa.protocol.assets import AssetDetails, BuiltinSource, ERC20Source
from vega_mesa.protocol.commands.governance import (
    Change,
    NewAsset,
    NewFreeform,
    NewMarket,
    ProposalSubmission,
    UpdateMarketState,
    UpdateNetworkParameter,
    VoteSubmission,
    VoteValue,
)
from vega_mesa.protocol.governance.market_proposal import parse_market, parse_market_update
from vega_mesa.protocol.markets.definition import MarketDefinition
from vega_mesa.units import NANOSECONDS, Duration, Number, decimal, nanoseconds, to_integer

MarketTerms = NewMarket | MarketDefinition | Mapping[str, Any] | str | Path


def read_market(
    terms: MarketTerms, *, signers: Sequence[str] = (), assets: Mapping[str, str] | None = None
) -> NewMarket:
    """Read the terms of a new market: a definition; or Vega's proposal JSON as an object, as text, or a file of it.

    Args:
        signers: keys in place of oracle signers that the JSON leaves open.
        assets: ids in place of asset ids, see :func:`vega_mesa.protocol.governance.market_proposal.parse_market`.

    Raises:
        ConfigError: no such file, not JSON, or a field of it is missing or out of range; names it.
        Unsupported: a field that cannot be built yet.
    """
    if isinstance(terms, NewMarket):
        return terms
    if isinstance(terms, MarketDefinition):
        return NewMarket(definition=terms)
    return parse_market(_object(terms), signers=signers, assets=assets)


class Governing(Staking):
    """Proposes and votes.

    A proposal closes and is enacted so long from now: ``closes_in``, ``enacts_in``. Its id is that of the transaction,
    also of the market or asset that it creates.
    """

    def propose(
        self,
        change: Change,
        *,
        closes_in: Duration = 2,
        enacts_in: Duration = 4,
        title: str = "",
        description: str = "",
    ) -> Transaction:
        """Propose any change."""
        now = self.model.chain.now
        name = type(change).__name__
        enactment = 0 if isinstance(change, NewFreeform) else _whole_second(now + nanoseconds(enacts_in, "enacts_in"))
        return self.send(
            ProposalSubmission(
                change=change,
                closing=_whole_second(now + nanoseconds(closes_in, "closes_in")),
                enactment=enactment,
                title=title or name,
                description=description or name,
            )
        )

    def propose_market(
        self,
        terms: MarketTerms,
        *,
        signers: Sequence[str] = (),
        assets: Mapping[str, str] | None = None,
        closes_in: Duration = 2,
        enacts_in: Duration = 4,
    ) -> Transaction:
        """Propose a market; its opening auction lasts from closing to enactment.

        Args:
            terms: see :func:`read_market`.
            signers: keys in place of oracle signers that the JSON leaves open; by default the agent's own.
            assets: ids in place of asset ids.

        Raises:
            ConfigError, Unsupported: see :func:`read_market`.
        """
        change = read_market(terms, signers=tuple(signers) or (self.key,), assets=assets)
        return self.propose(change, closes_in=closes_in, enacts_in=enacts_in, title=change.definition.name)

    def propose_market_update(
        self,
        market: str,
        terms: Mapping[str, Any] | str | Path,
        *,
        signers: Sequence[str] = (),
        closes_in: Duration = 2,
        enacts_in: Duration = 4,
    ) -> Transaction:
        """Propose new terms for a market, as Vega's JSON."""
        id = self.find_market(market).id
        change = parse_market_update(id, _object(terms), signers=tuple(signers) or (self.key,))
        return self.propose(change, closes_in=closes_in, enacts_in=enacts_in)

    def propose_market_state(
        self,
        market: str,
        update: str,
        price: Number | None = None,
        *,
        closes_in: Duration = 2,
        enacts_in: Duration = 4,
    ) -> Transaction:
        """Propose to ``terminate`` (at a settlement price), ``suspend`` or ``resume`` a market."""
        if update not in ("terminate", "suspend", "resume"):
            raise ConfigError("update", update, "one of terminate, suspend, resume")
        found = self.find_market(market)
        change = UpdateMarketState(
            market_id=found.id,
            update_type=f"MARKET_STATE_UPDATE_TYPE_{update.upper()}",
            price=None if price is None else self.model.units_of(found).price(price),
        )
        return self.propose(change, closes_in=closes_in, enacts_in=enacts_in)

    def propose_asset(
        self,
        symbol: str,
        decimals: int,
        *,
        name: str = "",
        quantum: Number = 1,
        faucet_maximum: Number = 10**12,
        token: str = "",
        lifetime_limit: Number = 0,
        withdraw_threshold: Number = 0,
        closes_in: Duration = 3,
        enacts_in: Duration = 5,
    ) -> Transaction:
        """Propose an asset: built-in, or a token that stands at an address on the simulated Ethereum.

        Args:
            quantum: what counts as a small amount.
            faucet_maximum: of a built-in asset, what one may mint at a time.
            token: address of the token's contract; empty for a built-in asset.
            lifetime_limit: of a token, what one wallet may deposit in all; 0 for no limit.
            withdraw_threshold: of a token, above which a withdrawal is delayed; 0 for none.
        """
        if token:
            source: BuiltinSource | ERC20Source = ERC20Source(
                contract_address=token,
                lifetime_limit=to_integer(lifetime_limit, decimals, "lifetime_limit"),
                withdraw_threshold=to_integer(withdraw_threshold, decimals, "withdraw_threshold"),
            )
        else:
            source = BuiltinSource(max_faucet_amount_mint=to_integer(faucet_maximum, decimals, "faucet_maximum"))
        details = AssetDetails(
            name=name or symbol,
            symbol=symbol,
            decimals=decimals,
            quantum=decimal(quantum, "quantum").scaleb(decimals),
            source=source,
        )
        return self.propose(NewAsset(details=details), closes_in=closes_in, enacts_in=enacts_in, title=symbol)

    def propose_network_parameter(
        self, key: str, value: str, *, closes_in: Duration = 2, enacts_in: Duration = 4
    ) -> Transaction:
        """Propose a value for a network parameter, as text."""
        return self.propose(UpdateNetworkParameter(key=key, value=value), closes_in=closes_in, enacts_in=enacts_in)

    def propose_freeform(self, title: str, description: str = "", *, closes_in: Duration = 2) -> Transaction:
        """Ask the token holders."""
        return self.propose(NewFreeform(), closes_in=closes_in, title=title, description=description)

    def vote(self, proposal_id: str, *, yes: bool = True) -> Transaction:
        """Vote on a proposal with all associated tokens; the last vote counts."""
        return self.send(VoteSubmission(proposal_id=proposal_id, value=VoteValue.YES if yes else VoteValue.NO))

    def proposal_state(self, proposal_id: str) -> str | None:
        """E.g. ``STATE_OPEN``; None for an unknown proposal."""
        proposal = self.model.exchange.governance.proposals.get(proposal_id)
        return None if proposal is None else str(proposal.state.value)


def _whole_second(time: int) -> int:
    return -(-time // NANOSECONDS)


def _object(terms: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    """Read JSON from text or a file."""
    if isinstance(terms, Mapping):
        return terms
    source = "the text"
    try:
        if isinstance(terms, Path) or not terms.lstrip().startswith("{"):
            source = str(terms)
            terms = Path(terms).read_text(encoding="utf-8")
        data = json.loads(terms)
    except (OSError, ValueError) as error:
        raise ConfigError("market", source, f"a file with a market proposal in JSON ({error})") from None
    if not isinstance(data, dict):
        raise ConfigError("market", source, "a JSON object")
    return data
