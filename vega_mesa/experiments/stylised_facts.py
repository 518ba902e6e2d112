"""Is it a market? What nearly all traded prices have in common, measured on trades of a model or of the world.

R. Cont, Empirical properties of asset returns: stylized facts and statistical issues, Quantitative Finance 1 (2001)
223-236. Every function takes a *trade table*, one row a trade or a bar, ascending in time:

==========  ========================================================================================
``time``    when: timestamps, or seconds as numbers
``price``   at which price
``size``    how much; all 1 where it is not known, which leaves the facts about volume empty
==========  ========================================================================================

The facts about the book take a *quote table*, one row a moment, e.g. :meth:`vega_mesa.model.VegaModel.market_table`:
``best_bid``, ``best_ask``, and where known ``bid_depth`` and ``ask_depth``.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from vega_mesa.errors import ConfigError
from vega_mesa.price_files import read_prices

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]
LAGS: Final = 20
LEAST: Final = 30  # returns, below which nothing is said
BAND: Final = 1.96  # standard errors
GAUSSIAN_KURTOSIS: Final = 3.0
COLOURS: Final = ("#5b8def", "#f2a65a", "#26a69a", "#b388eb")
GREY: Final = "#6b7380"


class Tail(NamedTuple):
    """How fast large returns become rare: ``P(|r| > x) ~ x ** -exponent``; real markets have 2 to 5."""

    exponent: float
    error: float  # standard error
    number: int  # of returns in the tail


@dataclass(frozen=True, slots=True, kw_only=True)
class StylisedFacts:
    """The figures of one market; None where there is too little to say.

    Args:
        returns: how many there are.
        excess_kurtosis: of the returns; 0 for a normal distribution, above for heavy tails.
        tail_index: see :class:`Tail`.
        autocorrelation: the largest of the returns at lags 2 to 20, in size; lag 1 holds the bounce from bid to ask.
        bounce: autocorrelation of the returns at lag 1.
        clustering: mean autocorrelation of absolute returns at lags 1 to 20.
        volume_volatility: rank correlation of volume and absolute return of a bar.
        band: what an autocorrelation reaches by chance, 1.96 standard errors.
    """

    returns: int
    excess_kurtosis: float | None = None
    tail_index: float | None = None
    autocorrelation: float | None = None
    bounce: float | None = None
    clustering: float | None = None
    volume_volatility: float | None = None
    band: float | None = None

    @property
    def verdicts(self) -> dict[str, bool | None]:
        """Which facts hold, None where nothing can be said.

        No memory in returns allows for 19 lags looked at (Bonferroni); clustering wants more than chance gives the mean
        of 20 lags.
        """
        band = self.band
        several = None if band is None else band / BAND * 3.0
        return {
            "heavy tails": None if self.excess_kurtosis is None else self.excess_kurtosis > 0.5,
            "no memory in returns": None
            if self.autocorrelation is None or several is None
            else abs(self.autocorrelation) < max(several, 0.1),
            "volatility clusters": None
            if self.clustering is None or band is None
            else self.clustering > band / math.sqrt(LAGS),
            "volume goes with volatility": None if self.volume_volatility is None else self.volume_volatility > 0.1,
        }


# -- tables ------------------------------------------------------------------------------------------------------------


def read_trades(path: str | Path) -> pd.DataFrame:
    """Read a file of bars as a trade table: closing prices, and volumes where there is such a column.

    Raises:
        InvalidPriceFile: see :func:`vega_mesa.price_files.read_prices`.
    """
    prices = read_prices(path)
    table = pd.DataFrame({"time": prices.index, "price": prices.to_numpy(), "size": 1.0})
    file = Path(path)
    raw = pd.read_parquet(file) if file.suffix in (".parquet", ".pq") else pd.read_csv(file)
    names = {str(name).strip().lower(): name for name in raw.columns}
    if "volume" in names and len(raw) == len(table):
        table["size"] = pd.to_numeric(raw[names["volume"]], errors="coerce").to_numpy()
    return table


def bars(trades: pd.DataFrame, every: float | str | None = None) -> pd.DataFrame:
    """Put trades on an even grid of time.

    Args:
        trades: a trade table.
        every: length of a bar, seconds or as pandas writes it (``"1h"``); None for one bar a row.

    Returns:
        ``price``, the last at or before a bar's end; ``volume``; ``log_return``, NaN in the first. Bars without trades
        repeat the price.

    Raises:
        ConfigError: a column is missing.
    """
    missing = {"time", "price", "size"} - set(trades.columns)
    if missing:
        raise ConfigError("trades", list(trades.columns), f"columns {', '.join(sorted(missing))} too")
    if every is None:
        table = pd.DataFrame({"price": trades["price"].to_numpy(float), "volume": trades["size"].to_numpy(float)})
    else:
        times = trades["time"]
        stamps = pd.to_datetime(times, unit="s") if pd.api.types.is_numeric_dtype(times) else pd.to_datetime(times)
        rule = pd.Timedelta(seconds=every) if not isinstance(every, str) else every
        grouped = trades.set_index(pd.DatetimeIndex(stamps)).resample(rule)
        table = pd.DataFrame({"price": grouped["price"].last().ffill(), "volume": grouped["size"].sum()})
    table["log_return"] = np.log(table["price"]).diff()
    return table


def log_returns(trades: pd.DataFrame, every: float | str | None = None) -> Array:
    """Logarithmic returns from bar to bar, see :func:`bars`."""
    return bars(trades, every)["log_return"].dropna().to_numpy(dtype=float)


# -- the facts, one by one ---------------------------------------------------------------------------------------------


def tail_index(returns: Array, share: float = 0.05) -> Tail:
    """The tail's exponent by B. M. Hill, Annals of Statistics 3 (1975) 1163-1174.

    Args:
        returns: of any scale.
        share: of the largest absolute returns, that count as the tail.
    """
    sizes = np.sort(np.abs(returns[returns != 0]))[::-1]
    number = max(2, math.ceil(share * len(sizes)))
    if len(sizes) <= number:
        raise ConfigError("returns", len(sizes), f"more than {number} that are not 0")
    index = 1 / float(np.mean(np.log(sizes[:number] / sizes[number])))
    return Tail(index, index / math.sqrt(number), number)


def excess_kurtosis(returns: Array) -> float:
    """Fourth standardised moment less 3."""
    centred = returns - returns.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2 - GAUSSIAN_KURTOSIS)


def autocorrelation(values: Array, lags: int = LAGS) -> Array:
    """Sample autocorrelations at lags 1 to ``lags``.

    Returns:
        ``(lags,)`` float64; 0 where the values do not vary.
    """
    centred = values - values.mean()
    total = float(centred @ centred)
    if total == 0:
        return np.zeros(lags)
    return np.array([float(centred[lag:] @ centred[:-lag]) / total for lag in range(1, lags + 1)])


def chance_band(number: int) -> float:
    """What an autocorrelation of independent values stays within, 95 times in 100."""
    return BAND / math.sqrt(number)


def clustering(returns: Array, lags: int = LAGS) -> Array:
    """Autocorrelations of absolute returns: positive for many lags where volatility comes in clusters."""
    return autocorrelation(np.abs(returns), lags)


def volume_volatility(trades: pd.DataFrame, every: float | str | None = None) -> float | None:
    """Rank correlation of volume and absolute return over bars; None where the volume does not vary."""
    table = bars(trades, every).dropna()
    if table["volume"].nunique() < 2 or len(table) < LEAST:
        return None
    return float(table["volume"].rank().corr(table["log_return"].abs().rank()))


def spread_profile(quotes: pd.DataFrame) -> dict[str, float]:
    """Spread as a fraction of the middle price, and depth: medians and what nine of ten moments stay below.

    Args:
        quotes: a quote table.
    """
    known = quotes.dropna(subset=["best_bid", "best_ask"])
    spread = (known["best_ask"] - known["best_bid"]) / ((known["best_ask"] + known["best_bid"]) / 2)
    figures = {"spread_median": float(spread.median()), "spread_high": float(spread.quantile(0.9))}
    for name in ("bid_depth", "ask_depth"):
        if name in known:
            figures[f"{name}_median"] = float(known[name].median())
    return figures


def roll_spread(trades: pd.DataFrame) -> float | None:
    """The spread that bounces of prices between bid and ask give away, in price; None where they do not bounce.

    R. Roll, A simple implicit measure of the effective bid-ask spread in an efficient market, Journal of Finance 39
    (1984) 1127-1139: twice the root of the negative covariance of successive price changes.
    """
    changes = np.diff(trades["price"].to_numpy(float))
    covariance = float(np.cov(changes[1:], changes[:-1])[0, 1])
    return 2 * math.sqrt(-covariance) if covariance < 0 else None


def depth_profile(levels: pd.DataFrame, width: float = 0.0005, farthest: float = 0.01) -> pd.DataFrame:
    """Mean volume on the book by distance from the middle.

    Args:
        levels: one row a price of a book: ``step`` when, ``side`` (buy, sell), ``distance`` from the middle as a
            fraction of it, ``volume``.
        width: of a bin.
        farthest: distance that is looked at.

    Returns:
        ``buy`` and ``sell``, by the middles of the bins.
    """
    near = levels[levels["distance"] < farthest]
    bins = (near["distance"] // width + 0.5) * width
    binned = near.assign(bin=bins)
    sums = binned.pivot_table(index="bin", columns="side", values="volume", aggfunc="sum", fill_value=0)
    wanted = sums.reindex(
        index=(np.arange(round(farthest / width)) + 0.5) * width, columns=["buy", "sell"], fill_value=0.0
    )
    return wanted / max(1, levels["step"].nunique())


# -- all of them -------------------------------------------------------------------------------------------------------


def stylised_facts(trades: pd.DataFrame, every: float | str | None = None) -> StylisedFacts:
    """Measure a market.

    Args:
        trades: a trade table.
        every: length of a bar, see :func:`bars`.
    """
    returns = log_returns(trades, every)
    if len(returns) < LEAST or not returns.any():
        return StylisedFacts(returns=len(returns))
    correlations = autocorrelation(returns)
    farther = correlations[1:]
    enough = np.count_nonzero(returns) >= LEAST
    return StylisedFacts(
        returns=len(returns),
        excess_kurtosis=excess_kurtosis(returns),
        tail_index=tail_index(returns).exponent if enough else None,
        autocorrelation=float(farther[np.abs(farther).argmax()]),
        bounce=float(correlations[0]),
        clustering=float(clustering(returns).mean()),
        volume_volatility=volume_volatility(trades, every),
        band=chance_band(len(returns)),
    )


def compare(facts: dict[str, StylisedFacts]) -> pd.DataFrame:
    """Markets side by side: a column each, a row for every figure and every verdict."""
    return pd.DataFrame({name: asdict(one) | one.verdicts for name, one in facts.items()})


def draw_stylised_facts(markets: dict[str, tuple[pd.DataFrame, float | str | None]]) -> Figure:
    """One picture: tails against the normal, memory of returns and of their size, volume against volatility.

    Args:
        markets: trade table and length of a bar, by the name in the legend.
    """
    from matplotlib.ticker import NullFormatter

    from vega_mesa.experiments.drawing import Drawing

    figure = Drawing(9.2, 6.4)
    grid = figure.subplots(2, 2)
    for number, (name, (trades, every)) in enumerate(markets.items()):
        colour = COLOURS[number % len(COLOURS)]
        _draw_market(grid, bars(trades, every).dropna(), name, colour)
    sizes = np.linspace(0.1, 4, 100)
    normal = [math.erfc(size / math.sqrt(2)) for size in sizes]
    grid[0, 0].plot(sizes, normal, color=GREY, linestyle="--", linewidth=1, label="normal distribution")
    titles = (
        ("How rare are large returns?", "return, in standard deviations", "share of larger ones"),
        ("Do returns remember?", "lag", "autocorrelation of returns"),
        ("Does volatility cluster?", "lag", "autocorrelation of absolute returns"),
        (
            "Does volume go with volatility?",
            "volume, share of bars with less",
            "mean absolute return, in deviations",
        ),
    )
    for panel, (title, across, up) in zip(grid.flat, titles, strict=True):
        panel.set_title(title, fontsize=10, loc="left")
        panel.set_xlabel(across, fontsize=8, color=GREY)
        panel.set_ylabel(up, fontsize=8, color=GREY)
        panel.tick_params(labelsize=8, length=0, colors=GREY)
        panel.grid(visible=True, color="#e6e8ec", linewidth=0.7)
        panel.spines[["top", "right", "left"]].set_visible(False)
    grid[0, 0].set(xscale="log", yscale="log", ylim=(1e-4, 1.5), xlim=(0.1, None))
    grid[0, 0].xaxis.set_minor_formatter(NullFormatter())  # ten labels to a decade would run into each other
    for panel in (grid[0, 1], grid[1, 0]):
        panel.set_xticks(range(0, LAGS + 1, 5))
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _draw_market(grid: npt.NDArray[np.object_], table: pd.DataFrame, name: str, colour: str) -> None:
    returns = table["log_return"].to_numpy(float)
    sizes = np.sort(np.abs(returns - returns.mean()) / (returns.std() or 1.0))[::-1]
    sizes = sizes[sizes > 0]
    tail: Axes = grid[0, 0]
    tail.plot(sizes, np.arange(1, len(sizes) + 1) / len(returns), color=colour, linewidth=1.6, label=name)
    lags = np.arange(1, LAGS + 1)
    for panel, values in ((grid[0, 1], autocorrelation(returns)), (grid[1, 0], clustering(returns))):
        panel.plot(lags, values, color=colour, marker="o", markersize=3, linewidth=1.2)
        panel.axhspan(-chance_band(len(returns)), chance_band(len(returns)), color=colour, alpha=0.1, linewidth=0)
    if table["volume"].std() > 0:
        rank = table["volume"].rank(pct=True)
        means = (table["log_return"].abs() / (returns.std() or 1.0)).groupby((rank * 10).clip(upper=9.999) // 1).mean()
        grid[1, 1].plot(means.index / 10 + 0.05, means, color=colour, marker="o", markersize=3, linewidth=1.2)
