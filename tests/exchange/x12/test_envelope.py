"""What surrounds the facts: delimiters, headers of every width, several interchanges, cuts."""

from __future__ import annotations

import json

import pytest

import neuroreed as nr
from neuroreed.cli import main
from neuroreed.model.errors import X12Error
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim
from tests.exchange.x12.files import ACKNOWLEDGEMENT, REMITTANCE, file
from tests.exchange.x12.judge import claims_of, codes_of, transactions_of

ONE = nr.write_837p([claim(3)], submitter=SUBMITTER, receiver=RECEIVER)
PLAIN = claims_of(nr.read_x12(ONE))


def with_signs(data, element, component, segment, repetition):
    text = data.decode().replace("~\n", "\x01").replace("*", "\x02").replace(":", "\x03")
    text = text.replace("^", repetition)
    signs = {"\x01": segment, "\x02": element, "\x03": component}
    return "".join(signs.get(sign, sign) for sign in text).encode()


@pytest.mark.parametrize(
    "signs",
    ["*:~^", "|:~^", "*>~^", "~^_!", "*|~^", "\x1d\x1f\x1c\x1e", "+:!^", "*:\n^", "*:\r\n^"],
)
def test_any_delimiters_give_the_same_claims(signs):
    element, component = signs[0], signs[1]
    segment, repetition = signs[2:-1], signs[-1]
    data = with_signs(ONE, element, component, segment, repetition)

    read = nr.read_x12(data)

    assert (read["defects"], claims_of(read)) == ([], PLAIN)
    assert read["delimiters"]["element"] == element
    assert read["delimiters"]["component"] == component
    assert read["delimiters"]["segment"] == segment[-1]


@pytest.mark.parametrize(
    "around",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.decode().encode("utf-16"),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b""),
        lambda data: data.replace(b"\n", b"\n\n    "),
        lambda data: data + b"\r\n\r\n   \x1a\x00",
        lambda data: b"\r\n\n  " + data,
        bytearray,
        memoryview,
    ],
)
def test_what_stands_around_the_segments_does_not_matter(around):
    read = nr.read_x12(around(ONE))

    assert (read["defects"], claims_of(read)) == ([], PLAIN)


def test_latin_1_and_utf_8_are_both_read():
    for encoding in ("latin-1", "utf-8"):
        text = file("835", REMITTANCE).decode().replace("MARCHETTI*ROSA*", "MUÑOZ*ZOË*")
        claim_read = claims_of(nr.read_x12(text.encode(encoding)))[0]

        assert claim_read["names"][0]["last_or_org"] == "MUÑOZ"


@pytest.mark.parametrize("width", ["trimmed", "short", "long"])
def test_a_header_of_another_width_is_read_and_named(width):
    head, rest = ONE.decode().split("~", 1)
    changed = {
        "trimmed": "*".join(part.strip() or part[:1] for part in head.split("*")),
        "short": head.replace(" " * 10 + "*00", " " * 9 + "*00", 1),
        "long": head.replace("*ZZ*", "*ZZ*  ", 1),
    }[width]

    read = nr.read_x12((changed + "~" + rest).encode())

    assert codes_of(read) == ["isa_length"]
    assert claims_of(read) == PLAIN


def test_text_before_the_header_is_named_and_the_rest_read():
    read = nr.read_x12(b"Subject: your file\nVISA 1234, see below\n\n" + ONE)

    assert codes_of(read) == ["text_before_isa"]
    assert claims_of(read) == PLAIN


def test_several_interchanges_may_have_different_delimiters():
    second = with_signs(
        nr.write_837p([claim(4)], submitter=SUBMITTER, receiver=RECEIVER, interchange_control=2),
        "|",
        ">",
        "'",
        "!",
    )
    third = file("999", ACKNOWLEDGEMENT)

    read = nr.read_x12(ONE + second + b"\r\n" + third)

    assert read["defects"] == []
    assert [len(i["groups"]) for i in read["interchanges"]] == [1, 1, 1]
    assert [t["type"] for t in transactions_of(read)] == ["837", "837", "999"]
    assert read["interchanges"][1]["delimiters"]["element"] == "|"
    assert "delimiters" not in read["interchanges"][0]


def test_control_numbers_that_stand_twice_are_named():
    group = ONE[ONE.index(b"GS*") : ONE.index(b"IEA*")]
    transaction = ONE[ONE.index(b"ST*") : ONE.index(b"GE*")]

    assert "duplicate_control" in codes_of(nr.read_x12(ONE + ONE))
    two_groups = ONE.replace(group, group + group).replace(b"IEA*1", b"IEA*2")
    assert codes_of(nr.read_x12(two_groups)) == ["duplicate_control"]
    two_sets = ONE.replace(transaction, transaction * 2).replace(b"GE*1", b"GE*2")
    assert codes_of(nr.read_x12(two_sets)) == ["duplicate_control"]


