"""TA1, 999, 277CA, 270 and 271: what they say, and our own answers."""

from __future__ import annotations

from datetime import datetime

import pytest

import neuroreed as nr
from neuroreed.exchange.x12 import write_270, write_999
from neuroreed.model.errors import BadInput, X12Error
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim
from tests.exchange.x12.files import (
    ACKNOWLEDGEMENT,
    CLAIM_ACKNOWLEDGEMENT,
    INQUIRY,
    REMITTANCE,
    RESPONSE,
    file,
    isa,
)
from tests.exchange.x12.judge import codes_of, transactions_of, verdict
from tests.exchange.x12.test_read_837p import sources
from tests.shared import shared

ENVELOPE = {"made": datetime(2026, 11, 3, 8, 0), "interchange_control": 8, "group_control": 9}


def only(data):
    read = nr.read_x12(data)
    assert read["defects"] == []
    (transaction,) = transactions_of(read)
    return transaction


def test_a_999_says_which_transaction_was_refused_and_where():
    found = only(file("999", ACKNOWLEDGEMENT))

    assert found["acknowledges"] == {"id": "HC", "control": "501", "version": "005010X222A1"}
    assert (found["status"], found["accepted"]) == ("P", False)
    assert found["counts"] == {"declared": 2, "received": 2, "accepted": 1}
    assert [one["accepted"] for one in found["transactions"]] == [True, False]
    (place,) = found["transactions"][1]["segments"]
    assert (place["segment"], place["position"], place["loop"]) == ("CLM", "22", "2300")
    assert place["elements"][0]["value"] == "12.X"
    assert found["transactions"][1]["errors"] == ["5"]


def test_a_999_that_miscounts_is_named():
    assert codes_of(nr.read_x12(file("999", ACKNOWLEDGEMENT.replace("P*2*2*1", "P*2*2*2")))) == [
        "transaction_count"
    ]


def test_a_277ca_says_which_claims_went_on():
    found = only(file("277", CLAIM_ACKNOWLEDGEMENT))

    taken, refused = found["claims"]
    assert (taken["claim_id"], taken["accepted"]) == ("SG-1020", True)
    assert taken["payer_claim_control"] == "ICN77"
    assert taken["patient"] == {"last": "WEISS", "first": "EMIL", "member_id": "W5500"}
    assert (refused["claim_id"], refused["accepted"]) == ("SG-1021", False)
    assert [(s["category"], s["code"], s["entity"]) for s in refused["statuses"]] == [
        ("A7", "562", "85"),
        ("A3", "21", None),
    ]
    assert refused["lines"][0]["statuses"][0]["code"] == "454"
    assert found["receiver"]["statuses"][0]["amount"] == "310.50"
    assert found["receiver"]["amounts"] == [["YU", "215.50"], ["YY", "95.00"]]


def test_a_270_asks_about_subscriber_and_dependent():
    own, child = only(file("270", INQUIRY))["people"]

    assert own["subscriber"]["birth_date"] == "19510203" and own["dependent"] is None
    assert own["inquiries"][0]["service_types"] == ["30", "PT"]
    assert own["inquiries"][1]["procedure"]["code"] == "97112"
    assert child["subscriber"]["member_id"] == "W5500"
    assert child["dependent"]["first"] == "EMIL"
    assert child["traces"] == [["1", "Q1-2", "9841234567"]]


def test_a_271_says_what_is_left_and_who_is_unknown():
    found = only(file("271", RESPONSE))

    covered, unknown = found["people"]
    deductible = covered["benefits"][1]
    visits = covered["benefits"][2]
    assert (deductible["information"], deductible["amount"]) == ("C", "120.50")
    assert (visits["quantity"], visits["authorization_required"], visits["in_network"]) == (
        "12",
        "Y",
        "N",
    )
    assert visits["messages"] == ["SPEECH AND PHYSICAL THERAPY TOGETHER"]
    assert covered["benefits"][3]["percent"] == ".2"
    assert covered["benefits"][3]["entities"][0]["last_or_org"] == "LINDQVIST"
    assert unknown["rejections"] == [
        {"level": "2100C", "valid": "N", "reason": "75", "follow_up": "C"}
    ]
    assert found["rejections"] == unknown["rejections"]


