"""Professional claims as read: the contract's shape, and every fault named with its place."""

from __future__ import annotations

import csv
import dataclasses
import json
import re

import pytest

import neuroreed as nr
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, Random, billing_provider, claim
from tests.exchange.x12.judge import claims_of, codes_of
from tests.shared import shared


def sources(folder):
    """Our colleagues' independent reading of the sample files."""
    with shared("edi/SOURCES.tsv").open(newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [row for row in rows if row["file"].startswith(folder + "/")]


def one_claim(seed):
    return nr.write_837p([claim(seed)], submitter=SUBMITTER, receiver=RECEIVER, line_ends=False)


def seed_of(wanted):
    return next(seed for seed in range(1000) if wanted(claim(seed)))


SIMPLE = one_claim(
    seed_of(lambda c: not c.patient and not c.other_subscribers and c.frequency == "1")
)
DEPENDENT = one_claim(seed_of(lambda c: c.patient and not c.other_subscribers))
SECOND = one_claim(
    seed_of(
        lambda c: (
            c.other_subscribers
            and len(c.lines) > 1
            and all(len(line.adjudications[0].adjustments) == 2 for line in c.lines)
        )
    )
)


def test_the_example_of_the_contract_reads_as_the_contract_says():
    expected = json.loads(shared("contract/claim_example.json").read_text())

    assert nr.read_x12(shared("contract/claim_example.837p")) == expected


def test_every_sample_file_gives_its_claims_and_the_faults_others_found():
    rows = sources("837p")
    assert len(rows) == 42
    for row in rows:
        read = nr.read_x12(shared(f"edi/{row['file']}"))
        claims = claims_of(read)
        codes = codes_of(read)

        assert len(claims) == int(row["claims"]), row["file"]
        assert all(found["claim_id"] and found["charge"] for found in claims), row["file"]
        for fault, code in {
            r"bytes before": "text_before_isa",
            r"SE01": "segment_count",
            r"GE01": "transaction_count",
            r"IEA01": "group_count",
            r"sum of line": "claim_balance",
            r"ISA length": "isa_length",
        }.items():
            named = re.search(fault, row["defects found"]) is not None
            assert named <= (code in codes), (row["file"], code)
        if row["pyx12_4.0.0_verdict (errors)"].startswith("invalid"):
            assert codes, row["file"]


def test_a_sample_that_others_find_clean_has_only_wrong_check_digits():
    for row in sources("837p"):
        if row["pyx12_4.0.0_verdict (errors)"] == "valid":
            assert set(codes_of(nr.read_x12(shared(f"edi/{row['file']}")))) <= {"npi"}


def test_our_own_files_have_no_defects():
    for data in (SIMPLE, DEPENDENT, SECOND):
        assert nr.read_x12(data)["defects"] == []


def replaced(data, old, new, count=1):
    assert re.search(old, data), old
    return re.sub(old, new, data, count=count)


@pytest.mark.parametrize(
    ("data", "old", "new", "code", "loop"),
    [
        (SIMPLE, rb"SE\*\d+", b"SE*999", "segment_count", None),
        (SIMPLE, rb"SE\*(\d+)\*0001", rb"SE*\1*0002", "control", None),
        (SIMPLE, rb"GE\*1\*1", b"GE*2*1", "transaction_count", None),
        (SIMPLE, rb"GE\*1\*1", b"GE*1*9", "control", None),
        (SIMPLE, rb"IEA\*1", b"IEA*3", "group_count", None),
        (SIMPLE, rb"IEA\*1\*000000001", b"IEA*1*000000009", "control", None),
        (SIMPLE, rb"~GE\*1\*1", b"", "missing_ge", None),
        (SIMPLE, rb"~IEA\*1\*000000001~", b"~", "missing_iea", None),
        (SIMPLE, rb"~SE\*\d+\*0001", b"", "missing_se", None),
        (SIMPLE, rb"NM1\*85(.*?)\*XX\*1", rb"NM1*85\1*XX*2", "npi", "2010AA"),
        (SIMPLE, rb"\*XX\*\d{10}", b"*XX*123", "npi", "2010AA"),
        (SIMPLE, rb"~N3[^~]*", b"", "missing_segment", "2010AA"),
        (SIMPLE, rb"~REF\*(EI|SY)\*\d+", b"", "missing_segment", "2010AA"),
        (SIMPLE, rb"REF\*(EI|SY)\*\d", rb"REF*\1*X", "tax_id", "2010AA"),
        (SIMPLE, rb"~DMG[^~]*", b"", "missing_segment", "2010BA"),
        (SIMPLE, rb"DMG\*D8\*\d{8}", b"DMG*D8*19990230", "date", "2010BA"),
        (SIMPLE, rb"~NM1\*PR[^~]*", b"", "missing_loop", "2010BB"),
        (SIMPLE, rb"SBR\*P\*18", b"SBR*P*", "relationship", "2300"),
        (SIMPLE, rb"CLM\*([^*]*)\*[\d.]+", rb"CLM*\1*1", "claim_balance", "2300"),
        (SIMPLE, rb"CLM\*([^*]*)\*[\d.]+", rb"CLM*\1*abc", "amount", "2300"),
        (SIMPLE, rb"CLM\*[^*]*\*", b"CLM**", "missing_element", "2300"),
        (SIMPLE, rb"(CLM[^~]*):B:1\*", rb"\1:B:7*", "missing_original", "2300"),
        (SIMPLE, rb"(CLM[^~]*):B:1\*", rb"\1:B*", "place", "2300"),
        (SIMPLE, rb"~HI\*[^~]*", b"", "missing_segment", "2300"),
        (SIMPLE, rb"HI\*ABK:[^*~]*", b"HI*ABK", "diagnosis", "2300"),
        (SIMPLE, rb"LX\*1~", b"LX*4~", "line_number", "2400"),
        (SIMPLE, rb"~LX\*1", b"", "missing_segment", "2400"),
        (SIMPLE, rb"SV1\*HC:[^*]+", b"SV1*HC", "procedure", "2400"),
        (SIMPLE, rb"(SV1\*[^~]*)\*UN\*\d", rb"\1*UN*two", "quantity", "2400"),
        (SIMPLE, rb"(SV1\*[^~]*)\*UN\*", rb"\1*F2*", "code", "2400"),
        (SIMPLE, rb"(SV1[^~]*)\*1((:\d)*~)", rb"\1*9\2", "diagnosis_pointer", "2400"),
        (SIMPLE, rb"~DTP\*472\*D8\*\d+", b"", "missing_segment", "2400"),
        (SIMPLE, rb"DTP\*472\*D8\*\d+", b"DTP*472*D8*20241301", "date", "2400"),
        (SIMPLE, rb"DTP\*472\*D8\*\d+", b"DTP*472*RD8*20240102-20240101", "date", "2400"),
        (SIMPLE, rb"~PER\*", b"~QQQ*A~PER*", "unknown_segment", "1000A"),
        (SIMPLE, rb"~NM1\*40", b"~SVD*X~NM1*40", "unexpected_segment", "1000A"),
        (SIMPLE, rb"~(N3[^~]*)~(N4[^~]*)", rb"~\2~\1", "wrong_order", "2010AA"),
        (SIMPLE, rb"(~N3[^~]*)", rb"\1\1", "repeated", "2010AA"),
        (SIMPLE, rb"HL\*2\*1", b"HL*3*1", "hl_number", "2000B"),
        (SIMPLE, rb"HL\*2\*1", b"HL*2*7", "hl_parent", "2000B"),
        (SIMPLE, rb"HL\*2\*1\*22\*0", b"HL*2*1*22*1", "hl_child", None),
        (SIMPLE, rb"(~NM1\*85[^~]*)", rb"\1*", "trailing_separator", "2010AA"),
        (DEPENDENT, rb"~PAT\*[^~]*", b"", "missing_segment", "2000C"),
        (DEPENDENT, rb"~NM1\*QC[^~]*", b"", "missing_loop", "2010CA"),
        (DEPENDENT, rb"HL\*2\*1\*22\*1", b"HL*2*1*22*0", "hl_child", "2000C"),
        (SECOND, rb"SVD\*(\w+)\*", rb"SVD*\g<1>*1", "line_adjudication", "2430"),
        (SECOND, rb"AMT\*D\*", b"AMT*D*1", "other_payer_balance", "2320"),
        (SECOND, rb"~OI\*[^~]*", b"", "missing_segment", "2320"),
        (SECOND, rb"~DTP\*573[^~]*", b"", "missing_segment", "2430"),
        (SECOND, rb"CAS\*CO", b"CAS*XX", "adjustment_group", "2430"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(data, old, new, code, loop):
    read = nr.read_x12(replaced(data, old, new))

    places = [found["loop"] for found in read["defects"] if found["code"] == code]
    assert loop in places, [(d["code"], d["loop"], d["message"]) for d in read["defects"]]
    assert len(claims_of(read)) == 1


def test_a_cent_more_on_a_line_is_named_with_both_sums():
    charge = claims_of(nr.read_x12(SIMPLE))[0]["charge"]
    lifted = replaced(SIMPLE, rb"(SV1\*[^*]*)\*[\d.]+", rb"\1*99999.99")

    read = nr.read_x12(lifted)

    found = next(d for d in read["defects"] if d["code"] == "claim_balance")
    assert charge in found["message"]
    assert claims_of(read)[0]["balanced"] is False


def test_a_lost_level_does_not_hand_a_claim_to_the_person_before():
    billing = billing_provider(Random(1))
    own = [claim(seed, billing=billing) for seed in range(40)]
    two = [one for one in own if not one.patient and not one.other_subscribers][:2]
    data = nr.write_837p(two, submitter=SUBMITTER, receiver=RECEIVER, line_ends=False)
    cut = data.replace(b"~HL*3*1*22*0", b"")
    assert cut != data

    read = nr.read_x12(cut)

    assert [found["subscriber"]["member_id"] for found in claims_of(read)] == [
        one.subscriber.member_id for one in two
    ]
    assert "missing_segment" in codes_of(read)


def test_a_lost_patient_level_does_not_hand_a_claim_to_the_sibling():
    one = next(c for c in map(claim, range(100)) if c.patient and not c.other_subscribers)
    sibling = dataclasses.replace(one, patient=dataclasses.replace(one.patient, first="OTHER"))
    data = nr.write_837p([one, sibling], submitter=SUBMITTER, receiver=RECEIVER, line_ends=False)
    cut = data.replace(b"~HL*4*2*23*0", b"")
    assert cut != data

    read = nr.read_x12(cut)

    assert [found["patient"]["first"] for found in claims_of(read)] == [
        one.patient.first,
        "OTHER",
    ]
    assert "missing_segment" in codes_of(read)


def test_details_add_what_the_plain_shape_leaves_out():
    plain, rich = (claims_of(nr.read_x12(DEPENDENT, details=d))[0] for d in (False, True))

    assert "address" not in plain["billing_provider"] and "birth_date" not in plain["patient"]
    assert rich["billing_provider"]["address"]["line1"]
    assert rich["patient"]["birth_date"] and rich["patient"]["relationship"]


def test_minutes_and_fractions_of_units_are_kept_as_said():
    data = replaced(SIMPLE, rb"(SV1\*[^~]*)\*UN\*\d", rb"\1*MJ*22.5")

    line = claims_of(nr.read_x12(data))[0]["lines"][0]

    assert (line["unit_basis"], line["units"]) == ("MJ", "22.5")
