"""Official releases into the clinic's policy folder."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from neuroreed.cli.policy import run
from neuroreed.model.errors import NoParameter, PolicyFileError
from neuroreed.policy import fees, release, valid_to
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
