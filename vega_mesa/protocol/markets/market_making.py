"""Automated market makers in a futures market: submitted, amended, cancelled, moved by oracles, ended (0090-VAMM).

A market without market makers has ``market.amm`` None; nothing here is called for it but :func:`submit`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from vega_mesa.protocol.amm.data_source_ids import source_ids
from vega_mesa.protocol.amm.engine import CurveInputs, MarketMakers
from vega_mesa.protocol.amm.pool import PENDING, REDUCE_ONLY, Pool, PoolReason, PoolStatus, PoolTerms, pool_party
from vega_mesa.protocol.amm.rebasing import CANNOT_REBASE, Rebase, find_rebase
from vega_mesa.protocol.arithmetic import divide, exact
from vega_mesa.protocol.commands.amm import AmendAMM, AMMCancelMethod, ConcentratedLiquidityParameters, SubmitAMM
from vega_mesa.protocol.data_sources import DataSourceSpec
from vega_mesa.protocol.markets import closeouts, margining, order_entry, pegging
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order import IOC, LIMIT, Order
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.markets.futures import FuturesMarket

NO_POOL = "no pool matching party"


# -- a new market maker (05 §4.2) ------------------------------------------------------------------------------------


def submit(market: FuturesMarket, owner: str, command: SubmitAMM, ids: IdGenerator) -> Pool:
    """Start a market maker; if the market has left its base price, it first trades its way there.

    Returns:
        The market maker. It is REJECTED, without a refusal, if its order to rebase did not trade.

    Raises:
        Refused: with Vega's text.

    Emits: LedgerMoved, AMMUpdated, and what the rebasing order emits.
    """
    id = ids.next()
    _require_trading(market)
    amm = market.market_makers()
    wanted = command.concentrated_liquidity_parameters
    amm.check_bounds(wanted)
    if owner in amm.pools:
        raise Refused(f"party already own a pool for market {market.id}")
    party = pool_party(market.id, owner)
    amm.check_commitment(owner, party, command.commitment_amount)
    amm.funds.open(party)
    margining.open_accounts(market, party)
    waits = wanted.data_source_id is not None
    terms = PoolTerms(
        commitment=command.commitment_amount,
        proposed_fee=command.proposed_fee,
        parameters=replace(wanted, base=0) if waits else wanted,
        slippage_tolerance=command.slippage_tolerance,
        minimum_price_change_trigger=command.minimum_price_change_trigger,
    )
    curves = None if waits else amm.build_curves(terms, wanted.base or 0, curve_inputs(market))
    pool = amm.new_pool(id, owner, terms, curves)
    try:
        rebase = _rebase(market, amm, pool)
    except Refused:
        amm.reject(pool, PoolReason.CANNOT_REBASE)
        raise
    amm.funds.bring_to(owner, party, terms.commitment)
    if rebase is not None:
        try:
            traded = _trade(market, pool, rebase, ids)
        except Refused:
            _reject_unfunded(amm, pool)
            raise
        if not traded:
            _reject_unfunded(amm, pool)
            return pool
    _confirm(market, amm, pool)
    market.services.on_market_maker(owner, party)
    return pool


def _reject_unfunded(amm: MarketMakers, pool: Pool) -> None:
    amm.funds.release(pool.owner, pool.party)
    amm.reject(pool, PoolReason.CANNOT_REBASE)


def _require_trading(market: FuturesMarket) -> None:
    if not market.can_trade:
        raise Refused("trading not allowed")


def curve_inputs(market: FuturesMarket) -> CurveInputs:
    """What the market contributes to a curve that is built now."""
    factors, definition = market.risk_factors, market.definition
    return CurveInputs(
        long_risk=factors.long.decimal,
        short_risk=factors.short.decimal,
        initial_margin=market.margin_scaling.initial,
        slippage=definition.linear_slippage_factor,
        allowed_empty_levels=definition.allowed_empty_amm_levels,
    )


def _confirm(market: FuturesMarket, amm: MarketMakers, pool: Pool) -> None:
    amm.confirm(pool)
    _changed(market, amm)


def _changed(market: FuturesMarket, amm: MarketMakers) -> None:
    """The list or a status has changed: whoever looks at quotes looks again."""
    market.book.off_book = amm.liquidity if amm.pools else None
    market.book.forget_indicative()
    pegging.check_references(market)


# -- rebasing (05 §4.3) ----------------------------------------------------------------------------------------------


def _rebase(market: FuturesMarket, amm: MarketMakers, pool: Pool) -> Rebase | None:
    """What the market maker must trade before it may be listed; nothing in an auction or without a base price."""
    if pool.status is PENDING or market.auction.in_auction:
        return None
    return find_rebase(pool, market.book, amm.liquidity, pool.terms.slippage_tolerance)


def _trade(market: FuturesMarket, pool: Pool, rebase: Rebase, ids: IdGenerator) -> bool:
    """Send the rebasing order; whether it traded at all.

    Raises:
        OrderRefused: as for any order.
    """
    order = Order(
        ids.next(), market.id, pool.party, rebase.side, LIMIT, IOC, rebase.size, rebase.price,
        market.price_scale.over(rebase.price), reference=f"amm-rebase{pool.party}", created_at=market.now,
    )  # fmt: skip
    margining.open_accounts(market, pool.party)
    try:
        return bool(order_entry.place(market, order, ids).trades)
    except OrderRefused as refusal:
        order_entry.reject(market, order, refusal)
        raise


# -- amendment (05 §4.4) ---------------------------------------------------------------------------------------------


def amend(market: FuturesMarket, owner: str, command: AmendAMM, ids: IdGenerator) -> Pool:
    """Change a market maker. It goes to the end of the list, also when the change fails at the last step.

    Raises:
        Refused: with Vega's text.

    Emits: LedgerMoved, AMMUpdated, and what the rebasing order emits.
    """
    _require_trading(market)
    wanted = command.concentrated_liquidity_parameters
    if wanted is not None:
        market.market_makers().check_bounds(wanted)
    amm, pool = _find(market, owner)
    if command.commitment_amount is not None:
        amm.check_commitment(owner, pool.party, command.commitment_amount)
    before = pool.terms
    terms = PoolTerms(
        commitment=before.commitment if command.commitment_amount is None else command.commitment_amount,
        proposed_fee=command.proposed_fee or before.proposed_fee,
        parameters=before.parameters if wanted is None else wanted,
        slippage_tolerance=command.slippage_tolerance,
        minimum_price_change_trigger=command.minimum_price_change_trigger,
    )
    _check_position_has_bound(pool, terms.parameters)
    base = _inherited_base(market, pool, terms.parameters)
    return _amend(market, amm, pool, terms, base, command.commitment_amount, ids)


def _find(market: FuturesMarket, owner: str) -> tuple[MarketMakers, Pool]:
    pool = None if market.amm is None else market.amm.pools.get(owner)
    if market.amm is None or pool is None:
        raise Refused(NO_POOL)
    return market.amm, pool


def _check_position_has_bound(pool: Pool, wanted: ConcentratedLiquidityParameters) -> None:
    position = pool.real_position
    if wanted.lower_bound is None and position > 0:
        raise Refused("cannot remove lower bound when AMM is long")
    if wanted.upper_bound is None and position < 0:
        raise Refused("cannot remove upper bound when AMM is short")


def _inherited_base(market: FuturesMarket, pool: Pool, wanted: ConcentratedLiquidityParameters) -> int | None:
    """The base price of an amended market maker, market decimals; None if it has to wait for its data source."""
    before = pool.terms.parameters
    if wanted.data_source_id is None and before.data_source_id is None:
        return wanted.base or 0
    if pool.lower is None:
        return None
    times = market.price_scale.times
    outside = (wanted.upper_bound is not None and pool.base >= times(wanted.upper_bound)) or (
        wanted.lower_bound is not None and pool.base <= times(wanted.lower_bound)
    )
    return None if outside else before.base


def _amend(
    market: FuturesMarket,
    amm: MarketMakers,
    old: Pool,
    terms: PoolTerms,
    base: int | None,
    commitment: int | None,
    ids: IdGenerator,
) -> Pool:
    """Put new terms in force.

    Args:
        base: market decimals; None for a market maker that has to wait for its data source.
        commitment: the new commitment if it was changed, asset decimals.
    """
    terms = replace(terms, parameters=replace(terms.parameters, base=base or 0))
    curves = None if base is None else amm.build_curves(terms, base, curve_inputs(market))
    if curves is not None:
        position = old.real_position
        if position > curves[0].whole_position or -position > curves[1].whole_position:
            raise Refused("AMM's current position is outside of amended bounds - reduce position first")
    pool = amm.new_pool(old.id, old.owner, terms, curves)
    held = amm.funds.of(old.party)
    amm.take_off(old)
    market.book.off_book = amm.liquidity if amm.pools else None
    try:
        rebase = _rebase(market, amm, pool)
        if commitment is not None:
            amm.funds.bring_to(pool.owner, pool.party, commitment)
        if rebase is not None and not _trade(market, pool, rebase, ids):
            raise Refused(CANNOT_REBASE)
    except Refused as refusal:
        if commitment is not None:
            amm.funds.bring_to(pool.owner, pool.party, held)
        _confirm(market, amm, old)
        raise Refused(CANNOT_REBASE) from refusal
    _confirm(market, amm, pool)
    return pool


# -- cancellation and the end (05 §4.4, 4.9) -------------------------------------------------------------------------


def cancel(market: FuturesMarket, owner: str, method: AMMCancelMethod, ids: IdGenerator) -> None:
    """End a market maker, at once or as soon as it is flat.

    Emits: AMMUpdated; for an immediate end LedgerMoved, and what a close-out emits.
    """
    _require_trading(market)
    amm, pool = _find(market, owner)
    if method is AMMCancelMethod.REDUCE_ONLY:
        pool.status = REDUCE_ONLY
        amm.announce(pool)
        market.book.forget_indicative()
        return
    amm.funds.release(owner, pool.party)
    amm.end(pool, PoolStatus.CANCELLED)
    _changed(market, amm)
    if pool.real_position:
        closeouts.close_out(market, [pool.party], [], ids)


def on_tick(market: FuturesMarket, amm: MarketMakers) -> None:
    """A block begins: market makers without money stop."""
    broke = [pool for pool in amm.pools.values() if amm.is_broke(pool)]
    for pool in broke:
        amm.end(pool, PoolStatus.STOPPED)
    if broke:
        _changed(market, amm)


def on_close_out(market: FuturesMarket, amm: MarketMakers, parties: Iterable[str]) -> None:
    """Positions are taken over: market makers among them stop, before their money goes."""
    found = [amm.by_party[party] for party in parties if party in amm.by_party]
    for pool in found:
        amm.end(pool, PoolStatus.STOPPED)
    if found:
        market.book.off_book = amm.liquidity if amm.pools else None


def after_mark_to_market(market: FuturesMarket, amm: MarketMakers) -> None:
    """Market makers that were cancelled and have got rid of their position end."""
    finished = [pool for pool in amm.pools.values() if pool.status is REDUCE_ONLY and not pool.real_position]
    for pool in finished:
        amm.funds.release(pool.owner, pool.party)
        amm.end(pool, PoolStatus.CANCELLED)
    if finished:
        _changed(market, amm)


def on_market_close(market: FuturesMarket, amm: MarketMakers) -> None:
    """The market has settled: owners get back what their market makers have."""
    for pool in list(amm.pools.values()):
        amm.funds.close(pool.owner, pool.party)
        amm.end(pool, PoolStatus.STOPPED)
    market.book.off_book = None


# -- bases that follow a data source (05 §4.12) ----------------------------------------------------------------------


def on_source_price(market: FuturesMarket, amm: MarketMakers, source: DataSourceSpec, price: int) -> None:
    """A data source has a new price (asset decimals): move the bases of the market makers that follow it."""
    wanted = source_ids(source)
    following = [pool for pool in amm.pools.values() if pool.terms.parameters.data_source_id in wanted]
    if not following or not market.can_trade:
        return
    ids = market.block_ids(f"amm-base/{source.id}/{price}")
    base = market.price_scale.over(price)
    for pool in following:
        if base <= 0 or amm.pools.get(pool.owner) is not pool or not _moves_enough(pool, base):
            continue
        try:
            amm.check_bounds(pool.terms.parameters, base)
            _amend(market, amm, pool, pool.terms, base, None, ids)
        except Refused:
            continue  # the old market maker goes on


@exact
def _moves_enough(pool: Pool, base: int) -> bool:
    trigger = pool.terms.minimum_price_change_trigger
    if pool.lower is None or not trigger:
        return True
    return abs(divide(pool.terms.parameters.base or 0, base) - 1) >= trigger
