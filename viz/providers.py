"""Reads the liquidity providers of a model for their panels, and draws what they have in common: a line for each."""

from __future__ import annotations

from dataclasses import dataclass

from mesa import Model

from vega_mesa.models.liquidity_provision import LiquidityProvision, ProviderSample
from vega_mesa.viz.charts import GROUPS, Option, axis, base, line, thin

MOST_POINTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider: its quality, and how it stood after each step; fractions and money in people's units."""

    name: str
    half_spread: float
    inactivity: float
    samples: list[ProviderSample]


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """All of them, the best first, and what the market asks of them."""

    asset: str
    minimum_time: float  # on the book in an epoch, or the bond is slashed
    providers: list[Provider]


def providers_of(model: Model) -> Providers:
    """The providers of a model as they are now; none for a model that has none, or before there is a market."""
    if not isinstance(model, LiquidityProvision) or model.market is None:
        return Providers(asset="", minimum_time=0.0, providers=[])
    by_key: dict[str, list[ProviderSample]] = {agent.key: [] for agent in model.providers}
    for sample in model.samples:
        by_key[sample.provider].append(sample)
    sla = model.market.liquidity.service_level.parameters
    return Providers(
        asset=model.exchange.assets.get(model.market.asset).details.symbol,
        minimum_time=float(sla.commitment_min_time_fraction),
        providers=[
            Provider(
                name=agent.key, half_spread=agent.half_spread, inactivity=agent.inactivity, samples=by_key[agent.key]
            )
            for agent in model.providers
        ],
    )


def lines(reading: Providers, column: str, *, percent: bool = False, step: bool = False) -> Option:
    """One line a provider through a column of its samples.

    Args:
        column: a field of :class:`ProviderSample`.
        percent: the column is a fraction.
        step: it changes by jumps.
    """
    chart = base()
    longest = max((len(provider.samples) for provider in reading.providers), default=0)
    chosen = thin(longest, most=MOST_POINTS)
    chart["xAxis"] = axis("value", min=0, max=max(1, longest), minInterval=1, splitLine={"show": False})
    chart["yAxis"] = axis("value", scale=percent)
    if percent:
        chart["yAxis"]["axisLabel"] |= {"formatter": "{value} %"}
    shape = {"step": "end"} if step else {}
    chart["series"] = [
        line(provider.name, _points(provider, column, chosen, percent=percent), GROUPS[index % len(GROUPS)], **shape)
        for index, provider in enumerate(reading.providers)
    ]
    return chart


def _points(provider: Provider, column: str, chosen: int, *, percent: bool) -> list[list[float | None]]:
    samples = provider.samples[::-1][::chosen][::-1]  # the newest is always among them
    points = []
    for sample in samples:
        value = getattr(sample, column)
        points.append([sample.step, value if value is None else round(100 * value, 4) if percent else round(value, 2)])
    return points
