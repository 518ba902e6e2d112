"""Whether a model keeps to the rules that every model keeps."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

from vega_mesa.chain.null_chain import NullChain
from vega_mesa.model import VegaModel
from vega_mesa.testing.invariants import check_invariants, whole_state


def check_model(kind: type[VegaModel], *, steps: int = 12, rng: int = 1, **parameters: Any) -> VegaModel:
    """Try a class of models: it can be swept, pickles, repeats itself, conserves money, finishes, can be replayed.

    Args:
        kind: the class.
        steps: length of a run.
        rng: seed.
        parameters: of the model, where its defaults take too long.

    Returns:
        The model at the end of its run, for further questions.

    Raises:
        AssertionError: a sentence that names the model and what it does wrong.
    """
    name = kind.__name__
    _check_signature(kind)
    parameters = {"rng": rng, "num_steps": steps} | parameters
    first = _run(kind(**parameters))
    assert first.finished, f"{name}: the run has no end"
    again = _run(kind(**parameters))
    assert whole_state(again) == whole_state(first), (
        f"{name}: two runs with the same seed differ; take random numbers from the model only"
    )
    _check_pickling(kind(**parameters), first, first.step_count // 2)
    replayed = NullChain.replay(first.chain.finished_log())
    assert replayed.state_hash() == first.chain.state_hash(), f"{name}: a replay of its log reaches another state"
    return first


def _check_signature(kind: type[VegaModel]) -> None:
    signature = inspect.signature(kind.__init__)
    names = {"rng", "num_steps"} - set(signature.parameters)
    open_ended = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    assert open_ended or not names, f"{kind.__name__}: takes no {', '.join(sorted(names))}"
    for parameter in list(signature.parameters.values())[1:]:
        assert parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD), (
            f"{kind.__name__}: {parameter.name} may be given by position; sweeps and pages give names"
        )
        assert parameter.kind is parameter.VAR_KEYWORD or parameter.default is not parameter.empty, (
            f"{kind.__name__}: {parameter.name} has no default; a model runs without any arguments"
        )


def _run(model: VegaModel) -> VegaModel:
    model.initialise()
    while not model.finished:
        model.step()
        try:
            check_invariants(model.chain)
        except AssertionError as broken:
            raise AssertionError(f"{type(model).__name__}, step {model.step_count}: {broken}") from None
    return model


def _check_pickling(model: VegaModel, first: VegaModel, steps: int) -> None:
    name = type(model).__name__
    for _ in range(steps):
        model.step()
    try:
        copy = model.fork()
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise AssertionError(f"{name}: does not pickle: {error}") from error
    assert whole_state(copy) == whole_state(model), f"{name}: a copy is in another state"
    assert whole_state(_run(copy)) == whole_state(first), f"{name}: a copy has another future"
