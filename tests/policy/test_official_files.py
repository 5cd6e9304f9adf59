"""Official releases into the clinic's policy folder."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from neuroreed.cli.policy import run
from neuroreed.model.errors import NoParameter, PolicyFileError
from neuroreed.policy import edits, fees, icd10, release, valid_to
from neuroreed.policy.official import Loaded, Options, load
from tests.policy import official_files as made

NOVEMBER = date(2026, 11, 23)


def rvu26d(folder: Path, **replacing: bytes) -> Path:
    return made.zipped(folder / "RVU26D-updated-08-26-2026.zip", made.rvu_release(**replacing))


def by_table(loaded: tuple[Loaded, ...]) -> dict[str, Loaded]:
    return {one.table: one for one in loaded}


def assert_refused(path: Path, into: Path, words: str, *, row: int | None = None) -> None:
    with pytest.raises(PolicyFileError, match=words) as refused:
        load(path, into)
    assert row is None or refused.value.row == row
    assert not into.exists()


def test_a_loaded_release_closes_the_gap_at_once(tmp_path: Path, clinic_folder: Path) -> None:
    with pytest.raises(NoParameter, match=r"neuroreed policy load RVU26D\.zip"):
        fees.gpci(NOVEMBER, mac="06102", locality="16")
    identity = release()

    load(rvu26d(tmp_path), clinic_folder)

    found = fees.gpci(NOVEMBER, mac="06102", locality="16")
    assert (found.work, found.pe, found.mp) == (
        Decimal("1.000"),
        Decimal("1.050"),
        Decimal("0.900"),
    )
    assert (found.release, found.assumed) == ("RVU26D", False)
    assert fees.gpci(date(2026, 2, 1), mac="06102", locality="16").assumed
    assert not fees.rvu("97112", NOVEMBER).assumed
    assert fees.rvu("99213", NOVEMBER).pe_facility == Decimal("0.55")
    assert valid_to()["gpci"] == date(2026, 12, 31)
    assert release() != identity


def test_the_three_localities_of_ours_stay_where_the_release_says_nothing(
    tmp_path: Path, clinic_folder: Path
) -> None:
    load(rvu26d(tmp_path), clinic_folder)

    manhattan = fees.gpci(date(2026, 2, 1), mac="13202", locality="01")

    assert (manhattan.pe, manhattan.assumed) == (Decimal("1.162"), False)


def test_both_factors_of_2026_are_read_and_the_rest_of_the_tables_too(
    tmp_path: Path, clinic_folder: Path
) -> None:
    loaded = by_table(load(rvu26d(tmp_path), clinic_folder))

    assert set(loaded) == {"rvu", "conversion_factor", "gpci", "locco"}
    assert (loaded["gpci"].rows, loaded["locco"].rows, loaded["rvu"].rows) == (109, 3, 4)
    assert fees.conversion_factor(NOVEMBER) == Decimal(made.FACTOR_2026)
    assert fees.conversion_factor(NOVEMBER, apm=True) == Decimal(made.QP_FACTOR_2026)
    assert fees.counties("01112", "05", NOVEMBER) == "MARIN, SAN FRANCISCO"


def test_a_release_of_next_year_prices_next_year_and_only_its_quarter(
    tmp_path: Path, clinic_folder: Path
) -> None:
    path = made.zipped(
        tmp_path / "RVU27A.zip",
        {
            "PPRRVU2027_Jan_nonQPP.csv": made.pprrvu(factor="33.0001"),
            "GPCI2027.csv": made.gpci(year=2027),
        },
    )

    load(path, clinic_folder)

    assert fees.conversion_factor(date(2027, 1, 1)) == Decimal("33.0001")
    with pytest.raises(NoParameter, match=r"RVU27B\.zip"):
        fees.conversion_factor(date(2027, 4, 1))


def test_no_descriptor_is_stored(tmp_path: Path, clinic_folder: Path) -> None:
    load(rvu26d(tmp_path), clinic_folder)
    load(
        made.zipped(tmp_path / "RVU25C.zip", {"PPRRVU25_JUL.txt": made.pprrvu_text()}),
        clinic_folder,
    )

    stored = [path.read_text() for path in clinic_folder.rglob("*.csv")]

    assert stored
    assert not any("descriptor" in text for text in stored)


@pytest.mark.parametrize("width", [31, 32])
def test_the_text_layout_and_both_csv_layouts_give_the_same_values(
    tmp_path: Path, clinic_folder: Path, width: int
) -> None:
    factor = "32.3465"
    table = made.pprrvu(width=width, factor=factor)
    load(made.zipped(tmp_path / "RVU25B.zip", {"PPRRVU25_APR.csv": table}), clinic_folder)
    load(
        made.zipped(tmp_path / "RVU25C.zip", {"PPRRVU25_JUL.txt": made.pprrvu_text()}),
        clinic_folder,
    )

    april, july = fees.rvu("97112", date(2025, 5, 1)), fees.rvu("97112", date(2025, 8, 1))

    assert (april.release, july.release) == ("RVU25B", "RVU25C")
    assert (april.work, april.pe, april.mp) == (july.work, july.pe, july.mp)
    assert april.multiple_procedure and july.multiple_procedure
    assert not fees.rvu("99213", date(2025, 5, 1)).multiple_procedure


def test_what_changed_is_told_against_the_release_before(
    tmp_path: Path, clinic_folder: Path
) -> None:
    load(rvu26d(tmp_path), clinic_folder)
    dearer = ("97112", "A", "0.50", "0.49", "0.49", "0.01", "5")
    rows = (
        made.RVU_ROWS[0],
        dearer,
        made.RVU_ROWS[3],
        ("97530", "A", "0.44", "0.60", "0.60", "0.01", "5"),
    )
    path = made.zipped(
        tmp_path / "RVU27A.zip", {"PPRRVU2027_Jan.csv": made.pprrvu(rows, factor="33.0001")}
    )

    loaded = by_table(load(path, clinic_folder))

    changes = loaded["rvu"].changes
    assert (changes.previous, changes.compared) == ("RVU26D", 3)
    assert (changes.added, changes.removed) == (("97530",), ("97140",))
    assert [str(change) for change in changes.changed] == [
        "97112: pe 0.47 → 0.49",
        "97112: pe_facility 0.47 → 0.49",
    ]
    assert [str(change) for change in loaded["conversion_factor"].changes.changed] == [
        "QP: factor 33.5675 → 33.0001",
        "nonQP: factor 33.4009 → 33.0001",
    ]


def test_the_first_release_is_compared_with_ours_on_therapy_codes_only(
    tmp_path: Path, clinic_folder: Path
) -> None:
    loaded = by_table(load(rvu26d(tmp_path), clinic_folder))

    changes = loaded["rvu"].changes
    assert changes.previous == "RVU26C"
    assert "99213" not in changes.added
    assert "97530" in changes.removed
    assert changes.changed == ()


def test_a_release_that_lost_many_rows_is_doubted_aloud(
    tmp_path: Path, clinic_folder: Path
) -> None:
    first = by_table(load(rvu26d(tmp_path), clinic_folder))
    again = by_table(load(rvu26d(tmp_path), clinic_folder))

    assert any("is the file whole?" in note for note in first["rvu"].notes)
    assert again["rvu"].notes == ()


def test_a_recut_of_the_same_release_replaces_it(tmp_path: Path, clinic_folder: Path) -> None:
    load(rvu26d(tmp_path), clinic_folder)
    recut = made.pprrvu((("97112", "A", "0.50", "0.48", "0.48", "0.01", "5"),))

    loaded = by_table(
        load(
            made.zipped(tmp_path / "RVU26D.zip", {"PPRRVU2026_Oct_nonQPP.csv": recut}),
            clinic_folder,
        )
    )

    assert loaded["rvu"].changes.previous == "RVU26D"
    assert fees.rvu("97112", NOVEMBER).pe == Decimal("0.48")
    assert len(list((clinic_folder / "fees/rvu").iterdir())) == 1


def broken_sum(_: str = "") -> bytes:
    return made.pprrvu().replace(b"0.98", b"0.99", 1)


@pytest.mark.parametrize(
    ("member", "content", "words"),
    [
        ("PPRRVU2026_Oct_nonQPP.csv", broken_sum(), r"row 12: 97112: .* do not add up"),
        (
            "PPRRVU2026_Oct_nonQPP.csv",
            made.pprrvu().replace(b"33.4009", b"33.4010", 1),
            r"row 12: a second conversion factor",
        ),
        ("PPRRVU2026_Oct_nonQPP.csv", made.pprrvu()[:-60], r"row 14: has \d+ columns where"),
        (
            "PPRRVU2026_Oct_nonQPP.csv",
            made.pprrvu().replace(b"HCPCS,MOD", b"CODE,MOD"),
            "no header",
        ),
        ("PPRRVU2026_Oct_nonQPP.csv", made.pprrvu(()), "holds no code"),
        ("PPRRVU2026_Oct_nonQPP.csv", made.pprrvu().replace(b"0.47", b"0,47", 1), "columns where"),
        (
            "PPRRVU2026_Oct_nonQPP.csv",
            made.pprrvu().replace(b",0.47,", b",,", 1),
            "pe is not a number",
        ),
        (
            "PPRRVU2026_Oct_nonQPP.csv",
            made.pprrvu((*made.RVU_ROWS, made.RVU_ROWS[0])),
            "row 15: 97110 stands here twice",
        ),
        (
            "PPRRVU2026_Oct_QPP.csv",
            made.pprrvu(made.RVU_ROWS[:3], factor=made.QP_FACTOR_2026),
            "99213 differs from",
        ),
        ("GPCI2026.csv", made.gpci(count=108), "108 localities where 109"),
        ("GPCI2026.csv", made.gpci().replace(b"PE GPCI", b"PE"), "no column for the pe"),
        ("GPCI2026.csv", made.gpci().replace(b"1.050", b"10.50", 1), "pe index 10.50 cannot be"),
        (
            "GPCI2026.csv",
            made.gpci(without_floor=False).replace(b"with 1.0 Floor", b"without 1.0 Floor"),
            "no column for the work",
        ),
    ],
)
def test_a_wrong_member_refuses_the_whole_release_and_nothing_is_written(
    tmp_path: Path, clinic_folder: Path, member: str, content: bytes, words: str
) -> None:
    path = made.zipped(tmp_path / "RVU26D.zip", {**made.rvu_release(), member: content})

    assert_refused(path, clinic_folder, words)


def test_a_refused_release_leaves_the_loaded_one(tmp_path: Path, clinic_folder: Path) -> None:
    load(rvu26d(tmp_path), clinic_folder)
    before = {path: path.read_bytes() for path in clinic_folder.rglob("*.csv")}
    bad = made.zipped(tmp_path / "RVU27A.zip", {"PPRRVU2027_Jan.csv": broken_sum()})

    with pytest.raises(PolicyFileError):
        load(bad, clinic_folder)

    assert {path: path.read_bytes() for path in clinic_folder.rglob("*.csv")} == before


def test_localities_were_112_before_2024(tmp_path: Path, clinic_folder: Path) -> None:
    load(
        made.zipped(tmp_path / "RVU23C.zip", {"GPCI2023.csv": made.gpci(count=112, year=2023)}),
        clinic_folder,
    )

    with pytest.raises(PolicyFileError, match="112 localities where 109"):
        load(
            made.zipped(tmp_path / "RVU24B.zip", {"GPCI2024.csv": made.gpci(count=112, year=2024)}),
            clinic_folder,
        )


def test_names_of_archive_and_member_must_agree(tmp_path: Path, clinic_folder: Path) -> None:
    members = {"PPRRVU2026_Jul_nonQPP.csv": made.pprrvu()}

    assert_refused(made.zipped(tmp_path / "RVU26D.zip", members), clinic_folder, "is named RVU26D")
    loaded = load(made.zipped(tmp_path / "download.zip", members), clinic_folder)
    assert loaded[0].release == "RVU26C"


def test_a_corrected_release_must_be_told_its_first_day(
    tmp_path: Path, clinic_folder: Path
) -> None:
    path = made.zipped(tmp_path / "RVU26AR.zip", {"PPRRVU2026_Jan_nonQPP.csv": made.pprrvu()})

    assert_refused(path, clinic_folder, "give its first day")
    loaded = load(path, clinic_folder, Options(effective_from=date(2026, 2, 3)))
    assert (loaded[0].effective_from, loaded[0].effective_to) == (
        date(2026, 2, 3),
        date(2026, 3, 31),
    )


def test_an_archive_cut_off_or_changed_is_refused(tmp_path: Path, clinic_folder: Path) -> None:
    whole = rvu26d(tmp_path).read_bytes()
    cut, flipped = tmp_path / "RVU26B.zip", tmp_path / "RVU26C.zip"
    cut.write_bytes(whole[: len(whole) // 2])
    damaged = bytearray(whole)
    damaged[200] ^= 0xFF
    flipped.write_bytes(bytes(damaged))

    assert_refused(cut, clinic_folder, "damaged or cut off")
    assert_refused(flipped, clinic_folder, "damaged or cut off")


@pytest.mark.parametrize(
    "name", ["../PPRRVU2026_Oct.csv", "/PPRRVU2026_Oct.csv", "a\\..\\PPRRVU.csv", "C:/GPCI2026.csv"]
)
def test_names_that_lead_out_of_the_archive_are_refused(
    tmp_path: Path, clinic_folder: Path, name: str
) -> None:
    path = made.zipped(tmp_path / "RVU26D.zip", {name: made.pprrvu()})

    assert_refused(path, clinic_folder, "leads out of the archive")


def test_a_member_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, clinic_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neuroreed.policy.official.archive.LARGEST_MEMBER", 2000)

    assert_refused(rvu26d(tmp_path), clinic_folder, "too large")


def test_files_that_are_none_of_these_are_refused(tmp_path: Path, clinic_folder: Path) -> None:
    unknown, empty = tmp_path / "holiday.csv", tmp_path / "ZIP5_OCT2026.txt"
    workbook, lie = tmp_path / "MUE.xlsx", tmp_path / "RVU26D.zip"
    unknown.write_text("a,b\n1,2\n")
    empty.write_bytes(b"")
    workbook.write_bytes(b"PK\x03\x04")
    lie.write_text("<html>please sign in</html>")

    assert_refused(unknown, clinic_folder, "nothing that is known here")
    assert_refused(empty, clinic_folder, "empty")
    assert_refused(workbook, clinic_folder, "workbook")
    assert_refused(lie, clinic_folder, "not a ZIP archive")
    assert_refused(tmp_path / "absent.zip", clinic_folder, "no such file")


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


def test_the_command_loads_tells_and_refuses(
    tmp_path: Path, clinic_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["load", str(rvu26d(tmp_path))]) == 0
    told = capsys.readouterr().out
    assert "gpci RVU26D: 109 rows, 2026-10-01 to 2026-12-31" in told
    assert "against RVU26C" in told

    assert run(["load", str(rvu26d(tmp_path)), "--json"]) == 0
    assert [one["table"] for one in json.loads(capsys.readouterr().out)] == [
        "rvu",
        "conversion_factor",
        "gpci",
        "locco",
    ]

    with pytest.raises(PolicyFileError):
        run(["load", str(tmp_path / "absent.zip")])


def test_a_damaged_index_is_told_not_guessed(clinic_folder: Path) -> None:
    clinic_folder.mkdir()
    (clinic_folder / "releases.csv").write_text("table,release\nrvu,RVU26D\n")

    with pytest.raises(PolicyFileError, match="row 2"):
        fees.rvu("97112", NOVEMBER)
