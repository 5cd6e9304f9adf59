"""Two runs over the same lines: what a changed payer profile changes."""

from __future__ import annotations

import polars as pl
import pytest

from neuroreed.bulk.diff import difference
from neuroreed.bulk.local import audit
from neuroreed.model.errors import BadInput


def test_a_silenced_rule_goes_with_its_dollars_and_nothing_else_changes(
    tmp_path, monkeypatch
) -> None:
    (tmp_path / "payers").mkdir()
    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path / "payers"))
    profile = tmp_path / "payers/ours.yaml"
    profile.write_text("extends: medicare_part_b\nname: Ours\n", encoding="utf-8")
    frame = pl.DataFrame(
        {
            "patient_id": [1, 2],
            "visit_id": [1, 2],
            "date_of_service": ["2024-08-05"] * 2,
            "cpt": ["97112"] * 2,
            "units": [2, 1],
            "minutes": [22, 15],
            "payer": ["ours"] * 2,
            "discipline": ["PT"] * 2,
            "charge_cents": [5000, 7000],
            "modifiers": ["GP", "GP"],
        }
    )
    frame.write_parquet(tmp_path / "lines.parquet")
    audit([tmp_path / "lines.parquet"], tmp_path / "before")
    text = "extends: medicare_part_b\nname: Ours\nseverities: {UNIT-01: 'off'}\n"
    profile.write_text(text, encoding="utf-8")
    audit([tmp_path / "lines.parquet"], tmp_path / "after")

    found = difference(tmp_path / "before", tmp_path / "after")

    (change,) = found.rules
    assert (change.rule, change.before, change.after, change.goes) == ("UNIT-01", 1, 0, 1)
    assert change.goes_cents == 5000
    assert not difference(tmp_path / "before", tmp_path / "before").rules
    with pytest.raises(BadInput):
        difference(tmp_path / "before", tmp_path / "payers")
