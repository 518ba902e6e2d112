"""What stands beside the markets: staking, transfers, referral sets and teams, programmes of discounts.

With :mod:`tests.conformance.world` the only module that calls the exchange. Parts that the exchange does not have yet
make a step fail with :class:`NotBuiltYet`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tests.conformance.accounts import account_type
from tests.conformance.failures import BadTable, NotBuiltYet
from tests.conformance.tables import Row
from vega_mesa.protocol.commands.automated_purchase import AutomatedPurchaseTerms
from vega_mesa.protocol.commands.governance import NewProtocolAutomatedPurchase
from vega_mesa.protocol.commands.teams import TeamDetails
from vega_mesa.protocol.data_sources import TIME_TRIGGER, DataSourceSpec, Filter, TimeTrigger
from vega_mesa.protocol.events.programmes import Factors
from vega_mesa.protocol.markets.definition import CompositePriceSource
from vega_mesa.protocol.matching.identifiers import hash_text
from vega_mesa.protocol.programmes.referral import ReferralProgram
from vega_mesa.protocol.programmes.volume_discount import VolumeDiscountProgram
from vega_mesa.protocol.programmes.volume_rebate import VolumeRebateProgram
from vega_mesa.protocol.refusal import Refused

SECOND = 10**9


class Network:
    """The engines of the network, as the steps use them; refusals come back as text, empty for none."""

    def __init__(self, exchange: Any, next_id: Callable[[], str]) -> None:
        self.exchange = exchange
        self.next_id = next_id

    def _part(self, name: str) -> Any:
        for place in (self.exchange, getattr(self.exchange, "incentives", None), self.exchange.services):
            found = getattr(place, name, None)
            if found is not None:
                return found
        raise NotBuiltYet(f"the exchange has no {name} yet")

    # -- staking ---------------------------------------------------------------------------------------------------

    def stake(self, party: str, amount: int) -> str:
        """Raise a party's stake."""
        return _refusal(lambda: self._part("stake").deposit(party, amount))

    def unstake(self, party: str, amount: int) -> str:
        """Lower a party's stake."""
        return _refusal(lambda: self._part("stake").withdraw(party, amount))

    def stake_of(self, party: str) -> int:
        """A party's stake; unknown parties fail."""
        return int(self._part("stake").available(party))

    def add_validator(self, node: str, key: str, stake: int) -> None:
        """Register a validator with its own stake."""
        self._part("validators").add(node, key)
        self._part("stake").deposit(key, stake)

    # -- transfers -------------------------------------------------------------------------------------------------

    def transfer_fee_discount(self, party: str, asset: str) -> Decimal:
        """The discount that a party has left on transfer fees, asset decimals."""
        return Decimal(self._part("transfers").available_discount(party, asset))

    def start_automated_purchase(
        self, row: Row, oracles: dict[str, CompositePriceSource], triggers: dict[str, TimeTrigger]
    ) -> None:
        """Start a protocol automated purchase in a spot market; a refusal fails the step."""
        purchase = AutomatedPurchaseTerms(
            market=row["market id"],
            from_asset=row["from"],
            from_account=account_type(row["from account type"]),
            to_account=account_type(row["to account type"]),
            price=_named(oracles, row["price oracle"]),
            staleness_tolerance_ns=row["price oracle staleness tolerance"],
            offset_factor=row["oracle offset factor"],
            auction_schedule=_schedule(triggers, row["auction schedule oracle"]),
            snapshot_schedule=_schedule(triggers, row["auction volume snapshot schedule oracle"]),
            auction_duration=row["auction duration"] // SECOND,
            minimum_size=row["minimum auction size"],
            maximum_size=row["maximum auction size"],
            expiry=row["expiry timestamp"],
        )
        self.exchange.start_automated_purchase(NewProtocolAutomatedPurchase(purchase=purchase), row["id"])

    def arm_schedule(self, name: str, trigger: TimeTrigger) -> None:
        """Let a named schedule count from now on, before anybody listens to it."""
        self.exchange.data_sources.arm(_schedule({name: trigger}, name), self.exchange.now)

    # -- referral sets and teams -----------------------------------------------------------------------------------

    def create_referral_set(self, party: str, code: str) -> str:
        """Open a referral set."""
        return _refusal(lambda: self._part("referrals").create_set(self.exchange.now, party, code))

    def apply_referral_code(self, party: str, code: str) -> str:
        """Join a referral set."""
        return _refusal(lambda: self._part("referrals").apply_code(self.exchange.now, party, code))

    def create_team(self, party: str, team: str, *, closed: bool, allowed: Sequence[str]) -> str:
        """Found a team whose id and name are the same."""
        details = TeamDetails(name=team, closed=closed, allow_list=tuple(allowed))
        return _refusal(lambda: self._part("teams").create(party, team, details))

    def join_team(self, party: str, team: str) -> str:
        """Join a team."""
        return _refusal(lambda: self._part("teams").join(party, team))

    def team_members(self, team: str) -> list[str]:
        """The members of a team."""
        return list(self._part("teams").members(team))

    # -- programmes ------------------------------------------------------------------------------------------------

    def start_referral_programme(self, programme: ReferralProgram) -> None:
        """Propose a referral programme; it takes effect at the next start of an epoch."""
        self._part("referrals").update(programme)

    def start_discount_programme(self, programme: VolumeDiscountProgram) -> None:
        """Propose a volume discount programme."""
        self._part("volume_discounts").update(programme)

    def start_rebate_programme(self, programme: VolumeRebateProgram) -> None:
        """Propose a volume rebate programme."""
        self._part("volume_rebates").update(programme)

    def discount_factors(self, party: str) -> Factors:
        """A party's volume discount factors now."""
        factors: Factors = self._part("volume_discounts").discount_factors(party)
        return factors

    def taker_notional(self, party: str) -> Decimal:
        """A party's taker notional now."""
        return Decimal(self._part("volume_discounts").taker_notional(party))

    def rebate_factor(self, party: str) -> Decimal:
        """A party's rebate factor now."""
        return Decimal(self._part("volume_rebates").rebate_factor(party))

    def maker_volume_fraction(self, party: str) -> Decimal:
        """A party's fraction of maker volume now."""
        return Decimal(self._part("volume_rebates").maker_volume_fraction(party))


def _refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refusal:
        return refusal.text
    return ""


def _schedule(triggers: dict[str, TimeTrigger], name: str) -> DataSourceSpec:
    return DataSourceSpec(
        id=hash_text(f"time trigger {name}"),
        filters=(Filter(property=TIME_TRIGGER, type="TYPE_TIMESTAMP"),),
        time_trigger=_named(triggers, name),
    )


def _named(named: dict[str, Any], name: str) -> Any:
    if name not in named:
        raise BadTable(f"no oracle is named {name!r}")
    return named[name]
