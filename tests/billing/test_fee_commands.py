"""The commands fee and expected say what the library returns."""

from __future__ import annotations

import json

import pytest

from neuroreed.cli import main


def test_the_commands_print_what_the_library_returns(capsys):
    assert main(["fee", "97112", "--on", "2026-03-02"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "32.73  national (GPCI 1)"
    assert "RVU26C is of another quarter" in said[1]
    assert main(["fee", "97112", "--on", "2026-08-03"]) == 0
    assert capsys.readouterr().out == "32.73  national (GPCI 1)\n"
    assert main(["fee", "--rvu", "0.50,0.47,0.01", "--on", "2026-03-02", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fee"] == "32.73"
    lines = ["97530:1:GP", "97112:2:GP", "97110:1:GP,CQ"]
    assert main(["expected", *lines, "--on", "2026-03-02", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["allowed"], said["patient"], said["payer_pays"]) == ("107.04", "21.40", "81.31")
    assert main(["expected", *lines, "--on", "2026-03-02"]) == 0
    assert "allowed 107.04, patient 21.40, payer pays 81.31" in capsys.readouterr().out
    assert main(["assistant", "97110", "2", "--therapist", "12", "--assistant", "14",
                 "--on", "2026-03-02", "--json"]) == 0  # fmt: skip
    assert json.loads(capsys.readouterr().out) == [[None, 1], ["CQ", 1]]
    assert main(["units", "97112:24", "97110:23", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["units"] == {"97112": 2, "97110": 1}


def test_a_date_that_is_none_is_told(capsys):
    for command in (["fee", "97112"], ["expected", "97112:1"], ["assistant", "97112", "1"]):
        with pytest.raises(SystemExit) as stopped:
            main([*command, "--on", "2026-13-01"])
        assert stopped.value.code == 2
        assert "is not a date, YYYY-MM-DD" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["units", "97112"],
        ["units", "97112:x"],
        ["units", "97112:-3"],
        ["units", "99999:15"],
        ["units", "97112:15", "--method", "other"],
        ["fee", "97112", "--on", "2027-01-04"],
        ["fee", "--on", "2026-03-02"],
        ["expected", "97112", "--on", "2026-03-02"],
        ["expected", "97112:1", "--on", "2026-03-02", "--payer", "cigna"],
        ["expected", "97112:1", "--on", "2026-03-02", "--deductible-left", "ten"],
        ["assistant", "97110", "9", "--assistant", "14", "--on", "2026-03-02"],
    ],
)
def test_a_callers_mistake_is_one_sentence(argv, capsys):
    assert main(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"neuroreed {argv[0]}: ")
    assert "Traceback" not in said.err
