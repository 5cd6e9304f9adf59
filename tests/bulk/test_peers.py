"""Peers with limits for small numbers, and the national file beside them."""

from __future__ import annotations

import json
import random

import pytest

from neuroreed.bulk.peers import (
    ALARM,
    FEW,
    WITHIN,
    BilledUnits,
    compare,
    read_lines,
    read_national,
)
from neuroreed.cli import main
from neuroreed.model.errors import BadInput


def days(therapist, count, units, cpt="97112", clinic="C"):
    return [BilledUnits(therapist, clinic, f"p{i}", "2026-03-02", cpt, units) for i in range(count)]


def test_figures_are_units_over_days_and_units():
    rows = days("A", 40, 2) + days("A", 40, 1, "97110") + days("B", 40, 1, "97110")

    found = compare(rows)

    assert [(p.group, p.figure) for p in found.units_per_day] == [("A", 3), ("B", 1)]
    shares = {(p.group, p.cpt): p.figure for p in found.shares}
    assert shares[("A", "97112")] == pytest.approx(2 / 3)
    assert shares[("B", "97112")] == 0
    per_day = {(p.group, p.cpt): p.figure for p in found.per_day}
    assert per_day[("A", "97112")] == 2


def test_a_group_of_few_days_is_shown_and_never_placed():
    rows = days("A", 200, 2) + days("B", 29, 9) + days("C", 30, 9)

    found = {p.group: p for p in compare(rows).units_per_day}

    assert found["B"].place == FEW and found["B"].limits_95 is None and found["B"].figure == 9
    assert found["C"].place == ALARM
    assert any("not placed" in said for said in compare(rows).cautions)


def test_groups_stand_in_the_order_of_the_alphabet_whatever_their_figure():
    rows = days("Zed", 50, 4) + days("Ann", 50, 1) + days("Mia", 50, 3)

    assert [p.group for p in compare(rows).units_per_day] == ["Ann", "Mia", "Zed"]


def test_groups_that_are_alike_lie_outside_as_rarely_as_the_limits_say():
    chance = random.Random(7)
    outside = []
    for _ in range(60):
        rows = [
            BilledUnits(f"T{t:02d}", "C", f"p{i}", "d", cpt, chance.choice([0, 1, 1, 2, 3]))
            for t in range(20)
            for i in range(40)
            for cpt in ("97112", "97110")
        ]
        outside += [p.place != WITHIN for p in compare(rows).shares if p.cpt == "97112"]

    assert 0.02 < sum(outside) / len(outside) < 0.075


def test_clinics_are_compared_like_therapists():
    rows = days("A", 40, 1, clinic="North") + days("B", 40, 1, clinic="South")

    assert [p.group for p in compare(rows, by="clinic").shares] == ["North", "South"]
    with pytest.raises(BadInput):
        compare(rows, by="payer")
    with pytest.raises(BadInput):
        compare([])


HEADER = (
    "Rndrng_NPI,Rndrng_Prvdr_Type,HCPCS_Cd,Place_Of_Srvc,Tot_Benes,Tot_Srvcs,Tot_Bene_Day_Srvcs\n"
)
PT = "Physical Therapist in Private Practice"


def national(tmp_path, body):
    path = tmp_path / "national.csv"
    path.write_text(HEADER + body)
    return path


def test_national_figures_are_sums_over_therapists_only(tmp_path):
    path = national(
        tmp_path,
        f"1,{PT},97112,O,20,300,200\n2,{PT},97112,O,20,100,100\n1,{PT},97110,O,30,1200,600\n"
        f"3,Internal Medicine,97112,O,20,9999,1\n4,{PT},97112,O,12,,\n1,{PT},99213,O,11,50,50\n",
    )

    found = {one.cpt: one for one in read_national(path, codes=["97112", "97110"])}

    assert found["97112"].providers == 2
    assert found["97112"].share == pytest.approx(400 / 1600)
    assert found["97112"].per_day == pytest.approx(400 / 300)
    assert found["97110"].per_day == 2


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", HEADER, HEADER + f"1,{PT},97112,O,20,many,3\n",
     HEADER + f"1,{PT},97112,O,20,-4,3\n"],
)  # fmt: skip
def test_another_national_layout_is_refused(tmp_path, text):
    path = tmp_path / "national.csv"
    path.write_text(text)

    with pytest.raises(BadInput):
        read_national(path, codes=["97112"])


def test_the_command_compares_and_prints_its_cautions(tmp_path, capsys):
    path = tmp_path / "lines.csv"
    lines = [f"A,C,p{i},2026-03-02,97112,2" for i in range(35)]
    path.write_text("\n".join(["therapist,clinic,patient,date,cpt,units", *lines]) + "\n")
    beside = national(tmp_path, f"1,{PT},97112,O,20,300,200\n")

    assert main(["peers", str(path), "--national", str(beside)]) == 0
    text = capsys.readouterr().out
    assert main(["peers", str(path), "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)

    assert "97112" in text and "1.50" in text and "eleven" in text
    assert plain["shares"][0]["figure"] == 1
    assert len(read_lines(path)) == 35
    path.write_text("therapist\nA\n")
    assert main(["peers", str(path)]) == 2
