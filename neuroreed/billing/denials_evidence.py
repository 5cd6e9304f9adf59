"""Where in our own record the cause of a denial stands.

Each function looks at the facts that one cause is about and says what it sees: it confirms
the payer's reason, contradicts it, or tells which fact nobody recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from neuroreed.billing import timely, units
from neuroreed.model.money import dollars
from neuroreed.model.people import Discipline
from neuroreed.policy import codes, edits, icd10
from neuroreed.policy.payers import profile

if TYPE_CHECKING:
    from neuroreed.billing.denials_nouns import Denial

DISCIPLINE_MODIFIERS = frozenset({"GP", "GO", "GN"})
SEPARATE = frozenset({"59", "XE", "XP", "XS", "XU"})
Interval = tuple[datetime, datetime]
DayLine = tuple[str, tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing the record says about a denial.

    ``where`` is the place in the record. ``confirmed``: true when it shows that the payer is
    right, false when it shows the contrary, ``None`` when nobody recorded what would tell.
    ``path`` and ``fix`` are set where the record decides what to do.
    """

    says: str
    where: str
    confirmed: bool | None
    rule: str = ""
    cites: tuple[str, ...] = ()
    path: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The facts of a visit and its claim; ``None`` is: nobody recorded it.

    ``minutes`` and ``bouts`` are by code. ``day_lines`` are all lines of the patient's day in
    the clinic: code, modifiers, units. ``accrued_cents`` is what the patient's year had used
    before this line. ``first_filed_on`` is the day the claim first went out,
    ``accepted_on`` the day a payer's acknowledgement took it. ``appeal_notice_known``: the
    denial itself is the decision from which the time of ``appeal_level`` runs; after an appeal
    it is not, and the decision on that appeal came by letter.
    """

    visit_id: str = ""
    discipline: Discipline | None = None
    minutes: Mapping[str, int | None] = field(default_factory=dict)
    bouts: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    day_lines: tuple[DayLine, ...] | None = None
    diagnoses: tuple[str, ...] | None = None
    accrued_cents: int | None = None
    threshold_cents: int | None = None
    kx_attested: bool | None = None
    certified_from: date | None = None
    certified_until: date | None = None
    plan_signed_on: date | None = None
    authorization: str | None = None
    authorization_from: date | None = None
    authorization_until: date | None = None
    authorization_visits_left: int | None = None
    first_filed_on: date | None = None
    accepted_on: date | None = None
    notice_on_file: bool | None = None
    referring_npi: str | None = None
    coverage_from: date | None = None
    coverage_until: date | None = None
    other_payer: str | None = None
    duplicate_of: str | None = None
    records_due_on: date | None = None
    records_sent_on: date | None = None
    appeal_level: str = "redetermination"
    appeal_notice_known: bool = True


def look(cause: str, denial: Denial, record: Record) -> tuple[Cause, ...]:
    """What the record says about a cause."""
    how = _LOOKS.get(cause)
    return how(denial, record) if how else ()


def _line(denial: Denial) -> str:
    return "claim" if denial.line_number is None else f"line {denial.line_number}"


def _modifier(denial: Denial, record: Record) -> tuple[Cause, ...]:
    code = codes.get(denial.cpt)
    has = set(denial.modifiers)
    found = []
    present = has & DISCIPLINE_MODIFIERS
    if code is not None and code.listing == "always" and not present:
        found.append(
            Cause(
                f"{denial.cpt} went out without GP, GO or GN.",
                _line(denial),
                confirmed=True,
                fix="Add the modifier of the plan's discipline.",
                path="corrected_claim",
            )
        )
    if len(present) > 1:
        found.append(Cause("Two discipline modifiers stand on it.", _line(denial), confirmed=True))
    for assistant, needed in (("CQ", "GP"), ("CO", "GO")):
        if assistant in has and needed not in has:
            says = f"{assistant} stands without {needed}."
            found.append(Cause(says, _line(denial), confirmed=True))
    wanted = {Discipline.PT: "GP", Discipline.OT: "GO", Discipline.SLP: "GN"}
    if record.discipline is not None and present and wanted[record.discipline] not in present:
        says = f"The plan is {record.discipline}; the line carries {', '.join(sorted(present))}."
        found.append(Cause(says, "plan_of_care.discipline", confirmed=True))
    if not found:
        found += [one for one in _threshold(denial, record) if one.confirmed]
    if not found:
        says = (
            f"Modifiers sent: {' '.join(denial.modifiers) or 'none'}; none that we require lacks."
        )
        found.append(Cause(says, _line(denial), confirmed=None))
    return tuple(found)


def _threshold(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if "KX" in denial.modifiers:
        says = "KX stands on the line."
        return (Cause(says, _line(denial), confirmed=False),)
    accrued, threshold = record.accrued_cents, record.threshold_cents
    if accrued is None or threshold is None:
        says = "What the patient's year had used before this line is not recorded: ask the payer."
        return (Cause(says, "eligibility.therapy_used", confirmed=None),)
    says = (
        f"{dollars(accrued)} were used before this line; the threshold is {dollars(threshold)}. "
        "The line went out without KX."
    )
    if record.kx_attested:
        return (
            Cause(
                f"{says} The clinician has stated the necessity.",
                "plan_of_care.necessity",
                confirmed=True,
                path="corrected_claim",
                fix="Put KX on the line.",
            ),
        )
    lacking = "has not been recorded" if record.kx_attested is None else "was not made"
    return (
        Cause(
            f"{says} The clinician's statement of necessity {lacking}.",
            "plan_of_care.necessity",
            confirmed=True,
            path="review",
            fix="Ask the clinician whether the services above the threshold were necessary; "
            "KX only with that statement.",
        ),
    )


def _pair(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if record.day_lines is None or denial.date_of_service is None:
        says = "The other lines of the day are not at hand."
        return (Cause(says, "visit.lines", confirmed=None),)
    found = []
    for other, modifiers, _ in record.day_lines:
        pair = edits.pair(denial.cpt, other, denial.date_of_service)
        if other == denial.cpt or pair is None:
            continue
        release = f"file {pair.release}" + (", which ends before this date" if pair.stale else "")
        both = f"{pair.column1} and {pair.column2} are a pair ({release})"
        if pair.indicator == 0:
            says = f"{both} that is never paid together."
            found.append(
                Cause(says, "visit.lines", confirmed=True, path="write_off",
                      fix="Write it off; no modifier opens this pair.")
            )  # fmt: skip
            continue
        second = denial.modifiers if pair.column2 == denial.cpt else modifiers
        apart = overlap_minutes(record.bouts.get(denial.cpt), record.bouts.get(other))
        found.append(_pair_cause(both, apart, bool(SEPARATE & set(second)), denial.cpt, other))
    if not found:
        says = "No pair of ours joins this code with another of the day."
        found.append(Cause(says, "visit.lines", confirmed=False))
    return tuple(found)


def _pair_cause(both: str, apart: int | None, has_59: bool, code: str, other: str) -> Cause:
    where = f"visit.minutes.{code}"
    if apart is None:
        says = f"{both}. The start and end of both services are not recorded, so nothing is shown."
        return Cause(says, where, confirmed=None, path="write_off",
                     fix="Without separate times in the note, write it off.")  # fmt: skip
    if apart:
        says = f"{both}; {code} and {other} share {apart} minutes in the record."
        return Cause(says, where, confirmed=True, path="write_off",
                     fix="The same minutes were billed twice: write it off.")  # fmt: skip
    if has_59:
        says = f"{both}; their times in the record are separate and a modifier says so."
        return Cause(says, where, confirmed=False, path="appeal",
                     fix="Appeal with the minutes of both services.")  # fmt: skip
    says = f"{both}; their times in the record are separate, and 59 is missing."
    return Cause(says, where, confirmed=True, path="corrected_claim",
                 fix="Add 59 to the second code; the note shows separate time.")  # fmt: skip


def overlap_minutes(one: Sequence[Interval] | None, other: Sequence[Interval] | None) -> int | None:
    """Whole minutes that two services share; ``None`` when the times of one are unknown."""
    if not one or not other:
        return None
    nothing = shared = timedelta()
    for start, end in one:
        for begin, stop in other:
            shared += max(nothing, min(end, stop) - max(start, begin))
    return -(-shared // timedelta(minutes=1))


def _units_text(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"


def _units(denial: Denial, record: Record) -> tuple[Cause, ...]:
    code = codes.get(denial.cpt)
    if code is None or denial.units is None:
        return (Cause("The units of the line are not known.", _line(denial), confirmed=None),)
    billed = int(denial.units)
    found = []
    on = denial.date_of_service
    limit = edits.mue(denial.cpt, on) if on is not None else None
    if limit is not None and billed > limit.units:
        says = f"{billed} units; the payer's list has at most {limit.units} ({limit.release})."
        found.append(Cause(says, _line(denial), confirmed=None))
    where = f"visit.minutes.{denial.cpt}"
    minutes = record.minutes.get(denial.cpt)
    if minutes is None or not code.is_timed_15:
        if code.is_timed_15:
            says = f"The minutes of {denial.cpt} are not recorded."
            found.append(Cause(says, where, confirmed=None))
        return tuple(found)
    timed = {
        each: value
        for each, value in record.minutes.items()
        if value is not None and (known := codes.get(each)) is not None and known.is_timed_15
    }
    method = profile(denial.payer, on).unit_method
    if method is None:
        says = "How this payer counts units is not set in its profile."
        return (*found, Cause(says, "payer.unit_method", confirmed=None))
    proof = units.units(timed, method)
    most = max((answer.get(denial.cpt, 0) for answer in proof.alternatives), default=0)
    if billed > most:
        says = (
            f"{minutes} minutes of {denial.cpt} support {_units_text(most)}; {billed} were billed."
        )
        found.append(
            Cause(says, where, confirmed=True, path="corrected_claim",
                  fix=f"Correct the line to {_units_text(most)}; look for similar paid claims.")
        )  # fmt: skip
    else:
        says = f"{minutes} minutes of {denial.cpt} support the {_units_text(billed)} billed."
        found.append(
            Cause(says, where, confirmed=False, path="appeal",
                  fix="Appeal with the note and its minutes.")
        )  # fmt: skip
    return tuple(found)


def _authorization(denial: Denial, record: Record) -> tuple[Cause, ...]:
    where, day = "authorization", denial.date_of_service
    if not record.authorization:
        return (Cause("No authorization is recorded for the date.", where, confirmed=True),)
    first, last = record.authorization_from, record.authorization_until
    if day is not None and last is not None and day > last:
        return (Cause(f"The authorization ended on {last}.", where, confirmed=True),)
    if day is not None and first is not None and day < first:
        return (Cause(f"The authorization begins on {first}.", where, confirmed=True),)
    if record.authorization_visits_left is not None and record.authorization_visits_left < 0:
        says = "More visits were billed than the authorization allows."
        return (Cause(says, where, confirmed=True),)
    if record.authorization_visits_left is None:
        says = "An authorization is on file; how many visits are left is not recorded."
        return (Cause(says, where, confirmed=None),)
    says = "An authorization is on file for the date, with visits left."
    return (Cause(says, where, confirmed=False, path="appeal",
                  fix="Appeal with the number and the dates of the authorization."),)  # fmt: skip


def _timely(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if denial.date_of_service is None or record.first_filed_on is None:
        says = "The day the claim first went out is not recorded."
        return (Cause(says, "claim.filed", confirmed=None),)
    clock = timely.clock(denial.payer, [denial.date_of_service], on=record.first_filed_on)
    if clock.limit_days is None:
        return (Cause(clock.says, "payer.timely_filing_days", confirmed=None),)
    used = f"First filed on {record.first_filed_on}, {clock.used_days} days after the service"
    limit = f"the limit is {clock.limit_days} days"
    if clock.state == "late":
        says = f"{used}; {limit}."
        return (Cause(says, "claim.filed", confirmed=True, path="write_off",
                      fix="Write it off; the patient does not owe it."),)  # fmt: skip
    proof = (
        f" The payer took it on {record.accepted_on}: that answer is the proof."
        if record.accepted_on
        else " No acknowledgement of it is recorded: find one, it is the proof."
    )
    return (Cause(f"{used}; {limit}.{proof}", "claim.filed", confirmed=False, path="appeal",
                  fix="Appeal with the acknowledgement of the first filing."),)  # fmt: skip


def _necessity(denial: Denial, record: Record) -> tuple[Cause, ...]:
    day, last = denial.date_of_service, record.certified_until
    if day is None or last is None:
        says = "Until when the plan of care is certified is not recorded."
        return (Cause(says, "plan_of_care.certified_until", confirmed=None),)
    first = record.certified_from
    if day > last or (first is not None and day < first):
        says = f"The plan is certified from {first or 'an unknown day'} to {last}; this is {day}."
        return (Cause(says, "plan_of_care.certified_until", confirmed=True),)
    signed = record.plan_signed_on
    words = f"signed on {signed}" if signed else "its signature is not recorded"
    return (Cause(f"The plan of care covers the date until {last}, {words}.",
                  "plan_of_care", confirmed=False),)  # fmt: skip


def _diagnosis(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if not record.diagnoses:
        return (Cause("The diagnoses are not at hand.", "claim.diagnoses", confirmed=None),)
    found = []
    for code in record.diagnoses:
        known = icd10.diagnosis(code, denial.date_of_service or denial.answered_on)
        if known is not None and known.billable is False:
            says = f"Diagnosis {known.code} is not billable: there is a more exact one."
            found.append(Cause(says, "claim.diagnoses", confirmed=True, path="corrected_claim"))
    says = f"Sent in this order: {', '.join(icd10.dotted(code) for code in record.diagnoses)}."
    return tuple(found) or (Cause(says, "claim.diagnoses", confirmed=None),)


def _duplicate(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if record.duplicate_of:
        says = f"The service stands on claim {record.duplicate_of} too."
        return (Cause(says, f"claim:{record.duplicate_of}", confirmed=True, path="write_off",
                      fix="Withdraw this line; the other claim is answered."),)  # fmt: skip
    twice = [one for one in record.day_lines or () if one[0] == denial.cpt]
    if len(twice) > 1:
        says = f"{denial.cpt} stands on {len(twice)} lines of the day."
        return (Cause(says, "visit.lines", confirmed=True, path="corrected_claim",
                      fix="Add the units up on one line."),)  # fmt: skip
    if record.day_lines is None:
        says = "The other lines of the day are not at hand."
        return (Cause(says, "visit.lines", confirmed=None),)
    says = "The record has the service once on that day."
    return (Cause(says, "visit.lines", confirmed=False),)


def _coverage(denial: Denial, record: Record) -> tuple[Cause, ...]:
    day, first, last = denial.date_of_service, record.coverage_from, record.coverage_until
    if day is None or (first is None and last is None):
        says = "From when to when the coverage runs is not recorded: check eligibility."
        return (Cause(says, "coverage", confirmed=None),)
    if (last is not None and day > last) or (first is not None and day < first):
        says = f"Coverage from {first or 'unknown'} to {last or 'now'}; the service was on {day}."
        return (Cause(says, "coverage", confirmed=True),)
    says = f"The coverage on record holds on {day}."
    return (Cause(says, "coverage", confirmed=False, path="appeal",
                  fix="Appeal with the eligibility answer of that date."),)  # fmt: skip


def _other_payer(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if record.other_payer:
        says = f"Another coverage is on record: {record.other_payer}."
        return (Cause(says, "coverage", confirmed=True),)
    return (Cause("No other coverage is on record: ask the patient.", "coverage", confirmed=None),)


def _referring(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if record.referring_npi:
        says = "Who ordered or certified is on record with an NPI."
        return (Cause(says, "plan_of_care.physician", confirmed=None),)
    says = "The NPI of who ordered or certified is not on record."
    return (Cause(says, "plan_of_care.physician", confirmed=True),)


def _records(denial: Denial, record: Record) -> tuple[Cause, ...]:
    if record.records_sent_on:
        says = f"The records were sent on {record.records_sent_on}."
        return (Cause(says, "requests", confirmed=False, path="reopening",
                      fix="Show when and how the records were sent."),)  # fmt: skip
    return (Cause("No sending of records is on record.", "requests", confirmed=True),)


def _not_covered(denial: Denial, record: Record) -> tuple[Cause, ...]:
    code = codes.get(denial.cpt)
    original = denial.date_of_service is not None and timely.is_original_medicare(
        denial.payer, denial.date_of_service
    )
    if original and code is not None and code.medicare != "payable":
        says = f"{denial.cpt} is {code.medicare.replace('_', ' ')} for Medicare."
        return (Cause(says, _line(denial), confirmed=True, path="write_off",
                      fix="Write it off, unless a notice makes it the patient's."),)  # fmt: skip
    if record.notice_on_file:
        says = "A notice signed before the service is on file."
        return (Cause(says, "notices", confirmed=True, path="patient"),)
    return (Cause("No notice to the patient is on record.", "notices", confirmed=None),)


_LOOKS: dict[str, Callable[[Denial, Record], tuple[Cause, ...]]] = {
    "modifier": _modifier,
    "threshold": _threshold,
    "pair": _pair,
    "mue": _units,
    "level": _units,
    "contract_units": _units,
    "units_missing": _units,
    "authorization": _authorization,
    "auth_number": _authorization,
    "timely": _timely,
    "necessity": _necessity,
    "diagnosis": _diagnosis,
    "diagnosis_missing": _diagnosis,
    "duplicate": _duplicate,
    "coverage": _coverage,
    "other_payer": _other_payer,
    "first_payer_answer": _other_payer,
    "referring": _referring,
    "records_missing": _records,
    "not_covered": _not_covered,
}
