"""A note as PDF: complete for a reviewer, tagged, and whatever a person typed stays text."""

from __future__ import annotations

import copy
import io
from datetime import UTC, datetime

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.exchange.pdf.note import note_pdf, note_png
from neuroreed.exchange.pdf.packet import ORDER, packet_pdf
from neuroreed.model.errors import BadInput

SHA = "0123456789abcdef" * 4
HOSTILE = (
    '#eval("1+1") $x^2$ *bold* _it_ `raw` <b>tag</b> @ref \\ // <script>alert(1)</script> '
    '#read("/etc/passwd")'
)

NOTE = {
    "title": "Daily treatment note",
    "status": "signed",
    "clinic": {
        "name": "Harbor Neuro Therapy",
        "address_lines": ["12 Quay St", "Portland, ME 04101"],
        "phone": "207-555-0100",
        "npi": "1234567893",
    },
    "patient": {"name": "Testa, Invented", "birth_date": "1954-02-03", "record_number": "R-104"},
    "visit": {
        "date_of_service": "2026-10-14",
        "discipline": "PT",
        "payer": "Medicare Part B",
        "clinician": "Ada Sample, PT",
    },
    "sections": [
        {"title": "Subjective", "paragraphs": ["Patient reports: “I stood at the sink.”"]},
        {"title": "Interventions", "paragraphs": ["97112 (25 min): static balance training."]},
    ],
    "minute_log": [
        {
            "cpt": "97112",
            "label": "static balance training",
            "start": "09:00:05",
            "end": "09:25:20",
            "minutes": 25,
            "by": "Ada Sample, PT",
            "one_on_one": True,
        }
    ],
    "corrections": [
        {
            "cpt": "97112",
            "original": "09:00:05 to 10:31:00",
            "now": "09:00:05 to 09:25:20",
            "reason": "clock left running",
            "by": "Ada Sample, PT",
            "at": "2026-10-14 10:33",
        }
    ],
    "totals": {"timed_minutes": 25, "total_minutes": 25, "session_minutes": 31},
    "units": {
        "method": "total timed minutes",
        "lines": [{"cpt": "97112", "minutes": 25, "units": 2, "modifiers": ["GP", "KX"]}],
        "steps": ["25 minutes lie in 23 to 37, which supports 2 timed units."],
    },
    "documentation": {
        "score": 95,
        "band": "fix",
        "failed": [{"id": "R12", "title": "Cueing", "question": "What error did this cue answer?"}],
    },
    "chain": [
        {
            "title": "Addendum 1",
            "date": "2026-10-15",
            "author": "Ada Sample, PT",
            "reason": "side of the lean",
            "paragraphs": ["The trunk leaned to the right."],
            "sha256": "f" * 64,
        }
    ],
    "signatures": [
        {
            "role": "Treating therapist",
            "name": "Ada Sample",
            "credential": "PT",
            "licence": "ME PT 4431",
            "signed_at": "2026-10-14 10:35 EDT",
        }
    ],
    "seal": {
        "sha256": SHA,
        "previous_sha256": "e" * 64,
        "sequence": 118,
        "sealed_at": "2026-10-14 10:35:12 EDT",
    },
}


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join("\n".join(pages(pdf)).split())


def catalogue(pdf: bytes):
    return pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]


@pytest.fixture(scope="module")
def note_file() -> bytes:
    return note_pdf(NOTE)


def leaves(data):
    if isinstance(data, dict):
        for value in data.values():
            yield from leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value)
    elif not isinstance(data, bool):
        yield str(data)


def test_everything_that_a_reviewer_asks_for_is_on_the_page(note_file):
    printed = text(note_file)

    for value in leaves(NOTE):
        said = {"signed": "Signed and sealed"}.get(value, value)
        assert said in printed, value


def test_the_file_is_a_tagged_accessible_pdf(note_file):
    root = catalogue(note_file)

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert pypdf.PdfReader(io.BytesIO(note_file)).metadata.title == "Daily treatment note"


