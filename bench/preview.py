"""Preview of one visit: every rule over the patient's year of 160 lines, interpreted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

from bench import Row
from neuroreed.audit.attach import attach
from neuroreed.audit.kernel import audit
from neuroreed.audit.registry import rules
from neuroreed.model.lines import to_book

LINES = 160
RUNS = 41


def year() -> list[dict[str, Any]]:
    """A year of one invented patient: three lines a visit, times, plan, a fault now and then."""
    found = []
    start = date(2026, 1, 5)
    for number in range(LINES // 3 + 1):
        on = start + timedelta(days=number * 5)
        minutes = (24, 15, 8 if number % 7 else 6)
        codes = ("97112", "97110", "97140")
        begins = 9 * 60
        lines = []
        for place, (code, length) in enumerate(zip(codes, minutes, strict=True), start=1):
            lines.append(
                {
                    "line": place,
                    "cpt": code,
                    "minutes": length,
                    "units": (2, 1, 0)[place - 1],
                    "modifiers": ["GP", "KX"] if number > 40 else ["GP"],
                    "therapist_minutes": length,
                    "assistant_minutes": 0,
                    "charge_cents": 8000,
                    "allowed_cents": 3000,
                    "place_of_service": 11,
                    "is_one_on_one": True,
                    "has_separate_time": True,
                    "deficit_shown": True,
                    "technique_shown": True,
                    "skill_shown": True,
                    "response_shown": True,
                    "goal_shown": True,
                    "diagnosis": "I69.354",
                    "start": begins,
                    "end": begins + length,
                }
            )
            begins += length
        found.append(
            {
                "patient_id": "P1",
                "visit_id": f"V{number}",
                "date_of_service": on,
                "payer": "medicare_part_b",
                "discipline": "PT",
                "therapist_id": "T1",
                "episode_id": "E1",
                "session_minutes": 60,
                "noted_timed_minutes": sum(minutes),
                "note_is_signed": True,
                "note_states_timed_minutes": True,
                "note_states_total_minutes": True,
                "is_progress_report": number % 9 == 8,
                "report_by_therapist": True,
                "plan_on_file": True,
                "plan_discipline": "PT",
                "plan_established_on": start,
                "plan_elements_missing": 0,
                "plan_signed_by_author": True,
                "plan_signed_by_physician": True,
                "first_treatment_on": start,
                "certified_from": on - timedelta(days=30),
                "certified_until": on + timedelta(days=30),
                "prior_accrued_cents": 0,
                "submitted_on": on + timedelta(days=3),
                "lines": lines,
            }
        )
    surplus = sum(len(visit["lines"]) for visit in found) - LINES
    found[-1]["lines"] = found[-1]["lines"][: len(found[-1]["lines"]) - surplus]
    return found


def timed(what: Callable[[], object]) -> str:
    """The median of some runs, after one to warm up."""
    what()
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        what()
        times.append(perf_counter() - start)
    return f"{median(times) * 1000:.1f} ms"


def rows() -> list[Row]:
    """The book, the policy, and the rules, each by itself."""
    given = year()
    bare = to_book(given)
    ready = attach(bare)
    found = len(audit(ready).findings)
    return [
        Row(f"book of {len(bare)} lines from plain data", timed(lambda: to_book(given)), ""),
        Row("policy attached to it", timed(lambda: attach(bare)), ""),
        Row(
            f"{len(rules())} rules on {len(bare)} lines, {found} findings with evidence",
            timed(lambda: audit(ready)),
            "at most 15 ms",
            "interpreted, policy attached",
        ),
    ]


if __name__ == "__main__":
    for row in rows():
        print(row.what, row.figure, row.aim)
