"""The command line as a stranger meets it: help, mistakes in one sentence, no traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from neuroreed import cli
from neuroreed.exchange.x12 import write_837p
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim
from tests.exchange.x12.remittances import remittance

NEEDS_NOTHING = {"rules", "serve"}  # without arguments they do their work


@pytest.fixture(scope="module")
def outside():
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "neuroreed", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def exit_status(arguments):
    try:
        return cli.main(arguments)
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_help_and_answers_silence_with_a_sentence(command, capsys):
    assert exit_status([command, "--help"]) in (0, 2)  # 2: not part of this release
    capsys.readouterr()
    if command not in NEEDS_NOTHING:
        assert exit_status([command]) == 2
        assert capsys.readouterr().err.strip()


def test_a_command_that_is_not_there_is_no_traceback(outside, monkeypatch, capsys):
    monkeypatch.setitem(cli.COMMANDS, "later", ("neuroreed.cli.later", "some day"))

    assert cli.main(["later"]) == 2
    assert capsys.readouterr().err == "neuroreed later: not part of this release.\n"
    assert outside("nonsense").returncode == 2


@pytest.mark.parametrize(
    "text", ["97112", "97112:", "97112:x", "97112:1e3", "97112:--5", "97112:٣"]
)
def test_minutes_are_plain_digits(text, capsys):
    assert cli.main(["units", text]) == 2
    assert "is not CODE:MINUTES" in capsys.readouterr().err


def test_a_large_file_is_told_about_in_the_same_words(tmp_path, monkeypatch, capsys):
    pytest.importorskip("numba")
    claims = [claim(seed) for seed in range(12)]
    data = write_837p(claims, submitter=SUBMITTER, receiver=RECEIVER) + remittance(1, 9, faulty=0.5)
    path = tmp_path / "large.x12"
    path.write_bytes(data.replace(b"CLM*SG-3*", b"CLM*SG-3*1"))
    for verb, status in (("read", 0), ("check", 1)):
        assert exit_status(["x12", verb, str(path)]) == status
        said = capsys.readouterr().out

        monkeypatch.setattr("neuroreed.cli.x12._LARGE", 1)
        assert exit_status(["x12", verb, str(path)]) == status
        assert capsys.readouterr().out == said
        assert ("DOES NOT BALANCE" in said) == (verb == "read")
        monkeypatch.undo()
