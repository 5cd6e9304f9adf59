"""The commands print what the library returns, and a mistake is one sentence."""

from __future__ import annotations

import json

import pytest

import neuroreed as nr
from neuroreed.cli import main

KNOWN = "compare berg --population stroke_subacute --baseline 33 --current 41"
SAME_DEVICE = (
    "compare tug --population parkinson --baseline 15.0 --current 11.5 "
    "--baseline-device cane --current-device cane --json"
)


def test_compare_prints_the_sentence_and_its_sources(capsys):
    status = main(KNOWN.split())

    printed = capsys.readouterr().out
    assert status == 0
    assert printed.startswith("beyond_mcid: Berg Balance Scale")
    assert "source: MDC 6" in printed


def test_compare_as_json_is_the_library_answer(capsys):
    main(SAME_DEVICE.split())

    printed = json.loads(capsys.readouterr().out)
    change = nr.compare(
        measure="tug",
        population="parkinson",
        baseline="15.0",
        current="11.5",
        baseline_device="cane",
        current_device="cane",
    )
    assert printed["verdict"] == change.verdict == "beyond_mdc"
    assert printed["sentence"] == change.sentence
    assert printed["mdc"] == "3.5"


@pytest.mark.parametrize(
    "line",
    [
        "compare berg --population stroke_subacute --baseline 33 --current 57",
        "compare berg --population nobody --baseline 33 --current 41",
        "compare nothing --population stroke --baseline 33 --current 41",
        "compare berg --baseline 33 --current 41",
        "compare six_mwt --population stroke_subacute --baseline 3 --current 4 --band x",
        "handout nothing",
        "handout",
        "handout falls --language fr",
        "readability /does/not/exist",
    ],
)
def test_a_mistake_is_one_sentence_and_status_two(line, capsys):
    assert main(line.split()) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1 and "Traceback" not in told.err


def test_the_list_names_every_measure(capsys):
    main(["compare", "--list"])

    printed = capsys.readouterr().out
    assert "berg " in printed and "stroke_subacute" in printed


def test_a_handout_is_written_and_checked(tmp_path, capsys):
    path = tmp_path / "sheet.pdf"

    assert main(["handout", "H1", "--language", "es", "--large", "--out", str(path)]) == 0
    assert path.read_bytes().startswith(b"%PDF")
    capsys.readouterr()
    assert main(["handout", "falls", "--check"]) == 0
    assert "2 texts, 0 failures" in capsys.readouterr().out


def test_the_list_of_handouts_has_both_titles(capsys):
    main(["handout", "--list", "--json"])

    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 53
    assert all(row["en"] and row["es"] for row in rows)


def test_readability_is_printed_for_both_languages(tmp_path, capsys):
    text = tmp_path / "text.txt"
    text.write_text("Párese derecho. Tome la mesa con una mano.", "utf-8")

    assert main(["readability", str(text), "--language", "es", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["perspicuity"] == nr.readability(text.read_text("utf-8"), "es").perspicuity

    text.write_bytes(b"\xff\xfe")
    assert main(["readability", str(text)]) == 2
