"""Samples that anyone can draw again."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroreed.bulk.sampling import FrameUnit, allocate, draw, frame_hash, read_frame
from neuroreed.model.errors import BadInput


def frame(size=100, strata=("",)):
    return [FrameUnit(f"v{i}", strata[i % len(strata)], 100 * i) for i in range(size)]


def test_the_same_seed_and_frame_give_the_same_sample_in_any_order():
    units = frame(200, ("a", "b"))
    shuffled = random.Random(1).sample(units, len(units))

    assert draw(units, 30, seed="x") == draw(shuffled, 30, seed="x")
    assert draw(units, 30, seed="x") != draw(units, 30, seed="y")


def test_a_sample_is_what_the_written_algorithm_says():
    units = frame(12)
    lines = sorted(json.dumps([u.id, "", u.amount_cents], separators=(",", ":")) for u in units)
    hashed = hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()

    def ticket(one):
        parts = ["neuroreed-sample-1", "seed", hashed, "", one.id]
        return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()

    sample = draw(units, 5, seed="seed", spares=2)

    ordered = [one.id for one in sorted(units, key=ticket)]
    assert sample.frame_hash == hashed
    assert list(sample.drawn) == ordered[:5]
    assert list(sample.strata[0].spares) == ordered[5:7]


def test_one_cent_changes_the_frame_hash():
    units = frame()
    changed = [FrameUnit("v0", "", 1), *units[1:]]

    assert frame_hash(units) == frame_hash(reversed(units))
    assert frame_hash(units) != frame_hash(changed)
    assert frame_hash([FrameUnit("v", "", None)]) != frame_hash([FrameUnit("v", "", 0)])


def test_every_unit_is_drawn_about_equally_often():
    units = frame(20)
    seen = dict.fromkeys((u.id for u in units), 0)

    for seed in range(2000):
        for one in draw(units, 5, seed=str(seed)).drawn:
            seen[one] += 1

    # 2,000 draws of one in four: five standard deviations are 97
    assert all(abs(count - 500) < 97 for count in seen.values())


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 60), min_size=1, max_size=6),
    st.integers(1, 200),
    st.sampled_from(["proportional", "equal"]),
)
def test_an_allocation_adds_up_and_fits_its_strata(sizes, size, how):
    least = sum(min(2, n) for n in sizes.values()) if len(sizes) > 1 else 1
    if not least <= size <= sum(sizes.values()):
        with pytest.raises(BadInput):
            allocate(sizes, size, how=how)
        return

    given_ = allocate(sizes, size, how=how)

    assert sum(given_.values()) == size
    assert all(min(2, sizes[n]) <= k <= sizes[n] for n, k in given_.items()) or len(sizes) == 1


def test_proportional_follows_size_and_equal_does_not():
    sizes = {"a": 300, "b": 100}

    assert allocate(sizes, 40) == {"a": 30, "b": 10}
    assert allocate(sizes, 40, how="equal") == {"a": 20, "b": 20}


@pytest.mark.parametrize(
    ("units", "size", "seed"),
    [
        ([], 1, "s"),
        (frame(5), 6, "s"),
        (frame(5), 0, "s"),
        (frame(5), 2, " "),
        ([FrameUnit("a"), FrameUnit("a")], 1, "s"),
        ([FrameUnit(" ")], 1, "s"),
        ([FrameUnit("a", "", -1)], 1, "s"),
    ],
)
def test_a_frame_that_cannot_be_drawn_from_is_refused(units, size, seed):
    with pytest.raises(BadInput):
        draw(units, size, seed=seed)


def test_a_csv_frame_keeps_unknown_amounts_unknown(tmp_path):
    path = tmp_path / "frame.csv"
    path.write_text('visit,who,paid\nv1,A,"$1,034.50"\nv2,B,\n')

    units = read_frame(path, id_column="visit", stratum_column="who", amount_column="paid")

    assert units == [FrameUnit("v1", "A", 103450), FrameUnit("v2", "B", None)]


@pytest.mark.parametrize(
    "text",
    ["", "visit\nv1\nv1\n", "visit,visit\nv1,v2\n", "other\nv1\n", "visit,paid\nv1\n",
     "visit,paid\nv1,much\n", "visit,paid\nv1,1.005\n", "visit,paid\nv1,NaN\n"],
)  # fmt: skip
def test_a_broken_csv_frame_is_refused_with_its_place(tmp_path, text):
    path = tmp_path / "frame.csv"
    path.write_text(text)

    with pytest.raises(BadInput):
        read_frame(path, id_column="visit", amount_column="paid" if "paid" in text else "")
