"""Which engine executes which command. One function a command, one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vega_mesa.protocol import batches, incentive_commands
from vega_mesa.protocol.commands import amm, bridging, governance, liquidity, staking, trading
from vega_mesa.protocol.markets import market_making
from vega_mesa.protocol.markets.futures import FuturesMarket
from vega_mesa.protocol.matching.identifiers import IdGenerator
from vega_mesa.protocol.matching.order_errors import OrderRefused
from vega_mesa.protocol.outcome import Outcome
from vega_mesa.protocol.refusal import Refused

if TYPE_CHECKING:
    from vega_mesa.protocol.exchange import Exchange

AMM_GATE = "limits.markets.ammPoolEnabled"

# -- trading ---------------------------------------------------------------------------------------------------------


def submit_order(exchange: Exchange, party: str, command: trading.OrderSubmission, ids: IdGenerator) -> Outcome:
    """A new order; the number of live pegged orders of all markets is limited."""
    market = exchange.markets.get(command.market_id) or exchange.market(command.market_id)  # which refuses
    if command.pegged_order is not None:
        if exchange.live_pegged_orders() >= exchange.network_parameters.integer("limits.markets.maxPeggedOrders"):
            raise OrderRefused("TOO_MANY_PEGGED_ORDERS", emits=False)
    return market.submit_order(party, command, ids)


def amend_order(exchange: Exchange, party: str, command: trading.OrderAmendment, ids: IdGenerator) -> Outcome:
    """A change of an order."""
    return exchange.market(command.market_id).amend_order(party, command, ids)


def cancel_order(exchange: Exchange, party: str, command: trading.OrderCancellation, ids: IdGenerator) -> Outcome:
    """One order, all orders on a market, or all orders."""
    if not command.market_id:
        if command.order_id:
            raise Refused("invalid order cancellation")
        for market in list(exchange.markets.values()):
            if market.can_trade:
                market.cancel_order(party, "")
        return Outcome()
    market = exchange.markets.get(command.market_id) or exchange.market(command.market_id)  # which refuses
    order_id = command.order_id
    orders = market.cancel_order(party, order_id)
    return Outcome(None, order_id, orders[0] if order_id else None)


def submit_stop_orders(
    exchange: Exchange, party: str, command: trading.StopOrdersSubmission, ids: IdGenerator
) -> Outcome:
    """A stop order, or a pair."""
    setup = command.falls_below or command.rises_above
    market = exchange.markets.get(setup.order_submission.market_id) if setup else None
    if market is None:
        raise Refused("market does not exist")
    stop_orders, confirmation = market.submit_stop_orders(party, command, ids)
    return Outcome(
        id=stop_orders[0].id,
        order=confirmation.order if confirmation else None,
        trades=confirmation.trades if confirmation else (),
        stop_orders=stop_orders,
    )


def cancel_stop_orders(
    exchange: Exchange, party: str, command: trading.StopOrdersCancellation, ids: IdGenerator
) -> Outcome:
    """One stop order, all on a market (which Vega answers with an error even when it worked), or all."""
    if not command.market_id:
        if command.stop_order_id:
            raise Refused("market id required when order id specified")
        for market in list(exchange.markets.values()):
            if market.can_trade:
                market.cancel_stop_order(party, "")
        return Outcome()
    exchange.market(command.market_id).cancel_stop_order(party, command.stop_order_id)
    if not command.stop_order_id:
        raise OrderRefused("INVALID_MARKET_ID")
    return Outcome(id=command.stop_order_id)


def update_margin_mode(exchange: Exchange, party: str, command: trading.UpdateMarginMode, ids: IdGenerator) -> Outcome:
    """Cross or isolated margin."""
    market = exchange.market(command.market_id)
    if not market.can_trade:
        raise Refused("trading not allowed")
    market.update_margin_mode(party, command)
    return Outcome()


# -- liquidity -------------------------------------------------------------------------------------------------------


def submit_liquidity(
    exchange: Exchange, party: str, command: liquidity.LiquidityProvisionSubmission, ids: IdGenerator
) -> Outcome:
    """A commitment."""
    market = exchange.market(command.market_id)
    market.submit_liquidity_provision(party, command, ids)
    return Outcome()


def amend_liquidity(
    exchange: Exchange, party: str, command: liquidity.LiquidityProvisionAmendment, ids: IdGenerator
) -> Outcome:
    """A change of a commitment."""
    exchange.market(command.market_id).amend_liquidity_provision(party, command)
    return Outcome()


def cancel_liquidity(
    exchange: Exchange, party: str, command: liquidity.LiquidityProvisionCancellation, ids: IdGenerator
) -> Outcome:
    """The end of a commitment."""
    exchange.market(command.market_id).cancel_liquidity_provision(party)
    return Outcome()


# -- automated market makers -----------------------------------------------------------------------------------------


def _futures_market(exchange: Exchange, market_id: str) -> FuturesMarket:
    """The market of a market maker, if the network has switched market makers on."""
    parameters = exchange.network_parameters
    if parameters.is_set(AMM_GATE) and not parameters.integer(AMM_GATE):
        raise Refused("amm pool disabled")
    market = exchange.markets.get(market_id)
    if market is None:
        raise Refused("market does not exist")
    if not isinstance(market, FuturesMarket):
        raise Refused("not a future market")
    return market


def submit_amm(exchange: Exchange, party: str, command: amm.SubmitAMM, ids: IdGenerator) -> Outcome:
    """A new market maker."""
    pool = market_making.submit(_futures_market(exchange, command.market_id), party, command, ids)
    return Outcome(id=pool.id, created=pool)


def amend_amm(exchange: Exchange, party: str, command: amm.AmendAMM, ids: IdGenerator) -> Outcome:
    """A change of a market maker."""
    pool = market_making.amend(_futures_market(exchange, command.market_id), party, command, ids)
    return Outcome(id=pool.id, created=pool)


def cancel_amm(exchange: Exchange, party: str, command: amm.CancelAMM, ids: IdGenerator) -> Outcome:
    """The end of a market maker."""
    market_making.cancel(_futures_market(exchange, command.market_id), party, command.method, ids)
    return Outcome()


# -- governance ------------------------------------------------------------------------------------------------------


def submit_proposal(
    exchange: Exchange, party: str, command: governance.ProposalSubmission, ids: IdGenerator
) -> Outcome:
    """A proposal."""
    proposal = exchange.governance.submit(party, command, ids.next(), exchange.now)
    return Outcome(id=proposal.id, created=proposal)


def submit_batch_proposal(
    exchange: Exchange, party: str, command: governance.BatchProposalSubmission, ids: IdGenerator
) -> Outcome:
    """Several proposals that are voted on together."""
    batch = ids.next()
    proposals = exchange.governance.submit_batch(party, command, batch, exchange.now)
    return Outcome(id=batch, created=proposals)


def vote(exchange: Exchange, party: str, command: governance.VoteSubmission, ids: IdGenerator) -> Outcome:
    """A vote."""
    exchange.governance.vote(party, command, exchange.now)
    return Outcome()


# -- the bridge, its Ethereum, and oracles ---------------------------------------------------------------------------


def withdraw(exchange: Exchange, party: str, command: bridging.WithdrawSubmission, ids: IdGenerator) -> Outcome:
    """Money out of the network."""
    withdrawal = exchange.bridge.withdraw(party, command, ids.next(), exchange.now)
    return Outcome(id=withdrawal.id, created=withdrawal)


def mint(exchange: Exchange, party: str, command: bridging.FaucetMint, ids: IdGenerator) -> Outcome:
    """A built-in asset from the faucet, credited with the next block."""
    id = ids.next()
    exchange.bridge.faucet(party, command, id, exchange.now)
    return Outcome(id=id)


def deploy_token(exchange: Exchange, party: str, command: bridging.EthereumDeployToken, ids: IdGenerator) -> Outcome:
    """A token contract on Ethereum."""
    token = exchange.bridge.deploy_token(command.address, command.name, command.symbol, command.decimals)
    return Outcome(id=command.address, created=token)


def mint_token(exchange: Exchange, party: str, command: bridging.EthereumMintToken, ids: IdGenerator) -> Outcome:
    """Tokens in a wallet on Ethereum."""
    exchange.bridge.mint_token(command.address, command.wallet or party, command.amount)
    return Outcome()


def list_asset(exchange: Exchange, party: str, command: bridging.EthereumListAsset, ids: IdGenerator) -> Outcome:
    """The bridge's contract lists an asset."""
    exchange.bridge.list_asset(command.asset, exchange.now)
    return Outcome(id=command.asset)


