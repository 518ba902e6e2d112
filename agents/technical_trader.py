"""A momentum trader on TA-Lib's indicators and candlestick patterns."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from vega_mesa.agents.checks import at_least
from vega_mesa.agents.momentum_trader import MomentumTrader
from vega_mesa.errors import ConfigError, MissingExtra
from vega_mesa.units import Number

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel

TechnicalIndicator = Literal["APO", "RSI", "STOCHRSI", "CMO", "MACD", "candles"]
INDICATORS: Final = ("APO", "RSI", "STOCHRSI", "CMO", "MACD", "candles")
INSTALL: Final = 'pip install "vega_mesa[ta]"'
Candle = tuple[float, float, float, float]  # open, high, low, close


def talib() -> ModuleType:
    """TA-Lib.

    Raises:
        MissingExtra: it is not installed; with the command that does.
    """
    try:
        return importlib.import_module("talib")
    except ImportError:
        raise MissingExtra(f"TA-Lib is not installed: {INSTALL}") from None


def candlestick_patterns() -> list[str]:
    """The names of TA-Lib's patterns, ``CDLENGULFING`` and sixty others."""
    return sorted(name for name in talib().get_functions() if name.startswith("CDL"))


class TechnicalTrader(MomentumTrader):
    """Buys when an indicator of TA-Lib says up and sells when it says down, up to a largest position.

    Technical analysis as a trading rule, and whether it sees anything: W. Brock, J. Lakonishok, B. LeBaron, Simple
    technical trading rules and the stochastic properties of stock returns, Journal of Finance 47 (1992) 1731-1764; for
    patterns A. W. Lo, H. Mamaysky, J. Wang, Foundations of technical analysis, Journal of Finance 55 (2000) 1705-1765.
    Needs the extra ``ta``; :class:`vega_mesa.agents.momentum_trader.MomentumTrader` does with four indicators of its
    own.

    Args:
        indicator: ``APO`` and ``MACD`` (its histogram) follow the sign; ``RSI``, ``STOCHRSI`` and ``CMO`` what leaves
            the band of ``threshold`` around their middle (50, 50, 0); ``candles`` the sum of what ``patterns`` say.
        patterns: of ``candles``, TA-Lib's names; empty for all.
        candle: steps that make a candle.
        fast: window of the fast average, or of the indicator, in candles.
        slow: window of the slow average, or of the range of STOCHRSI.
        signal: window of MACD's own average.
        threshold: see above.
        size: of an order.
        limit: largest position, long or short.
        probability: of acting on an opinion in a step.

    Raises:
        MissingExtra: TA-Lib is not installed.
    """

    def __init__(
        self,
        model: VegaModel,
        *,
        indicator: TechnicalIndicator = "MACD",
        patterns: tuple[str, ...] = (),
        candle: int = 1,
        fast: int = 12,
        slow: int = 26,
        signal: int = 9,
        threshold: float = 10.0,
        size: float = 0.2,
        limit: float = 2.0,
        probability: float = 0.5,
        market: str | None = None,
        funds: Number = 1_000_000,
        key: str | None = None,
    ) -> None:
        talib()
        super().__init__(
            model, fast=at_least("fast", fast, 2), slow=at_least("slow", slow, 2), signal=at_least("signal", signal, 1),
            threshold=threshold, size=size, limit=limit, probability=probability, market=market, funds=funds, key=key,
        )  # fmt: skip
        if indicator not in INDICATORS:
            raise ConfigError("indicator", indicator, f"one of {', '.join(INDICATORS)}")
        known = candlestick_patterns()
        if unknown := [name for name in patterns if name not in known]:
            raise ConfigError("patterns", unknown[0], f"one of {', '.join(known)}")
        self.technical = indicator
        self.patterns = tuple(patterns)
        self.candle = at_least("candle", candle, 1)
        self.candles: list[Candle] = []
        self._steps = 0  # in the candle that is being made

    def opinion(self) -> int:
        """1 for up, -1 for down, 0 for none, or not enough candles yet."""
        if len(self.candles) < 2:
            return 0
        value = self.score()
        if self.technical in ("APO", "MACD", "candles"):
            return int(value > 0) - int(value < 0)
        return int(value > self.threshold) - int(value < -self.threshold)

    def score(self) -> float:
        """The indicator less its middle; 0 while it does not know yet."""
        library = talib()
        closes = np.array([candle[3] for candle in self.candles])
        match self.technical:
            case "APO":
                values, middle = library.APO(closes, fastperiod=self.fast, slowperiod=self.slow), 0.0
            case "RSI":
                values, middle = library.RSI(closes, timeperiod=self.fast), 50.0
            case "STOCHRSI":
                values, middle = library.STOCHRSI(closes, timeperiod=self.fast, fastk_period=self.slow)[0], 50.0
            case "CMO":
                values, middle = library.CMO(closes, timeperiod=self.fast), 0.0
            case "MACD":
                windows = {"fastperiod": self.fast, "slowperiod": self.slow, "signalperiod": self.signal}
                values, middle = library.MACD(closes, **windows)[2], 0.0
            case _:
                values, middle = self._patterns(library), 0.0
        last = float(values[-1])
        return 0.0 if np.isnan(last) else last - middle

    def _patterns(self, library: Any) -> Any:
        """What the patterns say of the last candle, 100 for each that says up, -100 for each that says down."""
        columns = [np.ascontiguousarray(column) for column in np.array(self.candles).T]
        return sum(getattr(library, name)(*columns) for name in self.patterns or candlestick_patterns())

    def see(self, price: float) -> None:
        """Put the newest price into the candle that is being made; keep as many as the longest window needs."""
        if self._steps == 0:
            opened = self.candles[-1][3] if self.candles else price
            self.candles.append((opened, max(opened, price), min(opened, price), price))
        else:
            opened, high, low, _ = self.candles[-1]
            self.candles[-1] = (opened, max(high, price), min(low, price), price)
        self._steps = (self._steps + 1) % self.candle
        del self.candles[: -4 * (self.fast + self.slow + self.signal)]
