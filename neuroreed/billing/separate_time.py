"""Modifier 59: only to open an active pair, only where separate times are on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from neuroreed.billing.proposals import (
    Answer,
    BilledLine,
    ModifierContext,
    propose_on,
    refuse_on,
)
from neuroreed.model.care import Bout
from neuroreed.policy import edits
from neuroreed.policy.payers import Payer

SOURCE = "cms-modifier-59"
BYPASS = frozenset({"59", "XE", "XS", "XP", "XU"})


@dataclass(frozen=True, slots=True)
class _Pair:
    column1: str
    column2: str
    indicator: int
    source: str
    caveat: str


def answers(lines: Sequence[BilledLine], context: ModifierContext, payer: Payer) -> list[Answer]:
    """59 for every line in column 2 of an active pair, or what is missing for it."""
    found: list[Answer] = []
    wanted = {code for code, modifier in context.accepted if modifier in BYPASS}
    everyone = [*lines, *context.same_day]
    for line in lines:
        opened = [
            (pair, other)
            for other in _one_per_code(everyone, line)
            if (pair := _pair(line.cpt, other.cpt, context, payer)) is not None
        ]
        concerned = [(pair, other) for pair, other in opened if pair.column2 == line.cpt]
        if concerned:
            found.append(_answer(line, everyone, concerned, payer))
        elif line.cpt in wanted:
            found.append(refuse_on(line, "59", _not_needed(line, opened, payer), SOURCE))
    return found


def _one_per_code(lines: Sequence[BilledLine], line: BilledLine) -> list[BilledLine]:
    return list({other.cpt: other for other in lines if other.cpt != line.cpt}.values())


def _pair(a: str, b: str, context: ModifierContext, payer: Payer) -> _Pair | None:
    if payer.ncci == "none":
        return None
    for column1, column2, indicator in payer.extra_pairs:
        if {a, b} == {column1, column2}:
            caveat = f"{payer.name} keeps this pair; its profile is not verified."
            return _Pair(column1, column2, indicator, f"payer profile {payer.id}", caveat)
    edit = edits.pair(a, b, context.on)
    if edit is None:
        return None
    caveat = ""
    if edit.stale:
        caveat = f"The edit is taken from {edit.release}: check the quarter of the date of service."
    elif payer.ncci is None:
        caveat = f"Nobody has said whether {payer.name} applies Medicare's edits."
    return _Pair(edit.column1, edit.column2, edit.indicator, edit.source, caveat)


def _answer(
    line: BilledLine,
    lines: Sequence[BilledLine],
    concerned: Sequence[tuple[_Pair, BilledLine]],
    payer: Payer,
) -> Answer:
    """One answer for all pairs in which the code is column 2; the hardest obstacle speaks."""
    told: list[str] = []
    for pair, _ in concerned:
        name = f"{pair.column1}/{pair.column2}"
        if pair.indicator == 0:
            return refuse_on(
                line,
                "59",
                f"The pair {name} never goes together; no modifier opens it. "
                f"Bill {pair.column1} or {pair.column2}, as the record shows.",
                pair.source,
            )
    for pair, other in concerned:
        name = f"{pair.column1}/{pair.column2}"
        mine, theirs = _bouts(lines, line.cpt), _bouts(lines, other.cpt)
        lacking = [code for code, bouts in ((line.cpt, mine), (other.cpt, theirs)) if not bouts]
        if lacking:
            return refuse_on(
                line,
                "59",
                f"The pair {name} opens only with separate times; start and stop times of "
                f"{' and '.join(lacking)} are missing.",
                SOURCE,
            )
        minutes = _overlap_minutes(mine, theirs)
        if minutes:
            return refuse_on(
                line,
                "59",
                f"The pair {name} opens only with separate times; {line.cpt} and {other.cpt} "
                f"overlap by {minutes} {'minute' if minutes == 1 else 'minutes'}.",
                SOURCE,
            )
        told.append(f"{other.cpt} {_times(theirs)}")
    caveats = " ".join(dict.fromkeys(pair.caveat for pair, _ in concerned if pair.caveat))
    return propose_on(
        line,
        "59",
        f"{line.cpt} is column 2 of an active pair and was given at its own time: "
        f"{_times(_bouts(lines, line.cpt))}, apart from {', '.join(told)}. {caveats}".rstrip(),
        SOURCE,
        needs_acceptance=True,
        pairs=", ".join(f"{pair.column1}/{pair.column2}" for pair, _ in concerned),
        files=", ".join(dict.fromkeys(pair.source for pair, _ in concerned)),
    )


def _not_needed(line: BilledLine, opened: Sequence[tuple[_Pair, BilledLine]], payer: Payer) -> str:
    if opened:
        columns = ", ".join(dict.fromkeys(pair.column2 for pair, _ in opened))
        return f"{line.cpt} is column 1 of its pair: the modifier belongs on {columns}."
    if payer.ncci == "none":
        return f"{payer.name} applies no code pairs, so 59 on {line.cpt} says nothing."
    return f"No active pair concerns {line.cpt} on this date, so 59 would say nothing."


def _bouts(lines: Sequence[BilledLine], cpt: str) -> list[Bout]:
    """The times of a code, once each: lines of one code share them."""
    found = {
        (bout.start, bout.end): bout for line in lines if line.cpt == cpt for bout in line.bouts
    }
    return [found[key] for key in sorted(found)]


def _overlap_minutes(some: Sequence[Bout], others: Sequence[Bout]) -> int:
    """Minutes that two codes share; a part of a minute counts as one."""
    shared = timedelta()
    for a in some:
        for b in others:
            shared += max(timedelta(), min(a.end, b.end) - max(a.start, b.start))
    return -(-shared // timedelta(minutes=1))


def _times(bouts: Sequence[Bout]) -> str:
    return " and ".join(f"{bout.start:%H:%M} to {bout.end:%H:%M}" for bout in bouts)
