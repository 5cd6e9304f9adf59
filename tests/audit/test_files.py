"""Files at the door: 837P and CSV in, findings out, and mistakes said with their place."""

from __future__ import annotations

import json

import pytest

import neuroreed as nr
from neuroreed.cli import main
from neuroreed.exchange.tables import read_mapping, read_table
from tests.shared import shared

HEADER = "MRN,Enc,DOS,Proc,M1,M2,Min,Qty,Amt,Who\n"
MAPPING = """
[columns]
patient_id = "MRN"
visit_id = "Enc"
date_of_service = "DOS"
cpt = "Proc"
modifiers = ["M1", "M2"]
minutes = "Min"
units = "Qty"
charge = "Amt"
discipline = "Who"
[values]
discipline = {physical = "PT"}
[file]
payer = "medicare_part_b"
"""


@pytest.fixture
def table(tmp_path):
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")

    def write(text, name="lines.csv", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path, tmp_path / "map.toml"

    return write


def test_a_csv_with_a_mapping_is_audited_and_reported(table) -> None:
    path, mapping = table(
        HEADER
        + "11,E1,8/5/2024,97112,GP,,22,2,160.00,physical\n"
        + "11,E1,2024-08-05,97110,GP,KX,15,1,80,physical\n"
    )

    result = nr.audit(path, mapping=mapping)

    (found,) = [finding for finding in result.findings if finding.rule == "UNIT-01"]
    assert found.subject == "E1"
    assert found.says == "Billed 3 timed units; 37 minutes support 2."
    assert "2 rows" in result.notes[0]
    assert any(note.startswith("Not in the file:") for note in result.notes)


def test_columns_that_bear_our_names_need_no_mapping(table) -> None:
    path, _ = table(
        "patient_id,visit_id,date_of_service,payer,discipline,cpt,minutes,units,comment\n"
        "11,E1,2024-08-05,medicare_part_b,PT,97112,7,1,hello\n"
    )

    visits, report = read_table(path)

    assert report.unused == ("comment",)
    assert "minutes" in report.found and "modifiers" in report.missing
    assert "UNIT-01" in {finding.rule for finding in nr.audit(visits).findings}


def test_a_table_without_visit_numbers_names_rows_and_never_patients(table) -> None:
    path, _ = table("patient_id,date,payer,cpt,units,minutes\nSmith,2024-08-05,aetna,97112,5,8\n")

    result = nr.audit(path)

    assert {finding.subject for finding in result.findings} <= {"row 2", "row 2/1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("11,E1,2024-08-05,97112,GP,,ten,2,1,physical\n", "row 2"),
        ("11,E1,2024-08-05,97112,GP,,2000,2,1,physical\n", "2000"),
        ("11,E1,2024-13-05,97112,GP,,10,2,1,physical\n", "row 2, date_of_service"),
        ("11,E1,2024-08-05,97112,GPX,,10,2,1,physical\n", "row 2, modifiers"),
        ("11,E1,2024-08-05,97112,GP,,10,2,1,dentist\n", "row 2, discipline"),
        ("11,E1,2024-08-05,97112,GP,,10,1.5,1,physical\n", "row 2, billed_units"),
        ("11,E1,,97112,GP,,10,1,1,physical\n", "row 2: date_of_service is empty"),
        ("11,E1,2024-08-05\n", "row 2: has 3 cells"),
        ('11,E1,"2024', "row 2"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(table, text, words) -> None:
    path, mapping = table(HEADER + text)

    with pytest.raises(nr.BadInput, match=words):
        nr.audit(path, mapping=mapping)


def test_encodings_are_told_apart_or_asked_for(table, tmp_path) -> None:
    row = "patient_id,date,cpt,payer\nMuñoz,2024-08-05,97112,aetna\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path, _ = table(row.encode(encoding))
        assert read_table(path)[0][0]["lines"][0]["patient_id"] == "Muñoz"

    path, _ = table(row.encode("cp1252"))
    with pytest.raises(nr.BadInput, match=r"row 2: is not utf-8"):
        read_table(path)
    (tmp_path / "latin.toml").write_text("[file]\nencoding = 'cp1252'\n", encoding="utf-8")
    assert read_table(path, read_mapping(tmp_path / "latin.toml"))[0]


@pytest.mark.parametrize(
    "text",
    [
        "[columns]\ncolour = 'x'\n",
        "[colums]\n",
        "[columns]\nminutes = ['a', 'b']\n",
        "[columns]\nminutes = 'Nowhere'\n",
        "[file]\ndelimiter = ',,'\n",
        "[file]\nencoding = 'klingon'\n",
        "columns = 3\n",
        "not toml",
    ],
)
def test_a_mapping_with_a_mistake_is_refused(table, tmp_path, text) -> None:
    path, _ = table("patient_id,date,cpt\n1,2024-08-05,97112\n")
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")

    with pytest.raises(nr.BadInput):
        nr.audit(path, mapping=tmp_path / "bad.toml")


def test_every_sample_837_is_audited_or_refused_with_a_reason() -> None:
    """Nothing is silently empty: a file without lines says why."""
    folder = shared("edi/837p")
    for path in sorted(folder.iterdir()):
        try:
            result = nr.audit(path)
        except nr.BadInput as error:
            assert str(error)
            continue
        assert any(
            c.assessed or c.not_assessed or c.not_applicable for c in result.coverage.values()
        ) or (result.notes), path.name


def test_a_claim_read_from_x12_keeps_its_words_and_skips_what_it_cannot_say() -> None:
    result = nr.audit(shared("contract/claim_example.837p"), payer="medicare_part_b")

    assert not [finding for finding in result.findings if finding.rule == "FILE-05"]
    assert result.coverage["UNIT-01"].not_assessed
    assert all("WEISS" not in f.subject + f.says for f in result.findings)


def test_a_cut_off_837_is_a_located_error_or_noted(tmp_path) -> None:
    whole = shared("contract/claim_example.837p").read_bytes()
    for length in (50, 106, 400, len(whole) // 2):
        (tmp_path / "cut.837p").write_bytes(whole[:length])
        try:
            result = nr.audit(tmp_path / "cut.837p")
        except nr.BadInput as error:
            assert str(error)
        else:
            assert result.notes


def test_the_command_prints_findings_and_tells_stops_by_its_status(table, capsys, tmp_path) -> None:
    over, mapping = table(HEADER + "11,E1,2024-08-05,97112,GP,,22,2,160,physical\n")
    fine, _ = table(HEADER + "11,E1,2024-08-05,97112,GP,,23,2,160,physical\n", "fine.csv")

    assert main(["audit", str(over), "--mapping", str(mapping)]) == 1
    told = capsys.readouterr().out
    assert "UNIT-01" in told and "Fix: " in told and "Source: " in told
    assert main(["audit", str(fine), "--mapping", str(mapping)]) == 0
    assert main(["audit", str(tmp_path / "absent.csv")]) == 2
    assert main(["audit", str(fine), "--mapping", str(mapping), "--payer", "nobody"]) == 2


def test_the_command_prints_json_and_a_page_that_trusts_no_text(table, capsys, tmp_path) -> None:
    path, mapping = table(
        HEADER + "11,<script>alert(1)</script>,2024-08-05,97112,GP,,22,2,160,physical\n"
    )
    page = tmp_path / "out.html"

    main(["audit", str(path), "--mapping", str(mapping), "--json", "--html", str(page)])

    data = json.loads(capsys.readouterr().out)
    assert "UNIT-01" in {finding["rule"] for finding in data["findings"]}
    assert data["coverage"]["UNIT-01"]["assessed"] == 1
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "http://" not in text


def test_explain_tells_a_rule_or_shows_the_facts_of_a_finding(table, capsys) -> None:
    path, mapping = table(HEADER + "11,E1,2024-08-05,97112,GP,,22,2,160,physical\n")

    assert main(["explain", "UNIT-01"]) == 0
    told = capsys.readouterr().out
    assert "supported_visit_units" in told and "20.2.C" in told
    main(["explain", "UNIT-01", "--in", str(path), "--mapping", str(mapping), "--subject", "E1"])
    told = capsys.readouterr().out
    assert "timed_minutes = 22" in told and "minutes = 22" in told
    assert main(["explain", "UNIT-99"]) == 2
    assert main(["explain", "UNIT-01", "--subject", "E1"]) == 2


def test_the_rule_book_holds_every_rule_with_sources_dates_and_examples(capsys, tmp_path) -> None:
    out = tmp_path / "book.html"

    assert main(["rules", "--html", str(out)]) == 0
    assert main(["rules", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert main(["rules", "--markdown"]) == 0
    text = capsys.readouterr().out

    page = out.read_text(encoding="utf-8")
    assert len(data) == len(nr.rules()) >= 45
    for rule in data:
        assert rule["sources"] and rule["examples"] and rule["why"] and rule["effective_from"]
        assert f'id="{rule["id"]}"' in page
        assert f"### {rule['id']} " in text
    assert "<script" not in page


def test_explain_knows_the_paragraph_of_the_domain_rule_book() -> None:
    assert nr.explain("mods-4").id == "THRS-04"
    with pytest.raises(nr.BadInput, match="has several rules: UNIT-01, UNIT-02"):
        nr.explain("UNITS-3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("patient_id;visit_id;date;cpt\np;v;2026-03-02;97112\n", 'delimiter = ";"'),
        ("patient_id\tvisit_id\tdate\tcpt\np\tv\t2026-03-02\t97112\n", r'delimiter = "\\t"'),
        (
            "patient_id,visit_id,date,cpt,minutes\np,v,2026-03-02,97112,ten\n",
            "row 2 are impossible",
        ),
    ],
)
def test_a_table_of_another_kind_is_refused_with_the_next_step(table, text, said) -> None:
    path, _ = table(text)

    with pytest.raises(nr.BadInput, match=said):
        nr.audit(path)


def test_one_row_is_said_in_the_singular(table) -> None:
    path, _ = table("patient_id,visit_id,date,payer,cpt\np,v,2026-03-02,aetna,97112\n")

    assert nr.audit(path).notes[0].startswith("lines.csv: 1 row; read")
