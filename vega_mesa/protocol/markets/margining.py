"""Margin of cross-margined parties: checked for orders, searched for and released at a mark-to-market.

Spec: 0010-MARG, 0011-MARA, 0019-MCAL. Amounts in asset decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vega_mesa.protocol.arithmetic import ZERO
from vega_mesa.protocol.collateral import Account, AccountType
from vega_mesa.protocol.events.trading import MarginLevelsUpdated, PartyMarginModeUpdated
from vega_mesa.protocol.margin.levels import SCALING_UNIT, Exposed, HypotheticalPosition, MarginLevels
from vega_mesa.protocol.matching.order import BUY, NETWORK, Order, Trade
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.positions import Position
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.fees import FeeBill
    from vega_mesa.protocol.markets.futures import FuturesMarket


class PartyAccounts:
    """The accounts of one party that a market works with, looked up once."""

    __slots__ = ("general", "margin")

    def __init__(self, general: Account, margin: Account) -> None:
        self.general = general
        self.margin = margin

    def __reduce__(self) -> tuple[object, ...]:
        return PartyAccounts, (self.general, self.margin)


def open_accounts(market: FuturesMarket, party: str) -> PartyAccounts:
    """The party's accounts; a margin account is opened for a party that is new to the market.

    Raises:
        OrderRefused: the party has no general account in the settlement asset.
    """
    known = market.accounts.get(party)
    if known is not None:
        return known
    general = market.collateral.find(AccountType.GENERAL, market.asset, party)
    if general is None:
        raise OrderRefused("INSUFFICIENT_ASSET_BALANCE", "party has insufficient balance in asset")
    margin = market.collateral.open(AccountType.MARGIN, market.asset, party, market.id)
    accounts = market.accounts[party] = PartyAccounts(general, margin)
    if party not in market.parties:
        market.parties[party] = None
        announce_mode(market, party)
    return accounts


def announce_mode(market: FuturesMarket, party: str) -> None:
    """Tell which margin mode a party is in."""
    if PartyMarginModeUpdated in market.bus.wanted:
        factor = market.isolated.get(party)
        least = market.minimum_margin_factor()
        market.bus.send(
            PartyMarginModeUpdated,
            market=market.id,
            party=party,
            isolated=factor is not None,
            margin_factor=factor or ZERO,
            min_theoretical_margin_factor=least,
            max_theoretical_leverage=1 / least if least else ZERO,
        )


def bond_account(market: FuturesMarket, party: str) -> Account | None:
    """The party's bond account in this market, if it ever had one."""
    return market.collateral.find(AccountType.BOND, market.asset, party, market.id)


# -- levels ----------------------------------------------------------------------------------------------------------


def order_levels(market: FuturesMarket, position: Position, order_price: int) -> MarginLevels:
    """Levels that a new or amended order is held against (03 §6.4, which price)."""
    mark = market.mark_price or 0
    if not market.auction.margin_in_auction:
        return market.margin.levels(position, mark, funding_increment=market.product.margin_increment())
    indicative = market.book.indicative()[0]
    price = (indicative or order_price) if market.auction.is_opening else mark
    return market.margin.levels(
        position, price, auction_price=max(indicative, mark), funding_increment=market.product.margin_increment()
    )


def announce(market: FuturesMarket, party: str, levels: MarginLevels | None) -> None:
    """Send a party's margin levels; None stands for a party that has nothing left."""
    if MarginLevelsUpdated not in market.bus.wanted:
        return
    factor = market.isolated.get(party)
    market.bus.send(
        MarginLevelsUpdated,
        market=market.id,
        party=party,
        asset=market.asset,
        maintenance=levels.maintenance if levels else 0,
        search=levels.search if levels else 0,
        initial=levels.initial if levels else 0,
        release=levels.release if levels else 0,
        order_margin=levels.order_margin if levels else 0,
        isolated=factor is not None,
        margin_factor=factor or ZERO,
    )


# -- orders ----------------------------------------------------------------------------------------------------------


def check_new_order(market: FuturesMarket, order: Order, position: Position) -> None:
    """Move the initial margin of the position with the order registered, or refuse the order whole (03 §6.6)."""
    if market.auction.margin_in_auction or not move_initial(market, order.party, position):
        secure(market, position, order_levels(market, position, order.price))


def check_market_order(market: FuturesMarket, order: Order, position: Position, trades: Sequence[Trade]) -> None:
    """Second check of a market order: the margin of the position that its trades lead to."""
    if not market.fully_collateralised:  # otherwise prices count, too
        volume = 0
        for trade in trades:
            volume += trade.size
        if order.side is BUY:
            after = HypotheticalPosition(position.size + volume, position.buy - volume, position.sell)
        else:
            after = HypotheticalPosition(position.size - volume, position.buy, position.sell - volume)
        if move_initial(market, order.party, after):
            return
    traded = position.with_trades(order, [(trade.size, trade.price) for trade in trades])
    secure(market, traded, order_levels(market, traded, order.price))


