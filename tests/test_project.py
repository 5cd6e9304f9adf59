"""What the project promises about itself: its sources, its size, its words."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
LINES_OF_A_FILE = 500


def tracked(*patterns: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_the_lock_file_names_the_public_index_only():
    text = (ROOT / "uv.lock").read_text()

    hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"]+", text)}

    assert hosts == PUBLIC_HOSTS


def test_no_python_file_is_longer_than_five_hundred_lines():
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in tracked("*.py")
        if (count := len(path.read_text().splitlines())) > LINES_OF_A_FILE
    }

    assert long == {}


def test_no_machine_path_is_committed():
    # pieced together so that this file does not find itself
    leaks = ["/" + "work/", "/" + "farm/", "/root" + "/"]
    found = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix not in {".png", ".gz", ".xz", ".zip", ".woff2"}
        and any(leak in path.read_text(errors="replace") for leak in leaks)
    ]

    assert found == []


def test_every_entry_of_the_changelog_has_a_known_kind():
    kinds = {"added", "changed", "fixed", "removed", "rules", "policy"}

    for path in (ROOT / "changelog.d").glob("*.md"):
        parts = path.name.split(".")
        assert parts[0].isdigit(), path.name
        assert parts[1] in kinds, path.name
        assert path.read_text().strip(), path.name


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")))
def test_a_decision_says_question_choice_reasons_and_what_would_change_our_mind(path):
    text = path.read_text()

    for heading in ("## Question", "## Choice", "## Reasons", "## What would change our mind"):
        assert heading in text


def test_the_version_is_the_same_in_package_and_project():
    import neuroreed

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == neuroreed.__version__
