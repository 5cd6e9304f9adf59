"""Facts that say they only add up: however their lists are added up, they say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroreed.audit.registry import Fact, Registry, registry
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope

FACTS = [fact for fact in registry().facts.values() if fact.sums]
VALUES = st.one_of(st.integers(0, 1500), st.just(UNKNOWN))


def added_up(data, values: list[int]) -> list[int]:
    """The same sum and the same doubt in another list: in another order, apart or together."""
    known = sum(value for value in values if value != UNKNOWN)
    cuts = sorted(data.draw(st.lists(st.integers(0, known), max_size=4)))
    parts = [two - one for one, two in zip([0, *cuts], [*cuts, known], strict=True)]
    doubts = data.draw(st.integers(1, 3)) if UNKNOWN in values else 0
    return data.draw(st.permutations(parts + [UNKNOWN] * doubts))


def as_long(lists: list[list[int]]) -> list[list[int]]:
    longest = max(map(len, lists))
    return [each + [0] * (longest - len(each)) for each in lists]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
@given(st.data())
def test_a_fact_that_adds_up_does_not_see_how_lines_were_added_before(fact, data) -> None:
    size = data.draw(st.integers(1, 6))
    one = {n: data.draw(st.integers(0, 9)) for n in fact.needs if is_one(fact, n)}
    lists = {
        n: data.draw(st.lists(VALUES, min_size=size, max_size=size))
        for n in fact.needs
        if n not in one
    }
    others = as_long([added_up(data, values) for values in lists.values()])
    joined = dict(zip(lists, others, strict=True))

    apart = fact.function(*(one.get(n, lists.get(n)) for n in fact.needs))
    together = fact.function(*(one.get(n, joined.get(n)) for n in fact.needs))

    assert together == apart


def is_one(fact: Fact, name: str) -> bool:
    return registry().is_one_number(name, fact.scope)


def test_only_a_fact_over_lists_may_say_that_it_adds_up() -> None:
    """One fact does, so that the days of therapists are added up in bulk."""
    ours = registry()
    theirs = Registry(dict(ours.facts), {}, list(ours.order))

    assert [fact.name for fact in FACTS] == ["least_minutes_of_day"]
    for scope, fills in ((Scope.LINE, False), (Scope.VISIT, True)):
        wrong = Fact("doubled", lambda minutes: 2 * minutes, scope, "minutes", "Twice.",
                     ("minutes",), fills, sums=True)  # fmt: skip
        with pytest.raises(ValueError, match="doubled"):
            theirs.add_fact(wrong)
