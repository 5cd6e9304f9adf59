"""The lines of a visit before their modifiers: units, who furnished them, minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from neuroreed.billing.assistants import assistant_units
from neuroreed.billing.proposals import BilledLine
from neuroreed.billing.units import UnitsProof
from neuroreed.model.care import TimedActivity, Visit
from neuroreed.model.people import Discipline
from neuroreed.policy import codes
from neuroreed.policy.payers import Payer


def lines_of(visit: Visit, proof: UnitsProof, payer: Payer) -> list[BilledLine]:
    """One line per code, or two where CQ or CO stands on some of its units only."""
    lines: list[BilledLine] = []
    roots: dict[str, list[str]] = {}
    for cpt in proof.units:
        roots.setdefault(_root_of(cpt), []).append(cpt)
    for root, members in roots.items():
        of_root = [activity for activity in visit.activities if _root_of(activity.cpt) == root]
        therapist, assistant = _who(of_root)
        total = sum(proof.units[cpt] for cpt in members)
        marked = _marked(visit, root, total, therapist, assistant, payer)
        if marked and payer.requires_cq_co is None:
            marked = total  # lines are split for the modifier's sake only
        plain_left = total if marked is None else total - marked
        for cpt in members:
            bouts = tuple(
                bout for each in visit.activities if each.cpt == cpt for bout in each.bouts
            )
            plain = min(plain_left, proof.units[cpt])
            plain_left -= plain
            for count, by_assistant in ((plain, False), (proof.units[cpt] - plain, True)):
                if count:
                    lines.append(
                        BilledLine(
                            line_number=len(lines) + 1,
                            cpt=cpt,
                            units=count,
                            by_assistant=None if marked is None else by_assistant,
                            bouts=bouts,
                            therapist_minutes=therapist,
                            assistant_minutes=assistant,
                        )
                    )
    return lines


def _root_of(cpt: str) -> str:
    """The code that an added code belongs to, else the code itself."""
    return codes.lookup(cpt).family or cpt


def _who(activities: Iterable[TimedActivity]) -> tuple[int | None, int | None]:
    """Therapist and assistant minutes of a code; ``None`` when a part of them is not recorded."""
    therapist = assistant = 0
    for activity in activities:
        if activity.therapist_minutes is None and activity.assistant_minutes is None:
            if activity.minutes:
                return None, None
            continue
        therapist += activity.therapist_minutes or 0
        assistant += activity.assistant_minutes or 0
    return therapist, assistant


def _marked(
    visit: Visit,
    cpt: str,
    count: int,
    therapist: int | None,
    assistant: int | None,
    payer: Payer,
) -> int | None:
    """Units of a code that carry CQ or CO; ``None`` when nobody recorded who furnished them."""
    if visit.discipline is Discipline.SLP or payer.requires_cq_co is False:
        return 0
    if therapist is None or assistant is None:
        return None
    if assistant == 0:
        return 0
    split = assistant_units(
        cpt, count, therapist, assistant, visit.date_of_service, discipline=visit.discipline
    )
    return sum(units for modifier, units in split if modifier is not None)


def in_line_order(
    lines: Sequence[BilledLine], payer: Payer, clinic_fees: Mapping[str, int]
) -> list[BilledLine]:
    """Lines in the order the payer prefers, numbered from 1."""
    ordered = list(lines)
    if payer.line_order == "fee_descending":
        ordered.sort(key=lambda line: -clinic_fees.get(line.cpt, 0))
    return [replace(line, line_number=number) for number, line in enumerate(ordered, start=1)]


def minutes_of(visit: Visit, line: BilledLine, lines: Sequence[BilledLine]) -> int | None:
    """Minutes of a line; where CQ or CO splits a code, its line holds the assistant's own."""
    total = _minutes_of_code(visit, line.cpt, {each.cpt for each in lines})
    if total is None or sum(1 for each in lines if each.cpt == line.cpt) == 1:
        return total
    own = min(line.assistant_minutes or 0, total)
    return own if line.by_assistant else total - own


def _minutes_of_code(visit: Visit, cpt: str, billed: Set[str]) -> int | None:
    """Recorded minutes of a code; a pool recorded under one code is dealt out to its units."""
    root = _root_of(cpt)
    of_pool = [each for each in visit.activities if _root_of(each.cpt) == root]
    recorded = {each.cpt for each in of_pool}
    members = {code for code in billed if _root_of(code) == root}
    pooled = members != recorded
    parts = [each.minutes for each in of_pool if pooled or each.cpt == cpt]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    total = sum(known)
    if not pooled or len(members) == 1:
        return total
    return min(total, 15) if cpt == root else total - min(total, 15)
