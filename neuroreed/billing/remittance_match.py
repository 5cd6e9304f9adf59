"""Answers to the claims they answer: by line number, claim number, payer's number, facts.

A match that the facts contradict is none. What is not matched gets proposals, each with what
agrees and what differs; a person decides, nothing is posted by likeness.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from neuroreed.billing.remittance_sent import SentClaim, line_control
from neuroreed.model.claims import ClaimLine
from neuroreed.model.money import dollars
from neuroreed.model.remittance import Pair, RemittanceClaim, RemittanceLine

_SEQUENCES = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
_SERVICE_DATES = ("472", "150")
_CLAIM_DATES = ("232", "472")
_MOST_PROPOSALS = 5
_ENOUGH_TO_PROPOSE = 2


@dataclass(frozen=True, slots=True)
class LineMatch:
    """One line of an answer and the line we sent.

    ``place`` counts the answer's lines from 0. ``line_number`` is that of the claim we sent,
    ``None`` when no line can be named. ``by``: line_number, facts or nothing.
    """

    place: int
    line_number: int | None
    by: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A claim that an unmatched answer may be about: for a person, never applied by itself."""

    claim_id: str
    sequence: str
    agrees: tuple[str, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """An answer and the claim it answers; ``sent`` is ``None`` when that is not certain.

    ``by``: line_number (6R), claim_number, payer_number, facts, or nothing.
    """

    answer: RemittanceClaim
    sent: SentClaim | None
    by: str
    lines: tuple[LineMatch, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    doubts: tuple[str, ...] = ()


def sequence_of(answer: RemittanceClaim, sent: SentClaim) -> str:
    """P, S or T of the payer who answers.

    A payer to whom the first one passed the claim on answers a claim that we never sent it;
    the status of its answer says so.
    """
    told = _SEQUENCES.get(answer.status, sent.sequence)
    return told if sent.sequence == "P" else sent.sequence


class ClaimIndex:
    """The claims that answers may be about, found by number, member and date of service."""

    def __init__(self, sent: Iterable[SentClaim]) -> None:
        self.by_number: dict[str, list[SentClaim]] = defaultdict(list)
        self.by_payer_number: dict[str, list[SentClaim]] = defaultdict(list)
        self.by_line: dict[str, list[SentClaim]] = defaultdict(list)
        self.by_facts: dict[tuple[str, date], list[SentClaim]] = defaultdict(list)
        self.by_charge: dict[tuple[int, date], list[SentClaim]] = defaultdict(list)
        for one in sent:
            self._add(one)

    def _add(self, one: SentClaim) -> None:
        self.by_number[one.claim_id].append(one)
        if one.payer_control:
            self.by_payer_number[one.payer_control].append(one)
        for control in {line_control(line) for line in one.claim.lines} - {""}:
            self.by_line[control].append(one)
        member = _plain(one.claim.subscriber.member_id)
        for day in {line.date_of_service for line in one.claim.lines}:
            if day is not None:
                self.by_facts[(member, day)].append(one)
                self.by_charge[(one.claim.charge_cents, day)].append(one)


def match(answer: RemittanceClaim, index: ClaimIndex) -> Match:
    """The claim and the lines that an answer is about.

    Our line numbers (6R) go first, then our claim number, then the payer's, then the facts:
    member, dates, codes and charges, all of them, and only when a single claim has them all.
    Numbers that lead to different claims, or to one that no fact supports, match nothing.
    """
    by_line = _of_lines(answer, index)
    by_number = _right_one(answer, index.by_number.get(answer.claim_id, ()))
    if by_line is not None and by_number is not None and not _same(by_line, by_number):
        says = "The line numbers and the claim number of the answer belong to different claims."
        return _unmatched(answer, index, says)
    for found, by in (
        (by_line, "line_number"),
        (by_number, "claim_number"),
        (_by_payer_number(answer, index), "payer_number"),
    ):
        if found is None:
            continue
        agrees, differs = compare_facts(answer, found)
        if _is_contradicted(agrees):
            says = "The number leads to a claim of which neither member, charge nor lines agree."
            return _unmatched(answer, index, says)
        return Match(answer, found, by, match_lines(answer, found), doubts=differs)
    alike = [one for one in _near(answer, index) if _agrees_wholly(answer, one)]
    if len(alike) == 1:
        return Match(answer, alike[0], "facts", match_lines(answer, alike[0]))
    says = "Several claims have these facts." if alike else "No claim of ours has these numbers."
    return _unmatched(answer, index, says)


def _same(one: SentClaim, other: SentClaim) -> bool:
    return one.claim_id == other.claim_id


def _of_lines(answer: RemittanceClaim, index: ClaimIndex) -> SentClaim | None:
    """The one claim to which every line number of the answer belongs."""
    found: list[SentClaim] = []
    for line in answer.lines:
        if not line.control_number:
            continue
        candidates = index.by_line.get(line.control_number, [])
        # a clinic may number its lines 1, 2, 3 in every claim
        named = [one for one in candidates if one.claim_id == answer.claim_id]
        if named or len({one.claim_id for one in candidates}) == 1:
            found += named or candidates
    if len({one.claim_id for one in found}) != 1:
        return None
    return _right_one(answer, found)


def _by_payer_number(answer: RemittanceClaim, index: ClaimIndex) -> SentClaim | None:
    if not answer.payer_claim_control:
        return None
    return _right_one(answer, index.by_payer_number.get(answer.payer_claim_control, ()))


def _right_one(answer: RemittanceClaim, candidates: Sequence[SentClaim]) -> SentClaim | None:
    """Of claims with one number: the one to the payer who answers, else the only one."""
    unique = list(dict.fromkeys(candidates))
    if len(unique) > 1 and answer.status in _SEQUENCES:
        asked = _SEQUENCES[answer.status]
        unique = [one for one in unique if one.sequence == asked] or unique
    if len(unique) > 1 and answer.payer_claim_control:
        known = [one for one in unique if one.payer_control == answer.payer_claim_control]
        unique = known or unique
    if len(unique) > 1:
        whole = [one for one in unique if one.claim.charge_cents == abs(answer.charge_cents or 0)]
        unique = whole or unique
    return unique[0] if len(unique) == 1 else None


def _is_contradicted(agrees: Sequence[str]) -> bool:
    return not {"member", "charge", "lines", "name"} & set(agrees)


def _agrees_wholly(answer: RemittanceClaim, sent: SentClaim) -> bool:
    agrees, _ = compare_facts(answer, sent)
    return {"member", "charge", "lines"} <= set(agrees)


def compare_facts(
    answer: RemittanceClaim, sent: SentClaim
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What agrees (as words) and what differs (as sentences) between an answer and a claim."""
    agrees, differs = [], []
    if answer.claim_id and answer.claim_id == sent.claim_id:
        agrees.append("number")
    if answer.payer_claim_control and answer.payer_claim_control == sent.payer_control:
        agrees.append("payer number")
    members = {_plain(name.id) for name in answer.names if name.id} - {""}
    ours = _plain(sent.claim.subscriber.member_id)
    if ours in members:
        agrees.append("member")
    elif members:
        differs.append("The member number differs from the one we sent.")
    names = {_plain(name.last_or_org) for name in answer.names if name.entity in ("QC", "IL", "74")}
    patient = sent.claim.patient or sent.claim.subscriber
    if _plain(patient.last) in names:
        agrees.append("name")
    elif names:
        differs.append("The patient's name differs from the one we sent.")
    charge = abs(answer.charge_cents) if answer.charge_cents is not None else None
    if charge == sent.claim.charge_cents:
        agrees.append("charge")
    elif charge is not None:
        differs.append(
            f"The answer is about {dollars(charge)}; we charged {dollars(sent.claim.charge_cents)}."
        )
    days = {line.date_of_service for line in sent.claim.lines}
    told = _days(answer)
    if told and told <= days:
        agrees.append("dates")
    elif told:
        differs.append("A date of service is not among those we sent.")
    lines = match_lines(answer, sent)
    if answer.lines and all(one.line_number is not None and not one.doubts for one in lines):
        agrees.append("lines")
    elif answer.lines:
        differs.append("Not every line is one that we sent.")
    return tuple(agrees), tuple(differs)


def _days(answer: RemittanceClaim) -> set[date | None]:
    found = {service_day(line, answer) for line in answer.lines}
    found |= {_day(answer.dates, _CLAIM_DATES)} if not answer.lines else set()
    return found - {None}


def match_lines(answer: RemittanceClaim, sent: SentClaim) -> tuple[LineMatch, ...]:
    """The line we sent for each line of the answer, by line number, else by facts.

    Facts are code (adjudicated or submitted), date and charge, of a line that no other part
    of the answer names. A line whose charge differs is matched, with a doubt, only when code
    and date leave no other.
    """
    controls = {line_control(line): line for line in sent.claim.lines if line_control(line)}
    named = {
        place: controls[line.control_number]
        for place, line in enumerate(answer.lines)
        if line.control_number and line.control_number in controls
    }
    taken = {line.line_number for line in named.values()}
    found = []
    for place, line in enumerate(answer.lines):
        if place in named:
            ours = named[place]
            found.append(
                LineMatch(place, ours.line_number, "line_number", _doubts(line, ours, answer))
            )
            continue
        free = [one for one in sent.claim.lines if one.line_number not in taken]
        chosen, doubts = _by_facts(line, free, answer)
        if chosen is None:
            found.append(LineMatch(place, None, "", doubts))
            continue
        taken.add(chosen.line_number)
        found.append(LineMatch(place, chosen.line_number, "facts", doubts))
    return tuple(found)


def _codes(line: RemittanceLine) -> set[str]:
    found = {line.procedure.code.upper()}
    if line.submitted is not None:
        found.add(line.submitted.code.upper())
    return found - {""}


def _modifiers(line: RemittanceLine) -> frozenset[str]:
    return frozenset((line.submitted or line.procedure).modifiers)


def service_day(line: RemittanceLine, answer: RemittanceClaim) -> date | None:
    """The date of service that a line of an answer tells."""
    return _day(line.dates, _SERVICE_DATES) or _day(answer.dates, _CLAIM_DATES)


def _by_facts(
    line: RemittanceLine, free: Sequence[ClaimLine], answer: RemittanceClaim
) -> tuple[ClaimLine | None, tuple[str, ...]]:
    day, codes = service_day(line, answer), _codes(line)
    near = [
        one
        for one in free
        if one.procedure.code.upper() in codes and day in (None, one.date_of_service)
    ]
    charge = abs(line.charge_cents) if line.charge_cents is not None else None
    whole = [one for one in near if one.charge_cents == charge]
    exact = [one for one in whole if set(one.procedure.modifiers) == _modifiers(line)]
    for candidates in (exact, whole):
        if len(candidates) == 1:
            return candidates[0], ()
    if len(near) == 1:
        return near[0], _doubts(line, near[0], answer)
    if near:
        return None, ("Several lines of the claim fit; none is named.",)
    return None, ("No line of the claim has this code and date.",)


def _doubts(line: RemittanceLine, ours: ClaimLine, answer: RemittanceClaim) -> tuple[str, ...]:
    found = []
    if ours.procedure.code.upper() not in _codes(line):
        found.append(
            f"The payer answers {line.procedure.code}; line {ours.line_number} is "
            f"{ours.procedure.code}."
        )
    charge = abs(line.charge_cents) if line.charge_cents is not None else None
    if charge is not None and charge != ours.charge_cents:
        found.append(
            f"The payer answers a charge of {dollars(charge)}; line {ours.line_number} is "
            f"{dollars(ours.charge_cents)}."
        )
    day = service_day(line, answer)
    if day is not None and ours.date_of_service is not None and day != ours.date_of_service:
        found.append(f"The payer answers {day}; line {ours.line_number} is {ours.date_of_service}.")
    return tuple(found)


def _near(answer: RemittanceClaim, index: ClaimIndex) -> list[SentClaim]:
    members = {_plain(name.id) for name in answer.names if name.id}
    found: list[SentClaim] = [*index.by_number.get(answer.claim_id, ())]
    found += index.by_payer_number.get(answer.payer_claim_control, ())
    for day in _days(answer):
        if day is None:
            continue
        for member in sorted(members):
            found += index.by_facts.get((member, day), ())
        found += index.by_charge.get((abs(answer.charge_cents or 0), day), ())
    return list(dict.fromkeys(found))


def _unmatched(answer: RemittanceClaim, index: ClaimIndex, says: str) -> Match:
    proposals = []
    for one in _near(answer, index):
        agrees, differs = compare_facts(answer, one)
        if len(agrees) >= _ENOUGH_TO_PROPOSE or "number" in agrees:
            proposals.append(Proposal(one.claim_id, one.sequence, agrees, differs))
    proposals.sort(key=lambda one: (-len(one.agrees), len(one.differs), one.claim_id))
    return Match(answer, None, "", proposals=tuple(proposals[:_MOST_PROPOSALS]), doubts=(says,))


def _plain(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum())


def _day(dates: Sequence[Pair], qualifiers: Sequence[str]) -> date | None:
    for wanted in qualifiers:
        for qualifier, text in dates:
            if qualifier == wanted and len(text) == 8 and text.isdecimal():
                try:
                    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
                except ValueError:
                    return None
    return None
