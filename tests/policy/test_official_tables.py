"""Code pairs, unlikely units, ZIP codes, diagnoses and counties in their official layouts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from neuroreed.model.errors import NoParameter, PolicyFileError
from neuroreed.policy import edits, fees, icd10
from neuroreed.policy.official import load
from tests.policy import official_files as made
from tests.policy.test_official_files import NOVEMBER, assert_refused, by_table


def ptp_part(folder: Path, part: int, rows: object = made.PTP_ROWS) -> Path:
    name = f"medicare-ncci-2026q4-practitioner-ptp-edits-ccipra-v323r0-f{part}.zip"
    return made.zipped(folder / name, {f"ccipra-v323r0-f{part}.TXT": made.ptp(rows)})  # type: ignore[arg-type]


def test_a_quarter_of_pairs_is_whole_after_all_four_parts(
    tmp_path: Path, clinic_folder: Path
) -> None:
    parts = [
        ((made.PTP_ROWS[0],)),
        (made.PTP_ROWS[1], made.PTP_ROWS[2]),
        (made.PTP_ROWS[3],),
        (made.PTP_ROWS[4],),
    ]
    extents = [
        load(ptp_part(tmp_path, number, rows), clinic_folder)[0].extent
        for number, rows in enumerate(parts, start=1)
    ]

    assert extents == ["partial", "partial", "partial", "full"]
    fresh = edits.pair("97530", "97140", NOVEMBER)
    assert fresh is not None
    assert (fresh.column1, fresh.indicator, fresh.stale) == ("97140", 1, False)
    assert edits.pair("97140", "97530", date(2026, 9, 30)) is None
    assert edits.pair("97140", "97530", date(2019, 12, 31)) is not None
    assert edits.pair("97150", "97112", NOVEMBER) is None
    later = edits.pair("97124", "97140", date(2027, 2, 1))
    assert later is not None
    assert later.stale


def test_a_part_loaded_twice_is_not_doubled(tmp_path: Path, clinic_folder: Path) -> None:
    load(ptp_part(tmp_path, 1), clinic_folder)

    again = load(ptp_part(tmp_path, 1), clinic_folder)[0]

    assert again.rows == 4
    assert "f2, f3, f4" in again.notes[-1]


def test_while_parts_are_missing_ours_speaks_for_the_rest(
    tmp_path: Path, clinic_folder: Path
) -> None:
    load(ptp_part(tmp_path, 1), clinic_folder)

    known, other = edits.pair("97112", "97022", NOVEMBER), edits.pair("97150", "97112", NOVEMBER)

    assert known is not None and other is not None
    assert (known.release, known.stale) == ("2026Q4", False)
    assert (other.release, other.stale) == ("2024Q3", True)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("97112", "97022", "", "2020-01-01", "*", "1", "x")], r"row 7: the effective date"),
        (
            [made.PTP_ROWS[0], ("97112", "97022", "", "20200101", "*", "2", "x")],
            r"row 8: the modifier",
        ),
        ([made.PTP_ROWS[0], ("97112", "97022", "", "20200101")], r"row 8: has 4 columns"),
        (
            [made.PTP_ROWS[0], ("97112", "970", "", "20200101", "*", "1", "x")],
            r"row 8: '970' is not",
        ),
        ([("97112", "97022", "", "20200101", "20191231", "1", "x")], "deleted before it began"),
        ([], "no pair of codes"),
    ],
)
def test_wrong_pair_files_are_refused_with_the_row(
    tmp_path: Path, clinic_folder: Path, rows: object, words: str
) -> None:
    assert_refused(ptp_part(tmp_path, 1, rows), clinic_folder, words)


def test_the_hospital_files_are_refused(tmp_path: Path, clinic_folder: Path) -> None:
    pairs = made.zipped(tmp_path / "ptp.zip", {"ccioph-v323r0-f1.TXT": made.ptp()})
    units = tmp_path / "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv"
    units.write_bytes(made.mue())

    assert_refused(pairs, clinic_folder, "practitioner")
    assert_refused(units, clinic_folder, "Practitioner")


def test_the_version_tells_the_quarter(tmp_path: Path, clinic_folder: Path) -> None:
    path = tmp_path / "ccipra-v302r0-f1.txt"
    path.write_bytes(made.ptp())

    assert load(path, clinic_folder)[0].release == "2024Q3"


def test_unlikely_units_are_read_and_compared(tmp_path: Path, clinic_folder: Path) -> None:
    path = tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv"
    path.write_bytes(
        made.mue(
            [("97112", "5", "3 Date of Service Edit: Clinical"), ("97010", "0", "1 Line Edit")]
        )
    )

    loaded = load(path, clinic_folder)[0]

    assert loaded.release == "2027Q1"
    assert "97112: units 4 → 5" in [str(change) for change in loaded.changes.changed]
    limit = edits.mue("97112", date(2027, 3, 31))
    assert limit is not None
    assert (limit.units, limit.mai, limit.stale) == (5, 3, False)
    assert edits.mue("97113", date(2027, 3, 31)) is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("97112", "four", "3 Date")], "row 4: 97112: 'four' is not a count"),
        ([("97112", "4", "Date of Service")], "must begin with 1, 2 or 3"),
        ([("97112", "4", "3 x"), ("97112", "4", "3 x")], "row 5: 97112 stands here twice"),
    ],
)
def test_wrong_unit_tables_are_refused(
    tmp_path: Path, clinic_folder: Path, rows: list[tuple[str, str, str]], words: str
) -> None:
    path = tmp_path / "MCR_MUE_PractitionerServices_Eff_01-01-2027.csv"
    path.write_bytes(made.mue(rows))

    assert_refused(path, clinic_folder, words)


def test_zip_codes_are_read_with_their_flags(tmp_path: Path, clinic_folder: Path) -> None:
    path = tmp_path / "ZIP5_OCT2026.txt"
    path.write_bytes(made.zip5())

    loaded = load(path, clinic_folder)[0]

    assert (loaded.release, loaded.rows) == ("2026Q4", 4)
    assert len(loaded.changes.removed) > 40_000
    found = fees.locality("00501", NOVEMBER)
    assert (found.locality, found.rural, found.assumed) == ("02", "R", False)
    assert fees.locality("10004", NOVEMBER).plus4_required
    with pytest.raises(NoParameter):
        fees.locality("10003", NOVEMBER)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([made.zip5_line("NY", "10001", "13202", "01")[:-9]], "row 1: has 71 characters"),
        (
            [
                made.zip5_line("NY", "10001", "13202", "01"),
                made.zip5_line("NY", "10001", "13202", "02"),
            ],
            "row 2: ZIP 10001",
        ),
        ([made.zip5_line("NY", "1000A", "13202", "01")], "row 1: does not begin"),
        ([made.zip5_line("NY", "10001", "13202", "01", quarter="20261")], "says 2026 quarter 1"),
        (
            [
                made.zip5_line("NY", "10001", "13202", "01"),
                made.zip5_line("NY", "10002", "13202", "01", quarter="20261"),
            ],
            "mixes",
        ),
        ([made.zip5_line("NY", "10001", "13202", "01", rural="X")], "flag"),
    ],
)
def test_wrong_zip_files_are_refused(
    tmp_path: Path, clinic_folder: Path, lines: list[str], words: str
) -> None:
    path = tmp_path / "ZIP5_OCT2026.txt"
    path.write_bytes(made.zip5(lines))

    assert_refused(path, clinic_folder, words)


def test_diagnoses_of_next_year_are_read_with_the_billable_flag(
    tmp_path: Path, clinic_folder: Path
) -> None:
    path = tmp_path / "icd10cm_order_2027.txt"
    path.write_bytes(made.icd10_order())

    assert load(path, clinic_folder)[0].release == "FY2027"

    header, leaf = icd10.diagnosis("G20", NOVEMBER), icd10.diagnosis("g20.a1", NOVEMBER)
    assert header is not None and leaf is not None
    assert (header.billable, leaf.billable, leaf.stale) == (False, True, False)
    assert icd10.diagnosis("R27.8", NOVEMBER) is None


def test_the_codes_file_holds_billable_codes_only(tmp_path: Path, clinic_folder: Path) -> None:
    path = tmp_path / "icd10cm_codes_2027.txt"
    path.write_bytes(b"R270   Ataxia, unspecified\r\nZ9989  Dependence on other devices\r\n")

    assert load(path, clinic_folder)[0].rows == 2

    path.write_bytes(b"R270   Ataxia, unspecified\r\nZ9989\r\n")
    with pytest.raises(PolicyFileError, match="row 2"):
        load(path, clinic_folder)


def test_a_header_is_known_by_its_leaves_where_the_file_lists_leaves_only(
    tmp_path: Path, clinic_folder: Path
) -> None:
    path = tmp_path / "icd10cm-codes-April-2027.txt"
    path.write_bytes(b"G20A1  Parkinson's disease without dyskinesia\r\n")
    load(path, clinic_folder)

    header = icd10.diagnosis("G20", NOVEMBER)

    assert header is not None
    assert (header.billable, header.description, header.stale) == (
        False,
        "Parkinson's disease",
        False,
    )
    assert icd10.diagnosis("G2", NOVEMBER) is None


def test_archive_and_file_inside_must_tell_the_same(tmp_path: Path, clinic_folder: Path) -> None:
    other_quarter = made.zipped(
        tmp_path / "medicare-ncci-2026q4-practitioner-ccipra-v323r0-f1.zip",
        {"ccipra-v322r0-f1.TXT": made.ptp()},
    )
    other_part = made.zipped(
        tmp_path / "medicare-ncci-2026q3-practitioner-ccipra-v322r0-f2.zip",
        {"ccipra-v322r0-f1.TXT": made.ptp()},
    )
    other_year = made.zipped(tmp_path / "RVU26D.zip", {"GPCI2025.csv": made.gpci(year=2025)})

    assert_refused(other_quarter, clinic_folder, "is of 2026Q3")
    assert_refused(other_part, clinic_folder, "is part 1")
    assert_refused(other_year, clinic_folder, "not of the year")


def test_counties_in_another_layout_do_not_hold_back_the_prices(
    tmp_path: Path, clinic_folder: Path
) -> None:
    path = made.zipped(
        tmp_path / "RVU26D.zip", {**made.rvu_release(), "26LOCCO.csv": b"nothing\r\n"}
    )

    loaded = by_table(load(path, clinic_folder))

    assert set(loaded) == {"rvu", "conversion_factor", "gpci"}
    assert any(note.startswith("counties not loaded") for note in loaded["rvu"].notes)
    alone = made.zipped(tmp_path / "RVU26C.zip", {"26LOCCO.csv": b"nothing\r\n"})
    with pytest.raises(PolicyFileError, match="counties not loaded"):
        load(alone, clinic_folder)


def test_a_release_without_localities_says_so(tmp_path: Path, clinic_folder: Path) -> None:
    path = made.zipped(tmp_path / "RVU26C.zip", {"PPRRVU2026_Jul_nonQPP.csv": made.pprrvu()})

    loaded = by_table(load(path, clinic_folder))

    assert "localities" in loaded["rvu"].notes[0]
