"""What was done to a model by hand, in order, each thing at its place between the model's steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from vega_mesa.model import VegaModel


class Entry(NamedTuple):
    """One thing that was done after so many steps, when the chain was at this height.

    A key was made, a command was sent; or neither, when a step followed on blocks that were made by hand.
    """

    step: int
    height: int
    waiting: int = 0  # transactions that waited for company
    key: str = ""  # of a hand trader that was made,
    party: str = ""  # or that sent
    command: Any = None  # this


_diaries: WeakKeyDictionary[VegaModel, list[Entry]] = WeakKeyDictionary()


def diary_of(model: VegaModel) -> list[Entry]:
    """The diary of a model, begun when this is called first."""
    return _diaries.setdefault(model, [])


def now(model: VegaModel) -> Entry:
    """An entry for what is about to be done."""
    chain = model.chain
    return Entry(model.step_count, chain.height, len(chain.mempool.waiting))


def before_step(model: VegaModel) -> None:
    """Note where the chain stands, if something was done by hand since the last step."""
    diary = diary_of(model)
    if diary and diary[-1].step == model.step_count:
        diary.append(now(model))
