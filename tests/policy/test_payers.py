"""Payer profiles: ours, the clinic's, and what a wrong one says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from neuroreed.model.errors import NoParameter, ProfileError
from neuroreed.model.findings import Severity
from neuroreed.policy.payers import profile, profiles


def test_medicare_part_b_is_verified_where_it_matters() -> None:
    medicare = profile("medicare_part_b")

    assert (medicare.unit_method, medicare.mppr, medicare.kx, medicare.ncci) == (
        "cms",
        True,
        True,
        "medicare",
    )
    assert medicare.claim_filing_code == "MB"
    assert not medicare.unverified & {"unit_method", "mppr", "kx", "requires_cq_co", "ncci"}
    assert "timely_filing_days" in medicare.unverified


def test_every_example_of_the_rule_book_is_there_and_names_what_is_unverified() -> None:
    known = profiles()

    assert set(known) >= {
        "base",
        "medicare_part_b",
        "medicare_advantage",
        "unitedhealthcare",
        "cigna",
        "highmark",
        "aetna",
        "anthem",
        "humana",
        "tricare",
        "va_community_care",
        "texas_medicaid",
        "workers_comp_mi",
        "auto_pip",
        "commercial",
    }
    for name in ("unitedhealthcare", "cigna", "highmark", "aetna", "tricare", "texas_medicaid"):
        assert known[name].unverified


@pytest.mark.parametrize("name", ["commercial", "cigna", "anthem", "auto_pip", "workers_comp_mi"])
def test_where_nobody_chose_a_unit_method_there_is_none(name: str) -> None:
    assert profile(name).unit_method is None


def test_medicare_advantage_has_no_liability_notices() -> None:
    assert profile("medicare_part_b").abn_modifiers is True
    assert profile("medicare_advantage").abn_modifiers is False
    assert profile("medicare_advantage").kx is None
    assert "unit_method" in profile("medicare_advantage").unverified


def test_a_setting_begins_on_its_day() -> None:
    before, after = profile("cigna", date(2022, 10, 14)), profile("cigna", date(2022, 10, 15))

    assert (before.assistant_permille, after.assistant_permille) == (None, 850)
    assert profile("cigna").line_order == "fee_descending"
    assert profile("cigna").max_timed_units_per_day == 4


def test_old_pairs_live_on_with_some_payers() -> None:
    assert ("97140", "97530", 1) in profile("humana").extra_pairs
    assert profile("medicare_part_b").extra_pairs == ()


def test_an_unknown_payer_is_refused() -> None:
    with pytest.raises(NoParameter, match="NEUROREED_PAYERS"):
        profile("nobody")


def test_a_clinic_adds_and_extends_profiles(payer_folder: Path) -> None:
    (payer_folder / "blue_plan.yaml").write_text(
        "extends: highmark\nname: Blue plan\nmax_timed_units_per_day: 5\n"
        "severities: {UNIT-02: review, PAIR-01: off}\n"
    )
    (payer_folder / "cigna.yaml").write_text("extends: cigna\nname: Cigna here\nunit_method: ama\n")

    blue, cigna = profile("blue_plan"), profile("cigna")

    assert (blue.unit_method, blue.max_timed_units_per_day) == ("cms", 5)
    assert blue.extends == ("highmark", "commercial", "base")
    assert dict(blue.severities) == {"UNIT-02": Severity.REVIEW, "PAIR-01": "off"}
    assert "max_timed_units_per_day" in blue.unverified
    assert (cigna.unit_method, cigna.line_order) == ("ama", "fee_descending")
    assert "unit_method" in cigna.unverified


def test_a_changed_file_is_read_anew(payer_folder: Path) -> None:
    file = payer_folder / "plan.yaml"
    file.write_text("extends: commercial\nunit_method: cms\n")
    assert profile("plan").unit_method == "cms"

    file.write_text("extends: commercial\nunit_method: ama  # asked them\n")

    assert profile("plan").unit_method == "ama"


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("extends: base\ncolour: red\n", 2, "colour", "not a word"),
        ("extends: base\n\nunit_method: guess\n", 3, "unit_method", "one of cms, ama"),
        ("extends: base\nmppr: 1\n", 2, "mppr", "yes or no"),
        ("extends: base\ntimely_filing_days: 0\n", 2, "timely_filing_days", "from 1 to"),
        ("extends: base\ntimely_filing_days: ninety\n", 2, "timely_filing_days", "whole number"),
        ("extends: base\nassistant_permille: 1001\n", 2, "assistant_permille", "from 1 to 1000"),
        ("name: x\nextends: nobody\n", 2, "extends", "no profile"),
        ("extends: base\nextra_pairs:\n  - [97140, 97530, 1]\n", 2, "extra_pairs", "in quotes"),
        ('extends: base\nextra_pairs: [["97140", "97530", 9]]\n', 2, "extra_pairs", "a pair is"),
        ("extends: base\nmodifier_order: [colour]\n", 2, "modifier_order", "lists groups"),
        ("extends: base\nclaim_filing_code: 16\n", 2, "claim_filing_code", "quote"),
        ("extends: base\nkx: {is: yes, because: x}\n", 2, "kx", "because is not known"),
        ("extends: base\nkx: {source: x}\n", 2, "kx", "needs is"),
        ("extends: base\nseverities:\n  UNIT-01: halt\n", 3, "UNIT-01", "stop, review"),
        ("extends: base\nkx: yes\nkx: no\n", 3, "kx", "twice"),
        ("extends: base\nkx: [\n", 3, "file", "expected"),
        ("- a\n- b\n", 1, "file", "keys and values"),
        ("", 1, "file", "keys and values"),
        ("reviewed_on: soon\n", 1, "reviewed_on", "date"),
        ("extends: plan\n", 1, "extends", "circle"),
    ],
)
def test_a_wrong_profile_says_file_line_and_key(
    payer_folder: Path, text: str, line: int, key: str, words: str
) -> None:
    (payer_folder / "plan.yaml").write_text(text)

    with pytest.raises(ProfileError, match=words) as refused:
        profile("plan")

    assert (refused.value.file, refused.value.line, refused.value.key) == ("plan.yaml", line, key)


def test_an_absent_clinic_folder_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path / "absent"))

    with pytest.raises(ProfileError, match="no such folder"):
        profile("medicare_part_b")
