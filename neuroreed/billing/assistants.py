"""Which units of a code carry CQ or CO because an assistant furnished them.

The two judgements are whole numbers and conditions, so that the audit room registers and
compiles the very same text. ``assistant_units`` is the door for people and programs.
"""

from __future__ import annotations

from datetime import date, datetime

from neuroreed.billing.timing import is_timed_15
from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.model.errors import BadInput, ImpossibleMinutes, NoParameter
from neuroreed.model.people import Discipline
from neuroreed.policy import codes
from neuroreed.policy.parameters import as_of

PERMILLE = 10**3
MODIFIERS = {Discipline.PT: "CQ", Discipline.OT: "CO", Discipline.SLP: None}


def service_is_by_assistant(
    therapist_minutes: int, assistant_minutes: int, de_minimis_permille: int
) -> bool:
    """Whether a service that is not counted in 15 minutes is the assistant's in part.

    Args:
        therapist_minutes: whole minutes, joint minutes included.
        assistant_minutes: the assistant's own minutes.
        de_minimis_permille: share of the service up to which the assistant is disregarded;
            exactly that share is still disregarded.

    Source: SSA section 1834(v); 84 FR 62702 (rule MODS-6).
    """
    both = therapist_minutes + assistant_minutes
    return assistant_minutes * PERMILLE > de_minimis_permille * both


def units_by_assistant(
    units: int,
    therapist_minutes: int,
    assistant_minutes: int,
    midpoint_exempts: int,
    de_minimis_permille: int,
) -> int:
    """How many of the timed units of one code are the assistant's in part.

    Whole quarters of an hour go to whoever furnished them. Of what is left, a last unit that
    the therapist brings past the midpoint alone is the therapist's, and of two last units one
    is the therapist's. Where the midpoint does not exempt (before 2022), the share decides.

    Args:
        units: timed units of the code, as the minutes of the visit support them.
        therapist_minutes: whole minutes of the code, joint minutes included.
        assistant_minutes: the assistant's own minutes of the code.
        midpoint_exempts: 1 where the therapist's eighth minute exempts a last unit, else 0.
        de_minimis_permille: share of a unit up to which the assistant is disregarded.

    Source: SSA section 1834(v); 84 FR 62702; CY 2022 final rule (rule MODS-6).
    """
    therapist_quarters = therapist_minutes // 15
    assistant_quarters = assistant_minutes // 15
    last = units - therapist_quarters - assistant_quarters
    if last <= 0:
        # fewer units than the minutes support: the therapist's own quarters are billed first
        return max(0, units - therapist_quarters)
    therapist_rest = therapist_minutes % 15
    assistant_rest = assistant_minutes % 15
    rest = therapist_rest + assistant_rest
    if assistant_rest * PERMILLE <= de_minimis_permille * rest:
        return assistant_quarters
    if midpoint_exempts == 0:
        return assistant_quarters + last
    if last == 1:
        return assistant_quarters if therapist_rest >= 8 else assistant_quarters + 1
    return assistant_quarters + last - 1


def assistant_units(
    code: str,
    units: int,
    therapist_minutes: int,
    assistant_minutes: int,
    on: date,
    *,
    discipline: Discipline | str | None = None,
) -> list[tuple[str | None, int]]:
    """The units of one code by the modifier they carry: ``[(modifier or None, units), ...]``.

    Units without a modifier come first; a kind with no unit is left out. Different modifiers
    mean different claim lines of the same code.

    Args:
        code: the procedure code.
        units: its billed units.
        therapist_minutes: whole minutes of the code, joint minutes included.
        assistant_minutes: the assistant's own minutes of the code.
        on: date of service; before the modifiers were required there are none.
        discipline: PT (CQ) unless the code belongs to OT (CO) or SLP (none) alone.

    Raises:
        ImpossibleMinutes: minutes that are not whole, negative or more than a day.
        UnknownCode: a code that the code set does not hold on that date.
        BadInput: units that are not whole, or more than the minutes can ever support.
    """
    if isinstance(on, datetime) or not isinstance(on, date):
        raise BadInput("The date of service is a date without a time.")
    for minutes in (therapist_minutes, assistant_minutes):
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            raise ImpossibleMinutes(code, minutes)
        if not 0 <= minutes <= MINUTES_OF_A_DAY:
            raise ImpossibleMinutes(code, minutes)
    if isinstance(units, bool) or not isinstance(units, int) or units < 0:
        raise BadInput(f"{units!r} units of {code} are impossible: give a whole number.")
    known = codes.lookup(code, on)
    timed = is_timed_15(code)
    both = therapist_minutes + assistant_minutes
    if timed and units > both // 15 + (1 if both % 15 else 0):
        raise BadInput(f"{both} minutes of {code} can never support {units} units.")
    modifier = MODIFIERS[_discipline(known.disciplines, discipline)]
    marked = 0
    if modifier is not None and _is_required(on):
        de_minimis = as_of("assistant_de_minimis", on).value
        if timed:
            exempts = as_of("assistant_midpoint_exemption", on).value
            marked = units_by_assistant(
                units, therapist_minutes, assistant_minutes, exempts, de_minimis
            )
        elif service_is_by_assistant(therapist_minutes, assistant_minutes, de_minimis):
            marked = units
    split = [(None, units - marked), (modifier, marked)]
    return [(each, count) for each, count in split if count]


def _discipline(of_code: frozenset[str], said: Discipline | str | None) -> Discipline:
    if said is not None:
        try:
            return Discipline(said)
        except ValueError:
            raise BadInput(f"There is no discipline {said!r}: give PT, OT or SLP.") from None
    return next(each for each in Discipline if each in of_code)


def _is_required(on: date) -> bool:
    """Whether the modifiers were required on that date; before the first value they were not."""
    try:
        return as_of("assistant_modifier_required", on).value == 1
    except NoParameter:
        return False
