"""The columns of a book: what each whole number means.

A book judges service lines as plain columns of whole numbers. A yes/no is 1 or 0, money is
whole cents, a date its day number, a code its number in base 36, modifiers a set of bits.
A value that nobody recorded is ``UNKNOWN``, which is neither zero nor clean.

``same_in`` names the scopes within which a column has one value: a rule of such a scope may
take the column as one number; a fact of a wider scope gets it as a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from neuroreed.model.findings import Scope

UNKNOWN: Final = -(2**62)

PT, OT, SLP = 1, 2, 3
DISCIPLINES: Final = {"PT": PT, "OT": OT, "SLP": SLP}
DISCIPLINE_OF_MODIFIER: Final = {"GP": PT, "GO": OT, "GN": SLP}

CMS, AMA = 1, 2
UNIT_METHODS: Final = {"cms": CMS, "ama": AMA, "spm": AMA}

GENERAL, DIRECT, PERSONAL = 1, 2, 3
SUPERVISION: Final = {"none": 0, "general": GENERAL, "direct": DIRECT, "personal": PERSONAL}

MODIFIERS: Final = (
    *("GP", "GO", "GN", "CQ", "CO", "KX", "59", "XE", "XP", "XS", "XU"),
    *("GA", "GX", "GY", "GZ", "95", "93", "GT", "25", "22", "52", "53"),
    *("76", "77", "50", "RT", "LT", "96", "97", "99", "CR", "AT"),
)
MODIFIER_BITS: Final = {name: 1 << position for position, name in enumerate(MODIFIERS)}
OTHER_MODIFIER: Final = 1 << len(MODIFIERS)

_EVERY_LINE_SCOPE = (Scope.LINE,)
_VISIT = (Scope.VISIT, Scope.LINE)
_DAY = (Scope.DAY, *_VISIT)
_EPISODE = (Scope.EPISODE, *_VISIT)
_YEAR = (Scope.YEAR, *_DAY)
_INTERVAL = (Scope.INTERVAL,)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, unit, meaning, and how a value given from outside is read.

    ``kind`` is one of number, minutes, cents, date, flag, code, diagnosis, modifiers, choice,
    name. ``given`` is false for values that policy adds. ``also`` are other names that a
    caller may use.
    """

    name: str
    unit: str
    means: str
    kind: str = "number"
    same_in: tuple[Scope, ...] = _EVERY_LINE_SCOPE
    high: int = 9_999
    given: bool = True
    also: tuple[str, ...] = ()
    choices: tuple[tuple[str, int], ...] = ()
    tables: tuple[str, ...] = ("lines",)