def test_the_same_note_gives_the_same_bytes(note_file):
    assert note_pdf(copy.deepcopy(NOTE)) == note_file


def test_what_a_person_typed_stays_text():
    data = copy.deepcopy(NOTE)
    data["free_text"] = HOSTILE
    data["patient"]["name"] = "#panic() <i>O'Hara</i>"
    data["sections"][0] = {"title": "*S*", "paragraphs": [HOSTILE]}
    data["minute_log"][0]["label"] = '#image("x.png") | & \\'
    data["chain"][0]["reason"] = "$ @nobody <label>"

    printed = text(note_pdf(data))

    assert printed.count(HOSTILE) == 2
    for typed in ("#panic() <i>O'Hara</i>", "*S*", '#image("x.png") | & \\', "$ @nobody <label>"):
        assert typed in printed


def test_letters_of_many_languages_are_printed_and_none_stops_the_note():
    data = copy.deepcopy(NOTE)
    data["free_text"] = "Zoë Nguyễn, Łukasz, Ирина, Ωmega"
    unusual = {**copy.deepcopy(NOTE), "free_text": "漢字 😀"}

    assert "Zoë Nguyễn, Łukasz, Ирина, Ωmega" in text(note_pdf(data))
    made = note_pdf(unusual)
    assert catalogue(made)["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" not in catalogue(made)["/Metadata"].get_object().get_data()


def test_marks_that_turn_the_reading_direction_are_left_out():
    data = {**NOTE, "free_text": "dose \u202e03\u202c s\x00\x1b."}

    assert "dose 03 s" in text(note_pdf(data))


def test_a_word_without_spaces_breaks_into_lines_and_loses_no_letter():
    printed = "\n".join(pages(note_pdf({**NOTE, "free_text": "x" * 400})))

    lines = [line.replace("\u200b", "") for line in printed.split("\n") if "xxxxxxxx" in line]

    assert len(lines) >= 3
    assert "".join(lines) == "x" * 400


def test_a_part_without_data_is_not_printed():
    printed = text(note_pdf({"title": "Daily treatment note"}))

    for heading in ("Minute log", "Units", "Signatures", "Seal", "Documentation check", "Addenda"):
        assert heading not in printed
    assert "None" not in printed


def test_the_sentences_of_a_sealed_note_are_printed_in_their_paragraphs():
    sentences = [
        {"text": "First.", "paragraph": 1},
        {"text": "Second.", "paragraph": 1},
        {"text": "Third.", "paragraph": 2},
    ]
    printed = "\n".join(
        pages(note_pdf({"title": "T", "sections": [{"title": "S", "sentences": sentences}]}))
    )

    assert "First. Second.\nThird." in printed


def test_a_plan_has_a_place_for_the_physicians_signature():
    certify = {
        "name": "Bea Sample, MD",
        "npi": "1993999998",
        "first_day": "2026-09-20",
        "last_day": "2026-12-18",
        "return_to": "fax 207-555-0101",
    }
    signed = {**certify, "signed_by": "Bea Sample, MD", "signed_on": "2026-09-28"}

    open_plan = text(note_pdf({"title": "Plan of care", "certify": certify}))
    signed_plan = text(note_pdf({"title": "Plan of care", "certify": signed}))

    for value in certify.values():
        assert value in open_plan
    assert "Signature and credential" in open_plan
    assert "2026-09-28" in signed_plan and "2026-09-28" not in open_plan


def test_a_draft_says_so():
    assert "Draft, not signed" in text(note_pdf({**NOTE, "status": "draft"}))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": " "}, "title"),
        ({"sections": "text"}, "sections"),
        ({"minute_log": ["97112"]}, "minute_log[0]"),
        ({"seal": "abc"}, "seal"),
        ({"tables": [{"title": "T", "columns": ["a"], "rows": [["1", "2"]]}]}, "tables[0]"),
        ({"patient": {"name": object()}}, "A object"),
    ],
)
def test_data_of_a_wrong_shape_are_refused_with_their_place(change, where):
    with pytest.raises(BadInput) as error:
        note_pdf({**NOTE, **change})

    assert str(error.value).startswith(where)


