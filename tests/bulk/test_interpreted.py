"""Few lines: the text of the kernels run as it stands says what the interpreted run says."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from neuroreed.audit.kernel import audit as truth_of
from neuroreed.bulk import interpreted
from neuroreed.bulk.local import audit
from neuroreed.model.lines import to_book
from tests.audit.books import visits
from tests.bulk.frames import said, written


def test_few_lines_are_not_compiled_and_say_the_same(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("NEUROREED_CACHE", str(tmp_path / "cache"))
    book = [v for v in visits(Random(7), 150) if v["date_of_service"].year == 2025]
    truth = truth_of(to_book(book))
    path, settings = written(book, tmp_path)

    summary = audit([path], tmp_path / "out", replace(settings, compiled=None, rows=20))

    assert not list((tmp_path / "cache").rglob("*.nbi"))
    assert said(tmp_path / "out") == {(f.rule, f.subject, f.severity.value) for f in truth.findings}
    assert summary.coverage == truth.coverage


def test_many_lines_are_compiled() -> None:
    assert not interpreted.is_quicker(interpreted.FEW_LINES + 1)
