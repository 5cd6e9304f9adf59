"""``neuroreed sample`` from a frame to an estimate."""

from __future__ import annotations

import json

import pytest

from neuroreed.cli import main


@pytest.fixture
def drawn(tmp_path, capsys):
    frame = tmp_path / "frame.csv"
    rows = [f"v{i},{'A' if i % 3 else 'B'},{50 + i % 7}.25" for i in range(200)]
    frame.write_text("\n".join(["id,who,paid", *rows]) + "\n")
    kept = tmp_path / "sample.json"
    said = ["sample", "draw", str(frame), "--seed", "s", "--stratum", "who", "--amount", "paid"]
    assert main([*said, "--out", str(kept)]) == 0
    assert "hash" in capsys.readouterr().out
    return kept


def audited(kept, skip=0):
    sample = json.loads(kept.read_text())
    drawn = [key for one in sample["strata"] for key in one["drawn"]]
    rows = [
        f"{key},{'yes' if i % 4 == 0 else 'no'},50,{0 if i % 4 == 0 else 50}"
        for i, key in enumerate(drawn[skip:])
    ]
    path = kept.with_name("audited.csv")
    path.write_text("\n".join(["id,error,paid,correct", *rows]) + "\n")
    return path


def test_a_drawn_sample_becomes_a_rate_and_dollars(drawn, capsys):
    path = audited(drawn)

    assert main(["sample", "estimate", str(drawn), str(path)]) == 0
    text = capsys.readouterr().out
    assert main(["sample", "estimate", str(drawn), str(path), "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)

    assert "8 of 30 in error" in text and "lower limit $" in text
    assert plain["extrapolations"][0]["distribution"] == "normal"


def test_a_part_of_the_sample_is_no_sample(drawn, capsys):
    assert main(["sample", "estimate", str(drawn), str(audited(drawn, skip=1))]) == 2
    assert "not audited" in capsys.readouterr().err


def test_a_chart_that_was_not_drawn_is_refused(drawn, capsys):
    path = audited(drawn)
    path.write_text(path.read_text() + "stranger,no,1,1\n")

    assert main(["sample", "estimate", str(drawn), str(path)]) == 2
    assert "not drawn" in capsys.readouterr().err
