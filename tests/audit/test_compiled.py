"""One text, two ways to run it: interpreted and compiled give the same answers."""

from __future__ import annotations

from random import Random

import pytest

from neuroreed.audit.attach import attach
from neuroreed.audit.kernel import audit
from neuroreed.audit.registry import registry
from neuroreed.audit.run import Run
from neuroreed.model.lines import to_book
from tests.audit.books import visits
from tests.audit.compiled import compiled, compiled_registry

pytest.importorskip("numba")
RULES = registry()


@pytest.fixture(scope="module")
def book():
    return attach(to_book(visits(Random(97112), 60)))


def test_every_fact_is_the_same_compiled(book) -> None:
    """Row by row, unknowns included."""
    interpreted, fast = Run(book, RULES), Run(book, compiled_registry())

    for name, fact in RULES.facts.items():
        one = [int(value) for value in interpreted._fact(fact)]
        two = [int(value) for value in fast._fact(fast.registry.facts[name])]
        assert one == two, name


def test_every_rule_is_the_same_compiled(book) -> None:
    interpreted = audit(book, using=RULES)
    fast = audit(book, using=compiled_registry())

    assert interpreted.coverage == fast.coverage
    assert interpreted.findings == fast.findings


def test_the_random_book_makes_every_rule_speak_and_nearly_every_rule_find(book) -> None:
    """Otherwise the comparison above would be about nothing."""
    result = audit(book, using=RULES)

    silent = {name for name, covered in result.coverage.items() if not covered.assessed}
    found = {finding.rule for finding in result.findings}
    assert silent <= {"ASST-07", "MODS-13", "RMON-01"}
    assert len(found) > len(RULES.rules) * 3 // 4


@pytest.mark.parametrize("rule", RULES.rules.values(), ids=lambda rule: rule.id)
def test_a_rule_stays_within_the_small_python(rule) -> None:
    compiled(rule.function).compile(_ints(len(rule.needs)))


def _ints(count: int):
    import numba

    return (numba.int64,) * count