def test_a_ta1_is_read_before_or_without_a_group():
    alone = f"{isa()}TA1*000000501*261102*0930*R*006~IEA*0*000000007~".encode()
    before = file("999", ACKNOWLEDGEMENT).replace(b"GS*", b"TA1*000000501*261102*0930*A*000~GS*", 1)

    (answer,) = nr.read_x12(alone)["interchanges"][0]["ta1"]

    assert answer == {
        "control": "000000501",
        "date": "261102",
        "time": "0930",
        "status": "R",
        "accepted": False,
        "note": "006",
    }
    assert nr.read_x12(alone)["defects"] == []
    assert nr.read_x12(before)["interchanges"][0]["ta1"][0]["accepted"] is True
    assert nr.read_x12(before)["defects"] == []


@pytest.mark.parametrize("folder", ["999", "277ca", "270_271"])
def test_every_sample_gives_facts_or_a_located_defect(folder):
    for row in sources(folder):
        read = nr.read_x12(shared(f"edi/{row['file']}"))
        codes = codes_of(read)

        facts = [t for t in transactions_of(read) if t.get("people") or t.get("claims")
                 or t.get("transactions") or t.get("rejections")]  # fmt: skip
        assert facts or codes, row["file"]
        for fault, code in {
            "IEA02": "control",
            "SE02": "control",
            "SE01": "segment_count",
            "no IEA": "missing_iea",
            "outside a transaction": "outside_transaction",
        }.items():
            assert (fault in row["defects found"]) <= (code in codes), row["file"]


def test_our_999_accepts_a_good_file_and_pyx12_accepts_our_999():
    for data in (
        nr.write_837p([claim(1), claim(2)], submitter=SUBMITTER, receiver=RECEIVER),
        file("835", REMITTANCE),
    ):
        answer = write_999(data, **ENVELOPE)

        found = only(answer)
        assert (found["status"], found["accepted"]) == ("A", True)
        assert verdict(answer) == (True, [])


def test_our_999_names_the_place_of_a_fault():
    data = nr.write_837p([claim(1)], submitter=SUBMITTER, receiver=RECEIVER)
    bad = data.replace(b"CLM*SG-1*", b"CLM*SG-1*9")
    position = [line[:3] for line in bad.decode().splitlines()[2:]].index("CLM") + 1

    answer = write_999(bad, **ENVELOPE)

    found = only(answer)
    assert found["status"] == "R" and not found["transactions"][0]["accepted"]
    (place,) = found["transactions"][0]["segments"]
    assert (place["segment"], place["position"]) == ("CLM", str(position))
    assert place["elements"][0]["position"] == "2"
    assert verdict(answer) == (True, [])


def test_our_999_of_every_sample_is_accepted_by_pyx12():
    answered = 0
    for folder in ("837p", "835", "277ca", "270_271"):
        for row in sources(folder):
            try:
                answer = write_999(shared(f"edi/{row['file']}"), **ENVELOPE)
            except BadInput:
                continue
            answered += 1
            assert nr.read_x12(answer)["defects"] == [], row["file"]
            assert verdict(answer) == (True, []), row["file"]
    assert answered >= 60


def test_nobody_answers_an_answer():
    with pytest.raises(BadInput):
        write_999(file("999", ACKNOWLEDGEMENT), **ENVELOPE)
    with pytest.raises(X12Error):
        write_999(b"nothing", **ENVELOPE)


def test_what_we_ask_is_read_back_unchanged():
    people = only(file("270", INQUIRY))["people"]

    data = write_270(people, sender_id="CLINICPT", receiver_id="PAYERHUB", **ENVELOPE)

    assert only(data)["people"] == people
    with pytest.raises(BadInput):
        write_270([], sender_id="A", receiver_id="B", **ENVELOPE)
