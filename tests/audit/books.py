"""Random visits as plain data: ties, unknowns, every payer and scope; nobody real.

``visits(random, patients)`` is plain Python with a seeded generator, so that a run over many
lines can use it; ``books()`` is the same for Hypothesis.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

CODES = (
    *("97112", "97110", "97530", "97140", "97116", "97124", "97035", "97150", "97161", "97164"),
    *("97165", "97750", "97012", "97014", "97010", "97037", "97129", "97130", "97550", "97551"),
    *("92507", "95992", "G0283", "98977", "98979", "98980", "98981", "99999"),
)
MODIFIERS = (
    *("GP", "GO", "GN", "CQ", "CO", "KX", "59", "XU", "GA", "GX", "GY", "GZ", "95", "25"),
    *("22", "52", "53", "50", "76", "96", "97", "RT"),
)
PAYERS = (
    *("medicare_part_b", "medicare_advantage", "aetna", "cigna", "anthem", "commercial"),
    *("va_community_care", "nobody_knows", None),
)
FLAGS_OF_LINE = (
    *("has_separate_time", "abn_on_file", "kx_attested", "reason_documented", "report_written"),
    *("consent_documented", "patient_present", "deficit_shown", "technique_shown"),
    *("skill_shown", "response_shown", "goal_shown", "is_one_on_one", "notice_is_routine"),
)
FLAGS_OF_VISIT = (
    *("is_progress_report", "report_by_therapist", "note_is_signed", "plan_on_file"),
    *("note_states_timed_minutes", "note_states_total_minutes", "therapist_in_room"),
    *("plan_signed_by_author", "is_recertification", "plan_signed_by_physician"),
    *("order_on_file", "delay_reason_documented", "is_participating", "authorization_on_file"),
    *(f"documentation_r{number:02d}" for number in range(1, 26)),
    *("likeness_answered", "discharge_note_written"),
)
DAYS_OF_VISIT = (
    *("plan_established_on", "first_treatment_on", "certified_from", "certified_until"),
    *("physician_signed_on", "plan_sent_on", "authorized_from", "authorized_until"),
    *("submitted_on", "last_visit_on"),
)
FIRST = date(2019, 11, 1)


def visits(random: Random, patients: int) -> list[dict[str, Any]]:
    """Visits of so many patients, in no particular order."""
    found = []
    for patient in range(patients):
        start = FIRST + timedelta(days=random.randrange(random.choice((50, 2900))))
        for number in range(random.choice((1, 1, 2, 4, 13))):
            on = start + timedelta(days=random.choice((0, 1, 2, 3)) * number)
            found.append(_visit(random, f"P{patient}", f"V{patient}-{number}", on))
    return found


def _maybe(random: Random, value: Any, chance: float = 0.15) -> Any:
    """Sometimes nobody recorded it."""
    return None if random.random() < chance else value


def _visit(random: Random, patient: str, name: str, on: date) -> dict[str, Any]:
    visit: dict[str, Any] = {
        "patient_id": patient,
        "visit_id": name,
        "date_of_service": on,
        "payer": random.choice(PAYERS),
        "discipline": random.choice(("PT", "PT", "OT", "SLP", None)),
        "therapist_id": _maybe(random, f"T{random.randrange(3)}"),
        "session_minutes": _maybe(random, random.randrange(20, 91)),
        "noted_timed_minutes": _maybe(random, random.randrange(0, 76)),
        "plan_discipline": _maybe(random, random.choice(("PT", "OT", "SLP"))),
        "plan_elements_missing": _maybe(random, random.randrange(2)),
        "supervision": _maybe(random, random.choice(("none", "general", "direct"))),
        "prior_accrued_cents": _maybe(random, random.randrange(150_000, 320_000)),
        "authorized_visits": _maybe(random, random.randrange(1, 13)),
        "visit_of_authorization": _maybe(random, random.randrange(1, 14)),
        "lines": [_line(random, number, on) for number in range(1, random.randrange(2, 6))],
    }
    for flag in FLAGS_OF_VISIT:
        visit[flag] = _maybe(random, random.random() < 0.7)
    for day in DAYS_OF_VISIT:
        visit[day] = _maybe(random, on + timedelta(days=random.choice((-95, -31, -30, 0, 1, 366))))
    visit["intervals"] = [_interval(random) for _ in range(random.randrange(4))]
    return visit


def _line(random: Random, number: int, on: date) -> dict[str, Any]:
    code = random.choice(CODES[: random.choice((3, 6, len(CODES)))])
    minutes = random.choice((0, 1, 7, 8, 14, 15, 16, 20, 22, 23, 30, 38, random.randrange(61)))
    by_assistant = random.choice((0, 0, 1, 7, 8, minutes))
    line: dict[str, Any] = {
        "line": number,
        "last_date": _maybe(random, on + timedelta(days=random.choice((0, 0, 1)))),
        "cpt": code,
        "minutes": _maybe(random, minutes),
        "units": _maybe(random, random.choice((0, 1, 1, 1, 2, 3, 5)), 0.05),
        "modifiers": _maybe(random, random.sample(MODIFIERS, random.choice((0, 1, 1, 2, 3, 5)))),
        "therapist_minutes": _maybe(random, max(0, minutes - by_assistant)),
        "assistant_minutes": _maybe(random, by_assistant),
        "student_minutes": _maybe(random, random.choice((0, 0, 5))),
        "aide_minutes": _maybe(random, random.choice((0, 0, 5))),
        "charge_cents": _maybe(random, random.randrange(2000, 9000)),
        "allowed_cents": _maybe(random, random.randrange(2000, 90_000)),
        "limiting_charge_cents": _maybe(random, random.randrange(2000, 9000)),
        "place_of_service": _maybe(random, random.choice((11, 11, 10, 2))),
        "patients_in_group": _maybe(random, random.randrange(1, 4)),
        "data_days": _maybe(random, random.choice((1, 2, 15, 16))),
        "management_minutes": _maybe(random, random.choice((9, 10, 19, 20, 40))),
        "diagnosis": _maybe(random, random.choice(("M54.5", "M54.51", "G20", "I69.354"))),
    }
    for flag in FLAGS_OF_LINE:
        line[flag] = _maybe(random, random.random() < 0.6)
    return line


def _interval(random: Random) -> dict[str, Any]:
    start = random.randrange(8 * 60, 10 * 60, 5)
    group = random.random() < 0.3
    return {
        "start": _maybe(random, start, 0.05),
        "end": _maybe(random, start + random.choice((-5, 0, 5, 15, 30)), 0.05),
        "one_on_one": _maybe(random, not group, 0.05),
        "group": _maybe(random, group, 0.05),
        "clocked_minutes": _maybe(random, random.randrange(10, 90)),
    }


@st.composite
def books(draw: st.DrawFn, patients: int = 4) -> list[dict[str, Any]]:
    """Visits of a few patients, from a seed, so that shrinking stays quick."""
    seed = draw(st.integers(0, 2**32 - 1))
    return visits(Random(seed), draw(st.integers(1, patients)))