def _choices(mapping: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(mapping.items())


def _flag(name: str, means: str, same_in: tuple[Scope, ...] = _EVERY_LINE_SCOPE) -> Column:
    return Column(name, "yes/no", means, "flag", same_in, high=1)


def _day(name: str, means: str, same_in: tuple[Scope, ...] = _VISIT, *also: str) -> Column:
    return Column(name, "day", means, "date", same_in, also=also)


_BOTH = ("lines", "intervals")
_IDENTITY = (
    Column(
        "patient",
        "number",
        "The patient, as a number within this book.",
        "name",
        (*_YEAR, Scope.EPISODE, Scope.INTERVAL, Scope.PATIENT_TIMES),
        also=("patient_id",),
        tables=_BOTH,
    ),
    Column(
        "visit",
        "number",
        "The sessions of one patient, date and discipline, as a number within this book.",
        "name",
        (Scope.VISIT, Scope.LINE, Scope.INTERVAL),
        also=("visit_id", "claim_id"),
        tables=_BOTH,
    ),
    Column(
        "session",
        "number",
        "The visit or claim a line was given in, as a number within this book.",
        "name",
        (Scope.LINE, Scope.INTERVAL),
        also=("session_id",),
        tables=_BOTH,
    ),
    Column("line", "number", "The number of the line within its visit.", also=("line_number",)),
    Column(
        "date_of_service",
        "day",
        "Date of service.",
        "date",
        (*_DAY, Scope.INTERVAL, Scope.THERAPIST_DAY, Scope.PATIENT_TIMES, Scope.THERAPIST_LINES),
        also=("date",),
        tables=_BOTH,
    ),
    Column("year", "number", "Calendar year of the date of service.", same_in=_YEAR, given=False),
    Column(
        "month",
        "number",
        "Calendar month of the date of service, counted from year 0.",
        same_in=_DAY,
        given=False,
    ),
    Column(
        "discipline",
        "discipline",
        "The plan of care the line belongs to: as given, or as modifier or code tell.",
        "choice",
        (*_EPISODE, Scope.INTERVAL),
        choices=_choices(DISCIPLINES),
        tables=_BOTH,
    ),
    Column(
        "payer",
        "number",
        "The payer's profile, as a number within this book.",
        "name",
        (*_VISIT, Scope.INTERVAL),
        also=("payer_id",),
        tables=_BOTH,
    ),
    Column(
        "episode",
        "number",
        "The episode of care, as a number within this book.",
        "name",
        _EPISODE,
        also=("episode_id", "plan_of_care_id"),
    ),
    Column(
        "therapist",
        "number",
        "The clinician who furnished the line, as a number within this book.",
        "name",
        (Scope.LINE, Scope.THERAPIST_LINES, Scope.INTERVAL, Scope.THERAPIST_DAY),
        also=("therapist_id", "clinician_id"),
        tables=_BOTH,
    ),
)

_BILLED = (
    Column("code", "code", "Procedure code of the line.", "code", also=("cpt", "hcpcs")),
    Column("modifiers", "modifiers", "Modifiers on the line.", "modifiers"),
    Column("modifier_count", "count", "How many modifiers the line has.", given=False),
    *(
        Column(
            f"modifier_{place}",
            "modifier",
            f"Modifier {place} of the line; 0 where there is none.",
            given=False,
        )
        for place in (1, 2, 3, 4)
    ),
    Column(
        "billed_units",
        "units",
        "Units billed on the line; 0 is recorded but not billed.",
        also=("units",),
    ),
    Column("charge_cents", "cents", "Charge of the line.", "cents", high=10**11, also=("charge",)),
    Column(
        "allowed_cents",
        "cents",
        "Allowed amount of the line, before the patient's share.",
        "cents",
        high=10**11,
        also=("allowed",),
    ),
    Column("place_of_service", "number", "Place of service.", high=99),
    _day("last_date", "Last date of service that the line names.", (Scope.LINE,), "through_date"),
    Column("diagnosis", "diagnosis", "The first diagnosis the line points to.", "diagnosis"),
)

_RECORDED = (
    Column("minutes", "minutes", "Whole one-on-one minutes of the line.", "minutes", high=1440),
    Column(
        "therapist_minutes",
        "minutes",
        "Minutes of the line furnished by the therapist, joint minutes included.",
        "minutes",
        high=1440,
    ),
    Column(
        "assistant_minutes",
        "minutes",
        "Minutes of the line furnished by the assistant alone.",
        "minutes",
        high=1440,
    ),
    Column(
        "student_minutes",
        "minutes",
        "Minutes of the line furnished by a student.",
        "minutes",
        high=1440,
    ),
    Column(
        "aide_minutes",
        "minutes",
        "Minutes of the line furnished by an aide.",
        "minutes",
        high=1440,
    ),
    _flag("has_separate_time", "The record shows a block of time that no other line shares."),
    Column("patients_in_group", "patients", "Patients in the group at the time of the line."),
    _flag("abn_on_file", "A notice of non-coverage was signed before the service."),
    _flag("notice_is_routine", "The notice goes to every patient, whatever the reason."),
    _flag("kx_attested", "A clinician has stated why care above the threshold is necessary."),
    _flag("reason_documented", "The record gives the reason for the re-evaluation."),
    _flag("report_written", "A written report of the test is in the record."),
    _flag("consent_documented", "Consent to caregiver training is in the record."),
    _flag("patient_present", "The patient was present during caregiver training."),
    _flag("deficit_shown", "The note measures the impairment that the line treats."),
    _flag("technique_shown", "The note names technique and position."),
    _flag("skill_shown", "The note shows cueing, grading or a safety judgement."),
    _flag("response_shown", "The note shows the response of this visit."),
    _flag("goal_shown", "The note names the functional goal served."),
    Column("data_days", "days", "Distinct days with monitoring data in the period.", high=31),
    Column(
        "management_minutes",
        "minutes",
        "Minutes of monitoring management in the calendar month.",
        "minutes",
        high=10_000,
    ),
    _flag("is_telehealth", "The line was furnished by telehealth."),
    _flag("is_progress_report", "A progress report was written on this date.", _VISIT),
    _flag("report_by_therapist", "The progress report is signed by the therapist.", _VISIT),
    Column(
        "session_minutes",
        "minutes",
        "Total treatment minutes in the note.",
        "minutes",
        _VISIT,
        high=1440,
        also=("total_treatment_minutes",),
    ),
    Column(
        "noted_timed_minutes",
        "minutes",
        "Total timed-code minutes in the note.",
        "minutes",
        _VISIT,
        high=1440,
        also=("total_timed_minutes",),
    ),
    _day("last_visit_on", "Day of the last visit, once the episode of care has ended."),
    _flag("discharge_note_written", "A discharge note covers the last period.", _VISIT),
    _flag("note_is_signed", "The note has signature and credentials.", _VISIT),
    _flag("note_states_timed_minutes", "The note states total timed-code minutes.", _VISIT),
    _flag("note_states_total_minutes", "The note states total treatment minutes.", _VISIT),
    _flag("therapist_in_room", "The therapist was in the room throughout, for a student.", _VISIT),
    Column(
        "supervision",
        "level",
        "Supervision of the assistant: none, general, direct, personal.",
        "choice",
        _VISIT,
        choices=_choices(SUPERVISION),
    ),
)

_RUBRIC = (
    *(
        _flag(
            f"documentation_r{number:02d}",
            f"The facts of the visit pass point R{number:02d} of the rubric.",
            _VISIT,
        )
        for number in range(1, 26)
    ),
    Column(
        "documentation_score",
        "points",
        "Points of the rubric that the facts of the visit earn, of 100.",
        same_in=_VISIT,
        high=100,
    ),
    _flag(
        "likeness_answered",
        "A statement of the clinician answers the likeness to earlier visits.",
        _VISIT,
    ),
)

_PLAN = (
    _flag("plan_on_file", "A plan of care is in the record.", _VISIT),
    Column(
        "plan_discipline",
        "discipline",
        "The discipline of the plan of care.",
        "choice",
        _VISIT,
        choices=_choices(DISCIPLINES),
    ),
    _day("plan_established_on", "Day the plan of care was established."),
    Column(
        "plan_elements_missing",
        "elements",
        "Required elements that the plan of care lacks.",
        same_in=_VISIT,
    ),
    _flag("plan_signed_by_author", "The plan has its author's signature and date.", _VISIT),
    _day("first_treatment_on", "First treatment of the episode; the evaluation counts."),
    _day("certified_from", "First day of the certified period."),
    _day("certified_until", "Last day of the certified period."),
    _flag("is_recertification", "The certified period is not the first.", _VISIT),
    _flag("plan_signed_by_physician", "The plan has come back signed.", _VISIT),
    _day("physician_signed_on", "Day the physician signed the plan."),
    _flag("order_on_file", "A signed and dated order for the discipline is on file.", _VISIT),
    _day("plan_sent_on", "Day the plan was sent to the physician."),
    _flag("delay_reason_documented", "The record says why certification was late.", _VISIT),
)

_MONEY = (
    Column(
        "prior_accrued_cents",
        "cents",
        "Accrued this year outside this book, in the bucket of the line.",
        "cents",
        _VISIT,
        high=10**11,
    ),
    _flag("is_participating", "The clinic accepts assignment.", _VISIT),
    Column(
        "limiting_charge_cents",
        "cents",
        "The most that may be charged for the line without assignment.",
        "cents",
        high=10**11,
    ),
    _flag("authorization_on_file", "An authorisation is on file.", _VISIT),
    _day("authorized_from", "First day of the authorisation."),
    _day("authorized_until", "Last day of the authorisation."),
    Column("authorized_visits", "visits", "Visits authorised.", same_in=_VISIT),
    Column(
        "visit_of_authorization",
        "visits",
        "Which visit of the authorisation this is.",
        same_in=_VISIT,
    ),
    _day("submitted_on", "Day the claim was received by the payer, or the day of this audit."),
)

_INTERVALS = (
    Column(
        "start_minute",
        "time",
        "Start, in minutes after midnight.",
        "time",
        _INTERVAL,
        high=1440,
        also=("start",),
        tables=("intervals",),
    ),
    Column(
        "end_minute",
        "time",
        "End, in minutes after midnight.",
        "time",
        _INTERVAL,
        high=2880,
        also=("end",),
        tables=("intervals",),
    ),
    Column(
        "is_one_on_one",
        "yes/no",
        "One clinician with one patient throughout.",
        "flag",
        (Scope.LINE, Scope.INTERVAL),
        high=1,
        also=("one_on_one",),
        tables=_BOTH,
    ),
    Column(
        "is_group",
        "yes/no",
        "The patient was part of a group.",
        "flag",
        _INTERVAL,
        high=1,
        also=("group",),
        tables=("intervals",),
    ),
    Column(
        "clocked_minutes",
        "minutes",
        "Minutes the clinician was clocked in that day.",
        "minutes",
        (Scope.THERAPIST_DAY, Scope.INTERVAL),
        high=1440,
        tables=("intervals",),
    ),
)

COLUMNS: Final[dict[str, Column]] = {
    column.name: column
    for column in (
        *_IDENTITY,
        *_BILLED,
        *_RECORDED,
        *_RUBRIC,
        *_PLAN,
        *_MONEY,
        *_INTERVALS,
    )
}
ALIASES: Final[dict[str, str]] = {
    name: column.name for column in COLUMNS.values() for name in (column.name, *column.also)
}


def code_number(code: str) -> int:
    """A procedure or diagnosis code as a number; order is kept among codes of one length."""
    return int(code.replace(".", ""), 36)


def code_text(number: int) -> str:
    """The procedure code of a number, five characters."""
    return _base36(number).rjust(5, "0")


def diagnosis_text(number: int) -> str:
    """The diagnosis code of a number, with its dot."""
    text = _base36(number)
    return f"{text[:3]}.{text[3:]}" if len(text) > 3 else text


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits


def modifier_names(bits: int) -> tuple[str, ...]:
    """The modifiers of a set of bits, in the order of our table."""
    names = tuple(name for name, bit in MODIFIER_BITS.items() if bits & bit)
    return (*names, "another") if bits & OTHER_MODIFIER else names


def day_text(day: int) -> str:
    """A day number as an ISO date."""
    return date.fromordinal(day).isoformat()


def total(values: list[int]) -> int:
    """The sum; unknown as soon as one value is."""
    answer = 0
    for value in values:
        if value == UNKNOWN:
            return UNKNOWN
        answer += value
    return answer
