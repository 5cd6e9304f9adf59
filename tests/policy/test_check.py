"""The policy data hold together, and the check sees when they do not."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from neuroreed.cli.policy import run
from neuroreed.model.errors import NoParameter
from neuroreed.policy import release, tables, valid_to
from neuroreed.policy.check import faults
from neuroreed.policy.sources import all_sources, source
from tests.shared import shared


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of our data, to plant faults in."""
    return Path(shutil.copytree(tables.PACKAGE, tmp_path / "data"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_our_data_are_without_fault() -> None:
    assert [str(fault) for fault in faults()] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "parameters/medicare/payment/coinsurance.yaml",
            "    source: {id: fcso-sequestration, section: Worked example}\n",
            "",
            "every number is cited",
        ),
        (
            "parameters/medicare/payment/coinsurance.yaml",
            "fcso-sequestration",
            "my-memory",
            "cites my-memory, which sources.yaml does not hold",
        ),
        (
            "parameters/medicare/payment/sequestration.yaml",
            "until: 2022-03-31",
            "until: 2022-03-30",
            "no value from 2022-03-31: a gap nobody declared",
        ),
        (
            "parameters/medicare/payment/sequestration.yaml",
            "until: 2022-03-31",
            "until: 2022-04-01",
            "overlaps",
        ),
        (
            "sources.yaml",
            "cms-rvu-files:",
            "idle-source:\n  title: Nobody cites me\n  link: ''\n"
            "  retrieved_on: 2026-11-23\n  confidence: S\ncms-rvu-files:",
            "idle-source: nothing cites it",
        ),
        ("sources.yaml", "  confidence: V\n", "", "confidence is V, S or K"),
        ("payers/cigna.yaml", "extends: commercial", "extends: nobody", "no profile 'nobody'"),
        ("payers/cigna.yaml", "reviewed_on: 2026-11-23\n", "", "reviewed_on"),
        ("payers/cigna.yaml", "confidence: S", "note: sure", "confidence is V, S or K"),
        ("payers/highmark.yaml", "unit_method: {is: cms", "unit_method: {is: dice", "one of cms"),
        (
            "payers/highmark.yaml",
            'source: "payer-notices#Highmark, counting as in chapter 5, announced 2016", ',
            "",
            "unit_method: cites no source",
        ),
        ("releases.csv", "rvu,RVU22B,2022-04-01", "rvu,RVU22B,2022-03-31", "overlaps"),
        ("releases.csv", "rvu,RVU22B,2022-04-01", "rvu,RVU22B,2022-04-02", "gap nobody declared"),
        ("gaps.csv", "rvu,2024-10-01", "gpci,2024-10-01", "gap nobody declared"),
        ("releases.csv", ",therapy,214,", ",therapy,215,", "holds 214 rows"),
        ("fees/rvu/RVU26C.csv", "97112,", "# 97112\n97112,", "holds 231 rows"),
        (
            "fees/conversion_factor/PFS2022-2026.csv",
            "2024-03-09,2024-12-31",
            "2024-03-10,2024-12-31",
            "nonQP: nothing from 2024-03-09 to 2024-03-09",
        ),
        ("codes/therapy_codes.csv", ",T15,", ",T16,", "timing 'T16' is not known"),
        ("undated.csv", "cms-pos#", "cms-place#", "cites cms-place"),
    ],
)
def test_a_planted_fault_is_found(data: Path, file: str, old: str, new: str, words: str) -> None:
    edit(data / file, old, new)

    found = [str(fault) for fault in faults(data)]

    assert any(words in fault for fault in found), found


def test_a_table_that_is_gone_is_found(data: Path) -> None:
    (data / "fees/rvu/RVU24B.csv").unlink()

    assert any("not there" in str(fault) for fault in faults(data))


def test_citations_of_the_rule_book_are_held_against_the_sources() -> None:
    for_rules = [name for name, one in all_sources().items() if one.for_rules]

    unused = [str(fault) for fault in faults(also_cited=[])]
    assert len(unused) == len(for_rules)
    assert faults(also_cited=[f"{name}#1" for name in for_rules]) == ()
    wrong = faults(also_cited=["nowhere#1", *(f"{name}#1" for name in for_rules)])
    assert [fault.says for fault in wrong] == ["cites nowhere#1, which sources.yaml lacks"]


def test_the_command_holds_data_and_rule_book_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = run(["check"])

    assert (status, capsys.readouterr().out) == (0, "The policy data hold together.\n")


def test_a_source_is_found_with_its_section() -> None:
    found = source("cms-clm104-c05#20.2.C")

    assert (found.id, found.section, found.confidence) == ("cms-clm104-c05", "20.2.C", "V")
    with pytest.raises(NoParameter):
        source("nowhere#1")


def test_the_identity_is_short_and_stays_the_same() -> None:
    assert release() == release()
    assert len(release()) == 12


def test_the_data_say_how_far_they_reach() -> None:
    days = valid_to()

    assert days["conversion_factor"] == date(2026, 12, 31)
    assert days["kx_threshold_pt_slp"] == date(2026, 12, 31)
    assert days["ptp"] == date(2024, 9, 30)
    assert days["gpci"] == date(2025, 12, 31)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(folder: str) -> list[dict[str, str]]:
    return [row for path in sorted((tables.PACKAGE / folder).glob("*.csv")) for row in rows(path)]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("fees/rvu", ["pfs_rvu.csv"]),
        ("fees/gpci", ["pfs_gpci.csv", "pfs_gpci_2026_partial.csv"]),
        ("fees/conversion_factor", ["pfs_conversion_factor.csv"]),
        ("fees/locco", ["pfs_locality_counties_2025.csv"]),
        (
            "edits/ptp",
            ["ncci_ptp_practitioner_2024q3.csv", "ncci_ptp_practitioner_2026q4_subset.csv"],
        ),
        ("edits/mue", ["ncci_mue_practitioner.csv"]),
        ("codes/icd10", ["icd10cm_therapy_fy2026_apr.csv"]),
    ],
)
def test_no_row_of_the_collected_data_was_lost(folder: str, files: list[str]) -> None:
    manifest = {row["file"]: int(row["rows"]) for row in rows(shared("data/MANIFEST.csv"))}

    assert len(ours(folder)) == sum(manifest[file] for file in files)


@pytest.mark.shared
def test_every_zip_code_of_the_collected_data_has_its_locality() -> None:
    collected = rows(shared("data/zip5_locality_2025q4.csv"))
    kept = {}
    for row in ours("fees/zip5"):
        for span in row["zips"].split():
            first, _, last = span.partition("-")
            for number in range(int(first), int(last or first) + 1):
                kept[f"{number:05d}"] = (
                    row["state"],
                    row["mac"],
                    row["locality"],
                    row["rural"],
                    row["plus4_required"],
                )

    assert kept == {
        row["zip5"]: (
            row["state"],
            row["mac_contract"],
            row["locality"],
            row["rural_ind"],
            row["plus4_required"] or "0",
        )
        for row in collected
    }


@pytest.mark.shared
def test_every_relative_value_of_the_collected_data_is_kept() -> None:
    collected = Counter(
        (row["hcpcs"], row["work_rvu"], row["pe_nonfac_rvu"], row["pe_fac_rvu"], row["mp_rvu"])
        for row in rows(shared("data/pfs_rvu.csv"))
    )

    assert collected == Counter(
        (row["hcpcs"], row["work"], row["pe"], row["pe_facility"], row["mp"])
        for row in ours("fees/rvu")
    )