@pytest.mark.parametrize("where", range(1, 60))
def test_a_file_cut_anywhere_says_so(where):
    cut = ONE[: len(ONE) * where // 60]

    try:
        codes = codes_of(nr.read_x12(cut))
    except X12Error as error:
        assert error.offset is not None
    else:
        assert "missing_iea" in codes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \r\n",
        b"hello",
        b"ISA",
        b"ISA*00*",
        b"%PDF-1.7 nothing",
        b"\xff\xfe\x00",
        b"\x00" * 500,
        b"UNA:+.? 'UNB+UNOA:1+A+B'",
        b"ISA*" * 400,
        b"ISA" + b"*" * 300,
    ],
)
def test_what_is_no_x12_is_refused_with_its_position(data):
    with pytest.raises(X12Error) as refused:
        nr.read_x12(data)

    assert refused.value.offset is not None


def test_a_file_that_holds_nothing_says_so():
    head = ONE[: ONE.index(b"GS*")]
    gs = ONE[ONE.index(b"GS*") : ONE.index(b"ST*")]

    assert codes_of(nr.read_x12(head + b"IEA*0*000000001~")) == ["empty_interchange"]
    assert codes_of(nr.read_x12(head + gs + b"GE*0*1~IEA*1*000000001~")) == ["empty_group"]
    assert "no_claims" in codes_of(nr.read_x12(file("837", "BHT*0019*00*1*20260101*0900*CH")))
    assert "no_claims" in codes_of(nr.read_x12(file("835", "BPR*I*0*C*NON************20260101")))


def test_a_transaction_that_we_do_not_read_is_named():
    data = file("999", ACKNOWLEDGEMENT).replace(b"ST*999", b"ST*834").replace(b"GS*FA", b"GS*BE")

    read = nr.read_x12(data)

    assert codes_of(read) == ["unknown_transaction"]
    assert transactions_of(read)[0]["segment_count"] == 12


def test_another_guide_or_group_is_named():
    assert "version" in codes_of(nr.read_x12(ONE.replace(b"005010X222A1", b"005010X223A3")))
    assert "version" in codes_of(
        nr.read_x12(ONE.replace(b"ST*837*0001*005010X222A1", b"ST*837*0001*X"))
    )
    assert "group_id" in codes_of(nr.read_x12(ONE.replace(b"GS*HC", b"GS*HP")))


def test_a_lost_terminator_is_named():
    read = nr.read_x12(ONE.replace(b"~\nN4*", b"\nN4*", 1))

    assert "line_break" in codes_of(read)


def test_the_defects_of_a_hopeless_file_are_counted_not_kept():
    body = "\n".join(["QQQ*1"] * 12_000)

    defects = nr.read_x12(file("835", body))["defects"]

    assert len(defects) == 10_001
    assert defects[-1]["code"] == "more_defects"


def test_a_path_may_be_given(tmp_path):
    path = tmp_path / "claims.837"
    path.write_bytes(ONE)

    assert nr.read_x12(path) == nr.read_x12(str(path)) == nr.read_x12(ONE)
    with pytest.raises(OSError):
        nr.read_x12(tmp_path / "absent")


def test_no_defect_names_a_person():
    read = nr.read_x12(ONE.replace(b"~\n", b"\n", 40))
    names = {PLAIN[0]["subscriber"]["last"], PLAIN[0]["subscriber"]["member_id"]}

    assert not any(name in json.dumps(read["defects"]) for name in names)


def test_the_command_prints_what_the_library_returns(tmp_path, capsys):
    path = tmp_path / "claims.837"
    path.write_bytes(ONE)

    assert main(["x12", "read", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == nr.read_x12(ONE)


def test_the_command_tells_the_defects_and_its_exit_status(tmp_path, capsys):
    good, bad = tmp_path / "good.835", tmp_path / "bad.835"
    good.write_bytes(file("835", REMITTANCE))
    bad.write_bytes(file("835", REMITTANCE).replace(b"*266.16*", b"*266.17*"))

    assert main(["x12", "check", str(good)]) == 0
    assert main(["x12", "read", str(bad)]) == 0
    assert "transaction_balance" in capsys.readouterr().out
    assert main(["x12", "read", "--strict", str(bad)]) == 1
    assert main(["x12", "check", str(good), str(bad)]) == 1
    assert main(["x12", "check", str(tmp_path / "absent")]) == 2


def test_the_command_summarises_every_kind(tmp_path, capsys):
    from tests.exchange.x12 import files

    for kind, body, word in (
        ("999", files.ACKNOWLEDGEMENT, "837 0002: R"),
        ("277", files.CLAIM_ACKNOWLEDGEMENT, "SG-1021: rejected (A7:562, A3:21)"),
        ("270", files.INQUIRY, "person 2: 1 entries"),
        ("271", files.RESPONSE, "1 refusals"),
        ("835", files.REMITTANCE, "provider adjustment FB CARRY: -50.00"),
    ):
        path = tmp_path / kind
        path.write_bytes(file(kind, body))

        assert main(["x12", "read", str(path)]) == 0
        assert word in capsys.readouterr().out
