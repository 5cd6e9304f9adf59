"""Whatever stands in a fact, the answer is a score and a note, or a located refusal."""

from __future__ import annotations

import copy
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.documentation import POINTS, documentation
from neuroreed.care.note import NoteType, compose, draft, missing, readings
from neuroreed.model.errors import BadInput

EXAMPLE = yaml.safe_load((Path(__file__).parent / "documentation_example.yaml").read_text())
EXTRA = {
    "subjective": {"report": "x", "pain_0_10": 2},
    "history": {"course": "y"},
    "report": {"goals": [{"id": "G1", "value": 1, "verdict": "worse"}], "goal_changes": []},
    "recertification": {"certified_from": "2026-12-19"},
    "discharge": {"date": "2026-12-19", "reason": "met"},
}


def places(facts, path=()):
    yield path
    if isinstance(facts, dict):
        for key, value in facts.items():
            yield from places(value, (*path, key))
    elif isinstance(facts, list):
        for i, value in enumerate(facts):
            yield from places(value, (*path, i))


PLACES = [place for place in places({**EXAMPLE, **EXTRA}) if place]
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["NaN", "Infinity", "1e999999999", "1e-999999999", "2026-02-30", "24:00", "-0", "٣", "²"]
    ),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.binary(max_size=3),
    st.sets(st.integers(), max_size=2),
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(PLACES), STRANGE), min_size=1, max_size=3))
def test_strange_facts_are_judged_or_refused(changes):
    facts = copy.deepcopy({**EXAMPLE, **EXTRA})
    for (*steps, last), value in changes:
        place = facts
        try:
            for step in steps:
                place = place[step]
            place[last] = value
        except (TypeError, KeyError, IndexError):
            continue

    try:
        score = documentation(facts)
    except BadInput as error:
        assert ":" in str(error)
    else:
        assert 0 <= score.score <= 100
        assert len(score.points) == len(POINTS)
    for kind in NoteType:
        try:
            compose(facts, kind)
            missing(draft(facts, kind))
            readings(facts)
        except BadInput as error:
            assert ":" in str(error)
