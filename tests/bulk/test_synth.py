"""Invented lines: reproducible, like a real extract, and every planted fault is found alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from neuroreed.bulk import synth
from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.synth import PLANTED, block, synthesise
from neuroreed.model.errors import BadInput
from neuroreed.policy.payers import profile
from tests.bulk.frames import findings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "bulk.md"
_KEY = ("rule", "visit", "line")


@pytest.fixture(autouse=True)
def _blocks_are_small(monkeypatch):
    """Several blocks in few lines."""
    monkeypatch.setattr(synth, "_PATIENTS_PER_BLOCK", 900)


@pytest.fixture(scope="module")
def clean() -> pl.DataFrame:
    """Lines of some thousand patients, without a fault."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synth, "_PATIENTS_PER_BLOCK", 6_000)
        lines, truth = block(0, 4, 0)
    assert not len(truth)
    return lines


@pytest.mark.parametrize(("seed", "shuffle"), [(7, False), (8, True), (9, False)])
def test_every_planted_fault_is_found_and_nothing_else(seed, shuffle, tmp_path) -> None:
    made = synthesise(
        tmp_path / "in", lines=40_000, seed=seed, faults_permille=120, shuffle=shuffle
    )

    summary = audit([tmp_path / "in"], tmp_path / "out", Settings(compiled=True))

    truth = pl.read_csv(made.truth, schema_overrides={"visit": pl.String, "line": pl.Int32})
    planted = set(truth.select(_KEY).iter_rows())
    assert set(findings(tmp_path / "out").select(_KEY).iter_rows()) == planted
    assert len(planted) == len(truth) > 2_000
    assert made.faults == truth.select("visit", "fault").n_unique()
    assert summary.lines == made.lines >= 40_000
    assert summary.was_sorted is not shuffle


def test_clean_visits_break_no_rule(tmp_path) -> None:
    made = synthesise(tmp_path / "in", lines=40_000, seed=2, faults_permille=0)

    summary = audit([tmp_path / "in"], tmp_path / "out", Settings(compiled=True))

    assert made.faults == 0
    assert sum(summary.findings.values()) == 0


def test_every_kind_of_fault_occurs_with_its_rules(monkeypatch) -> None:
    monkeypatch.setattr(synth, "_PATIENTS_PER_BLOCK", 3_000)

    _, truth = block(0, 5, 300)

    rules = truth.group_by("fault").agg(pl.col("rule").unique().sort())
    assert dict(rules.iter_rows()) == {name: sorted(PLANTED[name]) for name in PLANTED}


def test_the_reference_names_every_planted_fault() -> None:
    text = REFERENCE.read_text(encoding="utf-8")

    missing = [
        name for name, rules in PLANTED.items() if f"| {name} | {', '.join(rules)} |" not in text
    ]
    assert not missing


def test_the_same_seed_gives_the_same_lines_whatever_the_number(tmp_path) -> None:
    few = synthesise(tmp_path / "few", lines=1_000, seed=3)
    many = synthesise(tmp_path / "many", lines=60_000, seed=3)
    other = synthesise(tmp_path / "other", lines=1_000, seed=4)

    frames = [
        pl.concat([pl.read_parquet(file) for file in made.files]) for made in (few, many, other)
    ]
    assert len(many.files) > 1
    assert frames[0].equals(frames[1].head(len(frames[0])))
    assert not frames[0].equals(frames[2].head(len(frames[0])))
    with pytest.raises(BadInput):
        synthesise(tmp_path / "few", lines=10)


def test_payers_stand_in_their_shares_and_count_in_every_way(clean) -> None:
    people = clean.unique("patient_id")
    shares = dict(people["payer"].value_counts(normalize=True).iter_rows())

    assert clean.select("patient_id", "payer").unique().height == people.height
    assert 0.49 < shares["medicare_part_b"] < 0.55
    assert 0.12 < shares["medicare_advantage"] < 0.18
    assert all(share > 0.025 for share in shares.values())
    assert {profile(name).unit_method for name in shares} == {"cms", "ama"}


def test_visits_are_those_of_outpatient_rehabilitation(clean) -> None:
    visits = clean.group_by("visit_id").agg(
        pl.len(), pl.col("patient_id", "discipline", "date_of_service").first()
    )
    disciplines = dict(visits["discipline"].value_counts(normalize=True).iter_rows())
    on_a_date = visits.group_by("patient_id", "date_of_service").len()["len"]
    codes = dict(clean["cpt"].value_counts().iter_rows())
    modifiers = clean["modifiers"]

    assert 0.6 < disciplines["PT"] < 0.78
    assert 0.1 < disciplines["OT"] < 0.25
    assert 0.06 < disciplines["SLP"] < 0.2
    assert visits["len"].min() == 1
    assert visits["len"].max() == 5
    assert 2.3 < visits["len"].mean() < 3.2
    assert set(on_a_date) == {1, 2}
    assert {"97112", "97110", "97530", "97140", "97116", "97535", "97113"} < codes.keys()
    assert {"97150", "97161", "97164", "97166", "97168", "92507", "G0283"} < codes.keys()
    for modifier in ("GP", "GO", "GN", "CQ", "CO", "KX", "59", "XU"):
        assert modifiers.str.contains(modifier, literal=True).any()
    round_figures = clean["minutes"].is_in([10, 15, 20, 30, 45]).mean()
    assert 0.4 < round_figures < 0.8


def test_a_therapists_day_is_one_that_a_person_can_work(clean) -> None:
    visits = clean.unique("visit_id")
    days = visits.group_by("therapist_id", "date_of_service").agg(pl.col("session_minutes").sum())
    of_clinic = clean.select("clinic", "therapist_id").unique().group_by("clinic").len()

    assert days["session_minutes"].max() <= 9 * 60
    assert clean.select("therapist_id", "clinic").unique().height == (
        clean["therapist_id"].n_unique()
    )
    assert of_clinic["len"].min() >= 3
