"""Remittances as read: balanced to the cent at every level, or stopped with the place."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

import neuroreed as nr
from neuroreed.exchange.x12 import read_remittances
from tests.exchange.x12.files import REMITTANCE, file
from tests.exchange.x12.judge import claims_of, codes_of, transactions_of
from tests.exchange.x12.test_read_837p import sources
from tests.shared import shared

GOOD = file("835", REMITTANCE)


def test_the_example_of_the_contract_reads_as_the_contract_says():
    expected = json.loads(shared("contract/remittance_example.json").read_text())

    assert nr.read_x12(shared("contract/remittance_example.835")) == expected


def test_every_sample_file_gives_its_claims_and_the_faults_others_found():
    rows = sources("835")
    assert len(rows) == 14
    for row in rows:
        read = nr.read_x12(shared(f"edi/{row['file']}"))
        codes, faults = codes_of(read), row["defects found"]

        assert len(claims_of(read)) == int(row["claims"]), row["file"]
        assert ("SE01" in faults) <= ("segment_count" in codes), row["file"]
        assert ("GE02" in faults) <= ("control" in codes), row["file"]
        assert ("!= paid" in faults) <= ("line_balance" in codes), row["file"]
        assert ("claim charge" in faults) <= ("claim_charge" in codes), row["file"]
        if not faults and row["pyx12_4.0.0_verdict (errors)"] == "valid":
            assert set(codes) <= {"npi"}, row["file"]


def test_a_whole_remittance_balances():
    read = nr.read_x12(GOOD)
    remittance = transactions_of(read)[0]

    assert read["defects"] == []
    assert remittance["balancing"] == {
        "claims_paid": "291.16",
        "plb": "25.00",
        "bpr": "266.16",
        "balanced": True,
        "out_of_balance_by": "0.00",
    }
    assert all(claim["balanced"] for claim in remittance["claims"])
    assert [one["amount"] for one in remittance["plb"]] == ["-50.00", "-0.25", "75.25"]
    assert remittance["plb"][0]["reason"] == "FB" and remittance["plb"][0]["reference"] == "CARRY"


def test_reversals_bundles_and_claims_without_lines_are_read_as_they_stand():
    denied, reversal, correction, changed = transactions_of(nr.read_x12(GOOD))[0]["claims"][1:]

    assert (denied["lines"], denied["balanced"]) == ([], True)
    assert denied["remarks"] == ["MA130"]
    assert (reversal["status"], reversal["paid"]) == ("22", "-60.00")
    assert correction["lines"][0]["adjustments"][1] == {
        "group": "CO",
        "carc": "XX9",
        "amount": "0.00",
    }
    assert changed["lines"][0]["procedure"]["code"] == "97530"
    assert changed["lines"][0]["submitted_procedure"]["code"] == "97112"
    assert changed["lines"][0]["remarks"] == [["HE", "N22"]]


AMOUNTS = [
    match.span(1)
    for pattern in (
        rb"BPR\*I\*([\d.]+)",
        rb"CLP\*[^*]*\*\d+\*(-?[\d.]+)",
        rb"CLP\*[^*]*\*\d+\*-?[\d.]+\*(-?[\d.]+)",
        rb"CLP\*[^*]*\*\d+\*-?[\d.]+\*-?[\d.]+\*(-?[\d.]+)",
        rb"CAS\*\w\w\*\w+\*(-?[\d.]+)",
        rb"SVC\*[^*]*\*(-?[\d.]+)",
        rb"SVC\*[^*]*\*-?[\d.]+\*(-?[\d.]+)",
        rb"AMT\*\w+\*([\d.]+)",
        rb"PLB\*\d+\*\d+\*[^*]*\*(-?[\d.]+)",
        rb"PLB\*.*\*WO:ICN0\*(-?[\d.]+)",
    )
    for match in re.finditer(pattern, GOOD)
]


@pytest.mark.parametrize("cent", [Decimal("0.01"), Decimal("-0.01")])
def test_a_cent_planted_anywhere_is_named(cent):
    assert len(AMOUNTS) > 35
    for start, end in AMOUNTS:
        planted = str(Decimal(GOOD[start:end].decode()) + cent).encode()
        read = nr.read_x12(GOOD[:start] + planted + GOOD[end:])

        assert read["defects"], GOOD[start - 30 : end + 5]
        assert all(found["segment"] for found in read["defects"])


def test_a_planted_cent_says_how_much_and_where():
    read = nr.read_x12(GOOD.replace(b"CAS*CO*45*24~", b"CAS*CO*45*24.01~"))

    line = next(d for d in read["defects"] if d["code"] == "line_balance")
    claim = next(d for d in read["defects"] if d["code"] == "claim_balance")
    assert "0.01 too little" in line["message"]
    assert (line["element"], line["loop"]) == ("SVC03", "2110")
    assert "0.01 too little" in claim["message"] and claim["loop"] == "2100"
    assert (line["segment"], claim["segment"]) == (21, 14)
    assert transactions_of(read)[0]["claims"][0]["balanced"] is False


def test_a_cheque_that_differs_from_its_claims_is_named():
    read = nr.read_x12(GOOD.replace(b"BPR*I*266.16", b"BPR*I*266.17"))

    assert codes_of(read) == ["transaction_balance"]
    assert transactions_of(read)[0]["balancing"]["out_of_balance_by"] == "-0.01"
    assert transactions_of(read)[0]["balancing"]["balanced"] is False


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"CLP*SG-2*4*", b"CLP*SG-2*99*", "status"),
        (b"CAS*CO*16*95", b"CAS*CO*16", "adjustment"),
        (b"CAS*CO*16*95", b"CAS*CO**95", "adjustment"),
        (b"CAS*CO*16*95", b"CAS*CO*16*ninety", "amount"),
        (b"SVC*HC:97140:GP:59*", b"SVC*HC*", "procedure"),
        (b"SVC*HC:97140:GP:59*80", b"SVC*HC:97140:GP:59*8O", "amount"),
        (b"*2*HC:97112:GP*2~", b"*2*97112*2~", "procedure"),
        (b"*XX*1234567893", b"*XX*1234567890", "npi"),
        (b"DTM*472*20261007", b"DTM*472*20261307", "date"),
        (b"LX*1~", b"LX*1~\nTS3*1234567893*11*20261231*9*445~", "provider_total"),
        (b"LX*1~", b"LX*1~\nTS3*1234567893*11*20261231*5*445.01~", "provider_total"),
        (b"BPR*I*", b"BPR*I*x", "amount"),
        (b"*FB:CARRY*-50", b"*FB:CARRY*", "provider_adjustment"),
        (b"NM1*QC*1*HOLM*ARNE****MI*M401~\n", b"", "missing_segment"),
        (b"TRN*1*EFT2001*1512345678~\n", b"", "missing_segment"),
    ],
)
def test_a_fault_is_named(old, new, code):
    assert old in GOOD

    found = [d for d in nr.read_x12(GOOD.replace(old, new, 1))["defects"] if d["code"] == code]

    assert found and all(d["segment"] for d in found)


def test_totals_of_a_provider_that_hold_are_not_a_fault():
    data = GOOD.replace(b"LX*1~", b"LX*1~\nTS3*1234567893*11*20261231*5*445~")

    assert codes_of(nr.read_x12(data)) == ["segment_count"]


def test_a_payment_taken_back_by_the_bank_is_negative():
    body = """
    BPR*D*60*D*ACH*CCP*01*111000025*DA*1*1512345678**01*011000138*DA*2*20261101
    TRN*1*E9*1512345678
    N1*PR*EVERGREEN HEALTH PLAN
    N3*1 A ST
    N4*ALBANY*NY*12207
    N1*PE*STEADY GAIT REHAB LLC*XX*1234567893
    LX*1
    CLP*SG-3*22*-100*-60*-40*12*ICN3
    CAS*PR*2*-40
    NM1*QC*1*ROSS*JUNE
    """
    read = nr.read_x12(file("835", body))

    assert read["defects"] == []
    assert transactions_of(read)[0]["balancing"]["bpr"] == "-60.00"


def test_a_remittance_becomes_nouns_of_the_model():
    (remittance,) = read_remittances(GOOD)

    assert remittance.amount_cents == 26616 and remittance.trace_number == "EFT2001"
    assert remittance.balanced and remittance.out_of_balance_cents == 0
    first = remittance.claims[0]
    assert (first.charge_cents, first.paid_cents) == (20000, 12136)
    assert first.lines[1].control_number == "2"
    assert first.lines[1].procedure.modifiers == ("GP", "59")
    assert [a.amount_cents for a in first.lines[1].adjustments] == [2430, 1114]
    assert remittance.claims[2].is_reversal
    assert [one.amount_cents for one in remittance.provider_adjustments] == [-5000, -25, 7525]


def test_a_remittance_of_the_model_out_of_balance_says_so():
    (remittance,) = read_remittances(GOOD.replace(b"BPR*I*266.16", b"BPR*I*266.15"))

    assert not remittance.balanced and remittance.out_of_balance_cents == 1
