"""The command says what the library says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from neuroreed.care.documentation import documentation
from neuroreed.cli import main

FILE = Path(__file__).parent / "documentation_example.yaml"
EXAMPLE = yaml.safe_load(FILE.read_text())


@pytest.fixture
def damaged(tmp_path):
    path = tmp_path / "visit.json"
    facts = json.loads(json.dumps(EXAMPLE))
    facts["interventions"][0]["cues"] = []
    facts["signer"]["licensed"] = False
    path.write_text(json.dumps(facts))
    return path


def test_a_ready_visit_is_said_in_one_line(capsys):
    assert main(["documentation", str(FILE)]) == 0
    assert capsys.readouterr().out == "100 of 100, ready\n"


def test_open_questions_are_printed_with_their_facts_and_a_block_is_status_one(damaged, capsys):
    assert main(["documentation", str(damaged)]) == 1

    printed = capsys.readouterr().out
    assert printed.startswith("92 of 100, blocked\n")
    assert "R12 Cueing: interventions[0].cues" in printed
    assert "R24 Signature (blocks billing): signer.licensed" in printed


def test_json_is_what_the_library_returns(damaged, capsys):
    main(["documentation", str(damaged), "--json"])

    printed = json.loads(capsys.readouterr().out)
    score = documentation(json.loads(damaged.read_text()))
    assert (printed["score"], printed["band"], tuple(printed["failed"])) == (
        score.score,
        score.band,
        score.failed,
    )
    assert printed["points"][11]["question"] == score.point("R12").question


def test_the_note_can_be_printed_with_the_score(capsys):
    main(["documentation", str(FILE), "--note"])

    assert "Tactile cue “left pelvis forward”" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [1, 2", "line 1: neither YAML nor JSON"),
        ("- just\n- a list\n", "named facts"),
        ("interventions: 97112", "interventions: expected a list"),
        ("!!python/object:os.system {}", "neither YAML nor JSON"),
        ("date_of_service: 2026-13-45", "cannot be read"),
    ],
)
def test_a_wrong_file_is_one_sentence_and_status_two(tmp_path, capsys, content, said):
    path = tmp_path / "visit.yaml"
    path.write_text(content)

    assert main(["documentation", str(path)]) == 2

    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error


def test_an_absent_file_is_said(tmp_path, capsys):
    assert main(["documentation", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
