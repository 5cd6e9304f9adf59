"""What files can be: a clear sentence, a located rejection or the right answer; nothing else."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest

from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.report import Summary
from neuroreed.model.columns import ALIASES, COLUMNS
from neuroreed.model.errors import BadInput
from tests.bulk.frames import findings, spoil, tables
from tests.bulk.hostile import hostile

PAYERS = ("medicare_part_b", "aetna")
MONEY = ("charge_cents", "allowed_cents")
COUNTS = ("units", "minutes", "session_minutes", "place_of_service", "data_days")


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return tables(hostile(Random(5), 25, date(2025, 1, 20), known=PAYERS))[0]


@pytest.fixture(scope="module")
def plain(lines, tmp_path_factory) -> tuple[Summary, pl.DataFrame]:
    return of(lines, tmp_path_factory.mktemp("plain"))


def of(frame: pl.DataFrame, folder: Path, **settings: object) -> tuple[Summary, pl.DataFrame]:
    """What a run says of a table."""
    frame.write_parquet(folder / "lines.parquet")
    return run(folder, **settings)


def run(folder: Path, **settings: object) -> tuple[Summary, pl.DataFrame]:
    """What a run says of the tables in a folder; the number of a patient is its hash or its own."""
    summary = audit([folder], folder / "out", Settings(threads=1, **settings))  # type: ignore[arg-type]
    return summary, findings(folder / "out").drop("patient").sort(pl.all())


def days(name: str = "date_of_service") -> pl.Expr:
    return pl.col(name).cast(pl.Datetime("us"))


EVENING = timedelta(hours=23)
SAME: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "dictionaries": lambda t: t.with_columns(
        pl.col("payer", "cpt", "patient_id", "visit_id", "modifiers").cast(pl.Categorical)
    ),
    "bytes": lambda t: t.with_columns(pl.col(COUNTS).cast(pl.UInt8)),
    "unsigned of 64 bits": lambda t: t.with_columns(pl.col(*COUNTS, *MONEY).cast(pl.UInt64)),
    "128 bits": lambda t: t.with_columns(pl.col(*COUNTS, *MONEY).cast(pl.Int128)),
    "numbers with a point": lambda t: t.with_columns(pl.col(*COUNTS, *MONEY).cast(pl.Float64)),
    "dollars as decimals": lambda t: t.with_columns(
        (pl.col(name).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)).alias(name[:-6])
        for name in MONEY
    ).drop(MONEY),
    "a time in a zone": lambda t: t.with_columns(
        (days() + EVENING).dt.replace_time_zone("America/New_York")
    ),
    "a time of nanoseconds": lambda t: t.with_columns((days() + EVENING).cast(pl.Datetime("ns"))),
    "dates as a form has them": lambda t: t.with_columns(
        pl.col("date_of_service").dt.strftime("%m/%d/%Y")
    ),
    "dates as numbers": lambda t: t.with_columns(
        pl.col("date_of_service").dt.strftime("%Y%m%d").cast(pl.Int64)
    ),
    "lists of modifiers": lambda t: t.with_columns(pl.col("modifiers").str.split(",")),
    "blanks around patients": lambda t: t.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == 0)
        .then(pl.col("patient_id") + "\t ")
        .otherwise("patient_id")
    ).sort("patient_id", maintain_order=True),
    "patients as numbers with a point": lambda t: t.with_columns(
        pl.col("patient_id").rank("dense").cast(pl.Float64)
    ),
    "patients beyond our marks": lambda t: t.with_columns(
        (pl.col("patient_id").rank("dense").cast(pl.Int64) + 2**62).alias("patient_id")
    ),
    "patients below zero": lambda t: t.with_columns(
        -pl.col("patient_id").rank("dense").cast(pl.Int64)
    ),
    "no rows in one of two files": lambda t: t,
}  # fmt: skip


@pytest.mark.parametrize("kind", SAME)
def test_the_same_lines_in_other_types_are_judged_the_same(kind, lines, plain, tmp_path) -> None:
    if kind == "no rows in one of two files":
        lines.head(0).write_parquet(tmp_path / "a.parquet")
    summary, found = of(SAME[kind](lines), tmp_path, rows=40)

    assert found.equals(plain[1])
    assert (summary.rejected, summary.left_out) == (0, 0)
    assert summary.billed_cents == plain[0].billed_cents


def test_what_duckdb_writes_is_judged_the_same(lines, plain, tmp_path) -> None:
    """Decimals, huge integers, enums, timestamps with a zone, dictionaries of its own."""
    source = tmp_path / "source"
    lines.write_parquet(source)
    (tmp_path / "in").mkdir()
    duckdb.execute("SET TimeZone = 'UTC'")
    duckdb.sql(
        "SELECT * REPLACE (charge_cents::DECIMAL(18,0) AS charge_cents, "
        "minutes::HUGEINT AS minutes, units::UTINYINT AS units, "
        "discipline::ENUM('PT','OT','SLP') AS discipline, "
        f"date_of_service::TIMESTAMPTZ AS date_of_service) FROM read_parquet('{source}')"
    ).write_parquet(str(tmp_path / "in/lines.parquet"), compression="zstd")

    summary, found = run(tmp_path / "in")

    assert found.equals(plain[1])
    assert (summary.rejected, summary.billed_cents) == (0, plain[0].billed_cents)


WRONG = {
    "a yes": pl.lit(True),
    "a date": pl.lit(date(2025, 1, 1)),
    "a time": pl.lit(time(9, 0)),
    "a duration": pl.lit(timedelta(minutes=15)),
    "a list": pl.concat_list("minutes"),
    "a structure": pl.struct("minutes"),
    "no number": pl.lit(float("nan")),
    "without end": pl.lit(float("inf")),
    "half a minute": pl.lit(15.5),
    "below zero": pl.lit(-1),
    "more than a day": pl.lit(1441),
}


@pytest.mark.parametrize("kind", WRONG)
def test_minutes_of_a_wrong_type_are_unknown_and_each_is_located(kind, lines, tmp_path) -> None:
    unknown, wrong = tmp_path / "unknown", tmp_path / "wrong"
    unknown.mkdir()
    wrong.mkdir()
    _, truth = of(lines.with_columns(minutes=pl.lit(None)), unknown)

    summary, found = of(lines.with_columns(minutes=WRONG[kind]), wrong)

    assert found.equals(truth)
    assert summary.rejected == len(lines)
    assert {(each["file"], each["column"]) for each in summary.rejects} == {
        ("lines.parquet", "minutes")
    }
    assert sorted(each["row"] for each in summary.rejects) == list(range(1, len(lines) + 1))


LIMITS = [sign * 2**bits + by for bits in (15, 16, 31, 61, 62, 63) for sign in (1, -1)
          for by in (-1, 0, 1) if -(2**63) <= sign * 2**bits + by < 2**64]  # fmt: skip


@pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64, pl.Int128], ids=str)
def test_numbers_near_every_limit_are_taken_or_refused_and_never_wrap(
    kind, lines, tmp_path
) -> None:
    """Each row holds one limit, in every numeric column; what does not fit is unknown there."""
    limits = pl.Series([LIMITS[i % len(LIMITS)] for i in range(len(lines))], dtype=pl.Int128)
    names = [name for name, type in lines.schema.items() if type.is_integer() and name != "line"]
    held = limits.cast(kind, strict=False)
    within = {
        name: held.cast(pl.Int128).is_between(0, COLUMNS[ALIASES[name]].high) for name in names
    }
    unknown = pl.lit(None, pl.Int64)
    clean = lines.with_columns(
        pl.when(within[name]).then(limits).otherwise(unknown).cast(pl.Int64).alias(name)
        for name in names
    )
    (tmp_path / "truth").mkdir()
    (tmp_path / "given").mkdir()

    truth, same = of(clean, tmp_path / "truth", rows=20)
    summary, found = of(
        lines.with_columns(held.alias(name) for name in names), tmp_path / "given", rows=20
    )

    assert found.equals(same)
    assert summary.coverage == truth.coverage
    assert (summary.billed_cents, summary.stop_cents) == (truth.billed_cents, truth.stop_cents)
    refused: dict[str, set[int]] = {}
    for each in summary.rejects:
        refused.setdefault(each["column"], set()).add(each["row"])
    assert {"minutes", "billed_units", "charge_cents", "allowed_cents"} <= refused.keys()
    wrong = {ALIASES[n]: set((~within[n]).fill_null(False).arg_true() + 1) for n in names}
    # a part lists its first thousand, and counts all
    assert all(rows <= wrong[name] for name, rows in refused.items())
    assert summary.rejected == sum(len(wrong[name]) for name in refused)


def test_dollars_that_would_wrap_in_64_bits_are_refused(lines, tmp_path) -> None:
    """A hundred times this is 84 beyond 2 to the 64th."""
    wraps = lines.drop(MONEY).with_columns(charge=pl.lit(184_467_440_737_095_517))

    summary, _ = of(wraps, tmp_path)

    assert summary.billed_cents == 0
    assert summary.rejected == len(lines)


@pytest.mark.parametrize("bits", [-3, 2**40, 2**62])
def test_masks_of_modifiers_that_cannot_be_are_refused(bits, lines, tmp_path) -> None:
    masks = lines.with_columns(
        pl.lit(bits).alias("modifiers"), *(pl.lit(0).alias(f"modifier_{k}") for k in (1, 2, 3, 4))
    )

    summary, _ = of(masks, tmp_path)

    assert summary.rejected == len(lines)
    assert summary.coverage["MODS-01"].assessed == 0


@pytest.mark.parametrize("nobody", [pl.lit(None, pl.String), pl.lit(None), pl.lit(" "),
                                    pl.lit(float("nan"))], ids=str)  # fmt: skip
def test_lines_of_nobody_are_left_out_and_the_run_says_so(nobody, lines, tmp_path) -> None:
    summary, found = of(lines.with_columns(patient_id=nobody), tmp_path)

    assert (summary.lines, summary.left_out, len(found)) == (0, len(lines), 0)
    assert {each.assessed for each in summary.coverage.values()} == {0}


def test_visits_without_a_name_are_called_by_where_they_stand(lines, tmp_path) -> None:
    """In parts and whole alike, and though rows before them are left out."""
    every = pl.int_range(pl.len())
    given = lines.with_columns(
        pl.when(every % 4 == 0).then(None).otherwise("visit_id").alias("visit_id"),
        pl.when(every % 7 == 0).then(None).otherwise("date_of_service").alias("date_of_service"),
    )
    results = []
    for name, rows in (("whole", None), ("parts", 20)):
        (tmp_path / name).mkdir()
        results.append(of(given, tmp_path / name, rows=rows))

    (whole, found), (parts, found_in_parts) = results
    assert found.equals(found_in_parts)
    assert whole.coverage == parts.coverage
    named = found.with_columns(
        pl.col("visit").str.extract_all(r"lines\.parquet row \d+").alias("at")
    ).explode("at").drop_nulls("at")  # fmt: skip
    assert len(named)
    rows = named["at"].str.split(" ").list.last().cast(pl.Int64) - 1
    # the row is that of a line of the day, in the file and not in the part
    assert given["date_of_service"].gather(rows).equals(named["date_of_service"])


def _two(folder: Path, one: pl.DataFrame, two: pl.DataFrame) -> None:
    one.write_parquet(folder / "a.parquet")
    two.write_parquet(folder / "b.parquet")


REFUSED: dict[str, tuple[Callable[[Path, pl.DataFrame], object], str]] = {
    "no rows": (lambda f, t: t.head(0).write_parquet(f / "a.parquet"), r"a\.parquet: holds no"),
    "no rows of text": (lambda f, t: t.head(0).write_csv(f / "a.csv"), r"a\.csv: holds no rows"),
    "nothing": (lambda f, t: (f / "a.parquet").write_bytes(b""), r"a\.parquet"),
    "no text": (lambda f, t: (f / "a.csv").write_text(""), r"a\.csv"),
    "more cells than names": (
        lambda f, t: (f / "a.csv").write_text("patient_id,date_of_service\nA,2025-01-01,1\n"),
        r"a\.csv",
    ),
    "a name twice": (
        lambda f, t: (f / "a.csv").write_text("patient_id,date_of_service,units,units\nA,,1,2\n"),
        r"a\.csv: names the column units twice",
    ),
    "other letters": (
        lambda f, t: (f / "a.csv").write_bytes(b"patient_id,date_of_service\n\xe9,1\n"),
        r"a\.csv",
    ),
    "a quote without end": (
        lambda f, t: (f / "a.csv").write_text('patient_id,date_of_service\n"A,2025\nB,2025\n'),
        r"a\.csv",
    ),
    "other columns": (lambda f, t: _two(f, t, t.drop("minutes")), r"b\.parquet.*minutes"),
    "other types": (
        lambda f, t: _two(f, t, t.with_columns(pl.col("minutes").cast(pl.String))),
        r"b\.parquet: its column minutes holds String, that of a\.parquet Int64",
    ),
    "no date": (lambda f, t: t.drop("date_of_service").write_parquet(f / "a.parquet"), "date_of_"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_files_that_are_no_input_are_refused_with_their_name(kind, lines, tmp_path) -> None:
    make, told = REFUSED[kind]
    make(tmp_path, lines)

    with pytest.raises(BadInput, match=told):
        run(tmp_path)
    assert not (tmp_path / "out/summary.json").exists()


def test_columns_of_other_widths_or_without_values_are_one_column(lines, tmp_path) -> None:
    """In a folder whose name a reader could take for a pattern."""
    mixed = lines.sample(fraction=1.0, shuffle=True, seed=2)
    mixed = mixed.with_columns(pl.lit(None, pl.String).alias("diagnosis"))
    one, two = tmp_path / "one", tmp_path / "a[1]*"
    one.mkdir()
    two.mkdir()
    _two(
        two,
        mixed[::2].with_columns(pl.lit(None).alias("diagnosis")),
        mixed[1::2].with_columns(pl.col("minutes").cast(pl.Int16)),
    )

    summary, found = run(two, rows=40)

    assert summary.lines == len(lines)
    assert found.equals(of(pl.concat([mixed[::2], mixed[1::2]]), one)[1])


def test_lines_that_stand_twice_count_twice_and_are_found(lines, plain, tmp_path) -> None:
    summary, found = of(pl.concat([lines, lines]), tmp_path, rows=40)

    assert summary.lines == 2 * len(lines)
    assert summary.billed_cents == 2 * plain[0].billed_cents
    duplicates = pl.col("rule").str.starts_with("DUPL")
    assert len(found.filter(duplicates)) > len(plain[1].filter(duplicates))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_torn_parquet_is_refused_or_read_never_anything_else(lines, tmp_path, capfd) -> None:
    """Cut anywhere, bits flipped in pages and in the footer. What a checksum alone could show is
    beyond a reader: a flipped bit that leaves a value a value is another value.
    """
    lines.write_parquet(tmp_path / "whole", compression="zstd")
    data, chance, refused = (tmp_path / "whole").read_bytes(), Random(3), 0
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    for number in range(45):
        torn = bytearray(data)
        if number % 3 == 0:
            torn = torn[: chance.randrange(1, len(data))]
        elif number % 3 == 1:
            start = chance.randrange(4, footer - 300)
            torn[start : start + 300] = chance.randbytes(300)
        else:
            torn[chance.randrange(footer, len(data))] ^= 1 << chance.randrange(8)
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "lines.parquet").write_bytes(bytes(torn))
        try:
            summary, _ = run(folder)
            assert summary.lines + summary.left_out == len(lines)
        except BadInput as error:
            assert "lines.parquet" in str(error)
            assert not (folder / "out/summary.json").exists()
            refused += 1

    assert refused > 15
    capfd.readouterr()  # a reader that panics also tells the console


def test_a_page_that_cannot_be_read_names_its_file(lines, tmp_path) -> None:
    lines.write_parquet(tmp_path / "lines.parquet", compression="zstd")
    spoil(tmp_path / "lines.parquet", "minutes")

    with pytest.raises(BadInput, match=r"lines\.parquet"):
        run(tmp_path)


@pytest.mark.parametrize(
    ("ending", "room"), [("parquet", 20_000), ("csv", 20_000), ("parquet", 900)]
)
def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(
    ending, room, lines, plain, tmp_path
) -> None:
    """The limit of the system on the size of a file: what is written beyond it fails."""
    path, out = tmp_path / f"lines.{ending}", tmp_path / "out"
    lines.write_csv(path) if ending == "csv" else lines.write_parquet(path)
    code = (
        "import resource, sys\nfrom neuroreed.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        f"sys.exit(main(['bulk', 'audit', {str(path)!r}, '--out', {str(out)!r}]))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (out / "summary.json").exists()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    again = audit([path], out, Settings())
    assert again.billed_cents == plain[0].billed_cents
    assert findings(out).drop("patient").sort(pl.all()).equals(plain[1])


def test_intervals_are_matched_by_name_or_refused_with_their_own(tmp_path) -> None:
    book = hostile(Random(5), 25, date(2025, 1, 20), known=PAYERS)
    lines, intervals = tables(book)
    blanks = intervals.with_columns((" " + pl.col("patient_id")).cast(pl.Categorical))
    numbers = intervals.with_columns(pl.col("patient_id").rank("dense"))
    results = []
    for name, table in (("plain", intervals), ("blanks", blanks)):
        (tmp_path / name).mkdir()
        table.write_parquet(tmp_path / f"{name}.parquet")
        results.append(of(lines, tmp_path / name, intervals=str(tmp_path / f"{name}.parquet")))
    (tmp_path / "in").mkdir()
    lines.write_parquet(tmp_path / "in/lines.parquet")
    numbers.write_parquet(tmp_path / "numbers.parquet")
    intervals.drop("patient_id").write_parquet(tmp_path / "nobody.parquet")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and no more")

    assert results[0][1].equals(results[1][1])
    assert any(rule.startswith("CONC-0") for rule in results[0][1]["rule"])
    for name, told in (
        ("numbers", r"numbers\.parquet: its patient_id holds UInt32"),
        ("nobody", r"nobody\.parquet: no column holds patient_id"),
        ("torn", r"torn\.parquet: cannot be read"),
        ("absent", r"absent\.parquet"),
    ):
        with pytest.raises(BadInput, match=told):
            audit(
                [tmp_path / "in"],
                tmp_path / f"of {name}",
                Settings(intervals=str(tmp_path / f"{name}.parquet")),
            )