def test_the_moment_of_printing_is_in_the_file():
    printed = note_pdf({**NOTE, "printed_at": datetime(2026, 11, 2, 9, 30, tzinfo=UTC)})

    assert "printed 2026-11-02 09:30:00" in text(printed)
    created = pypdf.PdfReader(io.BytesIO(printed)).metadata.creation_date
    assert created.date().isoformat() == "2026-11-02"


def test_the_pages_are_also_pictures():
    assert all(page.startswith(b"\x89PNG") for page in note_png(NOTE, ppi=30))


def document(kind: str, on: str, **more):
    return {"kind": kind, "date": on, **NOTE, "title": f"{kind} of {on}", **more}


def test_a_packet_is_in_the_order_of_reviewers_with_a_true_index():
    given = [
        document("daily", "2026-10-14"),
        document("log", "2026-10-20", sections=[], minute_log=[]),
        document("daily", "2026-10-02"),
        document("progress_report", "2026-10-09"),
        document("certification", "2026-09-28"),
        document("plan_of_care", "2026-09-20"),
        document("evaluation", "2026-09-20"),
        document("order", "2026-09-15"),
    ]

    made = pages(
        packet_pdf(
            {
                "title": "Record packet",
                "clinic": NOTE["clinic"],
                "patient": NOTE["patient"],
                "period": {"from": "2026-09-15", "to": "2026-10-20"},
                "prepared_for": "Medical review",
                "absent": ["Discharge summary: care goes on."],
                "documents": given,
            }
        )
    )

    expected = [
        "order of 2026-09-15",
        "evaluation of 2026-09-20",
        "plan_of_care of 2026-09-20",
        "certification of 2026-09-28",
        "progress_report of 2026-10-09",
        "daily of 2026-10-02",
        "daily of 2026-10-14",
        "log of 2026-10-20",
    ]
    index = " ".join(made[0].split())
    places = []
    for number, title in enumerate(expected, 1):
        begins = [
            i for i, page in enumerate(made, 1) if f"{number}. {title}" in " ".join(page.split())
        ]
        assert len(begins) == 1
        assert f"{title} signed {begins[0]}" in index
        places.append(begins[0])
    assert places == sorted(places)
    assert "Discharge summary: care goes on." in index


def test_a_scanned_page_has_its_picture_and_its_words():
    picture = note_png({"title": "Order"}, ppi=20)[0]
    packet = {
        "title": "Record packet",
        "documents": [
            document("order", "2026-09-15", pictures=[{"png": picture, "alt": "Order, page 1"}])
        ],
    }

    made = packet_pdf(packet)

    assert any(page.images for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    packet["documents"][0]["pictures"][0].pop("alt")
    with pytest.raises(BadInput, match="pictures"):
        packet_pdf(packet)


def test_a_packet_of_nothing_or_of_unknown_kinds_is_refused():
    with pytest.raises(BadInput, match="at least one"):
        packet_pdf({"title": "Record packet", "documents": []})
    with pytest.raises(BadInput, match=ORDER[0]):
        packet_pdf({"title": "Record packet", "documents": [document("letter", "2026-09-15")]})


@settings(max_examples=25)
@given(st.text(max_size=50), st.text(max_size=50))
def test_no_text_stops_a_note_from_being_printed(one, other):
    data = {
        "title": f"Note {one}",
        "free_text": one,
        "patient": {"name": other},
        "sections": [{"title": other or "S", "paragraphs": [one, other]}],
        "minute_log": [{"cpt": other, "label": one}],
    }

    assert note_pdf(data).startswith(b"%PDF")
