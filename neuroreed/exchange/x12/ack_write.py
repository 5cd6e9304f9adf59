"""Our own 999 for a file that we received: each transaction accepted or not, and where."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from neuroreed.exchange.x12.checks import Defect
from neuroreed.exchange.x12.envelope import Reader
from neuroreed.exchange.x12.envelope_write import Envelope
from neuroreed.exchange.x12.segments import load
from neuroreed.exchange.x12.write import Writer
from neuroreed.model.errors import BadInput

GUIDE = "005010X231A1"

# numbers of the standard's own lists of errors; their texts are X12's
_SEGMENT = {
    "unknown_segment": "1",
    "unexpected_segment": "2",
    "missing_segment": "3",
    "missing_loop": "3",
    "no_claims": "3",
    "too_many_claims": "4",
    "too_many_lines": "4",
    "repeated": "5",
    "wrong_order": "7",
}
_ELEMENT = {
    "missing_element": "1",
    "too_many_elements": "3",
    "amount": "6",
    "quantity": "6",
    "date": "8",
    "time": "9",
}
_OTHER_ELEMENT = "7"
_TRANSACTION = {"missing_se": "2", "control": "3", "segment_count": "4", "unknown_transaction": "1"}
_GROUP = {"missing_ge": "3", "transaction_count": "5"}
# what does not keep a transaction from being worked on
_MINOR = frozenset({"npi", "trailing_separator", "duplicate_claim", "time", "contact"})
_MOST_PLACES = 100
_NAMED = re.compile(r"([A-Z][A-Z0-9]{1,2}?)(\d\d)?")


def _place(w: Writer, found: Defect, start: int, ids: Sequence[str]) -> None:
    """IK3 and IK4 of one defect."""
    segment = found["segment"]
    about = _NAMED.fullmatch(found["element"] or "")
    name = ids[segment - 1][:3]
    kind = _SEGMENT.get(found["code"])
    if about and not about[2]:
        name = about[1]
    if not re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", name):
        name = "ST" if segment == start else "UNK"
    loop = found["loop"] or ""
    w.seg("IK3", name, segment - start + 1, loop[:4] if loop[:1].isdigit() else "", kind or "8")
    if kind is None and about and about[2]:
        w.seg("IK4", int(about[2]), "", _ELEMENT.get(found["code"], _OTHER_ELEMENT))


def _transaction(
    w: Writer, transaction: Any, start: int, defects: Sequence[Defect], ids: Sequence[str]
) -> str:
    """AK2 to IK5 of one transaction; gives its answer: A, E or R."""
    w.seg(
        "AK2", transaction["type"], transaction["control"] or "0000", transaction["implementation"]
    )
    codes: list[str] = []
    rejected = False
    for found in defects[:_MOST_PLACES]:
        if found["code"] in _TRANSACTION:
            codes.append(_TRANSACTION[found["code"]])
            continue
        _place(w, found, start, ids)
    for found in defects:
        rejected = rejected or found["code"] not in _MINOR
    if len([found for found in defects if found["code"] not in _TRANSACTION]):
        codes.append("5")
    answer = "R" if rejected else "E" if defects else "A"
    w.seg("IK5", answer, *sorted(set(codes))[:5])
    return answer


def write_999(
    source: str | os.PathLike[str] | bytes,
    *,
    made: datetime,
    interchange_control: int,
    group_control: int,
    usage: str | None = None,
    line_ends: bool = True,
) -> bytes:
    """The 999 that answers a received file: one transaction for each of its groups.

    Groups of acknowledgements are not answered: nobody answers an answer.

    A transaction without a defect is accepted; one whose only defects are minor (a check
    digit, a trailing separator) is accepted with errors; any other is rejected.

    Args:
        source: the file received.
        made: when the answer is made.
        usage: P or T; by default what the file says of itself.

    Raises:
        X12Error: what is no X12; it has no transactions to answer.
        BadInput: a file without groups, which a TA1 answers.
    """
    reader = Reader(load(source), details=False)
    reader.ids = []
    read = reader.read()
    starts = iter(reader.starts)
    transactions: list[list[str]] = []
    header = read["interchanges"][0]
    for interchange in read["interchanges"]:
        for group in interchange["groups"]:
            if group["id"] == "FA":
                for _ in group["transactions"]:
                    next(starts)
                continue
            control = f"{len(transactions) + 1:04d}"
            w = Writer()
            w.seg("ST", "999", control, GUIDE)
            w.seg("AK1", group["id"] or "HC", group["control"] or "0", group["version"])
            answers: list[str] = []
            for transaction in group["transactions"]:
                start = next(starts)
                end = start + max(transaction["segment_count"], 1) - 1
                own = [d for d in read["defects"] if d["segment"] and start <= d["segment"] <= end]
                answers.append(_transaction(w, transaction, start, own, reader.ids))
            taken = sum(answer != "R" for answer in answers)
            verdict = "A"
            if taken < len(answers) or not answers:
                verdict = "P" if taken else "R"
            elif "E" in answers:
                verdict = "E"
            w.seg("AK9", verdict, len(answers), len(answers), taken)
            w.seg("SE", len(w.parts) + 1, control)
            transactions.append(w.parts)
    if not transactions:
        raise BadInput("The file holds no group that a 999 could answer.")
    envelope = Envelope(
        sender=header["receiver"],
        receiver=header["sender"],
        made=made,
        interchange_control=interchange_control,
        group_control=group_control,
        usage=usage or (header["usage"] if header["usage"] in ("P", "T") else "T"),
    )
    return envelope.wrap("FA", GUIDE, transactions, line_ends=line_ends)
