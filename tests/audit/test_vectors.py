"""The unit vectors of the domain: what the method accepts is clean, one unit more is not."""

from __future__ import annotations

import csv

import pytest

import neuroreed as nr
from tests.shared import shared

PAYER = {"cms": "medicare_part_b", "ama": "aetna"}
UNITS = {"UNIT-01", "UNIT-03", "UNIT-04", "UNIT-05", "UNIT-06"}


def vectors() -> list[dict[str, str]]:
    with shared("domain/unit_vectors.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def billed(answer: str) -> dict[str, int]:
    if answer.strip() == "none":
        return {}
    return {code: int(units) for code, units in (p.split(":") for p in answer.strip().split(";"))}


def found(vector: dict[str, str], units: dict[str, int]) -> set[str]:
    minutes: dict[str, int] = {}
    for part in vector["code_minutes"].split(";"):
        code, amount = part.split(":")
        minutes[code] = minutes.get(code, 0) + int(amount)
    lines = [
        {"cpt": code, "minutes": minutes.get(code, 0), "units": units.get(code, 0)}
        for code in {**minutes, **units}
    ]
    visit = {
        "patient_id": "P",
        "visit_id": "V",
        "date_of_service": "2024-08-05",
        "payer": PAYER[vector["method"]],
        "discipline": "PT",
        "lines": lines,
    }
    return {finding.rule for finding in nr.audit([visit]).findings} & UNITS


def test_every_accepted_answer_of_every_vector_is_clean() -> None:
    faults = {
        (vector["case_id"], answer): rules
        for vector in vectors()
        for answer in vector["expected_units"].split("|")
        if (rules := found(vector, billed(answer)))
    }
    assert not faults


def test_one_unit_more_is_found_in_every_vector_of_the_total_minutes_method() -> None:
    faults = []
    for vector in vectors():
        units = billed(vector["expected_units"].split("|")[0])
        timed = [code for code in units if not code.startswith(("9716", "97150", "97012", "G0283"))]
        if vector["method"] == "cms" and timed:
            units[timed[0]] += 1
            if "UNIT-01" not in found(vector, units):
                faults.append((vector["case_id"], units))
    assert not faults


def test_the_assistant_table_is_clean_when_billed_as_it_says() -> None:
    """Cases CQ-4, CQ-7, CQ-11, CQ-12 and CQ-15 of the rule book, by hand."""
    cases = [
        ("97110", 12, 14, 1, 1),
        ("97112", 20, 25, 1, 2),
        ("97110", 9, 13, 1, 0),
        ("97110", 9, 14, 1, 1),
        ("97110", 14, 15, 1, 1),
    ]
    for code, therapist, assistant, plain, marked in cases:
        first = {"therapist_minutes": therapist, "assistant_minutes": assistant}
        lines = [{"cpt": code, "units": plain, "modifiers": ["GP"], **first}]
        if marked:
            rest = {"therapist_minutes": 0, "assistant_minutes": 0}
            lines.append({"cpt": code, "units": marked, "modifiers": ["GP", "CQ"], **rest})
        visit = {
            "patient_id": "P",
            "visit_id": "V",
            "date_of_service": "2024-08-05",
            "payer": "medicare_part_b",
            "discipline": "PT",
            "lines": lines,
        }
        result = nr.audit([visit])
        assert not [f.says for f in result.findings if f.rule.startswith("ASST")]
        assert result.coverage["ASST-02"].assessed


@pytest.mark.parametrize("minutes", range(128))
def test_units_by_the_manuals_interval_table(minutes: int) -> None:
    """The table says 15n-7 to 15n+7 for n units; built here by counting, not by dividing."""
    units = 0
    while minutes >= 15 * (units + 1) - 7:
        units += 1
    vector = {"method": "cms", "code_minutes": f"97112:{minutes}"}

    assert "UNIT-01" not in found(vector, {"97112": units})
    assert "UNIT-01" in found(vector, {"97112": units + 1})