def move_initial(market: FuturesMarket, party: str, position: Exposed) -> bool:
    """Bring the margin account up to the initial level in continuous trading, out of the general account.

    What :func:`secure` comes to for nearly all orders, without the other levels.

    Returns:
        False, with nothing moved, when somebody wants to know the levels or the general account is too small.
    """
    if MarginLevelsUpdated in market.bus.wanted:
        return False
    accounts = market.accounts[party]
    margin, general = accounts.margin, accounts.general
    product = market.product
    increment = product.margin_increment() if product.adds_to_margins else None
    mark = market.mark_price or 0
    if increment is None and not market.fully_collateralised:
        calculator = market.margin
        initial = calculator.initial_of(calculator.exposure(position.size, position.buy, position.sell), mark)
    else:
        initial = market.margin.initial(position, mark, increment)
    missing = initial - margin.balance
    if missing > general.balance:
        return False
    if missing > 0:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", missing, general, margin)
    return True


def require_funds(market: FuturesMarket, party: str, levels: MarginLevels) -> None:
    """Refuse, without moving anything, what margin, general and bond account cannot carry."""
    accounts = market.accounts[party]
    bond = bond_account(market, party)
    funds = accounts.margin.balance + accounts.general.balance + (bond.balance if bond else 0)
    if funds < levels.initial:
        raise Refused("margin check failed")


def secure(market: FuturesMarket, position: Position, levels: MarginLevels) -> None:
    """Bring the margin account up to the initial level.

    Raises:
        OrderRefused: margin, general and bond together do not reach it; nothing moved.
    """
    party = position.party
    accounts = market.accounts[party]
    margin = accounts.margin.balance
    missing = levels.initial - margin
    if missing > accounts.general.balance:
        bond = bond_account(market, party)
        if missing > accounts.general.balance + (bond.balance if bond else 0):
            raise OrderRefused("MARGIN_CHECK_FAILED", "margin check failed")
        announce(market, party, levels)
        shortfall = missing - accounts.general.balance
        market.collateral.collect("TRANSFER_TYPE_MARGIN_LOW", missing, (accounts.general, bond), accounts.margin)
        if not market.auction.in_auction:
            market.liquidity.penalise_shortfall(party, shortfall)
        return
    announce(market, party, levels)
    if missing > 0:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", missing, accounts.general, accounts.margin)


def check_fees(market: FuturesMarket, party: str, bill: FeeBill) -> None:
    """Refuse an order whose party cannot pay the fees of its trades."""
    accounts = market.accounts[party]
    if bill.total > accounts.general.balance + accounts.margin.balance:
        raise OrderRefused("INSUFFICIENT_FUNDS_TO_PAY_FEES", "party has insufficient funds to cover fees")


def release_if_flat(market: FuturesMarket, position: Position) -> None:
    """Empty the margin account of a party that has neither volume nor orders left (03 §3.4, step 20)."""
    if position.size or position.buy or position.sell:
        return
    party = position.party
    if market.settlement.holds(party):
        return
    release_all(market, party)


def release_all(market: FuturesMarket, party: str) -> None:
    """Return margin, and in isolated mode order margin, to the general account."""
    accounts = market.accounts.get(party)
    if accounts is None:
        return
    released = False
    if accounts.margin.balance > 0:
        market.collateral.transfer(
            "TRANSFER_TYPE_MARGIN_HIGH", accounts.margin.balance, accounts.margin, accounts.general
        )
        released = True
    if party in market.isolated:
        order_margin = market.collateral.find(AccountType.ORDER_MARGIN, market.asset, party, market.id)
        if order_margin is not None and order_margin.balance > 0:
            market.collateral.transfer(
                "TRANSFER_TYPE_ORDER_MARGIN_HIGH", order_margin.balance, order_margin, accounts.general
            )
            released = True
    if released:
        announce(market, party, None)


# -- mark-to-market, recheck, repricing (03 §6.7) --------------------------------------------------------------------


class MarginCall:
    """What an evaluation found: parties short of maintenance margin, bonds that had to help, transfers asked for.

    Attributes:
        conclusive: another evaluation right away would move nothing, as far as these positions go.
    """

    __slots__ = ("moves", "distressed", "shortfalls", "conclusive")

    def __init__(self) -> None:
        self.moves = 0
        self.distressed: list[str] = []
        self.shortfalls: list[tuple[str, int]] = []
        self.conclusive = False


