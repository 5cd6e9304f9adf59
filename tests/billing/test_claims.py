"""Claims: assembled when whole, refused with every sentence when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroreed.billing.charges import build
from neuroreed.billing.claims import ClaimRequest, assemble, missing, together
from neuroreed.model.billing import Charge
from neuroreed.model.claims import ClaimProvider
from neuroreed.model.errors import IncompleteClaim, NoParameter
from neuroreed.model.identifiers import is_npi
from neuroreed.model.people import Address, Clinic, Clinician, Coverage, Patient, Profession
from tests.billing.visits import ON, activity, context, visit

HOME = Address("1 Invented Way", "Montgomery", "AL", "361040001")
CLINIC = Clinic("INVENTED REHAB", "1234567893", "841234567", "261QP2000X", HOME, "3345550100")
THERAPIST = Clinician("c1", "ROWAN", "KIM", Profession.PT, "PT, DPT", "1245319599", "225100000X")
PHYSICIAN = ClaimProvider("DN", "BRIGHT", "ALEX", id="1888990003")
COVERAGE = Coverage("medicare_part_b", "MEDICARE", "10112", "1EG4TE5MK73")
PATIENT = Patient("p1", "SAMPLE", "PAT", date(1950, 1, 1), "F", HOME, (COVERAGE,))


def charge(cpt="97112", units=2, number=1, **changes):
    given = {
        "visit_id": "v1",
        "line_number": number,
        "cpt": cpt,
        "units": units,
        "modifiers": ("GP",),
        "charge_cents": 6_000 * units,
        "date_of_service": ON,
    }
    return Charge(**(given | changes))


def request(**changes):
    given = {
        "claim_id": "V1001",
        "charges": (charge(), charge("97110", 1, 2)),
        "patient": PATIENT,
        "coverage": COVERAGE,
        "clinic": CLINIC,
        "treating": THERAPIST,
        "diagnoses": ("I69.354", "R26.81"),
        "referring": PHYSICIAN,
    }
    return ClaimRequest(**(given | changes))


def test_a_whole_request_becomes_a_claim():
    claim = assemble(request())

    assert missing(request()) == ()
    assert claim.charge_cents == 18_000
    assert claim.diagnoses == (("ABK", "I69354"), ("ABF", "R2681"))
    assert [line.procedure.code for line in claim.lines] == ["97112", "97110"]
    assert [line.units for line in claim.lines] == [Decimal(2), Decimal(1)]
    assert [line.refs for line in claim.lines] == [(("6R", "V1001-1"),), (("6R", "V1001-2"),)]
    assert [line.date_of_service for line in claim.lines] == [ON, ON]
    assert [each.entity for each in claim.providers] == ["DN", "82"]
    assert claim.subscriber.filing == "MB"
    assert claim.subscriber.relationship == "18"
    assert claim.patient is None


def test_the_charges_of_a_visit_become_a_claim():
    made = build(visit(activity("97112", 24), activity("97110", 23, assistant=23)), context())

    claim = assemble(request(charges=made.charges))

    assert [(line.procedure.code, line.procedure.modifiers) for line in claim.lines] == [
        ("97112", ("GP",)),
        ("97110", ("GP", "CQ")),
    ]


def test_a_child_is_a_patient_beside_the_insured():
    insured = replace(
        COVERAGE, relationship="child", subscriber_last="ELDER", subscriber_first="SAM"
    )

    claim = assemble(request(coverage=insured))

    assert (claim.subscriber.last, claim.subscriber.relationship) == ("ELDER", None)
    assert (claim.patient.last, claim.patient.relationship) == ("SAMPLE", "19")


def test_an_authorization_and_a_replacement_have_their_references():
    claim = assemble(request(authorization="PA77", frequency="7", replaces="ICN123"))

    assert claim.refs == (("G1", "PA77"), ("F8", "ICN123"))
    assert claim.frequency == "7"


NO_ZIP4 = replace(CLINIC, address=replace(HOME, postal_code="36104"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"charges": ()}, "no charges"),
        ({"claim_id": ""}, "claim number"),
        ({"claim_id": "X" * 21}, "claim number"),
        ({"frequency": "7"}, "payer's number of the first one"),
        ({"clinic": replace(CLINIC, npi="1234567890")}, "clinic's NPI"),
        ({"clinic": replace(CLINIC, npi="")}, "clinic's NPI"),
        ({"clinic": replace(CLINIC, tax_id="84123456")}, "tax number"),
        ({"clinic": replace(CLINIC, taxonomy="")}, "taxonomy"),
        ({"clinic": NO_ZIP4}, "postal code needs nine"),
        ({"patient": replace(PATIENT, sex="")}, "sex"),
        ({"patient": replace(PATIENT, address=replace(HOME, city=""))}, "lacks: city"),
        ({"patient": replace(PATIENT, birth_date=date(2026, 3, 3))}, "birth date"),
        ({"coverage": replace(COVERAGE, member_id="")}, "member number"),
        ({"coverage": replace(COVERAGE, payer_id="")}, "payer's name or its number"),
        ({"coverage": replace(COVERAGE, relationship="cousin")}, "relationship"),
        ({"coverage": replace(COVERAGE, relationship="child")}, "insured's name"),
        ({"coverage": replace(COVERAGE, sequence="S")}, "answer of the payer before"),
        ({"treating": replace(THERAPIST, npi=None)}, "therapist's NPI"),
        ({"treating": replace(THERAPIST, npi="1245319590")}, "therapist's NPI"),
        ({"treating": replace(THERAPIST, profession=Profession.PTA)}, "assistants cannot enrol"),
        ({"referring": None}, "ordered or certified"),
        ({"referring": replace(PHYSICIAN, id="123")}, "ordered or certified"),
        ({"diagnoses": ()}, "no diagnosis"),
        ({"diagnoses": ("G35",)}, "not billable"),
        ({"diagnoses": ("R26.81", "R2681")}, "stands twice"),
        ({"charges": (charge(units=0, charge_cents=1),)}, "no units"),
        ({"charges": (charge(charge_cents=0),)}, "no charge"),
        ({"charges": (charge(), charge(number=2))}, "add its units up"),
        ({"charges": (charge(diagnosis_pointers=(3,)),)}, "does not have"),
        ({"charges": (charge(diagnosis_pointers=()),)}, "points to no diagnosis"),
        ({"charges": (charge(modifiers=()),)}, "GP, GO or GN"),
        ({"charges": (charge(modifiers=("GP", "GO")),)}, "two discipline"),
        ({"charges": (charge(modifiers=("GP", "1", "2", "3", "4")),)}, "more modifiers"),
        ({"charges": (charge(modifiers=("GP", "95")),)}, "place of service is 10"),
    ],
)
def test_what_lacks_is_said_and_the_claim_is_refused(changes, words):
    lacking = request(**changes)

    assert any(words in sentence for sentence in missing(lacking)), missing(lacking)
    with pytest.raises(IncompleteClaim) as refused:
        assemble(lacking)
    assert refused.value.missing == missing(lacking)


def test_no_sentence_holds_a_name_or_a_member_number():
    everything_wrong = request(
        patient=replace(PATIENT, sex="?", address=Address("", "", "", "")),
        coverage=replace(COVERAGE, payer_id="", relationship="cousin"),
        clinic=replace(CLINIC, npi="1"),
    )

    said = " ".join(missing(everything_wrong))

    for private in ("SAMPLE", "PAT ", "1EG4TE5MK73", "1950"):
        assert private not in said


def test_a_payer_that_asks_for_authorization_gets_one():
    from neuroreed.policy.payers import profiles

    asking = next(each for each in profiles().values() if each.requires_auth)
    coverage = replace(COVERAGE, payer=asking.id)

    assert any("authorization" in each for each in missing(request(coverage=coverage)))
    assert not any(
        "authorization" in each for each in missing(request(coverage=coverage, authorization="A1"))
    )


def test_a_payer_nobody_described_is_no_payer():
    with pytest.raises(NoParameter):
        missing(request(coverage=replace(COVERAGE, payer="nobody")))


def test_requests_that_differ_in_nothing_else_go_on_one_claim():
    second = request(claim_id="V1002", charges=(charge(date_of_service=date(2026, 3, 4)),))
    other_payer = request(claim_id="V1003", coverage=replace(COVERAGE, member_id="OTHER"))
    other_year = request(claim_id="V1004", charges=(charge(date_of_service=date(2025, 3, 4)),))

    found = together([request(), second, other_payer, other_year])

    assert [each.claim_id for each in found] == ["V1001", "V1003", "V1004"]
    claim = assemble(found[0])
    assert [line.date_of_service for line in claim.lines] == [ON, ON, date(2026, 3, 4)]
    assert claim.lines[2].refs == (("6R", "V1001-3"),)


@given(st.lists(st.integers(1, 8), min_size=1, max_size=20))
def test_no_claim_holds_more_than_fifty_lines_and_no_line_is_lost(sizes):
    requests = [
        request(claim_id=f"V{i}", charges=(charge(),) * size) for i, size in enumerate(sizes)
    ]

    found = together(requests)

    assert all(len(each.charges) <= 50 for each in found)
    assert sum(len(each.charges) for each in found) == sum(sizes)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_one_check_digit_in_ten_is_right(nine):
    assert sum(is_npi(nine + digit) for digit in "0123456789") == 1


def test_the_published_identifier_is_right_and_others_are_not():
    assert is_npi("1234567893")
    assert not any(
        is_npi(text) for text in ("1234567890", "123456789", "12345678933", "12345678x3")
    )
