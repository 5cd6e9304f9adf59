"""The reference page says what the data say."""

from __future__ import annotations

from pathlib import Path

import pytest

from neuroreed.cli.policy import run
from neuroreed.policy.parameters import all_parameters
from neuroreed.policy.reference import markdown

PAGE = Path(__file__).parents[2] / "docs/reference/policy.md"


def test_the_page_is_the_one_the_data_write() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "write it anew: neuroreed policy reference > docs/reference/policy.md"
    )


def test_every_parameter_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [p.name for p in all_parameters() if f"`{p.name}`" not in page] == []


def test_the_commands_list_and_reference_print(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"]) == 0
    assert "RVU26C" in capsys.readouterr().out
    assert run(["list", "--json"]) == 0
    assert '"valid_to"' in capsys.readouterr().out
    assert run(["reference"]) == 0
    assert capsys.readouterr().out == markdown()