def set_asset_limits(
    exchange: Exchange, party: str, command: bridging.EthereumSetAssetLimits, ids: IdGenerator
) -> Outcome:
    """The bridge's contract takes an asset's new limits."""
    exchange.bridge.set_asset_limits(command.asset, exchange.now)
    return Outcome(id=command.asset)


def deposit(exchange: Exchange, party: str, command: bridging.EthereumDeposit, ids: IdGenerator) -> Outcome:
    """Tokens into the network, credited after the confirmations."""
    id, wallet, receiver = ids.next(), command.wallet or party, command.party or party
    exchange.bridge.deposit(wallet, command.asset, command.amount, receiver, id, exchange.now)
    return Outcome(id=id)


def claim(exchange: Exchange, party: str, command: bridging.EthereumClaimWithdrawal, ids: IdGenerator) -> Outcome:
    """A signed withdrawal is presented to the bridge's contract."""
    exchange.bridge.claim(command.withdrawal_id, exchange.now)
    return Outcome(id=command.withdrawal_id)


def stop_bridge(exchange: Exchange, party: str, command: bridging.EthereumStopBridge, ids: IdGenerator) -> Outcome:
    """The bridge's contract stops, or resumes."""
    exchange.bridge.stop(exchange.now, resume=command.resume)
    return Outcome()


