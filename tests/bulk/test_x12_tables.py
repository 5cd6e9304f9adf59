"""What is made of the columns of a file: frames with names, and lines for the bulk audit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import neuroreed as nr
from neuroreed.bulk.x12.frames import frame
from neuroreed.bulk.x12.layout import TABLES
from neuroreed.bulk.x12.lines import COLUMNS, lines_of, service_lines
from neuroreed.bulk.x12.read import read_columns
from neuroreed.model.adapt import rows_of
from neuroreed.model.errors import BadInput
from tests.bulk.x12_answers import rows
from tests.exchange.x12 import files
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim
from tests.exchange.x12.damage import WHOLE, mutations
from tests.exchange.x12.judge import transactions_of
from tests.exchange.x12.remittances import remittance
from tests.shared import shared

CLAIMS = nr.write_837p([claim(seed) for seed in range(80)], submitter=SUBMITTER, receiver=RECEIVER)
ANSWERS = remittance(5, 40, faulty=0.1)


def door_rows(read):
    """The lines as the door of the audit takes them apart from plain claims, as texts."""
    found = []
    for row, _ in rows_of(read)[0]:
        said = dict(row) | {"modifiers": ",".join(row["modifiers"])}
        found.append(tuple(None if said.get(n) is None else str(said[n]) for n in COLUMNS))
    return found


def test_a_frame_has_names_cents_and_dates():
    read = read_columns(CLAIMS)

    lines, dates = frame(read, "837", "lines"), frame(read, "837", "dates")
    payments = frame(read_columns(ANSWERS), "835", "claims")

    first = claim(0).lines[0]
    assert lines["charge_cents"][0] == first.charge_cents
    assert lines["code"][0] == first.procedure.code
    served = dates.filter((pl.col("level") == 1) & (pl.col("owner") == 0))
    assert served["day"][0] == first.date_of_service
    assert isinstance(served["last_day"][0], date)
    assert lines["claim"].to_list() == sorted(lines["claim"])
    assert payments["balanced"].dtype == pl.Boolean
    assert payments["paid_cents"].sum() > 0


def test_every_table_is_a_frame_with_the_same_texts():
    whole = {"837": CLAIMS, "835": ANSWERS.replace(b"*97112:", b"*\xc9\xc97112:")}
    for kind, tables in TABLES.items():
        read = read_columns(whole[kind])
        for name, columns in tables.items():
            made = frame(read, kind, name)
            for place, column in enumerate(columns):
                if made.schema.get(column) == pl.String:
                    said = [row[place] for row in rows(read)[kind, name]]
                    assert made[column].to_list() == said, (name, column)


def test_lines_for_the_audit_are_those_of_the_plain_claims():
    whole = [CLAIMS, *WHOLE[:2]]
    for _, data in [*enumerate(whole), *mutations(120, seed=9, whole=[*whole[1:], CLAIMS])]:
        try:
            read = nr.read_x12(data)
        except nr.X12Error:
            continue
        if {one["type"] for one in transactions_of(read)} == {"837"}:
            assert lines_of(read_columns(data)).rows() == door_rows(read)


@pytest.mark.shared
def test_lines_of_the_shared_claims_are_those_of_the_plain_claims():
    for path in sorted(shared("edi/837p").iterdir()):
        assert service_lines(path).rows() == door_rows(nr.read_x12(path)), path.name


def test_a_file_without_claims_is_refused_by_its_name(tmp_path):
    path = tmp_path / "answers.x12"
    path.write_bytes(files.file("999", files.ACKNOWLEDGEMENT))

    with pytest.raises(BadInput, match=r"answers\.x12: holds 999, and no claims"):
        service_lines(path)


def test_the_reference_lists_every_table_with_its_columns():
    reference = Path(__file__).parents[2].joinpath("docs/reference/x12.md").read_text("utf-8")
    for tables in TABLES.values():
        for name, columns in tables.items():
            listed = " ".join(f"`{column}`" for column in columns)
            assert f"| `{name}` | {listed} |" in reference, name
