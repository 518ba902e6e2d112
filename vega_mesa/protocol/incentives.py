"""What rewards activity: programmes, rewards and their vesting, transfers that fund them, teams.

One object holds these engines together, in the order in which the protocol tells them of epochs (06 §0.1). The exchange
calls :meth:`Incentives.before_markets_end` and :meth:`Incentives.after_markets_end` around its markets at an epoch's
end, and the same two at its start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from vega_mesa.protocol.activity_streak import ActivityStreaks
from vega_mesa.protocol.assets import Assets
from vega_mesa.protocol.collateral import Collateral
from vega_mesa.protocol.commands.governance import (
    CancelGovernanceTransfer,
    ProgramChange,
    TransferChange,
    UpdateReferralProgram,
    UpdateVolumeDiscountProgram,
    UpdateVolumeRebateProgram,
)
from vega_mesa.protocol.delegation import Delegation
from vega_mesa.protocol.epochs import Epoch
from vega_mesa.protocol.events import EventBus
from vega_mesa.protocol.market_activity import MarketActivity
from vega_mesa.protocol.party_profiles import PartyProfiles
from vega_mesa.protocol.programmes import Referrals, VolumeDiscounts, VolumeRebates
from vega_mesa.protocol.rewards import Games, MarketBonuses, Rewards, Scoring
from vega_mesa.protocol.stake_links import StakeLinks
from vega_mesa.protocol.staking import StakeView, StakingAccounts
from vega_mesa.protocol.teams import Teams
from vega_mesa.protocol.transfers import Dispatch, GovernanceTransfers, TransferLedger, Transfers
from vega_mesa.protocol.validators import Validators
from vega_mesa.protocol.vesting import Vesting


class Pool(Protocol):
    """An automated market maker."""

    @property
    def party(self) -> str:
        """Its own key."""


class MarketWithPools(Protocol):
    """A market, as far as its automated market makers go."""

    def liquidity_pools(self) -> Iterable[Pool]:
        """Those that are live."""


class Pools:
    """The keys of automated market makers, by market."""

    def __init__(self, markets: Mapping[str, MarketWithPools]) -> None:
        self.markets = markets

    def pool_keys(self, market_ids: Iterable[str], /) -> list[str]:
        """The keys that are live in these markets, ascending."""
        markets = (self.markets.get(id) for id in market_ids)
        return sorted({pool.party for market in markets if market is not None for pool in market.liquidity_pools()})


class Incentives:
    """All engines of programmes, rewards, transfers and teams.

    Args:
        staking: whose associations follow tokens locked inside the network; None where stake is kept otherwise.
        markets: the running markets.
    """

    def __init__(
        self,
        bus: EventBus,
        collateral: Collateral,
        assets: Assets,
        stake: StakeView,
        staking: StakingAccounts | None,
        validators: Validators,
        delegation: Delegation,
        markets: Mapping[str, MarketWithPools],
    ) -> None:
        self.delegation = delegation
        self.activity = MarketActivity(collateral)
        self.profiles = PartyProfiles(bus)
        self.teams = Teams(bus)
        self.stake_links = StakeLinks(staking)
        # programmes
        self.referrals = Referrals(bus, stake, self.activity)
        self.volume_discounts = VolumeDiscounts(bus, self.activity)
        self.volume_rebates = VolumeRebates(bus, self.activity)
        # rewards
        self.streaks = ActivityStreaks(bus, collateral)
        self.vesting = Vesting(bus, collateral, assets, self.streaks, self.profiles, self.stake_links)
        self.games = Games()
        self.scoring = Scoring(self.activity, self.teams, stake, collateral, Pools(markets))
        self.bonuses = MarketBonuses(self.activity, collateral)
        self.rewards = Rewards(bus, collateral, self.games, self.scoring, validators, self.streaks, self.vesting)
        # transfers
        ledger = TransferLedger(collateral, self.rewards, self.stake_links)
        dispatch = Dispatch(self.games, self.scoring, self.bonuses, assets)
        self.transfers = Transfers(bus, assets, ledger, dispatch, self.profiles)
        self.governance_transfers = GovernanceTransfers(bus, assets, ledger, dispatch)

    def start_recording(self) -> None:
        """Record what happens in markets from now on: something has come up that may be computed from it."""
        self.activity.start_recording()

    def tick(self, now: int) -> None:
        """Deliver the transfers that are due."""
        self.transfers.tick(now)
        self.governance_transfers.tick(now)

    # -- what governance enacts ------------------------------------------------------------------------------------

    def update_program(self, change: ProgramChange) -> None:
        """Store a programme for the next epoch."""
        self.start_recording()
        match change:
            case UpdateReferralProgram():
                self.referrals.update(change.program)
            case UpdateVolumeDiscountProgram():
                self.volume_discounts.update(change.program)
            case UpdateVolumeRebateProgram():
                self.volume_rebates.update(change.program)

    def check_transfer(self, change: TransferChange) -> None:
        """Refuse a governance transfer, or its end, that is not valid now."""
        if isinstance(change, CancelGovernanceTransfer):
            self.governance_transfers.check_cancel(change.transfer_id)
        else:
            self.governance_transfers.check(change.transfer)

    def enact_transfer(self, change: TransferChange, id: str, now: int) -> None:
        """Carry out or schedule a governance transfer, or end one."""
        if isinstance(change, CancelGovernanceTransfer):
            self.governance_transfers.cancel(change.transfer_id)
        else:
            self.start_recording()
            self.governance_transfers.start(id, change.transfer, now)

    # -- the end of an epoch ---------------------------------------------------------------------------------------

    def before_markets_end(self, epoch: Epoch) -> None:
        """The epoch ended; the markets have not closed it yet."""
        self.referrals.on_epoch_end(epoch)
        self.volume_discounts.on_epoch_end(epoch)

    def after_markets_end(self, epoch: Epoch) -> None:
        """The epoch ended, and the markets have paid their liquidity providers."""
        self.activity.on_epoch_end(epoch)
        self.games.on_epoch_end()
        self.scoring.forget()
        self.transfers.on_epoch_end(epoch)
        self.governance_transfers.on_epoch_end(epoch)
        self.transfers.close_epoch(epoch)
        self.volume_rebates.on_epoch_end(epoch)
        if self.activity.recording:
            self.streaks.on_epoch_end(epoch, self.activity.trackers.values())
        self.rewards.on_epoch_end(epoch, self.delegation.end_epoch(epoch))
        self.vesting.on_epoch_end(epoch)

    # -- the start of an epoch -------------------------------------------------------------------------------------

    def before_markets_start(self, epoch: Epoch) -> None:
        """An epoch started; the markets have not heard of it yet."""
        self.scoring.on_epoch_start()
        self.referrals.on_epoch_start(epoch)
        self.volume_discounts.on_epoch_start(epoch)

    def after_markets_start(self, epoch: Epoch) -> None:
        """An epoch started, also for the markets."""
        self.activity.on_epoch_start(epoch)
        self.games.on_epoch_start()
        self.transfers.on_epoch_start(epoch)
        self.governance_transfers.on_epoch_start(epoch)
        self.volume_rebates.on_epoch_start(epoch)
        self.delegation.on_epoch_start(epoch)
        self.teams.on_epoch_start(epoch)
