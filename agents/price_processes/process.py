"""What every price process is, and what those have in common that normal shocks drive."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vega_mesa.agents.checks import positive
from vega_mesa.errors import ConfigError

Array = npt.NDArray[np.float64]


class PriceProcess:
    """A path of prices, one a step. What has been asked for once never changes.

    A process of your own says what follows a price::

        class Growth(PriceProcess):
            def next_price(self, price):
                return 1.01 * price

    Args:
        start: price at step 0, > 0.
    """

    def __init__(self, start: float) -> None:
        self._path = [positive("start", start)]

    def price(self, step: int) -> float:
        """The price at a step, also of the future; negative steps are step 0."""
        self._reach(step)
        return self._path[max(0, step)]

    def path(self, steps: int) -> Array:
        """The prices at steps 0 to ``steps``, made all at once where they are not known yet.

        Returns:
            ``(steps + 1,)`` float64; the same numbers that :meth:`price` gives one by one.
        """
        self._reach(steps)
        return np.array(self._path[: max(0, steps) + 1])

    def __iter__(self) -> Iterator[float]:
        """Prices from step 0 on, without end."""
        step = 0
        while True:
            yield self.price(step)
            step += 1

    def next_price(self, price: float) -> float:
        """The price that follows; for a subclass to say, unless it says how to :meth:`draw` many."""
        raise NotImplementedError

    def draw(self, steps: int) -> Iterable[float]:
        """Make the next prices.

        Args:
            steps: how many, 1 or more.
        """
        price = self._path[-1]
        for _ in range(steps):
            price = self.next_price(price)
            yield price

    def _reach(self, step: int) -> None:
        missing = step + 1 - len(self._path)
        if missing > 0:
            self._path.extend(map(float, self.draw(missing)))


class RandomProcess(PriceProcess, ABC):
    """A process in which a fixed number of standard normal shocks makes each step.

    A step takes :attr:`SHOCKS` draws whatever they turn out to be, and a path is a function of its shocks. That is why
    a path made at once is the one made step by step, and why shocks may be given: the same to two processes, to
    compare them on equal terms, or their negatives, for antithetic paths.

    Args:
        start: price at step 0, > 0.
        generator: where the shocks come from.
    """

    SHOCKS: ClassVar[int] = 1
    """Normal draws a step."""

    def __init__(self, start: float, generator: np.random.Generator) -> None:
        super().__init__(start)
        self.generator = generator
        self._state: Array | None = None

    def draw(self, steps: int) -> Iterable[float]:
        """Make the next prices, from as many draws of the generator as they need."""
        state = self.initial_state(1) if self._state is None else self._state
        prices, self._state = self.advance(state, self.generator.standard_normal((steps, 1, self.SHOCKS)))
        return prices[:, 0].tolist()  # type: ignore[no-any-return]

    def paths(
        self, count: int, steps: int, generator: np.random.Generator | None = None, *, shocks: Array | None = None
    ) -> Array:
        """Many other paths with the same law; that of the process itself stays as it is.

        Args:
            count: of paths.
            steps: of each.
            generator: where the shocks come from.
            shocks: instead of a generator, ``(steps, count, SHOCKS)`` float64.

        Returns:
            ``(count, steps + 1)`` float64, the first column all ``start``.

        Raises:
            ConfigError: neither generator nor shocks, or shocks of another shape.
        """
        wanted = (steps, count, self.SHOCKS)
        if shocks is None:
            if generator is None:
                raise ConfigError("generator", None, "a generator, or shocks")
            shocks = generator.standard_normal(wanted)
        if shocks.shape != wanted:
            raise ConfigError("shocks", shocks.shape, f"the shape {wanted}")
        prices, _ = self.advance(self.initial_state(count), np.ascontiguousarray(shocks, dtype=float))
        return np.concatenate([np.full((count, 1), self._path[0]), prices.T], axis=1)

    @abstractmethod
    def initial_state(self, count: int) -> Array:
        """What the next price depends on, at step 0.

        Returns:
            ``(variables, count)`` float64, one column a path.
        """

    @abstractmethod
    def advance(self, state: Array, shocks: Array) -> tuple[Array, Array]:
        """Turn shocks into prices.

        Args:
            state: ``(variables, count)`` float64, before.
            shocks: ``(steps, count, SHOCKS)`` float64, independent standard normals.

        Returns:
            Prices, ``(steps, count)`` float64, and the state after them.
        """


class LogarithmicProcess(RandomProcess):
    """A process that adds independent increments to the logarithm of its price."""

    def initial_state(self, count: int) -> Array:
        """The logarithm of the first price."""
        return np.full((1, count), math.log(self._path[0]))

    def advance(self, state: Array, shocks: Array) -> tuple[Array, Array]:
        """Sum the increments up; the exponential of the sum is the price."""
        levels = running_sums(state[0], self.increments(shocks))
        return np.exp(levels), levels[-1:]

    @abstractmethod
    def increments(self, shocks: Array) -> Array:
        """Turn shocks into changes of the logarithm, ``(steps, count)`` float64."""


def running_sums(start: Array, increments: Array) -> Array:
    """``start`` plus the first increment, plus the second... added in that order, so that parts give the same sums.

    Args:
        start: ``(count,)``.
        increments: ``(steps, count)``.

    Returns:
        ``(steps, count)`` float64.
    """
    return np.cumsum(np.concatenate([start[np.newaxis], increments]), axis=0)[1:]
