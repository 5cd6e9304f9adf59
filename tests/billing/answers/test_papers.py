"""Appeal packets, statements and the paper form: only facts, the right pages, at their places."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.billing import appeals
from neuroreed.billing.appeals import Document, RecordsRequest
from neuroreed.billing.denials import Record, sort
from neuroreed.exchange.pdf.appeal import appeal_pdf
from neuroreed.exchange.pdf.cms1500 import CROSSES, PLACES, boxes, cms1500_pdf, test_page
from neuroreed.exchange.pdf.statement import estimate_pdf, receipt_pdf, statement_pdf
from neuroreed.model.claims import ClaimPatient
from neuroreed.model.errors import BadInput
from neuroreed.model.findings import Finding, Severity
from tests.billing.answers.claims import claim
from tests.billing.answers.test_clocks import CLINIC, COVERAGE, PATIENT
from tests.billing.answers.test_denials import DAY, NOTICE, TODAY, at, denial

RECORD = Record(
    visit_id="v1",
    minutes={"97112": 38, "97110": None},
    bouts={"97112": ((at(9, 0), at(9, 38)),)},
    certified_from=DAY - timedelta(10),
    certified_until=DAY + timedelta(50),
    plan_signed_on=DAY - timedelta(8),
)
DOCUMENTS = (
    Document("d4", "daily", DAY, "Treatment note"),
    Document("d5", "daily", DAY + timedelta(7), "Treatment note a week later"),
    Document("d2", "plan_of_care", DAY - timedelta(10), "Plan of care"),
    Document("d1", "evaluation", DAY - timedelta(10), "Evaluation"),
    Document("d6", "evaluation", DAY + timedelta(30), "Evaluation of another episode"),
    Document("d3", "minutes", DAY, "Minute log"),
    Document("d7", "progress_report", DAY, "Progress report"),
)


def packet(*items: Any, record: Record = RECORD, **changes: Any) -> appeals.AppealPacket:
    given_: dict[str, Any] = {
        "clinic": CLINIC, "patient": PATIENT, "coverage": COVERAGE, "record": record,
        "documents": DOCUMENTS, "on": TODAY,
    }  # fmt: skip
    return appeals.packet(items, **(given_ | changes))


def item(carc: str = "151", *, record: Record = RECORD, **changes: Any) -> Any:
    return sort(denial(carc, units=Decimal(3), **changes), record=record, on=TODAY)


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "\n".join(" ".join(page.extract_text().split()) for page in pages)


def test_every_sentence_of_a_letter_states_a_fact_and_names_its_place() -> None:
    found = packet(item())

    said = {one.fact: one.text for one in found.letter}
    assert all(one.fact and one.text.endswith(".") for one in found.letter)
    assert said["visit.minutes.97112"].startswith("The note records 38 minutes of 97112")
    assert said["visit.bouts.97112"] == "97112 was furnished from 09:00 to 09:38."
    assert "certified from 2026-07-24 until 2026-09-22" in said["plan_of_care.certified_until"]
    assert not any("97110" in one.text for one in found.letter)
    assert found.deadline is not None and found.deadline.last_day == NOTICE + timedelta(125)


def test_a_record_without_facts_makes_a_letter_without_claims() -> None:
    bare = Record()
    found = packet(item(record=bare), record=bare, documents=())

    assert {one.fact for one in found.letter} == {"remittance", "patient", "clinic",
                                                  "remittance.C1.1"}  # fmt: skip
    assert not found.may_send
    assert "No treatment note of the date is in the record." in found.absent


def test_the_right_pages_go_in_and_the_others_stay_out() -> None:
    found = packet(item())
    necessity = packet(item("50"))

    assert [one.id for one in found.documents] == ["d4", "d3", "d7", "d2"]
    assert {"d5", "d6"}.isdisjoint(one.id for one in necessity.documents)
    assert necessity.documents[0].id == "d1"
    assert found.may_send and not found.against


def test_what_the_record_says_against_it_holds_an_appeal() -> None:
    short = replace(RECORD, minutes={"97112": 20})
    open_stop = Finding("UNIT-01", Severity.STOP, "v1", "Billed 3; 20 minutes support 1.", "", ())

    found = packet(item(record=short), record=short)
    stopped = packet(item(), findings=[open_stop])

    assert not found.may_send and "20 minutes of 97112 support 1 unit" in found.against[0]
    assert not stopped.may_send and stopped.against == ("Billed 3; 20 minutes support 1.",)


@pytest.mark.parametrize("carc", ["29", "151", "236", "50", "119", "4"])
def test_an_appeal_cites_a_source_that_we_hold(carc: str) -> None:
    found = packet(item(carc))

    assert found.rules and all(one.title and one.link and one.says for one in found.rules)


def test_a_passed_last_day_and_claims_mixed_up_are_not_sent() -> None:
    late = packet(item(), on=NOTICE + timedelta(126))

    assert not late.may_send
    with pytest.raises(BadInput):
        packet(item(), item(claim_id="C2"))
    with pytest.raises(BadInput):
        packet()


def test_a_request_for_records_is_answered_with_what_is_there() -> None:
    request = RecordsRequest("ADR-7", "MEDICARE", DAY, DAY, TODAY, ("daily", "order", "minutes"))

    found = appeals.records_packet(
        request, clinic=CLINIC, patient=PATIENT, coverage=COVERAGE, documents=DOCUMENTS, on=TODAY
    )
    late = appeals.records_packet(
        request, clinic=CLINIC, patient=PATIENT, coverage=COVERAGE, documents=DOCUMENTS,
        on=TODAY + timedelta(1),
    )  # fmt: skip

    assert [one.id for one in found.documents] == ["d4", "d3"]
    assert found.absent == ("No order or referral is in the record.",)
    assert found.may_send and not late.may_send


def test_the_packet_prints_as_one_file_and_the_checklist_only_for_the_clinic() -> None:
    made = packet(item())
    data = {
        "title": made.title, "to": made.to, "reference": made.reference, "date": str(TODAY),
        "clinic": {"name": CLINIC.name, "npi": CLINIC.npi}, "letter": made.letter,
        "rules": made.rules, "checklist": made.checklist, "absent": made.absent,
        "signature": {"name": "Ada Sample", "credential": "PT"},
        "documents": [
            {"kind": one.kind, "date": str(one.on), "title": one.title,
             "sections": [{"title": "Text", "paragraphs": [f"words of {one.id} #eval(1)"]}]}
            for one in made.documents
        ],
    }  # fmt: skip

    sent = text_of(appeal_pdf(data))
    kept = text_of(appeal_pdf(data, checklist=True))

    for one in made.letter:
        assert " ".join(one.text.split())[:60] in sent.replace("\n", " ")
    assert "words of d4 #eval(1)" in sent and "Enclosed" in sent and "Units follow from" in sent
    assert "For the clinic" in kept and "For the clinic" not in sent
    assert appeal_pdf(data) == appeal_pdf(data)
    with pytest.raises(BadInput):
        appeal_pdf({**data, "letter": []})


def test_papers_for_the_patient_print_what_they_are_given() -> None:
    data = {
        "number": "A-7", "date": "2026-03-20", "headline": "You owe 10.00.",
        "clinic": {"name": "STEADY GAIT"}, "patient": {"name": "Weiss, Greta"},
        "sentences": ["This is your part."],
        "rows": [["2026-03-02", "balance", "120.00", "40.00", "70.00", "0.00", "10.00"]],
    }  # fmt: skip

    said = text_of(statement_pdf(data))

    assert "You owe 10.00." in said and "Taken off" in said and "Weiss, Greta" in said
    assert "Estimate" in text_of(estimate_pdf({"sentences": ["About 10.00."]}))
    assert "card" in text_of(receipt_pdf({"rows": [["2026-03-20", "card", "3.00"]]}))
    with pytest.raises(BadInput):
        statement_pdf({**data, "rows": [["one"]]})


def test_a_claim_fills_the_boxes_of_the_form() -> None:
    made = claim(
        refs=(("G1", "PA5500"), ("F8", "ICN1")), frequency="7",
        patient=ClaimPatient("WEISS", "IDA", birth_date=date(2015, 5, 6), sex="F"),
    )  # fmt: skip

    (page,) = boxes(made)

    assert page["1"] == "1.medicare" and page["1a"] == "1EG4TE5MK73"
    assert (page["2"], page["4"], page["6"]) == ("WEISS, IDA", "WEISS, GRETA", "6.child")
    assert (page["3.date"], page["3.sex"]) == ("05 06 2015", "F")
    assert (page["22.code"], page["22.reference"], page["23"]) == ("7", "ICN1", "PA5500")
    assert (page["21A"], page["28"], page["17"], page["17.qualifier"]) == (
        "I69351", "175 00", "PER LIND", "DN",
    )  # fmt: skip
    assert (page["24D.1"], page["24D.1.1"], page["24G.1"], page["24F.1"], page["24E.1"]) == (
        "97112", "GP", "2", "120 00", "A",
    )  # fmt: skip
    assert "24D.1.2" not in page and "29" not in page and "10b.state" not in page


def test_seven_lines_take_two_pages_whose_totals_are_their_own() -> None:
    made = claim(lines=[("97112", 1, 1000 + n, ("GP",)) for n in range(7)])

    first, second = boxes(made)

    assert (first["28"], second["28"]) == ("60 15", "10 06")
    assert len(pypdf.PdfReader(io.BytesIO(cms1500_pdf([made, claim()]))).pages) == 3


def test_every_box_has_its_place_on_the_page_and_no_two_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for box, (column, row, length) in PLACES.items():
        cells = {(one, row) for one in range(column, column + length)}
        assert column >= 1 and column + length <= 81 and 1 <= row <= 62, box
        assert not cells & taken, box
        taken |= cells
    for crosses in CROSSES.values():
        for cell in crosses.values():
            assert cell not in taken
            taken.add(cell)


# the rows of the sheet (six to the inch) and columns (ten to the inch) between the printed lines
# of the form; the upper half is ruled every two rows, and the lower row of a box takes the text
BOXES_OF_THE_FORM = {
    "1a": (7, 8, 50, 79), "2": (9, 10, 1, 29), "4": (9, 10, 50, 79), "5.street": (11, 12, 1, 29),
    "7.street": (11, 12, 50, 79), "5.city": (13, 14, 1, 25), "7.city": (13, 14, 50, 73),
    "5.zip": (15, 16, 1, 13), "7.zip": (15, 16, 50, 63), "9": (17, 18, 1, 29),
    "11": (17, 18, 50, 79), "9a": (19, 20, 1, 29), "11a.date": (19, 20, 52, 64),
    "11c": (23, 24, 50, 79), "9d": (25, 26, 1, 29), "14": (31, 32, 1, 15), "15": (31, 32, 35, 49),
    "17": (33, 34, 3, 28), "17b": (33, 34, 32, 49), "19": (35, 36, 1, 49),
    "22.code": (37, 38, 50, 61), "22.reference": (37, 38, 61, 79), "23": (39, 40, 50, 79),
    "25": (55, 56, 1, 16), "26": (55, 56, 22, 37), "28": (55, 56, 50, 60), "29": (55, 56, 61, 70),
}  # fmt: skip


def test_each_box_is_printed_on_the_lower_line_of_its_place_on_the_form() -> None:
    for box, (_upper, lower, first, last) in BOXES_OF_THE_FORM.items():
        column, row, length = PLACES[box]
        assert row == lower, box
        assert first <= column and column + length - 1 <= last, box
    # diagnoses in three rows of four under the indicator, service lines in the unshaded halves
    assert [PLACES[f"21{letter}"][1] for letter in "AEI"] == [38, 39, 40]
    assert PLACES["21.indicator"][1] == 37
    assert [PLACES[f"24D.{line}"][1] for line in range(1, 7)] == [44, 46, 48, 50, 52, 54]


def test_the_text_stands_where_ten_and_six_to_the_inch_put_it() -> None:
    found: dict[str, tuple[float, float]] = {}

    def visit(text: str, _cm: object, matrix: list[float], *_rest: object) -> None:
        if text.strip():
            found[text.strip()] = (matrix[4] / 72, (792 - matrix[5]) / 72)

    pypdf.PdfReader(io.BytesIO(cms1500_pdf([claim()]))).pages[0].extract_text(visitor_text=visit)

    # box 1 begins 1.33 inches from the upper edge and is two lines of a sixth of an inch high
    right, down = found["1EG4TE5MK73"]
    assert abs(right - (0.3 + 4.9)) < 0.01
    assert 1.33 + 1 / 6 < down < 1.33 + 2 / 6
    # the total ends where its box does, and is not in that of the amount paid
    right, down = found["175 00"]
    blanks = 8 - len("175 00")
    assert abs(right + blanks / 10 - (0.3 + 5.3)) < 0.01
    assert 1 / 3 + 55 / 6 < down < 1 / 3 + 56 / 6


def test_an_offset_moves_the_text_and_a_wild_one_is_refused() -> None:
    straight, moved = cms1500_pdf([claim()]), cms1500_pdf([claim()], offset_mm=(2.5, -1.0))

    assert straight != moved and "97112" in text_of(moved)
    assert "+2.5 MM RIGHT, -1.0 MM DOWN" in text_of(test_page((2.5, -1.0)))
    assert cms1500_pdf([claim()], grid=True) != straight
    with pytest.raises(BadInput):
        cms1500_pdf([claim()], offset_mm=(26.0, 0.0))


def test_a_number_that_does_not_fit_its_box_is_refused_and_a_name_is_cut() -> None:
    long_name = claim(last="VANDENHOUTENBERGMANNSDOTTER-LINDQVIST")

    assert "VANDENHOUTENBERGMANNSDOTTER-" in text_of(cms1500_pdf([long_name]))
    with pytest.raises(BadInput, match="Box 1a"):
        cms1500_pdf([claim(member="1" * 30)])
    with pytest.raises(BadInput):
        cms1500_pdf([])


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_whatever_a_name_holds_the_form_prints(name: str) -> None:
    assert cms1500_pdf([claim(last=name)]).startswith(b"%PDF")
