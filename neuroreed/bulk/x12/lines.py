"""The service lines of an 837P for the bulk audit, without a plain claim in between.

The values are those that a claim read from X12 gives the door of the audit
(``model.adapt``), said as texts; a test holds both to each other.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import polars as pl

from neuroreed.bulk.x12.frames import frame
from neuroreed.bulk.x12.read import X12Columns, read_columns
from neuroreed.model.errors import BadInput
from neuroreed.model.values import FIRST_YEAR, YEAR_AFTER_LAST

_CODE: Final = r"^[\p{L}\p{N}]{5}$"
_MODIFIER: Final = r"^[A-Z0-9]{2}$"
_DATES: Final = r"^(\d{8})(?:-(\d{8})?)?$"
_WHOLE: Final = r"^\s*(\d{1,4})(?:\.00?)?\s*$"
COLUMNS: Final = (
    "patient", "session", "line", "date_of_service", "last_date", "payer", "code", "modifiers",
    "charge", "place_of_service", "billed_units", "therapist", "is_participating",
    "authorization_on_file", "diagnosis",
)  # fmt: skip


def service_lines(path: str | os.PathLike[str]) -> pl.DataFrame:
    """Every line that can be audited, in the order of the file; all columns are texts.

    Raises:
        X12Error: what is no X12.
        BadInput: a file without claims.
    """
    columns = read_columns(path)
    if "837" not in columns.tables:
        kinds = {
            str(transaction["type"])
            for interchange in columns.interchanges
            for group in interchange["groups"]
            for transaction in group["transactions"]
        }
        held = ", ".join(sorted(kinds)) or "no transaction"
        raise BadInput(f"{Path(path).name}: holds {held}, and no claims (837).")
    return lines_of(columns)


def lines_of(columns: X12Columns) -> pl.DataFrame:
    """The same of a file that was read already."""
    lines = frame(columns, "837", "lines").with_columns(
        *_charges(columns),
        pl.int_range(1, pl.len() + 1).over("claim").alias("number"),
    )
    joined = (
        lines.select(
            pl.col("row").alias("own"),
            "claim", "number", "code", "unit_basis", "units", "charge", "first_pointer",
            pl.col("place_of_service").alias("line_place"),
            "modifier1", "modifier2", "modifier3", "modifier4",
        )
        .join(_claims(columns), on="claim", how="left", maintain_order="left")
        .join(_dates(columns, 1, "own"), on="own", how="left", maintain_order="left")
        .join(_dates(columns, 0, "claim"), on="claim", how="left", maintain_order="left")
        .join(_rendering(columns, 1, "own"), on="own", how="left", maintain_order="left")
        .join(_rendering(columns, 0, "claim"), on="claim", how="left", maintain_order="left")
        .with_columns(pointer=_whole(pl.col("first_pointer").fill_null("1")))
        .join(
            _diagnoses(columns), on=["claim", "pointer"], how="left", maintain_order="left"
        )
    )  # fmt: skip
    # a line with any date of its own does not look at those of its claim
    said = pl.when(pl.col("has_dates_own")).then("served_own").otherwise("served_claim")
    dates = said.str.extract_groups(_DATES)
    joined = joined.with_columns(
        date_of_service=dates.struct[0].str.to_date("%Y%m%d", strict=False),
        last=dates.struct[1],
    ).with_columns(
        last_date=pl.when(pl.col("last").is_null())
        .then("date_of_service")
        .otherwise(pl.col("last").str.to_date("%Y%m%d", strict=False)),
        code=pl.col("code").str.to_uppercase(),
    )
    usable = (
        (pl.col("date_of_service").dt.year() >= FIRST_YEAR)
        & (pl.col("last_date").dt.year() < YEAR_AFTER_LAST)
        & pl.col("code").str.contains(_CODE)
    )
    place = _whole(pl.coalesce("line_place", "claim_place"))
    return joined.filter(usable.fill_null(False)).select(
        "patient",
        "session",
        pl.col("number").cast(pl.String).alias("line"),
        pl.col("date_of_service", "last_date").dt.to_string("%Y-%m-%d"),
        "payer",
        "code",
        _modifiers().alias("modifiers"),
        "charge",
        pl.when(place <= 99).then(place).cast(pl.String).alias("place_of_service"),
        pl.when(pl.col("unit_basis") == "UN")
        .then(_whole(pl.col("units")))
        .cast(pl.String)
        .alias("billed_units"),
        pl.coalesce("therapist_own", "therapist_claim").alias("therapist"),
        pl.col("assignment")
        .replace_strict({"A": "True", "C": "False"}, default=None, return_dtype=pl.String)
        .alias("is_participating"),
        pl.when("authorised")
        .then(pl.lit("True"))
        .otherwise(pl.lit("False"))
        .alias("authorization_on_file"),
        "diagnosis",
    )


def _whole(text: pl.Expr) -> pl.Expr:
    return text.str.extract(_WHOLE).cast(pl.Int64)


def _modifiers() -> pl.Expr:
    found = []
    for place in range(1, 5):
        text = pl.col(f"modifier{place}").str.strip_chars().str.to_uppercase()
        found.append(pl.when(text.str.contains(_MODIFIER)).then(text))
    return pl.concat_str(found, separator=",", ignore_nulls=True)


def _charges(columns: X12Columns) -> list[pl.Series]:
    """Charges as the plain reader says them, and the first pointer of each line."""
    table = columns.tables["837"]["lines"]
    values = table.rows()[:, table.columns.index("charge")].tolist()
    texts = columns.texts
    charges = []
    for value in values:
        text = f"{value // 100}.{value % 100:02d}" if value >= 0 else texts.amount(value)
        whole, _, part = (text or "").strip().partition(".")
        good = bool(whole + part) and (whole + part).isascii() and (whole + part).isdigit()
        charges.append(text.strip() if good and text else None)
    of_claim = columns.tables["837"]["claims"].rows()[:, 1].tolist()
    components = [one.component for one in columns.transactions]
    pointers = []
    own = table.columns.index("pointers")
    for claim, value in zip(
        table.rows()[:, 1].tolist(), table.rows()[:, own].tolist(), strict=True
    ):
        parts = (texts.get(value) or "").split(components[of_claim[claim]])
        pointers.append(next((part for part in parts if part), None))
    return [
        pl.Series("charge", charges, pl.String),
        pl.Series("first_pointer", pointers, pl.String),
    ]


def _claims(columns: X12Columns) -> pl.DataFrame:
    people = frame(columns, "837", "patients").select(
        pl.col("row").alias("patient"),
        pl.col("last").alias("own_last"),
        pl.col("first").alias("own_first"),
    )
    subscribers = frame(columns, "837", "subscribers").select(
        pl.col("row").alias("subscriber"), "payer_id", "member_id", "last", "first", "filing"
    )
    refs = frame(columns, "837", "refs").filter(
        (pl.col("level") == 0) & (pl.col("qualifier") == "G1")
    )
    authorised = refs.select(pl.col("owner").alias("row")).unique().with_columns(authorised=True)
    name = [pl.coalesce("own_last", "last"), pl.coalesce("own_first", "first")]
    parts = [pl.col("payer_id"), pl.col("member_id"), *name]
    return (
        frame(columns, "837", "claims")
        .join(subscribers, on="subscriber", how="left", maintain_order="left")
        .join(people, on="patient", how="left", maintain_order="left")
        .join(authorised, on="row", how="left", maintain_order="left")
        .select(
            pl.col("row").alias("claim"),
            pl.concat_str([part.fill_null("") for part in parts] + [pl.lit("")], separator="|")
            .alias("patient"),
            pl.coalesce("claim_id", pl.format("claim {}", pl.col("row") + 1)).alias("session"),
            pl.when(pl.col("filing").is_not_null())
            .then(pl.format("filing {}", "filing"))
            .alias("payer"),
            pl.col("place_of_service").alias("claim_place"),
            "assignment",
            pl.col("authorised").fill_null(False),
        )
    )  # fmt: skip


def _dates(columns: X12Columns, level: int, name: str) -> pl.DataFrame:
    """By line or claim: whether it has dates, and its first date of service as the file says it."""
    served = pl.col("value").filter(pl.col("qualifier") == "472").first()
    return (
        frame(columns, "837", "dates")
        .filter(pl.col("level") == level)
        .group_by("owner", maintain_order=True)
        .agg(
            served.alias(f"served_{name}"),
            pl.lit(True).alias(f"has_dates_{name}"),
        )
        .rename({"owner": name})
    )


def _rendering(columns: X12Columns, level: int, name: str) -> pl.DataFrame:
    """By line or claim: the identifier of who treated, of the first that is named so."""
    return (
        frame(columns, "837", "providers")
        .filter((pl.col("level") == level) & (pl.col("entity") == "82"))
        .group_by("owner", maintain_order=True)
        .agg(pl.col("id").first().alias(f"therapist_{name}"))
        .rename({"owner": name})
    )


def _diagnoses(columns: X12Columns) -> pl.DataFrame:
    found = frame(columns, "837", "diagnoses")
    return found.select(
        "claim",
        pl.int_range(1, pl.len() + 1).over("claim").alias("pointer"),
        pl.when(pl.col("qualifier").is_in(["ABK", "ABF"])).then("code").alias("diagnosis"),
    )
