"""Candles: the trades of equal spans of blocks, with what the market showed at the end of each span."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from vega_mesa.model import VegaModel
from vega_mesa.units import NANOSECONDS
from vega_mesa.viz.reading import Fill, Sample

AUTOMATIC: Final = "auto"
STEPS: Final = (1, 2, 5, 10, 30, 60, 300, 900, 3_600)
MOST: Final = 120  # in a chart
MOST_BEFORE: Final = 10  # of them before anything has traded
CONTINUOUS: Final = "continuous"
UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60))


class Candle(NamedTuple):
    """A span of blocks. Prices are None when nothing traded; ``last`` is the market at its end."""

    time: int  # ns, of its first block
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float
    trades: int
    last: Sample
    auction: str  # a mode other than continuous trading that it saw, empty for none


def candles(fills: Sequence[Fill], history: Sequence[Sample], width: int, now: Sample | None = None) -> list[Candle]:
    """The last spans of ``width`` blocks each, without a gap, the oldest first.

    Args:
        now: the market in the block that is still open; counts once something has traded in it.
    """
    if now is not None and fills and fills[-1].block == now.block:
        newest = [now]
    else:
        newest = []
    last = next(chain(newest, reversed(history)), None)
    oldest = 0 if last is None else last.block // width - MOST + 1
    spans: dict[int, tuple[list[Sample], list[Fill]]] = {}
    for sample in chain(newest, reversed(history)):
        if sample.block // width < oldest:
            break
        spans.setdefault(sample.block // width, ([], []))[0].append(sample)
    for fill in reversed(fills):
        if fill.block // width < oldest:
            break
        if fill.block // width in spans:
            spans[fill.block // width][1].append(fill)
    return [_candle(*spans[span]) for span in sorted(spans)]


def _candle(samples: list[Sample], fills: list[Fill]) -> Candle:
    """Both are given newest first."""
    prices = [fill.price for fill in fills]
    return Candle(
        time=samples[-1].time,
        open=prices[-1] if prices else None,
        high=max(prices, default=None),
        low=min(prices, default=None),
        close=prices[0] if prices else None,
        volume=sum(fill.size for fill in fills),
        trades=len(fills),
        last=samples[0],
        auction=next((sample.mode for sample in samples if sample.mode != CONTINUOUS), ""),
    )


def trimmed(found: list[Candle]) -> list[Candle]:
    """The candles from shortly before the first trade on: what went before is a long auction, or nothing."""
    first = next((place for place, one in enumerate(found) if one.trades), 0)
    return found[max(0, first - MOST_BEFORE) :]


def widths(model: VegaModel) -> dict[str, int]:
    """Names of spans, and how many blocks each has; a span is so many steps of the model."""
    seconds = model.chain.genesis.block_duration / NANOSECONDS
    return {
        f"{steps} step{'s' if steps > 1 else ''} \u00b7 {spoken(steps * model.blocks_per_step * seconds)}": steps
        * model.blocks_per_step
        for steps in STEPS
    }


def fitting(history: Sequence[Sample], choices: Sequence[int]) -> int:
    """The narrowest span with which a chart holds all that was seen."""
    seen = history[-1].block - history[0].block + 1 if history else 1
    return next((width for width in choices if seen / width <= MOST), choices[-1])


def spoken(seconds: float) -> str:
    """A duration in few letters: ``5s``, ``10m``, ``2h``."""
    for name, length in UNITS:
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{name}"
    return f"{seconds:g}s"
