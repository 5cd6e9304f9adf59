"""A file cut anywhere, no file at all, and claims with nothing to bill."""

from __future__ import annotations

import pytest

import neuroreed as nr
from neuroreed.exchange.x12 import claim_to_plain
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim

WHOLE = nr.write_837p([claim(1)], submitter=SUBMITTER, receiver=RECEIVER)


def test_a_file_cut_at_any_byte_is_never_read_in_silence():
    assert nr.read_x12(WHOLE)["defects"] == []
    assert nr.read_x12(WHOLE.rstrip())["defects"] == []

    for length in range(len(WHOLE.rstrip())):
        try:
            read = nr.read_x12(WHOLE[:length])
        except nr.X12Error:
            continue
        assert read["defects"], f"cut after {length} bytes"


def test_a_last_segment_without_its_end_is_named():
    read = nr.read_x12(WHOLE.rstrip()[:-1])

    assert [found["code"] for found in read["defects"]] == ["unterminated_segment"]


@pytest.mark.parametrize("source", [None, 5, ["ISA"]])
def test_what_is_no_file_is_refused(source):
    with pytest.raises(nr.X12Error, match="path or the bytes"):
        nr.read_x12(source)


@pytest.mark.parametrize("claims", [None, 5, {}, [{}], "x", [None]])
def test_what_is_no_claim_is_refused(claims):
    with pytest.raises(nr.BadInput):
        nr.write_837p(claims)


@pytest.mark.parametrize("key", ["claim_id", "charge", "lines"])
def test_a_claim_with_nothing_to_bill_is_refused(key):
    plain = claim_to_plain(claim(1))

    assert nr.write_837p([plain])
    with pytest.raises(nr.BadInput, match="nothing can be billed"):
        nr.write_837p([{**plain, key: [] if key == "lines" else ""}])
