"""The code in README and docs runs, and prints what stands beneath it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```python\n(.*?)```(?:\s*```text\n(.*?)```)?", re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    found = []
    for page in PAGES:
        for number, (code, printed) in enumerate(BLOCK.findall(page.read_text()), 1):
            found.append((f"{page.relative_to(ROOT)}:{number}", code, printed))
    return found


@pytest.mark.parametrize(("name", "code", "printed"), blocks(), ids=lambda v: v[:60])
def test_the_code_of_a_page_prints_what_the_page_says(name, code, printed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()

    with contextlib.redirect_stdout(out):
        exec(compile(code, name, "exec"), {"__name__": "page"})

    if printed:
        assert out.getvalue().strip() == printed.strip()


def test_a_link_to_a_file_of_the_repository_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} -> {target}"
