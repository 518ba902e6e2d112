"""Prices from outside the market: what a market maker quotes around, an informed trader knows, an oracle reports.

A process has a price for every step from 0, made when first asked for and then kept: whoever asks, in whatever order,
sees the same path. Paths depend on the generator that they are given only (``model.child_generator()`` gives one that
agents do not disturb).

==========================  ==========================================================================================
:class:`PriceProcess`       the base: override ``next_price`` for one of your own
:class:`RandomProcess`      the base of those that are driven by normal shocks, many paths at a time
``ArithmeticRandomWalk``    equal steps in money
``GeometricRandomWalk``     equal steps in logarithms
``OrnsteinUhlenbeck``       drawn back to a mean
``JumpDiffusion``           a walk with sudden jumps
``RegimeSwitching``         a walk whose drift and volatility change with a hidden state
``RecordedPrices``          what happened, as a file has it
``ResampledPrices``         what might have happened: blocks of a record in another order
==========================  ==========================================================================================
"""

from vega_mesa.agents.price_processes.jumps import JumpDiffusion
from vega_mesa.agents.price_processes.mean_reversion import OrnsteinUhlenbeck
from vega_mesa.agents.price_processes.process import PriceProcess, RandomProcess
from vega_mesa.agents.price_processes.records import RecordedPrices, ResampledPrices
from vega_mesa.agents.price_processes.regimes import Regime, RegimeSwitching
from vega_mesa.agents.price_processes.walks import ArithmeticRandomWalk, GeometricRandomWalk

__all__ = [
    "ArithmeticRandomWalk",
    "GeometricRandomWalk",
    "JumpDiffusion",
    "OrnsteinUhlenbeck",
    "PriceProcess",
    "RandomProcess",
    "RecordedPrices",
    "Regime",
    "RegimeSwitching",
    "ResampledPrices",
]
