"""Two runs over the same lines: what a changed payer profile changes in findings and dollars."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from neuroreed.billing.fees import expected
from neuroreed.bulk.diff import changed_visits, changes, difference
from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.measure import Pricing, read_contracts
from neuroreed.cli import main
from neuroreed.model.errors import BadInput
from tests.bulk.frames import both_sides_here

SAME = "extends: medicare_part_b\nname: Ours\n"


@pytest.fixture
def payers(tmp_path, monkeypatch) -> Path:
    (tmp_path / "payers").mkdir()
    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path / "payers"))
    (tmp_path / "payers/ours.yaml").write_text(SAME, encoding="utf-8")
    return tmp_path / "payers"


def lines(tmp_path, **columns) -> Path:
    frame = pl.DataFrame(
        {
            "patient_id": [1, 1, 2],
            "visit_id": [1, 1, 2],
            "date_of_service": ["2024-08-05", "2024-08-05", "2024-09-05"],
            "cpt": ["97112", "97110", "97112"],
            "units": [2, 1, 2],
            "minutes": [20, 20, 22],
            "payer": ["ours"] * 3,
            "discipline": ["PT"] * 3,
            "charge_cents": [9000, 5000, 7000],
            "modifiers": ["GP"] * 3,
        }
        | columns
    )
    frame.write_parquet(tmp_path / "lines.parquet")
    return tmp_path / "lines.parquet"


@pytest.fixture
def here(monkeypatch) -> None:
    """Both sides in this process: for tests that are about what is asked, not about processes."""

    both_sides_here(monkeypatch)


def runs(tmp_path, payers, after, pricing=None) -> tuple[Path, Path]:
    """The lines audited under the profile as it is, and under another text of it."""
    settings = Settings(pricing=pricing)
    audit([tmp_path / "lines.parquet"], tmp_path / "before", settings)
    (payers / "ours.yaml").write_text(after, encoding="utf-8")
    audit([tmp_path / "lines.parquet"], tmp_path / "after", settings)
    return tmp_path / "before", tmp_path / "after"


def test_a_silenced_rule_goes_with_its_dollars_and_nothing_else_changes(tmp_path, payers) -> None:
    lines(tmp_path)
    one, two = runs(tmp_path, payers, SAME + "severities: {UNIT-01: 'off'}\n")

    found = difference(one, two)

    (change,) = found.rules
    assert (change.rule, change.before, change.after, change.goes) == ("UNIT-01", 1, 0, 1)
    assert change.goes_cents == 7000
    assert [(each.name, each.goes) for each in found.payers] == [("ours", 1)]
    assert [(each.name, each.goes) for each in found.months] == [("2024-09", 1)]
    assert changes(one, two)["subject"].to_list() == ["2"]
    assert not difference(one, one).rules and not found.measured
    with pytest.raises(BadInput):
        difference(one, payers)


def test_a_lighter_severity_is_told_apart_from_a_finding_that_goes(tmp_path, payers) -> None:
    lines(tmp_path)
    one, two = runs(tmp_path, payers, SAME + "severities: {UNIT-01: advise}\n")

    (change,) = difference(one, two).rules

    assert (change.goes, change.appears, change.other_severity) == (0, 0, 1)
    assert changes(one, two)["severity_after"].to_list() == ["advise"]


def test_another_method_changes_units_and_what_they_would_bring(tmp_path, payers) -> None:
    lines(tmp_path)
    one, two = runs(tmp_path, payers, SAME + "unit_method: ama\n", Pricing())

    found = difference(one, two)

    (total,) = found.measured
    # 20 and 20 minutes are three units together and one each by themselves
    assert total.supported == (3 + 1, 2 + 1)
    assert (total.billed_units, total.visits_with_other_units) == (5, 1)

    def dollars(lines, on):
        return expected(lines, on=on, payer="ours").allowed

    august, september = date(2024, 8, 5), date(2024, 9, 5)
    before = dollars([("97112", 2, "GP"), ("97110", 1, "GP")], august)
    after = dollars([("97112", 1, "GP"), ("97110", 1, "GP")], august)
    alone = dollars([("97112", 1, "GP")], september)
    assert total.by_minutes_cents == (int((before + alone) * 100), int((after + alone) * 100))
    assert total.allowed_cents is not None and total.allowed_cents[0] == total.allowed_cents[1]
    assert changed_visits(one, two)["visit"].to_list() == ["1"]
    assert "4, then 3; they differ in 1 visit; 5 were billed" in " ".join(found.sentences())


def test_what_has_no_price_or_no_minutes_is_counted_and_never_a_sum(tmp_path, payers) -> None:
    (payers / "ours.yaml").write_text("extends: commercial\nname: Ours\n", encoding="utf-8")
    lines(tmp_path, minutes=[20, 20, None])
    after = "extends: commercial\nname: Ours\nunit_method: ama\n"

    found = difference(*runs(tmp_path, payers, after, Pricing()))

    (total,) = found.measured
    assert total.allowed_cents is None and total.by_minutes_cents is None
    assert total.unpriced_lines == (3, 3)
    assert total.visits_without_units[1] == 1
    assert found.why_not["after"]["no contract fee schedule for ours"] == 2
    assert found.why_not["after"]["units: minutes are not recorded"] == 1
    assert "No visit could be priced in both runs." in found.sentences()


def test_the_amounts_of_a_contract_price_its_lines(tmp_path, payers) -> None:
    (payers / "ours.yaml").write_text("extends: commercial\nname: Ours\n", encoding="utf-8")
    lines(tmp_path)
    contract = tmp_path / "contract.csv"
    contract.write_text("payer,code,amount\nours,97112,30.50\nours,97110,28\n", encoding="utf-8")
    pricing = Pricing(contracts=read_contracts(contract))

    found = difference(*runs(tmp_path, payers, SAME.replace("medicare_part_b", "base"), pricing))

    assert found.measured[0].allowed_cents == (4 * 3050 + 2800,) * 2
    contract.write_text("payer,code,amount\nours,97112,much\n", encoding="utf-8")
    with pytest.raises(BadInput, match="row 2"):
        read_contracts(contract)
    assert pricing.contracts["ours"]["97110"] == Decimal(28)


def test_the_command_runs_both_sides_itself_and_leaves_nothing(
    tmp_path, payers, monkeypatch, capsys
) -> None:
    path = lines(tmp_path)
    (tmp_path / "draft").mkdir()
    text = SAME + "unit_method: ama\nseverities: {UNIT-01: advise}\n"
    (tmp_path / "draft/ours.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    code = main(["bulk", "diff", str(path), "--payers-after", str(tmp_path / "draft"), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["measured"][0]["supported"] == [4, 3]
    assert told["rule_books"][0] != told["rule_books"][1]
    assert not list((tmp_path / "temporary").iterdir())


def test_another_release_of_a_fee_table_changes_the_dollars_and_nothing_else(
    tmp_path, payers, here, capsys
) -> None:
    path = lines(tmp_path, payer=["medicare_part_b"] * 3, charge_cents=[90_000] * 3)
    folder = tmp_path / "policy/fees/conversion_factor"
    folder.mkdir(parents=True)
    (tmp_path / "policy/releases.csv").write_text(
        "table,release,effective_from,effective_to,released_on,extent,rows,file,source,confidence\n"
        "conversion_factor,TWICE,2024-01-01,2024-12-31,,full,1,TWICE.csv,cms-rvu-files,V\n"
    )
    (folder / "TWICE.csv").write_text(
        "effective_from,effective_to,track,factor,source,confidence\n"
        "2024-01-01,2024-12-31,all,66.5750,cms-rvu-files,V\n"
    )

    code = main(["bulk", "diff", str(path), "--policy-after", str(tmp_path / "policy"), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0 and told["rules"] == []
    before, after = told["measured"][0]["allowed_cents"]
    # the factor of these days is 33.2875; each line is rounded to the cent
    assert before > 0 and abs(after - 2 * before) <= 6
    assert told["measured"][0]["supported"] == [4, 4]


def test_lines_of_one_payer_are_judged_as_of_another(tmp_path, payers, here, capsys) -> None:
    path = lines(tmp_path)
    swap = ["--payer-before", "ours", "--payer-after", "aetna"]

    code = main(["bulk", "diff", str(path), *swap, "--keep", str(tmp_path / "kept"), "--csv"])

    rows = capsys.readouterr().out.splitlines()
    assert code == 0
    assert rows[0].startswith("by,name,before,after,appears,goes")
    payers = {row.split(",")[1] for row in rows if row.startswith("payer,")}
    assert "ours" in payers
    assert (tmp_path / "kept/difference.csv").read_text("utf-8").splitlines() == rows


def test_a_mistake_of_a_side_is_told_with_its_side(tmp_path, payers, here, capsys) -> None:
    path = lines(tmp_path)
    (tmp_path / "draft").mkdir()
    (tmp_path / "draft/ours.yaml").write_text(SAME + "unit_method: guess\n", encoding="utf-8")

    assert main(["bulk", "diff", str(path), "--payers-after", str(tmp_path / "draft")]) == 2
    said = capsys.readouterr().err
    assert "audit after the change: ours.yaml" in said and "line 3" in said
    assert main(["bulk", "diff", str(path)]) == 2
    assert main(["bulk", "diff", str(path), "--payer-after", "aetna"]) == 2
    assert main(["bulk", "diff", str(path), "--policy-after", str(tmp_path / "none")]) == 2
