"""Claims and remittances as columns: what the plain reader says is right, to the last defect.

Every file is read by machine code with the plain reader behind it, and by the plain reader
alone; facts, defects, errors and the rows with their places must be the same.
"""

from __future__ import annotations

import os
from random import Random

import pytest

import neuroreed as nr
from neuroreed.bulk.x12.plain import to_plain
from neuroreed.bulk.x12.read import read_batches, read_columns
from tests.bulk.x12_answers import columnar, differing_rows, plain, rows
from tests.exchange.x12 import files
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, billing_provider, claim
from tests.exchange.x12.damage import COUNT, WHOLE, mutations
from tests.exchange.x12.judge import claims_of
from tests.exchange.x12.remittances import remittance
from tests.shared import shared

KINDS = 1000 if os.environ.get("NEUROREED_SLOW") == "1" else 200
BILLING = billing_provider(Random(1))


def written(claims, **envelope):
    return nr.write_837p(claims, submitter=SUBMITTER, receiver=RECEIVER, **envelope)


CLAIMS = written([claim(seed, billing=BILLING) for seed in range(60)], line_ends=False)
ANSWERS = remittance(1, 60, faulty=0.1)
MANY = [
    written([claim(seed) for seed in range(12)], claims_per_transaction=5),
    written([claim(seed, billing=BILLING) for seed in range(20, 30)], line_ends=False),
    remittance(3, 12),
    remittance(2, 8, faulty=0.1) + written([claim(7)]),
    files.file("835", files.REMITTANCE) + files.file("999", files.ACKNOWLEDGEMENT),
]


def shared_files():
    return sorted(
        path
        for path in shared("edi").rglob("*")
        if path.is_file() and path.suffix not in {".md", ".tsv"}
    )


def contract_files():
    return [shared("contract/claim_example.837p"), shared("contract/remittance_example.835")]


@pytest.mark.shared
def test_every_shared_file_is_read_the_same_by_both():
    for path in shared_files() + contract_files():
        data = path.read_bytes()

        assert columnar(data) == columnar(data, walks=False) == plain(data), path.name
        assert differing_rows(data) == [], path.name
        assert columnar(path) == plain(path), path.name


def test_our_own_files_are_read_the_same_by_both():
    for data in WHOLE + MANY:
        assert columnar(data) == columnar(data, walks=False) == plain(data)
        assert differing_rows(data) == []


def test_damaged_files_are_read_the_same_by_both():
    whole = WHOLE[:3] * 3 + WHOLE[3:] + MANY
    for number, data in mutations(COUNT, seed=4, whole=whole):
        walks = number % 4 != 0

        assert columnar(data, walks=walks) == plain(data), number


def test_damaged_files_give_the_same_rows_with_the_same_places():
    for number, data in mutations(COUNT // 10, seed=5, whole=WHOLE[:3] + MANY):
        assert differing_rows(data) == [], number


@pytest.mark.shared
def test_damaged_shared_files_are_read_the_same_by_both():
    whole = [data for path in shared_files() if len(data := path.read_bytes()) < 20_000]
    for number, data in mutations(COUNT // 2, seed=6, whole=whole):
        assert columnar(data) == plain(data), number


def test_machine_code_reads_what_is_clean_and_nothing_else(monkeypatch):
    from neuroreed.bulk.x12.rows import Rows

    left = []
    claim_of = Rows.claim
    monkeypatch.setattr(
        Rows, "claim", lambda self, found, *rest: (left.append(found), claim_of(self, found, *rest))
    )

    read_columns(CLAIMS)
    read_columns(remittance(1, 60))
    assert left == []

    read_columns(CLAIMS.replace(b"CLM*SG-7*", b"CLM*SG-7*1"))
    read_columns(remittance(1, 60).replace(b"CLP*SG-9*", b"CLP*SG-9*X"))
    assert [found["claim_id"] for found in left] == ["SG-7", "SG-9"]


def test_any_signs_and_surroundings_are_read_the_same_by_both():
    for data in (WHOLE[1], ANSWERS, written([claim(seed) for seed in range(4)], line_ends=False)):
        for element, component, segment in ("|>\n", "\x1d\x1f\x1c", "*^~", "!;'", "*:\r", "^!\x85"):
            table = {ord("*"): element, ord(":"): component, ord("~"): segment}
            changed = data.decode("ascii").translate(table)
            for encoding in ("latin-1", "utf-8", "utf-8-sig", "utf-16"):
                assert columnar(changed.encode(encoding)) == plain(changed.encode(encoding))
        for changed in (
            b"\xef\xbb\xbf" + data,
            b"\r\n  " + data + b"\r\n\x00\x1a ",
            b"HELLO " + data,
            data.replace(b"~", b"~\r\n"),
            data.replace(b"~", b" ~"),
            data.replace(b"WEISS", b"WEI\xdf"),
            data.replace(b"WEISS", "WEIẞ".encode()),
            data.replace(b"~CLM", b"~\xef\xbb\xbfCLM"),
            data.replace(b"*00*          *00*          *", b"*00**00**"),
            data.replace(b"~GS*", b"~TA1*000000007*261102*0930*A*000~GS*"),
            data + data,
            data * 3 + WHOLE[0],
            data[:-1],
            b"",
            b"ISA",
        ):
            assert columnar(changed) == plain(changed)


def test_batches_together_are_the_whole():
    data = CLAIMS + ANSWERS + CLAIMS.replace(b"CLM*SG-7*", b"CLM*SG-7*1")
    whole = rows(read_columns(data))

    parts = list(read_batches(data, rows=200))

    found = {name: [] for name in whole}
    for part in parts:
        for name, more in rows(part).items():
            found[name] += more
    assert len(parts) > 5
    assert found == whole
    assert max(len(rows(part)["837", "lines"]) for part in parts) < len(whole["837", "lines"]) / 2
    assert parts[-1].defects == nr.read_x12(data)["defects"] != []


def test_a_claim_with_more_rows_than_a_table_holds_is_still_one_claim():
    notes = b"".join(b"REF*9A*%d~" % number for number in range(3_000))
    data = WHOLE[1].replace(b"~HI*", b"~" + notes + b"HI*", 1)

    assert columnar(data) == plain(data)


def test_thousands_of_levels_and_claims_are_told_apart():
    people = [claim(seed, billing=BILLING) for seed in range(1_100)]
    data = written(people + people[:2], claims_per_transaction=5_000, line_ends=False)

    read = to_plain(read_columns(data))

    assert read == nr.read_x12(data)
    assert [found["code"] for found in read["defects"]].count("duplicate_claim") == 2


@pytest.mark.parametrize("source", [None, 5, ["ISA"]])
def test_what_is_no_file_is_refused(source):
    with pytest.raises(nr.X12Error, match="path or the bytes"):
        read_columns(source)


def test_claims_of_every_kind_come_back_unchanged_from_columns():
    claims = [claim(seed) for seed in range(KINDS)]
    data = written(claims)

    read = to_plain(read_columns(data))

    assert read == nr.read_x12(data)
    assert read["defects"] == []
    assert claims_of(nr.read_x12(nr.write_837p(read))) == claims_of(read)
    assert len(claims_of(read)) == KINDS