def submit_oracle_data(
    exchange: Exchange, party: str, command: bridging.OracleDataSubmission, ids: IdGenerator
) -> Outcome:
    """Signed data of the world outside."""
    signers, properties = command.signers or (party,), dict(command.properties)
    exchange.data_sources.check_submission(signers, properties)
    exchange.data_sources.submit(signers, properties)
    return Outcome()


def submit_ethereum_call(
    exchange: Exchange, party: str, command: bridging.EthereumCallResult, ids: IdGenerator
) -> Outcome:
    """The answer of a contract on Ethereum."""
    metadata = {"eth-block-time": str(command.block_time)} if command.block_time else {}
    exchange.data_sources.submit((), dict(command.properties), metadata, ethereum_call=command.spec_id)
    return Outcome()


# -- staking ---------------------------------------------------------------------------------------------------------


def associate(exchange: Exchange, party: str, command: staking.AssociateTokens, ids: IdGenerator) -> Outcome:
    """Governance tokens of the general account are staked."""
    exchange.staking.associate(ids.next(), party, command.amount, exchange.now)
    return Outcome()


def dissociate(exchange: Exchange, party: str, command: staking.DissociateTokens, ids: IdGenerator) -> Outcome:
    """Staked tokens go back to the general account."""
    exchange.staking.dissociate(ids.next(), party, command.amount, exchange.now)
    return Outcome()


def stake(exchange: Exchange, party: str, command: staking.EthereumStake, ids: IdGenerator) -> Outcome:
    """Tokens of a wallet are associated through the staking bridge."""
    wallet, receiver = command.wallet or party, command.party or party
    exchange.bridge.stake(wallet, command.amount, receiver, ids.next(), exchange.now)
    return Outcome()


def unstake(exchange: Exchange, party: str, command: staking.EthereumUnstake, ids: IdGenerator) -> Outcome:
    """Tokens leave the staking bridge."""
    wallet, receiver = command.wallet or party, command.party or party
    exchange.bridge.unstake(wallet, command.amount, receiver, ids.next(), exchange.now)
    return Outcome()


def delegate(exchange: Exchange, party: str, command: staking.DelegateSubmission, ids: IdGenerator) -> Outcome:
    """Stake to a validator, from the next epoch on."""
    exchange.delegation.delegate(party, command.node_id, command.amount)
    return Outcome()


def undelegate(exchange: Exchange, party: str, command: staking.UndelegateSubmission, ids: IdGenerator) -> Outcome:
    """Stake back from a validator, now or at the end of the epoch."""
    if command.now:
        exchange.delegation.undelegate_now(party, command.node_id, command.amount)
    else:
        exchange.delegation.undelegate(party, command.node_id, command.amount)
    return Outcome()


Handler = Callable[["Exchange", str, Any, IdGenerator], Outcome]

HANDLERS: dict[type, Handler] = {
    trading.OrderSubmission: submit_order,
    trading.OrderAmendment: amend_order,
    trading.OrderCancellation: cancel_order,
    trading.StopOrdersSubmission: submit_stop_orders,
    trading.StopOrdersCancellation: cancel_stop_orders,
    trading.UpdateMarginMode: update_margin_mode,
    trading.BatchMarketInstructions: batches.execute,
    liquidity.LiquidityProvisionSubmission: submit_liquidity,
    liquidity.LiquidityProvisionAmendment: amend_liquidity,
    liquidity.LiquidityProvisionCancellation: cancel_liquidity,
    amm.SubmitAMM: submit_amm,
    amm.AmendAMM: amend_amm,
    amm.CancelAMM: cancel_amm,
    governance.ProposalSubmission: submit_proposal,
    governance.BatchProposalSubmission: submit_batch_proposal,
    governance.VoteSubmission: vote,
    bridging.WithdrawSubmission: withdraw,
    bridging.FaucetMint: mint,
    bridging.EthereumDeployToken: deploy_token,
    bridging.EthereumMintToken: mint_token,
    bridging.EthereumListAsset: list_asset,
    bridging.EthereumSetAssetLimits: set_asset_limits,
    bridging.EthereumDeposit: deposit,
    bridging.EthereumClaimWithdrawal: claim,
    bridging.EthereumStopBridge: stop_bridge,
    bridging.OracleDataSubmission: submit_oracle_data,
    bridging.EthereumCallResult: submit_ethereum_call,
    staking.AssociateTokens: associate,
    staking.DissociateTokens: dissociate,
    staking.EthereumStake: stake,
    staking.EthereumUnstake: unstake,
    staking.DelegateSubmission: delegate,
    staking.UndelegateSubmission: undelegate,
    **incentive_commands.HANDLERS,
}