def evaluate(market: FuturesMarket, positions: Iterable[Position], *, keep: bool = False) -> MarginCall:
    """Search for, or release, margin for each position at the mark price; in an auction nothing is released.

    Args:
        positions: cross-margined positions in the order in which money is to move.
        keep: note their exposures and accounts, right after a mark-to-market that was done step by step.

    Returns:
        Parties below maintenance afterwards, and by how much an LP's general account fell short.
    """
    call = MarginCall()
    in_auction = market.auction.margin_in_auction
    mark = market.mark_price or 0
    increment = market.product.margin_increment()
    auction_price = max(market.book.indicative()[0], mark) if in_auction else None
    price = 0 if in_auction and market.auction.is_opening else mark
    announcing = MarginLevelsUpdated in market.bus.wanted
    if not (announcing or in_auction or increment is not None or market.fully_collateralised):
        _evaluate_quietly(market, positions, mark, call, keep=keep)
        return call
    for position in positions:
        if position.party == NETWORK:
            if announcing:
                announce(market, NETWORK, market.margin.levels(position, price, funding_increment=increment))
            continue
        accounts = market.accounts.get(position.party)
        if accounts is None:
            continue
        if not (position.size or position.buy or position.sell):
            if accounts.margin.balance > 0:
                call.moves += 1
                release_all(market, position.party)
            continue
        levels = market.margin.levels(position, price, auction_price=auction_price, funding_increment=increment)
        if announcing:
            announce(market, position.party, levels)
        margin = accounts.margin.balance
        if margin < levels.search:
            call.moves += 1
            _call(market, position.party, accounts, levels.initial, levels.maintenance, call)
        elif not in_auction and margin >= levels.release:
            call.moves += 1
            market.collateral.transfer(
                "TRANSFER_TYPE_MARGIN_HIGH", margin - levels.initial, accounts.margin, accounts.general
            )
    return call


def _evaluate_quietly(
    market: FuturesMarket, positions: Iterable[Position], price: int, call: MarginCall, *, keep: bool
) -> None:
    """The same in continuous trading when nobody listens, without the levels that nobody is told."""
    denominator, search, initial, release = market.margin.terms
    call.conclusive = True  # who got the initial margin rests, who got less has nothing left that could be taken
    for position in positions:
        party = position.party
        accounts = market.accounts.get(party)
        if accounts is None:
            continue
        balance = accounts.margin.balance
        size, buy, sell = position.size, position.buy, position.sell
        if not (size or buy or sell):
            if balance > 0:
                call.moves += 1
                release_all(market, party)
            continue
        exposure = position.exposure
        if exposure < 0:
            exposure = market.margin.exposure(size, buy, sell)
            if keep:
                position.exposure = exposure
                position.margin, position.general = accounts.margin, accounts.general
        maintenance = -(-exposure * price // denominator)
        if maintenance * search < (balance + 1) * SCALING_UNIT <= maintenance * release:
            continue
        target = maintenance * initial // SCALING_UNIT
        call.moves += 1
        if (target + 1) * SCALING_UNIT > maintenance * release:
            call.conclusive = False  # small levels coincide: another evaluation would release again, though nothing
        if target <= balance:
            market.collateral.transfer("TRANSFER_TYPE_MARGIN_HIGH", balance - target, accounts.margin, accounts.general)
        else:
            _call(market, party, accounts, target, maintenance, call)


def _call(
    market: FuturesMarket, party: str, accounts: PartyAccounts, initial: int, maintenance: int, call: MarginCall
) -> None:
    """Bring a margin account up to the initial level, as far as the general and the bond account reach."""
    needed = initial - accounts.margin.balance
    general = accounts.general.balance
    if needed <= general:
        market.collateral.transfer("TRANSFER_TYPE_MARGIN_LOW", needed, accounts.general, accounts.margin)
    else:
        bond = bond_account(market, party)
        market.collateral.collect("TRANSFER_TYPE_MARGIN_LOW", needed, (accounts.general, bond), accounts.margin)
        if bond is not None:
            call.shortfalls.append((party, needed - general))
    if accounts.margin.balance < maintenance:
        call.distressed.append(party)


def recheck(market: FuturesMarket, positions: Iterable[Position], *, keep: bool = False) -> None:
    """Evaluate positions again; shortages close nobody out, but slash the bonds of liquidity providers."""
    call = evaluate(market, positions, keep=keep)
    for party, shortfall in call.shortfalls:
        market.liquidity.penalise_shortfall(party, shortfall)


def cross_positions(market: FuturesMarket) -> list[Position]:
    """Every position that is not in isolated margin, in the order of first registration."""
    isolated = market.isolated
    by_party = market.positions.by_party
    if not isolated:
        return list(by_party.values())
    return [position for party, position in by_party.items() if party not in isolated]


def require_general_account(market: FuturesMarket, party: str) -> Account:
    """The party's general account in the settlement asset."""
    account = market.collateral.find(AccountType.GENERAL, market.asset, party)
    if account is None:
        raise Refused("party general account missing when trying to create a margin account")
    return account
