"""Facts and rules compiled with Numba, and an audit that calls the compiled functions.

The text is the registry's own: a function is compiled together with the plain functions and
whole numbers it names.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import FunctionType
from typing import Any

import numba
import numpy as np

from neuroreed.audit.registry import Registry, registry

# what is compared is the meaning, not the speed
numba.config.OPT = type(numba.config.OPT)("0")


@cache
def compiled(function: FunctionType) -> Any:
    """The function and what it calls, compiled without objects."""
    names = {
        name: _named(function.__globals__[name])
        for name in function.__code__.co_names
        if name in function.__globals__
    }
    text = FunctionType(function.__code__, {**names, "__builtins__": __builtins__})
    text.__name__ = function.__name__
    return numba.njit(text)


def _named(value: Any) -> Any:
    if isinstance(value, FunctionType):
        return compiled(value)
    assert isinstance(value, int), f"small Python knows no {value!r}"
    return int(value)


def compiled_registry() -> Registry:
    """The registry with every function compiled; lists go in as columns of int64."""
    ours = registry()
    theirs = Registry(dict(ours.facts), dict(ours.rules), list(ours.order))
    for name, fact in ours.facts.items():
        theirs.facts[name] = replace(fact, function=_on_columns(fact.function))
    for name, rule in ours.rules.items():
        theirs.rules[name] = replace(rule, function=_on_columns(rule.function))
    return theirs


def _on_columns(function: Any) -> Any:
    fast = compiled(function)

    def call(*given: Any) -> int:
        columns = [
            np.array(each, dtype=np.int64) if isinstance(each, list) else int(each)
            for each in given
        ]
        answer = fast(*columns)
        # a list to fill comes last; facts that return a number leave the columns as they are
        if given and isinstance(given[-1], list) and answer is None:
            given[-1][:] = columns[-1].tolist()
            return 0
        return int(answer)

    return call
