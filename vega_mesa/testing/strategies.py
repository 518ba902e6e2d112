"""Hypothesis strategies for commands; hypothesis is not installed with the package, tests bring it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from random import Random
from typing import Any

from vega_mesa.agents.random_commands import RandomCommands, Vocabulary
from vega_mesa.errors import MissingExtra


def commands(words: Vocabulary, *, kinds: Iterable[str] | None = None, sense: float = 0.3, junk: float = 0.0) -> Any:
    """Commands of a network, made from a vocabulary.

    Args:
        words: the ids and levels to make them from; :func:`vega_mesa.agents.random_commands.vocabulary_of` reads those
            of a running network.
        kinds: names of the commands, ``OrderSubmission``...; None for all.
        sense: part of them that are plain orders, amendments and cancellations.
        junk: part of them that may hold anything, or be none at all.

    Returns:
        A ``SearchStrategy``; examples shrink.

    Raises:
        MissingExtra: hypothesis is not installed.
    """
    chosen = None if kinds is None else tuple(kinds)
    RandomCommands(Random(0), kinds=chosen)  # an unknown kind is named at once

    def draw(random: Random) -> Any:
        return RandomCommands(random, kinds=chosen, sense=sense, junk=junk).draw(words)

    return _hypothesis().randoms(use_true_random=False).map(draw)


def schedules(
    words: Vocabulary, parties: Iterable[str], *, longest: int = 25, kinds: Iterable[str] | None = None
) -> Any:
    """Lists of pairs of a party and its command, and of whole numbers: so many blocks pass.

    Args:
        words: see :func:`commands`.
        parties: who sends.
        longest: how many entries at most.
        kinds: see :func:`commands`.

    Raises:
        MissingExtra: hypothesis is not installed.
    """
    library = _hypothesis()
    sent = library.tuples(library.sampled_from(tuple(parties)), commands(words, kinds=kinds))
    return library.lists(sent | library.integers(1, 3), min_size=1, max_size=longest)


def _hypothesis() -> Any:
    try:
        return importlib.import_module("hypothesis.strategies")
    except ImportError:
        raise MissingExtra("hypothesis is not installed: pip install hypothesis") from None
